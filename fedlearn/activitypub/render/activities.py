"""This is where our activities are written as ActivityPub documents.

An activity has the audience of its object; Accept, Reject and Undo embed what they are about whole.
"""

from collections.abc import Sequence

from fedlearn.activitypub.audience import addressed
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.documents import timestamp
from fedlearn.activitypub.render.statuses import audience_of, render_note, render_tombstone
from fedlearn.activitypub.uris import PUBLIC, Uris
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Millis, Uri, snowflake
from fedlearn.domain.statuses import StatusView


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


def render_update(view: StatusView, uris: Uris, at: Millis | None = None) -> Document:
    """An edited status goes out; or, at a moment of its own, one that changed without an edit."""
    note = render_note(view, uris)
    return {
        "id": f"{view.status.uri}#updates/{at or view.status.edited_at}",
        "type": "Update",
        "actor": view.author.uri,
        "published": timestamp(at) if at else note["updated"],
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


def render_delete_actor(actor: Uri) -> Document:
    """An account is no more."""
    return {
        "id": f"{actor}#delete",
        "type": "Delete",
        "actor": actor,
        "to": [PUBLIC],
        "cc": [],
        "object": actor,
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


def render_relayed(view: StatusView, instance_actor: Uri) -> Document:
    """The instance points a relay to a public post."""
    return {
        "id": f"{instance_actor}#relayed/{view.id}",
        "type": "Announce",
        "actor": instance_actor,
        "published": timestamp(view.status.published),
        "to": [PUBLIC],
        "cc": [],
        "object": view.status.uri,
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


def render_move(uri: str, actor: Uri, target: Uri) -> Document:
    """Somebody goes on under another account."""
    return {
        "id": uri,
        "type": "Move",
        "actor": actor,
        "to": [f"{actor}/followers"],
        "cc": [],
        "object": actor,
        "target": target,
    }


def render_block(uri: str, blocker: Uri, blocked: Uri) -> Document:
    """Somebody wants nothing to do with somebody."""
    return {
        "id": uri,
        "type": "Block",
        "actor": blocker,
        "to": [blocked],
        "cc": [],
        "object": blocked,
    }


def render_flag(uri: str, actor: Uri, objects: Sequence[Uri], comment: str) -> Document:
    """A report, in the name of the instance; it is addressed to nobody, and sent to one server."""
    return {"id": uri, "type": "Flag", "actor": actor, "object": list(objects), "content": comment}


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


def render_add(view: StatusView) -> Document:
    """A status stands on top of its author's profile."""
    return _render_pin("Add", view)


def render_remove(view: StatusView) -> Document:
    """A status does not stand there any more."""
    return _render_pin("Remove", view)


def _render_pin(kind: str, view: StatusView) -> Document:
    """Addressed as the status is, without those whom it names: it is no news to them."""
    audience = addressed(view.status.reach, Uri(f"{view.author.uri}/followers"), [])
    return {
        "id": f"{view.status.uri}#{kind.lower()}s/{snowflake()}",
        "type": kind,
        "actor": view.author.uri,
        "to": list(audience.to),
        "cc": list(audience.cc),
        "object": view.status.uri,
        "target": f"{view.author.uri}/featured",
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
