"""What was acknowledged waits for the disk; what would be done again does not."""

from pathlib import Path

from fedlearn.db.opening import open_database
from fedlearn.db.redoable import Redoable
from fedlearn.db.sqlite import open_sqlite
from fedlearn.settings import Settings
from tests.databases import opened

NORMAL, FULL = 1, 2


async def test_sqlite_waits_for_the_disk_unless_it_may_be_redone(tmp_path: Path) -> None:
    """A plain write is committed with FULL, a redoable one with NORMAL, in whatever order."""
    database = await open_sqlite(tmp_path / "x.db")
    for each, mode in ((database, FULL), (Redoable(database), NORMAL), (database, FULL)):
        async with each.write() as connection:
            row = await connection.fetch_one("PRAGMA synchronous")
            assert row is not None
            assert row["synchronous"] == mode
    await database.close()


async def test_postgres_waits_for_the_disk_unless_it_may_be_redone(
    postgres_settings: Settings,
) -> None:
    """A redoable commit is answered before it is on disk; a plain one does as the server says."""
    name = postgres_settings.database.rpartition("/")[2]
    async with opened(postgres_settings) as database, database.write() as connection:
        await connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit TO on')
    database = await open_database(postgres_settings)
    for each, mode in ((database, "on"), (Redoable(database), "off"), (database, "on")):
        async with each.write() as connection:
            row = await connection.fetch_one("SHOW synchronous_commit")
            assert row is not None
            assert row["synchronous_commit"] == mode
    await database.close()


async def test_redoable_database_is_the_same_database(tmp_path: Path) -> None:
    """What one writes the other reads; both wake the same workers."""
    database = await open_sqlite(tmp_path / "x.db")
    redoable = Redoable(database)
    async with redoable.write() as connection:
        await connection.execute("CREATE TABLE thing (id INTEGER)")
        connection.announce_work()
    assert await database.has_table("thing")
    assert await redoable.has_table("thing")
    assert not await redoable.has_table("other")
    await redoable.wait_for_work(0.01)
    async with redoable.read() as connection:
        assert await connection.fetch_all("SELECT * FROM thing") == []
    await redoable.close()
