"""How an operator sees what waits, has it tried again, and drops it."""

from collections.abc import Sequence

from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import hosts as db_hosts
from fedlearn.db import jobs as db_jobs
from fedlearn.db import queues as db_queues
from fedlearn.db.database import Connection
from fedlearn.db.hosts import HostHealth
from fedlearn.db.jobs import NewJob
from fedlearn.db.queues import Queued, WaitingDelivery, WaitingJob
from fedlearn.domain.ids import Millis
from fedlearn.domain.jobs import JobKind
from tests.builders import local
from tests.clock import HOUR, Clock

FAR = "https://far.example/notes/1"


def parent(uri: str) -> NewJob:
    """A post that is to be fetched."""
    return NewJob(JobKind.FETCH_PARENT, f'{{"uri":"{uri}"}}', order_key=f"parent {uri}")


async def jobs(
    connection: Connection,
    *,
    kind: str = "",
    host: str = "",
    only_dead: bool = False,
    limit: int = 100,
) -> list[WaitingJob]:
    """The list of jobs."""
    return await db_queues.jobs_page(
        connection, kind=kind, host=host, only_dead=only_dead, limit=limit
    )


async def deliveries(
    connection: Connection, *, host: str = "", only_dead: bool = False, limit: int = 100
) -> list[WaitingDelivery]:
    """The list of deliveries."""
    return await db_queues.deliveries_page(connection, host=host, only_dead=only_dead, limit=limit)


def states(found: Sequence[WaitingJob | WaitingDelivery]) -> list[str]:
    """How they stand."""
    return [one.state for one in found]


async def send_to(connection: Connection, *hosts: str) -> None:
    """Somebody has a delivery for each of these hosts."""
    sender = await local(connection)
    for host in hosts:
        await db_deliveries.insert_deliveries(
            connection,
            sender_id=sender.id,
            status_id=None,
            order_key="https://our.example/1",
            body=b"{}",
            inboxes=[(f"https://{host}/inbox", host)],
        )


async def claim_deliveries(connection: Connection) -> list[int]:
    """The next deliveries, taken; their ids."""
    taken = await db_deliveries.claim_deliveries(connection, limit=9, per_host=9, busy_hosts=[])
    return [one.id for one in taken]


# --- jobs ------------------------------------------------------------------------------------------


async def test_list_of_jobs(connection: Connection, clock: Clock) -> None:
    """Each as it stands, in the order of writing; only those of a kind, or that concern a host."""
    later = NewJob(JobKind.CLEAN_UP, "", order_key="clean up", run_at=Millis(clock.now + HOUR))
    await db_jobs.insert_jobs(connection, [parent(FAR), parent("https://b.example/1"), later])
    [first, second] = await db_jobs.claim_jobs(connection, 10)
    await db_jobs.bury_job(connection, second.id, "it says no")
    found = await jobs(connection)
    assert states(found) == ["running", "dead", "waiting"]
    assert [one.last_error for one in found] == [None, "it says no", None]
    assert found[0] == WaitingJob(
        id=first.id,
        kind="fetch_parent",
        state="running",
        about=f"parent {FAR}",
        attempts=1,
        created_at=clock.now,
        run_at=clock.now,
        dead_at=None,
        last_error=None,
    )
    assert states(await jobs(connection, only_dead=True)) == ["dead"]
    assert states(await jobs(connection, kind="clean_up")) == ["waiting"]
    assert states(await jobs(connection, limit=1)) == ["running"]
    for host in ("b.example", "far.example"):
        assert [host in one.about for one in await jobs(connection, host=host)] == [True]
    for host in ("example", "ar.example", "far.example.org"):
        assert await jobs(connection, host=host) == []


async def test_jobs_are_tried_again(connection: Connection, clock: Clock) -> None:
    """Dead and waiting ones are due at once, with all their tries; a running one is left alone."""
    await db_jobs.insert_jobs(connection, [parent(f"https://{n}.example/1") for n in range(4)])
    running, dead, also_dead, later = await db_jobs.claim_jobs(connection, 10)
    await db_jobs.bury_job(connection, dead.id, "no")
    await db_jobs.bury_job(connection, also_dead.id, "no")
    await db_jobs.retry_job(connection, later.id, Millis(clock.now + HOUR), "later")
    assert await db_queues.wake_jobs(connection, [running.id, dead.id, later.id, 999]) == 2
    taken = await db_jobs.claim_jobs(connection, 10)
    assert [(one.id, one.attempts) for one in taken] == [(dead.id, 1), (later.id, 1)]
    assert await db_queues.wake_dead_jobs(connection) == 1
    assert [one.id for one in await db_jobs.claim_jobs(connection, 10)] == [also_dead.id]


async def test_jobs_are_dropped(connection: Connection) -> None:
    """By their ids, or all that are dead."""
    await db_jobs.insert_jobs(connection, [parent(f"https://{n}.example/1") for n in range(4)])
    first, second, third, fourth = await db_jobs.claim_jobs(connection, 10)
    await db_jobs.bury_job(connection, third.id, "no")
    assert await db_queues.drop_jobs(connection, [first.id, 999]) == 1
    assert [one.id for one in await jobs(connection)] == [second.id, third.id, fourth.id]
    assert await db_queues.drop_dead_jobs(connection) == 1
    assert [one.id for one in await jobs(connection)] == [second.id, fourth.id]


# --- deliveries ------------------------------------------------------------------------------------


async def test_list_of_deliveries(connection: Connection, clock: Clock) -> None:
    """Each as it stands; only those to a host, or that are dead."""
    await send_to(connection, "a.example", "b.example", "a.example")
    first, second, _ = [one.id for one in await deliveries(connection)]
    await db_deliveries.bury_delivery(connection, second, "a.example answered 404")
    found = await deliveries(connection)
    assert states(found) == ["waiting", "dead", "waiting"]
    assert found[0] == WaitingDelivery(
        id=first,
        inbox="https://a.example/inbox",
        host="a.example",
        state="waiting",
        about="https://our.example/1",
        attempts=0,
        run_at=clock.now,
        dead_at=None,
        last_error=None,
    )
    assert states(await deliveries(connection, host="a.example")) == ["waiting", "waiting"]
    assert await deliveries(connection, host="b.example", limit=1) == [found[1]]
    assert await deliveries(connection, only_dead=True) == [found[1]]
    await claim_deliveries(connection)
    # The second to the same inbox about the same thing waits for the first.
    assert states(await deliveries(connection)) == ["running", "dead", "waiting"]


async def test_deliveries_are_tried_again(connection: Connection, clock: Clock) -> None:
    """One, those to a host, or all dead ones are due at once; one under way is left alone."""
    hosts = ("a.example", "b.example", "b.example", "c.example")
    await send_to(connection, *hosts)
    a, b, b2, c = [one.id for one in await deliveries(connection)]
    assert await claim_deliveries(connection) == [a, b, c]
    assert await db_queues.wake_delivery(connection, a) is None
    assert await db_queues.wake_delivery(connection, 999) is None
    for one in (a, b, c):
        await db_deliveries.bury_delivery(connection, one, "no")
    await db_deliveries.retry_delivery(connection, b2, Millis(clock.now + HOUR), "later")
    assert await claim_deliveries(connection) == []
    assert await db_queues.wake_delivery(connection, a) == "a.example"
    assert await claim_deliveries(connection) == [a]
    assert await db_queues.wake_deliveries_to(connection, "b.example") == 2
    assert await claim_deliveries(connection) == [b]
    assert await db_queues.wake_dead_deliveries(connection) == 1
    assert await claim_deliveries(connection) == [c]


async def test_deliveries_are_dropped(connection: Connection) -> None:
    """One, those to a host, or all dead ones."""
    await send_to(connection, "a.example", "b.example", "b.example", "c.example", "d.example")
    a, _, _, c, d = [one.id for one in await deliveries(connection)]
    await db_deliveries.bury_delivery(connection, c, "no")
    assert await db_queues.drop_delivery(connection, a) == 1
    assert await db_queues.drop_delivery(connection, a) == 0
    assert await db_queues.drop_deliveries_at(connection, "b.example") == 2
    assert await db_queues.drop_dead_deliveries(connection) == 1
    assert [one.id for one in await deliveries(connection)] == [d]


async def test_queues_by_host(connection: Connection, clock: Clock) -> None:
    """Failing hosts stand first, then those for which the most waits."""
    await send_to(connection, "a.example", "b.example", "b.example", "c.example")
    await db_deliveries.bury_delivery(connection, (await deliveries(connection))[0].id, "no")
    again = Millis(clock.now + HOUR)
    await db_hosts.store_health(connection, "c.example", HostHealth(6, again, 1, 20_000))
    await db_hosts.store_health(connection, "idle.example", HostHealth(6, again, 1, 20_000))
    never = Millis(0)
    expected = [
        Queued("c.example", 1, 0, 6, again),
        Queued("b.example", 2, 0, 0, never),
        Queued("a.example", 0, 1, 0, never),
    ]
    assert await db_queues.queues_by_host(connection, 10) == expected
    assert await db_queues.queues_by_host(connection, 1) == expected[:1]
