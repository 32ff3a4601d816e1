"""How it is remembered who follows whom."""

from dataclasses import replace

import pytest

from fedlearn.db import actors as db_actors
from fedlearn.db import follow_wishes as db_follow_wishes
from fedlearn.db import follows as db_follows
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.follows import Follow, FollowState
from fedlearn.domain.ids import FollowId, Millis, Uri
from tests.builders import follows, local, remote
from tests.clock import Clock


async def asks(connection: Connection, follower: Actor, followee: Actor, uri: str) -> Follow:
    """One wishes to follow another, with this identity."""
    return await db_follows.store_follow(
        connection,
        follower_id=follower.id,
        followee_id=followee.id,
        uri=uri,
        state=FollowState.PENDING,
    )


async def test_follow_comes_back_as_it_was_kept(connection: Connection, clock: Clock) -> None:
    """A follow is there again by its pair, its identity and its id, and only in its direction."""
    alice, robin = await local(connection), await remote(connection)
    follow = await asks(connection, robin, alice, "https://far.example/1")
    assert follow == Follow(
        id=follow.id,
        uri=Uri("https://far.example/1"),
        follower_id=robin.id,
        followee_id=alice.id,
        state=FollowState.PENDING,
        created_at=clock.now,
    )
    assert await db_follows.follow_between(connection, robin.id, alice.id) == follow
    assert await db_follows.follow_by_uri(connection, follow.uri) == follow
    assert await db_follows.follow_by_id(connection, follow.id) == follow
    assert await db_follows.follow_between(connection, alice.id, robin.id) is None
    assert await db_follows.follow_by_uri(connection, "https://far.example/2") is None
    assert await db_follows.follow_by_id(connection, FollowId(5)) is None


async def test_asking_again(connection: Connection) -> None:
    """A follow that is asked for again is the same with the newest identity; a yes stays a yes."""
    alice, robin = await local(connection), await remote(connection)
    first = await asks(connection, robin, alice, "https://far.example/1")
    second = await asks(connection, robin, alice, "https://far.example/2")
    assert second == replace(first, uri=Uri("https://far.example/2"))
    assert await db_follows.accept_follow(connection, first.id)
    third = await asks(connection, robin, alice, "https://far.example/3")
    assert third.state is FollowState.ACCEPTED
    assert await db_follows.follow_by_uri(connection, "https://far.example/1") is None


async def test_accepting(connection: Connection) -> None:
    """A yes is news once; it concerns one follow only; and no follow that is not there."""
    alice, robin, ro = await _three(connection)
    follow = await follows(connection, robin, alice, FollowState.PENDING)
    other = await follows(connection, ro, alice, FollowState.PENDING)
    assert await db_follows.accept_follow(connection, follow.id)
    assert not await db_follows.accept_follow(connection, follow.id)
    assert not await db_follows.accept_follow(connection, FollowId(5))
    accepted = await db_follows.follow_by_id(connection, follow.id)
    assert accepted == replace(follow, state=FollowState.ACCEPTED)
    assert await db_follows.follow_by_id(connection, other.id) == other


async def test_ending(connection: Connection) -> None:
    """A follow that is over is gone, and nobody else's."""
    alice, robin, ro = await _three(connection)
    follow, other = await follows(connection, robin, alice), await follows(connection, ro, alice)
    await db_follows.delete_follow(connection, follow.id)
    assert await db_follows.follow_by_id(connection, follow.id) is None
    assert await db_follows.follow_by_id(connection, other.id) == other


async def test_local_followers(connection: Connection) -> None:
    """Those here who follow are told, and neither remote nor pending ones, nor whom one follows."""
    alice, robin, _ = await _three(connection)
    assert not await db_follows.is_followed_locally(connection, alice.id)
    await follows(connection, robin, alice)
    await follows(connection, await local(connection, "pat"), alice, FollowState.PENDING)
    await follows(connection, alice, await local(connection, "lou"))
    assert not await db_follows.is_followed_locally(connection, alice.id)
    assert await db_follows.local_followers(connection, alice.id) == []
    fay = await local(connection, "fay")
    await follows(connection, fay, alice)
    assert await db_follows.is_followed_locally(connection, alice.id)
    assert await db_follows.local_followers(connection, alice.id) == [fay.id]


# --- inboxes of followers --------------------------------------------------------------------------


async def test_inboxes_of_followers(connection: Connection) -> None:
    """Followers behind one shared inbox count once; who has none is reached at their own."""
    alice = await local(connection, "alice")
    for name in ("robin", "ro"):
        await follows(connection, await remote(connection, f"{name}@far.example"), alice)
    loner = await remote(connection, "lo@near.example", shared_inbox=None)
    await follows(connection, loner, alice)
    inboxes = await db_follows.follower_inboxes(connection, alice.id)
    assert sorted(inboxes) == ["https://far.example/inbox", loner.profile.inbox]


async def test_inboxes_of_nobody_else(connection: Connection) -> None:
    """Local followers, pending ones, and those whom one follows oneself get no copy."""
    alice = await local(connection, "alice")
    await follows(connection, await local(connection, "fay"), alice)
    await follows(
        connection, await remote(connection, "pat@far.example"), alice, FollowState.PENDING
    )
    await follows(connection, alice, await remote(connection, "lou@near.example"))
    assert await db_follows.follower_inboxes(connection, alice.id) == []


@pytest.mark.parametrize("end", ["gone", "suspended"])
async def test_inboxes_of_who_takes_part_no_more(connection: Connection, end: str) -> None:
    """A follower who is gone or suspended gets no copy; a neighbour on the same server does."""
    alice, robin, ro = await _three(connection)
    await follows(connection, robin, alice)
    await follows(connection, ro, alice)
    if end == "gone":
        await db_actors.mark_gone(connection, robin.id)
    else:
        await db_actors.set_suspended(connection, robin.id, Millis(1))
    assert await db_follows.follower_inboxes(connection, alice.id) == [ro.delivery_inbox]


# --- lists -----------------------------------------------------------------------------------------


async def test_pages_of_followers(connection: Connection) -> None:
    """Followers come newest first, page after page, without those who only asked."""
    alice = await local(connection, "alice")
    fans = [await remote(connection, f"fan{n}@far.example") for n in range(5)]
    made = [await follows(connection, fan, alice) for fan in fans]
    await follows(connection, await local(connection, "pat"), alice, FollowState.PENDING)
    await follows(connection, alice, fans[0])
    newest_first = list(zip((one.id for one in made), fans, strict=True))[::-1]
    first = await db_follows.followers_page(connection, alice.id, before=None, limit=3)
    rest = await db_follows.followers_page(connection, alice.id, before=first[-1][0], limit=3)
    assert [*first, *rest] == newest_first
    assert len(first) == 3
    end = await db_follows.followers_page(connection, alice.id, before=rest[-1][0], limit=3)
    assert end == []


async def test_pages_of_following(connection: Connection) -> None:
    """Those whom one follows come newest first, page after page, without unanswered wishes."""
    alice = await local(connection, "alice")
    idols = [await remote(connection, f"idol{n}@far.example") for n in range(5)]
    made = [await follows(connection, alice, idol) for idol in idols]
    await follows(connection, alice, await local(connection, "pat"), FollowState.PENDING)
    await follows(connection, idols[0], alice)
    newest_first = list(zip((one.id for one in made), idols, strict=True))[::-1]
    first = await db_follows.following_page(connection, alice.id, before=None, limit=3)
    rest = await db_follows.following_page(connection, alice.id, before=first[-1][0], limit=3)
    assert [*first, *rest] == newest_first
    assert len(first) == 3


async def test_who_waits_for_an_answer(connection: Connection) -> None:
    """Those who asked are told oldest first with their wish; the answered ones are not."""
    alice, robin, ro = await _three(connection)
    wishes = [await follows(connection, one, alice, FollowState.PENDING) for one in (robin, ro)]
    await follows(connection, await local(connection, "fay"), alice)
    await follows(connection, alice, await local(connection, "lou"), FollowState.PENDING)
    waiting = await db_follows.pending_followers(connection, alice.id)
    assert waiting == [(wishes[0], robin), (wishes[1], ro)]
    await db_follows.accept_follow(connection, wishes[0].id)
    assert await db_follows.pending_followers(connection, alice.id) == waiting[1:]


async def test_counts(connection: Connection) -> None:
    """Followers and followed are counted apart, without what waits for a yes."""
    alice, robin, ro = await _three(connection)
    assert await db_follows.count_follows(connection, alice.id) == (0, 0)
    await follows(connection, robin, alice)
    await follows(connection, ro, alice)
    await follows(connection, alice, robin)
    await follows(connection, await local(connection, "pat"), alice, FollowState.PENDING)
    await follows(connection, alice, ro, FollowState.PENDING)
    assert await db_follows.count_follows(connection, alice.id) == (2, 1)


async def _three(connection: Connection) -> tuple[Actor, Actor, Actor]:
    return (
        await local(connection, "alice"),
        await remote(connection, "robin@far.example"),
        await remote(connection, "ro@near.example"),
    )


async def test_followers_at_an_inbox_that_is_gone(connection: Connection) -> None:
    """Who has the inbox for their own is dropped; who only shares it, and everybody else, stays."""
    alice, gone = await local(connection), await remote(connection)
    other = await local(connection, "bob")
    await follows(connection, gone, alice)
    await follows(connection, other, alice)
    shared = gone.profile.shared_inbox
    assert shared is not None
    assert shared != gone.profile.inbox
    await db_follows.delete_followers_at(connection, shared)
    assert await db_follows.count_follows(connection, alice.id) == (2, 0)
    await db_follows.delete_followers_at(connection, gone.profile.inbox)
    assert await db_follows.count_follows(connection, alice.id) == (1, 0)
    await db_follows.delete_followers_at(connection, other.profile.inbox)
    assert await db_follows.count_follows(connection, alice.id) == (1, 0)


async def test_followers_on_one_host(connection: Connection) -> None:
    """Of an actor's followers, those on one host are found: accepted ones, and nobody else's."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    there = [await remote(connection, f"{name}@far.example") for name in ("fay", "guy", "lou")]
    elsewhere = await remote(connection, "fay@near.example")
    await follows(connection, there[0], alice)
    await follows(connection, there[1], alice, FollowState.PENDING)
    await follows(connection, there[2], bob)
    await follows(connection, elsewhere, alice)
    assert await db_follows.followers_at(connection, alice.id, "far.example") == [there[0].uri]
    assert await db_follows.followers_at(connection, alice.id, "near.example") == [elsewhere.uri]
    assert await db_follows.followers_at(connection, alice.id, "example") == []


async def test_at_most_so_many_followers(connection: Connection) -> None:
    """Whether there are more followers than a number; who only asks is no follower."""
    alice = await local(connection, "alice")
    for name in ("fay", "guy"):
        await follows(connection, await remote(connection, f"{name}@far.example"), alice)
    await follows(connection, await local(connection, "pat"), alice, FollowState.PENDING)
    assert [await db_follows.has_at_most(connection, alice.id, n) for n in (1, 2, 3)] == [
        False,
        True,
        True,
    ]


async def test_local_follows_of_somebody(connection: Connection) -> None:
    """Who of ours follows somebody, each with the follow as it is kept."""
    robin = await remote(connection)
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    known = await follows(connection, alice, robin)
    await follows(connection, bob, robin, FollowState.PENDING)
    await follows(connection, await remote(connection, "fay@far.example"), robin)
    assert await db_follows.local_follows_of(connection, robin.id) == [(known, alice)]


async def test_who_is_told(connection: Connection) -> None:
    """Told of posts are people of ours who follow and asked for it; who asks anew is still told."""
    alice, bob, dora = [await local(connection, name) for name in ("alice", "bob", "dora")]
    robin = await remote(connection)
    made = [await follows(connection, one, alice) for one in (bob, dora, robin)]
    for follow in (made[0], made[2]):
        await db_follow_wishes.keep_wishes(connection, replace(follow, notifies=True))
    assert await db_follow_wishes.who_is_told(connection, alice.id) == [bob]
    assert await db_follow_wishes.who_is_told(connection, bob.id) == []
    again = await db_follows.store_follow(
        connection, follower_id=bob.id, followee_id=alice.id, uri="x", state=FollowState.PENDING
    )
    assert again.notifies
    await db_follow_wishes.keep_wishes(connection, replace(again, notifies=False))
    assert await db_follow_wishes.who_is_told(connection, alice.id) == []
    pending = await asks(connection, dora, bob, "https://our.example/1")
    await db_follow_wishes.keep_wishes(connection, replace(pending, notifies=True))
    assert await db_follow_wishes.who_is_told(connection, bob.id) == []


async def test_whom_a_post_would_reach(connection: Connection) -> None:
    """Accepted followers are counted with their servers, up to a number; who is gone is not."""
    alice = await local(connection)
    carol, dan = await local(connection, "carol"), await local(connection, "dan")
    far = [await remote(connection, f"{name}@far.example") for name in ("robin", "rosa")]
    near = await remote(connection, "nora@near.example")
    for follower in (carol, dan, *far):
        await follows(connection, follower, alice)
    await follows(connection, near, alice, FollowState.PENDING)
    count = db_follows.count_reached
    assert await count(connection, alice.id, 10) == (4, 2)
    assert (await count(connection, alice.id, 3))[0] == 3
    assert await count(connection, carol.id, 10) == (0, 0)
    await db_actors.mark_gone(connection, far[0].id)
    assert await count(connection, alice.id, 10) == (3, 2)
