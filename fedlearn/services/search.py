"""This is where people look for people, hashtags and posts by words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedlearn.activitypub.webfinger import read_handle
from fedlearn.db import actors as db_actors
from fedlearn.db import search as db_search
from fedlearn.db.database import Connection
from fedlearn.db.indexing import anything_waits, index_waiting
from fedlearn.db.marks import DISCOVERABLE, OURS, author_mark
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Millis, StatusId, now, snowflake_from
from fedlearn.domain.statuses import StatusView
from fedlearn.domain.words import Sought
from fedlearn.instance import Instance
from fedlearn.text.queries import Query, read_query

LATELY_MS = 30 * 24 * 60 * 60 * 1000
A_FEW = 8
MOST_WORDS_OF_PEOPLE = 4


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
    instance: Instance, reader: Actor, text: str, *, before: StatusId | None, limit: int
) -> Found:
    """What the reader may find. People and hashtags stand on the first page only."""
    query = read_query(text)
    await _catch_up(instance)
    async with instance.db.read() as connection:
        ids = await _posts(instance, connection, reader, query, before=before, limit=limit)
        views = await status_views(connection, reader.viewer, ids)
        older = ids[-1] if len(ids) == limit else None
        if before is not None or query.is_narrowed:
            return Found(views=views, older=older)
        people = await _people(connection, reader, query.sought)
        hashtags = await _hashtags(connection, reader, text.strip().removeprefix("#").lower())
    return Found(people, hashtags, views, older)


async def _catch_up(instance: Instance) -> None:
    """See to it that what was posted a moment ago is found, too."""
    async with instance.db.read() as connection:
        waits = await anything_waits(connection)
    if waits:
        async with instance.db.write(redoable=True) as connection:
            await index_waiting(connection)


async def _posts(
    instance: Instance,
    connection: Connection,
    reader: Actor,
    query: Query,
    *,
    before: StatusId | None,
    limit: int,
) -> list[StatusId]:
    sought = query.sought
    if query.author is not None:
        author = await _author(instance, connection, reader, query.author)
        if author is None:
            return []
        sought = replace(sought, marks=(*sought.marks, author_mark(author.id)))
    if not sought.is_something:
        return []
    if query.until is not None:
        until = StatusId(snowflake_from(query.until) + 1)
        before = min(before or until, until)
    return await db_search.found_statuses(
        connection,
        reader.viewer,
        sought,
        since=query.since or Millis(0),
        before=before,
        limit=limit,
    )


async def _author(
    instance: Instance, connection: Connection, reader: Actor, handle: str
) -> Actor | None:
    """Whom `from:` means: somebody known here, or oneself."""
    if handle == "me":
        return reader
    name, _, domain = handle.partition("@")
    if domain in {"", instance.uris.domain}:
        return await db_actors.local_actor(connection, name)
    return await db_actors.remote_actor(connection, name, domain)


async def _people(connection: Connection, reader: Actor, sought: Sought) -> list[Actor]:
    """All of ours, then those elsewhere who wish to be found."""
    phrases = sought.phrases[:MOST_WORDS_OF_PEOPLE]
    if not phrases:
        return []
    people: dict[int, Actor] = {}
    for mark in (OURS, DISCOVERABLE):
        whom = Sought(phrases, sought.unwanted, (mark,), by_beginning=True)
        for actor in await db_search.found_people(connection, reader.viewer, whom, A_FEW):
            people.setdefault(actor.id, actor)
    return list(people.values())[:A_FEW]


async def _hashtags(
    connection: Connection, reader: Actor, beginning: str
) -> Sequence[tuple[str, int]]:
    """Those that begin so; a text of several words begins none."""
    if not beginning or len(beginning.split()) > 1:
        return ()
    return await db_search.found_hashtags(
        connection, reader.viewer, beginning, since=Millis(now() - LATELY_MS), limit=A_FEW
    )
