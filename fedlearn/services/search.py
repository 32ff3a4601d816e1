"""This is where people look for people, hashtags and posts by words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedlearn.activitypub.webfinger import read_handle
from fedlearn.db import search as db_search
from fedlearn.db.database import Connection
from fedlearn.db.follows import followed_among
from fedlearn.db.indexing import anything_waits, index_waiting
from fedlearn.db.marks import DISCOVERABLE, OURS, author_mark
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Viewer
from fedlearn.domain.ids import DAY_MS, Millis, StatusId, now, snowflake_from
from fedlearn.domain.statuses import StatusView
from fedlearn.domain.words import Sought
from fedlearn.instance import Instance
from fedlearn.remote.actors import is_ours, known_by_handle, read_typed
from fedlearn.text.queries import Query, read_query

LATELY_MS = 30 * DAY_MS
A_FEW = 8
MOST_WORDS_OF_PEOPLE = 4
MOST_CALLED_ALIKE = 40  # of whom one has just this name
# How often one page goes on where the looking ended; the next page goes on from there.
MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found. `older` is where the next page of posts begins."""

    people: Sequence[Actor] = ()
    hashtags: Sequence[tuple[str, int]] = ()
    views: Sequence[StatusView] = ()
    older: StatusId | None = None


def is_name(text: str) -> bool:
    """Whether a text names one account or post, so that it is looked up and not looked for."""
    text = text.strip()
    if text.startswith(("http://", "https://")):
        return len(text.split()) == 1
    is_short_handle = text.startswith("@") and "@" not in text[1:]
    return read_handle(f"{text}@here.example" if is_short_handle else text) is not None


async def search(
    instance: Instance,
    reader: Actor,
    text: str,
    *,
    before: StatusId | None,
    limit: int,
    others: int = A_FEW,
) -> Found:
    """What the reader may find; people and hashtags, so many, stand on the first page only."""
    query = read_query(text)
    await catch_up(instance)
    async with instance.db.read() as connection:
        ids, older = await _page_of_posts(
            instance, connection, reader, query, before=before, limit=limit
        )
        views = await status_views(connection, reader.viewer, ids)
        if before is not None or query.is_narrowed:
            return Found(views=views, older=older)
        people = await _people(connection, reader, query.sought, others)
        beginning = text.strip().removeprefix("#").lower()
        hashtags = await _hashtags(connection, reader.viewer, beginning, others)
    return Found(people, hashtags, views, older)


async def search_as_stranger(instance: Instance, text: str, most: int) -> Found:
    """What anybody finds: people here who wish to be found, and hashtags of open posts from here.

    Nobody else is asked, and nothing is written for it.
    """
    async with instance.db.read() as connection:
        if is_name(text):
            return Found(await _called_by_strangers(instance, connection, text))
        query = read_query(text)
        if query.is_narrowed:
            return Found()
        people = await _findable_by_strangers(connection, query.sought, most)
        beginning = text.strip().removeprefix("#").lower()
        hashtags = await _hashtags(connection, STRANGER, beginning, most)
    return Found(people, hashtags)


async def _called_by_strangers(
    instance: Instance, connection: Connection, text: str
) -> list[Actor]:
    """Who has just this handle; by an address, something would be fetched, or seem to be."""
    handle = read_typed(instance, text)
    if handle is None or not is_ours(instance, handle):
        return []
    sought = read_query(handle.name).sought
    found = await _findable_by_strangers(connection, sought, MOST_CALLED_ALIKE)
    return [one for one in found if one.profile.username.lower() == handle.name.lower()]


async def _findable_by_strangers(connection: Connection, sought: Sought, most: int) -> list[Actor]:
    phrases = sought.phrases[:MOST_WORDS_OF_PEOPLE]
    if not phrases:
        return []
    whom = Sought(phrases, sought.unwanted, (OURS, DISCOVERABLE), by_beginning=True)
    found = await db_search.found_people(connection, STRANGER, whom, most)
    # What they have said last holds, also while the words are not written anew.
    return [one for one in found if one.profile.is_discoverable]


async def catch_up(instance: Instance) -> None:
    """See to it that what was posted a moment ago is found, too."""
    async with instance.db.read() as connection:
        waits = await anything_waits(connection)
    if waits:
        async with instance.db.write(redoable=True) as connection:
            await index_waiting(connection)


async def found_posts(
    instance: Instance,
    connection: Connection,
    reader: Actor,
    query: Query,
    *,
    before: StatusId | None,
    limit: int,
) -> list[StatusId]:
    """The posts that a search means, newest first."""
    ids, _older = await _page_of_posts(
        instance, connection, reader, query, before=before, limit=limit
    )
    return ids


async def _page_of_posts(
    instance: Instance,
    connection: Connection,
    reader: Actor,
    query: Query,
    *,
    before: StatusId | None,
    limit: int,
) -> tuple[list[StatusId], StatusId | None]:
    """The same, with where the next page begins: it may bring more where this one is not full."""
    sought = await _sought(instance, connection, reader, query)
    if sought is None or not sought.is_something:
        return [], None
    since = query.since or Millis(0)
    if query.until is not None:
        until = StatusId(snowflake_from(query.until) + 1)
        before = min(before or until, until)
    found: list[StatusId] = []
    for _round in range(MOST_ROUNDS):
        wanted = limit - len(found)
        found += await db_search.found_statuses(
            connection,
            reader.viewer,
            sought,
            since=since,
            before=before,
            limit=wanted,
            only=query.only,
        )
        if len(found) == limit:
            return found, found[-1]
        # Many posts have these words, and most of them are not for this reader.
        before = await db_search.looked_down_to(connection, sought, since=since, before=before)
        if before is None:
            break
    return found, before


async def _sought(
    instance: Instance, connection: Connection, reader: Actor, query: Query
) -> Sought | None:
    """What is sought, with its author; None where nobody is called so."""
    if query.author is None:
        return query.sought
    author = await _author(instance, connection, reader, query.author)
    if author is None:
        return None
    return replace(query.sought, marks=(*query.sought.marks, author_mark(author.id)))


async def _author(
    instance: Instance, connection: Connection, reader: Actor, handle: str
) -> Actor | None:
    """Whom `from:` means: somebody known here, or oneself."""
    if handle == "me":
        return reader
    return await known_by_handle(instance, connection, read_typed(instance, handle))


async def people_called(instance: Instance, reader: Actor, beginning: str) -> list[Actor]:
    """Whom somebody may mean who begins to write a name: also whom they follow already."""
    phrases = read_query(beginning).sought.phrases[:MOST_WORDS_OF_PEOPLE]
    if not phrases:
        return []
    anybody = Sought(phrases, by_beginning=True)
    async with instance.db.read() as connection:
        known = await db_search.found_people(connection, reader.viewer, anybody, A_FEW)
        followed = await followed_among(connection, reader.id, [one.id for one in known])
        others = await _people(connection, reader, anybody)
    people = {one.id: one for one in [*(o for o in known if o.id in followed), *others]}
    return list(people.values())[:A_FEW]


async def people_followed(instance: Instance, reader: Actor, text: str, most: int) -> list[Actor]:
    """Of those whom the reader follows, whose name, handle or profile says this."""
    sought = read_query(text).sought
    if not sought.phrases:
        return []
    whom = Sought(sought.phrases[:MOST_WORDS_OF_PEOPLE], sought.unwanted, by_beginning=True)
    async with instance.db.read() as connection:
        # They stand before all others.
        known = await db_search.found_people(connection, reader.viewer, whom, most)
        followed = await followed_among(connection, reader.id, [one.id for one in known])
    return [one for one in known if one.id in followed]


async def hashtags_called(
    instance: Instance, reader: Actor, beginning: str
) -> Sequence[tuple[str, int]]:
    """Hashtags that begin so, with how many public posts have had each lately."""
    async with instance.db.read() as connection:
        return await _hashtags(connection, reader.viewer, beginning.lower())


async def _people(
    connection: Connection, reader: Actor, sought: Sought, most: int = A_FEW
) -> list[Actor]:
    """All of ours, then those elsewhere who wish to be found."""
    phrases = sought.phrases[:MOST_WORDS_OF_PEOPLE]
    if not phrases:
        return []
    people: dict[int, Actor] = {}
    for mark in (OURS, DISCOVERABLE):
        whom = Sought(phrases, sought.unwanted, (mark,), by_beginning=True)
        for actor in await db_search.found_people(connection, reader.viewer, whom, most):
            people.setdefault(actor.id, actor)
    return list(people.values())[:most]


async def _hashtags(
    connection: Connection, viewer: Viewer, beginning: str, most: int = A_FEW
) -> Sequence[tuple[str, int]]:
    """Those that begin so; a text of several words begins none."""
    if not beginning or len(beginning.split()) > 1:
        return ()
    return await db_search.found_hashtags(
        connection,
        viewer,
        beginning,
        since=Millis(now() - LATELY_MS),
        limit=most,
        only_ours=not viewer.is_local,
    )
