"""This is where the instance counts itself, for operators and NodeInfo."""

from dataclasses import dataclass

from fedlearn.db.database import Connection
from fedlearn.domain.ids import DAY_MS, SEQUENCE_BITS, Millis, first_id_at

MONDAY = 3  # 1970 began so many days after one


@dataclass(frozen=True, slots=True)
class Figures:
    """How large the instance is. Posts are counted without boosts."""

    users: int
    local_statuses: int
    remote_statuses: int
    domains: int


async def figures(connection: Connection) -> Figures:
    """The counts of now."""
    row = await connection.fetch_one(
        """
        SELECT (SELECT count(*) FROM local_user) AS users,
            (SELECT count(*) FROM status WHERE is_local AND boost_of_id IS NULL) AS local,
            (SELECT count(*) FROM status WHERE NOT is_local AND boost_of_id IS NULL) AS remote,
            (SELECT count(DISTINCT host) FROM actor WHERE domain IS NOT NULL) AS domains
        """
    )
    if row is None:
        raise AssertionError("a count that returns nothing")
    return Figures(int(row["users"]), int(row["local"]), int(row["remote"]), int(row["domains"]))


async def open_web_posts(connection: Connection) -> int:
    """Local posts that may leave the instance: what NodeInfo tells everybody."""
    row = await connection.fetch_one(
        """
        SELECT count(*) AS n FROM status WHERE is_local AND boost_of_id IS NULL
            AND scope = 'fed' AND reach IN ('public', 'unlisted')
        """
    )
    return int(row["n"]) if row else 0


async def public_posts(connection: Connection) -> int:
    """Local posts that stand in public timelines, answers too: what the page about us tells."""
    row = await connection.fetch_one(
        """
        SELECT count(*) AS n FROM status
        WHERE is_local AND reach = 'public' AND boost_of_id IS NULL AND scope = 'fed'
        """
    )
    return int(row["n"]) if row else 0


async def people_here(connection: Connection) -> int:
    """People with an account that takes part."""
    row = await connection.fetch_one(
        """
        SELECT count(*) AS n FROM local_user u JOIN actor a ON a.id = u.actor_id
        WHERE u.approved_at IS NOT NULL AND a.gone_at IS NULL AND a.suspended_at IS NULL
        """
    )
    return int(row["n"]) if row else 0


async def active_users(connection: Connection, since: Millis) -> int:
    """How many people were here on the days after that moment, in a browser or by an app."""
    row = await connection.fetch_one(
        "SELECT count(*) AS n FROM local_user WHERE active_at > :since", since=since
    )
    return int(row["n"]) if row else 0


async def open_posts_by_week(connection: Connection, since: Millis) -> dict[int, tuple[int, int]]:
    """How many posts of ours anybody may read, and by how many people, in each week since then."""
    rows = await connection.fetch_all(
        f"""
        SELECT ((id >> {SEQUENCE_BITS}) / {DAY_MS} + {MONDAY}) / 7 AS week, count(*) AS posts,
            count(DISTINCT actor_id) AS people
        FROM status
        WHERE is_local AND boost_of_id IS NULL AND scope = 'fed'
            AND reach IN ('public', 'unlisted') AND id >= :first
        GROUP BY week
        """,
        first=first_id_at(since),
    )
    return {int(row["week"]): (int(row["posts"]), int(row["people"])) for row in rows}


async def newcomers_by_week(connection: Connection, since: Millis) -> dict[int, int]:
    """How many accounts were made here in each week since then, of those that were let in."""
    rows = await connection.fetch_all(
        f"""
        SELECT (created_at / {DAY_MS} + {MONDAY}) / 7 AS week, count(*) AS n FROM local_user
        WHERE approved_at IS NOT NULL AND created_at >= :since GROUP BY week
        """,
        since=since,
    )
    return {int(row["week"]): int(row["n"]) for row in rows}


def week_of(at: Millis) -> int:
    """The number of the week of a moment, from Monday to Sunday."""
    return (at // DAY_MS + MONDAY) // 7


def beginning_of_week(week: int) -> Millis:
    """When the week with this number began."""
    return Millis((week * 7 - MONDAY) * DAY_MS)


async def newest_status_id(connection: Connection) -> int | None:
    """The largest id of a status, which tells when the latest was written."""
    row = await connection.fetch_one("SELECT max(id) AS id FROM status")
    return row["id"] if row else None
