"""Which statuses stand on a timeline, in which order; who may see them is in test_visibility.py."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import pytest

from fedlearn.db import details as db_details
from fedlearn.db import homes as db_homes
from fedlearn.db import statuses as db_statuses
from fedlearn.db import threads as db_threads
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.details import Details
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach, Scope, Viewer
from fedlearn.domain.follows import FollowState
from fedlearn.domain.ids import Millis, StatusId
from fedlearn.domain.statuses import Status
from tests.builders import a_status, boosts, follows, local, remote, says

Page = Callable[[StatusId | None, int], Awaitable[list[StatusId]]]


async def through(page: Page, limit: int) -> list[list[StatusId]]:
    """All pages of a timeline, each asked for from where the one before ended."""
    pages: list[list[StatusId]] = []
    before: StatusId | None = None
    while found := await page(before, limit):
        pages.append(found)
        before = found[-1]
    return pages


async def home_of(connection: Connection, viewer: Viewer) -> list[StatusId]:
    """The beginning of a home timeline."""
    return await db_timelines.home_page(connection, viewer, before=None, limit=40)


# --- home: what gets there -------------------------------------------------------------------------


async def test_followers_have_it_at_home(connection: Connection) -> None:
    """A post goes to the homes of local followers, not of remote, pending or other people."""
    alice, fay = await local(connection, "alice"), await local(connection, "fay")
    pat, lou = await local(connection, "pat"), await local(connection, "lou")
    await follows(connection, fay, alice)
    await follows(connection, await remote(connection), alice)
    await follows(connection, pat, alice, FollowState.PENDING)
    await follows(connection, alice, lou)
    for reach in (Reach.PUBLIC, Reach.UNLISTED, Reach.FOLLOWERS):
        post = await says(connection, alice, reach=reach, naming=[lou])
        assert await db_homes.home_owners(connection, post) == [fay.id]


async def test_direct_posts_are_at_home_with_nobody(connection: Connection) -> None:
    """A direct post is on no home timeline, be it of those whom it names: it has its own place."""
    alice, fay = await local(connection, "alice"), await local(connection, "fay")
    nan, ada = await local(connection, "nan"), await local(connection, "ada")
    await follows(connection, fay, alice)
    robin = await remote(connection)
    post = await says(connection, alice, reach=Reach.DIRECT, naming=[nan, robin], silently_to=[ada])
    assert await db_homes.home_owners(connection, post) == []


async def test_answers_are_at_home_with_those_who_follow_both(connection: Connection) -> None:
    """An answer goes to followers who also follow whom it answers, or are them, not to others."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    both, one = await local(connection, "both"), await local(connection, "one")
    asks = await local(connection, "asks")
    for follower in (both, one, asks, bob):
        await follows(connection, follower, alice)
    await follows(connection, both, bob)
    await follows(connection, asks, bob, FollowState.PENDING)
    answer = await says(connection, alice, answers=await says(connection, bob))
    owners = await db_homes.home_owners(connection, answer)
    assert sorted(owners) == sorted([both.id, bob.id])


async def test_answers_to_oneself_are_at_home_with_all_followers(connection: Connection) -> None:
    """A thread of one author goes to everybody who follows that author."""
    alice, fay = await local(connection, "alice"), await local(connection, "fay")
    await follows(connection, fay, alice)
    thread = await says(connection, alice, answers=await says(connection, alice))
    assert await db_homes.home_owners(connection, thread) == [fay.id]


async def test_boosts_are_at_home_with_followers_of_the_booster(connection: Connection) -> None:
    """A boost goes to those who follow the booster, whether they know the author or not."""
    alice, fay = await local(connection, "alice"), await local(connection, "fay")
    await follows(connection, fay, alice)
    boost = await boosts(connection, alice, await says(connection, await remote(connection)))
    assert await db_homes.home_owners(connection, boost) == [fay.id]


async def test_home_has_each_post_once(connection: Connection) -> None:
    """Putting a post on a home timeline again changes nothing; other homes are not concerned."""
    alice, fay, lou = [await local(connection, name) for name in ("alice", "fay", "lou")]
    post = await says(connection, alice)
    await db_homes.add_to_homes(connection, [fay.id, fay.id], post.id)
    await db_homes.add_to_homes(connection, [fay.id], post.id)
    await db_homes.add_to_homes(connection, [], post.id)
    assert await home_of(connection, fay.viewer) == [post.id]
    assert await home_of(connection, lou.viewer) == []


async def test_following_fills_the_home(connection: Connection) -> None:
    """After a follow the author's latest posts are at home, so many, and no direct ones."""
    alice, bob, fay = [await local(connection, name) for name in ("alice", "bob", "fay")]
    old = await says(connection, alice, "old")
    posts = [await says(connection, alice, f"{n}") for n in range(2)]
    posts.append(await boosts(connection, alice, await says(connection, bob)))
    await says(connection, alice, reach=Reach.DIRECT, naming=[fay])
    await follows(connection, fay, alice)
    await db_homes.fill_home(connection, fay.id, alice.id, 3)
    await db_homes.fill_home(connection, fay.id, alice.id, 3)
    home = await home_of(connection, fay.viewer)
    assert home == [post.id for post in reversed(posts)]
    assert old.id not in home


async def test_filling_brings_nothing_that_one_may_not_see(connection: Connection) -> None:
    """Posts for followers brought by a follow vanish from the home when the follow is over."""
    alice, fay = await local(connection, "alice"), await local(connection, "fay")
    follow = await follows(connection, fay, alice)
    post = await says(connection, alice, reach=Reach.FOLLOWERS)
    await db_homes.fill_home(connection, fay.id, alice.id, 10)
    assert await home_of(connection, fay.viewer) == [post.id]
    await connection.execute("DELETE FROM follow WHERE id = :id", id=follow.id)
    assert await home_of(connection, fay.viewer) == []


async def test_unfollowing_empties_the_home(connection: Connection) -> None:
    """After an unfollow the author's posts and boosts have left, and what others posted stays."""
    alice, bob, fay = [await local(connection, name) for name in ("alice", "bob", "fay")]
    kept = await says(connection, bob)
    gone = [await says(connection, alice), await boosts(connection, alice, kept)]
    for post in (kept, *gone):
        await db_homes.add_to_homes(connection, [fay.id, bob.id], post.id)
    await db_homes.empty_home_of(connection, fay.id, alice.id)
    assert await home_of(connection, fay.viewer) == [kept.id]
    assert len(await home_of(connection, bob.viewer)) == 3


async def test_trimming_homes(connection: Connection) -> None:
    """Only the newest entries of each home are kept, however many somebody else has."""
    alice, fay, lou = [await local(connection, name) for name in ("alice", "fay", "lou")]
    posts = [await says(connection, alice, f"{n}") for n in range(6)]
    for post in posts:
        await db_homes.add_to_homes(connection, [fay.id], post.id)
    for post in posts[:2]:
        await db_homes.add_to_homes(connection, [lou.id], post.id)
    await db_homes.trim_homes(connection, 3)
    assert await home_of(connection, fay.viewer) == [posts[5].id, posts[4].id, posts[3].id]
    assert await home_of(connection, lou.viewer) == [posts[1].id, posts[0].id]


# --- pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("timeline", ["home", "public", "author", "outbox"])
async def test_pages_hold_everything_once(connection: Connection, timeline: str) -> None:
    """Page after page, a timeline tells everything once, newest first, and then it ends."""
    alice = await local(connection)
    posts = [await says(connection, alice, f"{n}") for n in range(5)]
    for post in posts:
        await db_homes.add_to_homes(connection, [alice.id], post.id)

    async def page(before: StatusId | None, limit: int) -> list[StatusId]:
        match timeline:
            case "home":
                return await db_timelines.home_page(
                    connection, alice.viewer, before=before, limit=limit
                )
            case "public":
                return await db_timelines.public_page(
                    connection, alice.viewer, before=before, limit=limit
                )
            case "author":
                return await db_timelines.author_page(
                    connection, alice.viewer, alice.id, before=before, limit=limit
                )
            case _:
                return await db_timelines.outbox_page(
                    connection, alice.id, before=before, limit=limit
                )

    newest_first = [post.id for post in reversed(posts)]
    assert await through(page, 2) == [newest_first[:2], newest_first[2:4], newest_first[4:]]


async def test_order_is_that_of_writing(connection: Connection) -> None:
    """A post that comes late stands where it was written, not where it came."""
    robin = await remote(connection)
    new = await says(connection, robin, at=Millis(2_000_000_000_000))
    late = await says(connection, robin, at=Millis(1_000_000_000_000))
    found = await db_timelines.author_page(connection, STRANGER, robin.id, before=None, limit=9)
    assert found == [new.id, late.id]


async def test_public_timeline_has_local_beginnings_only(connection: Connection) -> None:
    """The public timelines leave out answers to others and boosts; each has its servers."""
    alice, robin = await local(connection), await remote(connection)
    post = await says(connection, alice)
    far = await says(connection, robin)
    thread = await says(connection, alice, answers=post)
    await says(connection, alice, answers=far)
    await boosts(connection, alice, far)
    waiting = replace(a_status(alice), in_reply_to_uri=far.uri)
    await db_statuses.insert_status(connection, waiting, is_local=True)
    found = await db_timelines.public_page(connection, alice.viewer, before=None, limit=40)
    assert found == [thread.id, post.id]
    found = await db_timelines.remote_page(connection, alice.viewer, before=None, limit=40)
    assert found == [far.id]
    for limit in (1, 2, 3):
        found = await db_timelines.federated_page(
            connection, alice.viewer, before=None, limit=limit
        )
        assert found == [thread.id, far.id, post.id][:limit]


async def test_profile_has_posts_answers_and_boosts(connection: Connection) -> None:
    """A profile shows all that its owner said and boosted, and nothing of others."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    by_bob = await says(connection, bob)
    own = [
        await says(connection, alice),
        await says(connection, alice, answers=by_bob),
        await boosts(connection, alice, by_bob),
    ]
    for page in (
        await db_timelines.author_page(connection, STRANGER, alice.id, before=None, limit=40),
        await db_timelines.outbox_page(connection, alice.id, before=None, limit=40),
    ):
        assert page == [post.id for post in reversed(own)]
    assert await db_timelines.count_outbox(connection, alice.id) == 3
    assert await db_timelines.count_outbox(connection, bob.id) == 1


# --- conversations ---------------------------------------------------------------------------------


async def chain(connection: Connection, author: Actor, length: int) -> list[Status]:
    """A conversation in which each post answers the one before."""
    posts = [await says(connection, author)]
    while len(posts) < length:
        posts.append(await says(connection, author, answers=posts[-1]))
    return posts


async def test_ancestors_begin_with_the_beginning(connection: Connection) -> None:
    """Above a post stands what it answers, oldest first; above the first post nothing."""
    alice = await local(connection)
    posts = await chain(connection, alice, 4)
    await says(connection, alice, answers=posts[0])
    found = await db_threads.ancestors(connection, STRANGER, posts[3].id)
    assert found == [posts[0].id, posts[1].id, posts[2].id]
    assert await db_threads.ancestors(connection, STRANGER, posts[0].id) == []


async def test_ancestors_of_a_long_conversation(connection: Connection) -> None:
    """Of many ancestors those nearest to the post are told."""
    posts = await chain(connection, await local(connection), 5)
    found = await db_threads.ancestors(connection, STRANGER, posts[4].id, limit=2)
    assert found == [posts[2].id, posts[3].id]


async def test_hidden_ancestor_does_not_hide_those_above(connection: Connection) -> None:
    """A post that one may not see leaves a gap, above which the conversation goes on."""
    alice = await local(connection)
    first = await says(connection, alice)
    hidden = await says(connection, alice, answers=first, reach=Reach.DIRECT)
    last = await says(connection, alice, answers=hidden)
    assert await db_threads.ancestors(connection, STRANGER, last.id) == [first.id]
    assert await db_threads.descendants(connection, STRANGER, first.id) == [last.id]


async def test_descendants_are_in_the_order_of_writing(connection: Connection) -> None:
    """Below a post stand all answers to it and to its answers, as many as are asked for."""
    alice = await local(connection)
    root = await says(connection, alice)
    one = await says(connection, alice, answers=root)
    two = await says(connection, alice, answers=root)
    below_one = await says(connection, alice, answers=one)
    await says(connection, alice)
    found = await db_threads.descendants(connection, STRANGER, root.id)
    assert found == [one.id, two.id, below_one.id]
    assert await db_threads.descendants(connection, STRANGER, below_one.id) == []
    assert await db_threads.descendants(connection, STRANGER, root.id, limit=2) == found[:2]


async def test_posts_that_answer_each_other(connection: Connection) -> None:
    """Posts that other servers made answer in a circle are each told once, and the page ends."""
    robin = await remote(connection)
    ring = [a_status(robin, f"{n}") for n in range(3)]
    for n, post in enumerate(ring):
        answering = replace(post, in_reply_to_uri=ring[n - 1].uri)
        await db_statuses.insert_status(connection, answering, is_local=False)
    await connection.execute(
        """
        UPDATE status SET in_reply_to_id = (
            SELECT p.id FROM status p WHERE p.uri = status.in_reply_to_uri)
        """
    )
    aside = await says(connection, robin, answers=ring[1])
    above = await db_threads.ancestors(connection, STRANGER, ring[0].id)
    assert above == [ring[1].id, ring[2].id]
    below = await db_threads.descendants(connection, STRANGER, ring[0].id)
    assert below == [ring[1].id, ring[2].id, aside.id]


async def test_post_that_answers_itself(connection: Connection) -> None:
    """A post that says that it answers itself stands neither above nor below itself."""
    post = a_status(await remote(connection))
    post = replace(post, in_reply_to_uri=post.uri)
    await db_statuses.insert_status(connection, post, is_local=False)
    assert await db_threads.ancestors(connection, STRANGER, post.id) == []
    assert await db_threads.descendants(connection, STRANGER, post.id) == []


async def test_replies_begin_with_those_of_the_author(connection: Connection) -> None:
    """Direct answers come with the author's own first, then the others', each oldest first."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    root = await says(connection, alice)
    by_bob = [await says(connection, bob, answers=root) for _ in range(2)]
    by_alice = [await says(connection, alice, answers=root) for _ in range(2)]
    await says(connection, bob, answers=by_bob[0])
    found = await db_threads.replies_page(
        connection, STRANGER, root.id, after=StatusId(0), limit=40
    )
    assert found == [post.id for post in (*by_alice, *by_bob)]


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_pages_of_replies_hold_everything_once(connection: Connection, limit: int) -> None:
    """Page after page, nothing is lost between the author's answers and those of others."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    root = await says(connection, alice)
    written = [await says(connection, author, answers=root) for author in (bob, alice) * 3]
    authors = {post.id: post.actor_id for post in written}
    found: list[StatusId] = []
    after, others_only = StatusId(0), False
    while page := await db_threads.replies_page(
        connection, STRANGER, root.id, after=after, limit=limit, others_only=others_only
    ):
        found += page
        after, others_only = page[-1], authors[page[-1]] != alice.id
    assert found == [post.id for post in (*written[1::2], *written[0::2])]


async def test_replies_of_others_only(connection: Connection) -> None:
    """Asked for after an answer by somebody else, the author's answers do not come again."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    root = await says(connection, alice)
    by_bob = await says(connection, bob, answers=root)
    await says(connection, alice, answers=root)
    found = await db_threads.replies_page(
        connection, STRANGER, root.id, after=StatusId(0), limit=40, others_only=True
    )
    assert found == [by_bob.id]


async def test_conversation_is_told_from_its_beginning(connection: Connection) -> None:
    """A conversation is all that belongs to it, oldest first, as much as is asked for."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    root = await says(connection, alice)
    answer = await says(connection, bob, answers=root)
    last = await says(connection, alice, answers=answer)
    await says(connection, alice)
    found = await db_threads.conversation_page(connection, STRANGER, root.conversation, 40)
    assert found == [root.id, answer.id, last.id]
    assert (
        await db_threads.conversation_page(connection, STRANGER, root.conversation, 2) == found[:2]
    )


async def test_organisation_posts_at_home(connection: Connection) -> None:
    """A post of the organisation goes to the homes of local followers like any other."""
    alice, fay = await local(connection, "alice"), await local(connection, "fay")
    await follows(connection, fay, alice)
    post = await says(connection, alice, scope=Scope.ORG)
    assert await db_homes.home_owners(connection, post) == [fay.id]


# --- hashtags --------------------------------------------------------------------------------------


async def test_hashtag_page_is_public_and_in_order(connection: Connection) -> None:
    """A hashtag shows public posts newest first: to strangers those from here, to us all of them."""
    alice, robin = await local(connection), await remote(connection)
    here, far, other = [await says(connection, who) for who in (alice, robin, alice)]
    hidden = await says(connection, alice, reach=Reach.FOLLOWERS)
    for post, name in ((here, "bees"), (far, "bees"), (other, "wasps"), (hidden, "bees")):
        await db_details.replace_details(connection, post.id, Details((name,), ()))
    ours = await db_timelines.hashtag_page(connection, alice.viewer, "BEES", before=None, limit=9)
    assert ours == [far.id, here.id]
    older = await db_timelines.hashtag_page(
        connection, alice.viewer, "bees", before=far.id, limit=9
    )
    assert older == [here.id]
    theirs = await db_timelines.hashtag_page(connection, STRANGER, "bees", before=None, limit=9)
    assert theirs == [here.id]


async def test_new_follow_brings_no_answers_to_strangers(connection: Connection) -> None:
    """Of what somebody said before, answers come along only where the reader knows both sides."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    stranger = await remote(connection)
    asked = await says(connection, stranger)
    own = await says(connection, alice)
    thread = await says(connection, alice, answers=own)
    await says(connection, alice, answers=asked)
    await follows(connection, bob, alice)
    await db_homes.fill_home(connection, bob.id, alice.id, 40)
    assert await home_of(connection, bob.viewer) == [thread.id, own.id]


async def test_feed_of_an_author(connection: Connection) -> None:
    """A feed has what its author wrote for everybody, newest first, answers too and no boosts."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    theirs = await says(connection, bob)
    posts = [
        await says(connection, alice, reach=reach, scope=scope)
        for scope in Scope
        for reach in Reach
    ]
    answer = await says(connection, alice, answers=theirs)
    await boosts(connection, alice, theirs)
    public = next(one for one in posts if (one.reach, one.scope) == (Reach.PUBLIC, Scope.FED))
    assert await db_timelines.author_feed(connection, alice.id, 9) == [answer.id, public.id]
    assert await db_timelines.author_feed(connection, alice.id, 1) == [answer.id]


async def test_pages_upwards(connection: Connection) -> None:
    """From what a reader has seen, the page just above it; below an upper end; newest first."""
    alice, robin = await local(connection), await local(connection, "robin")
    await follows(connection, alice, robin)
    posts = [await says(connection, robin, f"post {number} #bees") for number in range(7)]
    for post in posts:
        await db_homes.add_to_homes(connection, [alice.id], post.id)
        await db_details.replace_details(connection, post.id, Details(("bees",)))
    ids = [post.id for post in posts]
    timelines = [
        partial(db_timelines.home_page, connection, alice.viewer),
        partial(db_timelines.public_page, connection, alice.viewer),
        partial(db_timelines.federated_page, connection, alice.viewer),
        partial(db_timelines.hashtag_page, connection, alice.viewer, "bees"),
        partial(db_timelines.author_page, connection, alice.viewer, robin.id),
    ]
    for page in timelines:
        assert await page(before=None, after=ids[1], is_upward=True, limit=2) == [ids[3], ids[2]]
        assert await page(before=ids[4], after=ids[1], limit=9) == [ids[3], ids[2]]
        assert await page(before=None, after=ids[6], is_upward=True, limit=9) == []
        assert await page(before=None, after=ids[4], limit=9) == [ids[6], ids[5]]
