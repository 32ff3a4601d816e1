"""This is where operators say with which other servers the instance talks."""

from fedlearn.db import actors as db_actors
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import hosts as db_hosts
from fedlearn.db import media as db_media
from fedlearn.db import policies as db_policies
from fedlearn.domain.policies import Policy, read_domain
from fedlearn.instance import Instance
from fedlearn.remote.files import forget_addresses
from fedlearn.services.media import purge

ERASED_AT_ONCE = 20  # actors in one transaction


async def set_domain_policy(instance: Instance, domain: str, policy: Policy) -> None:
    """Block, silence or allow a domain with its subdomains.

    What waits for a blocked one is dropped, and what came from there is removed for good.
    """
    domain = read_domain(domain)
    async with instance.db.write() as connection:
        await db_hosts.set_policy(connection, domain, policy)
        await db_policies.apply_policies(connection, domain)
        if policy is Policy.BLOCK:
            await db_deliveries.drop_deliveries_to(connection, domain)
    instance.welcome.forget()
    if policy is Policy.BLOCK:
        await erase_blocked(instance)
        await purge(instance, domain=domain)


async def forget_domain_policy(instance: Instance, domain: str) -> bool:
    """Have no opinion of a domain any more; False when there was none."""
    domain = read_domain(domain)
    async with instance.db.write() as connection:
        had_one = await db_hosts.remove_policy(connection, domain)
        await db_policies.apply_policies(connection, domain)
    instance.welcome.forget()
    return had_one


async def domain_policies(instance: Instance) -> list[tuple[str, Policy]]:
    """Every domain that something was said of."""
    async with instance.db.read() as connection:
        return await db_hosts.all_policies(connection)


async def erase_blocked(instance: Instance) -> None:
    """Remove what actors of blocked domains have here, some at a time so that nobody waits long.

    Cleaning does it again, should it have been interrupted.
    """
    while await _erase_some(instance):
        continue


async def _erase_some(instance: Instance) -> bool:
    async with instance.db.write() as connection:
        actors = await db_policies.blocked_with_traces(connection, ERASED_AT_ONCE)
        shown = await db_media.media_of_actors(connection, actors)
        for actor_id in actors:
            await db_actors.erase_traces(connection, actor_id)
    await forget_addresses(instance, shown)
    return bool(actors)
