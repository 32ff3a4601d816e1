"""This is where a server gets a mine laid under one of its commits: there it dies (SIGKILL)."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from typing import Any

from fedlearn.db.database import Connection
from fedlearn.db.postgres import PostgresDatabase
from fedlearn.db.sqlite import SqliteDatabase

BEFORE, AFTER = "before", "after"
Write = Callable[..., AbstractAsyncContextManager[Connection]]


def lay_mine(when: str, commit: int) -> None:
    """Have this process die at a commit, counted from 1.

    Before it, when all is written and nothing counts; or after it, when nobody has been told.
    """
    mine = _Mine(when, commit)
    for database in (SqliteDatabase, PostgresDatabase):
        setattr(database, "write", mine.under(database.write))  # noqa: B010 - mypy guards methods


class _Mine:
    def __init__(self, when: str, commit: int) -> None:
        self._when = when
        self._commit = commit
        self._numbers = count(1)

    def under(self, write: Write) -> Write:
        @asynccontextmanager
        async def mined(database: Any, **how: bool) -> AsyncIterator[Connection]:
            async with write(database, **how) as connection:
                yield connection
                number = next(self._numbers)
                self._step(BEFORE, number)
            self._step(AFTER, number)

        return mined

    def _step(self, when: str, number: int) -> None:
        if (when, number) == (self._when, self._commit):
            os.kill(os.getpid(), signal.SIGKILL)
