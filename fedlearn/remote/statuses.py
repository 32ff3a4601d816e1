"""This is where posts of other servers are fetched, and stored with all that belongs to them.

Storing happens inside the caller's transaction, so nothing here that stores may use the network.
"""

import html
from dataclasses import dataclass, replace

from fedlearn.activitypub.audience import reach_of
from fedlearn.activitypub.uris import Uris, host_of, same_origin
from fedlearn.activitypub.vocabulary.notes import NoteDocument, read_note
from fedlearn.db import actors as db_actors
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import ActorId, Millis, StatusId, Uri, now, snowflake_of_arrival
from fedlearn.domain.statuses import Status
from fedlearn.errors import RefusedDocument
from fedlearn.instance import Instance
from fedlearn.remote.actors import find_actor, refuse_unwelcome
from fedlearn.text.sanitize import SafeHtml, sanitize, to_plain_text

NATIVE_KINDS = frozenset({"Note", "Question"})
LONGEST_WARNING = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """A post that is stored now. `named` are actors to be told: newly named in it, or all."""

    status: Status
    named: tuple[ActorId, ...]


async def fetch_note(instance: Instance, uri: str) -> tuple[NoteDocument, Actor]:
    """Fetch a post and find its author; `FetchError` and its kin, or `RefusedDocument`."""
    await refuse_unwelcome(instance, host_of(uri))
    document = await instance.fetcher.fetch(uri, await instance.own_signing_key())
    note = read_note(document)
    author = await find_actor(instance, note.attributed_to[0])
    return note, author


async def store_note(
    connection: Connection, uris: Uris, note: NoteDocument, author: Actor
) -> Stored | None:
    """Keep a post; None when its author has deleted it already.

    A post that is known stays as it is. `RefusedDocument` when the author may not speak for it.
    """
    _check_authorship(note, author, uris)
    if not author.is_active:
        raise RefusedDocument(f"{author.uri} is suspended, blocked or gone")
    if await db_received.is_buried(connection, note.uri, author.uri):
        return None
    parent = await _parent(connection, note)
    status = _status(note, author, parent)
    if not await db_statuses.insert_status(connection, status, is_local=False):
        known = await db_statuses.status_by_uri(connection, note.uri)
        if known is None or known.actor_id != author.id:
            raise RefusedDocument(f"{note.uri} belongs to somebody else")
        # It may have been fetched as part of a conversation, and nobody told so far.
        return Stored(known, tuple(await db_statuses.named_in(connection, known.id)))
    named = await _store_details(connection, status.id, note)
    return Stored(status, tuple(named))


async def update_note(
    connection: Connection, uris: Uris, before: Status, note: NoteDocument, author: Actor
) -> Stored:
    """Apply an edit that is newer than what we have; anything else changes no text."""
    _check_authorship(note, author, uris)
    if before.actor_id != author.id:
        raise RefusedDocument(f"{note.uri} belongs to somebody else")
    edited_at = note.updated
    if edited_at is None or edited_at <= (before.edited_at or before.published):
        return Stored(before, ())
    after = replace(
        before,
        content=_content(note),
        content_warning=_warning(note),
        is_sensitive=note.is_sensitive,
        language=note.language,
        edited_at=edited_at,
    )
    await db_statuses.replace_text(connection, before, after)
    named = await _store_details(connection, before.id, note)
    return Stored(after, tuple(named))


async def local_addressees(connection: Connection, uris: Uris, note: NoteDocument) -> list[Actor]:
    """Those of our people to whom a post is addressed, or who are named in it."""
    hrefs = {tag.href for tag in note.mentions}
    ours = [uri for uri in {*note.to, *note.cc, *hrefs} if uris.is_ours(uri)]
    actors = await db_actors.actors_by_uri(connection, ours)
    return [actor for actor in actors if actor.is_local and actor.is_active]


def _check_authorship(note: NoteDocument, author: Actor, uris: Uris) -> None:
    if uris.is_ours(note.uri):
        raise RefusedDocument(f"{note.uri} is ours to write")
    if author.uri not in note.attributed_to:
        raise RefusedDocument(f"{note.uri} is not by {author.uri}")
    if not same_origin(note.uri, author.uri):
        raise RefusedDocument(f"{note.uri} is not on the server of its author")


async def _parent(connection: Connection, note: NoteDocument) -> Status | None:
    if note.in_reply_to is None:
        return None
    parent = await db_statuses.status_by_uri(connection, note.in_reply_to)
    # Nobody outside knows what stays inside: who answers it has guessed, and joins no conversation.
    return parent if parent and parent.scope is Scope.FED else None


def _status(note: NoteDocument, author: Actor, parent: Status | None) -> Status:
    published = _published(note)
    conversation = parent.conversation if parent else note.conversation or note.uri
    return Status(
        id=StatusId(snowflake_of_arrival(published)),
        uri=note.uri,
        url=note.url,
        actor_id=author.id,
        reach=reach_of(note.to, note.cc, author.profile.followers),
        scope=Scope.FED,
        content=_content(note),
        source=None,
        content_warning=_warning(note),
        is_sensitive=note.is_sensitive or bool(_warning(note)),
        language=note.language,
        in_reply_to_uri=note.in_reply_to,
        in_reply_to_id=parent.id if parent else None,
        boost_of_id=None,
        conversation=Uri(conversation),
        published=published,
        edited_at=note.updated if note.updated and note.updated > published else None,
    )


def _published(note: NoteDocument) -> Millis:
    """When it was written; never in the future, where it would stand above everything."""
    return min(note.published or now(), now())


def _content(note: NoteDocument) -> SafeHtml:
    """The text; for what is not a plain post its title, summary and a link instead."""
    if note.kind in NATIVE_KINDS:
        return sanitize(note.content)
    title = html.escape(to_plain_text(note.name))
    lead = sanitize(note.summary) if note.summary else sanitize(note.content)
    link = html.escape(note.url)
    return sanitize(f'<p><strong>{title}</strong></p>{lead}<p><a href="{link}">{link}</a></p>')


def _warning(note: NoteDocument) -> str:
    """The content warning; other kinds than Note use `summary` for a lead, not for a warning."""
    return to_plain_text(note.summary)[:LONGEST_WARNING] if note.kind in NATIVE_KINDS else ""


async def _store_details(
    connection: Connection, status_id: StatusId, note: NoteDocument
) -> list[ActorId]:
    """Store tags, attachments and mentions; who is newly named.

    Named means tagged and addressed. Who is only addressed may read the post, and is not told.
    """
    hashtags = [name.lower() for name in note.hashtags]
    await db_statuses.set_details(
        connection, status_id, hashtags=hashtags, attachments=note.attachments
    )
    addressed = {*note.to, *note.cc}
    tagged = {tag.href for tag in note.mentions}
    known = await db_actors.actors_by_uri(connection, list(addressed | tagged))
    named = [actor.id for actor in known if actor.uri in addressed & tagged]
    silent = [actor.id for actor in known if actor.uri in addressed - tagged]
    await db_statuses.add_mentions(connection, status_id, silent, is_silent=True)
    return await db_statuses.add_mentions(connection, status_id, named, is_silent=False)
