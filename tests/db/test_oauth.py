"""Apps, codes and tokens, as they are remembered and forgotten."""

from dataclasses import replace

from fedlearn.db import oauth as db_oauth
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.ids import Millis, UserId, snowflake
from fedlearn.domain.oauth import (
    AccessToken,
    Application,
    ApplicationId,
    Authorization,
    TokenId,
    read_scopes,
)
from tests.builders import signs_up
from tests.clock import MINUTE, Clock


async def registers(connection: Connection, clock: Clock, name: str) -> Application:
    """An app that has registered."""
    application = Application(
        ApplicationId(snowflake()),
        client_id=f"id of {name}",
        secret_hash="hash",
        name=name,
        website=None,
        redirect_uris=("urn:ietf:wg:oauth:2.0:oob", "app://back"),
        scopes=read_scopes("read write:media"),
        created_at=clock.now,
    )
    await db_oauth.insert_application(connection, application)
    return application


async def allows(
    connection: Connection,
    clock: Clock,
    application: Application,
    user_id: UserId | None,
    name: str,
) -> AccessToken:
    """Somebody has allowed an app to read."""
    scopes = read_scopes("read")
    token = AccessToken(TokenId(snowflake()), application, user_id, scopes, clock.now)
    await db_oauth.insert_token(connection, name, token)
    return token


async def test_token_speaks_for_its_user(connection: Connection, clock: Clock) -> None:
    """A token comes back as it was made, with whom it speaks for; that of an app alone with nobody."""
    alice = await signs_up(connection, "alice")
    application = await registers(connection, clock, "reader")
    assert await db_oauth.application_by_client_id(connection, "id of reader") == application
    hers = await allows(connection, clock, application, alice.id, "hers")
    own = await allows(connection, clock, application, None, "own")
    assert await db_oauth.bearer(connection, "hers") == (hers, alice, clock.now)
    assert await db_oauth.bearer(connection, "own") == (own, None, clock.now)
    assert await db_oauth.bearer(connection, "nobody's") is None
    before, at = clock.now, clock.forward(MINUTE)
    await db_oauth.touch_token(connection, hers.id)
    assert await db_oauth.tokens_of(connection, alice.id) == [(hers, at)]
    assert before < at


async def test_bearer_is_made_once(connection: Connection, clock: Clock) -> None:
    """Who calls again is the very same value; whatever was changed of them meanwhile, is there."""
    alice = await signs_up(connection, "alice")
    token = await allows(
        connection, clock, await registers(connection, clock, "reader"), alice.id, "a"
    )
    first = await db_oauth.bearer(connection, "a")
    assert await db_oauth.bearer(connection, "a") is first
    await db_users.set_disabled(connection, alice.id, clock.now)
    assert await db_oauth.bearer(connection, "a") == (
        token,
        replace(alice, disabled_at=clock.now),
        clock.now,
    )
    await db_users.set_disabled(connection, alice.id, None)
    assert await db_oauth.bearer(connection, "a") is first


async def test_token_ends_for_its_own_app_and_user_only(
    connection: Connection, clock: Clock
) -> None:
    """An app gives back its own token, a person takes back their own; others stay."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    one, other = [await registers(connection, clock, name) for name in ("one", "other")]
    for name, application, user in (
        ("a", one, alice),
        ("b", other, alice),
        ("c", one, bob),
        ("d", one, alice),
    ):
        await allows(connection, clock, application, user.id, name)
    await db_oauth.delete_token(connection, other.id, "a")
    assert await db_oauth.bearer(connection, "a") is not None
    await db_oauth.delete_token(connection, one.id, "a")
    await db_oauth.take_back_all(connection, alice.id, one.id)
    left = [name for name in "abcd" if await db_oauth.bearer(connection, name)]
    assert left == ["b", "c"]
    await db_oauth.take_back_all(connection, alice.id)
    assert await db_oauth.tokens_of(connection, alice.id) == []


async def test_code_counts_once_and_not_for_long(connection: Connection, clock: Clock) -> None:
    """A code leads to what was agreed to, once, until its time is over; then it is forgotten."""
    alice = await signs_up(connection, "alice")
    application = await registers(connection, clock, "reader")
    agreed = Authorization(
        application.id,
        alice.id,
        "app://back",
        read_scopes("read"),
        None,
        Millis(clock.now + MINUTE),
    )
    for name in ("one", "two", "three"):
        await db_oauth.insert_code(connection, name, agreed)
    assert await db_oauth.use_code(connection, "one") == agreed
    assert await db_oauth.use_code(connection, "one") is None
    clock.forward(MINUTE + 1)
    assert await db_oauth.use_code(connection, "two") is None
    await db_oauth.delete_old_codes(connection)
    left = await connection.fetch_all("SELECT code_hash FROM oauth_code")
    assert list(left) == []


async def test_app_that_nobody_allowed_anything_is_forgotten(
    connection: Connection, clock: Clock
) -> None:
    """An app stays while somebody allows it something or it is new."""
    alice = await signs_up(connection, "alice")
    used = await registers(connection, clock, "used")
    await allows(connection, clock, used, alice.id, "hers")
    await registers(connection, clock, "unused")
    long_ago = clock.forward(MINUTE)
    await registers(connection, clock, "new")
    await db_oauth.delete_unused_applications(connection, long_ago)
    found = [
        await db_oauth.application_by_client_id(connection, f"id of {name}")
        for name in ("used", "unused", "new")
    ]
    assert [one.name if one else None for one in found] == ["used", None, "new"]
