"""This is where people who sign in are remembered: logins, sessions, one-time links.

Tokens are stored as hashes, so that a copy of the database opens no session.
"""

from fedlearn.db.actors import actor_of
from fedlearn.db.database import Connection, Row
from fedlearn.db.habits import habits_of
from fedlearn.domain.actors import Role, Session, User
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
    return (user_of(row), Millis(row["x_seen_at"])) if row else None


async def touch_session(connection: Connection, token_hash: str) -> None:
    """The session was used."""
    row = await connection.fetch_one(
        "UPDATE session SET seen_at = :at WHERE token_hash = :token_hash RETURNING user_id",
        token_hash=token_hash,
        at=now(),
    )
    if row is not None:
        await note_activity(connection, UserId(row["user_id"]))


async def note_activity(connection: Connection, user_id: UserId) -> None:
    """Somebody was here today; at what time of the day is not kept."""
    await connection.execute(
        "UPDATE local_user SET active_at = :day WHERE id = :id",
        id=user_id,
        day=now() - now() % DAY_MS,
    )


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
