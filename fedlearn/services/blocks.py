"""This is where people say that they want nothing to do with somebody, and take that back."""

from fedlearn.activitypub.render.activities import render_block, render_undo
from fedlearn.db import blocks as db_blocks
from fedlearn.db import follows as db_follows
from fedlearn.db import notifications as db_notifications
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import snowflake
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.collections import take_each_other_out
from fedlearn.services.follows import answer_follow, end_follow, send_between, tell_of_unfollow
from fedlearn.text.languages import _


async def block(instance: Instance, blocker: Actor, blocked: Actor) -> None:
    """A person of ours blocks somebody, who is told by Block. Blocking twice is blocking once.

    Not every server heeds a Block, so the follows that it ends are ended by their own words, too.
    """
    if blocker.id == blocked.id:
        raise Invalid(_("You cannot block yourself."))
    uri = f"{blocker.uri}#blocks/{snowflake()}"
    async with instance.db.write() as connection:
        await take_each_other_out(instance, connection, blocker, blocked)
        is_new = await db_blocks.insert_block(
            connection, actor_id=blocker.id, target_id=blocked.id, uri=uri
        )
        if not is_new:
            return
        if not blocked.is_local:
            await take_leave(instance, connection, blocker, blocked)
            activity = render_block(uri, blocker.uri, blocked.uri)
            await send_between(instance, connection, blocker, blocked, activity)
        await set_apart(connection, blocker, blocked)


async def unblock(instance: Instance, blocker: Actor, blocked: Actor) -> None:
    """A person of ours blocks somebody no more; who followed whom before is not restored."""
    async with instance.db.write() as connection:
        uri = await db_blocks.delete_block(connection, blocker.id, blocked.id)
        if uri is not None and not blocked.is_local:
            activity = render_undo(render_block(uri, blocker.uri, blocked.uri))
            await send_between(instance, connection, blocker, blocked, activity)


async def set_apart(connection: Connection, one: Actor, other: Actor) -> None:
    """Two actors follow each other no more, and are told nothing of each other."""
    for follower, followee in ((one, other), (other, one)):
        known = await db_follows.follow_between(connection, follower.id, followee.id)
        if known is not None:
            await end_follow(connection, known, follower)
    await db_notifications.delete_notifications_between(connection, one.id, other.id)


async def take_leave(
    instance: Instance, connection: Connection, blocker: Actor, blocked: Actor
) -> None:
    """Tell another server that two actors follow each other no more, as far as they did."""
    following = await db_follows.follow_between(connection, blocker.id, blocked.id)
    if following is not None:
        await tell_of_unfollow(instance, connection, following.uri, blocker, blocked)
    followed = await db_follows.follow_between(connection, blocked.id, blocker.id)
    if followed is not None:
        await answer_follow(instance, connection, followed.uri, blocked, blocker, accept=False)
