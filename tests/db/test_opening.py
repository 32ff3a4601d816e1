"""How a database is opened, and its schema brought and held to this version."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from fedlearn.db import migrate as db_migrate
from fedlearn.db import migrate_postgres as db_migrate_postgres
from fedlearn.db.database import Database
from fedlearn.db.hosts import policies_of, set_policy
from fedlearn.db.opening import (
    MIGRATIONS,
    known_versions,
    migrate,
    open_current_database,
    open_database,
    schema_version,
)
from fedlearn.db.search import found_people, found_statuses
from fedlearn.db.statuses import status_by_id
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, Millis, StatusId
from fedlearn.domain.policies import Policy
from fedlearn.domain.words import Sought
from fedlearn.errors import StartError
from fedlearn.settings import Settings
from tests.builders import local
from tests.databases import opened, run

NEWER = "9999_of_the_future"


async def version(settings: Settings) -> str | None:
    """The version of the schema that these settings name."""
    async with opened(settings) as database:
        return await schema_version(database)


async def run_sql(settings: Settings, *statements: str) -> None:
    """Change a database by hand."""
    async with opened(settings) as database, database.write() as connection:
        for statement in statements:
            await connection.execute(statement)


def upgrade_of(settings: Settings) -> Callable[[Settings], None]:
    """What changes the schema of a database of this kind."""
    return db_migrate_postgres.upgrade if settings.is_postgres else db_migrate.upgrade


# --- migrating -------------------------------------------------------------------------------------


def test_migrations_stand_in_one_line() -> None:
    """Each comes after one other, and none beside one, or it would be passed over."""
    files = {path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}
    assert set(known_versions()) == files


async def test_from_empty(empty_settings: Settings) -> None:
    """Migrating an empty database brings the newest schema, and the tables can be used."""
    assert await version(empty_settings) is None
    await migrate(empty_settings)
    assert await version(empty_settings) == known_versions()[-1]
    async with opened(empty_settings) as database, database.write() as connection:
        assert (await local(connection, "alice")).is_local


async def test_from_the_version_before(empty_settings: Settings) -> None:
    """What an earlier version has stored is there after a migration, with what is new left open."""
    upgrade = _upgrade_of(empty_settings)
    await asyncio.to_thread(upgrade, empty_settings, known_versions()[-2])
    async with opened(empty_settings) as database, database.write() as connection:
        for statement in STORED_BY_0001:
            await connection.execute(statement)
    await migrate(empty_settings)
    async with opened(empty_settings) as database:
        assert await schema_version(database) == known_versions()[-1]
        async with database.write() as connection:
            kept = await status_by_id(connection, StatusId(2))
            assert kept is not None
            assert (kept.content, kept.actor_id) == ("<p>hello</p>", 1)
            said = await policies_of(connection, ["far.example"])
            assert said == {"far.example": Policy.BLOCK}
            await set_policy(connection, "near.example", Policy.ALLOW)


async def test_what_is_here_is_found_by_words(empty_settings: Settings) -> None:
    """What was stored before there was a search is found after the migration that brings it."""
    versions = known_versions()
    [search] = [one for one in versions if one.endswith("_search")]
    before = versions[versions.index(search) - 1]
    await asyncio.to_thread(_upgrade_of(empty_settings), empty_settings, before)
    await run_sql(empty_settings, *STORED_BY_0001)
    await migrate(empty_settings)
    viewer, sought = Viewer(ActorId(1), is_local=True), Sought((("hello",),))
    people = Sought((("ali",),), by_beginning=True)
    async with opened(empty_settings) as database, database.read() as connection:
        assert await found_statuses(
            connection, viewer, sought, since=Millis(-1), before=None, limit=1
        ) == [2]
        assert [one.id for one in await found_people(connection, viewer, people, 1)] == [1]


def _upgrade_of(settings: Settings) -> Callable[..., None]:
    return db_migrate_postgres.upgrade if settings.is_postgres else db_migrate.upgrade


STORED_BY_0001 = (
    """
    INSERT INTO actor (
        id, uri, kind, username, host, url, name, summary, inbox, fields, also_known_as,
        is_locked, is_discoverable, is_indexable, published, fetched_at)
    VALUES (1, 'https://alpha.test/users/alice', 'Person', 'alice', 'alpha.test', '', '', '',
        'https://alpha.test/users/alice/inbox', '[]', '[]', false, true, true, 0, 0)
    """,
    """
    INSERT INTO status (
        id, uri, url, actor_id, is_local, reach, scope, content, content_warning, is_sensitive,
        conversation, published)
    VALUES (2, 'https://alpha.test/users/alice/statuses/2', '', 1, true, 'public', 'fed',
        '<p>hello</p>', '', false, 'https://alpha.test/contexts/2', 0)
    """,
    "INSERT INTO domain_policy (domain, policy, created_at) VALUES ('far.example', 'block', 0)",
)


async def test_migrating_again_changes_nothing(
    database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schema that is up to date is left alone: nobody is asked to change it."""
    monkeypatch.setattr(db_migrate, "upgrade", None)
    monkeypatch.setattr(db_migrate_postgres, "upgrade", None)
    await migrate(database_settings)
    assert await version(database_settings) == known_versions()[-1]


async def test_upgrading_again_changes_nothing(database_settings: Settings) -> None:
    """Whoever is asked to change a schema that is up to date finds nothing to do."""
    async with opened(database_settings) as database, database.write() as connection:
        alice = await local(connection, "alice")
    await asyncio.to_thread(upgrade_of(database_settings), database_settings)
    async with opened(database_settings) as database, database.read() as connection:
        row = await connection.fetch_one("SELECT id FROM actor")
    assert row
    assert row["id"] == alice.id


async def test_two_migrate_at_once(empty_settings: Settings) -> None:
    """Of two who migrate at once, one does it while the other waits, and both are content."""
    upgrade = upgrade_of(empty_settings)
    await asyncio.gather(*(asyncio.to_thread(upgrade, empty_settings) for _ in range(2)))
    assert await version(empty_settings) == known_versions()[-1]


async def test_migration_that_fails_half_way(empty_settings: Settings) -> None:
    """A migration that meets an error leaves nothing, says why in a line, and can be repeated."""
    await run_sql(empty_settings, "CREATE TABLE host (of_somebody_else TEXT)")
    with pytest.raises(StartError, match=r"cannot be migrated: .*host.* already exists") as error:
        await migrate(empty_settings)
    assert "\n" not in str(error.value)
    assert await version(empty_settings) is None
    async with opened(empty_settings) as database:
        assert not await database.has_table("actor")
    await run_sql(empty_settings, "DROP TABLE host")
    await migrate(empty_settings)
    assert await version(empty_settings) == known_versions()[-1]


def test_file_with_an_odd_name(tmp_path: Path) -> None:
    """The name of an SQLite file is taken as it is, whatever it would mean in an address."""
    path = tmp_path / "what? 100% #1 & more" / "fed learn.db"
    run(migrate(Settings(database=str(path))))
    assert run(version(Settings(database=str(path)))) == known_versions()[-1]
    assert list(tmp_path.iterdir()) == [path.parent]


async def test_file_that_somebody_else_writes(
    empty_sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An SQLite file that stays locked is not migrated, and one line says so."""
    monkeypatch.setattr(db_migrate, "PATIENCE", 0.05)
    await run_sql(empty_sqlite_settings)
    with closing(sqlite3.connect(empty_sqlite_settings.sqlite_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StartError, match="cannot be migrated: database is locked"):
            await migrate(empty_sqlite_settings)


@pytest.mark.parametrize(
    "address",
    [
        "postgres://{user}:{password}@{host}:{port}/{name}",
        "postgresql://{user}:{password}@{host}:{port}/{name}?sslmode=disable&application_name=me",
        "postgresql:///{name}?user={user}&password={password}&host={host}&port={port}",
    ],
)
async def test_forms_of_address(empty_postgres_settings: Settings, address: str) -> None:
    """Whatever form of address opens a PostgreSQL database will do for migrating it, too."""
    parts = urlsplit(empty_postgres_settings.database)
    database = address.format(
        user=parts.username,
        password=parts.password,
        host=parts.hostname,
        port=parts.port,
        name=parts.path[1:],
    )
    await migrate(Settings(database=database))
    assert await version(Settings(database=database)) == known_versions()[-1]


async def test_user_who_may_not_make_tables(
    empty_postgres_settings: Settings,
) -> None:
    """A PostgreSQL user who may not make tables is told so in one line."""
    parts = urlsplit(empty_postgres_settings.database)
    name = f"guest_of_{parts.path[1:]}"
    address = parts._replace(netloc=f"{name}:word@{parts.hostname}:{parts.port}").geturl()
    administrator = await asyncpg.connect(empty_postgres_settings.database)
    try:
        await administrator.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'word'")
        with pytest.raises(StartError, match="permission denied") as error:
            await migrate(Settings(database=address))
        assert "\n" not in str(error.value)
    finally:
        await administrator.execute(f"DROP ROLE {name}")
        await administrator.close()


# --- what is refused -------------------------------------------------------------------------------


async def test_database_of_a_newer_version(database_settings: Settings) -> None:
    """A schema from a newer version is neither opened nor changed, and we say what to do."""
    await run_sql(database_settings, f"UPDATE alembic_version SET version_num = '{NEWER}'")
    for refuse in (open_current_database, migrate):
        with pytest.raises(StartError, match="newer version of fedlearn") as error:
            await refuse(database_settings)
        assert NEWER in str(error.value)
        assert known_versions()[-1] in str(error.value)
        assert "restore the backup" in str(error.value)
        assert "\n" not in str(error.value)
    assert await version(database_settings) == NEWER


async def test_postgres_that_is_behind(empty_postgres_settings: Settings) -> None:
    """On PostgreSQL the operator decides: a schema that is behind is refused, with the command."""
    with pytest.raises(StartError, match="run `fedlearn migrate` first"):
        await open_current_database(empty_postgres_settings)
    assert await version(empty_postgres_settings) is None
    await migrate(empty_postgres_settings)
    await (await open_current_database(empty_postgres_settings)).close()


async def test_sqlite_is_migrated_by_itself(empty_sqlite_settings: Settings) -> None:
    """An SQLite file is made, and brought up to date, by opening it."""
    database = await open_current_database(empty_sqlite_settings)
    try:
        assert await schema_version(database) == known_versions()[-1]
    finally:
        await database.close()


async def test_current_database_is_opened(database_settings: Settings) -> None:
    """A database that is up to date opens on either engine."""
    database = await open_current_database(database_settings)
    try:
        assert await database.has_table("status")
    finally:
        await database.close()


async def test_opening_alone_changes_nothing(empty_settings: Settings) -> None:
    """A database can be opened whatever its schema is, and that makes no tables."""
    database: Database = await open_database(empty_settings)
    try:
        assert await schema_version(database) is None
        assert not await database.has_table("alembic_version")
    finally:
        await database.close()


# --- what is loaded --------------------------------------------------------------------------------


async def test_postgres_without_its_driver(
    postgres_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the driver for PostgreSQL, the start fails and says how to get it."""
    monkeypatch.delitem(sys.modules, "fedlearn.db.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(StartError, match=r"asyncpg is missing: .*pip install fedlearn\[postgres\]"):
        await open_database(postgres_settings)


def test_serving_from_sqlite_loads_little(sqlite_settings: Settings) -> None:
    """Neither what migrates nor what speaks to PostgreSQL is loaded for a current SQLite file."""
    program = f"""
import asyncio, sys
from fedlearn.db.opening import open_current_database
from fedlearn.settings import Settings

async def main():
    await (await open_current_database(Settings(database={sqlite_settings.database!r}))).close()

asyncio.run(main())
print([name for name in ("alembic", "sqlalchemy", "asyncpg") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout == "[]\n"
