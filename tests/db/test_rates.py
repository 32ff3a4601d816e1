"""What processes tell each other of how often somebody asks."""

from fedlearn.db import rates as db_rates
from fedlearn.db.database import Connection, Database
from fedlearn.db.rates import Spending
from fedlearn.domain.ids import Millis
from fedlearn.domain.rates import Standing
from tests.clock import DAY, MINUTE, SECOND, Clock

ALICE, BOB = -(2**63), 2**63 - 1


def spending(clock: Clock, key: int, times: int, limit: int | None = 10) -> Spending:
    """So much, in a window of a minute if it is the first."""
    return Spending(key, times, Millis(clock.now + MINUTE), limit)


async def test_spendings_add_up(connection: Connection, clock: Clock) -> None:
    """What is told one after the other counts together until the first window ends, then anew."""
    ends = clock.now + MINUTE
    await db_rates.add_spendings(connection, [spending(clock, ALICE, 3), spending(clock, BOB, 1)])
    clock.forward(MINUTE - 1)
    await db_rates.add_spendings(connection, [spending(clock, ALICE, 4)])
    known = await db_rates.standings(connection, [ALICE, 5])
    assert known == {ALICE: Standing(7, Millis(ends))}
    clock.forward(1)
    await db_rates.add_spendings(connection, [spending(clock, ALICE, 2)])
    known = await db_rates.standings(connection, [ALICE])
    assert known == {ALICE: Standing(2, Millis(clock.now + MINUTE))}


async def test_who_is_at_the_limit(connection: Connection, clock: Clock) -> None:
    """It is told of those who have come to their limit, as long as it counts; of exact counts not."""
    spent = [spending(clock, ALICE, 10), spending(clock, BOB, 9), spending(clock, 1, 99, None)]
    await db_rates.add_spendings(connection, spent)
    assert list(await db_rates.used_up(connection)) == [ALICE]
    clock.forward(SECOND)
    await db_rates.add_spendings(connection, [spending(clock, BOB, 1)])
    assert set(await db_rates.used_up(connection)) == {ALICE, BOB}
    await db_rates.forget_count(connection, BOB)
    assert list(await db_rates.used_up(connection)) == [ALICE]
    clock.forward(MINUTE)
    assert await db_rates.used_up(connection) == {}
    await db_rates.add_spendings(connection, [spending(clock, ALICE, 1)])
    assert await db_rates.used_up(connection) == {}


async def test_windows_that_end_are_forgotten(db: Database, clock: Clock) -> None:
    """What is over is removed, and what is not is left."""
    async with db.write() as connection:
        await db_rates.add_spendings(connection, [spending(clock, ALICE, 3)])
    clock.forward(SECOND)
    async with db.write() as connection:
        await db_rates.add_spendings(connection, [spending(clock, BOB, 3)])
    clock.forward(MINUTE - SECOND)
    async with db.write() as connection:
        await db_rates.forget_ended(connection)
        assert list(await db_rates.standings(connection, [ALICE, BOB])) == [BOB]


async def test_clock_that_is_put_back(connection: Connection, clock: Clock) -> None:
    """What was begun in a year to come counts no more; one that is a little ahead counts on."""
    clock.forward(30)
    await db_rates.add_spendings(connection, [spending(clock, BOB, 10)])
    clock.forward(365 * DAY)
    await db_rates.add_spendings(connection, [spending(clock, ALICE, 10)])
    clock.forward(-365 * DAY - 30)
    assert list(await db_rates.used_up(connection)) == [BOB]
    await db_rates.add_spendings(connection, [spending(clock, one, 1) for one in (ALICE, BOB)])
    known = await db_rates.standings(connection, [ALICE, BOB])
    assert {one: standing.spent for one, standing in known.items()} == {ALICE: 1, BOB: 11}
