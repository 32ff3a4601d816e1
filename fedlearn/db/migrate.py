"""This is where Alembic is asked to change a schema. Loaded only when there is something to do."""

import asyncio

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from fedlearn.db.opening import MIGRATIONS
from fedlearn.errors import StartError
from fedlearn.settings import Settings


def upgrade(settings: Settings, revision: str) -> None:
    """Bring the schema to this revision; all of it or, on an error, nothing."""
    try:
        if settings.is_postgres:
            asyncio.run(_upgrade_postgres(settings.database, revision))
        else:
            _upgrade_sqlite(f"sqlite:///{settings.sqlite_path}", revision)
    except OSError as error:
        raise StartError(f"the database cannot be migrated: {error}") from error


def _upgrade_sqlite(url: str, revision: str) -> None:
    engine = create_engine(url)
    # The driver would commit before each CREATE TABLE; with its own rules off, BEGIN covers all.
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            _run(connection, revision)
    finally:
        engine.dispose()


async def _upgrade_postgres(url: str, revision: str) -> None:
    _, _, rest = url.partition("://")
    engine = create_async_engine(f"postgresql+asyncpg://{rest}")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_run, revision)
    finally:
        await engine.dispose()


def _run(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
