"""This is where it is remembered who has an account, and what is theirs beside their actor."""

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection, Row
from fedlearn.db.habits import habits_of
from fedlearn.domain.actors import Role, User
from fedlearn.domain.events import SignedOut
from fedlearn.domain.ids import DAY_MS, ActorId, Millis, UserId, now, snowflake

# What a user has besides the actor that it owns stands behind u_.
COLUMNS = """a.*, u.id AS u_id, u.email AS u_email, u.role AS u_role, u.created_at AS u_created_at,
    u.approved_at AS u_approved_at, u.confirmed_at AS u_confirmed_at, u.locale AS u_locale,
    u.posting_language AS u_posting_language, u.time_zone AS u_time_zone,
    u.disabled_at AS u_disabled_at, u.posting_reach AS u_posting_reach,
    u.posting_is_sensitive AS u_posting_is_sensitive,
    u.posting_quote_policy AS u_posting_quote_policy"""
USER = f"""
    SELECT {COLUMNS}, u.password_hash AS u_password_hash
    FROM local_user u JOIN actor a ON a.id = u.actor_id
"""


async def insert_user(
    connection: Connection,
    *,
    actor_id: ActorId,
    email: str,
    password_hash: str | None,
    role: Role,
    approved_at: Millis | None,
    confirmed_at: Millis | None,
    invited_by: ActorId | None = None,
    invite_request: str | None = None,
) -> UserId:
    """A new login for an actor."""
    user_id = UserId(snowflake())
    await connection.execute(
        """
        INSERT INTO local_user (
            id, actor_id, email, password_hash, role, created_at, approved_at, confirmed_at,
            invited_by, invite_request)
        VALUES (:id, :actor_id, :email, :password_hash, :role, :at, :approved_at, :confirmed_at,
            :invited_by, :invite_request)
        """,
        id=user_id,
        actor_id=actor_id,
        email=email,
        password_hash=password_hash,
        role=role.value,
        at=now(),
        approved_at=approved_at,
        confirmed_at=confirmed_at,
        invited_by=invited_by,
        invite_request=invite_request,
    )
    return user_id


async def all_users(connection: Connection) -> list[User]:
    """Every login, oldest first."""
    return [user_of(row) for row in await connection.fetch_all(f"{USER} ORDER BY u.id")]


async def user_by_id(connection: Connection, user_id: UserId) -> User | None:
    """The login with this id."""
    row = await connection.fetch_one(f"{USER} WHERE u.id = :id", id=user_id)
    return user_of(row) if row else None


async def user_of_actor(connection: Connection, actor_id: ActorId) -> User | None:
    """The login that owns this actor."""
    row = await connection.fetch_one(f"{USER} WHERE u.actor_id = :id", id=actor_id)
    return user_of(row) if row else None


async def moderators(connection: Connection) -> list[ActorId]:
    """The actors of those who look after the instance."""
    rows = await connection.fetch_all(
        """
        SELECT u.actor_id FROM local_user u JOIN actor a ON a.id = u.actor_id
        WHERE u.role IN ('moderator', 'admin', 'owner') AND a.gone_at IS NULL
            AND a.suspended_at IS NULL AND u.disabled_at IS NULL
        ORDER BY u.id
        """
    )
    return [ActorId(row["actor_id"]) for row in rows]


async def owner_of_email(connection: Connection, email: str) -> User | None:
    """Who has confirmed that this address is theirs; whoever has only typed it does not count."""
    row = await connection.fetch_one(
        f"{USER} WHERE lower(u.email) = lower(:email) AND u.confirmed_at IS NOT NULL", email=email
    )
    return user_of(row) if row else None


async def user_with_password(connection: Connection, login: str) -> tuple[User, str | None] | None:
    """The login with this address or name, and its password hash.

    Of several who typed the same address it is the one who has confirmed it.
    """
    row = await connection.fetch_one(
        f"""
        {USER}
        WHERE lower(u.email) = lower(:login) OR lower(a.username) = lower(:login)
        ORDER BY u.confirmed_at IS NULL, u.id LIMIT 1
        """,
        login=login,
    )
    return (user_of(row), row["u_password_hash"]) if row else None


async def password_hash_of(connection: Connection, user_id: UserId) -> str | None:
    """The password hash of a login; None where it has no password."""
    row = await connection.fetch_one(
        "SELECT password_hash FROM local_user WHERE id = :id", id=user_id
    )
    return row["password_hash"] if row else None


async def set_password(connection: Connection, user_id: UserId, password_hash: str) -> None:
    """Change the password."""
    await connection.execute(
        "UPDATE local_user SET password_hash = :hash WHERE id = :id", id=user_id, hash=password_hash
    )


async def set_locale(connection: Connection, user_id: UserId, locale: str | None) -> None:
    """Change the language of pages and letters; None leaves it to their browser."""
    await connection.execute(
        "UPDATE local_user SET locale = :locale WHERE id = :id", id=user_id, locale=locale
    )


async def confirm_email(connection: Connection, user_id: UserId, email: str) -> None:
    """The address is this person's, and is theirs from now on."""
    await connection.execute(
        """
        UPDATE local_user SET email = :email, confirmed_at = COALESCE(confirmed_at, :at)
        WHERE id = :id
        """,
        id=user_id,
        email=email,
        at=now(),
    )


async def correct_email(connection: Connection, user_id: UserId, email: str) -> None:
    """Somebody whose address is not confirmed yet has given another."""
    await connection.execute(
        "UPDATE local_user SET email = :email WHERE id = :id AND confirmed_at IS NULL",
        id=user_id,
        email=email,
    )


async def set_posting(
    connection: Connection, user_id: UserId, language: str | None, time_zone: str
) -> None:
    """In which language somebody writes, and by which clock they post later."""
    await connection.execute(
        """
        UPDATE local_user SET posting_language = :language, time_zone = :time_zone WHERE id = :id
        """,
        id=user_id,
        language=language,
        time_zone=time_zone,
    )


async def approve_user(connection: Connection, user_id: UserId) -> None:
    """Let a person in who asked for an account; why they wanted to is forgotten."""
    await connection.execute(
        """
        UPDATE local_user SET approved_at = :at, invite_request = NULL
        WHERE id = :id AND approved_at IS NULL
        """,
        id=user_id,
        at=now(),
    )


async def unconfirmed_users(connection: Connection, before: Millis, limit: int) -> list[User]:
    """Those who made an account before then and never confirmed their address."""
    rows = await connection.fetch_all(
        f"""
        {USER} WHERE u.confirmed_at IS NULL AND u.created_at < :before
        ORDER BY u.created_at LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    return [user_of(row) for row in rows]


async def set_disabled(connection: Connection, user_id: UserId, at: Millis | None) -> None:
    """Keep somebody out of their account from then on; None lets them in again."""
    await connection.execute(
        "UPDATE local_user SET disabled_at = :at WHERE id = :id", id=user_id, at=at
    )


async def set_role(connection: Connection, user_id: UserId, role: Role) -> None:
    """What somebody may do for the instance from now on."""
    await connection.execute(
        "UPDATE local_user SET role = :role WHERE id = :id", id=user_id, role=role.value
    )


async def count_owners(connection: Connection) -> int:
    """How many own the instance."""
    row = await connection.fetch_one("SELECT count(*) AS n FROM local_user WHERE role = 'owner'")
    return int(row["n"]) if row else 0


async def delete_user(connection: Connection, user_id: UserId) -> None:
    """Remove a login with its sessions and links; the actor stays."""
    await connection.execute("DELETE FROM local_user WHERE id = :id", id=user_id)
    connection.announce(SignedOut(user_id))


async def note_activity(connection: Connection, user_id: UserId) -> None:
    """Somebody was here today; at what time of the day is not kept."""
    await connection.execute(
        "UPDATE local_user SET active_at = :day WHERE id = :id",
        id=user_id,
        day=now() - now() % DAY_MS,
    )


def user_of(row: Row) -> User:
    """A user from a row of the USER query."""
    return User(
        id=UserId(row["u_id"]),
        actor=actor_of(row),
        email=row["u_email"],
        role=Role(row["u_role"]),
        created_at=Millis(row["u_created_at"]),
        approved_at=row["u_approved_at"],
        confirmed_at=row["u_confirmed_at"],
        posting_language=row["u_posting_language"],
        time_zone=row["u_time_zone"],
        habits=habits_of(row),
        locale=row["u_locale"],
        disabled_at=row["u_disabled_at"],
    )
