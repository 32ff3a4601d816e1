"""How passkeys are remembered."""

from dataclasses import replace

from fedlearn.db import passkeys as db_passkeys
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Passkey
from fedlearn.domain.ids import Millis
from tests.builders import signs_up
from tests.clock import MINUTE, Clock


async def test_passkey(connection: Connection, clock: Clock) -> None:
    """It comes back as it was made, counts its uses, and only its owner removes it."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    hers = Passkey("hers", alice.id, b"key", 3, "Firefox", clock.now, None)
    his = replace(hers, credential_id="his", user_id=bob.id)
    assert await db_passkeys.insert_passkey(connection, hers)
    assert await db_passkeys.insert_passkey(connection, his)
    assert not await db_passkeys.insert_passkey(connection, replace(his, credential_id="hers"))
    assert await db_passkeys.passkeys_of(connection, alice.id) == [hers]
    at = clock.forward(MINUTE)
    await db_passkeys.note_use(connection, "hers", 4)
    used = replace(hers, sign_count=4, used_at=at)
    assert await db_passkeys.passkey(connection, "hers") == used
    await db_passkeys.delete_passkey(connection, bob.id, "hers")
    assert await db_passkeys.passkey(connection, "hers") == used
    await db_passkeys.delete_passkey(connection, alice.id, "hers")
    assert await db_passkeys.passkey(connection, "hers") is None
    assert await db_passkeys.passkeys_of(connection, bob.id) == [his]


async def test_challenge(connection: Connection, clock: Clock) -> None:
    """It is used once, and forgotten when it has run out."""
    until = Millis(clock.now + MINUTE)
    used = [await db_passkeys.use_challenge(connection, name, until) for name in "aab"]
    assert used == [True, False, True]
    await db_passkeys.forget_stale_challenges(connection)
    assert not await db_passkeys.use_challenge(connection, "a", until)
    clock.forward(MINUTE + 1)
    await db_passkeys.forget_stale_challenges(connection)
    assert await connection.fetch_all("SELECT challenge_hash FROM used_challenge") == []
