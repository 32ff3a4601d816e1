"""This is where SQLite is the database: one writer, a few readers, one file in WAL mode.

Statements run on the thread of the event loop: one takes some ten microseconds, and handing it to
another thread costs ten times as much. What may take long leaves the loop: a commit that waits for
the disk, sweeps, checkpoints, and a SELECT that has used up its budget of steps.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

from fedlearn.db.aside import Aside
from fedlearn.db.database import Row
from fedlearn.db.hub import Hub
from fedlearn.db.memory import NOTHING, Recollection
from fedlearn.db.statements import for_sqlite
from fedlearn.domain.events import Anything, Event
from fedlearn.errors import StartError, Unavailable

log = logging.getLogger(__name__)

READERS = 4
# How long a file in which another process writes is waited for, and how often it is tried.
LOCK_PATIENCE = 10.0
BETWEEN_TRIES = 0.005
# Another process on the same file cannot wake us, so waiting is cut into naps of this length.
LONGEST_NAP = 1.0
# How often it is asked whether another process has written.
BETWEEN_LOOKS = 1.0
# What a SELECT may take on the loop: one or two milliseconds, in steps of SQLite's machine.
STEPS_AT_ONCE = 1_000
TIMES_IN_BUDGET = 40
# After so many rows, others get their turn.
ROWS_AT_ONCE = 200
# What was committed is copied from the log into the file this often. A log that has grown to so
# many pages is begun anew, for which writers wait a moment.
BETWEEN_CHECKPOINTS = 1.0
LONG_LOG_PAGES = 4_000
LARGEST_LOG_KEPT = 64 * 1024 * 1024
PATIENCE_OF_CHECKPOINTS_MS = 100

PRAGMAS = f"""
    PRAGMA journal_mode = WAL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA journal_size_limit = {LARGEST_LOG_KEPT};
    PRAGMA busy_timeout = {LOCK_PATIENCE * 1000:.0f};
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -16000;
"""


class SqliteConnection:
    """A connection for the length of one transaction."""

    def __init__(
        self, raw: sqlite3.Connection, aside: Aside, memory: Recollection = NOTHING
    ) -> None:
        self.memory = memory
        self._raw = raw
        self._aside = aside
        self.work_announced = False
        self.events: list[Event] = []
        self.has_changed_much = False

    async def fetch_all(self, sql: str, **params: Any) -> Sequence[Row]:
        """Every row of the answer."""
        statement = for_sqlite(sql)
        bound = statement.bind(params)
        if not statement.only_reads:
            # A change cannot be interrupted without undoing all that came before it.
            return self._raw.execute(statement.sql, bound).fetchall()
        rows = self._within_budget(statement.sql, bound)
        return await self._in_pieces(statement.sql, bound) if rows is None else rows

    async def fetch_one(self, sql: str, **params: Any) -> Row | None:
        """The first row, if there is one."""
        rows = await self.fetch_all(sql, **params)
        return rows[0] if rows else None

    async def execute(self, sql: str, **params: Any) -> int:
        """Change something; how many rows were changed."""
        statement = for_sqlite(sql)
        return self._raw.execute(statement.sql, statement.bind(params)).rowcount

    async def execute_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same change for many sets of parameters."""
        statement = for_sqlite(sql)
        bound = [statement.bind(row) for row in rows]
        for start in range(0, len(bound), ROWS_AT_ONCE):
            if start:
                self.has_changed_much = True
                await asyncio.sleep(0)
            self._raw.executemany(statement.sql, bound[start : start + ROWS_AT_ONCE])

    async def sweep(self, sql: str, **params: Any) -> int:
        """Change any number of rows, while others go on; how many rows were changed."""
        statement = for_sqlite(sql)
        work = partial(self._raw.execute, statement.sql, statement.bind(params))
        self.has_changed_much = True
        return (await self._aside.run(work)).rowcount

    def announce_work(self) -> None:
        """Wake the workers once this transaction is committed."""
        self.work_announced = True

    def announce(self, event: Event) -> None:
        """Let those who watch know of this once the transaction is committed."""
        self.events.append(event)

    def _within_budget(self, sql: str, bound: Mapping[str, Any]) -> list[Row] | None:
        """Every row, None when that would take too long for the loop."""
        # SQLite asks after so many steps; when the iterator is used up, that means "stop".
        self._raw.set_progress_handler(repeat(0, TIMES_IN_BUDGET).__next__, STEPS_AT_ONCE)
        try:
            return self._raw.execute(sql, bound).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return None
        finally:
            self._raw.set_progress_handler(None, 0)

    async def _in_pieces(self, sql: str, bound: Mapping[str, Any]) -> list[Row]:
        """Every row: the way to the first, which may be long, in a thread, the others in turns."""
        found: list[Row] = []
        with closing(await self._aside.run(partial(self._raw.execute, sql, bound))) as cursor:
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                found += rows
                await asyncio.sleep(0)
        return found


class SqliteDatabase:
    """One file. Writers of one process queue here, those of other processes in SQLite itself."""

    def __init__(
        self,
        writer: sqlite3.Connection,
        readers: Sequence[sqlite3.Connection],
        checkpointer: sqlite3.Connection,
    ) -> None:
        self._writer = writer
        self._checkpointer = checkpointer
        self._all = [writer, *readers, checkpointer]
        self._aside = Aside(len(self._all))
        self._writing = asyncio.Lock()
        self._idle: asyncio.LifoQueue[sqlite3.Connection] = asyncio.LifoQueue()
        for reader in readers:
            self._idle.put_nowait(reader)
        self._work = asyncio.Event()
        self.hub = Hub(watch=self._watch_others)
        self.hub.begin()
        self._waits_for_disk: bool | None = None
        self._changed = asyncio.Event()
        self._checkpoints = asyncio.create_task(self._keep_log_short())

    def read(self) -> "_Reading":
        """A reader, seeing one state of the database."""
        return _Reading(self._idle, self._aside, self.hub)

    @asynccontextmanager
    async def write(self, *, redoable: bool = False) -> AsyncIterator[SqliteConnection]:
        """The writer, in a transaction of its own."""
        connection = SqliteConnection(self._writer, self._aside)
        async with self._writing:
            with _as_unavailable():
                try:
                    self._wait_for_disk(not redoable)
                    await self._begin()
                    yield connection
                    if redoable and not connection.has_changed_much:
                        self._writer.commit()
                    else:
                        await self._aside.run(self._writer.commit)
                except BaseException:
                    self._writer.rollback()
                    raise
        self._changed.set()
        self.hub.tell(connection.events)
        if connection.work_announced:
            self._work.set()

    def _wait_for_disk(self, waits: bool) -> None:  # noqa: FBT001 - a state to be in
        """Whether the next commits wait until the disk has them (FULL), or the file only (NORMAL).

        In WAL mode a commit that waits takes all before it along.
        """
        if self._waits_for_disk is not waits:
            self._waits_for_disk = None
            self._writer.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
            self._waits_for_disk = waits

    async def _begin(self) -> None:
        """Begin to write; while another process does, try again, as SQLite itself would."""
        patient_until = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not _is_locked(error) or time.monotonic() > patient_until:
                    raise
                await asyncio.sleep(BETWEEN_TRIES)
            else:
                return

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
            # Not wait_for(), which in Python 3.11 may miss that it was cancelled.
            async with asyncio.timeout(min(at_most, LONGEST_NAP)):
                await self._work.wait()
        except TimeoutError:
            return
        self._work.clear()

    async def _watch_others(self) -> None:
        """Notice when another process has written; what, the file does not tell."""
        before = await self._writes_of_others()
        while True:
            await asyncio.sleep(BETWEEN_LOOKS)
            if (seen := await self._writes_of_others()) != before:
                before = seen
                self.hub.hear([Anything()])

    async def _writes_of_others(self) -> int:
        """A number that changes when anybody writes but our one writer."""
        async with self._writing:
            row = self._writer.execute("PRAGMA data_version").fetchone()
        return int(row["data_version"])

    async def _keep_log_short(self) -> None:
        """Copy what was committed from the log into the file, off the loop, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                if await self._checkpoint("PASSIVE") > LONG_LOG_PAGES:
                    # Under a steady load the log is never copied to its end, unless writers wait.
                    async with self._writing:
                        await self._checkpoint("RESTART")
            except sqlite3.Error as error:
                log.warning("the log of the database cannot be copied just now: %s", error)
            await asyncio.sleep(BETWEEN_CHECKPOINTS)

    async def _checkpoint(self, mode: str) -> int:
        """How many pages the log had."""
        work = partial(self._checkpointer.execute, f"PRAGMA wal_checkpoint({mode})")
        return int((await self._aside.run(work)).fetchone()["log"])

    async def close(self) -> None:
        """Close the file."""
        await self.hub.close()
        self._checkpoints.cancel()
        await asyncio.wait({self._checkpoints})
        for connection in self._all:
            await self._aside.run(connection.close)
        self._aside.close()


class _Reading:
    """One state of the database, for as long as somebody reads in it.

    Each request comes by here at least once, and a generator would take twice as long.
    """

    __slots__ = ("_aside", "_hub", "_idle", "_reader")

    def __init__(self, idle: asyncio.LifoQueue[sqlite3.Connection], aside: Aside, hub: Hub) -> None:
        self._idle = idle
        self._aside = aside
        self._hub = hub

    async def __aenter__(self) -> SqliteConnection:
        self._reader = await self._idle.get()
        memory = Recollection(self._hub.memory)
        try:
            with _as_unavailable():
                self._reader.execute("BEGIN")
        except BaseException:
            self._idle.put_nowait(self._reader)
            raise
        return SqliteConnection(self._reader, self._aside, memory)

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            with _as_unavailable():
                self._reader.rollback()
        finally:
            self._idle.put_nowait(self._reader)
        _say_if_passing(error)


class _as_unavailable:  # noqa: N801 - reads as a verb where it is used
    """Turns what SQLite says of a full disk or a locked file into "try again later"."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        _say_if_passing(error)


def _say_if_passing(error: BaseException | None) -> None:
    if isinstance(error, sqlite3.OperationalError) and _primary_code(error) in PASSING:
        raise Unavailable(f"the database cannot be written just now: {error}") from error


PASSING = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_LOCKED}
)


def _primary_code(error: sqlite3.OperationalError) -> int:
    # The low byte is the primary code, the rest says more about it.
    return (error.sqlite_errorcode or 0) & 0xFF


def _is_locked(error: sqlite3.OperationalError) -> bool:
    return _primary_code(error) == sqlite3.SQLITE_BUSY


async def open_sqlite(path: Path) -> SqliteDatabase:
    """The database in this file, made when it is not there yet."""
    opened: list[sqlite3.Connection] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while len(opened) < 2 + READERS:
            opened.append(_connect(path))
    except (OSError, sqlite3.Error) as error:
        for connection in opened:
            connection.close()
        raise StartError(f"the database {path} cannot be opened: {error}") from error
    writer, checkpointer, *readers = opened
    # The writer waits for others without blocking the loop; a checkpoint comes again anyway.
    writer.execute("PRAGMA busy_timeout = 0")
    checkpointer.execute(f"PRAGMA busy_timeout = {PATIENCE_OF_CHECKPOINTS_MS}")
    return SqliteDatabase(writer, readers, checkpointer)


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level None leaves BEGIN to us; the driver's own rules are hard to foresee.
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.executescript(PRAGMAS)
        connection.create_function("folded", 1, str.lower, deterministic=True)
    except BaseException:
        connection.close()
        raise
    return connection
