"""This is where it is counted for stewards what there was of one hashtag, or from one server.

Of a hashtag only posts count that anybody may see who has their address.
"""

from collections.abc import Sequence
from enum import StrEnum

from fedlearn.db.database import Connection
from fedlearn.db.days import ids_of
from fedlearn.domain.ids import DAY_MS, SEQUENCE_BITS

Ranked = Sequence[tuple[str, int]]


class OfHashtag(StrEnum):
    """What is counted of a hashtag, in the words of the Mastodon API."""

    ACCOUNTS = "tag_accounts"
    USES = "tag_uses"
    SERVERS = "tag_servers"


class OfServer(StrEnum):
    """What is counted of a server."""

    ACCOUNTS = "instance_accounts"
    STATUSES = "instance_statuses"
    MEDIA = "instance_media_attachments"  # in bytes, as far as they are kept here
    FOLLOWS = "instance_follows"
    FOLLOWERS = "instance_followers"
    REPORTS = "instance_reports"


COUNTS = {
    OfHashtag.ACCOUNTS: "count(DISTINCT s.actor_id)",
    OfHashtag.USES: "count(*)",
    OfHashtag.SERVERS: "count(DISTINCT coalesce(a.domain, ''))",
}
TAGGED = """
    FROM hashtag h JOIN status s ON s.id = h.status_id JOIN actor a ON a.id = s.actor_id
    WHERE h.name = :name AND s.reach IN ('public', 'unlisted') AND s.scope = 'fed'
        AND s.id >= :first AND s.id < :beyond"""
# What was made, by the number of it and the actor that it counts for.
MADE = {
    OfServer.ACCOUNTS: "SELECT b.id, b.id AS actor_id, 1 AS n FROM actor b",
    OfServer.STATUSES: """
        SELECT s.id, s.actor_id, 1 AS n FROM status s WHERE s.boost_of_id IS NULL""",
    OfServer.MEDIA: """
        SELECT s.id, s.actor_id, c.bytes AS n FROM status s
        JOIN attachment t ON t.status_id = s.id JOIN cached_media c ON c.url = t.url""",
    OfServer.FOLLOWS: """
        SELECT f.id, f.followee_id AS actor_id, 1 AS n FROM follow f WHERE f.state = 'accepted'""",
    OfServer.FOLLOWERS: """
        SELECT f.id, f.follower_id AS actor_id, 1 AS n FROM follow f WHERE f.state = 'accepted'""",
}
FROM_THERE = "JOIN actor a ON a.id = made.actor_id WHERE a.domain = :domain"


async def days_of_hashtag(
    connection: Connection, what: OfHashtag, name: str, days: range
) -> dict[int, int]:
    """How much there was of a hashtag on each of these days; those with nothing are left out."""
    rows = await connection.fetch_all(
        f"""
        SELECT (s.id >> {SEQUENCE_BITS}) / {DAY_MS} AS day, {COUNTS[what]} AS n {TAGGED}
        GROUP BY day
        """,
        name=name,
        **ids_of(days),
    )
    return {int(row["day"]): int(row["n"]) for row in rows}


async def days_of_server(
    connection: Connection, what: OfServer, domain: str, days: range
) -> dict[int, int]:
    """How much came from a server on each of these days."""
    if what is OfServer.REPORTS:
        return await _days_of_reports(connection, domain, days)
    rows = await connection.fetch_all(
        f"""
        SELECT (made.id >> {SEQUENCE_BITS}) / {DAY_MS} AS day, sum(made.n) AS n
        FROM ({MADE[what]}) made {FROM_THERE} AND made.id >= :first AND made.id < :beyond
        GROUP BY day
        """,
        domain=domain,
        **ids_of(days),
    )
    return {int(row["day"]): int(row["n"]) for row in rows}


async def whole_of_server(connection: Connection, what: OfServer, domain: str) -> int:
    """How much there is from a server, whenever it came."""
    if what is OfServer.REPORTS:
        return await _count_reports(connection, domain)
    row = await connection.fetch_one(
        f"SELECT coalesce(sum(made.n), 0) AS n FROM ({MADE[what]}) made {FROM_THERE}",
        domain=domain,
    )
    return int(row["n"]) if row else 0


async def servers_of_hashtag(connection: Connection, name: str, days: range, limit: int) -> Ranked:
    """From which servers most posts with a hashtag are, and how many; "" is this one."""
    rows = await connection.fetch_all(
        f"""
        SELECT coalesce(a.domain, '') AS server, count(*) AS n {TAGGED}
        GROUP BY server ORDER BY n DESC, server LIMIT :limit
        """,
        name=name,
        limit=limit,
        **ids_of(days),
    )
    return [(row["server"], int(row["n"])) for row in rows]


async def languages_of_hashtag(
    connection: Connection, name: str, days: range, limit: int
) -> Ranked:
    """In which languages most posts with a hashtag are, and how many."""
    rows = await connection.fetch_all(
        f"""
        SELECT s.language, count(*) AS n {TAGGED} AND s.language IS NOT NULL
        GROUP BY s.language ORDER BY n DESC, s.language LIMIT :limit
        """,
        name=name,
        limit=limit,
        **ids_of(days),
    )
    return [(row["language"], int(row["n"])) for row in rows]


async def languages_of_server(
    connection: Connection, domain: str, days: range, limit: int
) -> Ranked:
    """In which languages most posts from a server are, and how many."""
    rows = await connection.fetch_all(
        """
        SELECT s.language, count(*) AS n FROM actor a JOIN status s ON s.actor_id = a.id
        WHERE a.domain = :domain AND s.language IS NOT NULL AND s.boost_of_id IS NULL
            AND s.id >= :first AND s.id < :beyond
        GROUP BY s.language ORDER BY n DESC, s.language LIMIT :limit
        """,
        domain=domain,
        limit=limit,
        **ids_of(days),
    )
    return [(row["language"], int(row["n"])) for row in rows]


async def most_followed_of_server(
    connection: Connection, domain: str, _days: range, limit: int
) -> Ranked:
    """Whom of a server most people follow, by name, and how many do, whenever that began."""
    rows = await connection.fetch_all(
        """
        SELECT a.username, count(*) AS n FROM actor a JOIN follow f ON f.followee_id = a.id
        WHERE a.domain = :domain AND f.state = 'accepted'
        GROUP BY a.id, a.username ORDER BY n DESC, a.username LIMIT :limit
        """,
        domain=domain,
        limit=limit,
    )
    return [(row["username"], int(row["n"])) for row in rows]


async def _days_of_reports(connection: Connection, domain: str, days: range) -> dict[int, int]:
    rows = await connection.fetch_all(
        f"""
        SELECT r.created_at / {DAY_MS} AS day, count(*) AS n
        FROM report r JOIN actor a ON a.id = r.target_id
        WHERE a.domain = :domain AND r.created_at >= :start AND r.created_at < :end GROUP BY day
        """,
        domain=domain,
        start=days.start * DAY_MS,
        end=days.stop * DAY_MS,
    )
    return {int(row["day"]): int(row["n"]) for row in rows}


async def _count_reports(connection: Connection, domain: str) -> int:
    row = await connection.fetch_one(
        """
        SELECT count(*) AS n FROM report r JOIN actor a ON a.id = r.target_id
        WHERE a.domain = :domain
        """,
        domain=domain,
    )
    return int(row["n"]) if row else 0
