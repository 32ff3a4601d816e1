"""This is where SQLite is the database: one writer, a few readers, one file in WAL mode."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiosqlite

from fedlearn.db.database import Row
from fedlearn.db.statements import for_sqlite
from fedlearn.errors import StartError, Unavailable

READERS = 4
BUSY_TIMEOUT_MS = 10_000
# Another process on the same file cannot wake us, so waiting is cut into naps of this length.
LONGEST_NAP = 1.0

PRAGMAS = f"""
    PRAGMA journal_mode = WAL;
    PRAGMA busy_timeout = {BUSY_TIMEOUT_MS};
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16000;
"""


class SqliteConnection:
    """A connection for the length of one transaction."""

    def __init__(self, raw: aiosqlite.Connection) -> None:
        self._raw = raw
        self.work_announced = False

    async def fetch_all(self, sql: str, **params: Any) -> Sequence[Row]:
        """Every row of the answer."""
        statement = for_sqlite(sql)
        return list(await self._raw.execute_fetchall(statement.sql, statement.bind(params)))

    async def fetch_one(self, sql: str, **params: Any) -> Row | None:
        """The first row, if there is one."""
        rows = await self.fetch_all(sql, **params)
        return rows[0] if rows else None

    async def execute(self, sql: str, **params: Any) -> int:
        """Change something; how many rows were changed."""
        statement = for_sqlite(sql)
        async with self._raw.execute(statement.sql, statement.bind(params)) as cursor:
            return int(cursor.rowcount)

    async def execute_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same change for many sets of parameters."""
        statement = for_sqlite(sql)
        if bound := [statement.bind(row) for row in rows]:
            await self._raw.executemany(statement.sql, bound)

    def announce_work(self) -> None:
        """Wake the workers once this transaction is committed."""
        self.work_announced = True


class SqliteDatabase:
    """One file. Writers of one process queue here, those of other processes in SQLite itself."""

    def __init__(self, writer: aiosqlite.Connection, readers: list[aiosqlite.Connection]) -> None:
        self._writer = writer
        self._writing = asyncio.Lock()
        self._all = [writer, *readers]
        self._idle: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for reader in readers:
            self._idle.put_nowait(reader)
        self._work = asyncio.Event()
        self._waits_for_disk: bool | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqliteConnection]:
        """A reader, seeing one state of the database."""
        reader = await self._idle.get()
        try:
            with _as_unavailable():
                try:
                    # A cancelled BEGIN takes place all the same, so it must be rolled back, too.
                    await reader.execute("BEGIN")
                    yield SqliteConnection(reader)
                finally:
                    await reader.rollback()
        finally:
            self._idle.put_nowait(reader)

    @asynccontextmanager
    async def write(self, *, redoable: bool = False) -> AsyncIterator[SqliteConnection]:
        """The writer, in a transaction of its own."""
        connection = SqliteConnection(self._writer)
        async with self._writing:
            with _as_unavailable():
                try:
                    await self._wait_for_disk(not redoable)
                    await self._writer.execute("BEGIN IMMEDIATE")
                    yield connection
                    await self._writer.commit()
                except BaseException:
                    await self._writer.rollback()
                    raise
        if connection.work_announced:
            self._work.set()

    async def _wait_for_disk(self, waits: bool) -> None:  # noqa: FBT001 - a state to be in
        """Whether the next commits wait until the disk has them (FULL), or the file only (NORMAL).

        In WAL mode a commit that waits takes all before it along.
        """
        if self._waits_for_disk is not waits:
            self._waits_for_disk = None
            await self._writer.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
            self._waits_for_disk = waits

    async def has_table(self, name: str) -> bool:
        """Whether the schema has this table."""
        async with self.read() as connection:
            row = await connection.fetch_one(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name", name=name
            )
        return row is not None

    async def wait_for_work(self, at_most: float) -> None:
        """Sleep until work is announced in this process, or a nap is over."""
        try:
            await asyncio.wait_for(self._work.wait(), min(at_most, LONGEST_NAP))
        except TimeoutError:
            return
        self._work.clear()

    async def close(self) -> None:
        """Close the file."""
        for connection in self._all:
            await connection.close()


class _as_unavailable:  # noqa: N801 - reads as a verb where it is used
    """Turns what SQLite says of a full disk or a locked file into "try again later"."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.OperationalError) and _is_passing(error):
            raise Unavailable(f"the database cannot be written just now: {error}") from error


def _is_passing(error: sqlite3.OperationalError) -> bool:
    passing = {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
    }
    # The low byte is the primary code, the rest says more about it.
    return (error.sqlite_errorcode or 0) & 0xFF in passing


async def open_sqlite(path: Path) -> SqliteDatabase:
    """The database in this file, made when it is not there yet."""
    opened: list[aiosqlite.Connection] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _try_out(path)
        while len(opened) < 1 + READERS:
            opened.append(await _connect(path))
    except (OSError, sqlite3.Error) as error:
        for connection in opened:
            await connection.close()
        raise StartError(f"the database {path} cannot be opened: {error}") from error
    return SqliteDatabase(opened[0], opened[1:])


def _try_out(path: Path) -> None:
    # What is wrong with the file shows here: where the driver cannot open it, it leaves a thread
    # behind that outlives the loop and complains of that.
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(PRAGMAS)


async def _connect(path: Path) -> aiosqlite.Connection:
    # isolation_level None leaves BEGIN to us; the driver's own rules are hard to foresee.
    connection = await aiosqlite.connect(path, isolation_level=None, cached_statements=256)
    try:
        connection.row_factory = sqlite3.Row
        await connection.executescript(PRAGMAS)
    except BaseException:
        await connection.close()
        raise
    return connection
