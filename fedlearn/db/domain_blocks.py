"""This is where it is remembered from which domains people want to hear nothing at all.

What operators say of a domain, for everybody, stands in db/policies.py.
"""

from functools import partial

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection
from fedlearn.db.paging import names_page
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, snowflake

# Which domains somebody blocks, the latest first, each with a cursor.
blocked_domains_page = partial(names_page, kept=("domain_block", "domain"))
# Somebody whose handle or server is of a domain.
OF_DOMAIN = "a.domain IS NOT NULL AND (a.domain = :domain OR a.host = :domain)"


async def insert_domain_block(connection: Connection, actor_id: ActorId, domain: str) -> None:
    """Somebody blocks a domain. Doing so twice is doing so once."""
    await connection.execute(
        """
        INSERT INTO domain_block (id, actor_id, domain) VALUES (:id, :actor, :domain)
        ON CONFLICT (actor_id, domain) DO NOTHING
        """,
        id=snowflake(),
        actor=actor_id,
        domain=domain,
    )


async def delete_domain_block(connection: Connection, actor_id: ActorId, domain: str) -> None:
    """Somebody blocks a domain no more."""
    await connection.execute(
        "DELETE FROM domain_block WHERE actor_id = :actor AND domain = :domain",
        actor=actor_id,
        domain=domain,
    )


async def domains_blocked_by(connection: Connection, actor_id: ActorId) -> list[str]:
    """Every domain that somebody blocks, by name."""
    rows = await connection.fetch_all(
        "SELECT domain FROM domain_block WHERE actor_id = :actor ORDER BY domain LIMIT 1000",
        actor=actor_id,
    )
    return [row["domain"] for row in rows]


async def is_from_blocked_domain(
    connection: Connection, actor_id: ActorId, other_id: ActorId
) -> bool:
    """Whether somebody blocks the domain of another, the one in its handle or its server's."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM actor a JOIN domain_block d ON d.domain IN (a.domain, a.host)
        WHERE a.id = :other AND d.actor_id = :actor
        """,
        actor=actor_id,
        other=other_id,
    )
    return row is not None


async def tied_to_domain(connection: Connection, actor_id: ActorId, domain: str) -> list[Actor]:
    """Who of a domain follows somebody or is followed by them, be it only asked for."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.* FROM actor a
        WHERE {OF_DOMAIN} AND a.id IN (
            SELECT followee_id FROM follow WHERE follower_id = :actor
            UNION SELECT follower_id FROM follow WHERE followee_id = :actor)
        """,
        actor=actor_id,
        domain=domain,
    )
    return [actor_of(row) for row in rows]


async def count_tied_to_domain(
    connection: Connection, actor_id: ActorId, domain: str
) -> tuple[int, int]:
    """How many of a domain somebody follows, and how many follow them."""
    row = await connection.fetch_one(
        f"""
        SELECT
            (SELECT count(*) FROM follow f JOIN actor a ON a.id = f.followee_id
             WHERE f.follower_id = :actor AND f.state = 'accepted' AND {OF_DOMAIN}) AS following,
            (SELECT count(*) FROM follow f JOIN actor a ON a.id = f.follower_id
             WHERE f.followee_id = :actor AND f.state = 'accepted' AND {OF_DOMAIN}) AS followers
        """,
        actor=actor_id,
        domain=domain,
    )
    return (int(row["following"]), int(row["followers"])) if row else (0, 0)
