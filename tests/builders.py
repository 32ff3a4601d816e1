"""This is where tests set their scene: people, who follows whom, and what they say, a line each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fedlearn.activitypub.uris import Uris
from fedlearn.db import actors as db_actors
from fedlearn.db import favourites as db_favourites
from fedlearn.db import follows as db_follows
from fedlearn.db import statuses as db_statuses
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor, ActorKind, Profile, Role, User
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.follows import Follow, FollowState
from fedlearn.domain.ids import Millis, StatusId, Uri, now, snowflake
from fedlearn.domain.statuses import Status

OUR_HOST = "our.example"
OURS = Uris(origin=f"https://{OUR_HOST}", domain=OUR_HOST)


async def local(connection: Connection, username: str = "alice", /, **changes: Any) -> Actor:
    """Somebody of ours."""
    profile = replace(profile_at(OURS, username), domain=None, **changes)
    return await db_actors.store_actor(connection, profile, OUR_HOST)


async def remote(
    connection: Connection, handle: str = "robin@far.example", /, **changes: Any
) -> Actor:
    """Somebody on another server, which has a shared inbox unless it is said otherwise."""
    username, _, domain = handle.partition("@")
    profile = replace(profile_at(Uris(f"https://{domain}", domain), username), **changes)
    return await db_actors.store_actor(connection, profile, host=domain)


def profile_at(uris: Uris, username: str) -> Profile:
    """A person on the server with these addresses, of whom nothing is said yet."""
    uri = uris.actor(username)
    return Profile(
        kind=ActorKind.PERSON,
        username=username,
        domain=uris.domain,
        uri=uri,
        url=uris.profile(username),
        name="",
        summary="",
        inbox=Uri(f"{uri}/inbox"),
        shared_inbox=uris.shared_inbox,
        outbox=Uri(f"{uri}/outbox"),
        followers=Uri(f"{uri}/followers"),
        following=Uri(f"{uri}/following"),
        featured=Uri(f"{uri}/featured"),
        avatar=None,
        header=None,
        fields=(),
        also_known_as=(),
        moved_to=None,
        is_locked=False,
        is_discoverable=True,
        is_indexable=False,
        published=now(),
    )


async def signs_up(connection: Connection, username: str = "alice", /, **changes: Any) -> User:
    """Somebody of ours with a login."""
    actor = await local(connection, username)
    wanted: dict[str, Any] = {
        "email": f"{username}@mail.example",
        "password_hash": "a hash",
        "role": Role.USER,
        "approved_at": now(),
        "confirmed_at": now(),
    }
    user_id = await db_users.insert_user(connection, actor_id=actor.id, **(wanted | changes))
    user = await db_users.user_by_id(connection, user_id)
    assert user is not None
    return user


async def follows(
    connection: Connection,
    follower: Actor,
    followee: Actor,
    state: FollowState = FollowState.ACCEPTED,
) -> Follow:
    """One reads the other, or wishes to."""
    return await db_follows.store_follow(
        connection,
        follower_id=follower.id,
        followee_id=followee.id,
        uri=f"{follower.uri}#follows/{followee.id}",
        state=state,
    )


async def says(
    connection: Connection,
    author: Actor,
    text: str = "hello",
    *,
    reach: Reach = Reach.PUBLIC,
    scope: Scope = Scope.FED,
    answers: Status | None = None,
    naming: Sequence[Actor] = (),
    silently_to: Sequence[Actor] = (),
    at: Millis | None = None,
) -> Status:
    """Somebody posts, or answers; stored as it is asked for, whether the rules allow it or not."""
    status = a_status(author, text, reach=reach, scope=scope, answers=answers, at=at)
    assert await db_statuses.insert_status(connection, status, is_local=author.is_local)
    await db_statuses.add_mentions(
        connection, status.id, [actor.id for actor in naming], is_silent=False
    )
    await db_statuses.add_mentions(
        connection, status.id, [actor.id for actor in silently_to], is_silent=True
    )
    return status


async def boosts(
    connection: Connection,
    actor: Actor,
    boosted: Status,
    *,
    reach: Reach | None = None,
    scope: Scope | None = None,
    naming: Sequence[Actor] = (),
) -> Status:
    """Somebody boosts a status, as far as it reaches itself unless it is said otherwise."""
    boost = replace(
        a_status(actor, "", reach=reach or boosted.reach, scope=scope or boosted.scope),
        boost_of_id=boosted.id,
        conversation=boosted.conversation,
    )
    assert await db_statuses.insert_status(connection, boost, is_local=actor.is_local)
    await db_statuses.add_mentions(
        connection, boost.id, [actor.id for actor in naming], is_silent=False
    )
    return boost


async def likes(connection: Connection, actor: Actor, status: Status) -> str:
    """Somebody likes a status; the identity of the like."""
    uri = f"{actor.uri}#likes/{status.id}"
    assert await db_favourites.insert_favourite(
        connection, actor_id=actor.id, status_id=status.id, uri=uri
    )
    return uri


def a_status(
    author: Actor,
    text: str = "hello",
    *,
    reach: Reach = Reach.PUBLIC,
    scope: Scope = Scope.FED,
    answers: Status | None = None,
    at: Millis | None = None,
) -> Status:
    """A status that is not stored."""
    status_id = StatusId(snowflake(at))
    uri = Uri(f"{author.uri}/statuses/{status_id}")
    return Status(
        id=status_id,
        uri=uri,
        url=f"{author.profile.url}/{status_id}",
        actor_id=author.id,
        reach=reach,
        scope=scope,
        content=f"<p>{text}</p>",
        source=text if author.is_local else None,
        content_warning="",
        is_sensitive=False,
        language="en",
        in_reply_to_uri=answers.uri if answers else None,
        in_reply_to_id=answers.id if answers else None,
        boost_of_id=None,
        conversation=answers.conversation if answers else Uri(f"{uri}/conversation"),
        published=now() if at is None else at,
        edited_at=None,
    )
