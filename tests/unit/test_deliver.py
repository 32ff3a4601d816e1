"""What the answer of an inbox means for a delivery."""

from dataclasses import replace

import pytest

from fedlearn.activitypub.client import Receipt
from fedlearn.domain.ids import ActorId, Millis
from fedlearn.domain.jobs import Delivery
from fedlearn.outbox.deliver import Delivered, GivenUp, Outcome, TryAgain, judge
from tests.clock import DAY, HOUR, MINUTE, SECOND, Clock


def delivery(attempts: int = 1) -> Delivery:
    """A delivery that is being tried for so many times."""
    return Delivery(
        id=1,
        inbox="https://far.example/inbox",
        host="far.example",
        sender_id=ActorId(1),
        key=None,
        body=b"{}",
        status_id=None,
        attempts=attempts,
        created_at=Millis(0),
    )


def answered(
    status: int, *, retry_after: int | None = None, attempts: int = 1, detail: str = ""
) -> Outcome:
    """What comes of a delivery that the inbox answers like this."""
    return judge(Receipt(status, detail, retry_after), delivery(attempts))


def wait(outcome: Outcome, clock: Clock) -> int:
    """How long a delivery waits for its next try."""
    assert isinstance(outcome, TryAgain)
    return outcome.run_at - clock.now


# --- answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_inbox_that_takes_it(status: int) -> None:
    """Any 2xx means that it has arrived."""
    assert answered(status) == Delivered()


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 408, 429])
def test_answers_that_may_get_better(status: int) -> None:
    """A server that is broken or busy is asked again."""
    assert isinstance(answered(status), TryAgain)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 413, 501])
def test_answers_that_are_final(status: int) -> None:
    """A server that refuses, or does not know how, is not asked again."""
    assert isinstance(answered(status), GivenUp)


@pytest.mark.parametrize("status", [301, 302, 304, 307, 308])
def test_redirects_are_final(status: int) -> None:
    """An inbox that points elsewhere is not followed with a signed body, nor asked again."""
    assert isinstance(answered(status), GivenUp)


@pytest.mark.parametrize("status", [401, 404, 429, 501, 503])
def test_reason_tells_who_answered_what(status: int) -> None:
    """The operator reads which host answered what, in its own words."""
    outcome = answered(status, detail="because")
    assert isinstance(outcome, TryAgain | GivenUp)
    assert outcome.reason == f"far.example answered {status}: because"


def test_signature_that_is_refused_a_few_times(clock: Clock) -> None:
    """A 401 is tried again over half an hour, since the peer may find our key then, and no more."""
    outcomes = [answered(401, attempts=attempts) for attempts in (1, 2, 3)]
    assert sum(wait(outcome, clock) for outcome in outcomes) > 20 * MINUTE
    assert isinstance(answered(401, attempts=4), GivenUp)


@pytest.mark.parametrize(
    ("status", "host_failed"),
    [
        (500, True),
        (503, True),
        (408, False),
        (429, False),
        (401, False),
        (404, False),
        (501, False),
    ],
)
def test_whose_failure_it_is(status: int, *, host_failed: bool) -> None:
    """Only a host that breaks counts as failing; one that refuses or asks for time is alive."""
    outcome = answered(status)
    assert isinstance(outcome, TryAgain | GivenUp)
    assert outcome.host_failed is host_failed


# --- waiting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempts", "usual"),
    [
        (1, MINUTE),
        (2, 5 * MINUTE),
        (3, 30 * MINUTE),
        (4, 2 * HOUR),
        (5, 6 * HOUR),
        (6, 12 * HOUR),
        (7, 24 * HOUR),
        (8, 48 * HOUR),
    ],
)
def test_waits_grow(clock: Clock, attempts: int, usual: int) -> None:
    """Each try waits longer than the one before, and not all deliveries wait the same."""
    waits = {wait(answered(503, attempts=attempts), clock) for _ in range(20)}
    assert all(0.8 * usual <= one <= 1.2 * usual for one in waits)
    assert len(waits) > 1


@pytest.mark.parametrize("status", [429, 503])
def test_after_the_last_try(status: int) -> None:
    """After eight repetitions a delivery is given up, with the last answer as reason."""
    outcome = answered(status, attempts=9)
    assert isinstance(outcome, GivenUp)
    assert str(status) in outcome.reason


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("seconds", [90, 3600, 86_400])
def test_host_that_says_how_long(clock: Clock, status: int, seconds: int) -> None:
    """A host that asks for time with `Retry-After` gets at least that, up to a day.

    Conformance: 185.
    """
    for _ in range(20):
        assert wait(answered(status, retry_after=seconds), clock) >= seconds * SECOND


@pytest.mark.parametrize("retry_after", [None, 0, 5])
def test_host_that_asks_for_less_than_usual(clock: Clock, retry_after: int | None) -> None:
    """A host cannot make us come sooner than we would."""
    assert wait(answered(429, retry_after=retry_after), clock) >= 0.8 * MINUTE


@pytest.mark.parametrize(
    ("status", "retry_after", "rest"),
    [
        (429, None, MINUTE),
        (429, 5, MINUTE),
        (429, 3600, HOUR),
        (503, 3600, HOUR),
        (429, 365 * 86_400, DAY),
        (503, None, None),
        (408, None, None),
    ],
)
def test_host_that_is_busy(
    clock: Clock, status: int, retry_after: int | None, rest: int | None
) -> None:
    """A host that asks for time is left alone with everything, not only with this delivery."""
    outcome = answered(status, retry_after=retry_after)
    assert isinstance(outcome, TryAgain)
    assert outcome.leave_host_until == (rest and clock.now + rest)


def test_tried_often_in_a_short_time(clock: Clock) -> None:
    """What was tried more often than usual, since its host called, is kept as long as anything."""
    young = replace(delivery(attempts=30), created_at=Millis(clock.now - 3 * DAY))
    assert 0.8 * 48 * HOUR <= wait(judge(Receipt(500, "", None), young), clock) <= 1.2 * 48 * HOUR
    old = replace(young, created_at=Millis(clock.now - 4 * DAY))
    assert isinstance(judge(Receipt(500, "", None), old), GivenUp)


def test_host_that_asks_for_too_much(clock: Clock) -> None:
    """A host that asks for a year is asked again after a day."""
    assert wait(answered(429, retry_after=365 * 86_400), clock) == DAY
