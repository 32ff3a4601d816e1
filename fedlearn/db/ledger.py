"""This is where it is counted what another server and we owe each other.

Everything is counted from the tables as they are, so nothing here can be out of date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fedlearn.db.database import Connection
from fedlearn.domain.ids import Millis


@dataclass(frozen=True, slots=True)
class Follows:
    """Follows in one direction: those that count, and those that nobody has answered yet."""

    accepted: int
    pending: int


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What we have for a host: `next_try` of what waits, and how the last failure was put."""

    waiting: int
    dead: int
    next_try: Millis | None
    last_error: str | None


async def hosts_behind(connection: Connection, name: str) -> list[str]:
    """The hosts of a domain in handles, which may be another one; the name itself comes first."""
    rows = await connection.fetch_all(
        "SELECT DISTINCT host FROM actor WHERE domain = :name AND host <> :name ORDER BY host",
        name=name,
    )
    return [name, *(row["host"] for row in rows)]


async def actors_of(connection: Connection, hosts: Sequence[str]) -> tuple[int, int]:
    """How many actors are known, and how many of these are gone."""
    row = await connection.fetch_one(
        """
        SELECT count(*) AS known, count(gone_at) AS gone FROM actor
        WHERE host IN :hosts AND domain IS NOT NULL
        """,
        hosts=hosts,
    )
    return (int(row["known"]), int(row["gone"])) if row else (0, 0)


async def follows_from(connection: Connection, hosts: Sequence[str]) -> Follows:
    """How their actors follow ours; we owe an answer to those that are pending."""
    return await _follows(connection, "follower_id", hosts)


async def follows_to(connection: Connection, hosts: Sequence[str]) -> Follows:
    """How our people follow theirs; they owe an answer to those that are pending."""
    return await _follows(connection, "followee_id", hosts)


async def _follows(
    connection: Connection,
    end: Literal["follower_id", "followee_id"],
    hosts: Sequence[str],
) -> Follows:
    row = await connection.fetch_one(
        f"""
        SELECT count(*) FILTER (WHERE f.state = 'accepted') AS accepted,
            count(*) FILTER (WHERE f.state = 'pending') AS pending
        FROM actor a JOIN follow f ON f.{end} = a.id
        WHERE a.host IN :hosts AND a.domain IS NOT NULL
        """,
        hosts=hosts,
    )
    return Follows(int(row["accepted"]), int(row["pending"])) if row else Follows(0, 0)


async def statuses_of(connection: Connection, hosts: Sequence[str]) -> int:
    """How many of their posts and boosts are kept."""
    row = await connection.fetch_one(
        """
        SELECT count(*) AS n FROM actor a JOIN status s ON s.actor_id = a.id
        WHERE a.host IN :hosts AND a.domain IS NOT NULL
        """,
        hosts=hosts,
    )
    return int(row["n"]) if row else 0


async def missing_parents(connection: Connection, host: str) -> int:
    """How many posts of theirs are answered by posts that are here, and are not here themselves."""
    row = await connection.fetch_one(
        """
        SELECT count(DISTINCT in_reply_to_uri) AS n FROM status
        WHERE in_reply_to_id IS NULL AND in_reply_to_uri LIKE '%://' || :host || '/%'
        """,
        host=host,
    )
    return int(row["n"]) if row else 0


async def last_heard_of(connection: Connection, hosts: Sequence[str]) -> Millis | None:
    """When the latest activity came from there, of those that are still remembered."""
    row = await connection.fetch_one(
        """
        SELECT max(r.received_at) AS at
        FROM actor a JOIN received_activity r ON r.actor_uri = a.uri
        WHERE a.host IN :hosts AND a.domain IS NOT NULL
        """,
        hosts=hosts,
    )
    return row["at"] if row else None


async def deliveries_to(connection: Connection, hosts: Sequence[str]) -> Deliveries:
    """What waits to be sent there, and what was given up."""
    row = await connection.fetch_one(
        """
        SELECT count(*) FILTER (WHERE dead_at IS NULL) AS waiting, count(dead_at) AS dead,
            min(run_at) FILTER (WHERE dead_at IS NULL) AS next_try
        FROM delivery WHERE host IN :hosts
        """,
        hosts=hosts,
    )
    failed = await connection.fetch_one(
        """
        SELECT last_error FROM delivery WHERE host IN :hosts AND last_error IS NOT NULL
        ORDER BY CASE WHEN dead_at IS NULL THEN 0 ELSE 1 END, dead_at DESC, id DESC LIMIT 1
        """,
        hosts=hosts,
    )
    error = failed["last_error"] if failed else None
    if row is None:
        return Deliveries(0, 0, None, error)
    return Deliveries(int(row["waiting"]), int(row["dead"]), row["next_try"], error)


async def jobs_about(connection: Connection, host: str) -> dict[str, int]:
    """How many jobs wait in which an address of theirs stands, by kind."""
    rows = await connection.fetch_all(
        """
        SELECT kind, count(*) AS n FROM job
        WHERE dead_at IS NULL AND (payload LIKE '%://' || :host || '/%'
            OR order_key LIKE '%://' || :host || '/%')
        GROUP BY kind ORDER BY kind
        """,
        host=host,
    )
    return {row["kind"]: int(row["n"]) for row in rows}
