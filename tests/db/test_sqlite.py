"""SQLite as the database: transactions, and what happens when the disk or another process says no."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from fedlearn.db import received as db_received
from fedlearn.db import sqlite as db_sqlite
from fedlearn.db.sqlite import SqliteDatabase, open_sqlite
from fedlearn.errors import StartError, Unavailable
from fedlearn.settings import Settings


@pytest_asyncio.fixture
async def db(sqlite_settings: Settings) -> AsyncIterator[SqliteDatabase]:
    """An open SQLite database with the schema of now."""
    database = await open_sqlite(sqlite_settings.sqlite_path)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def impatient(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SqliteDatabase]:
    """An open SQLite database that waits for others only a moment."""
    monkeypatch.setattr(db_sqlite, "LOCK_PATIENCE", 0.05)
    database = await open_sqlite(sqlite_settings.sqlite_path)
    yield database
    await database.close()


async def remember(database: SqliteDatabase, uri: str) -> None:
    """Write one row."""
    async with database.write() as connection:
        await db_received.remember_activity(connection, "https://far.example/robin", uri)


async def remembered(database: SqliteDatabase) -> list[str]:
    """Every row written."""
    async with database.read() as connection:
        rows = await connection.fetch_all("SELECT uri FROM received_activity ORDER BY uri")
    return [row["uri"] for row in rows]


# --- how it is opened ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pragma", "column", "value"),
    [
        ("journal_mode", "journal_mode", "wal"),
        ("foreign_keys", "foreign_keys", 1),
        ("synchronous", "synchronous", 2),  # FULL
        ("wal_autocheckpoint", "wal_autocheckpoint", 0),
    ],
)
async def test_connections_are_set_up(
    db: SqliteDatabase, pragma: str, column: str, value: object
) -> None:
    """Readers and the writer use the write-ahead log, which neither shortens, and hold foreign keys."""
    for begin in (db.read, db.write):
        async with begin() as connection:
            row = await connection.fetch_one(f"PRAGMA {pragma}")
        assert row
        assert row[column] == value


async def test_folder_is_made(tmp_path: Path) -> None:
    """The folder of a new database file is made with it."""
    path = tmp_path / "new" / "folder" / "fedlearn.db"
    await (await open_sqlite(path)).close()
    assert path.exists()


@pytest.mark.parametrize("name", ["file/fedlearn.db", "folder", "letter"])
async def test_file_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    """Below a file, in the place of a folder, over something else: one line says which and why."""
    (tmp_path / "file").write_text("a file")
    (tmp_path / "folder").mkdir()
    (tmp_path / "letter").write_text("Dear reader, this was never a database. " * 100)
    with pytest.raises(StartError) as error:
        await open_sqlite(tmp_path / name)
    assert str(error.value).startswith(f"the database {tmp_path / name} cannot be opened: ")
    assert "\n" not in str(error.value)


# --- transactions ----------------------------------------------------------------------------------


async def test_reader_sees_one_state(db: SqliteDatabase) -> None:
    """What is committed while somebody reads shows only to who begins to read afterwards."""
    async with db.read() as connection:
        assert await connection.fetch_all("SELECT uri FROM received_activity") == []
        await remember(db, "https://far.example/1")
        assert await connection.fetch_all("SELECT uri FROM received_activity") == []
    assert await remembered(db) == ["https://far.example/1"]


async def test_readers_do_not_wait_for_the_writer(db: SqliteDatabase) -> None:
    """While somebody writes, others read what was there before."""
    async with db.write() as connection:
        await db_received.remember_activity(connection, "https://far.example/robin", "1")
        assert await remembered(db) == []
    assert await remembered(db) == ["1"]


async def test_more_readers_than_connections(db: SqliteDatabase) -> None:
    """Readers beyond the number of connections wait for their turn, and all get an answer."""
    answers = await asyncio.gather(*(remembered(db) for _ in range(5 * db_sqlite.READERS)))
    assert answers == [[]] * 5 * db_sqlite.READERS


async def test_two_processes_write(sqlite_settings: Settings, db: SqliteDatabase) -> None:
    """Writers on two openings of one file, as two processes have them, all get through."""
    other = await open_sqlite(sqlite_settings.sqlite_path)
    try:
        await asyncio.gather(
            *(remember(database, f"{n}") for n, database in enumerate([db, other] * 10))
        )
    finally:
        await other.close()
    assert len(await remembered(db)) == 20


# --- what goes wrong -------------------------------------------------------------------------------


async def test_full_disk(db: SqliteDatabase) -> None:
    """On a full disk a write says "try again later" and leaves nothing; with room again it works."""
    await limit_pages(db, 1)

    async def write() -> None:
        async with db.write() as connection:
            await db_received.remember_activity(connection, "https://far.example/robin", "small")
            for n in range(100):
                await db_received.remember_activity(connection, "actor", f"{n} {'x' * 5000}")

    with pytest.raises(Unavailable, match="full"):
        await write()
    assert await remembered(db) == []
    await limit_pages(db, 2**30)
    await remember(db, "https://far.example/2")
    assert await remembered(db) == ["https://far.example/2"]


async def test_full_disk_does_not_stop_readers(db: SqliteDatabase) -> None:
    """What is there can be read from a full disk."""
    await remember(db, "https://far.example/1")
    await limit_pages(db, 1)
    with pytest.raises(Unavailable):
        await remember(db, "x" * 100_000)
    assert await remembered(db) == ["https://far.example/1"]


async def limit_pages(database: SqliteDatabase, most: int) -> None:
    """Let the file grow to so many pages; SQLite never goes below what it has now."""
    async with database.write() as connection:
        await connection.fetch_all(f"PRAGMA max_page_count = {most}")


async def test_locked_by_another_process(
    sqlite_settings: Settings, impatient: SqliteDatabase
) -> None:
    """While another process writes for too long, we say "try again later"; then it works again."""
    with closing(sqlite3.connect(sqlite_settings.sqlite_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            await remember(impatient, "1")
        assert await remembered(impatient) == []
        other.execute("ROLLBACK")
    await remember(impatient, "2")
    assert await remembered(impatient) == ["2"]


async def test_mistake_is_not_called_passing(db: SqliteDatabase) -> None:
    """A statement that can never work is an error of its own kind, and not "try again later"."""
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        async with db.write() as connection:
            await connection.execute("DELETE FROM nowhere")
    await remember(db, "1")
    assert await remembered(db) == ["1"]


async def test_cancelled_before_a_transaction_begins(
    sqlite_settings: Settings, db: SqliteDatabase
) -> None:
    """A writer that is cancelled while it waits for another process leaves no lock behind."""
    with closing(sqlite3.connect(sqlite_settings.sqlite_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(remember(db, "1"))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.sleep(0)
        other.execute("ROLLBACK")
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await remember(db, "2")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    assert await remembered(db) == ["2"]


@pytest.mark.parametrize("steps", [1, 3, 6])
async def test_cancelled_anywhere(db: SqliteDatabase, steps: int) -> None:
    """However far readers and writers have come when they are cancelled, the next ones work."""
    works = [remember(db, "cancelled"), *(remembered(db) for _ in range(db_sqlite.READERS))]
    tasks = [asyncio.ensure_future(work) for work in works]
    for _ in range(steps):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await remember(db, "later")
    for found in await asyncio.gather(*(remembered(db) for _ in range(db_sqlite.READERS))):
        assert "later" in found


async def test_naps_are_short(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process cannot wake us, so that we look after a nap however long we may sleep."""
    monkeypatch.setattr(db_sqlite, "LONGEST_NAP", 0.01)
    async with asyncio.timeout(1):
        await db.wait_for_work(at_most=60)


# --- what leaves the loop --------------------------------------------------------------------------


async def fill(database: SqliteDatabase, number: int) -> None:
    """Write many rows."""
    async with database.write() as connection:
        await connection.execute_many(
            "INSERT INTO received_activity (actor_uri, uri, received_at) VALUES ('', :uri, 0)",
            [{"uri": f"{n:06}"} for n in range(number)],
        )


async def turns_taken_during(work: Awaitable[object]) -> int:
    """How often the loop gets round to something else before this is done."""
    running = asyncio.ensure_future(work)
    turns = 0
    while not running.done():
        await asyncio.sleep(0)
        turns += 1
    await running
    return turns


async def test_long_answers_let_others_go_on(db: SqliteDatabase) -> None:
    """A SELECT with a budget for little work is done again where it keeps nobody waiting."""
    number = 50 * db_sqlite.ROWS_AT_ONCE
    assert await turns_taken_during(fill(db, number)) > 20
    assert await turns_taken_during(remembered(db)) > 20
    assert await remembered(db) == [f"{n:06}" for n in range(number)]


PAIRS = "SELECT count(*) AS n FROM received_activity a, received_activity b WHERE a.uri > b.uri"


async def test_long_search_for_one_row(db: SqliteDatabase) -> None:
    """Work that takes long before there is any row is done in a thread."""
    await fill(db, 1000)

    async def search() -> None:
        async with db.read() as connection:
            row = await connection.fetch_one(PAIRS)
        assert row
        assert row["n"] == 1000 * 999 / 2

    assert await turns_taken_during(search()) > 2


async def test_long_search_while_writing(db: SqliteDatabase) -> None:
    """When a SELECT is begun once more, what was written before it in its transaction stays."""
    await fill(db, 1000)
    async with db.write() as connection:
        await connection.execute("DELETE FROM received_activity WHERE uri = '000000'")
        row = await connection.fetch_one(PAIRS)
    assert row
    assert row["n"] == 999 * 998 / 2
    assert len(await remembered(db)) == 999


async def test_sweep(db: SqliteDatabase) -> None:
    """A sweep changes any number of rows in its transaction, and others read meanwhile."""
    await fill(db, 1000)
    async with db.write() as connection:
        sweep = connection.sweep("DELETE FROM received_activity WHERE uri >= :uri", uri="000001")
        swept, seen = await asyncio.gather(sweep, remembered(db))
        assert (swept, len(seen)) == (999, 1000)
    assert await remembered(db) == ["000000"]


async def test_cancelled_sweep_is_undone(db: SqliteDatabase) -> None:
    """Who is cancelled during a sweep leaves nothing of it, and the next writer works."""
    await fill(db, 1000)

    async def sweep() -> None:
        async with db.write() as connection:
            await connection.sweep("DELETE FROM received_activity")

    task = asyncio.ensure_future(sweep())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await remembered(db)) == 1000
    await remember(db, "later")
    assert len(await remembered(db)) == 1001


async def test_log_is_copied_into_the_file(
    sqlite_settings: Settings, db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log of what was committed is copied, and begun anew when it is long, under any load."""
    monkeypatch.setattr(db_sqlite, "BETWEEN_CHECKPOINTS", 0.001)
    monkeypatch.setattr(db_sqlite, "LONG_LOG_PAGES", 10)
    log = sqlite_settings.sqlite_path.with_name(sqlite_settings.sqlite_path.name + "-wal")
    await fill(db, 2000)
    size = log.stat().st_size
    for _ in range(100):
        await remember(db, "1")
        await asyncio.sleep(0.001)
        async with db.write() as connection:
            await connection.execute("DELETE FROM received_activity WHERE uri = '1'")
    assert log.stat().st_size < 2 * size
