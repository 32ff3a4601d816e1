"""What every folder of tests may ask for."""

import sys

import pytest
from pytest_asyncio import is_async_test

from tests.clock import clock, ids_in_order
from tests.databases import (
    connection,
    database_settings,
    db,
    empty_postgres_settings,
    empty_settings,
    empty_sqlite_settings,
    postgres_settings,
    postgres_template,
    postgres_url,
    shared_database,
    shared_postgres,
    shared_sqlite,
    sqlite_settings,
    sqlite_template,
)

__all__ = [
    "clock",
    "connection",
    "database_settings",
    "db",
    "empty_postgres_settings",
    "empty_settings",
    "empty_sqlite_settings",
    "ids_in_order",
    "postgres_settings",
    "postgres_template",
    "postgres_url",
    "shared_database",
    "shared_postgres",
    "shared_sqlite",
    "sqlite_settings",
    "sqlite_template",
]

# For each request that stays in this process, httpx looks for a library that is not there, on disk.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a database that stays open share its loop, and its time for connecting."""
    for item in items:
        if is_async_test(item) and "connection" in item.fixturenames:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
