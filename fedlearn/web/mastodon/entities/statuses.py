"""Entities of posts: Status, its parts, and the edits and source of one."""

from fedlearn.activitypub.render.quotes import policy_of
from fedlearn.activitypub.uris import origin_of
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Scope
from fedlearn.domain.quotes import QuotePolicy, QuoteState
from fedlearn.domain.statuses import Mention, Preview, QuoteView, Status, StatusView
from fedlearn.services.filters import results_in
from fedlearn.web.entity_cache import Written, written
from fedlearn.web.mastodon.entities.accounts import account_json
from fedlearn.web.mastodon.entities.attachments import attachment_entity
from fedlearn.web.mastodon.entities.describing import (
    VISIBILITIES,
    Describing,
    Entity,
    emoji_entity,
    end_of,
    moment,
)
from fedlearn.web.mastodon.entities.filters import filter_result_entity
from fedlearn.web.mastodon.entities.polls import poll_entity

QUOTE_STATES = {
    QuoteState.PENDING: "pending",
    QuoteState.ACCEPTED: "accepted",
    QuoteState.REJECTED: "rejected",
    QuoteState.REVOKED: "revoked",
}


def status_entity(of: Describing, view: StatusView, **beside: object) -> Written:
    """Status, written: a post, or a boost around what it boosts; and what stands beside it.

    To most readers most posts say the very same: what can differ is what the key is made of.
    """
    if beside or view.poll or view.quote or of.filters:
        return written({**_entity(of, view), **beside})
    boosted, parent = view.boost_of, view.in_reply_to_author
    author, reader_id = view.author, of.viewer.actor_id
    favourited, reblogged, muted, bookmarked = _marks(boosted or view)
    # Written out, not unpacked: this is done for each post of each timeline.
    key = (
        view.id,
        parent.id if parent else None,
        view.replies,
        view.boosts,
        view.favourites,
        view.quotes,
        view.pinned,
        favourited,
        reblogged,
        muted,
        bookmarked,
        author.id == reader_id,
        view.creator is not None and view.creator.id == reader_id,
        of.sort_of_reader,
    )
    source = (
        view.status,
        view.mentions,
        view.hashtags,
        view.attachments,
        view.preview,
        account_json(of, author),
        account_json(of, view.credited) if view.credited else None,
        status_entity(of, boosted) if boosted else None,
    )
    return of.shared.statuses.made_of(key, source, lambda: written(_entity(of, view)))


def _marks(view: StatusView) -> tuple[bool, bool, bool, bool]:
    return view.favourited, view.boosted, view.muted, view.bookmarked


def _entity(of: Describing, view: StatusView) -> Entity:
    status, boosted, parent = view.status, view.boost_of, view.in_reply_to_author
    favourited, reblogged, muted, bookmarked = _marks(boosted or view)
    files = enumerate(view.attachments)
    return {
        "id": str(status.id),
        "created_at": moment(status.published),
        "in_reply_to_id": str(status.in_reply_to_id) if parent else None,
        "in_reply_to_account_id": str(parent.id) if parent else None,
        "sensitive": _is_sensitive(of, view),
        "spoiler_text": status.content_warning,
        "visibility": VISIBILITIES[status.reach],
        "local_only": status.scope is Scope.ORG,
        "language": status.language,
        "uri": status.uri,
        "url": (boosted or view).status.url,
        "replies_count": view.replies,
        "reblogs_count": view.boosts,
        "favourites_count": view.favourites,
        "quotes_count": view.quotes,
        "edited_at": end_of(status.edited_at),
        "favourited": favourited,
        "reblogged": reblogged,
        "muted": muted,
        "bookmarked": bookmarked,
        "pinned": view.pinned,
        "content": status.content,
        "filtered": [filter_result_entity(one) for one in results_in(of.filters, of.viewer, view)],
        "reblog": status_entity(of, boosted) if boosted else None,
        "application": None,
        "account": account_json(of, view.author),
        "media_attachments": [attachment_entity(of, status, *one) for one in files],
        "mentions": [mention_entity(one) for one in view.mentions],
        "tags": [tag_entity(of, name) for name in view.hashtags],
        "emojis": [emoji_entity(of, one) for one in status.emojis],
        "card": card_entity(of, view.preview, view.creator) if view.preview else None,
        "poll": poll_entity(of, view) if view.poll else None,
        "quote": quote_entity(of, view.quote) if view.quote else None,
        "quote_approval": quote_approval_entity(policy_of(view), _may_quote(of, status)),
    }


def _is_sensitive(of: Describing, view: StatusView) -> bool:
    # Apps send back what they were told with an edit, so authors are told what they said.
    is_own = view.author.id == of.viewer.actor_id
    return view.status.is_sensitive if is_own else view.is_sensitive


def mention_entity(mention: Mention) -> Entity:
    """Status::Mention."""
    return {
        "id": str(mention.actor_id),
        "username": mention.acct.partition("@")[0],
        "url": mention.url,
        "acct": mention.acct,
    }


def tag_entity(of: Describing, name: str) -> Entity:
    """Status::Tag."""
    return {"name": name, "url": of.instance.uris.hashtag(name)}


def card_entity(of: Describing, preview: Preview, creator: Actor | None) -> Entity:
    """PreviewCard: where a post leads; whom the page names must know of it to be its author."""
    credited = creator if creator and preview.is_by(creator) else None
    return {
        "url": preview.url,
        "title": preview.title,
        "description": preview.description,
        "language": None,
        "type": "link",
        "author_name": credited.display_name if credited else "",
        "author_url": credited.profile.url if credited else "",
        "authors": [author_entity(of, credited)] if credited else [],
        "missing_attribution": _lacks_word(of, creator, credited),
        "provider_name": preview.site,
        "provider_url": origin_of(preview.url) or "",
        "html": "",
        "width": 0,
        "height": 0,
        "image": of.media(preview.image) if preview.image else None,
        "image_description": preview.image_description,
        "embed_url": "",
        "blurhash": None,
        "published_at": None,
    }


def _lacks_word(of: Describing, creator: Actor | None, credited: Actor | None) -> bool:
    """Whether a page names the viewer, who has not said that it may."""
    return creator is not None and creator.id == of.viewer.actor_id and credited is None


def author_entity(of: Describing, author: Actor) -> Entity:
    """PreviewCard::Author: who has written a page."""
    account = account_json(of, author)
    return {"name": author.display_name, "url": author.profile.url, "account": account}


def quote_entity(of: Describing, quote: QuoteView) -> Entity:
    """Quote: what is quoted. What that quotes in turn is not unfolded."""
    state = QUOTE_STATES[quote.state]
    if quote.state is QuoteState.ACCEPTED and quote.view is None:
        state = "unauthorized"
    return {
        "state": state,
        "quoted_status": status_entity(of, quote.view) if quote.view else None,
    }


def quote_approval_entity(policy: QuotePolicy, current_user: str) -> Entity:
    """Who may quote a post, and whether the viewer may."""
    automatic = [] if policy is QuotePolicy.NOBODY else [policy.value]
    return {"automatic": automatic, "manual": [], "current_user": current_user}


def _may_quote(of: Describing, status: Status) -> str:
    is_author = status.actor_id == of.viewer.actor_id
    if of.viewer.actor_id is None or not (status.reach.is_open or is_author):
        return "denied"
    if is_author or status.quote_policy is QuotePolicy.PUBLIC:
        return "automatic"
    return "unknown" if status.quote_policy is QuotePolicy.FOLLOWERS else "denied"
