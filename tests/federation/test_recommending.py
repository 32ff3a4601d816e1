"""People gather others in collections; those named are told, and have a say."""

from collections.abc import Sequence

import pytest

from fedlearn.domain.actors import Actor
from fedlearn.domain.collections import CollectionDraft, CollectionView
from fedlearn.domain.ids import CollectionId, ItemId
from fedlearn.domain.notifications import NotificationKind
from fedlearn.errors import Forbidden, Invalid, NotFound
from fedlearn.services import accounts, blocks, collections
from tests.federation.server import Server

BEES = CollectionDraft("Beekeepers", "They know", "en", "#Bees")


async def made_by(server: Server, owner: Actor, people: Sequence[Actor] = ()) -> CollectionId:
    """A collection of somebody's."""
    return await collections.create_collection(server.instance, owner, BEES, people)


async def seen(server: Server, reader: Actor, collection_id: CollectionId) -> CollectionView:
    """A collection as somebody sees it."""
    async with server.instance.db.read() as connection:
        return await collections.readable(connection, reader, collection_id)


async def place_of(server: Server, actor: Actor, collection_id: CollectionId) -> ItemId:
    """Where somebody stands in a collection."""
    item = (await seen(server, actor, collection_id)).item_of(actor.id)
    assert item is not None
    return item.id


async def people(server: Server, *names: str) -> list[Actor]:
    """People of a server who want to be found."""
    for name in names:
        actor = await server.actor(name)
        await accounts.change_profile(
            server.instance, actor, name=name, bio="", is_discoverable=True
        )
    return [await server.actor(name) for name in names]


async def test_who_is_named_is_told(alpha: Server) -> None:
    """Who is put in is told, and of each change; who is taken out is reminded of nothing."""
    alice, bob = await people(alpha, "alice", "bob")
    made = await made_by(alpha, alice, [alice, bob])
    (told,) = await alpha.notifications("bob")
    assert told.kind is NotificationKind.ADDED_TO_COLLECTION
    assert told.collection is not None
    assert told.collection.collection.said.tag == "bees"
    for description in ("They know much", "They know more"):
        said = CollectionDraft("Beekeepers", description)
        await collections.change_collection(alpha.instance, alice, made, said)
    # The same once more is no news.
    await collections.change_collection(alpha.instance, alice, made, said)
    kinds = [one.kind for one in await alpha.notifications("bob")]
    assert kinds == [NotificationKind.COLLECTION_UPDATE, NotificationKind.ADDED_TO_COLLECTION]
    place = await place_of(alpha, bob, made)
    await collections.take_out(alpha.instance, alice, made, place)
    assert await alpha.notifications("bob") == []
    assert await alpha.notifications("alice") == []
    with pytest.raises(NotFound):
        await collections.take_out(alpha.instance, alice, made, place)


async def test_who_leaves_stays_out(alpha: Server) -> None:
    """Whoever stands in a collection can leave it, and nobody puts them back, nor leaves for them."""
    alice, bob, carol = await people(alpha, "alice", "bob", "carol")
    made = await made_by(alpha, alice, [bob])
    place = await place_of(alpha, bob, made)
    for other in (alice, carol):
        with pytest.raises(Forbidden):
            await collections.leave(alpha.instance, other, made, place)
    await collections.leave(alpha.instance, bob, made, place)
    assert (await seen(alpha, alice, made)).items == ()
    assert await alpha.notifications("bob") == []
    with pytest.raises(Invalid, match="stays out"):
        await collections.put_in(alpha.instance, alice, made, bob)
    with pytest.raises(NotFound):
        await collections.leave(alpha.instance, bob, made, place)


async def test_who_does_not_want_to_be_found(alpha: Server, beta: Server) -> None:
    """Nobody is recommended who does not want to be found, lives elsewhere, or keeps one away."""
    alice, bob, carol = await people(alpha, "alice", "bob", "carol")
    await accounts.change_profile(
        alpha.instance, carol, name="carol", bio="", is_discoverable=False
    )
    dan = await alpha.find(f"@dan@{(await beta.actor('dan')).profile.uri.split('/')[2]}")
    await blocks.block(alpha.instance, bob, alice)
    made = await made_by(alpha, alice)
    refused = {"carol": "to be found", "bob": "has blocked"}
    for name, why in refused.items():
        with pytest.raises(Invalid, match=why):
            await collections.put_in(alpha.instance, alice, made, await alpha.actor(name))
    with pytest.raises(Invalid, match="on another server"):
        await collections.put_in(alpha.instance, alice, made, dan)
    # Nothing is half made.
    with pytest.raises(Invalid):
        await made_by(alpha, alice, [alice, await alpha.actor("carol")])
    async with alpha.instance.db.read() as connection:
        view = await collections.own_collection(connection, alice, made)
    assert view.items == ()


async def test_block_parts_them(alpha: Server) -> None:
    """With a block both leave the collections of the other, and nobody is told of them any more."""
    alice, bob = await people(alpha, "alice", "bob")
    made, back = await made_by(alpha, alice, [bob]), await made_by(alpha, bob, [alice])
    await blocks.block(alpha.instance, bob, alice)
    assert (await seen(alpha, alice, made)).items == ()
    assert (await seen(alpha, bob, back)).items == ()
    assert await alpha.notifications("bob") == []
    with pytest.raises(NotFound):
        await seen(alpha, bob, made)


async def test_others_change_nothing(alpha: Server) -> None:
    """Only who has made a collection changes it."""
    alice, bob = await people(alpha, "alice", "bob")
    made = await made_by(alpha, alice)
    for act in (
        collections.change_collection(alpha.instance, bob, made, BEES),
        collections.put_in(alpha.instance, bob, made, bob),
        collections.take_out(alpha.instance, bob, made, ItemId(1)),
        collections.delete_collection(alpha.instance, bob, made),
    ):
        with pytest.raises(Forbidden):
            await act
    await collections.delete_collection(alpha.instance, alice, made)
    with pytest.raises(NotFound):
        await collections.delete_collection(alpha.instance, alice, made)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (CollectionDraft(" "), "name"),
        (CollectionDraft("x" * 41), "name"),
        (CollectionDraft("Bees", "x" * 101), "description"),
        (CollectionDraft("Bees", language="xx"), "language"),
        (CollectionDraft("Bees", tag="two words"), "tag_name"),
    ],
)
async def test_what_will_not_do(alpha: Server, draft: CollectionDraft, field: str) -> None:
    """What is said of a collection has its limits, and each field says its own."""
    (alice,) = await people(alpha, "alice")
    with pytest.raises(Invalid) as refused:
        await collections.create_collection(alpha.instance, alice, draft)
    assert list(refused.value.fields) == [field]
    made = await made_by(alpha, alice)
    with pytest.raises(Invalid):
        await collections.change_collection(alpha.instance, alice, made, draft)


async def test_limits(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are so many collections, and so many people in one, and no more."""
    monkeypatch.setattr(collections, "MOST_COLLECTIONS", 2)
    monkeypatch.setattr(collections, "MOST_ITEMS", 1)
    alice, bob = await people(alpha, "alice", "bob")
    made = await made_by(alpha, alice, [bob])
    with pytest.raises(Invalid, match="1 people can be"):
        await collections.put_in(alpha.instance, alice, made, alice)
    assert len((await seen(alpha, alice, made)).items) == 1
    await made_by(alpha, alice)
    with pytest.raises(Invalid, match="2 collections"):
        await made_by(alpha, alice)
