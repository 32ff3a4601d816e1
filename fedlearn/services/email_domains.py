"""This is where it is said with addresses of which domains nobody signs up."""

from fedlearn.db import email_domains as db_email_domains
from fedlearn.db.database import Connection
from fedlearn.db.hosts import domains_above
from fedlearn.domain.audit import Act
from fedlearn.domain.policies import EmailDomain
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services.canonical_emails import refuse_canonical
from fedlearn.services.permissions import require, write_down
from fedlearn.text.emails import domain_of
from fedlearn.text.hosts import read_domain
from fedlearn.text.languages import _


class AddressRefused(Invalid):
    """An address of a domain of which none is taken."""


async def email_domains(instance: Instance, by: Steward) -> list[EmailDomain]:
    """The domains of which no address is taken, the latest first."""
    require(by, Permission.MANAGE_BLOCKS)
    async with instance.db.read() as connection:
        return await db_email_domains.email_domains(connection)


async def block(instance: Instance, by: Steward, domain: str) -> None:
    """Take no address of a domain and those below it any more; who has one keeps it."""
    require(by, Permission.MANAGE_BLOCKS)
    domain = read_domain(domain)
    async with instance.db.write() as connection:
        if not await db_email_domains.insert_email_domain(connection, domain):
            message = _("This domain is in the list already.")
            raise Invalid(message, {"domain": message})
        await write_down(connection, by, Act.BLOCK_EMAILS, domain)


async def lift(instance: Instance, by: Steward, domain: str) -> None:
    """Take addresses of a domain again."""
    require(by, Permission.MANAGE_BLOCKS)
    async with instance.db.write() as connection:
        if not await db_email_domains.delete_email_domain(connection, domain):
            raise NotFound(_("This domain is not in the list."))
        await write_down(connection, by, Act.TAKE_EMAILS, domain)


async def refuse_blocked(connection: Connection, email: str) -> None:
    """`Invalid` for an address with which nobody signs up; `AddressRefused` if for its domain."""
    if await db_email_domains.any_blocked(connection, domains_above(domain_of(email))):
        message = _("Addresses of this domain are not taken here: give another.")
        raise AddressRefused(message, {"email": message})
    await refuse_canonical(connection, email)
