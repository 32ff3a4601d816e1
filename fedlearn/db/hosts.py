"""This is where it is remembered how other servers fare, and which of them are not welcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import DAY_MS, MINUTE_MS, Millis, now, snowflake
from fedlearn.domain.policies import DomainPolicy, Policy
from fedlearn.settings import Federation

# How long the one delivery that tries a host out has before the others follow.
TRYING_OUT_MS = 10 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class HostHealth:
    """How deliveries to a host have gone lately. No row means: well."""

    failures: int
    open_until: Millis  # nothing is sent before
    failing_days: int
    last_failing_day: int


async def host_health(connection: Connection, host: str) -> HostHealth | None:
    """How a host fares, None when well."""
    return (await healths_of(connection, [host])).get(host)


async def healths_of(connection: Connection, hosts: Sequence[str]) -> dict[str, HostHealth]:
    """How those of these hosts fare that are not well."""
    rows = await connection.fetch_all("SELECT * FROM host WHERE name IN :hosts", hosts=hosts)
    return {
        row["name"]: HostHealth(
            failures=int(row["failures"]),
            open_until=Millis(row["open_until"]),
            failing_days=int(row["failing_days"]),
            last_failing_day=int(row["last_failing_day"]),
        )
        for row in rows
    }


async def store_health(connection: Connection, host: str, health: HostHealth) -> None:
    """A host has failed; what waits for it is put off while it is left alone, but for one try."""
    await connection.execute(
        """
        INSERT INTO host (name, failures, open_until, failing_days, last_failing_day)
        VALUES (:host, :failures, :open_until, :failing_days, :last_failing_day)
        ON CONFLICT (name) DO UPDATE SET
            failures = excluded.failures, open_until = excluded.open_until,
            failing_days = excluded.failing_days, last_failing_day = excluded.last_failing_day
        """,
        host=host,
        failures=health.failures,
        open_until=health.open_until,
        failing_days=health.failing_days,
        last_failing_day=health.last_failing_day,
    )
    if health.open_until > now():
        await _put_off(connection, host, health.open_until)


async def _put_off(connection: Connection, host: str, until: Millis) -> None:
    # Nobody who looks for work then has to walk past what cannot go.
    await connection.sweep(
        """
        UPDATE delivery SET run_at = CASE WHEN id = (
                SELECT min(d.id) FROM delivery d
                WHERE d.host = :host AND d.dead_at IS NULL AND d.run_at < :until)
            THEN CAST(:until AS BIGINT) ELSE CAST(:later AS BIGINT) END
        WHERE host = :host AND dead_at IS NULL AND run_at < :until
        """,
        host=host,
        until=until,
        later=until + TRYING_OUT_MS,
    )


async def forget_failures(connection: Connection, before: Millis) -> None:
    """Forget hosts that have not failed since: nothing is sent there any more."""
    await connection.execute("DELETE FROM host WHERE last_failing_day < :day", day=before // DAY_MS)


async def host_is_well(connection: Connection, hosts: Sequence[str]) -> None:
    """These hosts took something: what waited for those that had failed is tried at once."""
    recovered = await connection.fetch_all(
        "DELETE FROM host WHERE name IN :hosts RETURNING name", hosts=hosts
    )
    if recovered:
        await connection.sweep(
            """
            UPDATE delivery SET run_at = :at
            WHERE host IN :hosts AND dead_at IS NULL AND run_at > :at
            """,
            hosts=[row["name"] for row in recovered],
            at=now(),
        )
        connection.announce_work()


async def set_policy(
    connection: Connection,
    domain: str,
    policy: Policy,
    *,
    public_comment: str | None = None,
    private_comment: str | None = None,
    obfuscate: bool | None = None,
) -> None:
    """Say something of a domain with all its subdomains; db/policies.py tells its actors.

    Comments of which nothing is said stay as they are.
    """
    await connection.execute(
        """
        INSERT INTO domain_policy (
            id, domain, policy, created_at, public_comment, private_comment, obfuscate)
        VALUES (
            :id, :domain, :policy, :at, coalesce(CAST(:public_comment AS TEXT), ''),
            coalesce(CAST(:private_comment AS TEXT), ''),
            coalesce(CAST(:obfuscate AS BOOLEAN), false))
        ON CONFLICT (domain) DO UPDATE SET policy = excluded.policy,
            public_comment = coalesce(CAST(:public_comment AS TEXT), domain_policy.public_comment),
            private_comment =
                coalesce(CAST(:private_comment AS TEXT), domain_policy.private_comment),
            obfuscate = coalesce(CAST(:obfuscate AS BOOLEAN), domain_policy.obfuscate)
        """,
        id=snowflake(),
        domain=domain,
        policy=policy.value,
        at=now(),
        public_comment=public_comment,
        private_comment=private_comment,
        obfuscate=obfuscate,
    )


async def remove_policy(connection: Connection, domain: str) -> bool:
    """Have no opinion of a domain any more; False when there was none."""
    removed = await connection.execute(
        "DELETE FROM domain_policy WHERE domain = :domain", domain=domain
    )
    return removed > 0


async def policies_of(connection: Connection, domains: Sequence[str]) -> dict[str, Policy]:
    """What has been said of these domains."""
    rows = await connection.fetch_all(
        "SELECT domain, policy FROM domain_policy WHERE domain IN :domains", domains=domains
    )
    return {row["domain"]: Policy(row["policy"]) for row in rows}


async def domain_policies(connection: Connection) -> list[DomainPolicy]:
    """Every domain that something was said of, with the comments."""
    rows = await connection.fetch_all("SELECT * FROM domain_policy ORDER BY domain")
    return [policy_of(row) for row in rows]


async def domain_policy(connection: Connection, domain: str) -> DomainPolicy | None:
    """What was said of exactly this domain."""
    row = await connection.fetch_one(
        "SELECT * FROM domain_policy WHERE domain = :domain", domain=domain
    )
    return policy_of(row) if row else None


def policy_of(row: Row) -> DomainPolicy:
    """What was said of a domain, from its row."""
    return DomainPolicy(
        domain=row["domain"],
        policy=Policy(row["policy"]),
        public_comment=row["public_comment"],
        private_comment=row["private_comment"],
        obfuscate=bool(row["obfuscate"]),
        created_at=Millis(row["created_at"]),
        id=int(row["id"]),
    )


async def is_welcome(connection: Connection, federation: Federation, host: str) -> bool:
    """Whether we talk with this host, be it asking, answering or delivering."""
    return bool(await welcome_hosts(connection, federation, [host]))


async def welcome_hosts(
    connection: Connection, federation: Federation, hosts: Iterable[str]
) -> set[str]:
    """Those of these hosts with which we talk. A policy covers all subdomains of its domain."""
    if federation is Federation.CLOSED:
        return set()
    parents = {host: domains_above(host) for host in hosts}
    policies = await policies_of(connection, [d for domains in parents.values() for d in domains])

    def welcome(domains: list[str]) -> bool:
        said = {policies[domain] for domain in domains if domain in policies}
        if Policy.BLOCK in said:
            return False
        return federation is Federation.OPEN or Policy.ALLOW in said

    return {host for host, domains in parents.items() if domains and welcome(domains)}


def domains_above(host: str) -> list[str]:
    """The host and every domain that it lies in, without its port."""
    labels = host.lower().partition(":")[0].split(".")
    return [".".join(labels[start:]) for start in range(len(labels))] if host else []
