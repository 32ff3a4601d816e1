"""Servers that hang when we ask them for something keep few of us busy, and nobody else waiting."""

import asyncio

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.activitypub.turnstile import AT_ONCE, MOST_PRESENT, MOST_PRESENT_AT_HANGING
from tests.federation.network import Network
from tests.federation.peer import Peer, Person
from tests.federation.scenes import told
from tests.federation.server import Server, patiently

PATIENCE = 1.5


class Hanging:
    """Hosts that never answer, and how many ask them something just now."""

    def __init__(self) -> None:
        self.asked = 0
        self.most_asked = 0

    async def answer(self, _request: httpx.Request) -> httpx.Response:
        """Keep whoever asks waiting."""
        self.asked += 1
        self.most_asked = max(self.most_asked, self.asked)
        try:
            await asyncio.Event().wait()
        finally:
            self.asked -= 1
        raise AssertionError("nobody wakes it")


@pytest.fixture
def hanging(
    network: Network, peer_keys: list[RSAPrivateKey], monkeypatch: pytest.MonkeyPatch
) -> tuple[Peer, Hanging]:
    """A server that sends, and does not answer when it is asked for its keys."""
    monkeypatch.setattr("fedlearn.remote.keys.PATIENCE", PATIENCE)
    monkeypatch.setattr("fedlearn.activitypub.turnstile.HANGING_AFTER", PATIENCE / 2)
    peer, host = Peer(network, "hanging.test", peer_keys), Hanging()
    network.connect("hanging.test", host.answer)
    return peer, host


async def deliver_all(alpha: Server, people: list[Person]) -> list[httpx.Response]:
    """Each of them delivers something, all at once."""
    return await asyncio.gather(
        *(person.deliver(alpha, person.activity("Travel", "x")) for person in people)
    )


async def test_hanging_keys_hold_up_nobody(
    alpha: Server, bob: Person, hanging: tuple[Peer, Hanging]
) -> None:
    """While one server keeps us waiting for its keys, those of others are fetched as ever.

    It is asked for a few at once. Those who cannot even queue are told at once to come again, all
    others when our patience is over.

    Conformance: 83.
    """
    peer, host = hanging
    people = [peer.person(f"stranger{number}") for number in range(MOST_PRESENT + 8)]
    waiting = asyncio.create_task(deliver_all(alpha, people))

    async def is_full() -> bool:
        return host.asked == AT_ONCE

    await patiently(is_full)
    answer = await bob.deliver(alpha, bob.activity("Travel", "x"))
    assert answer.status_code == 202
    assert not waiting.done()
    answers = await waiting
    assert {one.status_code for one in answers} == {503}
    assert all(int(one.headers["retry-after"]) > 0 for one in answers)
    assert sum("too many wait" in one.text for one in answers) >= 8
    assert host.most_asked == AT_ONCE
    # Now it is known to hang, and gets hardly any of our time.
    host.most_asked = 0
    answers = await deliver_all(alpha, people)
    assert sum("too many wait" in one.text for one in answers) == len(people) - 2
    assert host.most_asked == MOST_PRESENT_AT_HANGING
    assert host.asked == 0


async def test_many_hanging_hosts(
    alpha: Server,
    network: Network,
    peer_keys: list[RSAPrivateKey],
    hanging: tuple[Peer, Hanging],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many hosts hang, no more than so many senders wait for them, and known keys work."""
    monkeypatch.setattr("fedlearn.activitypub.turnstile.MOST_IN_ALL", 10)
    _, host = hanging
    people = []
    for number in range(20):
        peer = Peer(network, f"hanging{number}.test", peer_keys)
        network.connect(peer.host, host.answer)
        people.append(peer.person("carol"))
    answers = await deliver_all(alpha, people)
    assert {one.status_code for one in answers} == {503}
    assert host.most_asked == 10


async def test_many_strangers_of_one_server(alpha: Server, peer: Peer) -> None:
    """A server that is well and sends for many who are new here has all of it taken at once."""
    people = [peer.person(f"stranger{number}") for number in range(MOST_PRESENT)]
    answers = await deliver_all(alpha, people)
    assert {one.status_code for one in answers} == {202}


async def test_one_stranger_with_much_to_say(alpha: Server, bob: Person, peer: Peer) -> None:
    """Whoever waited for a key that another has fetched meanwhile does not fetch it again."""
    answers = await deliver_all(alpha, [bob] * MOST_PRESENT)
    assert {one.status_code for one in answers} == {202}
    assert peer.asked_for("/users/bob") <= AT_ONCE


async def test_hanging_posts_hold_up_nobody(
    alpha: Server,
    bob: Person,
    network: Network,
    hanging: tuple[Peer, Hanging],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Posts that must be fetched from a server that hangs wait, and what others send is dealt with.

    There are more of them than there may be jobs at once.
    """
    monkeypatch.setattr("fedlearn.worker.PLACE_KEPT_FOR", 0.2)
    monkeypatch.setattr("fedlearn.worker.LONGEST_SLEEP", 0.2)
    peer, host = hanging

    async def hangs_on_posts(request: httpx.Request) -> httpx.Response:
        hangs = "/notes/" in request.url.path
        return await (host.answer(request) if hangs else peer._answer(request))

    network.connect(peer.host, hangs_on_posts)
    mine = await alpha.post("alice", "hello")
    carol = peer.person("carol")
    for _ in range(2 * alpha.instance.settings.jobs_at_once):
        create = carol.activity("Create", carol.note()["id"])
        assert (await carol.deliver(alpha, create)).status_code == 202
    running = asyncio.create_task(alpha.worker.run())

    async def is_full() -> bool:
        return host.asked == AT_ONCE

    await patiently(is_full)
    await bob.deliver(alpha, bob.activity("Like", mine.status.uri))

    async def is_told() -> bool:
        return bool(await told(alpha, "alice"))

    await patiently(is_told)
    assert host.asked == AT_ONCE
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
