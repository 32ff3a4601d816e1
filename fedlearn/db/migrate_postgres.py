"""This is where Alembic changes a schema on PostgreSQL, over the driver that is there anyway."""

import asyncio

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from fedlearn.db.migrate import NEWEST, cannot_migrate, run_alembic
from fedlearn.settings import Settings

# Any number will do that nobody else takes on this server.
ADVISORY_LOCK = 0x6665646C6561726E


def upgrade(settings: Settings, to: str = NEWEST) -> None:
    """Bring a PostgreSQL database to a version of the schema; all of it or nothing."""
    try:
        asyncio.run(_upgrade(settings.database, to))
    except (OSError, DBAPIError) as error:
        raise cannot_migrate(error) from error


async def _upgrade(url: str, to: str) -> None:
    # Connected to as everywhere else, so that every part of the address means the same.
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url)
    )
    try:
        async with engine.begin() as connection:
            # Of several who migrate at once, one does it, and the others find it done.
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            await connection.run_sync(run_alembic, to)
    finally:
        await engine.dispose()
