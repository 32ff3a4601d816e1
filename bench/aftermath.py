"""This is where it is looked up what a server has made of all that it was asked."""

import sqlite3
from contextlib import closing
from typing import NamedTuple

from bench.deeds import ADMIRER, STRANGER
from bench.ledger import Aftermath, Deed, Kind
from bench.stage import FOLLOWER, Scene, reached
from fedlearn.db.database import Connection
from fedlearn.settings import load_settings

MOST_DEATHS = 4  # of processes over the same job before the last server takes it up


class Parts(NamedTuple):
    """What belongs to a status: entries on homes, who is named, and so on."""

    homes: int
    mentions: int
    hashtags: int
    attachments: int
    notifications: int


WHOLE = {True: Parts(1, 1, 1, 0, 0), False: Parts(1, 1, 1, 1, 1)}  # by whether it was written here


async def end_leases(scene: Scene, most_attempts: int = MOST_DEATHS) -> None:
    """Pretend that the time is over for which the dead had claimed their work.

    Not again and again for the same work: over which nine processes died, it is taken for poison.
    """
    async with scene.database() as database, database.write() as connection:
        await connection.execute(
            "UPDATE job SET locked_until = 0 WHERE attempts <= :most", most=most_attempts
        )
        await connection.execute("UPDATE delivery SET locked_until = 0")


async def until_at_rest(scene: Scene) -> None:
    """Return when nothing waits any more, or nothing moves."""
    async with scene.database() as database:

        async def done() -> int:
            async with database.read() as connection:
                return -len(await _left_over(connection))

        await reached(0, done)


async def look(scene: Scene) -> Aftermath:
    """What is there now."""
    found = Aftermath(unsound=_unsound(scene))
    deliveries = await scene.deliveries()
    found.repeated_deliveries = sum(one.times > 1 for one in deliveries)
    came = {(one.activity, one.inbox) for one in deliveries}
    async with scene.database() as database, database.read() as connection:
        await _look_at_statuses(connection, found, came)
        await _look_at_actors(connection, found, {one.inbox for one in deliveries})
        await _look_at_deletions(connection, found)
        found.left_over = await _left_over(connection)
    return found


async def _look_at_statuses(
    connection: Connection, found: Aftermath, came: set[tuple[str, str]]
) -> None:
    """Whether posts are whole, and ours were sent to everybody."""
    inboxes = await _follower_inboxes(connection)
    rows = await connection.fetch_all(
        """
        SELECT s.uri, s.is_local, s.source,
            (SELECT count(*) FROM home_entry h WHERE h.status_id = s.id) AS homes,
            (SELECT count(*) FROM mention m WHERE m.status_id = s.id) AS mentions,
            (SELECT count(*) FROM hashtag t WHERE t.status_id = s.id) AS hashtags,
            (SELECT count(*) FROM attachment a WHERE a.status_id = s.id) AS attachments,
            (SELECT count(*) FROM notification n
             WHERE n.status_id = s.id AND n.kind = 'mention') AS notifications
        FROM status s
        """
    )
    for row in rows:
        parts = Parts(*(row[name] for name in Parts._fields))
        if parts != WHOLE[bool(row["is_local"])]:
            found.half_done.append(f"half of {row['uri']} is there: {parts}")
        if not row["is_local"]:
            found.effects[Deed(Kind.NOTE, row["uri"])] += 1
            continue
        found.effects[Deed(Kind.POST, row["source"])] += 1
        missing = [inbox for inbox in inboxes if (f"{row['uri']}/activity", inbox) not in came]
        if missing:
            found.half_done.append(f"{row['uri']} never came to {len(missing)} inboxes")


async def _follower_inboxes(connection: Connection) -> list[str]:
    rows = await connection.fetch_all(
        "SELECT inbox FROM actor WHERE username LIKE :name", name=f"{FOLLOWER}%"
    )
    return [_as_the_world_says(row["inbox"]) for row in rows]


async def _look_at_actors(connection: Connection, found: Aftermath, came_to: set[str]) -> None:
    """Whether likes and follows count, are told of, and the latter answered."""
    rows = await connection.fetch_all(
        """
        SELECT a.uri, a.inbox, n.kind AS told, f.id AS liked, o.id AS followed
        FROM actor a
        LEFT JOIN favourite f ON f.actor_id = a.id
        LEFT JOIN follow o ON o.follower_id = a.id AND o.state = 'accepted'
        LEFT JOIN notification n ON n.sender_id = a.id AND n.kind IN ('favourite', 'follow')
        WHERE a.username LIKE :admirer OR a.username LIKE :stranger
        """,
        admirer=f"{ADMIRER}%",
        stranger=f"{STRANGER}%",
    )
    for row in rows:
        uri, is_there = row["uri"], row["liked"] is not None or row["followed"] is not None
        if is_there:
            found.effects[Deed(Kind.LIKE if row["liked"] else Kind.FOLLOW, uri)] += 1
        if is_there != (row["told"] is not None):
            found.half_done.append(f"what {uri} did is told and not there, or there and not told")
        if row["followed"] and _as_the_world_says(row["inbox"]) not in came_to:
            found.half_done.append(f"the follow by {uri} was never answered")


async def _look_at_deletions(connection: Connection, found: Aftermath) -> None:
    rows = await connection.fetch_all("SELECT uri FROM tombstone")
    found.effects.update(Deed(Kind.DELETION, row["uri"]) for row in rows)


async def _left_over(connection: Connection) -> list[str]:
    """Work that waits, or was given up."""
    rows = await connection.fetch_all(
        """
        SELECT 'job ' || kind AS what, last_error FROM job WHERE kind <> 'clean_up'
        UNION ALL SELECT 'delivery to ' || inbox, last_error FROM delivery
        """
    )
    return [f"left over: {row['what']} ({row['last_error']})" for row in rows]


def _unsound(scene: Scene) -> list[str]:
    """What SQLite finds when it reads its whole file; PostgreSQL has no such question."""
    settings = load_settings(scene.environment)
    if settings.is_postgres:
        return []
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        answers = connection.execute("PRAGMA integrity_check").fetchall()
        dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    return [f"unsound: {answer}" for answer in (*answers, *dangling) if answer != ("ok",)]


def _as_the_world_says(inbox: str) -> str:
    return inbox.removeprefix("https://")
