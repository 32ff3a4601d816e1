"""This is where apps are remembered, and what people have allowed them.

Secrets of apps, codes and tokens are stored as hashes: a copy of the database opens nothing.
"""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.db.recurring import Recurring
from fedlearn.db.users import COLUMNS, note_activity, user_of
from fedlearn.domain.actors import User
from fedlearn.domain.events import TokenEnded
from fedlearn.domain.ids import Millis, UserId, now
from fedlearn.domain.oauth import (
    AccessToken,
    Application,
    ApplicationId,
    Authorization,
    TokenId,
    read_scopes,
    write_scopes,
)

APPLICATION = """
    p.id AS p_id, p.client_id AS p_client_id, p.secret_hash AS p_secret_hash, p.name AS p_name,
    p.website AS p_website, p.redirect_uris AS p_redirect_uris, p.scopes AS p_scopes,
    p.created_at AS p_created_at
"""
TOKEN = f"""
    {APPLICATION}, t.id AS t_id, t.user_id AS t_user_id, t.scopes AS t_scopes,
    t.created_at AS t_created_at, t.used_at AS t_used_at
"""


# --- apps ----------------------------------------------------------------------------------------


async def insert_application(connection: Connection, application: Application) -> None:
    """A new app."""
    await connection.execute(
        """
        INSERT INTO oauth_application (
            id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at)
        VALUES (
            :id, :client_id, :secret_hash, :name, :website, :redirect_uris, :scopes, :created_at)
        """,
        id=application.id,
        client_id=application.client_id,
        secret_hash=application.secret_hash,
        name=application.name,
        website=application.website,
        redirect_uris="\n".join(application.redirect_uris),
        scopes=write_scopes(application.scopes),
        created_at=application.created_at,
    )


async def application_by_client_id(connection: Connection, client_id: str) -> Application | None:
    """The app that calls itself so."""
    row = await connection.fetch_one(
        f"SELECT {APPLICATION} FROM oauth_application p WHERE p.client_id = :client_id",
        client_id=client_id,
    )
    return application_of(row) if row else None


async def delete_unused_applications(connection: Connection, older_than: Millis) -> None:
    """Forget apps that registered and never got anybody to agree."""
    await connection.sweep(
        """
        DELETE FROM oauth_application WHERE created_at < :older_than
            AND id NOT IN (SELECT application_id FROM oauth_token)
            AND id NOT IN (SELECT application_id FROM oauth_code)
        """,
        older_than=older_than,
    )


# --- codes ---------------------------------------------------------------------------------------


async def insert_code(connection: Connection, code_hash: str, agreed: Authorization) -> None:
    """Somebody has agreed; the app will come with this code."""
    await connection.execute(
        """
        INSERT INTO oauth_code (
            code_hash, application_id, user_id, redirect_uri, scopes, code_challenge, expires_at)
        VALUES (
            :code_hash, :application_id, :user_id, :redirect_uri, :scopes, :code_challenge,
            :expires_at)
        """,
        code_hash=code_hash,
        application_id=agreed.application_id,
        user_id=agreed.user_id,
        redirect_uri=agreed.redirect_uri,
        scopes=write_scopes(agreed.scopes),
        code_challenge=agreed.code_challenge,
        expires_at=agreed.expires_at,
    )


async def use_code(connection: Connection, code_hash: str) -> Authorization | None:
    """What was agreed to under this code, which counts no more; None when there is none."""
    row = await connection.fetch_one(
        "DELETE FROM oauth_code WHERE code_hash = :code_hash RETURNING *", code_hash=code_hash
    )
    if row is None or row["expires_at"] < now():
        return None
    return Authorization(
        ApplicationId(row["application_id"]),
        UserId(row["user_id"]),
        row["redirect_uri"],
        read_scopes(row["scopes"]),
        row["code_challenge"],
        Millis(row["expires_at"]),
    )


async def delete_old_codes(connection: Connection) -> None:
    """Forget codes that nobody came with in time."""
    await connection.sweep("DELETE FROM oauth_code WHERE expires_at < :at", at=now())


# --- tokens --------------------------------------------------------------------------------------


async def insert_token(connection: Connection, token_hash: str, token: AccessToken) -> None:
    """An app has been allowed this."""
    await connection.execute(
        """
        INSERT INTO oauth_token (
            id, token_hash, application_id, user_id, scopes, created_at, used_at)
        VALUES (:id, :token_hash, :application_id, :user_id, :scopes, :created_at, :created_at)
        """,
        id=token.id,
        token_hash=token_hash,
        application_id=token.application.id,
        user_id=token.user_id,
        scopes=write_scopes(token.scopes),
        created_at=token.created_at,
    )


async def bearer(
    connection: Connection, token_hash: str
) -> tuple[AccessToken, User | None, Millis] | None:
    """What this token allows, for whom, and when it was last used."""
    row = await connection.fetch_one(
        f"""
        SELECT {COLUMNS}, {TOKEN}
        FROM oauth_token t JOIN oauth_application p ON p.id = t.application_id
        LEFT JOIN local_user u ON u.id = t.user_id LEFT JOIN actor a ON a.id = u.actor_id
        WHERE t.token_hash = :hash
        """,
        hash=token_hash,
    )
    return BEARERS.of(row) if row else None


def _bearer_of(row: Row) -> tuple[AccessToken, User | None, Millis]:
    user = user_of(row) if row["t_user_id"] else None
    return token_of(row), user, Millis(row["t_used_at"])


BEARERS = Recurring(_bearer_of)


async def delete_token(
    connection: Connection, application_id: ApplicationId, token_hash: str
) -> None:
    """An app gives back what it was allowed; a token of another app stays."""
    row = await connection.fetch_one(
        """
        DELETE FROM oauth_token WHERE token_hash = :hash AND application_id = :application_id
        RETURNING id
        """,
        hash=token_hash,
        application_id=application_id,
    )
    if row is not None:
        connection.announce(TokenEnded(row["id"]))


async def take_back_all(
    connection: Connection, user_id: UserId, application_id: ApplicationId | None = None
) -> None:
    """Somebody takes back what they allowed an app, or all of them, fetched or not."""
    await connection.execute(
        """
        DELETE FROM oauth_code WHERE user_id = :user_id
            AND (CAST(:application_id AS BIGINT) IS NULL OR application_id = :application_id)
        """,
        user_id=user_id,
        application_id=application_id,
    )
    rows = await connection.fetch_all(
        """
        DELETE FROM oauth_token WHERE user_id = :user_id
            AND (CAST(:application_id AS BIGINT) IS NULL OR application_id = :application_id)
        RETURNING id
        """,
        user_id=user_id,
        application_id=application_id,
    )
    for row in rows:
        connection.announce(TokenEnded(row["id"]))


async def tokens_of(
    connection: Connection, user_id: UserId
) -> Sequence[tuple[AccessToken, Millis]]:
    """What somebody has allowed apps, the newest first, and when each was last used."""
    rows = await connection.fetch_all(
        f"""
        SELECT {TOKEN} FROM oauth_token t JOIN oauth_application p ON p.id = t.application_id
        WHERE t.user_id = :user_id ORDER BY t.id DESC
        """,
        user_id=user_id,
    )
    return [(token_of(row), Millis(row["t_used_at"])) for row in rows]


async def touch_token(connection: Connection, token_id: TokenId) -> None:
    """An app has used what it was allowed; with it somebody was here, if it acts for somebody."""
    row = await connection.fetch_one(
        "UPDATE oauth_token SET used_at = :at WHERE id = :id RETURNING user_id",
        id=token_id,
        at=now(),
    )
    if row is not None and row["user_id"] is not None:
        await note_activity(connection, UserId(row["user_id"]))


def application_of(row: Row) -> Application:
    """An app from its row."""
    return Application(
        ApplicationId(row["p_id"]),
        row["p_client_id"],
        row["p_secret_hash"],
        row["p_name"],
        row["p_website"],
        tuple(row["p_redirect_uris"].split("\n")),
        read_scopes(row["p_scopes"]),
        Millis(row["p_created_at"]),
    )


def token_of(row: Row) -> AccessToken:
    """A token from a row of the TOKEN query."""
    return AccessToken(
        TokenId(row["t_id"]),
        application_of(row),
        UserId(row["t_user_id"]) if row["t_user_id"] else None,
        read_scopes(row["t_scopes"]),
        Millis(row["t_created_at"]),
    )
