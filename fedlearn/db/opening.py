"""This is where a database is opened, and its schema held against this version."""

import asyncio
import importlib
from pathlib import Path
from typing import Any

from fedlearn.db.database import Database
from fedlearn.db.sqlite import open_sqlite
from fedlearn.errors import StartError
from fedlearn.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


async def open_database(settings: Settings) -> Database:
    """The database that the settings name, whatever its schema is."""
    if not settings.is_postgres:
        return await open_sqlite(settings.sqlite_path)
    database: Database = await _extra("fedlearn.db.postgres").open_postgres(settings.database)
    return database


async def open_current_database(settings: Settings) -> Database:
    """The database with the schema of this version.

    An SQLite file is brought up to date here. A PostgreSQL server may have other processes on it,
    so there the operator decides when: `StartError` says which command to run.
    """
    if not settings.is_postgres:
        await migrate(settings)
    database = await open_database(settings)
    try:
        await _refuse_if_behind(database)
    except BaseException:
        await database.close()
        raise
    return database


async def migrate(settings: Settings) -> None:
    """Bring the schema up to this version, from empty or from any earlier one."""
    database = await open_database(settings)
    try:
        behind = await _is_behind(database)
    finally:
        await database.close()
    if behind:
        # Alembic and SQLAlchemy are heavy, so they are loaded only when there is work for them.
        kind = "migrate_postgres" if settings.is_postgres else "migrate"
        await asyncio.to_thread(_extra(f"fedlearn.db.{kind}").upgrade, settings)


def known_versions() -> list[str]:
    """The schema versions that this code knows, oldest first."""
    return sorted(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def schema_version(database: Database) -> str | None:
    """The version of the schema in the database; None when it is empty."""
    if not await database.has_table("alembic_version"):
        return None
    async with database.read() as connection:
        row = await connection.fetch_one("SELECT version_num FROM alembic_version")
    return str(row["version_num"]) if row else None


async def _refuse_if_behind(database: Database) -> None:
    if await _is_behind(database):
        raise StartError("the database schema is behind: run `fedlearn migrate` first")


async def _is_behind(database: Database) -> bool:
    version, known = await schema_version(database), known_versions()
    if version is not None and version not in known:
        raise StartError(
            f"the database is from a newer version of fedlearn (schema {version}, "
            f"this one knows {known[-1]}): update fedlearn, or restore the backup made before"
        )
    return version != known[-1]


def _extra(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise StartError(
            f"{error.name} is missing: PostgreSQL needs `pip install fedlearn[postgres]`"
        ) from error
