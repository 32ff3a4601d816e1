"""This is where the two databases look alike: what a connection can do, and how work is announced.

SQL is written once, in the subset that SQLite and PostgreSQL share, with two conveniences that each
adapter turns into its own words: `IN :ids` takes a list, and `FOR UPDATE SKIP LOCKED` is left out
where a single writer makes it needless.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from fedlearn.db.hub import Hub
from fedlearn.db.memory import Recollection
from fedlearn.domain.events import Event


class Row(Protocol):
    """One row of an answer, read by column name."""

    def __getitem__(self, column: str, /) -> Any:
        """The value of a column."""

    def __iter__(self) -> Iterator[Any]:
        """The values of all columns."""


class Connection(Protocol):
    """A connection inside a transaction; it is gone when its context ends."""

    @property
    def memory(self) -> Recollection:
        """What is remembered of what was read before; nothing for who writes."""

    async def fetch_all(self, sql: str, **params: Any) -> Sequence[Row]:
        """Every row of the answer."""

    async def fetch_one(self, sql: str, **params: Any) -> Row | None:
        """The first row, if there is one."""

    async def execute(self, sql: str, **params: Any) -> int:
        """Change something; how many rows were changed."""

    async def execute_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same change for many sets of parameters."""

    async def sweep(self, sql: str, **params: Any) -> int:
        """Change any number of rows, while others go on; how many rows were changed."""

    def announce_work(self) -> None:
        """Wake the workers of all processes once this transaction is committed."""

    def announce(self, event: Event) -> None:
        """Let those who watch know of this once the transaction is committed."""


class Database(Protocol):
    """A store of everything. No network call may be made inside `read()` or `write()`."""

    @property
    def hub(self) -> Hub:
        """Where those who watch hear of what is committed."""

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that sees one consistent state and changes nothing."""

    def write(self, *, redoable: bool = False) -> AbstractAsyncContextManager[Connection]:
        """A transaction: on disk at the end of the context, rolled back on an error.

        A redoable one does not wait for the disk; see db/redoable.py.
        """

    async def has_table(self, name: str) -> bool:
        """Whether the schema has this table."""

    async def wait_for_work(self, at_most: float) -> None:
        """Sleep until work is announced, at most so many seconds."""

    async def close(self) -> None:
        """Let go of every connection."""
