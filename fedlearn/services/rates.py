"""This is where it is counted how often who asks for what, by all processes together.

What is rare is counted in the database before it is done, so no more is done than may be. What is
frequent is counted in memory; about once a second a process adds what it has counted to what the
others have, and learns how things stand. Where somebody asks very fast this comes sooner: after
each tenth of what they may ask. While the database cannot be written, the own count goes on alone.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b

from fedlearn.db import rates as db_rates
from fedlearn.db.database import Database
from fedlearn.db.rates import Spending
from fedlearn.domain.ids import MINUTE_MS, Millis, now
from fedlearn.domain.rates import Rate, Standing, is_open
from fedlearn.errors import Unavailable

log = logging.getLogger(__name__)

BETWEEN_EXCHANGES = 1.0  # seconds
# However fast somebody asks, the database is left alone for so many seconds.
SHORTEST_PAUSE = 0.1
PARTS_TOLD = 10
BETWEEN_SWEEPS_MS = MINUTE_MS


@dataclass(slots=True)
class Tally:
    """What is known here of one count. Of what is spent, others have not been told some."""

    key: int
    ends_at: Millis
    limit: int = 0
    spent: int = 0
    untold: int = 0


class Counts:
    """The counts of this process, and what it knows of those of others.

    Keys are made with a secret: nobody reads in the database from where people came.
    """

    def __init__(self, db: Database, secret: bytes) -> None:
        self._db = db
        self._secret = secret
        self._tallies: dict[int, Tally] = {}
        self._untold: dict[int, Tally] = {}
        self._hurry = asyncio.Event()
        self._swept_at = now()

    def tally(self, rate: Rate, who: str) -> Tally:
        """How often somebody has asked, as far as is known here."""
        measure, at = rate.value, now()
        tally = self._open_tally(self._key(rate, who), at, at + measure.window)
        tally.limit = measure.amount
        return tally

    def add(self, tally: Tally) -> None:
        """Somebody asks once more; others are told in a moment."""
        tally.spent += 1
        tally.untold += 1
        self._untold[tally.key] = tally
        if tally.untold * PARTS_TOLD >= tally.limit:
            self._hurry.set()

    async def add_exactly(self, rate: Rate, who: str) -> Standing:
        """Somebody asks once more: how often it was then, by all processes.

        `Unavailable` while that cannot be known.
        """
        key = self._key(rate, who)
        spending = Spending(key, 1, Millis(now() + rate.value.window))
        async with self._db.write(redoable=True) as connection:
            await db_rates.add_spendings(connection, [spending])
            return (await db_rates.standings(connection, [key]))[key]

    async def forget(self, rate: Rate, who: str) -> None:
        """What was counted exactly was somebody who might."""
        async with self._db.write(redoable=True) as connection:
            await db_rates.forget_count(connection, self._key(rate, who))

    async def run(self) -> None:
        """Exchange counts with other processes, until cancelled."""
        while True:
            await self._wait()
            try:
                await self.exchange()
                await self._sweep()
            except Unavailable as trouble:
                log.warning("what others count is not known just now: %s", trouble)
            except Exception:
                # Whoever asks goes on being counted in this process meanwhile.
                log.exception("what others count is not known just now")
            await asyncio.sleep(SHORTEST_PAUSE)

    async def exchange(self) -> None:
        """Tell what was counted here, and learn how that stands, and who has used up what."""
        at, telling, self._untold = now(), self._untold, {}
        spendings = [
            Spending(one.key, one.untold, one.ends_at, one.limit)
            for one in telling.values()
            if is_open(one.ends_at, at)
        ]
        try:
            known = await self._carry(spendings)
        except BaseException:
            self._untold = telling | self._untold
            raise
        for spending in spendings:
            telling[spending.key].untold -= spending.times
        self._learn(known)

    async def _carry(self, spendings: list[Spending]) -> Mapping[int, Standing]:
        if not spendings:
            async with self._db.read() as connection:
                return await db_rates.used_up(connection)
        async with self._db.write(redoable=True) as connection:
            await db_rates.add_spendings(connection, spendings)
            own = await db_rates.standings(connection, [one.key for one in spendings])
            return await db_rates.used_up(connection) | own

    def _learn(self, known: Mapping[int, Standing]) -> None:
        at = now()
        for key, standing in known.items():
            if is_open(standing.ends_at, at):
                tally = self._open_tally(key, at, standing.ends_at)
                tally.spent = standing.spent + tally.untold
                tally.ends_at = standing.ends_at

    def _open_tally(self, key: int, at: Millis, ends_at: int) -> Tally:
        """The count under this key; where its window is over, a new one with this end."""
        tally = self._tallies.get(key)
        if tally is None or not is_open(tally.ends_at, at):
            tally = self._tallies[key] = Tally(key, Millis(ends_at))
        return tally

    def _key(self, rate: Rate, who: str) -> int:
        counted = f"{rate.name} {who}".encode("utf-8", "surrogatepass")
        digest = blake2b(counted, digest_size=8, key=self._secret).digest()
        return int.from_bytes(digest, "big", signed=True)

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(BETWEEN_EXCHANGES):
                await self._hurry.wait()
        self._hurry.clear()

    async def _sweep(self) -> None:
        """Forget the windows that are over, now and then."""
        at = now()
        if self._swept_at <= at < self._swept_at + BETWEEN_SWEEPS_MS:
            return
        self._swept_at = at
        self._tallies = {key: one for key, one in self._tallies.items() if is_open(one.ends_at, at)}
        async with self._db.write(redoable=True) as connection:
            await db_rates.forget_ended(connection)
