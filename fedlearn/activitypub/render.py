"""This is where our actors, statuses and activities are written as ActivityPub documents.

Shapes follow FEDERATION.md: lists are always lists, nothing is null but `summary` and `inReplyTo`,
an activity has the audience of its object, and Accept and Undo embed what they are about whole.
"""

import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fedlearn.activitypub.audience import Audience, addressed
from fedlearn.activitypub.jsonld import CONTEXT, Document
from fedlearn.activitypub.multikeys import write_multikey
from fedlearn.activitypub.uris import PUBLIC, Uris
from fedlearn.domain.actors import Actor, PublicKey
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import Millis, Uri
from fedlearn.domain.statuses import Attachment, StatusView

DAY_MS = 86_400_000


def with_context(document: Document) -> Document:
    """A document that stands alone."""
    return {"@context": CONTEXT, **document}


def timestamp(at: Millis) -> str:
    """A moment in ISO 8601, to the millisecond, so that peers can keep posts in order."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


# --- actors --------------------------------------------------------------------------------------


def render_actor(actor: Actor, key: PublicKey, uris: Uris) -> Document:
    """A local actor."""
    profile = actor.profile
    document: Document = {
        "id": profile.uri,
        "type": profile.kind.value,
        "preferredUsername": profile.username,
        "webfinger": uris.handle(profile.username),
        "name": profile.name,
        "summary": profile.summary,
        "url": profile.url,
        # Rounded to the day: when exactly somebody signed up is nobody's business.
        "published": timestamp(Millis(profile.published - profile.published % DAY_MS)),
        "inbox": profile.inbox,
        "outbox": profile.outbox,
        "followers": profile.followers,
        "following": profile.following,
        "featured": profile.featured,
        "featuredTags": f"{profile.uri}/tags",
        "endpoints": {"sharedInbox": uris.shared_inbox},
        "manuallyApprovesFollowers": profile.is_locked,
        "discoverable": profile.is_discoverable,
        "indexable": profile.is_indexable,
        "memorial": False,
        "publicKey": {"id": key.uri, "owner": key.owner, "publicKeyPem": key.pem},
        # The same key once more, in the form that newer peers read.
        "assertionMethod": [
            {
                "id": f"{key.owner}#multikey",
                "type": "Multikey",
                "controller": key.owner,
                "publicKeyMultibase": write_multikey(key.pem),
            }
        ],
        "attachment": [
            {"type": "PropertyValue", "name": field.name, "value": field.value}
            for field in profile.fields
        ],
        "tag": [],
        "alsoKnownAs": list(profile.also_known_as),
    }
    pictures = {"icon": profile.avatar, "image": profile.header}
    document |= {name: _render_picture(url) for name, url in pictures.items() if url}
    if profile.moved_to:
        document["movedTo"] = profile.moved_to
    return document


def _render_picture(url: str) -> Document:
    media_type, _ = mimetypes.guess_type(url)
    return {"type": "Image", "mediaType": media_type or "image/png", "url": url}


# --- statuses ------------------------------------------------------------------------------------


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
        "sensitive": status.is_sensitive,
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
    return note


def _render_attachment(attachment: Attachment) -> Document:
    optional = {
        "blurhash": attachment.blurhash,
        "width": attachment.width,
        "height": attachment.height,
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


# --- activities ----------------------------------------------------------------------------------


def render_create(view: StatusView, uris: Uris) -> Document:
    """A new status goes out."""
    note = render_note(view, uris)
    return {
        "id": f"{view.status.uri}/activity",
        "type": "Create",
        "actor": view.author.uri,
        "published": note["published"],
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
    }


def render_update(view: StatusView, uris: Uris) -> Document:
    """An edited status goes out."""
    note = render_note(view, uris)
    return {
        "id": f"{view.status.uri}#updates/{view.status.edited_at}",
        "type": "Update",
        "actor": view.author.uri,
        "published": note["updated"],
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
    }


def render_update_actor(document: Document, followers: Uri, at: Millis) -> Document:
    """A changed profile, or a new key, goes out."""
    return {
        "id": f"{document['id']}#updates/{at}",
        "type": "Update",
        "actor": document["id"],
        "published": timestamp(at),
        "to": [PUBLIC],
        "cc": [followers],
        "object": document,
    }


def render_delete(view: StatusView) -> Document:
    """A status is no more. It is addressed as the status was, so that a Delete tells nobody new."""
    audience = audience_of(view)
    return {
        "id": f"{view.status.uri}#delete",
        "type": "Delete",
        "actor": view.author.uri,
        "to": list(audience.to),
        "cc": list(audience.cc),
        "object": render_tombstone(view.status.uri),
    }


def render_announce(view: StatusView) -> Document:
    """A boost: the view is that of the boost itself."""
    if view.boost_of is None:
        raise ValueError("only a boost is announced")
    followers = Uri(f"{view.author.uri}/followers")
    audience = addressed(view.status.reach, followers, [view.boost_of.author.uri])
    return {
        "id": view.status.uri,
        "type": "Announce",
        "actor": view.author.uri,
        "published": timestamp(view.status.published),
        "to": list(audience.to),
        "cc": list(audience.cc),
        "object": view.boost_of.status.uri,
    }


def render_like(uri: str, actor: Actor, view: StatusView) -> Document:
    """A favourite."""
    return {
        "id": uri,
        "type": "Like",
        "actor": actor.uri,
        "to": [view.author.uri],
        "cc": [],
        "object": view.status.uri,
    }


def render_follow(uri: str, follower: Uri, followee: Uri) -> Document:
    """Somebody wants to read somebody."""
    return {
        "id": uri,
        "type": "Follow",
        "actor": follower,
        "to": [followee],
        "cc": [],
        "object": followee,
    }


def render_answer(kind: str, uri: str, follow: Document) -> Document:
    """Accept or Reject of a follow, which is embedded whole: Threads and Misskey insist on it."""
    return {
        "id": uri,
        "type": kind,
        "actor": follow["object"],
        "to": [follow["actor"]],
        "cc": [],
        "object": follow,
    }


def render_undo(activity: Document) -> Document:
    """What an activity did is taken back; it is embedded whole."""
    return {
        "id": f"{activity['id']}/undo" if "#" in activity["id"] else f"{activity['id']}#undo",
        "type": "Undo",
        "actor": activity["actor"],
        "to": activity["to"],
        "cc": activity["cc"],
        "object": activity,
    }


# --- collections ---------------------------------------------------------------------------------


def render_collection(
    uri: str, total: int, *, first: str | None = None, items: Sequence[Any] | None = None
) -> Document:
    """An ordered collection: paged from `first`, or with its items, or only counted."""
    collection: Document = {"id": uri, "type": "OrderedCollection", "totalItems": total}
    if first is not None:
        collection["first"] = first
    if items is not None:
        collection["orderedItems"] = list(items)
    return collection


def render_page(
    uri: str, part_of: str, items: Sequence[Any], *, next_page: str | None = None
) -> Document:
    """A page of an ordered collection."""
    page: Document = {
        "id": uri,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": list(items),
    }
    if next_page is not None:
        page["next"] = next_page
    return page
