"""This is where passkeys are remembered, and which challenges were answered."""

from fedlearn.db.database import Connection, Row
from fedlearn.domain.actors import Passkey
from fedlearn.domain.ids import Millis, UserId, now


async def insert_passkey(connection: Connection, passkey: Passkey) -> bool:
    """A new passkey; False when it is known already."""
    row = await connection.fetch_one(
        """
        INSERT INTO passkey (credential_id, user_id, public_key, sign_count, made_in, created_at)
        VALUES (:credential_id, :user_id, :public_key, :sign_count, :made_in, :created_at)
        ON CONFLICT DO NOTHING RETURNING credential_id
        """,
        credential_id=passkey.credential_id,
        user_id=passkey.user_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        made_in=passkey.made_in,
        created_at=passkey.created_at,
    )
    return row is not None


async def passkeys_of(connection: Connection, user_id: UserId) -> list[Passkey]:
    """The passkeys of somebody, oldest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM passkey WHERE user_id = :user_id ORDER BY created_at, credential_id",
        user_id=user_id,
    )
    return [_passkey_of(row) for row in rows]


async def passkey(connection: Connection, credential_id: str) -> Passkey | None:
    """The passkey with this id."""
    row = await connection.fetch_one(
        "SELECT * FROM passkey WHERE credential_id = :credential_id", credential_id=credential_id
    )
    return _passkey_of(row) if row else None


async def note_use(connection: Connection, credential_id: str, sign_count: int) -> None:
    """The passkey signed somebody in, and has counted so far."""
    await connection.execute(
        """
        UPDATE passkey SET sign_count = :sign_count, used_at = :at
        WHERE credential_id = :credential_id
        """,
        credential_id=credential_id,
        sign_count=sign_count,
        at=now(),
    )


async def delete_passkey(connection: Connection, user_id: UserId, credential_id: str) -> None:
    """This passkey of this person signs in no more."""
    await connection.execute(
        "DELETE FROM passkey WHERE user_id = :user_id AND credential_id = :credential_id",
        user_id=user_id,
        credential_id=credential_id,
    )


async def delete_passkeys(connection: Connection, user_id: UserId) -> None:
    """No passkey of this person signs in any more."""
    await connection.execute("DELETE FROM passkey WHERE user_id = :user_id", user_id=user_id)


async def use_challenge(connection: Connection, challenge_hash: str, expires_at: Millis) -> bool:
    """Whether nobody has answered this challenge before."""
    row = await connection.fetch_one(
        """
        INSERT INTO used_challenge (challenge_hash, expires_at)
        VALUES (:challenge_hash, :expires_at)
        ON CONFLICT DO NOTHING RETURNING challenge_hash
        """,
        challenge_hash=challenge_hash,
        expires_at=expires_at,
    )
    return row is not None


async def forget_stale_challenges(connection: Connection) -> None:
    """Remove those that have run out and would be refused anyway."""
    await connection.sweep("DELETE FROM used_challenge WHERE expires_at < :at", at=now())


def _passkey_of(row: Row) -> Passkey:
    return Passkey(
        credential_id=row["credential_id"],
        user_id=UserId(row["user_id"]),
        public_key=bytes(row["public_key"]),
        sign_count=row["sign_count"],
        made_in=row["made_in"],
        created_at=Millis(row["created_at"]),
        used_at=row["used_at"],
    )
