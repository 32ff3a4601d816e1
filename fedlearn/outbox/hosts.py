"""This is where it is noted how hosts behave: who takes, fails, is slow or busy, or calls us."""

from collections.abc import Iterable, Sequence

from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import hosts as db_hosts
from fedlearn.db.database import Connection
from fedlearn.domain.ids import Millis, now
from fedlearn.outbox.breaker import SLOW, after_call, after_failure, after_plea
from fedlearn.outbox.deliver import Delivered, GivenUp, Outcome, TryAgain


async def note_outcomes(connection: Connection, results: Sequence[tuple[str, Outcome]]) -> None:
    """Several deliveries were tried, each given with its host."""
    await db_hosts.host_is_well(connection, list(_hosts_that_took(results)))
    for host in _slow_hosts(results):
        await db_hosts.store_health(connection, host, SLOW)
    for host in _failing_hosts(results):
        health = await db_hosts.host_health(connection, host)
        await db_hosts.store_health(connection, host, after_failure(health, now()))
    for host, until in _pleas(results).items():
        health = await db_hosts.host_health(connection, host)
        await db_hosts.store_health(connection, host, after_plea(health, until))


async def note_calls(connection: Connection, hosts: Iterable[str]) -> None:
    """These hosts sent us something signed: one delivery to each that fails may try it out."""
    at = now()
    for host, health in (await db_hosts.healths_of(connection, list(hosts))).items():
        called = after_call(health, at)
        if called is not None:
            await db_hosts.store_health(connection, host, called)
            await db_deliveries.hasten_oldest(connection, host)


def _hosts_that_took(results: Sequence[tuple[str, Outcome]]) -> set[str]:
    return {host for host, outcome in results if isinstance(outcome, Delivered)}


def _slow_hosts(results: Sequence[tuple[str, Outcome]]) -> set[str]:
    return {host for host, outcome in results if isinstance(outcome, Delivered) and outcome.is_slow}


def _failing_hosts(results: Sequence[tuple[str, Outcome]]) -> set[str]:
    return {
        host
        for host, outcome in results
        if isinstance(outcome, TryAgain | GivenUp) and outcome.host_failed
    }


def _pleas(results: Sequence[tuple[str, Outcome]]) -> dict[str, Millis]:
    pleas: dict[str, Millis] = {}
    for host, outcome in results:
        if isinstance(outcome, TryAgain) and outcome.leave_host_until is not None:
            pleas[host] = max(outcome.leave_host_until, pleas.get(host, Millis(0)))
    return pleas
