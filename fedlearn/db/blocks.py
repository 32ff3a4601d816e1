"""This is where it is remembered who wants nothing to do with whom.

What that means for reading stands in db/visibility.py.
"""

from collections.abc import Sequence

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, Uri, now, snowflake


async def insert_block(
    connection: Connection, *, actor_id: ActorId, target_id: ActorId, uri: str
) -> bool:
    """One actor blocks another; False when it did already."""
    row = await connection.fetch_one(
        """
        INSERT INTO block (id, uri, actor_id, target_id, created_at)
        VALUES (:id, :uri, :actor, :target, :at)
        ON CONFLICT (actor_id, target_id) DO NOTHING RETURNING id
        """,
        id=snowflake(),
        uri=uri,
        actor=actor_id,
        target=target_id,
        at=now(),
    )
    return row is not None


async def delete_block(connection: Connection, actor_id: ActorId, target_id: ActorId) -> Uri | None:
    """One actor blocks another no more; the identity that the block had."""
    row = await connection.fetch_one(
        "DELETE FROM block WHERE actor_id = :actor AND target_id = :target RETURNING uri",
        actor=actor_id,
        target=target_id,
    )
    return Uri(row["uri"]) if row else None


async def target_blocked_as(connection: Connection, actor_id: ActorId, uri: str) -> ActorId | None:
    """Whom an actor's block with this identity is about."""
    row = await connection.fetch_one(
        "SELECT target_id FROM block WHERE uri = :uri AND actor_id = :actor",
        uri=uri,
        actor=actor_id,
    )
    return ActorId(row["target_id"]) if row else None


async def is_blocked(connection: Connection, actor_id: ActorId, target_id: ActorId) -> bool:
    """Whether one actor blocks another."""
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM block WHERE actor_id = :actor AND target_id = :target",
        actor=actor_id,
        target=target_id,
    )
    return row is not None


async def blocked_by(connection: Connection, actor_id: ActorId) -> list[Actor]:
    """Whom an actor blocks, by name."""
    rows = await connection.fetch_all(
        """
        SELECT a.* FROM block b JOIN actor a ON a.id = b.target_id
        WHERE b.actor_id = :actor ORDER BY lower(a.username), a.id LIMIT 1000
        """,
        actor=actor_id,
    )
    return [actor_of(row) for row in rows]


async def blocked_page(
    connection: Connection,
    actor_id: ActorId,
    *,
    before: int | None,
    after: int | None,
    is_upward: bool,
    limit: int,
) -> list[tuple[int, Actor]]:
    """Whom an actor blocks, the latest first, with the block's id as the cursor."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.*, b.id AS block_id FROM block b JOIN actor a ON a.id = b.target_id
        WHERE b.actor_id = :actor AND b.id < :before AND b.id > :after
        ORDER BY b.id {ORDER[is_upward]} LIMIT :limit
        """,
        actor=actor_id,
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    found = [(int(row["block_id"]), actor_of(row)) for row in rows]
    return from_above(found, is_upward=is_upward)


async def are_apart(connection: Connection, one: ActorId, other: ActorId) -> bool:
    """Whether either of two actors blocks the other."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM block
        WHERE (actor_id = :one AND target_id = :other) OR (actor_id = :other AND target_id = :one)
        """,
        one=one,
        other=other,
    )
    return row is not None


async def who_block(
    connection: Connection, actor_ids: Sequence[ActorId], target_id: ActorId
) -> set[ActorId]:
    """Those of these actors who block another."""
    if not actor_ids:
        return set()
    rows = await connection.fetch_all(
        "SELECT actor_id FROM block WHERE target_id = :target AND actor_id IN :actors",
        target=target_id,
        actors=actor_ids,
    )
    return {ActorId(row["actor_id"]) for row in rows}


async def may_answer(connection: Connection, actor_id: ActorId, uri: str | None) -> bool:
    """Whether the author of a post, if it is any and we know it, does not block this actor."""
    if uri is None:
        return True
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM status s
        JOIN block b ON b.actor_id = s.actor_id AND b.target_id = :actor
        WHERE s.uri = :uri
        """,
        actor=actor_id,
        uri=uri,
    )
    return row is None
