"""This is where operators say with which other servers the instance talks."""

import re

from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import hosts as db_hosts
from fedlearn.db.hosts import Policy
from fedlearn.errors import Invalid
from fedlearn.instance import Instance

DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


async def set_domain_policy(instance: Instance, domain: str, policy: Policy) -> None:
    """Block or allow a domain with its subdomains; what waits for a blocked one is dropped."""
    domain = _checked(domain)
    async with instance.db.write() as connection:
        await db_hosts.set_policy(connection, domain, policy)
        if policy is Policy.BLOCK:
            await db_deliveries.drop_deliveries_to(connection, domain)


async def forget_domain_policy(instance: Instance, domain: str) -> bool:
    """Have no opinion of a domain any more; False when there was none."""
    async with instance.db.write() as connection:
        return await db_hosts.remove_policy(connection, _checked(domain))


async def domain_policies(instance: Instance) -> list[tuple[str, Policy]]:
    """Every domain that something was said of."""
    async with instance.db.read() as connection:
        return await db_hosts.all_policies(connection)


def _checked(domain: str) -> str:
    domain = domain.strip().lower().removeprefix("https://").rstrip("/")
    if not DOMAIN.fullmatch(domain):
        raise Invalid(f"{domain!r} is not a domain such as social.example.org")
    return domain
