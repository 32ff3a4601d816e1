"""This is where callers that ask too often are put off, by who they are and what they ask."""

import math
from dataclasses import dataclass

from fedlearn.domain.ids import SECOND_MS, Millis, now
from fedlearn.domain.rates import Rate
from fedlearn.errors import FedlearnError
from fedlearn.services.rates import Counts, Tally
from fedlearn.text.emails import canonical_email
from fedlearn.text.languages import ngettext


@dataclass(frozen=True, slots=True)
class Left:
    """How often something may be asked, how often still, and from when on anew."""

    limit: int
    remaining: int
    resets_at: Millis


class TooManyRequests(FedlearnError):
    """The caller has used up its rate. `retry_after` is in seconds."""

    def __init__(self, left: Left) -> None:
        retry_after = max(1, math.ceil((left.resets_at - now()) / SECOND_MS))
        minutes = math.ceil(retry_after / 60)
        message = ngettext(
            "That was too often. Try again in a minute.",
            "That was too often. Try again in %(num)s minutes.",
            minutes,
        )
        super().__init__(message)
        self.left = left
        self.retry_after = retry_after


class Limits:
    """Lets requests pass as long as there are not too many of them."""

    def __init__(self, counts: Counts, *, is_on: bool) -> None:
        self._counts = counts
        self._is_on = is_on

    async def spend(self, rate: Rate, who: str) -> Left | None:
        """Count one request; `TooManyRequests` when it is one too many.

        What is left then; None where nothing is counted.
        """
        if not (self._is_on and rate.value.is_exact):
            return self.spend_together((rate, who))
        standing, limit = await self._counts.add_exactly(rate, who), rate.value.amount
        left = Left(limit, max(0, limit - standing.spent), standing.ends_at)
        if standing.spent > limit:
            raise TooManyRequests(left)
        return left

    def spend_together(self, *asked: tuple[Rate, str]) -> Left | None:
        """Count one request in several ways, or in none if it is one too many in any of them.

        What is left of that of which least is left.
        """
        if not self._is_on:
            return None
        tallies = [self._counts.tally(rate, who) for rate, who in asked]
        tightest = min(tallies, key=_room)
        if tightest.spent >= tightest.limit:
            raise TooManyRequests(Left(tightest.limit, 0, tightest.ends_at))
        for tally in tallies:
            self._counts.add(tally)
        return Left(tightest.limit, tightest.limit - tightest.spent, tightest.ends_at)

    async def spend_letter(self, email: str) -> None:
        """Count a letter that somebody may not have asked for, however their address is spelt."""
        await self.spend(Rate.MAIL, f"to {canonical_email(email)}")

    async def forget(self, rate: Rate, who: str) -> None:
        """What was counted was somebody who might."""
        if self._is_on:
            await self._counts.forget(rate, who)


def _room(tally: Tally) -> tuple[int, int]:
    """How much is left; of several that are used up, the one that lasts longest comes first."""
    return max(0, tally.limit - tally.spent), -tally.ends_at
