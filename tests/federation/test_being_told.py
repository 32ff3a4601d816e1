"""What people are told of, and what they say that they want to be told."""

from collections.abc import Callable

import pytest

from fedlearn.db.notification_policies import notification_requests
from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.follows import FollowWishes
from fedlearn.domain.notifications import NotificationKind, NotificationPolicy, Verdict
from fedlearn.errors import Invalid
from fedlearn.services import (
    accounts,
    blocks,
    boosts,
    favourites,
    follows,
    notification_policies,
    reports,
    signing_up,
    statuses,
)
from fedlearn.services.accounts import NewAccount
from fedlearn.settings import Registration, Settings
from tests.federation.network import Network
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes, told
from tests.federation.server import PASSWORD, Server, run_server

EVERYBODY = {"dora", "erin", "bob@peer.test"}
GROUPS: dict[str, set[str]] = {
    "for_not_following": {"erin", "bob@peer.test"},
    "for_not_followers": {"dora", "bob@peer.test"},
    "for_new_accounts": {"erin"},
    "for_private_mentions": set(),
}
A_LONG_TIME_AGO = "2020-01-01T00:00:00Z"


async def asks_to_be_told(server: Server, name: str, handle: str, *, notifies: bool = True) -> None:
    """A person of ours presses the bell on a profile."""
    await follows.wish(
        server.instance,
        await server.actor(name),
        await server.find(handle),
        FollowWishes(notifies=notifies),
    )


async def wants(server: Server, name: str, *unwanted: NotificationKind, **groups: Verdict) -> None:
    """A person says what they want to be told."""
    policy = NotificationPolicy(frozenset(unwanted), **groups)
    actor = await server.actor(name)
    await notification_policies.change_policy(server.instance, actor, policy)
    assert await notification_policies.policy_of(server.instance, actor) == policy


async def put_aside(server: Server, name: str) -> list[tuple[str, int]]:
    """Of whom something was put aside for a person, and how much."""
    actor = await server.actor(name)
    async with server.instance.db.read() as connection:
        found = await notification_requests(connection, actor.id, 9)
    return [(one.sender.acct, one.count) for one in found]


# --- posts and edits -----------------------------------------------------------------------------


async def test_bell(alpha: Server) -> None:
    """Who asked for it is told of new posts: not of boosts, nor of answers to others, nor twice."""
    await alpha.user("alice")
    await alpha.follow("bob", "@alice@alpha.test")
    await alpha.post("alice", "before")
    await asks_to_be_told(alpha, "bob", "@alice@alpha.test")
    first = await alpha.post("alice", "one", scope=Scope.ORG)
    second = await alpha.reply("alice", first.status.uri, "two", reach=Reach.FOLLOWERS)
    other = await alpha.post("dora", "hello")
    await alpha.reply("alice", other.status.uri, "not this")
    await boosts.boost(alpha.instance, await alpha.actor("alice"), other.id)
    await alpha.post("alice", "@bob three")
    await alpha.post("alice", "@bob four", reach=Reach.DIRECT)
    await alpha.post("alice", "@dora five", reach=Reach.DIRECT)
    shown = await alpha.notifications("bob")
    assert [(one.kind, one.status.id if one.status else 0) for one in shown[2:]] == [
        (NotificationKind.STATUS, second.id),
        (NotificationKind.STATUS, first.id),
    ]
    assert {one.kind for one in shown[:2]} == {NotificationKind.MENTION}
    await asks_to_be_told(alpha, "bob", "@alice@alpha.test", notifies=False)
    await alpha.post("alice", "six")
    assert len(await alpha.notifications("bob")) == 4


async def test_bell_is_for_followers(alpha: Server) -> None:
    """Nobody is told of the posts of somebody whom they do not follow, or not any more."""
    await alpha.user("alice")
    await alpha.user("bob")
    with pytest.raises(Invalid):
        await asks_to_be_told(alpha, "bob", "@alice@alpha.test")
    await alpha.follow("bob", "@alice@alpha.test")
    await asks_to_be_told(alpha, "bob", "@alice@alpha.test")
    await alpha.unfollow("bob", "@alice@alpha.test")
    await alpha.follow("bob", "@alice@alpha.test")
    await alpha.post("alice", "one")
    assert await told(alpha, "bob") == []


async def test_bell_for_somebody_elsewhere(alpha: Server, bob: Person) -> None:
    """Posts of another server are told as ours are."""
    await reads(alpha, "alice", bob)
    await asks_to_be_told(alpha, "alice", bob.handle)
    await takes(alpha, bob, bob.activity("Create", bob.note()))
    assert await told(alpha, "alice") == [(NotificationKind.STATUS, "bob@peer.test")]


async def test_edit_of_what_one_has_boosted(alpha: Server, bob: Person) -> None:
    """Who boosted a post is told of its latest edit, be it ours or another's; nobody else is."""
    note = bob.note()
    await reads(alpha, "alice", bob)
    await takes(alpha, bob, bob.activity("Create", note))
    far = await alpha.seen_by("alice", note["id"])
    near = await alpha.post("dora", "hello")
    assert far
    for view in (far, near):
        await boosts.boost(alpha.instance, await alpha.actor("alice"), view.id)
    for text in ("one", "two"):
        await statuses.edit_status(alpha.instance, await alpha.actor("dora"), near.id, text, "")
    edited = {**note, "content": "<p>other</p>", "updated": "2026-01-02T10:00:00Z"}
    await takes(alpha, bob, bob.activity("Update", edited))
    # Counts that are told again are no edit.
    await takes(alpha, bob, bob.activity("Update", edited))
    assert await told(alpha, "alice") == [
        (NotificationKind.UPDATE, "bob@peer.test"),
        (NotificationKind.UPDATE, "dora"),
    ]
    assert NotificationKind.UPDATE not in [kind for kind, _ in await told(alpha, "dora")]


# --- who looks after the instance ----------------------------------------------------------------


async def test_sign_up_is_told(settings_of: Callable[..., Settings], network: Network) -> None:
    """Moderators are told who has signed up, or asks to; others are not, nor who does not care."""
    settings = settings_of("alpha.test", registration=Registration.APPROVAL)
    async with run_server(settings, network) as alpha:
        await alpha.user("bob")
        for name in ("morris", "mona"):
            wanted = NewAccount(name, f"{name}@alpha.test", PASSWORD, Role.MODERATOR)
            await accounts.create_account(alpha.instance, wanted)
        await wants(alpha, "mona", NotificationKind.SIGN_UP, NotificationKind.REPORT)
        wanted = NewAccount("dora", "dora@example.org", PASSWORD, invite_request="Please.")
        dora = await signing_up.sign_up(alpha.instance, wanted, "")
        assert await told(alpha, "morris") == [(NotificationKind.SIGN_UP, "dora")]
        bob = await alpha.actor("bob")
        await reports.report(alpha.instance, bob, dora.actor, comment="who is this?")
        assert (await told(alpha, "morris"))[0] == (NotificationKind.REPORT, "bob")
        assert await told(alpha, "bob") == await told(alpha, "mona") == []


# --- what people want ----------------------------------------------------------------------------


async def test_kinds_that_nobody_wants(alpha: Server) -> None:
    """What somebody does not want to be told is not kept at all; of the rest they are told."""
    post = await alpha.post("alice", "hello")
    bob = await alpha.actor("bob")
    await wants(alpha, "alice", NotificationKind.FAVOURITE)
    await favourites.favourite(alpha.instance, bob, post.id)
    await boosts.boost(alpha.instance, bob, post.id)
    assert await told(alpha, "alice") == [(NotificationKind.BOOST, "bob")]
    assert await put_aside(alpha, "alice") == []


@pytest.mark.parametrize("verdict", [Verdict.FILTER, Verdict.DROP])
@pytest.mark.parametrize("group", GROUPS)
async def test_people_one_does_not_know(
    alpha: Server, bob: Person, group: str, verdict: Verdict
) -> None:
    """Whoever belongs to a group is put aside, or not heard; all others are told.

    Alice follows dora; erin follows alice; erin is new here, and bob is not.
    """
    bob.changes["published"] = A_LONG_TIME_AGO
    await alpha.user("alice")
    await alpha.user("dora")
    await alpha.follow("alice", "@dora@alpha.test")
    await alpha.follow("erin", "@alice@alpha.test")
    post = await alpha.post("alice", "hello")
    await wants(alpha, "alice", **{group: verdict})
    for name in ("dora", "erin"):
        await favourites.favourite(alpha.instance, await alpha.actor(name), post.id)
    await takes(alpha, bob, bob.activity("Like", post.status.uri))
    likes = [who for kind, who in await told(alpha, "alice") if kind is NotificationKind.FAVOURITE]
    assert set(likes) == EVERYBODY - GROUPS[group]
    kept = GROUPS[group] if verdict is Verdict.FILTER else set()
    assert dict(await put_aside(alpha, "alice")) == dict.fromkeys(kept, 1)


async def test_direct_post_that_was_not_asked_for(alpha: Server) -> None:
    """A direct post by a stranger is put aside; an answer to one's own is told."""
    await alpha.user("alice")
    await alpha.user("bob")
    await wants(alpha, "alice", for_private_mentions=Verdict.FILTER)
    asked = await alpha.post("alice", "@bob how are you?", reach=Reach.DIRECT)
    await alpha.post("dora", "@alice buy this", reach=Reach.DIRECT)
    await alpha.post("dora", "@alice hello")
    await alpha.reply("bob", asked.status.uri, "@alice fine", reach=Reach.DIRECT)
    mentions = [(NotificationKind.MENTION, name) for name in ("bob", "dora")]
    assert await told(alpha, "alice") == mentions
    assert await put_aside(alpha, "alice") == [("dora", 1)]


async def test_letting_in(alpha: Server) -> None:
    """Who is let in is told of, then and from now on; who is dismissed is forgotten, and stays so."""
    post = await alpha.post("alice", "hello")
    await wants(alpha, "alice", for_not_following=Verdict.FILTER)
    for name in ("bob", "dora"):
        await favourites.favourite(alpha.instance, await alpha.actor(name), post.id)
    alice, bob, dora = [await alpha.actor(name) for name in ("alice", "bob", "dora")]
    await notification_policies.let_in(alpha.instance, alice, bob)
    await notification_policies.dismiss(alpha.instance, alice, dora)
    for name in ("bob", "dora"):
        await boosts.boost(alpha.instance, await alpha.actor(name), post.id)
    assert await told(alpha, "alice") == [
        (NotificationKind.BOOST, "bob"),
        (NotificationKind.FAVOURITE, "bob"),
    ]
    assert await put_aside(alpha, "alice") == [("dora", 1)]
    await blocks.block(alpha.instance, alice, dora)
    assert await put_aside(alpha, "alice") == []
