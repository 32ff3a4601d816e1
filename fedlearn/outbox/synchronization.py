"""This is where a server is told which of its people we count among an author's followers."""

from fedlearn.activitypub.synchronization import (
    HEADER,
    MOST_FOLLOWERS,
    Synchronization,
    digest_of,
    partial_collection,
    write_header,
)
from fedlearn.db import follows as db_follows
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.statuses import StatusView


async def syncs_followers(connection: Connection, view: StatusView) -> bool:
    """Whether the digest goes with what is sent about a status for followers: not for too many."""
    if view.status.reach is not Reach.FOLLOWERS:
        return False
    return await db_follows.has_at_most(connection, view.author.id, MOST_FOLLOWERS)


async def synchronization(connection: Connection, sender: Actor, host: str) -> dict[str, str]:
    """The header that goes to a host, as things stand now."""
    told = Synchronization(
        collection=f"{sender.uri}/followers",
        url=partial_collection(sender),
        digest=digest_of(await db_follows.followers_at(connection, sender.id, host)),
    )
    return {HEADER: write_header(told)}
