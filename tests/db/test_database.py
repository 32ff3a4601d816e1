"""What both databases promise alike: transactions, parameters of every kind, and waking workers."""

import asyncio
import time

import pytest

from fedlearn.db import received as db_received
from fedlearn.db.database import Connection, Database

ROBIN = "https://far.example/robin"


async def remembered(database: Database) -> list[str]:
    """Every row written."""
    async with database.read() as connection:
        rows = await connection.fetch_all("SELECT uri FROM received_activity ORDER BY uri")
    return [row["uri"] for row in rows]


# --- transactions ----------------------------------------------------------------------------------


async def test_write_is_kept(db: Database) -> None:
    """What is written in one transaction is there for the next."""
    async with db.write() as connection:
        await db_received.remember_activity(connection, ROBIN, "1")
        await db_received.remember_activity(connection, ROBIN, "2")
    assert await remembered(db) == ["1", "2"]


async def test_error_undoes_all(db: Database) -> None:
    """An error inside `write()` undoes all that came before it, and the next write works."""

    async def write() -> None:
        async with db.write() as connection:
            await db_received.remember_activity(connection, ROBIN, "1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write()
    assert await remembered(db) == []
    async with db.write() as connection:
        await db_received.remember_activity(connection, ROBIN, "2")
    assert await remembered(db) == ["2"]


async def test_cancelled_write_is_undone(db: Database) -> None:
    """A write that is cancelled half way leaves nothing, and the next write works."""
    begun = asyncio.Event()

    async def write() -> None:
        async with db.write() as connection:
            await db_received.remember_activity(connection, ROBIN, "1")
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with db.write() as connection:
        await db_received.remember_activity(connection, ROBIN, "2")
    assert await remembered(db) == ["2"]


async def test_group_of_writers(db: Database) -> None:
    """Many who write at once, some of whom fail, each get all or nothing."""

    async def write(n: int) -> None:
        async with db.write() as connection:
            await db_received.remember_activity(connection, ROBIN, f"{n:02} first")
            await asyncio.sleep(0)
            if n % 3 == 0:
                raise ZeroDivisionError
            await db_received.remember_activity(connection, ROBIN, f"{n:02} second")

    outcomes = await asyncio.gather(*(write(n) for n in range(24)), return_exceptions=True)
    assert sum(isinstance(outcome, ZeroDivisionError) for outcome in outcomes) == 8
    written = [n for n in range(24) if n % 3]
    assert await remembered(db) == [
        f"{n:02} {which}" for n in written for which in ("first", "second")
    ]


async def test_what_was_read_for_writing_is_up_to_date(db: Database) -> None:
    """Two who remember the same activity at once: it is new to one of them only."""

    async def remember() -> bool:
        async with db.write() as connection:
            return await db_received.remember_activity(connection, ROBIN, "1")

    answers = await asyncio.gather(*(remember() for _ in range(8)))
    assert sorted(answers) == [False] * 7 + [True]


async def test_tables_are_known(db: Database) -> None:
    """A table is there or not."""
    assert await db.has_table("status")
    assert not await db.has_table("toot")


# --- questions and parameters ----------------------------------------------------------------------


async def test_answers(connection: Connection) -> None:
    """All rows, the first row, or none."""
    rows = await connection.fetch_all("SELECT 1 AS n UNION SELECT 2 ORDER BY n")
    assert [row["n"] for row in rows] == [1, 2]
    first = await connection.fetch_one("SELECT 1 AS n UNION SELECT 2 ORDER BY n")
    assert first
    assert first["n"] == 1
    assert await connection.fetch_one("SELECT 1 AS n WHERE FALSE") is None
    assert list(await connection.fetch_all("SELECT 1 AS n WHERE FALSE")) == []


async def test_number_of_changes(connection: Connection) -> None:
    """A change says how many rows it changed, be it none."""
    await db_received.remember_activity(connection, ROBIN, "1")
    await db_received.remember_activity(connection, ROBIN, "2")
    change = "UPDATE received_activity SET received_at = 5 WHERE actor_uri = :actor"
    assert await connection.execute(change, actor=ROBIN) == 2
    assert await connection.execute(change, actor="nobody") == 0
    assert await connection.execute("DELETE FROM received_activity WHERE uri = :u", u="1") == 1


async def test_same_change_for_many(connection: Connection) -> None:
    """A change is made for each set of parameters, and for none where there is none."""
    insert = "INSERT INTO received_activity VALUES (:actor, :uri, :at)"
    await connection.execute_many(insert, [])
    await connection.execute_many(
        insert, ({"actor": ROBIN, "uri": f"{n}", "at": n} for n in (1, 2))
    )
    rows = await connection.fetch_all("SELECT uri, received_at AS at FROM received_activity")
    assert sorted((row["uri"], row["at"]) for row in rows) == [("1", 1), ("2", 2)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["1", "3", "4"], ["1", "3"]),
        ({"2"}, ["2"]),
        (("2", "2"), ["2"]),
        ([], []),
        ([f"{n}" for n in range(5000)], ["1", "2", "3"]),
        (["'); DROP TABLE status; --", '"', "ä"], []),
    ],
)
async def test_lists_of_texts(connection: Connection, wanted: list[str], found: list[str]) -> None:
    """`IN :list` finds what is in a list, a tuple or a set, however long it is; in none, nothing."""
    for uri in ("1", "2", "3"):
        await db_received.remember_activity(connection, ROBIN, uri)
    rows = await connection.fetch_all(
        "SELECT uri FROM received_activity WHERE uri IN :wanted ORDER BY uri", wanted=wanted
    )
    assert [row["uri"] for row in rows] == found
    rest = await connection.fetch_all(
        "SELECT uri FROM received_activity WHERE NOT (uri IN :wanted) ORDER BY uri", wanted=wanted
    )
    assert [row["uri"] for row in rest] == [uri for uri in ("1", "2", "3") if uri not in found]


async def test_lists_of_numbers(connection: Connection) -> None:
    """`IN :list` compares numbers as numbers, up to the largest that there are."""
    largest = 2**63 - 1
    insert = "INSERT INTO received_activity VALUES (:actor, :uri, :at)"
    for at in (7, largest):
        await connection.execute(insert, actor=ROBIN, uri=f"{at}", at=at)
    question = "SELECT received_at AS at FROM received_activity WHERE received_at IN :times"
    assert [row["at"] for row in await connection.fetch_all(question, times=[largest])] == [largest]
    assert [row["at"] for row in await connection.fetch_all(question, times=[8, 7])] == [7]


async def test_nothing_is_a_value(connection: Connection) -> None:
    """A parameter may be NULL, which equals nothing, and is not distinct from itself."""
    equal = "SELECT 1 AS one WHERE CAST(:one AS BIGINT) = CAST(:other AS BIGINT)"
    assert await connection.fetch_one(equal, one=1, other=1) is not None
    assert await connection.fetch_one(equal, one=None, other=None) is None
    same = "SELECT 1 AS one WHERE CAST(:one AS BIGINT) IS NOT DISTINCT FROM CAST(:other AS BIGINT)"
    assert await connection.fetch_one(same, one=None, other=None) is not None
    assert await connection.fetch_one(same, one=None, other=1) is None


# --- announcing work -------------------------------------------------------------------------------


async def test_announcement_wakes_who_waits(db: Database) -> None:
    """Who waits for work wakes once a transaction that announces some is committed."""
    waiting = asyncio.create_task(db.wait_for_work(at_most=60))
    async with db.write() as connection:
        connection.announce_work()
        await asyncio.sleep(0.02)
        assert not waiting.done()
    async with asyncio.timeout(5):
        await waiting


async def test_announcement_before_waiting(db: Database) -> None:
    """Work announced while nobody waits is not missed, and counts once."""
    async with db.write() as connection:
        connection.announce_work()
    async with asyncio.timeout(5):
        await db.wait_for_work(at_most=60)
    started = time.monotonic()
    await db.wait_for_work(at_most=0.05)
    assert time.monotonic() - started >= 0.04


async def test_nothing_is_announced_by_what_fails(db: Database) -> None:
    """An announcement is undone with its transaction, and a plain write announces nothing."""

    async def fail() -> None:
        async with db.write() as connection:
            connection.announce_work()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with db.write() as connection:
        await db_received.remember_activity(connection, ROBIN, "1")
    started = time.monotonic()
    await db.wait_for_work(at_most=0.05)
    assert time.monotonic() - started >= 0.04
