"""This is where it is said with which single e-mail addresses nobody signs up.

Those of people who are suspended are among them by themselves, until that is taken back.
"""

from fedlearn.db import canonical_emails as db_canonical_emails
from fedlearn.db.database import Connection
from fedlearn.domain.actors import User
from fedlearn.domain.audit import Act
from fedlearn.domain.policies import CanonicalEmail
from fedlearn.domain.roles import Permission, Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services.permissions import require, write_down
from fedlearn.text.emails import canonical_hash
from fedlearn.text.languages import _


async def block(instance: Instance, by: Steward, email_hash: str) -> CanonicalEmail:
    """Take an address no more that has this hash; who has it keeps it."""
    require(by, Permission.MANAGE_BLOCKS)
    async with instance.db.write() as connection:
        made = await db_canonical_emails.insert_canonical_email(connection, email_hash)
        if made is None:
            raise Invalid(_("This address is in the list already."))
        await write_down(connection, by, Act.BLOCK_ADDRESS, email_hash)
    return made


async def lift(instance: Instance, by: Steward, number: int) -> None:
    """Take it again."""
    require(by, Permission.MANAGE_BLOCKS)
    async with instance.db.write() as connection:
        known = await db_canonical_emails.canonical_email(connection, number)
        if known is None:
            raise NotFound(_("This address is not in the list."))
        await db_canonical_emails.delete_canonical_email(connection, number)
        await write_down(connection, by, Act.TAKE_ADDRESS, known.email_hash)


async def block_suspended(connection: Connection, user: User) -> None:
    """Who is suspended does not come back under another name with the address that is theirs."""
    if user.confirmed_at is not None:
        email_hash = canonical_hash(user.email)
        await db_canonical_emails.insert_canonical_email(connection, email_hash, user.actor.id)


async def refuse_canonical(connection: Connection, email: str) -> None:
    """`Invalid` for an address with which nobody signs up."""
    if await db_canonical_emails.known_by_hash(connection, canonical_hash(email)) is not None:
        message = _("This address is not taken here: give another.")
        raise Invalid(message, {"email": message})
