"""This is where an operator has jobs and deliveries tried again, or dropped."""

from dataclasses import dataclass

from fedlearn.db import hosts as db_hosts
from fedlearn.db import queues as db_queues
from fedlearn.db.database import Connection
from fedlearn.db.queues import WaitingDelivery, WaitingJob
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.text.hosts import read_host

# More than this is no list that somebody reads.
MOST_FOR_ONE_HOST = 10_000


@dataclass(frozen=True, slots=True)
class Which:
    """What an operator means: one by its id, those that concern a host, or all that are dead."""

    id: int | None = None
    host: str | None = None
    all_dead: bool = False

    def __post_init__(self) -> None:
        said = [self.id is not None, self.host is not None, self.all_dead]
        if sum(said) != 1:
            raise Invalid("say which: one by its id, those of a host, or all that are dead")


async def list_jobs(
    instance: Instance, *, kind: JobKind | None, host: str | None, only_dead: bool, limit: int
) -> list[WaitingJob]:
    """Jobs that wait, run or are dead."""
    async with instance.db.read() as connection:
        return await db_queues.jobs_page(
            connection,
            kind=kind.value if kind else "",
            host=read_host(host) if host else "",
            only_dead=only_dead,
            limit=limit,
        )


async def retry_jobs(instance: Instance, which: Which) -> int:
    """Have jobs tried at once, as if for the first time; how many."""
    async with instance.db.write() as connection:
        if which.all_dead:
            return await db_queues.wake_dead_jobs(connection)
        if which.host is not None:
            ids = await _ids_about(connection, read_host(which.host))
            return await db_queues.wake_jobs(connection, ids)
        return _found(await db_queues.wake_jobs(connection, [which.id or 0]), "job", which.id)


async def drop_jobs(instance: Instance, which: Which) -> int:
    """Forget jobs; how many."""
    async with instance.db.write() as connection:
        if which.all_dead:
            return await db_queues.drop_dead_jobs(connection)
        if which.host is not None:
            ids = await _ids_about(connection, read_host(which.host))
            return await db_queues.drop_jobs(connection, ids)
        return _found(await db_queues.drop_jobs(connection, [which.id or 0]), "job", which.id)


async def list_deliveries(
    instance: Instance, *, host: str | None, only_dead: bool, limit: int
) -> list[WaitingDelivery]:
    """Deliveries that wait, are under way or are dead."""
    async with instance.db.read() as connection:
        return await db_queues.deliveries_page(
            connection, host=read_host(host) if host else "", only_dead=only_dead, limit=limit
        )


async def retry_deliveries(instance: Instance, which: Which) -> int:
    """Have deliveries tried at once, as if for the first time; how many.

    A host that is named, or whose delivery is, is no longer left alone for its failures.
    """
    async with instance.db.write() as connection:
        if which.all_dead:
            return await db_queues.wake_dead_deliveries(connection)
        if which.host is not None:
            host = read_host(which.host)
            await db_hosts.host_is_well(connection, [host])
            return await db_queues.wake_deliveries_to(connection, host)
        woken = await db_queues.wake_delivery(connection, which.id or 0)
        if woken is not None:
            await db_hosts.host_is_well(connection, [woken])
        return _found(1 if woken else 0, "delivery", which.id)


async def drop_deliveries(instance: Instance, which: Which) -> int:
    """Forget deliveries; how many."""
    async with instance.db.write() as connection:
        if which.all_dead:
            return await db_queues.drop_dead_deliveries(connection)
        if which.host is not None:
            return await db_queues.drop_deliveries_at(connection, read_host(which.host))
        dropped = await db_queues.drop_delivery(connection, which.id or 0)
        return _found(dropped, "delivery", which.id)


async def _ids_about(connection: Connection, host: str) -> list[int]:
    jobs = await db_queues.jobs_page(
        connection, kind="", host=host, only_dead=False, limit=MOST_FOR_ONE_HOST
    )
    return [job.id for job in jobs]


def _found(count: int, what: str, wanted: int | None) -> int:
    if not count:
        raise NotFound(f"there is no {what} {wanted}, or it is under way")
    return count
