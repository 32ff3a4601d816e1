"""What every folder of tests may ask for."""

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
    shared_postgres,
    shared_settings,
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
    "shared_postgres",
    "shared_settings",
    "shared_sqlite",
    "sqlite_settings",
    "sqlite_template",
]
