"""This is where links are remembered that were sent by mail, for passwords and addresses.

As everywhere, tokens are stored as hashes.
"""

from fedlearn.db.database import Connection
from fedlearn.domain.actors import LinkPurpose
from fedlearn.domain.ids import Millis, UserId, now


async def insert_mail_link(
    connection: Connection,
    *,
    token_hash: str,
    user_id: UserId,
    purpose: LinkPurpose,
    email: str,
    expires_at: Millis,
) -> None:
    """A link goes to this address."""
    await connection.execute(
        """
        INSERT INTO mail_link (token_hash, user_id, purpose, email, expires_at)
        VALUES (:token_hash, :user_id, :purpose, :email, :expires_at)
        """,
        token_hash=token_hash,
        user_id=user_id,
        purpose=purpose.value,
        email=email,
        expires_at=expires_at,
    )


async def use_mail_link(
    connection: Connection, token_hash: str, purpose: LinkPurpose
) -> tuple[UserId, str] | None:
    """Whose link it is and to which address it went; it works no second time."""
    row = await connection.fetch_one(
        """
        DELETE FROM mail_link WHERE token_hash = :token_hash AND purpose = :purpose
        RETURNING user_id, email, expires_at
        """,
        token_hash=token_hash,
        purpose=purpose.value,
    )
    if row is None or row["expires_at"] <= now():
        return None
    return UserId(row["user_id"]), row["email"]


async def delete_mail_links(connection: Connection, user_id: UserId) -> None:
    """No link that was sent to this person works any more."""
    await connection.execute("DELETE FROM mail_link WHERE user_id = :user_id", user_id=user_id)


async def forget_stale_mail_links(connection: Connection) -> None:
    """Remove links that have run out."""
    await connection.sweep("DELETE FROM mail_link WHERE expires_at < :at", at=now())
