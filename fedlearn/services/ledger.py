"""This is where operators see what another server and we owe each other."""

from collections import Counter
from dataclasses import dataclass

from fedlearn.db import hosts as db_hosts
from fedlearn.db import ledger as db_ledger
from fedlearn.db import policies as db_policies
from fedlearn.db.database import Connection
from fedlearn.db.hosts import HostHealth
from fedlearn.db.ledger import Deliveries, Follows
from fedlearn.domain.ids import Millis
from fedlearn.domain.policies import Policy
from fedlearn.errors import NotFound
from fedlearn.instance import Instance
from fedlearn.text.hosts import read_host


@dataclass(frozen=True, slots=True)
class Ledger:
    """Another server as we know it. `hosts` are its names: handles may have another than it has.

    `followers` are theirs that follow ours, `following` theirs that ours follow. `missing` are
    posts that are answered here and not kept. `failures` is None while its inboxes answer.
    """

    hosts: tuple[str, ...]
    policy: Policy | None
    is_welcome: bool
    actors: int
    gone: int
    statuses: int
    followers: Follows
    following: Follows
    missing: int
    deliveries: Deliveries
    failures: HostHealth | None
    jobs: dict[str, int]
    last_heard: Millis | None


async def ledger_of(instance: Instance, name: str) -> Ledger:
    """What there is between a server and us; `NotFound` when there is nothing."""
    host = read_host(name)
    async with instance.db.read() as connection:
        hosts = await db_ledger.hosts_behind(connection, host)
        known, gone = await db_ledger.actors_of(connection, hosts)
        ledger = Ledger(
            hosts=tuple(hosts),
            policy=await _policy(connection, hosts),
            is_welcome=await _is_welcome(instance, connection, hosts),
            actors=known,
            gone=gone,
            statuses=await db_ledger.statuses_of(connection, hosts),
            followers=await db_ledger.follows_from(connection, hosts),
            following=await db_ledger.follows_to(connection, hosts),
            missing=sum([await db_ledger.missing_parents(connection, one) for one in hosts]),
            deliveries=await db_ledger.deliveries_to(connection, hosts),
            failures=await _worst_health(connection, hosts),
            jobs=await _jobs(connection, hosts),
            last_heard=await db_ledger.last_heard_of(connection, hosts),
        )
    if not _has_anything(ledger):
        raise NotFound(f"nothing is known of {host}")
    return ledger


async def _policy(connection: Connection, hosts: list[str]) -> Policy | None:
    """The strictest word on any of its names, or else that it is allowed."""
    names = [name for host in hosts for name in db_hosts.domains_above(host)]
    said = await db_hosts.policies_of(connection, names)
    limiting = [await db_policies.policy_for(connection, host, None) for host in hosts]
    return next((one for one in limiting if one), next(iter(said.values()), None))


async def _is_welcome(instance: Instance, connection: Connection, hosts: list[str]) -> bool:
    welcome = await db_hosts.welcome_hosts(connection, instance.settings.federation, hosts)
    return set(hosts) == welcome


async def _worst_health(connection: Connection, hosts: list[str]) -> HostHealth | None:
    found = [await db_hosts.host_health(connection, host) for host in hosts]
    failing = [health for health in found if health is not None]
    return max(failing, key=lambda health: health.open_until, default=None)


async def _jobs(connection: Connection, hosts: list[str]) -> dict[str, int]:
    jobs: Counter[str] = Counter()
    for host in hosts:
        jobs.update(await db_ledger.jobs_about(connection, host))
    return dict(jobs)


def _has_anything(ledger: Ledger) -> bool:
    waits = ledger.deliveries.waiting + ledger.deliveries.dead + ledger.missing + len(ledger.jobs)
    return bool(ledger.policy or ledger.actors or ledger.failures or waits)
