"""This is where it is decided how many may wait for one host at once, and who has to come again.

What others send us often makes us ask somebody for something. A host that hangs must not keep more
of us busy than we can spare.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cachetools import TTLCache

from fedlearn.errors import Unreachable

AT_ONCE = 8
MOST_PRESENT = 32  # at once, or in the queue for it
MOST_PRESENT_AT_HANGING = 2
MOST_IN_ALL = 128
HANGING_AFTER = 5.0  # seconds
HANGING_FOR = 60  # seconds after the last time
HOSTS_REMEMBERED = 10_000


class Turnstile:
    """Lets a few in for each host, has some wait, and sends all others away."""

    def __init__(self) -> None:
        self._present: Counter[str] = Counter()
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._hanging: TTLCache[str, bool] = TTLCache(HOSTS_REMEMBERED, HANGING_FOR)

    @asynccontextmanager
    async def passage(self, host: str, seconds: float) -> AsyncIterator[None]:
        """The way to a host, for so many seconds; `Unreachable` when it is too full or too long."""
        most = MOST_PRESENT_AT_HANGING if host in self._hanging else MOST_PRESENT
        if self._present[host] >= most or self._present.total() >= MOST_IN_ALL:
            raise Unreachable(f"too many wait for {host} already")
        self._present[host] += 1
        gate = self._gates.setdefault(host, asyncio.Semaphore(AT_ONCE))
        try:
            async with asyncio.timeout(seconds), gate, self._watched(host):
                yield
        except TimeoutError as error:
            raise Unreachable(f"{host} took too long") from error
        finally:
            self._present[host] -= 1
            if not self._present[host]:
                del self._present[host], self._gates[host]

    @asynccontextmanager
    async def _watched(self, host: str) -> AsyncIterator[None]:
        """Remember whoever takes long, whatever comes of it."""
        begun = time.monotonic()
        try:
            yield
        finally:
            if time.monotonic() - begun > HANGING_AFTER:
                self._hanging[host] = True
