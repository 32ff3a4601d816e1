"""How it is remembered how other servers fare, and which of them are welcome."""

from collections.abc import Iterable

import pytest

from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import hosts as db_hosts
from fedlearn.db.database import Connection
from fedlearn.db.hosts import HostHealth
from fedlearn.domain.ids import Millis
from fedlearn.domain.jobs import Delivery
from fedlearn.domain.policies import Policy
from fedlearn.settings import Federation
from tests.builders import local
from tests.clock import DAY, HOUR, Clock

FAILING = HostHealth(failures=3, open_until=Millis(5), failing_days=2, last_failing_day=20_000)


# --- health ----------------------------------------------------------------------------------------


async def test_health_comes_back_as_it_was_kept(connection: Connection) -> None:
    """How a host fares is what was noted last, and each host fares for itself."""
    assert await db_hosts.host_health(connection, "far.example") is None
    await db_hosts.store_health(connection, "far.example", FAILING)
    assert await db_hosts.host_health(connection, "far.example") == FAILING
    worse = HostHealth(4, Millis(2**40), 3, 20_001)
    await db_hosts.store_health(connection, "far.example", worse)
    assert await db_hosts.host_health(connection, "far.example") == worse
    assert await db_hosts.host_health(connection, "near.example") is None


async def test_recovery(connection: Connection, clock: Clock) -> None:
    """What waited for a host that recovers is due at once; that of other hosts goes on waiting."""
    alice = await local(connection)
    hosts = ("far.example", "near.example", "well.example")
    await db_deliveries.insert_deliveries(
        connection,
        sender_id=alice.id,
        status_id=None,
        order_key="",
        body=b"{}",
        inboxes=[(f"https://{host}/inbox", host) for host in hosts],
    )
    for delivery in await _claim(connection):
        later = Millis(clock.now + HOUR)
        await db_deliveries.retry_delivery(connection, delivery.id, later, "it was away")
    for host in ("far.example", "near.example"):
        await db_hosts.store_health(connection, host, FAILING)
    assert await _claim(connection) == []
    await db_hosts.host_is_well(connection, ["far.example", "well.example", "new.example"])
    assert await db_hosts.host_health(connection, "far.example") is None
    assert await db_hosts.host_health(connection, "near.example") == FAILING
    # Nothing had failed at well.example, so its delivery waits for another reason.
    assert [one.host for one in await _claim(connection)] == ["far.example"]


async def test_old_failures_are_forgotten(connection: Connection) -> None:
    """A host that has not failed since a certain day is forgotten; one that failed then is not."""
    for name, day in (("old.example", 19_999), ("far.example", 20_000)):
        health = HostHealth(failures=3, open_until=Millis(5), failing_days=2, last_failing_day=day)
        await db_hosts.store_health(connection, name, health)
    await db_hosts.forget_failures(connection, Millis(20_000 * DAY + HOUR))
    assert await db_hosts.host_health(connection, "old.example") is None
    assert await db_hosts.host_health(connection, "far.example") == FAILING


async def test_recovery_does_not_wake_the_dead(connection: Connection, clock: Clock) -> None:
    """Deliveries that were given up stay so when their host recovers."""
    alice = await local(connection)
    await db_deliveries.insert_deliveries(
        connection,
        sender_id=alice.id,
        status_id=None,
        order_key="",
        body=b"{}",
        inboxes=[("https://far.example/inbox", "far.example")],
    )
    [delivery] = await _claim(connection)
    later = Millis(clock.now + HOUR)
    await db_deliveries.retry_delivery(connection, delivery.id, later, "it was away")
    await db_deliveries.bury_delivery(connection, delivery.id, "for too long")
    await db_hosts.store_health(connection, "far.example", FAILING)
    await db_hosts.host_is_well(connection, ["far.example"])
    clock.forward(2 * HOUR)
    assert await _claim(connection) == []


async def _claim(connection: Connection) -> list[Delivery]:
    return await db_deliveries.claim_deliveries(connection, limit=9, per_host=9, busy_hosts=[])


# --- policies --------------------------------------------------------------------------------------


async def test_policies(connection: Connection) -> None:
    """What was said of a domain last counts, until it is taken back."""
    await db_hosts.set_policy(connection, "far.example", Policy.ALLOW)
    await db_hosts.set_policy(connection, "far.example", Policy.BLOCK)
    await db_hosts.set_policy(connection, "b.example", Policy.ALLOW)
    said = [(one.domain, one.policy) for one in await db_hosts.domain_policies(connection)]
    assert said == [("b.example", Policy.ALLOW), ("far.example", Policy.BLOCK)]
    wanted = ["far.example", "near.example"]
    assert await db_hosts.policies_of(connection, wanted) == {"far.example": Policy.BLOCK}
    assert await db_hosts.policies_of(connection, []) == {}
    assert await db_hosts.remove_policy(connection, "far.example")
    assert not await db_hosts.remove_policy(connection, "far.example")
    assert [one.domain for one in await db_hosts.domain_policies(connection)] == ["b.example"]


SAID = {
    "bad.example": Policy.BLOCK,
    "good.example": Policy.ALLOW,
    "worse.good.example": Policy.BLOCK,
    "better.bad.example": Policy.ALLOW,
}


@pytest.mark.parametrize(
    ("federation", "welcome"),
    [
        (
            Federation.OPEN,
            {"good.example", "sub.good.example", "new.example", "notbad.example", "Good.Example:1"},
        ),
        (Federation.ALLOWLIST, {"good.example", "sub.good.example", "Good.Example:1"}),
        (Federation.CLOSED, set[str]()),
    ],
)
async def test_who_is_welcome(
    connection: Connection, federation: Federation, welcome: Iterable[str]
) -> None:
    """A policy covers subdomains and ports; a block anywhere above wins over what is allowed."""
    for domain, policy in SAID.items():
        await db_hosts.set_policy(connection, domain, policy)
    hosts = [
        *("good.example", "sub.good.example", "Good.Example:1"),
        *("bad.example", "sub.bad.example", "BAD.example:8443", "better.bad.example"),
        *("worse.good.example", "even.worse.good.example"),
        *("new.example", "notbad.example", ""),
    ]
    assert await db_hosts.welcome_hosts(connection, federation, hosts) == welcome
    for host in hosts:
        assert await db_hosts.is_welcome(connection, federation, host) == (host in welcome)
