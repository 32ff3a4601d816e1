"""What the answer of an inbox means for a delivery."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from fedlearn.activitypub.client import Receipt
from fedlearn.db import actors as db_actors
from fedlearn.domain.ids import ActorId, Millis
from fedlearn.domain.jobs import Delivery
from fedlearn.errors import Unreachable
from fedlearn.outbox.deliver import Delivered, GivenUp, Outcome, TryAgain, deliver, judge
from fedlearn.outbox.egress import Leak
from tests.clock import DAY, HOUR, MINUTE, SECOND, Clock

RETRIED = [500, 502, 503, 504, 599, 408, 429]
FINAL = [400, 403, 404, 405, 410, 413, 501]


def delivery(attempts: int = 1) -> Delivery:
    """A delivery that is being tried for so many times."""
    return Delivery(
        id=1,
        inbox="https://far.example/inbox",
        host="far.example",
        sender_id=ActorId(1),
        key_id=None,
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


class Post:
    """An outgoing client for which every delivery ends the same way."""

    def __init__(self, end: int | Exception) -> None:
        self._end = end
        self.sent: list[tuple[str, bytes, object]] = []

    async def post_activity(self, inbox: str, body: bytes, *, signer: object) -> Receipt:
        """Deliver, or not."""
        self.sent.append((inbox, body, signer))
        if isinstance(self._end, Exception):
            raise self._end
        return Receipt(self._end, "", None)


def instance(post: Post, monkeypatch: pytest.MonkeyPatch, sender: object = "alice") -> Any:
    """A server that knows a sender and delivers through `post`."""

    async def actor_by_id(_connection: object, _actor_id: ActorId) -> object:
        return sender

    async def own_key_by_id(_connection: object, key_id: int) -> object:
        return f"key {key_id}" if key_id else None

    async def signing_key(actor: object) -> str:
        return f"newest key of {actor}"

    @asynccontextmanager
    async def read() -> AsyncIterator[None]:
        yield None

    monkeypatch.setattr(db_actors, "actor_by_id", actor_by_id)
    monkeypatch.setattr(db_actors, "own_key_by_id", own_key_by_id)
    keys = SimpleNamespace(open=lambda key: f"opened {key}", signing_key=signing_key)
    return SimpleNamespace(db=SimpleNamespace(read=read), keys=keys, client=post)


# --- answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_inbox_that_takes_it(status: int) -> None:
    """Any 2xx means that it has arrived."""
    assert answered(status) == Delivered()


async def test_what_is_tried_again_and_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """5xx, 408, 429 and broken connections are tried again; refusals and 501 are final.

    Conformance: 184.
    """
    ends: list[int | Exception] = [*RETRIED, Unreachable("no connection"), Unreachable("no answer")]
    for end in ends:
        outcome = await deliver(instance(Post(end), monkeypatch), delivery())
        assert isinstance(outcome, TryAgain), end
    for status in FINAL:
        outcome = await deliver(instance(Post(status), monkeypatch), delivery())
        assert isinstance(outcome, GivenUp), status


@pytest.mark.parametrize("status", [301, 302, 304, 307, 308])
def test_redirects_are_final(status: int) -> None:
    """An inbox that points elsewhere is not followed with a signed body, nor asked again."""
    assert isinstance(answered(status), GivenUp)


@pytest.mark.parametrize("status", [*FINAL, *RETRIED])
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


def test_host_that_asks_for_too_much(clock: Clock) -> None:
    """A host that asks for a year is asked again after a day."""
    assert wait(answered(429, retry_after=365 * 86_400), clock) == DAY


# --- one try ---------------------------------------------------------------------------------------


async def test_silence_counts_against_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that does not answer has failed, and the reason is kept."""
    outcome = await deliver(instance(Post(Unreachable("no route")), monkeypatch), delivery())
    assert isinstance(outcome, TryAgain)
    assert (outcome.reason, outcome.host_failed) == ("no route", True)


async def test_silence_after_the_last_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that never answered is given up in the end."""
    outcome = await deliver(instance(Post(Unreachable("no route")), monkeypatch), delivery(9))
    assert outcome == GivenUp("no route", host_failed=True)


async def test_body_that_must_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that the last look found to be of the organisation is not tried again."""
    outcome = await deliver(instance(Post(Leak("kept inside")), monkeypatch), delivery())
    assert outcome == GivenUp("kept inside", host_failed=False)


async def test_sender_that_is_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent for somebody who is not there."""
    post = Post(202)
    outcome = await deliver(instance(post, monkeypatch, sender=None), delivery())
    assert outcome == GivenUp("its sender is no more", host_failed=False)
    assert post.sent == []


async def test_key_to_sign_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery is signed with the key that was chosen for it, else with the sender's newest."""
    post = Post(202)
    chosen = replace(delivery(), key_id=7)
    here = instance(post, monkeypatch)
    assert await deliver(here, delivery()) == Delivered()
    assert await deliver(here, chosen) == Delivered()
    assert post.sent == [
        ("https://far.example/inbox", b"{}", "newest key of alice"),
        ("https://far.example/inbox", b"{}", "opened key 7"),
    ]
