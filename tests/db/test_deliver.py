"""One try of a delivery: who signs it, and what comes of it. Answers alone are in unit tests."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from fedlearn.activitypub.client import Receipt
from fedlearn.db.database import Database
from fedlearn.domain.actors import Actor, OwnKey, PublicKey
from fedlearn.domain.ids import Millis, Uri
from fedlearn.domain.jobs import Delivery
from fedlearn.errors import Unreachable
from fedlearn.outbox.deliver import Delivered, GivenUp, Outcome, TryAgain, deliver
from fedlearn.outbox.egress import Leak
from tests.builders import local

INBOX = "https://far.example/inbox"
RETRIED = [500, 502, 503, 504, 599, 408, 429]
FINAL = [400, 403, 404, 405, 410, 413, 501]


class Keys:
    """A key ring whose opened keys are the texts of the public ones."""

    def open(self, key: OwnKey) -> str:
        """Open a key."""
        return key.public.pem

    async def signing_key(self, _actor: Actor) -> str:
        """Make a key for who has none."""
        return "made just now"


class Post:
    """An outgoing client for which every delivery ends the same way."""

    def __init__(self, end: int | Exception) -> None:
        self._end = end
        self.sent: list[tuple[str, bytes, object]] = []

    async def post_activity(
        self, inbox: str, body: bytes, *, signer: object, also: dict[str, str]
    ) -> Receipt:
        """Deliver, or not."""
        assert also == {}
        self.sent.append((inbox, body, signer))
        if isinstance(self._end, Exception):
            raise self._end
        return Receipt(self._end, "", None)


async def tried(db: Database, delivery: Delivery, post: Post) -> Outcome:
    """What comes of one try of a delivery."""
    instance: Any = SimpleNamespace(db=db, keys=Keys(), client=post)
    return await deliver(instance, delivery)


async def of_alice(db: Database, pem: str | None = None) -> Delivery:
    """A delivery that alice, who has this key or none, sends for the first time."""
    async with db.write() as connection:
        alice = await local(connection, "alice")
    public = PublicKey(Uri(f"{alice.uri}#main-key"), alice.uri, pem or "")
    return Delivery(
        id=1,
        inbox=INBOX,
        host="far.example",
        sender_id=alice.id,
        key=OwnKey(1, public, b"sealed") if pem else None,
        body=b"{}",
        status_id=None,
        attempts=1,
        created_at=Millis(0),
    )


async def test_what_is_tried_again_and_what_is_not(db: Database) -> None:
    """5xx, 408, 429 and broken connections are tried again; refusals and 501 are final.

    Conformance: 184.
    """
    delivery = await of_alice(db)
    ends: list[int | Exception] = [*RETRIED, Unreachable("no connection"), Unreachable("no answer")]
    for end in ends:
        assert isinstance(await tried(db, delivery, Post(end)), TryAgain), end
    for status in FINAL:
        assert isinstance(await tried(db, delivery, Post(status)), GivenUp), status


@pytest.mark.parametrize(("attempts", "outcome"), [(1, TryAgain), (8, TryAgain), (9, GivenUp)])
async def test_silence_counts_against_the_host(
    db: Database, attempts: int, outcome: type[TryAgain | GivenUp]
) -> None:
    """A host that does not answer has failed, and is given up after eight repetitions."""
    delivery = replace(await of_alice(db), attempts=attempts)
    silence = await tried(db, delivery, Post(Unreachable("no route")))
    assert isinstance(silence, TryAgain | GivenUp)
    assert (type(silence), silence.reason, silence.host_failed) == (outcome, "no route", True)


async def test_body_that_must_not_leave(db: Database) -> None:
    """A body that the last look found to be of the organisation is not tried again."""
    outcome = await tried(db, await of_alice(db), Post(Leak("kept inside")))
    assert outcome == GivenUp("kept inside", host_failed=False)


async def test_sender_that_is_no_more(db: Database) -> None:
    """Nothing is sent for somebody who is not there."""
    delivery, post = await of_alice(db), Post(202)
    async with db.write() as connection:
        await connection.execute("DELETE FROM actor WHERE id = :id", id=delivery.sender_id)
    outcome = await tried(db, delivery, post)
    assert outcome == GivenUp("its sender is no more", host_failed=False)
    assert post.sent == []


async def test_who_signs(db: Database) -> None:
    """A delivery is signed with the key it came with, or one that is made for its sender."""
    for pem, signer in ((None, "made just now"), ("pem", "pem")):
        delivery, post = await of_alice(db, pem), Post(202)
        assert await tried(db, delivery, post) == Delivered()
        assert post.sent == [(INBOX, b"{}", signer)]
