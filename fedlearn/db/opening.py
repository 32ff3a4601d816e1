"""This is where a database is opened, and its schema held against this version."""

import asyncio
import importlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from fedlearn.db.database import Database
from fedlearn.db.sqlite import open_sqlite
from fedlearn.errors import StartError
from fedlearn.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
DOWN_REVISION = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


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
    database = await _open_if_current(settings)
    if database is None and not settings.is_postgres:
        await _upgrade(settings)
        database = await _open_if_current(settings)
    if database is None:
        raise StartError("the database schema is behind: run `fedlearn migrate` first")
    return database


async def migrate(settings: Settings) -> None:
    """Bring the schema up to this version, from empty or from any earlier one."""
    database = await _open_if_current(settings)
    if database is None:
        await _upgrade(settings)
    else:
        await database.close()


@lru_cache(maxsize=1)
def known_versions() -> Sequence[str]:
    """The schema versions that this code knows, oldest first: each names the one before it."""
    after = {}
    for path in (MIGRATIONS / "versions").glob("[0-9]*.py"):
        named = DOWN_REVISION.search(path.read_text(encoding="utf-8"))
        after[named[1] if named else None] = path.stem
    known: list[str] = []
    while (version := after.get(known[-1] if known else None)) is not None:
        known.append(version)
    return tuple(known)


async def schema_version(database: Database) -> str | None:
    """The version of the schema in the database; None when it is empty."""
    if not await database.has_table("alembic_version"):
        return None
    async with database.read() as connection:
        row = await connection.fetch_one("SELECT version_num FROM alembic_version")
    return str(row["version_num"]) if row else None


async def _open_if_current(settings: Settings) -> Database | None:
    """The database; None when its schema is older than this version."""
    database = await open_database(settings)
    try:
        is_behind = await _is_behind(database)
    except BaseException:
        await database.close()
        raise
    if is_behind:
        await database.close()
        return None
    return database


async def _upgrade(settings: Settings) -> None:
    # Alembic and SQLAlchemy are heavy, so they are loaded only when there is work for them.
    kind = "migrate_postgres" if settings.is_postgres else "migrate"
    await asyncio.to_thread(_extra(f"fedlearn.db.{kind}").upgrade, settings)


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
