"""This is where operators say with which other servers the instance talks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import erasing as db_erasing
from fedlearn.db import hosts as db_hosts
from fedlearn.db import media as db_media
from fedlearn.db import policies as db_policies
from fedlearn.db.database import Connection
from fedlearn.db.policies import Consequences
from fedlearn.domain.audit import Act
from fedlearn.domain.policies import DomainPolicy, Policy
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.remote.files import forget_addresses
from fedlearn.services.media import purge
from fedlearn.services.permissions import require, write_down
from fedlearn.text.hosts import read_domain
from fedlearn.text.languages import _

ERASED_AT_ONCE = 20  # actors in one transaction
LONGEST_COMMENT = 1000
SHOWN_PART = 4  # a quarter of a name at each end, where it is not to be spelt out


@dataclass(frozen=True, slots=True)
class Said:
    """What is to be said of a domain; None leaves a comment as it is."""

    domain: str
    policy: Policy
    public_comment: str | None = None
    private_comment: str | None = None
    obfuscate: bool | None = None


async def set_domain_policy(
    instance: Instance,
    domain: str,
    policy: Policy,
    *,
    by: Steward,
    public_comment: str | None = None,
    private_comment: str | None = None,
    obfuscate: bool | None = None,
) -> None:
    """Block, silence or allow a domain with its subdomains; comments not given stay as they are.

    What waits for a blocked one is dropped, and what came from there is removed for good.
    """
    said = Said(read_domain(domain), policy, public_comment, private_comment, obfuscate)
    await set_domain_policies(instance, [said], by=by)


async def set_domain_policies(instance: Instance, wanted: Sequence[Said], *, by: Steward) -> None:
    """The same for several at once."""
    require(by, Permission.MANAGE_FEDERATION)
    for one in wanted:
        check_policy(instance, one)
    blocked = [one.domain for one in wanted if one.policy is Policy.BLOCK]
    async with instance.db.write() as connection:
        for one in wanted:
            await _set(connection, by, one)
        await db_policies.apply_policies(connection, *(one.domain for one in wanted))
        for domain in blocked:
            await db_deliveries.drop_deliveries_to(connection, domain)
    instance.welcome.forget()
    if blocked:
        await erase_blocked(instance)
    for domain in blocked:
        await purge(instance, domain=domain)


def check_policy(instance: Instance, said: Said) -> None:
    """`Invalid` for what cannot be said of a domain."""
    if said.domain in {instance.settings.origin_host, instance.uris.domain}:
        message = _("This is the domain of this server.")
        raise Invalid(message, {"domain": message})
    for name in ("public_comment", "private_comment"):
        if len(getattr(said, name) or "") > LONGEST_COMMENT:
            message = _("At most %(most)s characters.", most=LONGEST_COMMENT)
            raise Invalid(message, {name: message})


async def _set(connection: Connection, by: Steward, said: Said) -> None:
    await db_hosts.set_policy(
        connection,
        said.domain,
        said.policy,
        public_comment=said.public_comment,
        private_comment=said.private_comment,
        obfuscate=said.obfuscate,
    )
    reason = said.private_comment or said.public_comment or ""
    await write_down(
        connection, by, Act.SET_DOMAIN, said.domain, reason=reason, policy=said.policy.value
    )


async def forget_domain_policy(instance: Instance, domain: str, *, by: Steward) -> bool:
    """Have no opinion of a domain any more; False when there was none."""
    require(by, Permission.MANAGE_FEDERATION)
    domain = read_domain(domain)
    async with instance.db.write() as connection:
        had_one = await db_hosts.remove_policy(connection, domain)
        await db_policies.apply_policies(connection, domain)
        if had_one:
            await write_down(connection, by, Act.FORGET_DOMAIN, domain)
    instance.welcome.forget()
    return had_one


async def domain_policies(instance: Instance) -> list[DomainPolicy]:
    """Every domain that something was said of."""
    async with instance.db.read() as connection:
        return await db_hosts.domain_policies(connection)


async def blocked_in_public(instance: Instance) -> list[DomainPolicy]:
    """What everybody may read of whom we keep out, if the operator wants them to."""
    if not instance.settings.shows_domain_blocks:
        return []
    return [
        replace(one, domain=_in_public(one), private_comment="")
        for one in await domain_policies(instance)
        if one.policy in {Policy.BLOCK, Policy.SILENCE}
    ]


async def consequences(instance: Instance, by: Steward, domain: str) -> Consequences:
    """What blocking a domain would take away."""
    require(by, Permission.MANAGE_FEDERATION)
    async with instance.db.read() as connection:
        return await db_policies.consequences(connection, read_domain(domain))


async def erase_blocked(instance: Instance) -> None:
    """Remove what actors of blocked domains have here, some at a time so that nobody waits long.

    Cleaning does it again, should it have been interrupted.
    """
    while await _erase_some(instance):
        continue


def _in_public(one: DomainPolicy) -> str:
    """The name as it may be read: where it is not to be spelt out, with its middle left out."""
    if not one.obfuscate:
        return one.domain
    shown = max(1, len(one.domain) // SHOWN_PART)
    hidden = re.sub(r"[^.]", "*", one.domain[shown:-shown])
    return one.domain[:shown] + hidden + one.domain[-shown:]


async def _erase_some(instance: Instance) -> bool:
    async with instance.db.write() as connection:
        actors = await db_policies.blocked_with_traces(connection, ERASED_AT_ONCE)
        shown = await db_media.media_of_actors(connection, actors)
        for actor_id in actors:
            await db_erasing.erase_traces(connection, actor_id)
    await forget_addresses(instance, shown)
    return bool(actors)
