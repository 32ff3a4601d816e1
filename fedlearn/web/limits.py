"""This is where callers that ask too often are put off, by address and by what they ask for."""

import math
import time
from enum import Enum

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from fedlearn.errors import FedlearnError


class Rate(Enum):
    """How often one address may ask for what. A whole server may stand behind one address."""

    INBOX = parse("9000 per 5 minutes")
    DOCUMENTS = parse("3000 per 5 minutes")
    MEDIA = parse("30000 per 5 minutes")
    FORMS = parse("900 per 5 minutes")
    SIGN_IN = parse("20 per 10 minutes")
    # These two count for one account, from wherever it is tried.
    ACCOUNT = parse("20 per 60 minutes")
    MAIL = parse("5 per 60 minutes")


class TooManyRequests(FedlearnError):
    """The caller has used up its rate. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        minutes = math.ceil(retry_after / 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(f"That was too often. Try again in {wait}.")
        self.retry_after = retry_after


class Limits:
    """Counts requests of this process."""

    def __init__(self, *, is_on: bool) -> None:
        self._is_on = is_on
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def spend(self, rate: Rate, address: str) -> None:
        """Count one request; `TooManyRequests` when it is one too many."""
        if not self._is_on:
            return
        item: RateLimitItem = rate.value
        if not await self._limiter.hit(item, rate.name, address):
            resets_at, _ = await self._limiter.get_window_stats(item, rate.name, address)
            raise TooManyRequests(max(1, math.ceil(resets_at - time.time())))

    async def forget(self, rate: Rate, address: str) -> None:
        """What was counted was somebody who might."""
        await self._limiter.clear(rate.value, rate.name, address)
