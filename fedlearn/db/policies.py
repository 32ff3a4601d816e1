"""This is where what was said of a domain or an actor is made one: the column `policy` of each.

The column can be made anew from the table of policies and the column `measure` at any time. It is
there so that queries for statuses need not look for the domains above each author. Of our own only
silence stands there: who is suspended here can come back, so nothing of theirs is removed yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fedlearn.db.database import Connection
from fedlearn.db.hosts import domains_above, policies_of
from fedlearn.domain.actors import Actor
from fedlearn.domain.events import Anything, Described
from fedlearn.domain.ids import ActorId
from fedlearn.domain.policies import Measure, Policy, strictest

# What an actor has to live with, once `:policy` is known to be that of its domain.
WITH_MEASURE = """
    CASE WHEN CAST(:policy AS TEXT) = 'block'
            OR (measure = 'suspend' AND domain IS NOT NULL) THEN 'block'
        WHEN measure = 'silence' THEN 'silence'
        ELSE CAST(:policy AS TEXT) END"""


async def policy_for(connection: Connection, host: str, domain: str | None) -> Policy | None:
    """What an actor on this host with this domain in its handle has to live with."""
    names = _names(host, domain)
    return _strictest_of(names, await policies_of(connection, names))


async def apply_policies(connection: Connection, *domains: str) -> None:
    """Let every actor of these domains have what is said of them now."""
    concerned = await _homes_in(connection, *domains)
    every_name = {name for names in concerned.values() for name in names}
    policies = await policies_of(connection, list(every_name))
    await connection.execute_many(
        f"UPDATE actor SET policy = {WITH_MEASURE} WHERE host = :host AND domain = :domain",
        [
            {"host": host, "domain": handle_domain, "policy": policy and policy.value}
            for (host, handle_domain), names in concerned.items()
            for policy in [_strictest_of(names, policies)]
        ],
    )
    # Of whomever this concerns there may be thousands.
    connection.announce(Anything())


async def set_measure(connection: Connection, actor: Actor, measure: Measure | None) -> None:
    """Say something of one actor alone, or take it back."""
    await connection.execute(
        "UPDATE actor SET measure = :measure WHERE id = :id",
        id=actor.id,
        measure=measure and measure.value,
    )
    row = await connection.fetch_one("SELECT host FROM actor WHERE id = :id", id=actor.id)
    policy = None
    if row and not actor.is_local:
        policy = await policy_for(connection, row["host"], actor.profile.domain)
    await connection.execute(
        f"UPDATE actor SET policy = {WITH_MEASURE} WHERE id = :id",
        id=actor.id,
        policy=policy and policy.value,
    )
    connection.announce(Described(actor.id))


@dataclass(frozen=True, slots=True)
class Consequences:
    """What blocking a domain would take away."""

    actors: int
    follows_from_there: int
    follows_from_here: int
    statuses: int


async def consequences(connection: Connection, domain: str) -> Consequences:
    """Who and what is known of a domain and the domains below it."""
    homes = await _homes_in(connection, domain)
    row = await connection.fetch_one(
        """
        WITH concerned (id) AS (
            SELECT a.id FROM actor a WHERE a.host IN :hosts AND a.domain IN :domains)
        SELECT (SELECT count(*) FROM concerned) AS actors,
            (SELECT count(*) FROM follow f JOIN concerned c ON c.id = f.follower_id) AS theirs,
            (SELECT count(*) FROM follow f JOIN concerned c ON c.id = f.followee_id) AS ours,
            (SELECT count(*) FROM status s JOIN concerned c ON c.id = s.actor_id) AS statuses
        """,
        hosts=[host for host, _ in homes],
        domains=[handle_domain for _, handle_domain in homes],
    )
    if row is None:
        raise AssertionError("a count that returns nothing")
    return Consequences(row["actors"], row["theirs"], row["ours"], row["statuses"])


async def _homes_in(connection: Connection, *domains: str) -> dict[tuple[str, str], list[str]]:
    """The pairs of host and handle domain that lie in these, each with all above it."""
    wanted = set(domains)
    rows = await connection.fetch_all(
        "SELECT DISTINCT host, domain FROM actor WHERE domain IS NOT NULL"
    )
    homes = {(row["host"], row["domain"]): _names(row["host"], row["domain"]) for row in rows}
    return {home: names for home, names in homes.items() if wanted.intersection(names)}


async def blocked_with_traces(connection: Connection, limit: int) -> list[ActorId]:
    """Actors of blocked domains of whom something is still here."""
    rows = await connection.fetch_all(
        """
        SELECT a.id FROM actor a WHERE a.policy = 'block' AND (
            EXISTS (SELECT 1 FROM status s WHERE s.actor_id = a.id)
            OR EXISTS (SELECT 1 FROM favourite v WHERE v.actor_id = a.id)
            OR EXISTS (SELECT 1 FROM reaction r WHERE r.actor_id = a.id)
            OR EXISTS (SELECT 1 FROM poll_vote p WHERE p.actor_id = a.id)
            OR EXISTS (SELECT 1 FROM follow f WHERE f.follower_id = a.id)
            OR EXISTS (SELECT 1 FROM follow g WHERE g.followee_id = a.id)
            OR EXISTS (SELECT 1 FROM notification n WHERE n.sender_id = a.id))
        LIMIT :limit
        """,
        limit=limit,
    )
    return [ActorId(row["id"]) for row in rows]


def _names(host: str, domain: str | None) -> list[str]:
    """Every domain that an actor belongs to: above its host, and above the one in its handle."""
    return [*domains_above(host), *domains_above(domain or "")]


def _strictest_of(names: Iterable[str], policies: Mapping[str, Policy]) -> Policy | None:
    return strictest(policies[name] for name in names if name in policies)
