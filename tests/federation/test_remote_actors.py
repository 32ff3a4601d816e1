"""What becomes of what other servers say of their people: kept, cut, cleaned, refused, renewed."""

import json
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.domain.actors import ActorKind, Profile
from tests.clock import DAY, HOUR, Clock
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.peer import AS, Document, Peer, Person, account
from tests.federation.scenes import reads, takes
from tests.federation.server import Server, make_due, settle
from tests.federation.wire import rfc9421_headers

WEBFINGER = "/.well-known/webfinger"
# The key made from 32 zero bytes, whose Multikey form is well known from did:key.
SEED = bytes(32)
MULTIKEY = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"


def path_of(uri: str) -> str:
    """An address without its origin."""
    return httpx.URL(uri).path


async def knock(server: Server, person: Person) -> int:
    """Somebody never heard of delivers something; how that is answered."""
    follow = person.activity("Follow", (await server.actor("alice")).uri)
    return (await person.deliver(server, follow)).status_code


async def profile_of(server: Server, person: Person) -> Profile:
    """What the server makes of a person that it looks up."""
    return (await server.find(person.handle)).profile


# --- who is taken for an actor -----------------------------------------------------------------------


async def test_actors_that_cannot_take_part(alpha: Server, peer: Peer) -> None:
    """Without a known type, an inbox of its own or the context of ActivityStreams, nobody is known.

    Conformance: 48.
    """
    for changes in (
        {"type": "Robot"},
        {"type": None},
        {"type": "Note"},
        {"type": ["https://example.org/Person"]},
        {"inbox": None},
        {"inbox": ""},
        {"inbox": "https://elsewhere.test/inbox"},
        {"inbox": 7},
        {"@context": None},
        {"@context": "https://example.org/context"},
        {"@context": {"as": AS}},
        {"preferredUsername": None},
        {"preferredUsername": "a" * 2049},
    ):
        person = peer.person(f"p{len(peer.people)}", **changes)
        assert await knock(alpha, person) == 401, changes
        assert await alpha.known(person.uri) is None, changes
        person.changes.clear()
        assert (await alpha.find(person.handle)).uri == person.uri


async def test_types_of_actors(alpha: Server, peer: Peer) -> None:
    """Each of the five types is known, however it is spelled."""
    spellings: list[tuple[str | list[str], str]] = [(kind.value, kind.value) for kind in ActorKind]
    spellings += [("as:Person", "Person"), (f"{AS}#Group", "Group"), (["Person"], "Person")]
    for spelled, meant in spellings:
        person = peer.person(f"p{len(peer.people)}", type=spelled)
        assert await knock(alpha, person) == 202, spelled
        known = await alpha.known(person.uri)
        assert known is not None
        assert known.profile.kind.value == meant


async def test_key_as_multikey_alone(alpha: Server, peer: Peer) -> None:
    """An actor without `publicKey` is known by the Multikey of its `assertionMethod`, and heard.

    Conformance: 53.
    """
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    ann = peer.person("ann", publicKey=None)
    key_id = f"{ann.uri}#ed25519-key"
    multikey = {"id": key_id, "type": "Multikey", "controller": ann.uri}
    ann.changes["assertionMethod"] = [{**multikey, "publicKeyMultibase": MULTIKEY}]
    assert "publicKey" not in ann.document()
    body = json.dumps(ann.activity("Follow", (await alpha.actor("alice")).uri)).encode()
    headers = rfc9421_headers(ann, alpha, body, key=key, key_id=key_id)
    answer = await alpha.http.post("/inbox", content=body, headers=headers)
    assert answer.status_code == 202
    await settle(alpha)
    assert (await alpha.get("/users/alice/followers")).json()["totalItems"] == 1


async def test_multikeys_that_are_passed_over(alpha: Server, peer: Peer) -> None:
    """A Multikey of somebody else, or one that cannot be read, opens no door."""
    key, alice = Ed25519PrivateKey.from_private_bytes(SEED), await alpha.actor("alice")
    faults: list[Document] = [
        {"controller": "https://peer.test/users/max"},
        {"publicKeyMultibase": MULTIKEY[:-1]},
        {"publicKeyMultibase": "z" + "0" * 40},
        {"publicKeyMultibase": 7},
        {"id": "https://elsewhere.test/users/ann#key"},
    ]
    for changes in faults:
        person = peer.person(f"p{len(peer.people)}", publicKey=None)
        key_id = f"{person.uri}#ed25519-key"
        multikey = {"id": key_id, "type": "Multikey", "controller": person.uri}
        listed = {**multikey, "publicKeyMultibase": MULTIKEY, **changes}
        person.changes["assertionMethod"] = listed
        body = json.dumps(person.activity("Follow", alice.uri)).encode()
        headers = rfc9421_headers(person, alpha, body, key=key, key_id=key_id)
        answer = await alpha.http.post("/inbox", content=body, headers=headers)
        assert answer.status_code == 401, changes


# --- what is kept of it ----------------------------------------------------------------------------------


async def test_page_on_another_host(alpha: Server, peer: Peer) -> None:
    """A profile page on another host is not believed: the actor is kept, with its id as its page.

    Conformance: 49.
    """
    elsewhere = peer.person("ann", url="https://elsewhere.test/@ann")
    links = [{"type": "Link", "mediaType": "text/html", "href": "https://peer.test/@max"}]
    own = peer.person("max", url=["https://peer.test/max.json", *links])
    for person, page in ((elsewhere, elsewhere.uri), (own, "https://peer.test/@max")):
        assert (await profile_of(alpha, person)).url == page
        browser = await sign_in(alpha, "alice")
        shown = await browser.get(f"/{person.handle}")
        assert f'href="{page}"' in shown.text
        assert "elsewhere.test" not in shown.text
    useless: list[Any] = [None, "javascript:alert(1)", 7, [], {"href": "ftp://peer.test/@eve"}]
    for strange in useless:
        person = peer.person(f"p{len(peer.people)}", url=strange)
        assert (await profile_of(alpha, person)).url == person.uri, strange


async def test_what_is_too_long_is_cut(alpha: Server, peer: Peer) -> None:
    """Of what goes on for too long the beginning is kept, and the actor with it.

    Conformance: 50.
    """
    field = {"type": "PropertyValue", "name": "n" * 3000, "value": "v" * 3000}
    ann, max_ = peer.person("ann"), peer.person("max")
    ann.changes = {
        "name": "a" * 2049,
        "summary": "b" * 30_000,
        "attachment": [{**field, "name": f"Field {n}"} for n in range(50)] + [field],
        "alsoKnownAs": [f"https://old.test/users/{n}" for n in range(257)],
    }
    profile = await profile_of(alpha, ann)
    assert profile.name == "a" * 2048
    assert profile.summary == "b" * 20_480
    assert [one.name for one in profile.fields] == [f"Field {n}" for n in range(50)]
    assert {one.value for one in profile.fields} == {"v" * 2047}
    assert profile.also_known_as == tuple(f"https://old.test/users/{n}" for n in range(256))
    max_.changes = {"name": "a" * 2048, "summary": "b" * 20_480, "attachment": [field] * 50}
    profile = await profile_of(alpha, max_)
    assert (len(profile.name), len(profile.summary), len(profile.fields)) == (2048, 20_480, 50)
    assert profile.fields[0].name == "n" * 2047


async def test_fields_of_a_profile(alpha: Server, peer: Peer) -> None:
    """What stands in the fields of a profile is made safe; one alone need not be in a list.

    Conformance: 51.
    """
    value = (
        '<a href="https://ann.example" rel="me" onclick="steal()">ann</a>'
        '<script>steal()</script><a href="javascript:steal()">no</a><b style="x">bold</b>'
    )
    field = {"type": "PropertyValue", "name": "<b>Web</b><script>steal()</script>", "value": value}
    for attachment in (field, [field], [None, "https://peer.test/picture.png", field, {}, [field]]):
        person = peer.person(f"p{len(peer.people)}", attachment=attachment)
        (kept,) = (await profile_of(alpha, person)).fields
        assert kept.name == "Web"
        assert 'href="https://ann.example"' in kept.value
        assert "<b>bold</b>" in kept.value
        for trace in ("steal", "script", "style", "onclick", "javascript"):
            assert trace not in kept.value, attachment
    browser = await sign_in(alpha, "alice")
    shown = await browser.get(f"/{person.handle}")
    assert 'href="https://ann.example"' in shown.text
    assert "steal()" not in shown.text
    for strange in ("a field", 7, {"type": "Image", "name": "x", "value": "y"}, [{"type": 7}]):
        person = peer.person(f"p{len(peer.people)}", attachment=strange)
        assert (await profile_of(alpha, person)).fields == (), strange


async def test_texts_of_a_profile(alpha: Server, peer: Peer) -> None:
    """A name is plain text, a biography is safe HTML, and neither need be a plain string."""
    unsafe = '<p onmouseover="steal()">Bees</p><script>steal()</script>'
    for changes, kept in (
        ({"name": "<b>Ann</b> &amp; co", "summary": unsafe}, ("Ann & co", "<p>Bees</p>")),
        ({"name": None, "nameMap": {"de": "Max"}, "summary": None}, ("Max", "")),
        ({"name": ["Eve"], "summary": 7}, ("", "")),
    ):
        person = peer.person(f"p{len(peer.people)}")
        person.changes = changes
        profile = await profile_of(alpha, person)
        assert (profile.name, profile.summary) == kept


PICTURE = "https://peer.test/media/ann.webp"


PICTURES: list[tuple[Any, str | None]] = [
    (PICTURE, PICTURE),
    ({"type": "Image", "mediaType": "image/webp", "url": PICTURE}, PICTURE),
    ([{"type": "Image", "url": PICTURE}, {"type": "Image", "url": f"{PICTURE}2"}], PICTURE),
    ({"type": "Link", "href": PICTURE}, PICTURE),
    ({"type": "Image", "url": {"type": "Link", "href": PICTURE}}, PICTURE),
    ({"type": "Image", "url": [{"type": "Link", "href": PICTURE}]}, PICTURE),
    ([None, 7, {"type": "Image", "url": "data:image/png;base64,AAAA"}, PICTURE], PICTURE),
    ("javascript:alert(1)", None),
    ({"type": "Image", "url": "javascript:alert(1)"}, None),
    ({"type": "Image", "url": "data:text/html,<script>alert(1)</script>"}, None),
    ({"type": "Link", "href": "data:image/png;base64,AAAA"}, None),
    ({"type": "Image", "url": "/media/ann.webp"}, None),
    ({"type": "Image", "url": "https:media"}, None),
    ({}, None),
    (7, None),
]


async def test_pictures_of_a_profile(alpha: Server, peer: Peer) -> None:
    """A picture may be given in many ways, but only by an address of the web.

    Conformance: 52.
    """
    for icon, kept in PICTURES:
        person = peer.person(f"p{len(peer.people)}", icon=icon, image=icon)
        profile = await profile_of(alpha, person)
        assert (profile.avatar, profile.header) == (kept, kept), icon


async def test_addresses_elsewhere_are_not_kept(alpha: Server, peer: Peer) -> None:
    """Collections and the shared inbox of an actor lie on its own server, or there are none."""
    elsewhere = "https://elsewhere.test/collection"
    names = ("outbox", "followers", "following", "featured")
    ann = peer.person(
        "ann", endpoints={"sharedInbox": elsewhere}, **dict.fromkeys(names, elsewhere)
    )
    profile = await profile_of(alpha, ann)
    assert {getattr(profile, name) for name in (*names, "shared_inbox")} == {None}
    own = await profile_of(alpha, peer.person("max"))
    assert own.followers == "https://peer.test/users/max/followers"
    assert own.shared_inbox == "https://peer.test/inbox"


# --- when it changes -------------------------------------------------------------------------------------


async def tells_of_change(server: Server, person: Person) -> None:
    """Somebody says that their profile has changed, and the server looks."""
    await takes(server, person, person.activity("Update", person.document()))


async def test_nobody_takes_over_a_name(
    alpha: Server, peer: Peer, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """Who comes back under the name of somebody else stays who they were, and so does the other.

    Conformance: 55.
    """
    home = Peer(network, "home.test", peer_keys)
    vic, mallory = peer.person("vic"), peer.person("mallory")
    victor = home.person("victor")
    for person in (vic, mallory, victor):
        await alpha.find(person.handle)
    before = await alpha.known(mallory.uri)

    async def is_as_before() -> bool:
        found = {person.uri: (await alpha.find(person.handle)).uri for person in (vic, victor)}
        known = await alpha.known(mallory.uri)
        assert before is not None
        assert known is not None
        return found == {vic.uri: vic.uri, victor.uri: victor.uri} and known.acct == before.acct

    for changes in (
        {"preferredUsername": "vic"},
        {"webfinger": "vic@peer.test"},
        {"webfinger": "victor@home.test"},
        {"preferredUsername": "alice", "webfinger": "alice@alpha.test"},
    ):
        mallory.changes = {**changes, "name": "Not Mallory"}
        await tells_of_change(alpha, mallory)
        assert await is_as_before(), changes
    mallory.changes = {"name": "Still Mallory"}
    for subject in ("vic@peer.test", "victor@home.test"):
        peer.accounts["mallory"] = account(subject, mallory.uri)
        await tells_of_change(alpha, mallory)
        assert await is_as_before(), subject
    known = await alpha.known(mallory.uri)
    assert known is not None
    assert known.profile.name == "Mallory"

    peer.accounts["mallory"] = account("mal@peer.test", mallory.uri)
    peer.accounts["mal"] = account("mal@peer.test", mallory.uri)
    await tells_of_change(alpha, mallory)
    known = await alpha.known(mallory.uri)
    assert known is not None
    assert (known.acct, known.profile.name) == ("mal@peer.test", "Still Mallory")
    assert (await alpha.find("@vic@peer.test")).uri == vic.uri


@pytest.mark.parametrize("path", [WEBFINGER, "/users/ann"])
async def test_gone_and_merely_not_found(alpha: Server, peer: Peer, path: str) -> None:
    """410 for the actor or its handle ends what we keep of it; 404 and trouble do not.

    After trouble we look again, and after an end there may be a new beginning.

    Conformance: 19.
    """
    ann = peer.person("ann")
    await reads(alpha, "alice", ann)
    note = ann.note("<p>Remember me</p>")
    await takes(alpha, ann, ann.activity("Create", note))
    for status in (404, 403, 503):
        peer.answers[path] = httpx.Response(status)
        await tells_of_change(alpha, ann)
        known = await alpha.known(ann.uri)
        assert known is not None
        assert known.is_active, status
        assert await alpha.seen_by("alice", note["id"]) is not None, status
    peer.answers[path] = httpx.Response(410)
    await make_due(alpha)
    await settle(alpha)
    gone = await alpha.known(ann.uri)
    assert gone is not None
    assert gone.gone_at is not None
    assert await alpha.seen_by("alice", note["id"]) is None
    browser = await sign_in(alpha, "alice")
    assert (await browser.get("/@ann@peer.test")).status_code == 404
    del peer.answers[path]
    assert (await alpha.find("@ann@peer.test")).is_active


async def test_old_news_are_refreshed(
    alpha: Server, peer: Peer, network: Network, clock: Clock
) -> None:
    """A day after it was fetched, an actor that does something is fetched anew, in the background.

    The answer of the inbox does not wait for that: its server may even be away. Within the day
    nothing is fetched.

    Conformance: 56.
    """
    ann, alice = peer.person("ann"), await alpha.actor("alice")
    path = path_of(ann.uri)

    async def likes_something() -> int:
        like = ann.activity("Like", f"{alice.uri}/statuses/1")
        return (await ann.deliver(alpha, like, at=clock.now / 1000)).status_code

    assert await likes_something() == 202
    await settle(alpha)
    ann.changes["name"] = "Ann Smith"
    fetched = peer.asked_for(path)
    clock.forward(23 * HOUR)
    assert await likes_something() == 202
    await settle(alpha)
    assert peer.asked_for(path) == fetched
    assert (await alpha.find(ann.handle)).profile.name == "Ann"

    clock.forward(DAY)
    network.unplug("peer.test")
    assert await likes_something() == 202
    assert await likes_something() == 202
    network.plug_in("peer.test")
    assert (await alpha.find(ann.handle)).profile.name == "Ann"
    await settle(alpha)
    assert peer.asked_for(path) == fetched + 1
    assert (await alpha.find(ann.handle)).profile.name == "Ann Smith"
    assert await likes_something() == 202
    await settle(alpha)
    assert peer.asked_for(path) == fetched + 1
