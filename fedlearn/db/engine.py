"""This is where the database says which one it is, and how much room it takes."""

from dataclasses import dataclass

from fedlearn.db.database import Connection

POSTGRES = """
    SELECT current_setting('server_version') AS version,
        pg_database_size(current_database()) AS size
    """
SQLITE = """
    SELECT sqlite_version() AS version, page_count * page_size AS size
    FROM pragma_page_count, pragma_page_size
    """


@dataclass(frozen=True, slots=True)
class Engine:
    """A database as it describes itself; its size is in bytes."""

    name: str
    version: str
    size: int


async def engine(connection: Connection, *, is_postgres: bool) -> Engine:
    """The database that this is a connection to."""
    row = await connection.fetch_one(POSTGRES if is_postgres else SQLITE)
    if row is None:
        raise AssertionError("a database that says nothing of itself")
    # Some builders of PostgreSQL name themselves, too.
    version = str(row["version"]).partition(" ")[0]
    return Engine("PostgreSQL" if is_postgres else "SQLite", version, int(row["size"]))
