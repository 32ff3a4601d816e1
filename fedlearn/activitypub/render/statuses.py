"""This is where our statuses are written as ActivityPub documents.

Shapes follow FEDERATION.md: lists are always lists, and nothing is null but `summary` and
`inReplyTo`.
"""

from fedlearn.activitypub.audience import Audience, addressed
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.documents import timestamp
from fedlearn.activitypub.render.polls import render_poll
from fedlearn.activitypub.render.quotes import render_quote, render_quote_policy
from fedlearn.activitypub.uris import Uris
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import Millis, Uri
from fedlearn.domain.media import PICTURE, small_address
from fedlearn.domain.statuses import Attachment, StatusView


def audience_of(view: StatusView) -> Audience:
    """Whom a local status is addressed to."""
    followers = Uri(f"{view.author.uri}/followers")
    return addressed(view.status.reach, followers, _named(view))


def _named(view: StatusView) -> list[Uri]:
    """Who is named in a post, or is its parent's author where the post is for more than them."""
    named = [mention.uri for mention in view.mentions]
    parent = view.in_reply_to_author
    if parent and view.status.reach.is_open and parent.id != view.author.id:
        named.append(parent.uri)
    return named


def render_note(view: StatusView, uris: Uris) -> Document:
    """A local status that is not a boost."""
    status, audience = view.status, audience_of(view)
    note: Document = {
        "id": status.uri,
        "type": "Note",
        "attributedTo": view.author.uri,
        "url": status.url,
        "published": timestamp(status.published),
        "to": list(audience.to),
        "cc": list(audience.cc),
        "summary": status.content_warning or None,
        "sensitive": view.is_sensitive,
        "inReplyTo": status.in_reply_to_uri,
        "content": status.content,
        "atomUri": status.uri,
        "conversation": status.conversation,
        "context": status.conversation,
        "attachment": [_render_attachment(one) for one in view.attachments],
        "tag": _render_tags(view, uris),
        "replies": {
            "id": f"{status.uri}/replies",
            "type": "Collection",
            "first": {
                "type": "CollectionPage",
                "partOf": f"{status.uri}/replies",
                "next": f"{status.uri}/replies?page=true",
                "items": [],
            },
        },
        "likes": {"id": f"{status.uri}/likes", "type": "Collection", "totalItems": view.favourites},
        "shares": {"id": f"{status.uri}/shares", "type": "Collection", "totalItems": view.boosts},
    }
    if status.in_reply_to_uri:
        note["inReplyToAtomUri"] = status.in_reply_to_uri
    if status.language:
        note["contentMap"] = {status.language: status.content}
    if status.source is not None:
        note["source"] = {"content": status.source, "mediaType": "text/plain"}
    if status.edited_at:
        # Some peers compare whole seconds, and apply an edit only when it is later than the post.
        note["updated"] = timestamp(Millis(max(status.edited_at, status.published + 1000)))
    if not status.reach.is_open:
        note["directMessage"] = status.reach is Reach.DIRECT
    if view.poll is not None:
        note |= render_poll(view.poll)
    if view.quote is not None:
        note |= render_quote(view.quote)
    return note | render_quote_policy(view)


def _render_attachment(attachment: Attachment) -> Document:
    optional = {
        "blurhash": attachment.blurhash,
        "width": attachment.width,
        "height": attachment.height,
        "focalPoint": [attachment.focus.x, attachment.focus.y] if attachment.focus else None,
        "duration": f"PT{attachment.run.seconds:g}S" if attachment.run else None,
        "icon": _render_cover(attachment) if attachment.run else None,
    }
    return {
        "type": "Document",
        "mediaType": attachment.media_type,
        "url": attachment.url,
        # Mastodon reads the alt text from summary, others from name.
        "name": attachment.description,
        "summary": attachment.description,
        **{name: value for name, value in optional.items() if value is not None},
    }


def _render_cover(attachment: Attachment) -> Document | None:
    """The picture by which a film or sound is shown, as far as it has one."""
    url = small_address(attachment.url, attachment.blurhash)
    return {"type": "Image", "mediaType": PICTURE, "url": url} if url else None


def _render_tags(view: StatusView, uris: Uris) -> list[Document]:
    tags: list[Document] = [
        {
            "type": "Mention",
            "href": mention.uri,
            "name": f"@{mention.acct if '@' in mention.acct else uris.handle(mention.acct)}",
        }
        for mention in view.mentions
    ]
    parent = view.in_reply_to_author
    named = {mention.uri for mention in view.mentions}
    if parent and view.status.reach.is_open and parent.uri not in named | {view.author.uri}:
        # GoToSocial takes a reply only when its author is tagged.
        acct = parent.acct if "@" in parent.acct else uris.handle(parent.acct)
        tags.append({"type": "Mention", "href": parent.uri, "name": f"@{acct}"})
    return tags + [
        {"type": "Hashtag", "href": uris.hashtag(name), "name": f"#{name}"}
        for name in view.hashtags
    ]


def render_tombstone(uri: str) -> Document:
    """What is left of a deleted status."""
    return {"id": uri, "type": "Tombstone", "atomUri": uri}
