"""Collections of people as other servers see them: documents, authorizations, and news (FEP-7aa9)."""

from typing import Any

from fedlearn.domain.actors import Actor
from fedlearn.domain.collections import CollectionDraft
from fedlearn.services import accounts, blocks, collections
from tests.federation.browser import open_browser
from tests.federation.peer import AS, Person
from tests.federation.scenes import is_read_by, takes
from tests.federation.server import Server, settle

BEES = CollectionDraft("Beekeepers", "They know <all>", "en", "bees")
UNLISTED = CollectionDraft("Beekeepers", is_discoverable=False)


async def people(server: Server, *names: str) -> list[Actor]:
    """People here who want to be found."""
    for name in names:
        actor = await server.actor(name)
        await accounts.change_profile(server.instance, actor, is_discoverable=True)
    return [await server.actor(name) for name in names]


async def read(server: Server, uri: str) -> dict[str, Any]:
    """A document that anybody may have."""
    answer = await server.get(uri)
    assert answer.status_code == 200, uri
    document: dict[str, Any] = answer.json()
    assert document["id"] == uri
    return document


async def test_collection_is_read_elsewhere(alpha: Server) -> None:
    """An actor leads to its collections, these to who stands in them, and each to their own word."""
    alice, bob = await people(alpha, "alice", "bob")
    made = await collections.create_collection(alpha.instance, alice, BEES, [bob])
    actor = await read(alpha, alice.uri)
    assert actor["interactionPolicy"] == {"canFeature": {"automaticApproval": [alice.uri]}}
    all_of_hers = await read(alpha, actor["featuredCollections"])
    assert all_of_hers["orderedItems"] == [f"{alice.uri}/collections/{made}"]
    document = await read(alpha, f"{alice.uri}/collections/{made}")
    assert document == {
        **document,
        "type": "FeaturedCollection",
        "attributedTo": alice.uri,
        "url": f"https://alpha.test/collections/{made}",
        "name": "Beekeepers",
        "summary": "They know &lt;all&gt;",
        "summaryMap": {"en": "They know &lt;all&gt;"},
        "topic": {"type": "Hashtag", "href": "https://alpha.test/tags/bees", "name": "#bees"},
        "sensitive": False,
        "discoverable": True,
        "totalItems": 1,
    }
    (item,) = document["orderedItems"]
    assert item == {
        **item,
        "type": "FeaturedItem",
        "featuredObject": bob.uri,
        "featuredObjectType": "Person",
    }
    assert await read(alpha, item["id"]) == {"@context": document["@context"], **item}
    word = await read(alpha, item["featureAuthorization"])
    assert word == {
        **word,
        "type": "FeatureAuthorization",
        "attributedTo": bob.uri,
        "interactingObject": document["id"],
        "interactionTarget": bob.uri,
    }
    async with open_browser(alpha) as browser:
        answer = await browser.get(document["id"])
        assert answer.headers["location"] == f"/collections/{made}"


async def test_what_is_not_for_everybody_stays(alpha: Server, bob: Person) -> None:
    """What is not listed has no document, whoever signs, and nobody is told of it."""
    await is_read_by(alpha, "alice", bob)
    alice, ann = await people(alpha, "alice", "ann")
    await settle(alpha)
    bob.peer.received.clear()
    made = await collections.create_collection(alpha.instance, alice, UNLISTED, [ann])
    async with alpha.instance.db.read() as connection:
        view = await collections.own_collection(connection, alice, made)
    item = view.items[0].id
    await settle(alpha)
    assert bob.peer.received == []
    uri = f"{alice.uri}/collections/{made}"
    for path in (uri, f"{uri}/items/{item}", f"{ann.uri}/feature_authorizations/{item}"):
        assert (await alpha.get(path)).status_code == 404
        assert (await bob.get(alpha, path)).status_code == 404
    listed = await read(alpha, f"{alice.uri}/featured_collections")
    assert listed["totalItems"] == 0


async def test_word_holds_as_long_as_it_is_given(alpha: Server) -> None:
    """Who leaves, or does not want to be found any more, has not agreed; nor is it another's word."""
    alice, bob, carol = await people(alpha, "alice", "bob", "carol")
    made = await collections.create_collection(alpha.instance, alice, BEES, [bob, carol])
    uri = f"{alice.uri}/collections/{made}"
    words = [one["featureAuthorization"] for one in (await read(alpha, uri))["orderedItems"]]
    assert (await alpha.get(words[0].replace("/bob/", "/carol/"))).status_code == 404
    assert (await alpha.get(uri.replace("/alice/", "/bob/"))).status_code == 404
    assert (await alpha.get(f"{bob.uri}/feature_authorizations/1")).status_code == 404
    assert (await alpha.get(f"{uri}/items/1")).status_code == 404
    async with alpha.instance.db.read() as connection:
        item = (await collections.readable(connection, bob, made)).item_of(bob.id)
    assert item is not None
    await collections.leave(alpha.instance, bob, made, item.id)
    await accounts.change_profile(alpha.instance, carol, is_discoverable=False)
    assert [(await alpha.get(word)).status_code for word in words] == [404, 404]
    assert (await read(alpha, uri))["orderedItems"] == []


async def test_followers_elsewhere_are_told(alpha: Server, bob: Person) -> None:
    """Add, Update and Remove tell followers elsewhere what became of a collection, and who is in."""
    await is_read_by(alpha, "alice", bob)
    alice, ann = await people(alpha, "alice", "ann")
    await settle(alpha)
    bob.peer.received.clear()
    made = await collections.create_collection(alpha.instance, alice, BEES)
    uri, all_of_hers = f"{alice.uri}/collections/{made}", f"{alice.uri}/featured_collections"
    item = await collections.put_in(alpha.instance, alice, made, ann)
    await collections.change_collection(alpha.instance, alice, made, CollectionDraft("Wasps"))
    await collections.take_out(alpha.instance, alice, made, item.id)
    await collections.change_collection(alpha.instance, alice, made, UNLISTED)
    await collections.put_in(alpha.instance, alice, made, ann)
    await collections.change_collection(alpha.instance, alice, made, BEES)
    await blocks.block(alpha.instance, ann, alice)
    await collections.delete_collection(alpha.instance, alice, made)
    await settle(alpha)
    told = [one for kind in ("Add", "Update", "Remove") for one in bob.peer.got(kind)]
    assert {(one["actor"], *one["to"], *one["cc"]) for one in told} == {
        (alice.uri, f"{AS}#Public", f"{alice.uri}/followers")
    }
    added = bob.peer.got("Add")
    assert [one["object"]["type"] for one in added] == [
        "FeaturedCollection",
        "FeaturedItem",
        "FeaturedCollection",
    ]
    assert [one["target"] for one in added] == [all_of_hers, uri, all_of_hers]
    (updated,) = bob.peer.got("Update")
    assert (updated["object"]["id"], updated["object"]["name"]) == (uri, "Wasps")
    removed = bob.peer.got("Remove")
    assert [one["target"] for one in removed] == [uri, all_of_hers, uri, all_of_hers]
    assert removed[0]["object"] == f"{uri}/items/{item.id}"
    assert removed[1]["object"] == uri


async def test_instance_recommends_nobody(alpha: Server) -> None:
    """The actor of the instance has no collections, and says so."""
    listed = await read(alpha, "https://alpha.test/actor/featured_collections")
    assert listed["totalItems"] == 0


async def test_nobody_is_put_in_elsewhere(alpha: Server, bob: Person) -> None:
    """Who asks from elsewhere to put somebody in is told no; an odd question is not answered."""
    alice, _ = await people(alpha, "alice", "ann")
    collection = f"{bob.uri}/collections/1"
    asked = bob.activity("FeatureRequest", alice.uri, instrument=collection)
    await takes(alpha, bob, asked)
    (answer,) = bob.peer.got("Reject")
    assert (answer["actor"], answer["to"]) == (alice.uri, [bob.uri])
    assert answer["object"] == {
        "id": asked["id"],
        "type": "FeatureRequest",
        "actor": bob.uri,
        "object": alice.uri,
        "instrument": collection,
    }
    for about, instrument in (
        (alice.uri, "https://elsewhere.test/collections/1"),
        (alice.uri, None),
        ("https://alpha.test/users/nobody", collection),
        (bob.uri, collection),
    ):
        await takes(alpha, bob, bob.activity("FeatureRequest", about, instrument=instrument))
    assert len(bob.peer.got("Reject")) == 1
