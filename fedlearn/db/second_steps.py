"""This is where second steps of signing in are remembered, and who has taken the first one only.

Secrets are sealed; recovery codes and tokens are stored as hashes.
"""

from collections.abc import Iterable

from fedlearn.db.database import Connection
from fedlearn.domain.actors import SecondStep
from fedlearn.domain.ids import Millis, UserId, now

MOST_TRIES = 5


async def second_step(connection: Connection, user_id: UserId) -> SecondStep | None:
    """The second step of somebody, be it confirmed or not."""
    row = await connection.fetch_one(
        "SELECT sealed, confirmed_at FROM second_step WHERE user_id = :user_id", user_id=user_id
    )
    return SecondStep(row["sealed"], row["confirmed_at"]) if row else None


async def store_second_step(connection: Connection, user_id: UserId, sealed: bytes) -> None:
    """Another secret, not confirmed yet; one that is confirmed stays."""
    await connection.execute(
        """
        INSERT INTO second_step (user_id, sealed, used_step) VALUES (:user_id, :sealed, 0)
        ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed
        WHERE second_step.confirmed_at IS NULL
        """,
        user_id=user_id,
        sealed=sealed,
    )


async def confirm_second_step(connection: Connection, user_id: UserId) -> None:
    """The person has shown that they can make codes."""
    await connection.execute(
        "UPDATE second_step SET confirmed_at = :at WHERE user_id = :user_id",
        user_id=user_id,
        at=now(),
    )


async def use_step(connection: Connection, user_id: UserId, step: int) -> bool:
    """Whether the code of this step in time is new; neither it nor an older one works again."""
    row = await connection.fetch_one(
        """
        UPDATE second_step SET used_step = :step WHERE user_id = :user_id AND used_step < :step
        RETURNING user_id
        """,
        user_id=user_id,
        step=step,
    )
    return row is not None


async def delete_second_step(connection: Connection, user_id: UserId) -> None:
    """The password is enough from now on."""
    await connection.execute("DELETE FROM second_step WHERE user_id = :user_id", user_id=user_id)
    await connection.execute("DELETE FROM recovery_code WHERE user_id = :user_id", user_id=user_id)


async def insert_recovery_codes(
    connection: Connection, user_id: UserId, hashes: Iterable[str]
) -> None:
    """Codes for the day on which the phone is lost."""
    await connection.execute_many(
        "INSERT INTO recovery_code (user_id, code_hash) VALUES (:user_id, :code_hash)",
        [{"user_id": user_id, "code_hash": code_hash} for code_hash in hashes],
    )


async def use_recovery_code(connection: Connection, user_id: UserId, code_hash: str) -> bool:
    """Whether this is one of theirs; it works no second time."""
    row = await connection.fetch_one(
        """
        DELETE FROM recovery_code WHERE user_id = :user_id AND code_hash = :code_hash
        RETURNING user_id
        """,
        user_id=user_id,
        code_hash=code_hash,
    )
    return row is not None


async def count_recovery_codes(connection: Connection, user_id: UserId) -> int:
    """How many are left."""
    row = await connection.fetch_one(
        "SELECT count(*) AS number FROM recovery_code WHERE user_id = :user_id", user_id=user_id
    )
    return int(row["number"]) if row else 0


async def insert_half_sign_in(
    connection: Connection, user_id: UserId, token_hash: str, expires_at: Millis
) -> None:
    """Somebody has taken the first step."""
    await connection.execute(
        """
        INSERT INTO half_sign_in (token_hash, user_id, tries, expires_at)
        VALUES (:token_hash, :user_id, 0, :expires_at)
        """,
        token_hash=token_hash,
        user_id=user_id,
        expires_at=expires_at,
    )


async def try_half_sign_in(connection: Connection, token_hash: str) -> UserId | None:
    """Who now tries the second step, if that is in time and not too often."""
    row = await connection.fetch_one(
        """
        UPDATE half_sign_in SET tries = tries + 1
        WHERE token_hash = :token_hash AND tries < :most AND expires_at > :at
        RETURNING user_id
        """,
        token_hash=token_hash,
        most=MOST_TRIES,
        at=now(),
    )
    return UserId(row["user_id"]) if row else None


async def delete_half_sign_ins(connection: Connection, user_id: UserId) -> None:
    """Whoever has taken the first step only must begin anew."""
    await connection.execute("DELETE FROM half_sign_in WHERE user_id = :user_id", user_id=user_id)


async def forget_stale_half_sign_ins(connection: Connection) -> None:
    """Remove those that have run out."""
    await connection.sweep("DELETE FROM half_sign_in WHERE expires_at < :at", at=now())
