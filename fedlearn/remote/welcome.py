"""This is where each outgoing fetch is held against what operators say of its host.

It stands in the client, so a redirect, a document that calls itself otherwise and an address in a
post pass it like any other: nobody brings in from a blocked server what it may not bring itself.
"""

from fedlearn.db import hosts as db_hosts
from fedlearn.db.database import Database
from fedlearn.errors import FetchError
from fedlearn.settings import Federation


class HostGuard:
    """Called with the host of every fetch; `FetchError` for one with which we do not talk."""

    def __init__(self, db: Database, federation: Federation) -> None:
        self._db = db
        self._federation = federation

    async def __call__(self, host: str) -> None:
        """Look whether the host is welcome."""
        async with self._db.read() as connection:
            if not await db_hosts.is_welcome(connection, self._federation, host):
                raise FetchError(f"this server does not talk with {host}")
