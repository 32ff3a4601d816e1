"""This is where it is known with which hosts we talk, as the database said a moment ago.

Every request that comes in is held against it, and every fetch that goes out. That stands in the
client, so a redirect, a document that calls itself otherwise and an address in a post pass it like
any other: nobody brings in from a blocked server what it may not bring itself.
"""

from cachetools import TTLCache

from fedlearn.db import hosts as db_hosts
from fedlearn.db.database import Database
from fedlearn.errors import Unwelcome
from fedlearn.settings import Federation

HOSTS_REMEMBERED = 10_000
TRUSTED_FOR = 3  # seconds until what is said to another process is heard here


class Welcome:
    """The hosts with which we talk."""

    def __init__(self, db: Database, federation: Federation) -> None:
        self._db = db
        self._federation = federation
        self._known: TTLCache[str, bool] = TTLCache(HOSTS_REMEMBERED, TRUSTED_FOR)

    async def includes(self, host: str) -> bool:
        """Whether we talk with this host."""
        known = self._known.get(host)
        if known is None:
            async with self._db.read() as connection:
                known = await db_hosts.is_welcome(connection, self._federation, host)
            self._known[host] = known
        return known

    async def guard(self, host: str) -> None:
        """Called with the host of every fetch; `Unwelcome` for one with which we do not talk."""
        if not await self.includes(host):
            raise Unwelcome(f"this server does not talk with {host}")

    def forget(self) -> None:
        """An operator has said something new."""
        self._known.clear()
