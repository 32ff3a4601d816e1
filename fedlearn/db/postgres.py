"""This is where PostgreSQL is the database: a pool, and LISTEN/NOTIFY to wake the workers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from fedlearn.db.database import Row
from fedlearn.db.statements import for_postgres
from fedlearn.errors import StartError, Unavailable

log = logging.getLogger(__name__)

POOL_SIZE = 10
# To compile a statement takes up to seconds; none of ours runs long enough to win that back.
SERVER_SETTINGS = {"jit": "off"}
WORK_CHANNEL = "fedlearn_work"
# A server that is away, full or stopping, or that chose us to give way in a deadlock.
PASSING = (
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InterfaceError,
    OSError,
)
CANNOT_CONNECT = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    OverflowError,  # a port above 65535
    ValueError,
)


class PostgresConnection:
    """A connection for the length of one transaction."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.work_announced = False

    async def fetch_all(self, sql: str, **params: Any) -> Sequence[Row]:
        """Every row of the answer."""
        statement = for_postgres(sql)
        rows: Sequence[Row] = await self._raw.fetch(statement.sql, *statement.bind(params))
        return rows

    async def fetch_one(self, sql: str, **params: Any) -> Row | None:
        """The first row, if there is one."""
        statement = for_postgres(sql)
        row: Row | None = await self._raw.fetchrow(statement.sql, *statement.bind(params))
        return row

    async def execute(self, sql: str, **params: Any) -> int:
        """Change something; how many rows were changed."""
        statement = for_postgres(sql)
        tag: str = await self._raw.execute(statement.sql, *statement.bind(params))
        # The answer is a tag such as "UPDATE 3" or "INSERT 0 1".
        last = tag.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def execute_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same change for many sets of parameters."""
        statement = for_postgres(sql)
        if bound := [statement.bind(row) for row in rows]:
            await self._raw.executemany(statement.sql, bound)

    async def sweep(self, sql: str, **params: Any) -> int:
        """Change any number of rows; here no statement keeps others waiting."""
        return await self.execute(sql, **params)

    def announce_work(self) -> None:
        """Wake the workers of all processes once this transaction is committed."""
        self.work_announced = True


class PostgresDatabase:
    """A server that any number of processes on any number of hosts share."""

    def __init__(self, url: str, pool: Any) -> None:
        self._url = url
        self._pool = pool
        self._listener: Any = None
        self._connecting = asyncio.Lock()
        self._work = asyncio.Event()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[PostgresConnection]:
        """A connection that sees one state of the database."""
        async with self._transaction(isolation="repeatable_read", readonly=True) as connection:
            yield connection

    @asynccontextmanager
    async def write(self, *, redoable: bool = False) -> AsyncIterator[PostgresConnection]:
        """A connection in a transaction of its own."""
        async with self._transaction(isolation="read_committed", readonly=False) as connection:
            if redoable:
                await connection.execute("SET LOCAL synchronous_commit TO off")
            yield connection
            if connection.work_announced:
                # NOTIFY is part of the transaction: it is heard when the change can be seen.
                await connection.execute("SELECT pg_notify(:channel, '')", channel=WORK_CHANNEL)

    @asynccontextmanager
    async def _transaction(
        self, *, isolation: Any, readonly: bool
    ) -> AsyncIterator[PostgresConnection]:
        try:
            async with (
                self._pool.acquire() as raw,
                raw.transaction(isolation=isolation, readonly=readonly),
            ):
                yield PostgresConnection(raw)
        except PASSING as error:
            raise Unavailable(f"the database does not answer just now: {error}") from error

    async def has_table(self, name: str) -> bool:
        """Whether the schema has this table."""
        async with self.read() as connection:
            row = await connection.fetch_one(
                "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = :name",
                name=name,
            )
        return row is not None

    async def wait_for_work(self, at_most: float) -> None:
        """Sleep until some process announces work, at most so many seconds."""
        try:
            async with asyncio.timeout(at_most):
                await self.listen()
                await self._work.wait()
        except TimeoutError:
            return
        except CANNOT_CONNECT as error:
            log.warning("announcements of work cannot be heard just now: %s", error)
            await asyncio.sleep(at_most)
            return
        self._work.clear()

    async def listen(self) -> None:
        """Hear announcements from now on; again, where the connection for it was lost."""
        async with self._connecting:
            if self._listener is None or self._listener.is_closed():
                listener = await asyncpg.connect(self._url)
                await listener.add_listener(WORK_CHANNEL, self._hear_work)
                self._listener = listener

    def _hear_work(self, *_: object) -> None:
        self._work.set()

    async def close(self) -> None:
        """Close every connection."""
        if self._listener is not None:
            await self._listener.close()
        await self._pool.close()


async def open_postgres(url: str) -> PostgresDatabase:
    """The database at this address; it must exist."""
    try:
        pool = await asyncpg.create_pool(
            url, min_size=1, max_size=POOL_SIZE, server_settings=SERVER_SETTINGS
        )
        database = PostgresDatabase(url, pool)
        try:
            await database.listen()
        except BaseException:
            await database.close()
            raise
    except CANNOT_CONNECT as error:
        reason = " ".join(str(error).split())
        raise StartError(f"the database cannot be reached: {reason}") from error
    return database
