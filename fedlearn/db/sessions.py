"""This is where it is remembered who is signed in: sessions, and links that sign in once.

Tokens are stored as hashes, so that a copy of the database opens no session.
"""

from fedlearn.db.database import Connection, Row
from fedlearn.db.recurring import Recurring
from fedlearn.db.users import COLUMNS, note_activity, user_of
from fedlearn.domain.actors import Session, User
from fedlearn.domain.events import SignedOut
from fedlearn.domain.ids import Millis, UserId, now


async def insert_session(
    connection: Connection, user_id: UserId, token_hash: str, user_agent: str
) -> None:
    """A browser has signed in."""
    await connection.execute(
        """
        INSERT INTO session (token_hash, user_id, user_agent, created_at, seen_at, proven_at)
        VALUES (:token_hash, :user_id, :user_agent, :at, :at, :at)
        """,
        token_hash=token_hash,
        user_id=user_id,
        user_agent=user_agent,
        at=now(),
    )
    await note_activity(connection, user_id)


async def user_of_session(
    connection: Connection, token_hash: str, seen_since: Millis
) -> tuple[User, Millis] | None:
    """Who is signed in with this session and when it was last seen, if that is recent enough."""
    row = await connection.fetch_one(
        f"""
        SELECT {COLUMNS}, x.seen_at AS x_seen_at
        FROM session x
        JOIN local_user u ON u.id = x.user_id
        JOIN actor a ON a.id = u.actor_id
        WHERE x.token_hash = :token_hash AND x.seen_at > :seen_since
            AND a.gone_at IS NULL AND a.suspended_at IS NULL AND u.disabled_at IS NULL
        """,
        token_hash=token_hash,
        seen_since=seen_since,
    )
    return SIGNED_IN.of(row) if row else None


def _signed_in_of(row: Row) -> tuple[User, Millis]:
    return user_of(row), Millis(row["x_seen_at"])


SIGNED_IN = Recurring(_signed_in_of)


async def touch_session(connection: Connection, token_hash: str) -> None:
    """The session was used."""
    row = await connection.fetch_one(
        "UPDATE session SET seen_at = :at WHERE token_hash = :token_hash RETURNING user_id",
        token_hash=token_hash,
        at=now(),
    )
    if row is not None:
        await note_activity(connection, UserId(row["user_id"]))


async def session_proven_at(connection: Connection, token_hash: str) -> Millis | None:
    """When the owner of a session last showed who they are."""
    row = await connection.fetch_one(
        "SELECT proven_at FROM session WHERE token_hash = :token_hash", token_hash=token_hash
    )
    return Millis(row["proven_at"]) if row else None


async def prove_session(connection: Connection, token_hash: str) -> None:
    """The owner of a session has just shown who they are."""
    await connection.execute(
        "UPDATE session SET proven_at = :at WHERE token_hash = :token_hash",
        token_hash=token_hash,
        at=now(),
    )


async def delete_session(connection: Connection, token_hash: str) -> None:
    """The browser has signed out."""
    row = await connection.fetch_one(
        "DELETE FROM session WHERE token_hash = :token_hash RETURNING user_id",
        token_hash=token_hash,
    )
    if row is not None:
        connection.announce(SignedOut(UserId(row["user_id"])))


async def sessions_of(connection: Connection, user_id: UserId, seen_since: Millis) -> list[Session]:
    """The browsers in which somebody is signed in, the one seen last first."""
    rows = await connection.fetch_all(
        """
        SELECT token_hash, user_agent, created_at, seen_at FROM session
        WHERE user_id = :user_id AND seen_at > :seen_since
        ORDER BY seen_at DESC, created_at DESC, token_hash
        """,
        user_id=user_id,
        seen_since=seen_since,
    )
    return [
        Session(
            token_hash=row["token_hash"],
            user_agent=row["user_agent"],
            created_at=Millis(row["created_at"]),
            seen_at=Millis(row["seen_at"]),
        )
        for row in rows
    ]


async def delete_session_of(connection: Connection, user_id: UserId, token_hash: str) -> None:
    """One browser of this person is signed out; nothing happens where it is somebody else's."""
    await connection.execute(
        "DELETE FROM session WHERE user_id = :user_id AND token_hash = :token_hash",
        user_id=user_id,
        token_hash=token_hash,
    )
    connection.announce(SignedOut(user_id))


async def delete_other_sessions(connection: Connection, user_id: UserId, token_hash: str) -> None:
    """Every browser of this person but one is signed out."""
    await connection.execute(
        "DELETE FROM session WHERE user_id = :user_id AND token_hash <> :token_hash",
        user_id=user_id,
        token_hash=token_hash,
    )
    connection.announce(SignedOut(user_id))


async def insert_sign_in_link(
    connection: Connection, user_id: UserId, token_hash: str, expires_at: Millis
) -> None:
    """A link that signs this person in once."""
    await connection.execute(
        """
        INSERT INTO sign_in_link (token_hash, user_id, expires_at)
        VALUES (:token_hash, :user_id, :expires_at)
        """,
        token_hash=token_hash,
        user_id=user_id,
        expires_at=expires_at,
    )


async def use_sign_in_link(connection: Connection, token_hash: str) -> UserId | None:
    """Whom the link signs in; it works no second time."""
    row = await connection.fetch_one(
        "DELETE FROM sign_in_link WHERE token_hash = :token_hash RETURNING user_id, expires_at",
        token_hash=token_hash,
    )
    return UserId(row["user_id"]) if row and row["expires_at"] > now() else None


async def delete_sign_in_links(connection: Connection, user_id: UserId) -> None:
    """No link signs this person in any more."""
    await connection.execute("DELETE FROM sign_in_link WHERE user_id = :user_id", user_id=user_id)


async def forget_stale_sign_ins(connection: Connection, seen_before: Millis) -> None:
    """Remove sessions unused since then, and links that have run out."""
    await connection.sweep("DELETE FROM session WHERE seen_at < :before", before=seen_before)
    await connection.sweep("DELETE FROM sign_in_link WHERE expires_at < :at", at=now())
