"""What other servers read of an actor of ours, held against what they need."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from fedlearn.activitypub.jsonld import expand
from fedlearn.activitypub.multikeys import read_multikey
from fedlearn.activitypub.uris import same_origin
from fedlearn.db import actors as db_actors
from fedlearn.domain.actors import ProfileField
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import Uri
from fedlearn.services import accounts, boosts, favourites, statuses
from tests.federation.peer import AS, Document, Peer
from tests.federation.scenes import is_read_by, reads, takes
from tests.federation.server import Server, settle

ADDRESSES = ("inbox", "outbox", "followers", "following", "featured", "featuredTags", "url")
FLAGS = ("manuallyApprovesFollowers", "discoverable", "indexable", "memorial")
SPKI = "-----BEGIN PUBLIC KEY-----\n"


async def document_of(server: Server, path: str) -> Document:
    """The document at an address."""
    answer = await server.get(path)
    assert answer.status_code == 200, path
    document: Document = answer.json()
    return document


async def dressed_up(server: Server) -> str:
    """The path of an actor who has said all that can be said of oneself."""
    actor = await server.actor("alice")
    actor = await accounts.change_profile(
        server.instance, actor, name="Alice & co", bio="I keep #bees", is_locked=True
    )
    profile = replace(
        actor.profile,
        fields=(ProfileField("Web", '<a href="https://alice.example" rel="me">alice</a>'),),
        also_known_as=("https://old.example/users/alice",),
        avatar=f"https://{server.host}/media/alice.webp",
        header=f"https://{server.host}/media/hill.jpg",
        moved_to=Uri("https://new.example/users/alice"),
    )
    async with server.instance.db.write() as connection:
        await db_actors.store_actor(connection, profile, server.host)
    return "/users/alice"


async def test_properties_and_their_types(alpha: Server) -> None:
    """Whatever peers read of an actor is there, each in the one form that all of them take.

    Conformance: 42.
    """
    for path in (await dressed_up(alpha), "/actor"):
        actor = await document_of(alpha, path)
        assert isinstance(actor["@context"], list)
        assert AS in actor["@context"]
        assert actor["type"] in {"Person", "Application"}
        for name in ("id", "preferredUsername", "webfinger", "name", "summary", *ADDRESSES):
            assert isinstance(actor[name], str), name
        for name in FLAGS:
            assert isinstance(actor[name], bool), name
        for name in ("attachment", "tag", "alsoKnownAs"):
            assert isinstance(actor[name], list), name
        assert isinstance(actor["publicKey"], dict)
        assert [key["type"] for key in actor["assertionMethod"]] == ["Multikey"]
        assert (
            read_multikey(actor["assertionMethod"][0]["publicKeyMultibase"])
            == (actor["publicKey"]["publicKeyPem"])
        )
        assert isinstance(actor["endpoints"]["sharedInbox"], str)
        assert None not in actor.values()


async def test_what_somebody_says_of_themselves(alpha: Server) -> None:
    """Name, biography, fields, aliases and the new home of an actor are as they were given."""
    actor = await document_of(alpha, await dressed_up(alpha))
    assert actor["name"] == "Alice & co"
    assert actor["summary"].startswith("<p>I keep <a href=")
    link = '<a href="https://alice.example" rel="me">alice</a>'
    assert actor["attachment"] == [{"type": "PropertyValue", "name": "Web", "value": link}]
    assert actor["alsoKnownAs"] == ["https://old.example/users/alice"]
    assert actor["movedTo"] == "https://new.example/users/alice"
    assert actor["manuallyApprovesFollowers"] is True
    assert actor["icon"] == {
        "type": "Image",
        "mediaType": "image/webp",
        "url": "https://alpha.test/media/alice.webp",
    }
    assert actor["image"]["mediaType"] == "image/jpeg"
    await alpha.user("bob")
    assert "movedTo" not in await document_of(alpha, "/users/bob")


async def test_key_of_an_actor(alpha: Server) -> None:
    """The key names its owner, lies under the id of the actor, and is RSA of 2048 bits or more.

    Conformance: 43.
    """
    for name in ("alice", "bob"):
        await alpha.user(name)
    pems = set()
    for path in ("/users/alice", "/users/bob", "/actor"):
        actor = await document_of(alpha, path)
        key = actor["publicKey"]
        assert key["owner"] == actor["id"]
        assert key["id"] == f"{actor['id']}#main-key"
        assert key["publicKeyPem"].startswith(SPKI)
        public = load_pem_public_key(key["publicKeyPem"].encode())
        assert isinstance(public, RSAPublicKey)
        assert public.key_size >= 2048
        pems.add(key["publicKeyPem"])
    assert len(pems) == 3
    assert (await document_of(alpha, "/users/alice"))["publicKey"]["publicKeyPem"] in pems


async def test_everything_is_on_one_host(alpha: Server) -> None:
    """Each address of an actor lies where its id does, and each that can be fetched is there.

    Conformance: 44.
    """
    await alpha.user("alice")
    for path in ("/users/alice", "/actor"):
        actor = await document_of(alpha, path)
        addresses = [actor[name] for name in ADDRESSES] + [actor["endpoints"]["sharedInbox"]]
        for address in addresses:
            assert same_origin(address, actor["id"]), address
            assert urlsplit(address).netloc == "alpha.test"
        for name in ("outbox", "followers", "following", "featured", "featuredTags"):
            collection = await document_of(alpha, actor[name])
            assert collection["id"] == actor[name]


async def test_nothing_is_null(alpha: Server) -> None:
    """Of somebody who has said nothing, the texts are empty strings, and the flags are there.

    Conformance: 46.
    """
    await alpha.user("alice")
    for path in ("/users/alice", "/actor"):
        actor = await document_of(alpha, path)
        assert (actor["name"], actor["summary"]) == ("", "")
        for name in ("manuallyApprovesFollowers", "discoverable", "indexable"):
            assert isinstance(actor[name], bool), name
    actor = await document_of(alpha, await dressed_up(alpha))
    assert isinstance(actor["name"], str)
    assert isinstance(actor["summary"], str)


async def test_when_somebody_came_is_rounded(alpha: Server) -> None:
    """The day on which somebody signed up is told, not the hour.

    Conformance: 47.
    """
    user = await alpha.user("alice")
    for path in ("/users/alice", "/actor"):
        published = (await document_of(alpha, path))["published"]
        at = datetime.fromisoformat(published)
        assert at.utcoffset() is not None
        assert (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    signed_up = datetime.fromtimestamp(user.created_at / 1000, UTC)
    assert abs((signed_up - at).total_seconds()) <= 86_400


# --- terms -------------------------------------------------------------------------------------------


def lost_in(document: Document) -> set[str]:
    """Keys and types, at whatever depth, that mean nothing by the context of the document."""
    context = document["@context"]
    lost = set()
    for key, value in terms_in(document):
        # Something beside it, since an object of which nothing is known is left out as a whole.
        known = "name" if key != "name" else "summary"
        (expanded,) = expand({"@context": context, known: "a sample", key: value})
        meanings = set(expanded) - {f"{AS}#{known}"}
        # ActivityStreams gives what nobody has defined the prefix "_:".
        if not any("://" in one or one.startswith("@") for one in meanings):
            lost.add(key)
    for kind in types_in(document):
        (expanded,) = expand({"@context": context, "type": kind, "name": "a sample"})
        if "://" not in expanded["@type"][0]:
            lost.add(kind)
    return lost


def terms_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a document, with a value of the kind that it has there."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            for key, inner in item.items():
                if key != "@context" and not is_language_map(item):
                    yield key, sample_of(inner)
                    yield from terms_in(inner)


def is_language_map(item: Document) -> bool:
    """Whether the keys of an object are languages."""
    return set(item) <= {"en", "de"}


def sample_of(value: Any) -> Any:
    """Something of the same kind as a value that an expansion would not leave out as empty."""
    if isinstance(value, dict):
        return value if is_language_map(value) else {"id": "https://sample.example/inner"}
    return value if isinstance(value, bool | int) else "https://sample.example/value"


def types_in(value: Any) -> Iterator[str]:
    """Every type that is named in a document."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            if "type" in item:
                yield item["type"]
            for inner in item.values():
                yield from types_in(inner)


async def shown(server: Server) -> list[Document]:
    """One document of each kind that anybody may see."""
    actor = await dressed_up(server)
    await server.user("bob")
    post = await server.post(
        "bob", "Look, @alice and #bees", content_warning="Buzzing", language="en"
    )
    post = await statuses.edit_status(
        server.instance, await server.actor("bob"), post.id, "See, @alice and #bees", "Buzzing"
    )
    boost = await boosts.boost(server.instance, await server.actor("alice"), post.id)
    lost = await server.post("bob", "Soon gone")
    await statuses.delete_status(server.instance, await server.actor("bob"), lost.id)
    uri, grave = post.status.uri, await server.get(lost.status.uri)
    paths = [
        actor,
        "/actor",
        f"{actor}/outbox",
        f"{actor}/outbox?page=true",
        f"{actor}/followers?page=true",
        f"{actor}/featured",
        uri,
        *(f"{uri}/{name}" for name in ("activity", "replies", "likes", "shares")),
        f"{uri}/replies?page=true",
        boost.status.uri,
        post.status.conversation,
    ]
    return [grave.json(), *[await document_of(server, path) for path in paths]]


async def sent(server: Server, peer: Peer) -> list[Document]:
    """One activity of each kind that is delivered."""
    ann, alice = peer.person("ann"), await server.actor("alice")
    await is_read_by(server, "alice", ann)
    await reads(server, "alice", ann)
    note = ann.note(to=[alice.uri], cc=["https://www.w3.org/ns/activitystreams#Public"])
    await takes(server, ann, ann.activity("Create", note))
    theirs = await server.seen_by("alice", note["id"])
    assert theirs is not None
    for change in (
        favourites.favourite,
        favourites.unfavourite,
        boosts.boost,
        boosts.unboost,
    ):
        await change(server.instance, alice, theirs.id)
    answer = await server.reply("alice", note["id"], "@ann@peer.test Yes", reach=Reach.DIRECT)
    await server.post("alice", "For those who follow me", reach=Reach.FOLLOWERS)
    await statuses.edit_status(server.instance, alice, answer.id, "@ann@peer.test No", "Hush")
    await statuses.delete_status(server.instance, alice, answer.id)
    await accounts.change_profile(server.instance, alice, name="Alice", bio="", is_locked=False)
    await server.unfollow("alice", ann.handle)
    await settle(server)
    return peer.received


KINDS = {"Accept", "Follow", "Like", "Undo", "Announce", "Create", "Update", "Delete"}


async def test_every_term_is_defined(alpha: Server, peer: Peer) -> None:
    """A reader of JSON-LD loses nothing: each key and type we use is defined in the context sent.

    Conformance: 45.
    """
    delivered = await sent(alpha, peer)
    assert {one["type"] for one in delivered} == KINDS
    used = {key for document in delivered for key, _ in terms_in(document)}
    assert used >= {"directMessage", "inReplyToAtomUri", "conversation", "sensitive", "atomUri"}
    for document in [*await shown(alpha), *delivered]:
        assert expand(document), document["id"]
        assert lost_in(document) == set(), document["id"]


async def test_expansion_keeps_the_values(alpha: Server) -> None:
    """What is special to us stands in the expanded actor, under the names that others know."""
    (actor,) = expand(await document_of(alpha, await dressed_up(alpha)))
    toot = "http://joinmastodon.org/ns#"
    assert actor[f"{toot}discoverable"] == [{"@value": True}]
    assert actor[f"{AS}#manuallyApprovesFollowers"] == [{"@value": True}]
    assert actor[f"{toot}featured"] == [{"@id": "https://alpha.test/users/alice/featured"}]
    (field,) = actor[f"{AS}#attachment"]
    assert field["@type"] == ["http://schema.org#PropertyValue"]
    assert "alice.example" in field["http://schema.org#value"][0]["@value"]
    (key,) = actor["https://w3id.org/security#publicKey"]
    assert key["https://w3id.org/security#owner"] == [{"@id": actor["@id"]}]


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"shoeSize": 43}, {"shoeSize"}),
        ({"attachment": [{"type": "PropertyValue", "shade": "blue"}]}, {"shade"}),
        ({"tag": {"type": "Smell", "name": "rose"}}, {"Smell"}),
        ({"@context": [AS]}, {"publicKey", "publicKeyPem", "webfinger", "featured"}),
    ],
)
async def test_undefined_terms_are_noticed(
    alpha: Server, changes: Document, lost: set[str]
) -> None:
    """A key or type that the context does not define would be found, at whatever depth."""
    await alpha.user("alice")
    document = await document_of(alpha, "/users/alice")
    assert lost <= lost_in({**document, **changes})
