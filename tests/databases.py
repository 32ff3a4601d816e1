"""This is where tests get databases: on SQLite and on PostgreSQL, with nothing in them.

A test that asks for `connection` or `db` runs twice, once on each. With `connection` it is inside
one transaction, which is undone in the end: that is quick, and will do for most questions. With
`db` it has a database of its own, a copy of one that is migrated once. The PostgreSQL server starts
with the first test that needs it.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from fedlearn.db.database import Connection, Database
from fedlearn.db.opening import migrate, open_database
from fedlearn.settings import Settings
from tests.postgres import drop_database, fresh_database, postgres_cluster

ENGINES = ("sqlite", "postgres")

Answer = TypeVar("Answer")


# --- as they are before the first migration --------------------------------------------------------


@pytest.fixture
def empty_sqlite_settings(tmp_path: Path) -> Settings:
    """Settings that name an SQLite file which is not there yet."""
    return Settings(database=str(tmp_path / "fedlearn.db"))


@pytest.fixture
def empty_postgres_settings(postgres_url: str) -> Iterator[Settings]:
    """Settings that name a PostgreSQL database with nothing in it."""
    url = run(fresh_database(postgres_url))
    yield Settings(database=url)
    run(drop_database(url))


@pytest.fixture(params=ENGINES)
def empty_settings(request: pytest.FixtureRequest) -> Settings:
    """Settings that name a database without a schema, on each engine in turn."""
    settings: Settings = request.getfixturevalue(f"empty_{request.param}_settings")
    return settings


# --- with the schema of now ------------------------------------------------------------------------


@pytest.fixture
def sqlite_settings(sqlite_template: Path, tmp_path: Path) -> Settings:
    """Settings that name an SQLite file with the schema of now."""
    path = tmp_path / "fedlearn.db"
    shutil.copyfile(sqlite_template, path)
    return Settings(database=str(path))


@pytest.fixture
def postgres_settings(postgres_url: str, postgres_template: str) -> Iterator[Settings]:
    """Settings that name a PostgreSQL database with the schema of now."""
    url = run(fresh_database(postgres_url, postgres_template))
    yield Settings(database=url)
    run(drop_database(url))


@pytest.fixture(params=ENGINES)
def database_settings(request: pytest.FixtureRequest) -> Settings:
    """Settings that name a database with the schema of now, on each engine in turn."""
    settings: Settings = request.getfixturevalue(f"{request.param}_settings")
    return settings


# --- open ------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def db(database_settings: Settings, ids_in_order: None) -> AsyncIterator[Database]:
    """An open database of this test's own, on each engine in turn."""
    async with opened(database_settings) as database:
        yield database


@pytest_asyncio.fixture(loop_scope="session")
async def connection(shared_database: Database, ids_in_order: None) -> AsyncIterator[Connection]:
    """A transaction on an empty database, undone after the test, on each engine in turn."""
    with suppress(_Undone):
        async with shared_database.write() as connection:
            yield connection
            raise _Undone


class _Undone(Exception):
    """Ends a transaction without leaving anything."""


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database that these settings name, closed in the end."""
    database = await open_database(settings)
    try:
        yield database
    finally:
        await database.close()


# --- made once -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema of now, to be copied."""
    path = tmp_path_factory.mktemp("template") / "fedlearn.db"
    run(migrate(Settings(database=str(path))))
    return path


@pytest.fixture(params=ENGINES)
def shared_database(request: pytest.FixtureRequest) -> Database:
    """An open database in which every test leaves nothing, on each engine in turn."""
    database: Database = request.getfixturevalue(f"shared_{request.param}")
    return database


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_sqlite(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Database]:
    """An SQLite file for all tests that leave nothing in it."""
    path = tmp_path_factory.mktemp("shared") / "fedlearn.db"
    shutil.copyfile(sqlite_template, path)
    async with opened(Settings(database=str(path))) as database:
        yield database


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_postgres(postgres_url: str, postgres_template: str) -> AsyncIterator[Database]:
    """A PostgreSQL database for all tests that leave nothing in it.

    It stays open, since a connection that has learned nothing yet answers ten times as slowly.
    """
    url = await fresh_database(postgres_url, postgres_template)
    async with opened(Settings(database=url)) as database:
        yield database


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Where the PostgreSQL server of these tests is; it starts when this is first asked for."""
    with postgres_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """A PostgreSQL database with the schema of now, to be copied."""
    url = run(fresh_database(postgres_url))
    run(migrate(Settings(database=url)))
    return url


def run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Do something asynchronous before or after the loop of a test, and leave that loop alone."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(work)
