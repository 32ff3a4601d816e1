"""This is where what was said of a domain reaches its actors: the column `policy` of each.

The column can be made anew from the table of policies at any time. It is there so that queries for
statuses need not look for the domains above each author.
"""

from collections.abc import Iterable, Mapping

from fedlearn.db.database import Connection
from fedlearn.db.hosts import domains_above, policies_of
from fedlearn.domain.ids import ActorId
from fedlearn.domain.policies import Policy, strictest


async def policy_for(connection: Connection, host: str, domain: str | None) -> Policy | None:
    """What an actor on this host with this domain in its handle has to live with."""
    names = _names(host, domain)
    return _strictest_of(names, await policies_of(connection, names))


async def apply_policies(connection: Connection, domain: str) -> None:
    """Let every actor of a domain have what is said of it now."""
    rows = await connection.fetch_all(
        "SELECT DISTINCT host, domain FROM actor WHERE domain IS NOT NULL"
    )
    homes = {(row["host"], row["domain"]): _names(row["host"], row["domain"]) for row in rows}
    concerned = {home: names for home, names in homes.items() if domain in names}
    every_name = {name for names in concerned.values() for name in names}
    policies = await policies_of(connection, list(every_name))
    await connection.execute_many(
        "UPDATE actor SET policy = :policy WHERE host = :host AND domain = :domain",
        [
            {"host": host, "domain": handle_domain, "policy": policy and policy.value}
            for (host, handle_domain), names in concerned.items()
            for policy in [_strictest_of(names, policies)]
        ],
    )


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
