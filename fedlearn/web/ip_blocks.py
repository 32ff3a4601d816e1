"""This is where it is known what holds for IP addresses, as the database said a moment ago."""

import logging

from cachetools import TTLCache

from fedlearn.db.database import Database
from fedlearn.db.ip_blocks import every_ip_block
from fedlearn.domain.ip_blocks import IpBlocks, Severity
from fedlearn.errors import Unavailable

REMEMBERED_FOR = 10  # seconds until what is said to another process is heard here
log = logging.getLogger(__name__)


class IpBlockCache:
    """What holds, for every request that comes in."""

    def __init__(self) -> None:
        self._fresh: TTLCache[str, IpBlocks] = TTLCache(1, REMEMBERED_FOR)
        self._latest = IpBlocks(())

    async def severity_of(self, db: Database, address: str) -> Severity | None:
        """The strictest that holds for an address."""
        return (await self._read(db)).severity_of(address)

    def forget(self) -> None:
        """A steward has said something new."""
        self._fresh.clear()

    async def _read(self, db: Database) -> IpBlocks:
        found = self._fresh.get("all")
        if found is None:
            found = self._latest = self._fresh["all"] = await self._read_anew(db)
        return found

    async def _read_anew(self, db: Database) -> IpBlocks:
        try:
            async with db.read() as connection:
                return IpBlocks(await every_ip_block(connection))
        except Unavailable as error:
            # Whoever needs the database is told so by what they ask; until then this holds on.
            log.warning("what holds for IP addresses cannot be read: %s", error)
            return self._latest
