"""Whom people recommend in collections, and who finds which."""

from fedlearn.db import collections as db_collections
from fedlearn.db.actors import set_suspended
from fedlearn.db.blocks import insert_block
from fedlearn.db.database import Connection
from fedlearn.db.erasing import erase_traces
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Viewer
from fedlearn.domain.collections import CollectionDraft, ItemState, PeopleCollection
from fedlearn.domain.ids import CollectionId, now
from tests.builders import follows, local, remote


async def a_collection(
    connection: Connection, owner: Actor, *people: Actor, is_discoverable: bool = True
) -> PeopleCollection:
    """A collection of somebody with these people in it."""
    said = CollectionDraft("Beekeepers", "They know", is_discoverable=is_discoverable)
    made = await db_collections.insert_collection(connection, owner.id, said)
    for one in people:
        await db_collections.put_in(connection, made.id, one.id)
    return made


async def in_it(
    connection: Connection, viewer: Viewer, collection_id: CollectionId
) -> list[str] | None:
    """Whom a viewer finds in a collection; None where there is none for them."""
    view = await db_collections.collection_view(connection, viewer, collection_id)
    return None if view is None else [one.actor.profile.username for one in view.items]


async def listed(connection: Connection, viewer: Viewer, owner: Actor) -> list[CollectionId]:
    """What a viewer finds on a profile."""
    found = await db_collections.collections_of(connection, viewer, owner.id, offset=0, limit=9)
    return [view.collection.id for view in found]


async def listed_with(connection: Connection, viewer: Viewer, actor: Actor) -> list[CollectionId]:
    """Where a viewer finds somebody recommended."""
    found = await db_collections.collections_with(connection, viewer, actor.id, offset=0, limit=9)
    return [view.collection.id for view in found]


async def test_keeping_collections(connection: Connection) -> None:
    """Collections are made, changed and given up; each comes back as it was said."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    made = await a_collection(connection, alice, bob)
    said = CollectionDraft("Wasps", "Fewer", "de", "wasps", is_sensitive=True)
    await db_collections.change_collection(connection, made.id, said)
    view = await db_collections.collection_view(connection, STRANGER, made.id)
    assert view is not None
    assert (view.collection.said, view.owner) == (said, alice)
    assert view.collection.created_at <= view.collection.updated_at <= now()
    assert await db_collections.count_collections(connection, alice.id) == 1
    await db_collections.delete_collection(connection, made.id)
    assert await in_it(connection, alice.viewer, made.id) is None
    assert await db_collections.collection_views(connection, STRANGER, []) == {}


async def test_people_come_and_go(connection: Connection) -> None:
    """Who is taken out may be put in again; who has left for good is not."""
    alice, bob, carol = [await local(connection, name) for name in ("alice", "bob", "carol")]
    made = await a_collection(connection, alice, bob, carol, bob)
    assert await in_it(connection, STRANGER, made.id) == ["bob", "carol"]
    await db_collections.take_out(connection, made.id, bob.id)
    assert await in_it(connection, alice.viewer, made.id) == ["carol"]
    assert await db_collections.put_in(connection, made.id, bob.id) is ItemState.ACCEPTED
    await db_collections.revoke(connection, made.id, bob.id)
    await db_collections.take_out(connection, made.id, bob.id)
    assert await db_collections.put_in(connection, made.id, bob.id) is ItemState.REVOKED
    assert await in_it(connection, alice.viewer, made.id) == ["carol"]
    assert await listed_with(connection, bob.viewer, bob) == []


async def test_what_is_not_listed(connection: Connection) -> None:
    """What is not discoverable is for people here who have its address, and for those in it."""
    alice, bob, carol = [await local(connection, name) for name in ("alice", "bob", "carol")]
    robin = await remote(connection)
    made = await a_collection(connection, alice, bob, is_discoverable=False)
    for viewer in (STRANGER, robin.viewer):
        assert await in_it(connection, viewer, made.id) is None
        assert await listed(connection, viewer, alice) == []
    assert await in_it(connection, carol.viewer, made.id) == ["bob"]
    assert await listed(connection, carol.viewer, alice) == []
    assert await listed_with(connection, carol.viewer, bob) == []
    assert await listed_with(connection, bob.viewer, bob) == [made.id]
    assert await listed(connection, alice.viewer, alice) == [made.id]


async def test_who_is_not_shown(connection: Connection) -> None:
    """Who is suspended, silenced, or does not want to be found any more stands in no collection."""
    alice = await local(connection, "alice", is_discoverable=False)
    shown, away = await local(connection, "bob"), await local(connection, "carol")
    hidden = await local(connection, "dan", is_discoverable=False)
    silenced = await local(connection, "erin")
    made = await a_collection(connection, alice, alice, shown, away, hidden, silenced)
    await set_suspended(connection, away.id, now())
    await connection.execute("UPDATE actor SET policy = 'silence' WHERE id = :id", id=silenced.id)
    for viewer in (STRANGER, alice.viewer):
        assert await in_it(connection, viewer, made.id) == ["alice", "bob"]
    assert await listed_with(connection, STRANGER, hidden) == []


async def test_whose_collections_are_not_shown(connection: Connection) -> None:
    """Collections of the suspended are for nobody, those of the silenced for who asked for it."""
    alice, bob, carol = [await local(connection, name) for name in ("alice", "bob", "carol")]
    made = await a_collection(connection, alice, bob)
    await follows(connection, carol, alice)
    await connection.execute("UPDATE actor SET policy = 'silence' WHERE id = :id", id=alice.id)
    assert await in_it(connection, STRANGER, made.id) is None
    for viewer in (alice.viewer, bob.viewer, carol.viewer):
        assert await in_it(connection, viewer, made.id) == ["bob"]
    await set_suspended(connection, alice.id, now())
    for viewer in (STRANGER, bob.viewer, carol.viewer):
        assert await in_it(connection, viewer, made.id) is None


async def test_blocks_stand_between(connection: Connection) -> None:
    """Whom a block parts read nothing of each other; where they recommend each other is known."""
    alice, bob, carol = [await local(connection, name) for name in ("alice", "bob", "carol")]
    made = await a_collection(connection, alice, bob, carol)
    back = await a_collection(connection, bob, alice)
    await insert_block(connection, actor_id=bob.id, target_id=carol.id, uri="a block")
    assert await in_it(connection, carol.viewer, made.id) == ["carol"]
    assert await in_it(connection, bob.viewer, made.id) == ["bob"]
    assert await in_it(connection, carol.viewer, back.id) is None
    between = await db_collections.collections_between(connection, alice.id, bob.id)
    assert sorted(between) == [(made.id, bob.id), (back.id, alice.id)]
    assert await db_collections.collections_between(connection, bob.id, carol.id) == []


async def test_who_is_gone_leaves_nothing(connection: Connection) -> None:
    """Nothing stays of the collections of who is gone, nor they in those of others."""
    alice, bob = await local(connection, "alice"), await local(connection, "bob")
    made, other = (
        await a_collection(connection, alice, bob),
        await a_collection(connection, bob, alice),
    )
    await erase_traces(connection, alice.id)
    assert await in_it(connection, bob.viewer, made.id) is None
    assert await in_it(connection, bob.viewer, other.id) == []
