"""This is where invitations are remembered: links with which people may sign up.

A token is stored as a hash, which names it in lists and opens nothing.
"""

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId, Millis, now
from fedlearn.domain.invitations import Invitation, Invited
from fedlearn.domain.roles import Permission, roles_that_may

MOST_SHOWN = 200
# There is time and there are uses left, and who made it may still invite: the operator always.
HOLDS = """i.expires_at > :at AND (i.max_uses IS NULL OR i.uses < i.max_uses)
    AND (i.made_by IS NULL OR i.made_by IN (
        SELECT u.actor_id FROM local_user u JOIN actor a ON a.id = u.actor_id
        WHERE u.role IN :inviting AND u.disabled_at IS NULL
            AND a.suspended_at IS NULL AND a.gone_at IS NULL))"""
INVITING = [role.value for role in roles_that_may(Permission.INVITE_USERS)]


async def insert_invitation(
    connection: Connection,
    token_hash: str,
    expires_at: Millis,
    *,
    made_by: ActorId | None = None,
    max_uses: int | None = 1,
) -> None:
    """A link with which so many people may sign up; None is as many as like."""
    await connection.execute(
        """
        INSERT INTO invitation (token_hash, created_at, expires_at, made_by, max_uses)
        VALUES (:hash, :at, :until, :made_by, :max_uses)
        """,
        hash=token_hash,
        at=now(),
        until=expires_at,
        made_by=made_by,
        max_uses=max_uses,
    )


async def use_invitation(connection: Connection, token_hash: str) -> Invited | None:
    """By whom somebody is invited, if the invitation holds; it is used up one by one."""
    row = await connection.fetch_one(
        f"""
        UPDATE invitation AS i SET uses = uses + 1 WHERE i.token_hash = :hash AND {HOLDS}
        RETURNING made_by
        """,
        hash=token_hash,
        at=now(),
        inviting=INVITING,
    )
    return Invited(row["made_by"]) if row else None


async def invitations(connection: Connection, made_by: ActorId | None) -> list[Invitation]:
    """Invitations that still hold, the latest first: one person's, or with None everybody's."""
    rows = await connection.fetch_all(
        f"""
        SELECT i.* FROM invitation i
        WHERE {HOLDS} AND (CAST(:made_by AS BIGINT) IS NULL OR i.made_by = :made_by)
        ORDER BY i.created_at DESC, i.token_hash LIMIT :limit
        """,
        at=now(),
        inviting=INVITING,
        made_by=made_by,
        limit=MOST_SHOWN,
    )
    makers = await actors_by_id(connection, [row["made_by"] for row in rows if row["made_by"]])
    return [
        Invitation(
            token_hash=row["token_hash"],
            made_by=makers.get(row["made_by"]),
            max_uses=row["max_uses"],
            uses=int(row["uses"]),
            created_at=Millis(row["created_at"]),
            expires_at=Millis(row["expires_at"]),
        )
        for row in rows
    ]


async def delete_invitation(
    connection: Connection, token_hash: str, made_by: ActorId | None
) -> bool:
    """An invitation holds no more; with `made_by` only one of theirs. False when there was none."""
    deleted = await connection.execute(
        """
        DELETE FROM invitation
        WHERE token_hash = :hash AND (CAST(:made_by AS BIGINT) IS NULL OR made_by = :made_by)
        """,
        hash=token_hash,
        made_by=made_by,
    )
    return deleted > 0


async def forget_stale_invitations(connection: Connection) -> None:
    """Remove invitations that have run out."""
    await connection.sweep("DELETE FROM invitation WHERE expires_at < :at", at=now())
