"""Advisories about documents that others believed: each attack, and what is honest beside it.

docs/explanation/security.md has a row for each.
"""

import base64
import json
import re
from typing import Any

import httpx
import pytest

from tests.federation.peer import AS, PUBLIC, Document, Peer, Person, account, pem_of
from tests.federation.scenes import is_stored, reads, takes
from tests.federation.server import ACTIVITY_JSON, Server

# One dot.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def finds(browser: httpx.AsyncClient, address: str) -> bool:
    """Whether a search for an address leads anywhere."""
    return (await browser.get("/search", params={"q": address})).status_code == 303


def serve(
    peer: Peer, path: str, document: Any, content_type: str = ACTIVITY_JSON, **headers: str
) -> str:
    """Put something at a path of a peer; its address."""
    content = json.dumps({"@context": AS, **document}).encode()
    given = {"content-type": content_type, **headers}
    peer.answers[path] = httpx.Response(200, headers=given, content=content)
    return f"https://{peer.host}{path}"


async def test_cve_2024_23832_ghsa_3fjr_858r_92rw_id_of_another_server(
    alpha: Server, bob: Person, evil: Peer, browser: httpx.AsyncClient
) -> None:
    """A document at evil.test that calls itself by an id at peer.test does not count as bob's.

    What counts is what peer.test says under that id.
    """
    truth = bob.note("<p>truth</p>")
    address = serve(evil, "/notes/1", {**truth, "content": "<p>lie</p>"})
    assert await finds(browser, address)
    seen = await alpha.seen_by("alice", truth["id"])
    assert seen is not None
    assert "truth" in seen.status.content
    nowhere = f"{bob.uri}/notes/never"
    assert not await finds(browser, serve(evil, "/notes/2", {**truth, "id": nowhere}))
    taken_over = {**bob.document(), "name": "Mallory", "publicKey": {}}
    await finds(browser, serve(evil, "/users/bob", taken_over))
    known = await alpha.known(bob.uri)
    assert known is not None
    assert known.profile.name == "Bob"


FILES = ["text/plain", "application/json", "image/png", "application/octet-stream", ""]


async def test_cve_2024_25623_ghsa_jhrq_qvrm_qr36_file_as_document(
    alpha: Server, bob: Person, browser: httpx.AsyncClient
) -> None:
    """A file that mallory has uploaded to peer.test, and that reads like a post of bob, is a file.

    The same bytes as ActivityPub are a post.
    """
    forged = bob.note("<p>uploaded</p>", id=f"https://{bob.peer.host}/media/1")
    for kind in FILES:
        assert not await finds(browser, serve(bob.peer, "/media/1", forged, kind)), kind
    assert await finds(browser, serve(bob.peer, "/media/1", forged))


async def test_cve_2024_25636_ghsa_qqrm_9grj_6v32_file_as_key_or_actor(
    alpha: Server, bob: Person, mallory: Person, peer: Peer, browser: httpx.AsyncClient
) -> None:
    """A file at peer.test that lists mallory's key gives her no voice there, as actor or as key."""
    uri = f"https://{peer.host}/media/2"
    forged = {
        **bob.document(),
        "id": uri,
        "inbox": f"{uri}/inbox",
        "publicKey": {"id": f"{uri}#k", "owner": uri, "publicKeyPem": pem_of(mallory.key)},
    }
    for kind in FILES:
        serve(peer, "/media/2", forged, kind)
        assert not await finds(browser, uri)
        liar = Person(peer, "x", mallory.key)
        liar_says = {**liar.activity("Like", "x"), "actor": uri}
        answer = await _signed_as(alpha, liar, f"{uri}#k", liar_says)
        assert answer.status_code == 401, kind
    assert (await bob.deliver(alpha, bob.activity("Like", "x"))).status_code == 202


async def _signed_as(
    server: Server, person: Person, key_id: str, activity: Document
) -> httpx.Response:
    return await person.deliver(server, activity, parameters={"keyId": key_id})


async def test_cve_2024_52591_ghsa_m2gq_69fp_6hv4_author_elsewhere(
    alpha: Server, bob: Person, mallory: Person
) -> None:
    """A post is by the one who sends it, on the same server as its id; any other pair is refused."""
    await reads(alpha, "alice", mallory)
    await reads(alpha, "alice", bob)
    for changes in (
        {"attributedTo": bob.uri},
        {"attributedTo": [bob.uri, mallory.uri], "id": f"{bob.uri}/notes/90"},
        {"id": f"{bob.uri}/notes/91"},
        {"attributedTo": {"id": bob.uri, "type": "Person"}},
    ):
        forged = {**mallory.note(), **changes}
        await takes(alpha, mallory, mallory.activity("Create", forged))
        assert not await is_stored(alpha, str(forged["id"])), changes
    honest = mallory.note()
    await takes(alpha, mallory, mallory.activity("Create", honest))
    assert await is_stored(alpha, honest["id"])


async def test_cve_2025_25306_ghsa_6w2c_vf6f_xf26_every_path_checks(
    alpha: Server, bob: Person, mallory: Person, browser: httpx.AsyncClient
) -> None:
    """The author is held against the id on every way in: Create, Update, boost, reply and search.

    A post whose `url` is elsewhere is stored under its id all the same: the url is only shown.
    """
    await reads(alpha, "alice", mallory)
    await reads(alpha, "alice", bob)
    forged = [mallory.note(attributedTo=bob.uri) for _ in range(5)]
    await takes(alpha, mallory, mallory.activity("Create", forged[0]["id"]))
    await takes(alpha, mallory, mallory.activity("Update", forged[1]["id"]))
    await takes(alpha, mallory, mallory.activity("Announce", forged[2]["id"]))
    reply = mallory.note(inReplyTo=forged[3]["id"])
    await takes(alpha, mallory, mallory.activity("Create", reply))
    assert not await finds(browser, forged[4]["id"])
    for note in forged:
        assert not await is_stored(alpha, note["id"])
    assert await is_stored(alpha, reply["id"])
    shown_elsewhere = mallory.note(url="https://www.elsewhere.test/1")
    await takes(alpha, mallory, mallory.activity("Create", shown_elsewhere))
    assert await is_stored(alpha, shown_elsewhere["id"])


async def test_akkoma_3_12_uploads_that_pass_for_documents(
    alpha: Server, bob: Person, browser: httpx.AsyncClient
) -> None:
    """We serve nothing that others have written as ActivityPub, and take no upload of theirs for it.

    A picture of theirs is passed on as a picture, if its bytes are one; a document called a picture
    is not passed on. Whatever we serve has a type of its own, and no browser guesses another.
    """
    assert not await finds(browser, serve(bob.peer, "/media/3", bob.note(), "application/ld+json"))
    await reads(alpha, "alice", bob)
    for content, status in ((PICTURE, 200), (json.dumps(bob.note()).encode(), 404)):
        path = f"/media/{status}.png"
        headers = {"content-type": "image/png" if status == 200 else ACTIVITY_JSON}
        bob.peer.answers[path] = httpx.Response(200, headers=headers, content=content)
        picture = {
            "type": "Image",
            "mediaType": "image/png",
            "url": f"https://{bob.peer.host}{path}",
        }
        note = bob.note(attachment=[picture])
        await takes(alpha, bob, bob.activity("Create", note))
        view = await alpha.seen_by("alice", note["id"])
        assert view is not None
        page = (await browser.get(f"/@bob@peer.test/{view.id}")).text
        address = re.findall(r"/media/proxy/[^\"' ]+", page)[0]
        answer = await browser.get(address, headers={"accept": ACTIVITY_JSON})
        assert answer.status_code == status
        assert "activity+json" not in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    for path in ("/static/fedlearn.css", "/robots.txt"):
        answer = await alpha.get(path)
        assert answer.status_code == 200
        assert "json" not in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await alpha.get("/actor")).headers["content-type"] == ACTIVITY_JSON


async def test_akkoma_2024_04_1_redirect_and_webfinger_spoof(
    alpha: Server, bob: Person, mallory: Person, evil: Peer, browser: httpx.AsyncClient
) -> None:
    """Neither a redirect of peer.test nor a WebFinger answer of evil.test makes mallory bob."""
    forged = {**bob.note("<p>lie</p>"), "id": f"https://{bob.peer.host}/go"}
    there = serve(evil, "/lie", forged)
    bob.peer.answers["/go"] = httpx.Response(302, headers={"location": there})
    assert not await finds(browser, f"https://{bob.peer.host}/go")
    mallory.changes = {"webfinger": "bob@peer.test"}
    evil.accounts["mallory"] = account("bob@peer.test", mallory.uri)
    led = await browser.get("/search", params={"q": "@mallory@evil.test"})
    assert led.headers["location"] == "/@bob@peer.test"
    assert not await finds(browser, mallory.uri)
    mallory.changes = {}
    del evil.accounts["mallory"]
    assert await finds(browser, "@mallory@evil.test")
    assert (await alpha.find("@bob@peer.test")).uri == bob.uri


async def test_cve_2026_34148_redirects_without_end(
    alpha: Server, bob: Person, evil: Peer, browser: httpx.AsyncClient
) -> None:
    """A loop of redirects, or one that goes on for ever, ends after three.

    So do documents that each name another. Three redirects to a post lead to it.
    """
    evil.answers["/loop"] = httpx.Response(302, headers={"location": "/loop"})
    for number in range(9):
        there = {"location": f"/chain/{number + 1}"}
        evil.answers[f"/chain/{number}"] = httpx.Response(302, headers=there)
        named = bob.note(id=f"https://evil.test/named/{number + 1}")
        serve(evil, f"/named/{number}", named)
    for path in ("/loop", "/chain/0", "/named/0"):
        evil.requests.clear()
        assert not await finds(browser, f"https://evil.test{path}")
        assert len(evil.requests) <= 4, path
    note = bob.note()
    for number in range(3):
        end = note["id"] if number == 2 else f"/short/{number + 1}"
        bob.peer.answers[f"/short/{number}"] = httpx.Response(302, headers={"location": end})
    assert await finds(browser, f"https://{bob.peer.host}/short/0")


@pytest.mark.parametrize("kind", ["Delete", "Create"])
async def test_cve_2026_33869_ghsa_q4g8_82c5_9h33_known_before_it_comes(
    kind: str, alpha: Server, bob: Person, mallory: Person
) -> None:
    """Who knows the id of a post or a quote before it arrives cannot keep it from being taken in."""
    await reads(alpha, "alice", bob)
    await reads(alpha, "alice", mallory)
    post = await alpha.post("alice", "hello")
    note = bob.note(quote=post.status.uri, quoteUri=post.status.uri, to=[PUBLIC])
    about = note["id"] if kind == "Delete" else {**note, "attributedTo": mallory.uri}
    await takes(alpha, mallory, mallory.activity(kind, about))
    await takes(alpha, bob, bob.activity("Create", note))
    seen = await alpha.seen_by("alice", note["id"])
    assert seen is not None
    assert seen.author.uri == bob.uri
