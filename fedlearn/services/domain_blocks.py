"""This is where people say that they want nothing from a whole domain, and take that back.

It is for themselves alone. What operators say of a domain stands in services/moderation.py.
"""

from fedlearn.db import domain_blocks as db_domain_blocks
from fedlearn.domain.actors import Actor
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.blocks import set_apart, take_leave
from fedlearn.text.hosts import read_host
from fedlearn.text.languages import _


async def block_domain(instance: Instance, actor: Actor, domain: str) -> None:
    """Keep everybody on a domain away. Follows from and to there end, and their servers are told.

    `Invalid`, with a message for the field `domain`, for what is none, and for our own.
    """
    name = _read(instance, domain)
    async with instance.db.write() as connection:
        await db_domain_blocks.insert_domain_block(connection, actor.id, name)
        for other in await db_domain_blocks.tied_to_domain(connection, actor.id, name):
            await take_leave(instance, connection, actor, other)
            await set_apart(connection, actor, other)


async def count_ties(instance: Instance, actor: Actor, domain: str) -> tuple[int, int]:
    """How many follows a block would end, from somebody to there and from there to them."""
    name = _read(instance, domain)
    async with instance.db.read() as connection:
        return await db_domain_blocks.count_tied_to_domain(connection, actor.id, name)


async def unblock_domain(instance: Instance, actor: Actor, domain: str) -> None:
    """Have nothing against a domain any more; who followed whom before is not restored."""
    async with instance.db.write() as connection:
        await db_domain_blocks.delete_domain_block(connection, actor.id, domain)


def _read(instance: Instance, domain: str) -> str:
    name = read_host(domain)
    if name in {instance.settings.origin_host, instance.uris.domain}:
        message = _("That is this server.")
        raise Invalid(message, {"domain": message})
    return name
