"""This is where it is decided how long a failing host is left alone, and when to give up.

Pure: from what was known and what happened to what is known now.
"""

from dataclasses import replace

from fedlearn.db.hosts import HostHealth
from fedlearn.domain.ids import DAY_MS, HOUR_MS, MINUTE_MS, Millis

FAILURES_BEFORE_OPEN = 5
FIRST_PAUSE_MS = 5 * MINUTE_MS
LONGEST_PAUSE_MS = 6 * HOUR_MS
FAILING_DAYS_BEFORE_DEAD = 7
# A dead host is asked now and then, and comes back at once when it calls us.
PAUSE_OF_THE_DEAD_MS = 7 * DAY_MS
# A host that calls us all the time, and takes nothing, is asked no more often than this.
BETWEEN_TRIES_OF_CALLERS_MS = MINUTE_MS
# Nothing failed, and yet it is better not to be relied on.
SLOW = HostHealth(failures=0, open_until=Millis(0), failing_days=0, last_failing_day=0)


def after_failure(health: HostHealth | None, at: Millis) -> HostHealth:
    """How a host stands after one more failed delivery."""
    failures = (health.failures if health else 0) + 1
    today = at // DAY_MS
    is_new_day = health is None or health.last_failing_day != today
    days = (health.failing_days if health else 0) + (1 if is_new_day else 0)
    return HostHealth(
        failures=failures,
        open_until=Millis(at + _pause(failures, days)),
        failing_days=days,
        last_failing_day=today,
    )


def after_plea(health: HostHealth | None, until: Millis) -> HostHealth:
    """How a host stands that asked to be left alone until then: it is busy, and has not failed."""
    before = health or SLOW
    return replace(before, open_until=max(until, before.open_until))


def after_call(health: HostHealth, at: Millis) -> HostHealth | None:
    """How a failing host stands that has called us: it may be tried out; None when just now it was.

    Who asked for time, and calls meanwhile, has not taken that back.
    """
    failed_at = health.open_until - _pause(health.failures, health.failing_days)
    if health.failures == 0 or at - failed_at < BETWEEN_TRIES_OF_CALLERS_MS:
        return None
    return replace(health, open_until=at)


def _pause(failures: int, failing_days: int) -> int:
    if failing_days >= FAILING_DAYS_BEFORE_DEAD:
        return PAUSE_OF_THE_DEAD_MS
    beyond = failures - FAILURES_BEFORE_OPEN
    if beyond < 0:
        return 0
    # The exponent is bounded, so that a long failing host makes no huge number.
    return min(FIRST_PAUSE_MS << min(beyond, 16), LONGEST_PAUSE_MS)
