"""This is where people begin and cease to follow each other, here and across servers."""

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.activities import render_answer, render_follow, render_undo
from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import follow_wishes as db_follow_wishes
from fedlearn.db import follows as db_follows
from fedlearn.db import homes as db_homes
from fedlearn.db.database import Connection
from fedlearn.db.domain_blocks import is_from_blocked_domain
from fedlearn.domain.actors import Actor, ActorKind
from fedlearn.domain.audience import Viewer
from fedlearn.domain.follows import ALL, Follow, FollowState, FollowWishes
from fedlearn.domain.ids import ActorId, FollowId, Uri, snowflake
from fedlearn.domain.notifications import NotificationKind
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to
from fedlearn.remote.featured import want_featured
from fedlearn.remote.outboxes import want_outbox
from fedlearn.services.notifications import notify, take_back
from fedlearn.text.languages import _

POSTS_FROM_BEFORE = 40


async def follow(
    instance: Instance, follower: Actor, followee: Actor, wishes: FollowWishes = ALL
) -> Follow:
    """A person of ours wants to read somebody, all or some. Following twice is following once."""
    if follower.id == followee.id:
        raise Invalid(_("You already see your own posts."))
    if not can_be_followed(followee):
        raise Invalid(_("%(name)s cannot be followed.", name=followee.display_name))
    async with instance.db.write() as connection:
        if await db_blocks.are_apart(connection, follower.id, followee.id):
            raise Invalid(
                _(
                    "You cannot follow %(name)s: one of you has blocked the other.",
                    name=followee.display_name,
                )
            )
        if await is_from_blocked_domain(connection, follower.id, followee.id):
            raise Invalid(
                _("You block all of %(domain)s: unblock it first.", domain=followee.profile.domain)
            )
        known = await db_follows.follow_between(connection, follower.id, followee.id)
        if known and known.state is FollowState.ACCEPTED:
            return await _keep_wishes(connection, known, wishes)
        made = await db_follows.store_follow(
            connection,
            follower_id=follower.id,
            followee_id=followee.id,
            uri=known.uri if known else f"{follower.uri}#follows/{snowflake()}",
            state=_first_state(follower, followee),
        )
        await db_follow_wishes.keep_wishes(connection, wishes.applied_to(made))
        if followee.is_local:
            await welcome_follow(connection, made, follower, followee)
        else:
            activity = render_follow(made.uri, follower.uri, followee.uri)
            await send_between(instance, connection, follower, followee, activity)
    return made


async def unfollow(instance: Instance, follower: Actor, followee: Actor) -> None:
    """A person of ours wants to read somebody no more, or takes back the wish."""
    async with instance.db.write() as connection:
        known = await db_follows.follow_between(connection, follower.id, followee.id)
        if known is None:
            return
        await end_follow(connection, known, follower)
        if not followee.is_local:
            await tell_of_unfollow(instance, connection, known.uri, follower, followee)


async def wish(instance: Instance, follower: Actor, followee: Actor, wishes: FollowWishes) -> None:
    """A person of ours wants more or less of somebody whom they follow, or have asked to."""
    async with instance.db.write() as connection:
        known = await db_follows.follow_between(connection, follower.id, followee.id)
        if known is None:
            raise Invalid(_("Follow %(name)s first.", name=followee.display_name))
        await _keep_wishes(connection, known, wishes)


async def _keep_wishes(connection: Connection, known: Follow, wishes: FollowWishes) -> Follow:
    after = wishes.applied_to(known)
    await db_follow_wishes.keep_wishes(connection, after)
    if known.state is FollowState.ACCEPTED and wishes.concern_home:
        reader, author = known.follower_id, known.followee_id
        await db_homes.sift_home(connection, reader, author)
        await db_homes.fill_home(connection, reader, author, POSTS_FROM_BEFORE)
    return after


async def tell_of_unfollow(
    instance: Instance, connection: Connection, follow_uri: str, follower: Actor, followee: Actor
) -> None:
    """Send the Undo of a follow to another server, the whole Follow embedded."""
    activity = render_undo(render_follow(follow_uri, follower.uri, followee.uri))
    await send_between(instance, connection, follower, followee, activity)


async def answer_request(
    instance: Instance, followee: Actor, follow_id: FollowId, *, accept: bool
) -> None:
    """A person of ours says yes or no to somebody who asked to follow."""
    async with instance.db.write() as connection:
        known = await db_follows.follow_by_id(connection, follow_id)
        if known is None or known.followee_id != followee.id:
            raise NotFound(_("There is no such request."))
        follower = await _actor(connection, known.follower_id)
        if accept:
            await db_follows.accept_follow(connection, known.id)
            await settle_follow(connection, known, follower, followee)
        else:
            await end_follow(connection, known, follower)
        if not follower.is_local:
            await answer_follow(instance, connection, known.uri, follower, followee, accept=accept)


async def remove_follower(instance: Instance, followee: Actor, follower: Actor) -> None:
    """A person of ours is not to be read by somebody any more, or not to be asked any longer."""
    async with instance.db.read() as connection:
        known = await db_follows.follow_between(connection, follower.id, followee.id)
    if known is not None:
        await answer_request(instance, followee, known.id, accept=False)


async def answer_follow(
    instance: Instance,
    connection: Connection,
    follow_uri: Uri,
    follower: Actor,
    followee: Actor,
    *,
    accept: bool,
) -> None:
    """Send Accept or Reject to a follower on another server, its whole Follow embedded."""
    kind = "Accept" if accept else "Reject"
    uri = f"{followee.uri}#{kind.lower()}s/{snowflake()}"
    activity = render_answer(kind, uri, render_follow(follow_uri, follower.uri, followee.uri))
    await send_between(instance, connection, followee, follower, activity)


async def welcome_follow(
    connection: Connection, made: Follow, follower: Actor, followee: Actor
) -> None:
    """A local actor is followed, or asked: they are told, and posts begin to flow if accepted."""
    if made.state is FollowState.ACCEPTED:
        await settle_follow(connection, made, follower, followee)
    else:
        await notify(connection, followee, follower, NotificationKind.FOLLOW_REQUEST)


async def settle_follow(
    connection: Connection, made: Follow, follower: Actor, followee: Actor
) -> None:
    """A follow counts from now on: earlier posts fill the home timeline."""
    await take_back(connection, followee.id, follower, NotificationKind.FOLLOW_REQUEST)
    await notify(connection, followee, follower, NotificationKind.FOLLOW)
    if follower.is_local:
        await db_homes.fill_home(connection, made.follower_id, made.followee_id, POSTS_FROM_BEFORE)
        await want_featured(connection, followee)
        if not await db_follows.has_other_follower_here(connection, followee.id, follower.id):
            # So far nothing was sent here: their profile would be empty.
            await want_outbox(connection, followee)


async def end_follow(connection: Connection, known: Follow, follower: Actor) -> None:
    """A follow is over: what it brought leaves the home timeline."""
    await db_follows.delete_follow(connection, known.id)
    await take_back(connection, known.followee_id, follower, NotificationKind.FOLLOW)
    await take_back(connection, known.followee_id, follower, NotificationKind.FOLLOW_REQUEST)
    if follower.is_local:
        await db_homes.empty_home_of(connection, known.follower_id, known.followee_id)


async def hides_follows(connection: Connection, viewer: Viewer, actor: Actor) -> bool:
    """Whether a reader is not shown who follows whom: by somebody's choice, or for a block."""
    if viewer.actor_id == actor.id:
        return False
    reader_id = viewer.actor_id or ActorId(0)
    return actor.profile.hides_follows or await db_blocks.are_apart(connection, reader_id, actor.id)


def can_be_followed(followee: Actor) -> bool:
    """Whether an actor is a person, or something like one, who is there and has not moved away."""
    is_person = followee.profile.kind is not ActorKind.APPLICATION
    return is_person and followee.is_active and followee.profile.moved_to is None


def _first_state(follower: Actor, followee: Actor) -> FollowState:
    """Local actors who let everybody follow say yes at once; others are waited for.

    They are asked first where somebody wants to follow who is silenced.
    """
    asks_first = followee.profile.is_locked or follower.is_silenced
    is_open = followee.is_local and not asks_first
    return FollowState.ACCEPTED if is_open else FollowState.PENDING


async def _actor(connection: Connection, actor_id: ActorId) -> Actor:
    actor = await db_actors.actor_by_id(connection, actor_id)
    if actor is None:
        raise NotFound(_("There is no such account."))
    return actor


async def send_between(
    instance: Instance, connection: Connection, sender: Actor, to: Actor, activity: Document
) -> None:
    """Send what is between two actors; Follow, Block and Undo of the same pair keep their order."""
    pair = " ".join(sorted((sender.uri, to.uri)))
    await publish_to(
        connection,
        instance.settings.federation,
        sender=sender,
        activity=activity,
        to=[to],
        order_key=pair,
    )
