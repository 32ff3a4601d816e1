"""What operators are shown of another server, and what they can do about what waits for it."""

from typing import Any

import httpx
import pytest

from fedlearn.db.ledger import Follows
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import ledger, moderation, queues
from fedlearn.services.queues import Which
from tests.federation.peer import Peer, Person
from tests.federation.scenes import is_read_by, is_stored, reads, takes
from tests.federation.server import Server, make_due, settle


async def test_ledger_of_a_server(alpha: Server, bob: Person, peer: Peer) -> None:
    """What came from there, what waits for an answer on either side, and what was asked of it."""
    await is_read_by(alpha, "alice", bob)
    await reads(alpha, "alice", bob)
    carol = peer.person("carol")
    await alpha.follow("alice", carol.handle)
    await settle(alpha)
    peer.answers["/users/bob/notes/missing"] = httpx.Response(404)
    note = bob.note("<p>so it is</p>", inReplyTo="https://peer.test/users/bob/notes/missing")
    await takes(alpha, bob, bob.activity("Create", note))
    found = await ledger.ledger_of(alpha.instance, "https://Peer.test/")
    assert found.hosts == ("peer.test",)
    assert (found.policy, found.is_welcome) == (None, True)
    assert (found.actors, found.gone, found.statuses) == (2, 0, 1)
    assert (found.followers, found.following) == (Follows(1, 0), Follows(1, 1))
    assert found.missing == 1
    assert (found.deliveries.waiting, found.deliveries.dead) == (0, 0)
    assert (found.failures, found.jobs) == (None, {})
    assert found.last_heard is not None
    assert (await bob.deliver(alpha, bob.activity("Undo", {"id": note["id"]}))).status_code == 202
    waits = await ledger.ledger_of(alpha.instance, "peer.test")
    assert waits.jobs == {"process_activity": 1}


async def test_ledger_tells_of_silence_and_policies(alpha: Server, bob: Person) -> None:
    """A server that fails, and one that is not welcome; one of which nothing is known is an error."""
    await is_read_by(alpha, "alice", bob)
    bob.peer.answers["/inbox"] = httpx.Response(503, text="busy")
    await alpha.post("alice", "hello")
    await settle(alpha)
    found = await ledger.ledger_of(alpha.instance, "peer.test")
    assert found.deliveries.last_error == "peer.test answered 503: busy"
    assert found.deliveries.waiting == 1
    assert found.failures is not None
    assert found.failures.failures == 1
    await moderation.set_domain_policy(alpha.instance, "test", Policy.BLOCK, by=TERMINAL)
    blocked = await ledger.ledger_of(alpha.instance, "peer.test")
    assert (blocked.policy, blocked.is_welcome) == (Policy.BLOCK, False)
    assert (blocked.deliveries.waiting, blocked.followers) == (0, Follows(0, 0))
    with pytest.raises(NotFound, match=r"nothing is known of new\.example"):
        await ledger.ledger_of(alpha.instance, "new.example")
    with pytest.raises(Invalid, match="not a domain"):
        await ledger.ledger_of(alpha.instance, "no domain")


async def test_dead_delivery_is_tried_again(alpha: Server, bob: Person) -> None:
    """After the fault was mended it arrives, for all of the host or alone; a dropped one never does."""
    await is_read_by(alpha, "alice", bob)
    bob.peer.answers["/inbox"] = httpx.Response(404, text="no such inbox")
    posted = [await alpha.post("alice", f"number {n}") for n in range(3)]
    await settle(alpha)
    dead = await queues.list_deliveries(alpha.instance, host=None, only_dead=True, limit=10)
    assert [one.about for one in dead] == [view.status.uri for view in posted]
    assert {one.last_error for one in dead} == {"peer.test answered 404: no such inbox"}
    del bob.peer.answers["/inbox"]
    assert await queues.retry_deliveries(alpha.instance, Which(id=dead[0].id)) == 1
    assert await queues.drop_deliveries(alpha.instance, Which(id=dead[1].id)) == 1
    await settle(alpha)
    assert await queues.retry_deliveries(alpha.instance, Which(host="peer.test")) == 1
    await settle(alpha)
    arrived = [one["object"]["id"] for one in bob.peer.got("Create")]
    assert arrived == [posted[0].status.uri, posted[2].status.uri]
    with pytest.raises(NotFound):
        await queues.retry_deliveries(alpha.instance, Which(id=dead[1].id))


async def test_silent_server_is_asked_at_once(alpha: Server, bob: Person) -> None:
    """Whoever has it tried again does not wait for the end of the pause."""
    await is_read_by(alpha, "alice", bob)
    bob.peer.answers["/inbox"] = httpx.Response(503)
    await alpha.post("alice", "hello")
    for _ in range(6):
        await settle(alpha)
        await make_due(alpha)
    await settle(alpha)
    paused = await ledger.ledger_of(alpha.instance, "peer.test")
    assert paused.failures is not None
    assert paused.failures.failures > 5
    del bob.peer.answers["/inbox"]
    await settle(alpha)
    assert bob.peer.got("Create") == []
    assert await queues.retry_deliveries(alpha.instance, Which(host="peer.test")) == 1
    await settle(alpha)
    assert len(bob.peer.got("Create")) == 1
    assert (await ledger.ledger_of(alpha.instance, "peer.test")).failures is None


async def test_dead_job_is_tried_again(alpha: Server, bob: Person, peer: Peer) -> None:
    """A post that could not be fetched is fetched after all; jobs of others are left alone."""
    await reads(alpha, "alice", bob)
    missing = bob.note("<p>first</p>")
    peer.answers[httpx.URL(missing["id"]).path] = httpx.Response(500)
    answer = bob.note("<p>second</p>", inReplyTo=missing["id"])
    await takes(alpha, bob, bob.activity("Create", answer))
    for _ in range(alpha.instance.settings.max_job_attempts):
        await make_due(alpha)
        await settle(alpha)
    [dead] = await queues.list_jobs(
        alpha.instance, kind=JobKind.FETCH_PARENT, host="peer.test", only_dead=True, limit=10
    )
    assert "answered 500" in (dead.last_error or "")
    peer.answers.clear()
    assert await queues.retry_jobs(alpha.instance, Which(host="other.test")) == 0
    assert not await is_stored(alpha, missing["id"])
    assert await queues.retry_jobs(alpha.instance, Which(host="peer.test")) == 1
    await settle(alpha)
    assert await is_stored(alpha, missing["id"])
    with pytest.raises(NotFound, match=f"there is no job {dead.id}"):
        await queues.drop_jobs(alpha.instance, Which(id=dead.id))


@pytest.mark.parametrize(
    "said", [{}, {"id": 1, "host": "a.test"}, {"id": 1, "all_dead": True}, {"all_dead": False}]
)
def test_one_thing_is_meant(said: dict[str, Any]) -> None:
    """An id, a host, or all: neither nothing nor two of them."""
    with pytest.raises(Invalid, match="say which"):
        Which(**said)
