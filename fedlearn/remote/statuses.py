"""This is where posts of other servers are fetched, and stored with all that belongs to them.

Storing happens inside the caller's transaction, so nothing here that stores may use the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedlearn.activitypub.audience import SPELLINGS_OF_PUBLIC, reach_of
from fedlearn.activitypub.uris import Uris, same_origin
from fedlearn.activitypub.vocabulary.notes import NoteDocument, read_note
from fedlearn.activitypub.vocabulary.quotes import quote_policy_of
from fedlearn.db import actors as db_actors
from fedlearn.db import polls as db_polls
from fedlearn.db import received as db_received
from fedlearn.db import statuses as db_statuses
from fedlearn.db.conversations import is_open_conversation
from fedlearn.db.database import Connection
from fedlearn.db.details import Details, add_details, replace_details
from fedlearn.db.indexing import index_again, index_status
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import ActorId, Millis, StatusId, Uri, now, snowflake_of_arrival
from fedlearn.domain.polls import Poll
from fedlearn.domain.statuses import Status
from fedlearn.errors import RefusedDocument
from fedlearn.instance import Instance
from fedlearn.remote.actors import find_actor
from fedlearn.remote.content import content_of, warning_of
from fedlearn.remote.mentions import want_mentioned
from fedlearn.remote.quotes import claim_quote, confirm_quote


@dataclass(frozen=True, slots=True)
class Stored:
    """A post that is stored now. `named` are actors to be told: newly named in it, or all."""

    status: Status
    named: tuple[ActorId, ...]


async def fetch_note(instance: Instance, uri: str) -> tuple[NoteDocument, Actor]:
    """Fetch a post and find its author; `FetchError` and its kin, or `RefusedDocument`."""
    document = await instance.fetcher.fetch(uri, await instance.own_signing_key())
    note = read_note(document)
    author = await find_actor(instance, note.attributed_to[0])
    return note, author


async def store_note(
    connection: Connection,
    uris: Uris,
    note: NoteDocument,
    author: Actor,
    *,
    quotes_above: int = 0,
) -> Stored | None:
    """Keep a post; None when its author has deleted it already.

    A post that is known stays as it is. `quotes_above` is how many quotes lead to it.
    `RefusedDocument` when the author may not speak for it, or when it is no post but a vote.
    """
    _check_authorship(note, author, uris)
    if not author.is_active:
        raise RefusedDocument(f"{author.uri} is suspended, blocked or gone")
    if await db_received.is_buried(connection, note.uri, author.uri):
        return None
    parent = await _parent(connection, note)
    conversation = await _conversation(connection, uris, note, parent)
    status = _status(note, author, parent, conversation)
    if not await db_statuses.insert_status(connection, status, is_local=False):
        known = await db_statuses.status_by_uri(connection, note.uri)
        if known is None or known.actor_id != author.id:
            raise RefusedDocument(f"{note.uri} belongs to somebody else")
        # It may have been fetched as part of a conversation, and nobody told so far.
        return Stored(known, tuple(await db_statuses.named_in(connection, known.id)))
    details = _details(note)
    await add_details(connection, status.id, details)
    if note.poll is not None:
        await db_polls.store_poll(connection, status.id, note.poll)
    await index_status(connection, status, details, note.poll)
    if note.quote is not None:
        await claim_quote(connection, status, note.quote, quotes_above=quotes_above)
    named = await _store_mentions(connection, uris, status, note, author.profile.followers)
    return Stored(status, tuple(named))


async def update_note(
    connection: Connection, uris: Uris, before: Status, note: NoteDocument, author: Actor
) -> Stored:
    """Apply what has changed: counts and tallies always, the text when the edit is newer than ours.

    When a post was published never changes.
    """
    _check_authorship(note, author, uris)
    if before.actor_id != author.id or before.boost_of_id is not None:
        raise RefusedDocument(f"{note.uri} is not a post by {author.uri}")
    await db_statuses.refresh_told(connection, _with_told(before, note, author))
    is_edit = note.updated is not None and note.updated > (before.edited_at or before.published)
    await _refresh_poll(connection, before.id, note, is_edit=is_edit)
    if not is_edit:
        # A quote may have been agreed to since; another one would be an edit.
        if note.quote is not None:
            await confirm_quote(connection, before, note.quote)
        return Stored(before, ())
    after = replace(
        before,
        content=content_of(note),
        content_warning=warning_of(note),
        is_sensitive=note.is_sensitive or bool(warning_of(note)),
        language=note.language,
        emojis=note.emojis,
        edited_at=note.updated,
    )
    await db_statuses.replace_text(connection, before, after)
    await replace_details(connection, before.id, _details(note))
    await index_again(connection, after)
    await claim_quote(connection, after, note.quote)
    named = await _store_mentions(connection, uris, after, note, author.profile.followers)
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
    if note.is_vote:
        raise RefusedDocument(f"{note.uri} is a vote, and no post")


async def _parent(connection: Connection, note: NoteDocument) -> Status | None:
    if note.in_reply_to is None:
        return None
    parent = await db_statuses.status_by_uri(connection, note.in_reply_to)
    # Nobody outside knows what stays inside: who answers it has guessed, and joins no conversation.
    return parent if parent and parent.scope is Scope.FED else None


async def _conversation(
    connection: Connection, uris: Uris, note: NoteDocument, parent: Status | None
) -> Uri:
    """To which conversation a post belongs: that of what it answers, else the one that it names."""
    if parent is not None:
        return parent.conversation
    named = Uri(note.conversation or note.uri)
    # As above: of ours, only one that is known outside can be meant.
    is_guessed = uris.is_ours(named) and not await is_open_conversation(connection, named)
    return note.uri if is_guessed else named


def _status(note: NoteDocument, author: Actor, parent: Status | None, conversation: Uri) -> Status:
    published = _published(note)
    status = Status(
        id=StatusId(snowflake_of_arrival(published)),
        uri=note.uri,
        url=note.url,
        actor_id=author.id,
        reach=reach_of(note.to, note.cc, author.profile.followers),
        scope=Scope.FED,
        content=content_of(note),
        source=None,
        content_warning=warning_of(note),
        is_sensitive=note.is_sensitive or bool(warning_of(note)),
        language=note.language,
        in_reply_to_uri=note.in_reply_to,
        in_reply_to_id=parent.id if parent else None,
        boost_of_id=None,
        conversation=conversation,
        published=published,
        edited_at=note.updated if note.updated and note.updated > published else None,
        emojis=note.emojis,
        replies=_elsewhere(note.replies, note),
        context=_elsewhere(note.context, note),
    )
    return _with_told(status, note, author)


def _with_told(status: Status, note: NoteDocument, author: Actor) -> Status:
    """A status with what its author's server says besides its text."""
    return replace(
        status,
        quote_policy=quote_policy_of(note.quote_approval, author.profile.followers),
        told_favourites=note.told_favourites,
        told_boosts=note.told_boosts,
    )


def _elsewhere(collection: Uri | None, note: NoteDocument) -> Uri | None:
    """A collection that its author's server may speak for."""
    return collection if collection and same_origin(collection, note.uri) else None


def _published(note: NoteDocument) -> Millis:
    """When it was written; never in the future, where it would stand above everything."""
    return min(note.published or now(), now())


def _details(note: NoteDocument) -> Details:
    hashtags = tuple(dict.fromkeys(name.lower() for name in note.hashtags))
    return Details(hashtags, note.attachments, note.preview)


async def _refresh_poll(
    connection: Connection, status_id: StatusId, note: NoteDocument, *, is_edit: bool
) -> None:
    """New tallies of the same poll; an edit may also change the answers, which voids the votes."""
    before = await db_polls.poll_of(connection, status_id)
    is_same = _answers(before) == _answers(note.poll)
    if is_edit and not is_same:
        await db_polls.delete_poll(connection, status_id)
    if note.poll is not None and (is_edit or is_same):
        await db_polls.store_poll(connection, status_id, note.poll)


def _answers(poll: Poll | None) -> tuple[bool, Sequence[str]] | None:
    return (poll.is_multiple, [one.title for one in poll.options]) if poll else None


async def _store_mentions(
    connection: Connection,
    uris: Uris,
    status: Status,
    note: NoteDocument,
    followers: Uri | None,
) -> list[ActorId]:
    """Store who is named; who newly is.

    Named means tagged and addressed. Who is only addressed may read the post, and is not told. Who
    is named and not known here yet is looked up later.
    """
    addressed = {*note.to, *note.cc} - SPELLINGS_OF_PUBLIC - {followers}
    tagged = {tag.href for tag in note.mentions}
    known = await db_actors.actors_by_uri(connection, list(addressed | tagged))
    named = [actor.id for actor in known if actor.uri in addressed & tagged]
    silent = [actor.id for actor in known if actor.uri in addressed - tagged]
    strangers = addressed & tagged - {actor.uri for actor in known}
    await want_mentioned(connection, uris, status, strangers)
    await db_statuses.add_mentions(connection, status.id, silent, is_silent=True)
    return await db_statuses.add_mentions(connection, status.id, named, is_silent=False)
