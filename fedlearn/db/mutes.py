"""This is where it is remembered whom people do not want to hear of, and until when."""

from collections.abc import Sequence

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, Millis, now
from fedlearn.domain.mutes import Mute


async def store_mute(connection: Connection, actor_id: ActorId, mute: Mute) -> None:
    """Somebody mutes another; what was said before of the same one counts no more."""
    await connection.execute(
        """
        INSERT INTO mute (actor_id, target_id, hides_notifications, expires_at)
        VALUES (:actor, :target, :hides_notifications, :expires_at)
        ON CONFLICT (actor_id, target_id) DO UPDATE SET
            hides_notifications = excluded.hides_notifications, expires_at = excluded.expires_at
        """,
        actor=actor_id,
        target=mute.target_id,
        hides_notifications=mute.hides_notifications,
        expires_at=mute.expires_at,
    )


async def delete_mute(connection: Connection, actor_id: ActorId, target_id: ActorId) -> None:
    """Somebody wants to hear of another again."""
    await connection.execute(
        "DELETE FROM mute WHERE actor_id = :actor AND target_id = :target",
        actor=actor_id,
        target=target_id,
    )


async def mute_of(connection: Connection, actor_id: ActorId, target_id: ActorId) -> Mute | None:
    """How somebody mutes another now."""
    return (await mutes_among(connection, actor_id, [target_id])).get(target_id)


async def mutes_among(
    connection: Connection, actor_id: ActorId, target_ids: Sequence[ActorId]
) -> dict[ActorId, Mute]:
    """How somebody mutes those of these people whom they mute now."""
    rows = await connection.fetch_all(
        """
        SELECT * FROM mute WHERE actor_id = :actor AND target_id IN :targets
            AND (expires_at IS NULL OR expires_at > :now)
        """,
        actor=actor_id,
        targets=target_ids,
        now=now(),
    )
    return {mute.target_id: mute for mute in map(_mute_of, rows)}


async def muted_by(connection: Connection, actor_id: ActorId) -> list[tuple[Mute, Actor]]:
    """Whom somebody mutes now, by name."""
    rows = await connection.fetch_all(
        """
        SELECT a.*, m.target_id, m.hides_notifications, m.expires_at
        FROM mute m JOIN actor a ON a.id = m.target_id
        WHERE m.actor_id = :actor AND (m.expires_at IS NULL OR m.expires_at > :now)
        ORDER BY lower(a.username), a.id LIMIT 1000
        """,
        actor=actor_id,
        now=now(),
    )
    return [(_mute_of(row), actor_of(row)) for row in rows]


async def muted_page(
    connection: Connection,
    actor_id: ActorId,
    *,
    before: int | None,
    after: int | None,
    is_upward: bool,
    limit: int,
) -> list[tuple[Mute, Actor]]:
    """Whom somebody mutes now, with their id as the cursor: who came to be known last first."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.*, m.target_id, m.hides_notifications, m.expires_at
        FROM mute m JOIN actor a ON a.id = m.target_id
        WHERE m.actor_id = :actor AND (m.expires_at IS NULL OR m.expires_at > :now)
            AND m.target_id < :before AND m.target_id > :after
        ORDER BY m.target_id {ORDER[is_upward]} LIMIT :limit
        """,
        actor=actor_id,
        now=now(),
        before=before or LAST,
        after=after or 0,
        limit=limit,
    )
    found = [(_mute_of(row), actor_of(row)) for row in rows]
    return from_above(found, is_upward=is_upward)


async def forget_expired_mutes(connection: Connection) -> None:
    """Forget mutes that have ended."""
    await connection.execute("DELETE FROM mute WHERE expires_at <= :now", now=now())


def _mute_of(row: Row) -> Mute:
    ends = row["expires_at"]
    return Mute(
        target_id=ActorId(row["target_id"]),
        hides_notifications=bool(row["hides_notifications"]),
        expires_at=None if ends is None else Millis(ends),
    )
