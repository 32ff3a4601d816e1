"""Who gets what leaves, from the people concerned to the rows that wait to be sent."""

import msgspec
import pytest

from fedlearn.activitypub.jsonld import Document
from fedlearn.db import deliveries as db_deliveries
from fedlearn.db import hosts as db_hosts
from fedlearn.db.database import Connection
from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import Uri
from fedlearn.domain.policies import Policy
from fedlearn.domain.statuses import Status, StatusView
from fedlearn.outbox.publish import publish_status_activity, publish_to, publish_to_followers
from fedlearn.outbox.recipients import (
    Recipients,
    recipients_of,
    recipients_of_boost,
    recipients_of_change,
)
from fedlearn.settings import Federation
from tests.builders import boosts, follows, likes, local, remote, says

ACTIVITY: Document = {"type": "Create", "id": "https://our.example/1"}
FAR, NEAR = Uri("https://far.example/inbox"), Uri("https://near.example/inbox")


async def seen(connection: Connection, author: Actor, status: Status) -> StatusView:
    """A status as its author sees it."""
    view = await status_view(connection, author.viewer, status.id)
    assert view
    return view


async def sent(connection: Connection) -> list[str]:
    """The inboxes for which something waits, in alphabetical order."""
    taken = await db_deliveries.claim_deliveries(connection, limit=99, per_host=99, busy_hosts=[])
    return sorted(one.inbox for one in taken)


async def publish(connection: Connection, author: Actor, status: Status) -> list[str]:
    """Send a new status; the inboxes that get it."""
    view = await seen(connection, author, status)
    await publish_status_activity(
        connection,
        Federation.OPEN,
        view=view,
        activity=ACTIVITY,
        recipients=await recipients_of(connection, view),
    )
    return await sent(connection)


# --- new posts -------------------------------------------------------------------------------------


async def test_followers_behind_one_shared_inbox(connection: Connection) -> None:
    """Two followers on one server get one copy together, named or not; another server gets its own.

    Conformance: 179.
    """
    alice, robin, ro, lou = await _four(connection)
    for follower in (robin, ro, lou):
        await follows(connection, follower, alice)
    for naming in ([], [robin, ro]):
        post = await says(connection, alice, naming=naming)
        assert await publish(connection, alice, post) == [FAR, NEAR]


async def test_direct_post(connection: Connection) -> None:
    """A direct post goes to the very inboxes of those named, and to no other follower.

    Conformance: 182.
    """
    alice, robin, ro, lou = await _four(connection)
    for follower in (robin, ro, lou):
        await follows(connection, follower, alice)
    post = await says(connection, alice, reach=Reach.DIRECT, naming=[robin])
    assert await publish(connection, alice, post) == [robin.profile.inbox]
    answered = await says(connection, lou, reach=Reach.DIRECT, naming=[alice])
    answer = await says(connection, alice, reach=Reach.DIRECT, answers=answered, naming=[robin])
    assert await publish(connection, alice, answer) == [robin.profile.inbox]


@pytest.mark.parametrize("reach", [Reach.PUBLIC, Reach.UNLISTED, Reach.FOLLOWERS])
async def test_followers_and_those_named(connection: Connection, reach: Reach) -> None:
    """A post for followers or more goes to them and to those named, and to nobody else."""
    alice, robin, _ro, lou = await _four(connection)
    await remote(connection, "else@elsewhere.example")
    await follows(connection, robin, alice)
    post = await says(connection, alice, reach=reach, naming=[lou])
    assert await publish(connection, alice, post) == [FAR, NEAR]


@pytest.mark.parametrize(
    ("reach", "hears"),
    [
        (Reach.PUBLIC, True),
        (Reach.UNLISTED, True),
        (Reach.FOLLOWERS, False),
        (Reach.DIRECT, False),
    ],
)
async def test_who_is_answered(connection: Connection, reach: Reach, *, hears: bool) -> None:
    """An open answer goes to whom it answers; a narrower one only if it names them."""
    alice, robin, _ro, _lou = await _four(connection)
    answer = await says(connection, alice, reach=reach, answers=await says(connection, robin))
    assert await publish(connection, alice, answer) == ([robin.profile.inbox] if hears else [])


async def test_organisation_post(connection: Connection) -> None:
    """A post of the organisation goes nowhere, whomever it names and whoever follows."""
    alice, robin, _ro, lou = await _four(connection)
    await follows(connection, robin, alice)
    for reach in Reach:
        post = await says(connection, alice, reach=reach, scope=Scope.ORG, naming=[robin, lou])
        assert await publish(connection, alice, post) == []


# --- changes and boosts ----------------------------------------------------------------------------


async def _taken_up(connection: Connection, reach: Reach) -> tuple[Actor, Status]:
    """A post of ours that people on four servers named, liked, boosted and answered."""
    alice, robin, _ro, _lou = await _four(connection)
    await follows(connection, robin, alice)
    people = {
        name: await remote(connection, f"{name}@{name}.example")
        for name in ("named", "likes", "boosts", "answers")
    }
    post = await says(connection, alice, reach=reach, naming=[people["named"]])
    await likes(connection, people["likes"], post)
    await boosts(connection, people["boosts"], post)
    await says(connection, people["answers"], answers=post)
    return alice, post


async def test_change_of_an_open_post(connection: Connection) -> None:
    """Whoever took up an open post hears of its edit or end, besides followers and those named."""
    alice, post = await _taken_up(connection, Reach.PUBLIC)
    recipients = await recipients_of_change(connection, await seen(connection, alice, post))
    assert recipients.follower_inboxes == (FAR,)
    told = {actor.profile.username for actor in recipients.people}
    assert told == {"named", "likes", "boosts", "answers"}


async def test_change_of_a_narrow_post(connection: Connection) -> None:
    """A post for followers is not told to those who took it up without being meant."""
    alice, post = await _taken_up(connection, Reach.FOLLOWERS)
    recipients = await recipients_of_change(connection, await seen(connection, alice, post))
    assert recipients.follower_inboxes == (FAR,)
    assert [actor.profile.username for actor in recipients.people] == ["named"]


async def test_boost(connection: Connection) -> None:
    """A boost goes to the booster's followers and the author of what is boosted."""
    alice, robin, _ro, lou = await _four(connection)
    await follows(connection, robin, alice)
    boost = await boosts(connection, alice, await says(connection, lou))
    recipients = await recipients_of_boost(connection, await seen(connection, alice, boost))
    assert recipients == Recipients((FAR,), (lou,))


# --- between actors --------------------------------------------------------------------------------


async def test_what_is_between_actors(connection: Connection) -> None:
    """A follow or its answer goes to the actor's own inbox, as JSON-LD with a context."""
    alice, robin, _ro, _lou = await _four(connection)
    await publish_to(
        connection,
        Federation.OPEN,
        sender=alice,
        activity=ACTIVITY,
        to=[robin, await local(connection, "bob")],
        order_key="a pair",
    )
    [taken] = await db_deliveries.claim_deliveries(connection, limit=9, per_host=9, busy_hosts=[])
    assert (taken.inbox, taken.host, taken.sender_id) == (
        robin.profile.inbox,
        "far.example",
        alice.id,
    )
    document = msgspec.json.decode(taken.body)
    assert {key: document[key] for key in ACTIVITY} == ACTIVITY
    assert "@context" in document


async def test_news_of_an_actor(connection: Connection) -> None:
    """News of an actor goes to the inboxes of its followers, in order with other such news."""
    alice, _robin, _ro, _lou = await _four(connection)
    for _ in range(2):
        await publish_to_followers(
            connection, Federation.OPEN, sender=alice, activity=ACTIVITY, follower_inboxes=[FAR]
        )
    assert await sent(connection) == [FAR]


# --- with whom we talk -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("federation", "inboxes"),
    [(Federation.OPEN, [NEAR]), (Federation.ALLOWLIST, [NEAR]), (Federation.CLOSED, [])],
)
async def test_blocked_servers_get_nothing(
    connection: Connection, federation: Federation, inboxes: list[str]
) -> None:
    """Nothing is enqueued for a blocked server, or where the instance talks with nobody."""
    alice, robin, _ro, lou = await _four(connection)
    await db_hosts.set_policy(connection, "far.example", Policy.BLOCK)
    await db_hosts.set_policy(connection, "near.example", Policy.ALLOW)
    post = await says(connection, alice)
    await publish_status_activity(
        connection,
        federation,
        view=await seen(connection, alice, post),
        activity=ACTIVITY,
        recipients=Recipients((robin.delivery_inbox, lou.delivery_inbox)),
    )
    assert await sent(connection) == inboxes


async def test_inbox_that_is_no_address(connection: Connection) -> None:
    """An inbox that is no sound address gets nothing, and the others get theirs."""
    alice, robin, _ro, _lou = await _four(connection)
    inboxes = [robin.delivery_inbox, Uri("not an address"), Uri("ftp://far.example/inbox")]
    await publish_to_followers(
        connection, Federation.OPEN, sender=alice, activity=ACTIVITY, follower_inboxes=inboxes
    )
    assert await sent(connection) == [FAR]


async def _four(connection: Connection) -> tuple[Actor, Actor, Actor, Actor]:
    return (
        await local(connection, "alice"),
        await remote(connection, "robin@far.example"),
        await remote(connection, "ro@far.example"),
        await remote(connection, "lou@near.example"),
    )
