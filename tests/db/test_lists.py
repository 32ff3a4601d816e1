"""How lists are kept, and what stands on their timelines."""

from dataclasses import replace

from fedlearn.db import lists as db_lists
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.erasing import erase_traces
from fedlearn.db.follows import has_other_follower_here
from fedlearn.db.homes import add_to_homes
from fedlearn.db.hosts import set_policy
from fedlearn.db.mutes import store_mute
from fedlearn.db.policies import apply_policies
from fedlearn.db.timelines import home_page
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.follows import FollowState
from fedlearn.domain.ids import Millis, StatusId, Uri
from fedlearn.domain.lists import PeopleList, RepliesPolicy
from fedlearn.domain.mutes import Mute
from fedlearn.domain.policies import Policy
from tests.builders import a_status, boosts, follows, local, remote, says


async def a_list(connection: Connection, owner: Actor, *members: Actor) -> PeopleList:
    """A list of somebody with these people on it."""
    made = await db_lists.insert_list(connection, owner.id, "colleagues")
    for member in members:
        await db_lists.add_member(connection, made.id, member.id)
    return made


async def pages(
    connection: Connection, owner: Actor, shown: PeopleList, limit: int = 20
) -> list[list[StatusId]]:
    """The timeline of a list, page by page."""
    found: list[list[StatusId]] = []
    before = None
    while page := await db_lists.list_page(
        connection, owner.viewer, shown.id, before=before, limit=limit
    ):
        found.append(page)
        before = page[-1]
    return found


async def test_keeping_lists(connection: Connection) -> None:
    """Lists are made, named anew, filled, emptied and given up; each belongs to one person."""
    alice, bob, robin = (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection),
    )
    made = await a_list(connection, alice, robin, bob, robin)
    other = await a_list(connection, bob, robin)
    await db_lists.rename_list(connection, made.id, "Birds")
    assert await db_lists.lists_of(connection, alice.id) == [PeopleList(made.id, alice.id, "Birds")]
    assert await db_lists.list_by_id(connection, other.id) == other
    assert [one.id for one in await db_lists.members_of(connection, made.id)] == [bob.id, robin.id]
    assert await db_lists.lists_with(connection, alice.id, robin.id) == {made.id}
    await db_lists.remove_member(connection, made.id, robin.id)
    assert await db_lists.lists_with(connection, alice.id, robin.id) == set()
    assert await db_lists.lists_with(connection, bob.id, robin.id) == {other.id}
    await db_lists.delete_list(connection, made.id)
    assert await db_lists.lists_of(connection, alice.id) == []
    assert await db_lists.members_of(connection, made.id) == []
    await erase_traces(connection, robin.id)
    assert await db_lists.members_of(connection, other.id) == []
    await erase_traces(connection, bob.id)
    assert await db_lists.list_by_id(connection, other.id) is None


async def test_timeline_of_a_list(connection: Connection) -> None:
    """Posts and boosts of the members alone, newest first, each once, however they are paged."""
    alice, robin, wren = (
        await local(connection, "alice"),
        await remote(connection),
        await remote(connection, "wren@far.example"),
    )
    stranger = await remote(connection, "stranger@far.example")
    authors = [robin, wren, stranger, robin, robin, stranger, wren, robin, robin]
    posts = [await says(connection, author) for author in authors]
    boost = await boosts(connection, wren, posts[2])
    shown = await a_list(connection, alice, robin, wren)
    expected = [boost.id] + [one.id for one in posts[::-1] if one.actor_id != stranger.id]
    for limit in (1, 2, 3, 20):
        found = await pages(connection, alice, shown, limit)
        assert [one for page in found for one in page] == expected
        assert {len(page) for page in found[:-1]} <= {limit}


async def test_list_is_no_key(connection: Connection) -> None:
    """Of members who are not followed only open posts are shown, and no page is shorter for it."""
    alice, robin = await local(connection, "alice"), await remote(connection)
    bob = await local(connection, "bob")
    open_posts = [await says(connection, robin, reach=Reach.UNLISTED) for _ in range(3)]
    hidden = [await says(connection, robin, reach=Reach.FOLLOWERS) for _ in range(3)]
    await says(connection, robin, reach=Reach.DIRECT, naming=[alice])
    inside = await says(connection, bob, scope=Scope.ORG)
    shown = await a_list(connection, alice, robin, bob)
    ids = [one.id for one in (*open_posts, inside)][::-1]
    assert await pages(connection, alice, shown, 2) == [ids[:2], ids[2:]]
    await follows(connection, alice, robin)
    [page] = await pages(connection, alice, shown)
    assert page == [one.id for one in (*open_posts, *hidden, inside)][::-1]
    await store_mute(connection, alice.id, Mute(robin.id, True, None))
    assert await pages(connection, alice, shown) == [[inside.id]]


async def test_feed_of_a_list(connection: Connection) -> None:
    """Only what anybody may read stands in it, whatever its owner may; nor what the owner muted."""
    alice, robin = await local(connection, "alice"), await remote(connection)
    bob, muted = await local(connection, "bob"), await remote(connection, "wren@far.example")
    quiet = await remote(connection, "quiet@silent.example")
    shown = await a_list(connection, alice, robin, bob, muted, quiet)
    await follows(connection, alice, robin)
    expected = []
    for author in (robin, bob):
        for reach in Reach:
            post = await says(connection, author, reach=reach, naming=[alice])
            if reach in {Reach.PUBLIC, Reach.UNLISTED}:
                expected.append(post.id)
        await boosts(connection, author, await says(connection, muted))
    await says(connection, bob, scope=Scope.ORG)
    await says(connection, quiet)
    await set_policy(connection, "silent.example", Policy.SILENCE)
    await apply_policies(connection, "silent.example")
    await store_mute(connection, alice.id, Mute(muted.id, True, None))
    assert await db_lists.list_feed(connection, alice.viewer, shown.id, 20) == expected[::-1]
    assert await db_lists.list_feed(connection, alice.viewer, shown.id, 3) == expected[:0:-1]


async def test_address_of_a_feed(connection: Connection) -> None:
    """A list has none until its owner wants one, and none again after that."""
    alice = await local(connection, "alice")
    shown, other = await a_list(connection, alice), await a_list(connection, alice)
    assert shown.feed_nonce is None
    await db_lists.set_feed_nonce(connection, shown.id, "one")
    found = await db_lists.list_by_id(connection, shown.id)
    assert found == replace(shown, feed_nonce="one")
    assert await db_lists.list_by_id(connection, other.id) == other
    await db_lists.set_feed_nonce(connection, shown.id, None)
    assert await db_lists.list_by_id(connection, shown.id) == shown


async def test_which_answers_stand_on_a_list(connection: Connection) -> None:
    """Those to oneself and to themselves always; those to others as the list has it."""
    alice, robin, wren = (
        await local(connection, "alice"),
        await remote(connection),
        await remote(connection, "wren@far.example"),
    )
    finch, stranger = (
        await remote(connection, "finch@far.example"),
        await remote(connection, "stranger@far.example"),
    )
    await follows(connection, alice, finch)
    shown = await a_list(connection, alice, robin, wren)
    parents = {
        name: await says(connection, actor)
        for name, actor in {"wren": wren, "finch": finch, "stranger": stranger}.items()
    }
    always = [await says(connection, robin)]
    always += [await says(connection, robin, answers=always[0])]
    always += [await says(connection, robin, answers=await says(connection, alice))]
    answers = {
        name: await says(connection, robin, answers=parent) for name, parent in parents.items()
    }
    unknown = replace(a_status(robin), in_reply_to_uri=Uri("https://far.example/unknown"))
    assert await db_statuses.insert_status(connection, unknown, is_local=False)
    for policy, more in (
        (RepliesPolicy.NONE, []),
        (RepliesPolicy.LIST, ["wren"]),
        (RepliesPolicy.FOLLOWED, ["finch"]),
    ):
        await db_lists.change_list(connection, shown.id, policy, is_exclusive=False)
        expected = {one.id for one in (*always, parents["wren"], *(answers[n] for n in more))}
        assert {one for page in await pages(connection, alice, shown) for one in page} == expected


async def test_exclusive_list(connection: Connection) -> None:
    """What its members post and boost is not at home, for its owner alone, and while it is so."""
    alice, bob, robin = (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection),
    )
    posts = [await says(connection, robin), await says(connection, bob)]
    posts.append(await boosts(connection, robin, posts[1]))
    for post in posts:
        await add_to_homes(connection, [alice.id, bob.id], post.id)
    shown = await a_list(connection, alice, robin)
    everything = [post.id for post in posts[::-1]]
    for is_exclusive, left in ((False, everything), (True, [posts[1].id]), (False, everything)):
        await db_lists.change_list(
            connection, shown.id, RepliesPolicy.LIST, is_exclusive=is_exclusive
        )
        assert await home_page(connection, alice.viewer, before=None, limit=9) == left
        assert await home_page(connection, bob.viewer, before=None, limit=9) == everything
    [mine] = await db_lists.lists_of(connection, alice.id)
    assert (mine.replies_policy, mine.is_exclusive) == (RepliesPolicy.LIST, False)


async def test_whose_posts_nobody_sends(connection: Connection) -> None:
    """Those elsewhere whom nobody here follows, as long as a list with them is read."""
    alice, bob, robin, wren = (
        await local(connection, "alice"),
        await local(connection, "bob"),
        await remote(connection),
        await remote(connection, "wren@far.example"),
    )
    await follows(connection, bob, wren)
    await follows(connection, bob, robin, FollowState.PENDING)
    await follows(connection, wren, robin)
    shown = await a_list(connection, alice, robin, wren, bob)
    assert [one.id for one in await db_lists.members_to_fetch(connection, shown.id)] == [robin.id]
    assert not await db_lists.is_read_on_lists_alone(connection, robin.id, Millis(0))
    await db_lists.note_opened(connection, shown.id, Millis(5))
    assert await db_lists.is_read_on_lists_alone(connection, robin.id, Millis(4))
    assert not await db_lists.is_read_on_lists_alone(connection, robin.id, Millis(5))
    assert not await db_lists.is_read_on_lists_alone(connection, wren.id, Millis(4))
    assert await has_other_follower_here(connection, wren.id, alice.id)
    assert not await has_other_follower_here(connection, wren.id, bob.id)
    assert not await has_other_follower_here(connection, robin.id, alice.id)
