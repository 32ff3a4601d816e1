"""Servers that fail in every way neither hold up those that are well, nor are hammered."""

import asyncio
from asyncio import StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bench.world import actor_document
from fedlearn.activitypub.webfinger import Handle, Resource
from fedlearn.db import follows as db_follows
from fedlearn.db import hosts as db_hosts
from fedlearn.db.hosts import HostHealth
from fedlearn.domain.follows import FollowState
from fedlearn.domain.ids import Uri, now
from fedlearn.outbox.breaker import SLOW, after_failure
from fedlearn.remote.actors import keep_actor
from fedlearn.services import health, statuses
from fedlearn.settings import Settings
from tests.clock import MINUTE, SECOND, Clock
from tests.federation.live import Authority, LiveServer, run_live
from tests.federation.peer import Document, Peer, Person, pem_of
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, make_due, patiently, settle
from tests.federation.unruly import (
    Behaviour,
    Host,
    answers,
    drips,
    is_silent,
    listening,
    resets,
    takes,
)

WELL = ("well1.test", "well2.test", "well3.test")
# Those that may be well again some day.
FAILING: dict[str, Behaviour] = {
    "drips.test": drips,
    "silent.test": is_silent,
    "resets.test": resets,
    "error.test": answers("500 Oh"),
    "unavailable.test": answers("503 Oh"),
    "nameless.test": takes,  # and nobody knows where it is
    "impostor.test": takes,  # and its certificate is for somebody else
}
BUSY = {"busy.test": answers("429 Slow down", "Retry-After: 600")}
FINAL = {
    "gone.test": answers("410 Gone"),
    "circling.test": answers("301 There", "Location: https://circling.test/users/fan/inbox"),
}
SILENT: dict[str, Behaviour] = {f"silent{number}.test": is_silent for number in range(8)}
FAILURES_BEFORE_REST = 5
PER_HOST = 2


@dataclass
class World:
    """A server whose alice is read on every one of these hosts."""

    alpha: LiveServer
    hosts: dict[str, Host]

    def all_got(self, kinds: list[str], names: Any) -> Callable[[], Any]:
        """Whether all of these hosts have taken activities of just these types, in any order."""

        async def got() -> bool:
            return all(
                sorted(one["type"] for one in self.hosts[name].got) == sorted(kinds)
                for name in names
            )

        return got

    async def deliveries(self) -> dict[str, list[dict[str, Any]]]:
        """What waits or was given up, by host."""
        async with self.alpha.instance.db.read() as connection:
            rows = await connection.fetch_all("SELECT * FROM delivery ORDER BY id")
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in self.hosts}
        for row in rows:
            names = ("attempts", "dead_at", "locked_until", "run_at", "last_error")
            found[row["host"]].append({name: row[name] for name in names})
        return found

    async def nothing_under_way(self) -> bool:
        """Whether every delivery has been settled, or waits for its time."""
        waiting = await self.deliveries()
        alive = [one for of_host in waiting.values() for one in of_host if not one["dead_at"]]
        return not any(one["locked_until"] for one in alive)


@pytest.fixture
def open_world(
    settings_of: Callable[..., Settings],
    authority: Authority,
    peer_keys: list[RSAPrivateKey],
    quick_keys: None,
) -> Callable[..., AbstractAsyncContextManager[World]]:
    """Opens a world of hosts that behave like this, the first of them the first in every row."""

    @asynccontextmanager
    async def opened(behaviours: dict[str, Behaviour], **choices: Any) -> AsyncIterator[World]:
        settings = settings_of("alpha.test", deliveries_per_host=PER_HOST, **choices)
        hosts = {name: Host(name, behave) for name, behave in behaviours.items()}
        async with run_live(settings, authority) as alpha, AsyncExitStack() as stack:
            for host in hosts.values():
                certified = "somebody.test" if host.name == "impostor.test" else host.name
                await stack.enter_async_context(listening(host, authority, certified))
                await is_read_at(alpha, host.name, pem_of(peer_keys[0]))
            alpha.hosts.ports |= {host.name: host.port for host in hosts.values()}
            alpha.hosts.ports.pop("nameless.test", None)
            yield World(alpha, hosts)

    return opened


async def is_read_at(alpha: LiveServer, host: str, pem: str) -> None:
    """Somebody on this host reads alice, as if for long."""
    uri = f"https://{host}/users/fan"
    fan = await keep_actor(
        alpha.instance, actor_document(uri, pem), Resource(Handle("fan", host), Uri(uri))
    )
    alice = await alpha.actor("alice")
    async with alpha.instance.db.write() as connection:
        await db_follows.store_follow(
            connection,
            follower_id=fan.id,
            followee_id=alice.id,
            uri=f"{uri}#follow",
            state=FollowState.ACCEPTED,
        )


async def test_failing_hosts(
    open_world: Callable[..., AbstractAsyncContextManager[World]], authority: Authority
) -> None:
    """Those who fail are asked a few times, then left alone, and have everything in the end.

    Conformance: 185, 186.
    """
    behaviours = FAILING | BUSY | FINAL | dict.fromkeys(WELL, takes)
    short = {"connect_timeout": 0.8, "read_timeout": 0.8, "total_timeout": 1.2}
    async with open_world(behaviours, deliveries_at_once=8, **short) as world:
        alpha, hosts = world.alpha, world.hosts
        alice = await alpha.actor("alice")
        for number in range(6):
            view = await alpha.post("alice", f"post {number}")
            await statuses.edit_status(alpha.instance, alice, view.id, f"edited {number}", "")
        everything = ["Create"] * 6 + ["Update"] * 6
        await patiently(world.all_got(everything, WELL))
        await patiently(world.nothing_under_way, 30)

        waiting = await world.deliveries()
        for name in FAILING:
            # A few tries, then a rest; and nothing is given up.
            tries = sum(one["attempts"] for one in waiting[name])
            assert FAILURES_BEFORE_REST <= tries <= FAILURES_BEFORE_REST + PER_HOST, name
            assert [one["dead_at"] for one in waiting[name]] == [None] * 12, name
        # Who asks for time is asked nothing more until then, about anything.
        assert hosts["busy.test"].tries <= PER_HOST
        assert len(waiting["busy.test"]) == 12
        # Who is gone is forgotten; who points elsewhere is not followed there.
        assert hosts["gone.test"].tries <= 12
        assert hosts["circling.test"].tries == 12
        assert all(one["dead_at"] for one in waiting["circling.test"] + waiting["gone.test"])
        # Of those who notice when we hang up.
        noticing = (*WELL, *BUSY, *FINAL, "error.test", "unavailable.test")
        assert max(hosts[name].most_here for name in noticing) <= PER_HOST

        # They get well again, and their time comes.
        async with listening(hosts["impostor.test"], authority):
            recovered = [*FAILING, *BUSY]
            for name in recovered:
                hosts[name].behave = takes
                alpha.hosts.ports[name] = hosts[name].port
            await make_due(alpha)
            await patiently(world.all_got(everything, recovered), 30)
        assert [name for name in recovered if not in_order(hosts[name])] == []


async def test_hanging_hosts_hold_up_nobody(
    open_world: Callable[..., AbstractAsyncContextManager[World]],
) -> None:
    """Twice as many hosts as there may be deliveries at once say nothing, and the others are served.

    They had failed before: who hangs for the first time cannot be told from who is well.
    """
    behaviours = SILENT | dict.fromkeys(WELL, takes)
    async with open_world(behaviours, deliveries_at_once=4, read_timeout=20.0) as world:
        for name in SILENT:
            async with world.alpha.instance.db.write() as connection:
                failed = after_failure(None, now())
                await db_hosts.store_health(connection, name, failed)
        for number in range(5):
            await world.alpha.post("alice", f"post {number}")
        await patiently(world.all_got(["Create"] * 5, WELL))
        # One of four may go to them.
        assert sum(host.here for name, host in world.hosts.items() if name in SILENT) == 1


async def test_slow_host_is_not_relied_on(
    open_world: Callable[..., AbstractAsyncContextManager[World]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A host that takes everything, but slowly, counts as one that fails until it is quick again."""
    monkeypatch.setattr("fedlearn.outbox.deliver.SLOW_SECONDS", 0.5)

    async def takes_its_time(host: Host, writer: StreamWriter, document: Document) -> None:
        await asyncio.sleep(0.6)
        await takes(host, writer, document)

    async with open_world({"slow.test": takes_its_time}) as world:

        async def fares() -> HostHealth | None:
            async with world.alpha.instance.db.read() as connection:
                return await db_hosts.host_health(connection, "slow.test")

        async def is_well() -> bool:
            return await fares() is None

        await world.alpha.post("alice", "one")
        assert await patiently(fares) == SLOW
        world.hosts["slow.test"].behave = takes
        await world.alpha.post("alice", "two")
        await patiently(is_well)


# --- those who call ------------------------------------------------------------------------------


async def test_caller_that_takes_nothing(
    alpha: Server, bob: Person, peer: Peer, clock: Clock
) -> None:
    """A host that delivers all the time and whose inbox is broken is asked once a minute at most.

    And nothing that waits for it is given up for that.
    """
    await is_read_by(alpha, "alice", bob)
    for number in range(3):
        await alpha.post("alice", f"post {number}")
    peer.answers["/inbox"] = httpx.Response(500)
    await settle(alpha)
    before = len(peer.requests)
    for _ in range(60):
        clock.forward(20 * SECOND)
        await bob.deliver(alpha, bob.activity("Travel", "x"), at=clock.now / 1000)
        await settle(alpha)
    # Twenty minutes, and the few tries that were due anyway.
    assert 10 <= len(peer.requests) - before <= 23
    assert (await health.summary(alpha.instance))["deliveries"] == {"waiting": 3, "dead": 0}
    peer.answers.clear()
    clock.forward(MINUTE)
    await bob.deliver(alpha, bob.activity("Travel", "x"), at=clock.now / 1000)
    await settle(alpha)
    assert len(peer.got("Create")) == 3


async def test_caller_that_asked_for_time(
    alpha: Server, bob: Person, peer: Peer, clock: Clock
) -> None:
    """A host that is busy and delivers to us meanwhile gets the time that it asked for.

    Conformance: 185.
    """
    await is_read_by(alpha, "alice", bob)
    peer.answers["/inbox"] = httpx.Response(429, headers={"retry-after": "3600"})
    for number in range(3):
        await alpha.post("alice", f"post {number}")
        await settle(alpha)
    assert len([one for one in peer.requests if one.url.path == "/inbox"]) == 1
    clock.forward(50 * MINUTE)
    await bob.deliver(alpha, bob.activity("Travel", "x"), at=clock.now / 1000)
    await settle(alpha)
    assert len([one for one in peer.requests if one.url.path == "/inbox"]) == 1
    peer.answers.clear()
    clock.forward(11 * MINUTE)
    await settle(alpha)
    assert len(peer.got("Create")) == 3


def in_order(host: Host) -> bool:
    """Whether no edit arrived before its post."""
    seen = set()
    for one in host.got:
        uri = one["object"]["id"]
        if one["type"] == "Update" and uri not in seen:
            return False
        seen.add(uri)
    return True
