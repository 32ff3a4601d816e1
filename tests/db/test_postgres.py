"""PostgreSQL as the database: what many processes do to each other, and a server that goes away."""

import asyncio
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from fedlearn.db import actors as db_actors
from fedlearn.db import received as db_received
from fedlearn.db.deliveries import claim_deliveries, insert_deliveries
from fedlearn.db.jobs import NewJob, claim_jobs, insert_jobs
from fedlearn.db.postgres import POOL_SIZE, PostgresDatabase, open_postgres
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import StartError, Unavailable
from fedlearn.settings import Settings
from tests.builders import local

OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest_asyncio.fixture
async def db(postgres_settings: Settings) -> AsyncIterator[PostgresDatabase]:
    """An open PostgreSQL database with the schema of now."""
    database = await open_postgres(postgres_settings.database)
    yield database
    await database.close()


class Wire:
    """A way to the server that can be cut and mended."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.port = 0
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        """Let connections through, always at the same port."""
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End all connections, and take no new ones."""
        if self._server:
            self._server.close()
            self._server = None
        while self._ends:
            self._ends.pop().transport.abort()
        # The ends learn of it when the loop comes round to them.
        await asyncio.sleep(0.01)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._ends |= {writer, far_writer}
        await asyncio.gather(
            _copy(reader, far_writer), _copy(far_reader, writer), return_exceptions=True
        )


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(2**16):
        writer.write(chunk)
    writer.close()


@pytest_asyncio.fixture
async def wire(postgres_settings: Settings) -> AsyncIterator[Wire]:
    """A way to the server that is whole at first."""
    parts = urlsplit(postgres_settings.database)
    assert parts.hostname
    assert parts.port
    wire = Wire(parts.hostname, parts.port)
    await wire.mend()
    yield wire
    await wire.cut()


@pytest_asyncio.fixture
async def wired_db(wire: Wire, postgres_settings: Settings) -> AsyncIterator[PostgresDatabase]:
    """An open PostgreSQL database at the end of the wire."""
    parts = urlsplit(postgres_settings.database)
    place = f"{parts.username}:{parts.password}@127.0.0.1:{wire.port}"
    database = await open_postgres(parts._replace(netloc=place).geturl())
    yield database
    await database.close()


async def remember(database: PostgresDatabase, uri: str) -> None:
    """Write one row."""
    async with database.write() as connection:
        await db_received.remember_activity(connection, "https://far.example/robin", uri)


async def remembered(database: PostgresDatabase) -> list[str]:
    """Every row written."""
    async with database.read() as connection:
        rows = await connection.fetch_all("SELECT uri FROM received_activity ORDER BY uri")
    return [row["uri"] for row in rows]


# --- how it is opened ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://nobody:{password}@{place}/{name}", "password authentication failed"),
        ("postgresql://postgres:no{password}@{place}/{name}", "password authentication failed"),
        ("postgresql://postgres:{password}@{place}/nowhere", "does not exist"),
        ("postgresql://postgres:{password}@127.0.0.1:1/{name}", "Connect call failed"),
        ("postgresql://postgres:{password}@127.0.0.1:65536/{name}", "port must be"),
        ("postgresql://postgres:{password}@127.0.0.1:port/{name}", "invalid literal"),
        ("postgresql://postgres:{password}@{place}/{name}?sslmode=nonsense", "sslmode"),
        ("postgresql://postgres:{password}@{place}/{name}?sslmode=require", "SSL"),
    ],
)
async def test_wrong_address(postgres_settings: Settings, address: str, reason: str) -> None:
    """An address that leads nowhere: one line says why, and the password is not in it."""
    parts = urlsplit(postgres_settings.database)
    place, name, password = f"{parts.hostname}:{parts.port}", parts.path[1:], parts.password
    assert password
    with pytest.raises(StartError) as error:
        await open_postgres(address.format(place=place, name=name, password=password))
    assert str(error.value).startswith("the database cannot be reached: ")
    assert reason in str(error.value)
    assert "\n" not in str(error.value)
    assert password not in str(error.value)


async def test_server_without_room_for_a_listener(
    postgres_url: str, postgres_settings: Settings
) -> None:
    """Where only some connections can be had, the start fails, and lets go of those."""
    name = postgres_settings.database.rpartition("/")[2]
    somebody = "somebody"
    connection = await asyncpg.connect(postgres_settings.database)
    try:
        await connection.execute(f"CREATE ROLE {somebody} LOGIN PASSWORD 'word'")
        await connection.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 2')
        _, _, place = postgres_url.partition("@")
        with pytest.raises(StartError, match="too many connections"):
            await open_postgres(f"postgresql://{somebody}:word@{place}/{name}")
        await until_alone(connection)
    finally:
        await connection.execute(f"DROP ROLE {somebody}")
        await connection.close()


async def until_alone(connection: asyncpg.Connection) -> None:
    """Wait until all other connections to the database have ended."""
    for _ in range(500):
        if not await connection.fetchval(OTHERS):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("some connections do not end")


# --- transactions ----------------------------------------------------------------------------------


async def test_reader_sees_one_state(db: PostgresDatabase) -> None:
    """What is committed while somebody reads shows only to who begins to read afterwards."""
    async with db.read() as connection:
        assert await connection.fetch_all("SELECT uri FROM received_activity") == []
        await remember(db, "https://far.example/1")
        assert await connection.fetch_all("SELECT uri FROM received_activity") == []
    assert await remembered(db) == ["https://far.example/1"]


async def test_reader_cannot_write(db: PostgresDatabase) -> None:
    """A change inside `read()` is refused, where it would be lost."""
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with db.read() as connection:
            await db_received.bury(connection, "https://far.example/1", "https://far.example/robin")


async def test_more_work_than_connections(db: PostgresDatabase) -> None:
    """Work beyond the number of connections waits for its turn, and all is done."""
    await asyncio.gather(*(remember(db, f"{n:03}") for n in range(3 * POOL_SIZE)))
    assert len(await remembered(db)) == 3 * POOL_SIZE


async def test_deadlock(db: PostgresDatabase) -> None:
    """Of two who wait for each other, one is told "try again later", and the other finishes."""
    async with db.write() as connection:
        people = [await local(connection, name) for name in ("alice", "bob")]
    both_began = asyncio.Barrier(2)

    async def touch(first: int, second: int) -> None:
        async with db.write() as connection:
            await connection.execute("SET LOCAL deadlock_timeout = '20ms'")
            await db_actors.mark_gone(connection, people[first].id)
            await both_began.wait()
            await db_actors.mark_gone(connection, people[second].id)

    outcomes = await asyncio.gather(touch(0, 1), touch(1, 0), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome] == [Unavailable]
    async with db.read() as connection:
        found = await db_actors.actors_by_id(connection, [person.id for person in people])
    assert all(person.gone_at for person in found.values())


async def test_character_that_cannot_be_stored(db: PostgresDatabase) -> None:
    """The character 0, which PostgreSQL refuses, is left out of what is stored and asked for."""
    async with db.write() as connection:
        alice = await local(connection, "alice", name="A\0lice")
        assert alice.profile.name == "Alice"
        assert await db_actors.local_actor(connection, "al\0ice") == alice
        assert await db_actors.actors_by_uri(connection, [f"{alice.uri}\0"]) == [alice]


# --- several workers -------------------------------------------------------------------------------


def job(payload: str, order_key: str = "") -> NewJob:
    """A job about to be written."""
    return NewJob(JobKind.PROCESS_ACTIVITY, payload, order_key=order_key)


async def test_two_workers_take_different_jobs(db: PostgresDatabase) -> None:
    """What one worker is just taking, another passes over without waiting for it."""
    async with db.write() as connection:
        await insert_jobs(connection, [job(f"{n}") for n in range(5)])
    async with asyncio.timeout(5), db.write() as one, db.write() as other:
        first = await claim_jobs(one, 3)
        second = await claim_jobs(other, 3)
    assert [taken.payload for taken in first] == ["0", "1", "2"]
    assert [taken.payload for taken in second] == ["3", "4"]


async def test_two_workers_keep_the_order(db: PostgresDatabase) -> None:
    """While one worker takes a job, no other takes the next one with the same key."""
    async with db.write() as connection:
        await insert_jobs(connection, [job("create", "note"), job("delete", "note")])
    async with asyncio.timeout(5), db.write() as one, db.write() as other:
        assert [taken.payload for taken in await claim_jobs(one, 3)] == ["create"]
        assert await claim_jobs(other, 3) == []
    async with db.write() as connection:
        assert await claim_jobs(connection, 3) == []


async def test_job_of_a_worker_that_failed_is_free_again(db: PostgresDatabase) -> None:
    """A worker that is cut off while it takes a job has not taken it."""

    async def fail() -> None:
        async with db.write() as connection:
            assert await claim_jobs(connection, 3)
            raise ZeroDivisionError

    async with db.write() as connection:
        await insert_jobs(connection, [job("1")])
    with pytest.raises(ZeroDivisionError):
        await fail()
    async with db.write() as connection:
        assert [taken.attempts for taken in await claim_jobs(connection, 3)] == [1]


async def test_two_workers_never_take_the_same_delivery(db: PostgresDatabase) -> None:
    """Deliveries that one worker is just taking are for no other; what is left comes next."""
    async with db.write() as connection:
        alice = await local(connection)
        await insert_deliveries(
            connection,
            sender_id=alice.id,
            status_id=None,
            order_key="",
            body=b"{}",
            inboxes=[(f"https://h{n}.example/inbox", f"h{n}.example") for n in range(5)],
        )
    taken: list[str] = []
    async with asyncio.timeout(5), db.write() as one, db.write() as other:
        for connection in (one, other):
            claimed = await claim_deliveries(connection, limit=3, per_host=1, busy_hosts=[])
            taken += [delivery.host for delivery in claimed]
    async with db.write() as connection:
        claimed = await claim_deliveries(connection, limit=9, per_host=1, busy_hosts=[])
    taken += [delivery.host for delivery in claimed]
    assert sorted(taken) == [f"h{n}.example" for n in range(5)]


# --- a server that goes away -----------------------------------------------------------------------


async def test_connection_lost_in_a_transaction(wire: Wire, wired_db: PostgresDatabase) -> None:
    """A write whose connection is cut says "try again later", leaves nothing, and works again."""

    async def write() -> None:
        async with wired_db.write() as connection:
            await db_received.remember_activity(connection, "https://far.example/robin", "1")
            await wire.cut()
            await db_received.remember_activity(connection, "https://far.example/robin", "2")

    with pytest.raises(Unavailable):
        await write()
    await wire.mend()
    assert await remembered(wired_db) == []
    await remember(wired_db, "3")
    assert await remembered(wired_db) == ["3"]


async def test_server_that_is_away(wire: Wire, wired_db: PostgresDatabase) -> None:
    """While the server cannot be reached, reading and writing say "try again later"."""
    await wire.cut()
    with pytest.raises(Unavailable):
        await remembered(wired_db)
    with pytest.raises(Unavailable):
        await remember(wired_db, "1")
    await wire.mend()
    assert await remembered(wired_db) == []


# --- announcements ---------------------------------------------------------------------------------


async def test_work_is_announced_to_other_processes(
    db: PostgresDatabase, postgres_settings: Settings
) -> None:
    """Work announced through one opening of the database wakes who waits on another."""
    other = await open_postgres(postgres_settings.database)
    try:
        waiting = asyncio.create_task(other.wait_for_work(at_most=60))
        async with db.write() as connection:
            connection.announce_work()
        async with asyncio.timeout(5):
            await waiting
    finally:
        await other.close()


async def test_announcements_are_heard_again(
    wire: Wire, wired_db: PostgresDatabase, db: PostgresDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """While the server is away, waiting lasts its time; when it is back, work is heard of again."""
    await wire.cut()
    started = time.monotonic()
    await wired_db.wait_for_work(at_most=0.05)
    assert time.monotonic() - started >= 0.05
    assert "cannot be heard" in caplog.text
    await wire.mend()
    waiting = asyncio.create_task(wired_db.wait_for_work(at_most=60))
    async with asyncio.timeout(5):
        while not waiting.done():
            await asyncio.sleep(0.01)
            async with db.write() as connection:
                connection.announce_work()
