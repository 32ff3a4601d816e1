"""What the database says of itself."""

from fedlearn.db.database import Connection
from fedlearn.db.engine import engine
from fedlearn.db.postgres import PostgresConnection


async def test_which_database_it_is(connection: Connection) -> None:
    """Its name, its version as a number alone, and its bytes: more than an empty one has."""
    is_postgres = isinstance(connection, PostgresConnection)
    found = await engine(connection, is_postgres=is_postgres)
    assert found.name == ("PostgreSQL" if is_postgres else "SQLite")
    assert found.version.replace(".", "").isdigit()
    assert found.size > 100_000
