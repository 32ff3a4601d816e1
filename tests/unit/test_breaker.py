"""How long a failing host is left alone."""

import pytest

from fedlearn.db.hosts import HostHealth
from fedlearn.domain.ids import DAY_MS, Millis
from fedlearn.outbox.breaker import SLOW, after_call, after_failure, after_plea
from tests.clock import DAY, HOUR, MINUTE, SECOND

NOON = Millis(20_000 * DAY + 12 * HOUR)


def after(failures: int, *, at: Millis = NOON) -> HostHealth:
    """How a host stands that has failed so often, always at the same moment."""
    health: HostHealth | None = None
    for _ in range(failures):
        health = after_failure(health, at)
    assert health
    return health


def test_first_failure() -> None:
    """The first failure is noted, and the host is tried again like any other."""
    assert after_failure(None, NOON) == HostHealth(
        failures=1, open_until=NOON, failing_days=1, last_failing_day=20_000
    )


@pytest.mark.parametrize(
    ("failures", "pause"),
    [
        (1, 0),
        (4, 0),
        (5, 5 * MINUTE),
        (6, 10 * MINUTE),
        (7, 20 * MINUTE),
        (8, 40 * MINUTE),
        (9, 80 * MINUTE),
        (10, 160 * MINUTE),
        (11, 320 * MINUTE),
        (12, 6 * HOUR),
        (13, 6 * HOUR),
        (500, 6 * HOUR),
    ],
)
def test_pauses_grow(failures: int, pause: int) -> None:
    """From the fifth failure on a host is left alone, twice as long each time, up to six hours."""
    health = after(failures)
    assert health.failures == failures
    assert health.open_until - NOON == pause


def test_failures_of_one_day_are_one_failing_day() -> None:
    """However often a host fails between two midnights, that is one failing day."""
    health = after_failure(after(20), Millis(NOON + 11 * HOUR))
    assert (health.failures, health.failing_days) == (21, 1)
    assert after_failure(health, Millis(NOON + 12 * HOUR)).failing_days == 2


@pytest.mark.parametrize(("days", "pause"), [(6, 10 * MINUTE), (7, 7 * DAY), (8, 7 * DAY)])
def test_host_that_fails_for_a_week_is_dead(days: int, pause: int) -> None:
    """On the seventh failing day a host is given up, and asked once a week from then on."""
    health: HostHealth | None = None
    for day in range(days):
        at = Millis(NOON + day * DAY_MS)
        health = after_failure(health, at)
    assert health
    assert health.failing_days == days
    assert health.open_until - at == pause


def test_failing_days_need_not_follow_each_other() -> None:
    """A host that nobody asked for a month has failed on the days when it was asked."""
    health = after_failure(after(1), Millis(NOON + 30 * DAY))
    assert health.failing_days == 2
    assert health.last_failing_day == 20_030


def test_recovery_begins_anew() -> None:
    """A host of which nothing is noted any more is like new."""
    assert after(12).failures == 12
    assert after_failure(None, NOON) == after(1)


def test_host_that_asks_for_time() -> None:
    """A busy host is left alone for as long as it says, which is no failure and ends no pause."""
    until = Millis(NOON + HOUR)
    assert after_plea(None, until) == HostHealth(0, until, 0, 0)
    failing = after(12)
    assert after_plea(failing, until) == failing
    assert after_plea(after(1), until).failures == 1


@pytest.mark.parametrize("failures", [1, 5, 12])
def test_host_that_calls(failures: int) -> None:
    """A failing host that calls may be tried out, but not when it failed less than a minute ago."""
    failing = after(failures)
    assert after_call(failing, Millis(NOON + MINUTE - SECOND)) is None
    called = after_call(failing, Millis(NOON + MINUTE))
    assert called is not None
    assert called.open_until == NOON + MINUTE
    assert called.failures == failures


def test_busy_or_slow_host_that_calls() -> None:
    """Who asked for time has not taken that back by calling; who was slow may be so still."""
    busy = after_plea(None, Millis(NOON + HOUR))
    assert after_call(busy, Millis(NOON + MINUTE)) is None
    assert after_call(SLOW, NOON) is None
