"""This is where PostgreSQL is the database: a pool, and LISTEN/NOTIFY to wake the workers.

NOTIFY also carries what happened to the processes in which somebody watches.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from fedlearn.db.database import Row
from fedlearn.db.hub import Hub
from fedlearn.db.memory import NOTHING, Recollection
from fedlearn.db.parcels import parcels_of, read_parcel
from fedlearn.db.statements import for_postgres
from fedlearn.domain.events import Anything, Event
from fedlearn.errors import StartError, Unavailable

log = logging.getLogger(__name__)

POOL_SIZE = 10
# To compile a statement takes up to seconds; none of ours runs long enough to win that back.
SERVER_SETTINGS = {"jit": "off"}
WORK_CHANNEL = "fedlearn_work"
EVENT_CHANNEL = "fedlearn_events"
# How often it is seen to that announcements are still heard.
BETWEEN_LOOKS = 2.0
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

    def __init__(self, raw: Any, memory: Recollection = NOTHING) -> None:
        self.memory = memory
        self._raw = raw
        self.work_announced = False
        self.events: list[Event] = []

    async def fetch_all(self, sql: str, **params: Any) -> Sequence[Row]:
        """Every row of the answer."""
        statement = for_postgres(sql)
        bound = statement.bind(params)
        if statement.seeks:
            # How words are best sought depends on how frequent they are: it is planned for each.
            prepared = await self._raw.prepare(statement.sql)
            rows: Sequence[Row] = await prepared.fetch(*bound)
        else:
            rows = await self._raw.fetch(statement.sql, *bound)
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

    def announce(self, event: Event) -> None:
        """Let those who watch know of this once the transaction is committed."""
        self.events.append(event)


class PostgresDatabase:
    """A server that any number of processes on any number of hosts share."""

    def __init__(self, url: str, pool: Any) -> None:
        self._url = url
        self._pool = pool
        self._listener: Any = None
        self._connecting = asyncio.Lock()
        self._work = asyncio.Event()
        self._own_name = secrets.token_hex(4)
        self.hub = Hub(carry=self._carry, watch=self._keep_hearing)
        self.hub.begin()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[PostgresConnection]:
        """A connection that sees one state of the database."""
        memory = Recollection(self.hub.memory)
        async with self._transaction(memory, "repeatable_read", readonly=True) as connection:
            yield connection

    @asynccontextmanager
    async def write(self, *, redoable: bool = False) -> AsyncIterator[PostgresConnection]:
        """A connection in a transaction of its own."""
        async with self._transaction(NOTHING, "read_committed", readonly=False) as connection:
            if redoable:
                await connection.execute("SET LOCAL synchronous_commit TO off")
            yield connection
            if connection.work_announced:
                # NOTIFY is part of the transaction: it is heard when the change can be seen.
                await connection.execute("SELECT pg_notify(:channel, '')", channel=WORK_CHANNEL)
        self.hub.tell(connection.events)

    @asynccontextmanager
    async def _transaction(
        self, memory: Recollection, isolation: Any, *, readonly: bool
    ) -> AsyncIterator[PostgresConnection]:
        try:
            async with (
                self._pool.acquire() as raw,
                raw.transaction(isolation=isolation, readonly=readonly),
            ):
                yield PostgresConnection(raw, memory)
        except PASSING as error:
            raise Unavailable(f"the database does not answer just now: {error}") from error
        except asyncpg.ReadOnlySQLTransactionError as error:
            if readonly:
                raise
            raise Unavailable(f"the database only copies another just now: {error}") from error

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
                await listener.add_listener(EVENT_CHANNEL, self._hear_events)
                self._listener = listener
                # What was announced while nobody heard it is not known.
                self.hub.hear([Anything()])

    def _hear_work(self, *_: object) -> None:
        self._work.set()

    def _hear_events(self, *announcement: object) -> None:
        sender, events = read_parcel(str(announcement[-1]))
        if sender != self._own_name:
            self.hub.hear(events)

    async def _carry(self, events: Sequence[Event]) -> None:
        """Tell other processes."""
        async with self.write() as connection:
            for parcel in parcels_of(self._own_name, events):
                await connection.execute(
                    "SELECT pg_notify(:channel, :parcel)", channel=EVENT_CHANNEL, parcel=parcel
                )

    async def _keep_hearing(self) -> None:
        """Connect again where the connection for announcements was lost, until cancelled."""
        while True:
            try:
                await self.listen()
                # A way that was cut without a word is only noticed by asking.
                await self._listener.execute("SELECT 1", timeout=BETWEEN_LOOKS)
            except CANNOT_CONNECT as error:
                log.warning("events of other processes cannot be heard just now: %s", error)
                if self._listener is not None:
                    self._listener.terminate()
            await asyncio.sleep(BETWEEN_LOOKS)

    async def close(self) -> None:
        """Close every connection."""
        await self.hub.close()
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
