"""This is where work that would be done again writes: its commits need not wait for the disk.

A power cut may undo the last of them, and with each the news that its work is done; then the work
is taken up once more. What was acknowledged to somebody is never written this way.
"""

from contextlib import AbstractAsyncContextManager

from fedlearn.db.database import Connection, Database
from fedlearn.db.hub import Hub


class Redoable:
    """The same database, for jobs and deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def hub(self) -> Hub:
        """The hub of that database."""
        return self._database.hub

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that sees one consistent state and changes nothing."""
        return self._database.read()

    def write(self, *, redoable: bool = True) -> AbstractAsyncContextManager[Connection]:
        """A transaction that may be lost with the power, and then is done again."""
        return self._database.write(redoable=redoable)

    async def has_table(self, name: str) -> bool:
        """Whether the schema has this table."""
        return await self._database.has_table(name)

    async def wait_for_work(self, at_most: float) -> None:
        """Sleep until work is announced, at most so many seconds."""
        await self._database.wait_for_work(at_most)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._database.close()
