"""This is where it is counted for stewards how much there was on each day.

Days are numbered from 1970. On which day somebody was here last is kept and on which days before is
not, so of a day it is known for how many it was the last one until now.
"""

from collections.abc import Sequence
from enum import StrEnum

from fedlearn.db.database import Connection
from fedlearn.domain.cohorts import Stay
from fedlearn.domain.ids import DAY_MS, SEQUENCE_BITS, Millis, first_id_at


class Counted(StrEnum):
    """What is counted, in the words of the Mastodon API."""

    ACTIVE_USERS = "active_users"
    NEW_USERS = "new_users"
    INTERACTIONS = "interactions"
    OPENED_REPORTS = "opened_reports"
    RESOLVED_REPORTS = "resolved_reports"


QUESTIONS = {
    Counted.ACTIVE_USERS: f"""
        SELECT active_at / {DAY_MS} AS day, count(*) AS n FROM local_user
        WHERE active_at >= :start AND active_at < :end GROUP BY day
        """,
    Counted.NEW_USERS: f"""
        SELECT created_at / {DAY_MS} AS day, count(*) AS n FROM local_user
        WHERE created_at >= :start AND created_at < :end GROUP BY day
        """,
    # Likes, boosts and answers that posts from here got.
    Counted.INTERACTIONS: f"""
        SELECT (made.id >> {SEQUENCE_BITS}) / {DAY_MS} AS day, count(*) AS n
        FROM (
            SELECT f.id, f.status_id FROM favourite f
            WHERE f.id >= :first AND f.id < :beyond
            UNION ALL
            SELECT t.id, coalesce(t.boost_of_id, t.in_reply_to_id) AS status_id FROM status t
            WHERE t.id >= :first AND t.id < :beyond
        ) made
        JOIN status s ON s.id = made.status_id AND s.is_local
        GROUP BY day
        """,
    Counted.OPENED_REPORTS: f"""
        SELECT created_at / {DAY_MS} AS day, count(*) AS n FROM report
        WHERE created_at >= :start AND created_at < :end GROUP BY day
        """,
    Counted.RESOLVED_REPORTS: f"""
        SELECT resolved_at / {DAY_MS} AS day, count(*) AS n FROM report
        WHERE resolved_at >= :start AND resolved_at < :end GROUP BY day
        """,
}


async def counted_by_day(connection: Connection, what: Counted, days: range) -> dict[int, int]:
    """How much there was on each of these days; those with nothing are left out."""
    values = ids_of(days) if what is Counted.INTERACTIONS else _moments(days)
    rows = await connection.fetch_all(QUESTIONS[what], **values)
    return {int(row["day"]): int(row["n"]) for row in rows}


async def liveliest_servers(
    connection: Connection, days: range, limit: int
) -> Sequence[tuple[str, int]]:
    """Which servers have most posts of these days, and how many; boosts do not count."""
    rows = await connection.fetch_all(
        """
        SELECT a.domain, count(*) AS n FROM status s JOIN actor a ON a.id = s.actor_id
        WHERE s.id >= :first AND s.id < :beyond AND NOT s.is_local AND s.boost_of_id IS NULL
            AND a.domain IS NOT NULL
        GROUP BY a.domain ORDER BY n DESC, a.domain LIMIT :limit
        """,
        limit=limit,
        **ids_of(days),
    )
    return [(row["domain"], int(row["n"])) for row in rows]


async def stays(connection: Connection, days: range) -> list[Stay]:
    """Of those who came on these days, on which days they were here last."""
    rows = await connection.fetch_all(
        f"""
        SELECT created_at / {DAY_MS} AS came, active_at / {DAY_MS} AS last_here, count(*) AS n
        FROM local_user WHERE created_at >= :start AND created_at < :end GROUP BY came, last_here
        """,
        **_moments(days),
    )
    return [Stay(row["came"], row["last_here"], row["n"]) for row in rows]


async def locales_of_people(
    connection: Connection, days: range, limit: int
) -> Sequence[tuple[str, int]]:
    """Which languages people chose for their pages who were here last on one of these days."""
    rows = await connection.fetch_all(
        """
        SELECT locale, count(*) AS n FROM local_user
        WHERE active_at >= :start AND active_at < :end AND locale IS NOT NULL
        GROUP BY locale ORDER BY n DESC, locale LIMIT :limit
        """,
        limit=limit,
        **_moments(days),
    )
    return [(row["locale"], int(row["n"])) for row in rows]


async def apps_in_use(connection: Connection, days: range, limit: int) -> Sequence[tuple[str, int]]:
    """Which apps people used last on one of these days, and how many did; "" are our own pages."""
    rows = await connection.fetch_all(
        """
        SELECT name, count(*) AS n
        FROM (
            SELECT p.name, t.user_id FROM oauth_token t
            JOIN oauth_application p ON p.id = t.application_id
            WHERE t.user_id IS NOT NULL AND t.used_at >= :start AND t.used_at < :end
            UNION
            SELECT '' AS name, x.user_id FROM session x
            WHERE x.seen_at >= :start AND x.seen_at < :end
        ) used
        GROUP BY name ORDER BY n DESC, name LIMIT :limit
        """,
        limit=limit,
        **_moments(days),
    )
    return [(row["name"], int(row["n"])) for row in rows]


def _moments(days: range) -> dict[str, int]:
    return {"start": days.start * DAY_MS, "end": days.stop * DAY_MS}


def ids_of(days: range) -> dict[str, int]:
    """What was made on these days, as bounds of ids."""
    start, end = Millis(days.start * DAY_MS), Millis(days.stop * DAY_MS)
    return {"first": first_id_at(start), "beyond": first_id_at(end)}
