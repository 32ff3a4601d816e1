"""How second steps of signing in are remembered."""

from fedlearn.db import second_steps as db_second_steps
from fedlearn.db.database import Connection
from fedlearn.domain.actors import SecondStep
from fedlearn.domain.ids import Millis
from tests.builders import signs_up
from tests.clock import MINUTE, Clock


async def test_secret(connection: Connection, clock: Clock) -> None:
    """It can be made anew until it is confirmed, and belongs to one person."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    find, store = db_second_steps.second_step, db_second_steps.store_second_step
    assert await find(connection, alice.id) is None
    await store(connection, alice.id, b"one")
    await store(connection, alice.id, b"two")
    await store(connection, bob.id, b"his")
    assert await find(connection, alice.id) == SecondStep(b"two", None)
    await db_second_steps.confirm_second_step(connection, alice.id)
    await store(connection, alice.id, b"three")
    assert await find(connection, alice.id) == SecondStep(b"two", clock.now)
    assert await find(connection, bob.id) == SecondStep(b"his", None)
    await db_second_steps.delete_second_step(connection, alice.id)
    assert await find(connection, alice.id) is None
    assert await find(connection, bob.id)


async def test_steps_go_forward(connection: Connection) -> None:
    """A step in time is used once, and none before it after that."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    for user in (alice, bob):
        await db_second_steps.store_second_step(connection, user.id, b"secret")
    used = [await db_second_steps.use_step(connection, alice.id, step) for step in (5, 5, 4, 6)]
    assert used == [True, False, False, True]
    assert await db_second_steps.use_step(connection, bob.id, 5)


async def test_recovery_codes(connection: Connection) -> None:
    """Each works once, for its owner; they go with the second step."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    for user in (alice, bob):
        await db_second_steps.store_second_step(connection, user.id, b"secret")
    await db_second_steps.insert_recovery_codes(connection, alice.id, ["one", "two"])
    await db_second_steps.insert_recovery_codes(connection, bob.id, ["his"])
    use, count = db_second_steps.use_recovery_code, db_second_steps.count_recovery_codes
    assert not await use(connection, alice.id, "his")
    assert await use(connection, alice.id, "one")
    assert not await use(connection, alice.id, "one")
    assert [await count(connection, user.id) for user in (alice, bob)] == [1, 1]
    await db_second_steps.delete_second_step(connection, alice.id)
    assert [await count(connection, user.id) for user in (alice, bob)] == [0, 1]


async def test_half_sign_in(connection: Connection, clock: Clock) -> None:
    """Five tries within its time; then, or when its owner is in, it leads nowhere."""
    alice, bob = await signs_up(connection, "alice"), await signs_up(connection, "bob")
    until = Millis(clock.now + MINUTE)
    for token, user in (("one", alice), ("two", alice), ("his", bob)):
        await db_second_steps.insert_half_sign_in(connection, user.id, token, until)
    attempt = db_second_steps.try_half_sign_in
    assert await attempt(connection, "nonsense") is None
    tries = [await attempt(connection, "one") for _ in range(6)]
    assert tries == [alice.id] * 5 + [None]
    assert await attempt(connection, "two") == alice.id
    await db_second_steps.delete_half_sign_ins(connection, alice.id)
    assert await attempt(connection, "two") is None
    assert await attempt(connection, "his") == bob.id
    clock.forward(MINUTE)
    assert await attempt(connection, "his") is None
    clock.forward(1)
    await db_second_steps.forget_stale_half_sign_ins(connection)
    assert await connection.fetch_all("SELECT token_hash FROM half_sign_in") == []
