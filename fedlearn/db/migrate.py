"""This is where Alembic changes a schema. Loaded only when there is something to change."""

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError

from fedlearn.db.opening import MIGRATIONS
from fedlearn.errors import StartError
from fedlearn.settings import Settings

PATIENCE = 60  # seconds to wait for another process, which may be migrating, too


NEWEST = "head"


def upgrade(settings: Settings, to: str = NEWEST) -> None:
    """Bring an SQLite file to a version of the schema; all of it or, on an error, nothing."""
    url = URL.create("sqlite", database=str(settings.sqlite_path))
    engine = create_engine(url, connect_args={"timeout": PATIENCE})
    # The driver would commit before each CREATE TABLE; with its own rules off, BEGIN covers all.
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            run_alembic(connection, to)
    except DBAPIError as error:
        raise cannot_migrate(error) from error
    finally:
        engine.dispose()


def cannot_migrate(error: OSError | DBAPIError) -> StartError:
    """What to tell the operator, in one line."""
    reason = error.orig if isinstance(error, DBAPIError) else error
    return StartError(f"the database cannot be migrated: {' '.join(str(reason).split())}")


def run_alembic(connection: Connection, to: str) -> None:
    """Every migration up to one that the database has not had, in the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
