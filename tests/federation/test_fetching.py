"""How documents of other servers are fetched, and which of them are believed.

Somebody signed in pastes an address into the search form: it leads to the post, or to nothing.
"""

import json

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.peer import AS, Document, Peer, activity_json
from tests.federation.server import ACTIVITY_JSON, Server, settle
from tests.federation.wire import cavage_parameters, check_cavage, is_rfc9421

LD_JSON = f'application/ld+json; profile="{AS}"'


@pytest.fixture
async def browser(alpha: Server) -> httpx.AsyncClient:
    """A browser in which alice of alpha is signed in."""
    return await sign_in(alpha, "alice")


@pytest.fixture
def evil(network: Network, peer_keys: list[RSAPrivateKey]) -> Peer:
    """A server that says what others should say."""
    return Peer(network, "evil.test", peer_keys)


async def leads_to(browser: httpx.AsyncClient, url: str) -> str | None:
    """The text of the page that a search for an address leads to, None where it leads nowhere."""
    answer = await browser.get("/search", params={"q": url})
    if answer.status_code == 404:
        return None
    assert answer.status_code == 303, answer.text
    page = await browser.get(answer.headers["location"])
    assert page.status_code == 200
    return page.text


def serve(peer: Peer, path: str, document: Document, content_type: str) -> str:
    """Put a document at a path as something of this type; its address."""
    content = json.dumps({"@context": AS, **document}).encode()
    headers = {"content-type": content_type}
    peer.answers[path] = httpx.Response(200, headers=headers, content=content)
    return f"https://{peer.host}{path}"


def redirect(location: str, status: int = 302) -> httpx.Response:
    """Somewhere else."""
    return httpx.Response(status, headers={"location": location})


# --- of which type a document must be ----------------------------------------------------------------


async def test_types_that_are_refused(
    alpha: Server, browser: httpx.AsyncClient, peer: Peer
) -> None:
    """What is not declared to be ActivityPub may be somebody's upload: no post, no actor, no key.

    Conformance: 34.
    """
    ann, alice = peer.person("ann"), await alpha.actor("alice")
    note = ann.note("<p>An upload of mine</p>")
    path = httpx.URL(note["id"]).path
    for content_type in (
        "text/html",
        "text/html; charset=utf-8",
        "application/json",
        "application/json; charset=utf-8",
        "image/png",
        "image/svg+xml",
        "text/plain",
        "application/octet-stream",
        "application/activity+json-seq",
        "",
    ):
        assert await leads_to(browser, serve(peer, path, note, content_type)) is None, content_type
        person = peer.person(f"p{len(peer.people)}")
        serve(peer, httpx.URL(person.uri).path, person.document(), content_type)
        assert await leads_to(browser, person.uri) is None, content_type
        knock = await person.deliver(alpha, person.activity("Follow", alice.uri))
        assert knock.status_code == 401, content_type
        assert await alpha.known(person.uri) is None, content_type
    del peer.answers[path]
    assert "An upload of mine" in (await leads_to(browser, note["id"]) or "")


async def test_ld_json_with_its_profile(browser: httpx.AsyncClient, peer: Peer) -> None:
    """ld+json is ActivityPub where ActivityStreams is among its profiles, and nowhere else.

    Conformance: 35.
    """
    ann = peer.person("ann")
    for content_type in (
        LD_JSON,
        f'application/ld+json; profile="https://example.org/a {AS}"',
        f'application/ld+json; charset=utf-8; profile="{AS} https://example.org/b"',
        f"application/ld+json;profile={AS}",
        f'Application/LD+JSON; Profile="{AS}"',
    ):
        note = ann.note("<p>Linked</p>")
        serve(peer, httpx.URL(note["id"]).path, note, content_type)
        assert "Linked" in (await leads_to(browser, note["id"]) or ""), content_type
    for content_type in (
        "application/ld+json",
        'application/ld+json; profile="https://example.org/a"',
        f'application/ld+json; profile="{AS}x"',
        f'application/ld+json; profil="{AS}"',
        f'text/plain; profile="{AS}"',
    ):
        note = ann.note("<p>Not linked</p>")
        serve(peer, httpx.URL(note["id"]).path, note, content_type)
        assert await leads_to(browser, note["id"]) is None, content_type


async def test_activity_json_with_charset(browser: httpx.AsyncClient, peer: Peer) -> None:
    """activity+json may have parameters.

    Conformance: 36.
    """
    for content_type in (
        "application/activity+json; charset=utf-8",
        "application/activity+json;charset=UTF-8",
        "Application/Activity+JSON ; charset=utf-8",
    ):
        note = peer.person("ann").note("<p>Grüße</p>")
        serve(peer, httpx.URL(note["id"]).path, note, content_type)
        assert "Grüße" in (await leads_to(browser, note["id"]) or ""), content_type


async def test_only_200_is_an_answer(browser: httpx.AsyncClient, peer: Peer) -> None:
    """A document that comes with any other status than 200 is not read."""
    note = peer.person("ann").note()
    path = httpx.URL(note["id"]).path
    content, headers = (
        json.dumps({"@context": AS, **note}).encode(),
        {"content-type": ACTIVITY_JSON},
    )
    for status in (201, 202, 203, 204, 206, 401, 403, 404, 410, 500, 503):
        peer.answers[path] = httpx.Response(status, headers=headers, content=content)
        assert await leads_to(browser, note["id"]) is None, status
    peer.answers[path] = httpx.Response(200, headers=headers, content=content)
    assert await leads_to(browser, note["id"]) is not None


# --- whether it may say what it says ---------------------------------------------------------------------


async def test_other_id_is_confirmed(browser: httpx.AsyncClient, peer: Peer) -> None:
    """What calls itself otherwise is fetched once more under that name, and must then agree.

    Conformance: 37.
    """
    ann = peer.person("ann")
    note = ann.note("<p>The true text</p>")
    path = httpx.URL(note["id"]).path
    alias = serve(peer, "/alias", {**note, "content": "<p>Another text</p>"}, ACTIVITY_JSON)
    page = await leads_to(browser, alias)
    assert page is not None
    assert "The true text" in page
    assert "Another text" not in page
    assert peer.asked_for(path) == 1

    other = ann.note("<p>Never sure of its name</p>")
    serve(peer, httpx.URL(other["id"]).path, {**other, "id": note["id"]}, ACTIVITY_JSON)
    before = peer.asked_for(path)
    restless = serve(peer, "/restless", other, ACTIVITY_JSON)
    assert await leads_to(browser, restless) is None
    assert peer.asked_for(httpx.URL(other["id"]).path) == 1
    assert peer.asked_for(path) == before

    nameless = {name: value for name, value in note.items() if name != "id"}
    assert await leads_to(browser, serve(peer, "/nameless", nameless, ACTIVITY_JSON)) is None


async def test_nobody_speaks_for_another_server(
    alpha: Server, browser: httpx.AsyncClient, peer: Peer, evil: Peer
) -> None:
    """A document in the name of another server is what that server says, or nothing.

    Conformance: 38.
    """
    ann = peer.person("ann")
    note = ann.note("<p>The true text</p>")
    forged = {**note, "content": "<p>Words put into my mouth</p>"}
    invented = {**forged, "id": f"{ann.uri}/notes/never-written"}
    assert await leads_to(browser, serve(evil, "/invented", invented, ACTIVITY_JSON)) is None
    page = await leads_to(browser, serve(evil, "/forged", forged, ACTIVITY_JSON))
    assert page is not None
    assert "The true text" in page
    assert "put into my mouth" not in page

    taken_over = {**ann.document(), "inbox": "https://evil.test/inbox", "name": "Mallory"}
    await leads_to(browser, serve(evil, "/ann", taken_over, ACTIVITY_JSON))
    known = await alpha.known(ann.uri)
    assert known is not None
    assert known.profile.name == "Ann"
    assert known.profile.inbox == f"{ann.uri}/inbox"
    nobody = {**taken_over, "id": "https://peer.test/users/nobody"}
    assert await leads_to(browser, serve(evil, "/nobody", nobody, ACTIVITY_JSON)) is None
    assert await alpha.known("https://peer.test/users/nobody") is None


async def test_redirect_does_not_lend_a_name(
    browser: httpx.AsyncClient, peer: Peer, evil: Peer
) -> None:
    """Where an address leads to another server, that server does not speak for the address."""
    note = peer.person("ann").note("<p>Mine</p>")
    path = httpx.URL(note["id"]).path
    serve(evil, "/forged", {**note, "content": "<p>Not mine</p>"}, ACTIVITY_JSON)
    peer.answers[path] = redirect("https://evil.test/forged")
    assert await leads_to(browser, note["id"]) is None
    serve(peer, "/moved", note, ACTIVITY_JSON)
    peer.answers[path] = redirect("https://peer.test/moved")
    assert "Mine" in (await leads_to(browser, note["id"]) or "")


async def test_posts_that_are_not_believed(
    browser: httpx.AsyncClient, peer: Peer, evil: Peer
) -> None:
    """A post by somebody of another server, of an unknown type, or in our name, is no post."""
    evil.person("mallory")
    faults: list[Document] = [
        {"attributedTo": "https://evil.test/users/mallory"},
        {"attributedTo": []},
        {"type": "Smell"},
        {"@context": "https://example.org/context"},
        {"@context": None},
        {"id": "https://alpha.test/users/alice/statuses/1"},
    ]
    for changes in faults:
        note = peer.person("ann").note("<p>Believe me</p>")
        path = httpx.URL(note["id"]).path
        assert (
            await leads_to(browser, serve(peer, path, {**note, **changes}, ACTIVITY_JSON)) is None
        )
        assert "Believe me" in (
            await leads_to(browser, serve(peer, path, note, ACTIVITY_JSON)) or ""
        )


# --- from a page to its document -------------------------------------------------------------------------


def page(href: str, **changes: str) -> httpx.Response:
    """A web page that names its document."""
    attributes = {"rel": "alternate", "type": ACTIVITY_JSON, "href": href, **changes}
    link = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    text = f'<!doctype html><html><head><link rel="icon" href="/i"><link {link}></head></html>'
    return httpx.Response(200, headers={"content-type": "text/html; charset=utf-8"}, text=text)


async def test_page_leads_to_its_document(browser: httpx.AsyncClient, peer: Peer) -> None:
    """One link from a page to a document is followed; if that is a page again, there it ends.

    Conformance: 39.
    """
    note = peer.person("ann").note("<p>Behind the page</p>")
    path = httpx.URL(note["id"]).path
    peer.answers["/@ann/1"] = page(note["id"])
    assert "Behind the page" in (await leads_to(browser, "https://peer.test/@ann/1") or "")
    assert (peer.asked_for("/@ann/1"), peer.asked_for(path)) == (1, 1)

    last = peer.person("ann").note()
    peer.answers["/@ann/2"] = page("https://peer.test/@ann/3")
    peer.answers["/@ann/3"] = page(last["id"])
    assert await leads_to(browser, "https://peer.test/@ann/2") is None
    assert (peer.asked_for("/@ann/2"), peer.asked_for("/@ann/3")) == (1, 1)
    assert peer.asked_for(httpx.URL(last["id"]).path) == 0


async def test_forms_of_the_link(browser: httpx.AsyncClient, peer: Peer) -> None:
    """The link may be relative, of either type, or in the head of the answer."""
    ann = peer.person("ann")
    notes = [ann.note(f"<p>Number {number}</p>") for number in range(3)]
    in_head = httpx.Response(
        200,
        headers={
            "content-type": "text/html",
            "link": f'<https://peer.test/style.css>; rel="preload", <{notes[2]["id"]}>;'
            f' rel="alternate"; type="{ACTIVITY_JSON}"',
        },
    )
    answers = [
        page(httpx.URL(notes[0]["id"]).path),
        page(notes[1]["id"], type=LD_JSON.replace('"', "&quot;")),
        in_head,
    ]
    for number, answer in enumerate(answers):
        peer.answers[f"/page/{number}"] = answer
        found = await leads_to(browser, f"https://peer.test/page/{number}")
        assert f"Number {number}" in (found or "")


async def test_links_that_are_not_followed(
    browser: httpx.AsyncClient, peer: Peer, network: Network
) -> None:
    """Links of other kinds, and to where we do not go, are left alone."""
    note = peer.person("ann").note()
    for changes in (
        {"rel": "canonical"},
        {"type": "application/rss+xml"},
        {"type": "application/ld+json"},
        {"href": ""},
        {"href": "http://peer.test/notes/1"},
        {"href": "javascript:alert(1)"},
        {"href": "https://127.0.0.1/notes/1"},
        {"href": "https://[::1/"},
    ):
        network.exchanges.clear()
        peer.answers["/@ann/1"] = page(**{"href": note["id"], **changes})
        assert await leads_to(browser, "https://peer.test/@ann/1") is None, changes
        assert [one.url for one in network.exchanges] == ["https://peer.test/@ann/1"], changes


# --- redirects -------------------------------------------------------------------------------------------


async def test_redirects_have_an_end(
    browser: httpx.AsyncClient, peer: Peer, network: Network
) -> None:
    """Three redirects are followed; a fourth, a circle, or a step away from https is an error.

    Conformance: 40.
    """
    note = peer.person("ann").note("<p>Far away</p>")
    for step, status in enumerate((301, 302, 307, 308)):
        after = f"https://peer.test/hop/{step + 1}" if step < 3 else note["id"]
        peer.answers[f"/hop/{step}"] = redirect(after, status)
    assert await leads_to(browser, "https://peer.test/hop/0") is None
    assert peer.asked_for(httpx.URL(note["id"]).path) == 0
    assert "Far away" in (await leads_to(browser, "https://peer.test/hop/1") or "")

    peer.answers |= {
        "/there": redirect("/back"),
        "/back": redirect("/there"),
        "/here": redirect(""),
    }
    assert await leads_to(browser, "https://peer.test/there") is None
    assert peer.asked_for("/there") + peer.asked_for("/back") == 4
    assert await leads_to(browser, "https://peer.test/here") is None
    assert peer.asked_for("/here") == 4

    other = peer.person("ann").note()
    peer.answers["/plain"] = redirect(other["id"].replace("https:", "http:"))
    assert await leads_to(browser, "https://peer.test/plain") is None
    assert all(one.url.startswith("https:") for one in network.exchanges)


# --- how we ask ------------------------------------------------------------------------------------------


async def own_pem(server: Server) -> str:
    """The public key of the instance actor."""
    pem: str = (await server.get("/actor")).json()["publicKey"]["publicKeyPem"]
    return pem


async def test_what_we_ask_with(alpha: Server, browser: httpx.AsyncClient, peer: Peer) -> None:
    """Posts, actors, keys and parents are asked for with the signature of the instance actor.

    Each request names its Host, its Date and what it accepts; redirects are signed anew.

    Conformance: 41.
    """
    ann, max_, eve = (peer.person(name) for name in ("ann", "max", "eve"))
    note = ann.note()
    peer.answers["/moved"] = redirect(note["id"])
    await leads_to(browser, "https://peer.test/moved")
    parent = eve.note()
    alice = (await alpha.actor("alice")).uri
    answer = max_.note(inReplyTo=parent["id"], to=[alice])
    await max_.deliver(alpha, max_.activity("Create", answer))
    await settle(alpha)
    asked = [one for one in peer.requests if not one.url.path.startswith("/.well-known/")]
    expected = {"/moved", *(httpx.URL(uri).path for uri in (note["id"], parent["id"]))}
    expected |= {httpx.URL(person.uri).path for person in (ann, max_, eve)}
    assert {one.url.path for one in asked} == expected
    pem = await own_pem(alpha)
    for request in asked:
        assert request.method == "GET"
        assert set(check_cavage(request, pem)) >= {"(request-target)", "host", "date"}
        assert cavage_parameters(request)["keyId"] == "https://alpha.test/actor#main-key"
        assert request.headers["host"] == "peer.test"
        assert request.headers["date"].endswith(" GMT")
        assert request.headers["accept"].startswith(f"{ACTIVITY_JSON}, {LD_JSON}")
        assert request.headers["user-agent"].startswith("fedlearn/")
        with pytest.raises(InvalidSignature):
            check_cavage(request, pem, target="/elsewhere")


def is_signed_for(request: httpx.Request, pem: str, target: str) -> bool:
    """Whether a request has a draft-cavage signature for this target."""
    if is_rfc9421(request):
        return False
    try:
        check_cavage(request, pem, target=target)
    except InvalidSignature:
        return False
    return True


class Picky:
    """Shows a document only to requests whose signature is for the target that it likes."""

    def __init__(self, document: Document, pem: str, liked: str) -> None:
        self.document, self.pem, self.liked = document, pem, liked
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """The document, or 401."""
        self.asked.append(request)
        if is_signed_for(request, self.pem, self.liked):
            return activity_json(request, {"@context": AS, **self.document})
        return httpx.Response(401)

    def signed_for(self, target: str) -> list[bool]:
        """Of each request whether it was signed for this target."""
        return [is_signed_for(request, self.pem, target) for request in self.asked]


async def test_signing_with_and_without_query(
    alpha: Server, browser: httpx.AsyncClient, peer: Peer
) -> None:
    """The query is signed; to a server that says 401 to that, the same once more without it.

    Conformance: 61.
    """
    pem, ann = await own_pem(alpha), peer.person("ann")

    async def pickily(number: int, liked: str) -> tuple[Picky, str | None]:
        note = ann.note("<p>A page</p>", id=f"https://peer.test/notes?page={number}")
        picky = peer.answers["/notes"] = Picky(note, pem, liked)
        return picky, await leads_to(browser, note["id"])

    picky, found = await pickily(2, "/notes?page=2")
    assert "A page" in (found or "")
    assert all(picky.signed_for("/notes?page=2"))

    picky, found = await pickily(3, "/notes")
    assert "A page" in (found or "")
    assert picky.signed_for("/notes?page=3")[:2] == [True, False]
    assert picky.signed_for("/notes")[:2] == [False, True]
    assert {str(one.url) for one in picky.asked} == {"https://peer.test/notes?page=3"}

    picky, found = await pickily(4, "/nothing")
    assert found is None
    assert picky.signed_for("/notes?page=4").count(True) == 1
    assert picky.signed_for("/notes").count(True) == 1
