"""How lists are kept, and what stands on their timelines."""

from fedlearn.db import lists as db_lists
from fedlearn.db.actors import erase_traces
from fedlearn.db.database import Connection
from fedlearn.db.mutes import store_mute
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import StatusId
from fedlearn.domain.lists import PeopleList
from fedlearn.domain.mutes import Mute
from tests.builders import boosts, follows, local, remote, says


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
