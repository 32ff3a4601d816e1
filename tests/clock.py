"""This is where tests get the time, and the ids that are made of it, into their own hands."""

import itertools
from types import SimpleNamespace

import pytest

from fedlearn.domain import ids
from fedlearn.domain.ids import Millis

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock:
    """The time that the server believes it is; it stands still until somebody moves it."""

    def __init__(self, now: Millis) -> None:
        self.now = now

    def forward(self, milliseconds: int) -> Millis:
        """Let time pass; what it is then."""
        self.now = Millis(self.now + milliseconds)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands at the real time of the beginning of the test."""
    clock = Clock(ids.now())
    monkeypatch.setattr(ids, "time", SimpleNamespace(time_ns=lambda: clock.now * 1_000_000))
    return clock


@pytest.fixture
def ids_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made later gets a higher id, even in the same millisecond, and no id comes twice."""
    sequence = itertools.count()
    randbits = SimpleNamespace(randbits=lambda bits: next(sequence) % (1 << bits))
    monkeypatch.setattr(ids, "secrets", randbits)
