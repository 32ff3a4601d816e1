"""Handles: read, looked up at their domain, and answered for our own."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedlearn.activitypub.client import FederationClient
from fedlearn.activitypub.links import links_in
from fedlearn.activitypub.uris import Uris
from fedlearn.activitypub.webfinger import (
    Handle,
    WebFinger,
    read_handle,
    render_host_meta,
    render_jrd,
)
from fedlearn.errors import FetchError, Gone, Missing, RefusedDocument, Unreachable
from fedlearn.settings import Settings
from tests.unit.stub_web import Page, StubWeb, let_all_in, let_all_pass, redirect

ROBIN = "https://far.example/users/robin"
HANDLE = Handle("robin", "far.example")
OURS = Uris(origin="https://social.our.example", domain="our.example")


def address(handle: str, host: str | None = None) -> str:
    """Where a handle is looked up, as it goes over the wire."""
    host = host or handle.partition("@")[2]
    return f"https://{host}/.well-known/webfinger?resource=acct:{handle}"


ASKED = address("robin@far.example")
HOST_META = "https://far.example/.well-known/host-meta"


def jrd(handle: str = "robin@far.example", actor: Any = ROBIN, **changes: Any) -> Page:
    """What a domain says about a handle."""
    self_link = {"rel": "self", "type": "application/activity+json", "href": actor}
    page_link = {
        "rel": "http://webfinger.net/rel/profile-page",
        "href": "https://far.example/@robin",
    }
    body = {"subject": f"acct:{handle}", "links": [page_link, self_link], **changes}
    return Page(body, "application/jrd+json")


@pytest.fixture
def webfinger(client: FederationClient, settings: Settings) -> WebFinger:
    """A client for which the stub web is all there is."""
    return WebFinger(client, settings)


# --- handles -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("robin@far.example", "robin@far.example"),
        ("@robin@far.example", "robin@far.example"),
        ("acct:robin@far.example", "robin@far.example"),
        ("  @Robin@FAR.Example ", "Robin@far.example"),
        ("acct:@robin@far.example", "robin@far.example"),
        ("a.b-c_d@far.example", "a.b-c_d@far.example"),
        ("é@far.example", "é@far.example"),
        ("robin@localhost:3000", "robin@localhost:3000"),
        ("far.example@far.example", "far.example@far.example"),
    ],
)
def test_handle_is_read(text: str, handle: str) -> None:
    """As people type it and as an acct: URI; the domain in small letters, the name as it is."""
    assert str(read_handle(text)) == handle


@pytest.mark.parametrize(
    "text",
    [
        "",
        "robin",
        "@robin",
        "acct:robin",
        "robin@",
        "@far.example",
        "robin@far.example/x",
        "robin@far example",
        "ro bin@far.example",
        "robin@-far.example",
        "robin@far.example:port",
        "robin@far@example",
        "-robin@far.example",
        "https://far.example/@robin",
        "robin@far.example\nx",
    ],
)
def test_what_is_no_handle_is_none(text: str) -> None:
    """Names without a domain, domains without a name, and everything else."""
    assert read_handle(text) is None


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever text is taken for a handle, it is one or none."""
    handle = read_handle(text)
    assert handle is None or read_handle(str(handle)) == handle


def test_capitals_make_no_other_handle() -> None:
    """Two handles that differ in capitals are the same one."""
    assert HANDLE.is_same_as(Handle("ROBIN", "far.example"))
    assert not HANDLE.is_same_as(Handle("robin", "www.far.example"))
    assert not HANDLE.is_same_as(Handle("rosa", "far.example"))


# --- looking up ----------------------------------------------------------------------------------


async def test_handle_leads_to_its_actor(webfinger: WebFinger, web: StubWeb) -> None:
    """The domain is asked for the acct: URI, unsigned, and answers with the actor."""
    web.serve(ASKED, jrd())
    found = await webfinger.look_up(HANDLE)
    assert (str(found.handle), found.actor) == ("robin@far.example", ROBIN)
    assert web.asked == [ASKED]
    (request,) = web.requests
    assert "signature" not in request.headers
    assert request.headers["accept"] == "application/jrd+json, application/json"


async def test_subject_may_differ_in_capitals(webfinger: WebFinger, web: StubWeb) -> None:
    """A subject that differs in capitals only needs no second look, and is how it is written."""
    web.serve(ASKED, jrd("Robin@FAR.example"))
    assert str((await webfinger.look_up(HANDLE)).handle) == "Robin@far.example"
    assert web.asked == [ASKED]


async def test_host_meta_is_asked_where_there_is_nothing(
    webfinger: WebFinger, web: StubWeb
) -> None:
    """After a 404 the template of host-meta is tried, once; any other failure is one.

    Conformance: 16.
    """
    elsewhere = "https://social.far.example/wf?q=acct:robin@far.example"
    host_meta = (
        b'<?xml version="1.0"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        b'<Link rel="other" template="https://wrong.example/{uri}"/>'
        b'<Link rel="lrdd" template="https://social.far.example/wf?q={uri}"/></XRD>'
    )
    web.serve(HOST_META, Page(host_meta, "application/xrd+xml"))
    web.serve(elsewhere, jrd())
    assert (await webfinger.look_up(HANDLE)).actor == ROBIN
    assert web.asked == [ASKED, HOST_META, elsewhere]

    web.requests.clear()
    web.serve(elsewhere, Page(status=404))
    with pytest.raises(FetchError, match="does not know"):
        await webfinger.look_up(HANDLE)
    assert web.asked == [ASKED, HOST_META, elsewhere]

    for status in (400, 401, 403, 410, 429, 500, 503):
        web.requests.clear()
        web.serve(ASKED, Page(status=status))
        with pytest.raises(FetchError):
            await webfinger.look_up(HANDLE)
        assert web.asked == [ASKED]


@pytest.mark.parametrize(
    "host_meta",
    [
        Page(status=404),
        Page(status=500),
        Page(b"", "application/xrd+xml"),
        Page(b'<XRD><Link rel="lrdd" template="https://far.example/no-place"/></XRD>'),
        Page(b'<XRD><Link rel="lrdd"/></XRD>'),
        Page(b"<![x"),
        Page(b'<XRD><Link rel="lrdd" template="javascript:{uri}"/></XRD>'),
        Page(b'<XRD><Link rel="lrdd" template="http://far.example/{uri}"/></XRD>'),
        Page(b'<XRD><Link rel="lrdd" template="https://127.0.0.1/{uri}"/></XRD>'),
    ],
)
async def test_useless_host_meta_ends_it(
    host_meta: Page, webfinger: WebFinger, web: StubWeb
) -> None:
    """A host-meta that is missing, broken or leads where we do not go is no help."""
    web.serve(HOST_META, host_meta)
    with pytest.raises(FetchError):
        await webfinger.look_up(HANDLE)
    assert web.asked == [ASKED, HOST_META]


async def test_other_subject_is_looked_up_once(webfinger: WebFinger, web: StubWeb) -> None:
    """A domain may send us to another handle; that one must then stay what it is.

    Conformance: 17.
    """
    social = Handle("robin", "social.far.example")
    first = address("robin@social.far.example")
    web.serve(first, jrd("robin@far.example"))
    web.serve(ASKED, jrd("robin@far.example"))
    found = await webfinger.look_up(social)
    assert (str(found.handle), found.actor) == ("robin@far.example", ROBIN)
    assert web.asked == [first, ASKED]

    web.requests.clear()
    web.serve(ASKED, jrd("robin@third.example"))
    web.serve(address("robin@third.example"), jrd("robin@third.example"))
    with pytest.raises(RefusedDocument, match="leads to"):
        await webfinger.look_up(social)
    assert web.asked == [first, ASKED]


async def test_second_look_decides_on_the_actor(webfinger: WebFinger, web: StubWeb) -> None:
    """What the first domain says of the actor does not count where it names another handle."""
    evil = address("robin@evil.example")
    web.serve(evil, jrd("robin@far.example", "https://evil.example/users/robin"))
    web.serve(ASKED, jrd())
    assert (await webfinger.look_up(Handle("robin", "evil.example"))).actor == ROBIN


@pytest.mark.parametrize(
    ("status", "error"),
    [(410, Gone), (404, Missing), (403, FetchError), (429, Unreachable), (502, Unreachable)],
)
async def test_each_status_has_its_meaning(
    status: int, error: type[FetchError], webfinger: WebFinger, web: StubWeb
) -> None:
    """Gone is gone, 5xx and 429 may pass, and 404 is a failure that deletes nobody."""
    web.serve(ASKED, Page(status=status))
    with pytest.raises(FetchError) as refused:
        await webfinger.look_up(HANDLE)
    assert type(refused.value) is error


SELF = {"rel": "self", "type": "application/activity+json", "href": ROBIN}


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": None},
        {"subject": "https://far.example/@robin"},
        {"subject": "acct:robin"},
        {"subject": 5},
        {"links": None},
        {"links": []},
        {"links": "x"},
        {"links": [{**SELF, "rel": "alternate"}]},
        {"links": [{**SELF, "type": "text/html"}]},
        {"links": [{**SELF, "type": "application/json"}]},
        {"links": [{**SELF, "type": ["application/activity+json"]}]},
        {"links": [{**SELF, "type": {}}]},
        {"links": [{**SELF, "type": None}]},
        {"links": [{**SELF, "href": None}]},
        {"links": [{**SELF, "href": ""}]},
        {"links": [{**SELF, "href": {}}]},
    ],
    ids=str,
)
async def test_incomplete_answer_is_refused(
    changes: dict[str, Any], webfinger: WebFinger, web: StubWeb
) -> None:
    """Without a subject, or a link to an actor of the right type, there is nothing to believe."""
    web.serve(ASKED, jrd(**changes))
    with pytest.raises(RefusedDocument, match="WebFinger"):
        await webfinger.look_up(HANDLE)


@pytest.mark.parametrize(
    "links",
    [
        SELF,
        [None, 5, "x", {}, SELF],
        [{**SELF, "type": "text/html"}, SELF],
        [{**SELF, "href": None}, SELF],
        [
            {
                **SELF,
                "type": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
            }
        ],
    ],
)
async def test_actor_is_found_among_links(links: Any, webfinger: WebFinger, web: StubWeb) -> None:
    """Of all links the first that leads to an actor counts, in either of its two types."""
    web.serve(ASKED, jrd(links=links))
    assert (await webfinger.look_up(HANDLE)).actor == ROBIN


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"[" * 100_000])
async def test_broken_answer_is_refused(body: bytes, webfinger: WebFinger, web: StubWeb) -> None:
    """What is no JSON object says nothing."""
    web.serve(ASKED, Page(body, "application/jrd+json"))
    with pytest.raises(RefusedDocument):
        await webfinger.look_up(HANDLE)


async def test_limits_hold_for_webfinger(webfinger: WebFinger, web: StubWeb) -> None:
    """Looking up stops at the size limit, and never leaves https or goes inside.

    Conformance: 24.
    """
    web.serve(ASKED, Page(b" " * (Settings().max_fetch_bytes + 1), "application/jrd+json"))
    with pytest.raises(FetchError, match="over"):
        await webfinger.look_up(HANDLE)
    for inside in ("https://10.0.0.1/", "https://169.254.169.254/", "http://far.example/"):
        web.requests.clear()
        web.serve(ASKED, redirect(inside))
        with pytest.raises(FetchError):
            await webfinger.look_up(HANDLE)
        assert web.asked == [ASKED]
    web.requests.clear()
    for host in ("127.0.0.1", "10.0.0.1", "192.168.0.1:8443"):
        with pytest.raises(FetchError, match="not a public address"):
            await webfinger.look_up(Handle("robin", host))
    assert web.asked == []


async def test_only_labs_speak_plain_http(web: StubWeb) -> None:
    """A lab on http asks other labs, which have ports, likewise; an instance on https never does."""
    lab = Settings(url="http://localhost:3000")
    for settings, domain, origin in (
        (lab, "localhost:3001", "http://localhost:3001"),
        (lab, "localhost", "http://localhost"),
        (lab, "far.example", "https://far.example"),
        (replace(lab, url="https://our.example"), "localhost:3001", "https://localhost:3001"),
    ):
        one = FederationClient(
            settings,
            user_agent="x",
            egress_guard=let_all_pass,
            host_guard=let_all_in,
            transport=web,
        )
        with pytest.raises(FetchError):
            await WebFinger(one, settings).look_up(Handle("robin", domain))
        assert web.asked[-1] == f"{origin}/.well-known/host-meta"


# --- our own -------------------------------------------------------------------------------------


def test_we_answer_for_our_people() -> None:
    """The subject has the domain of handles; the self link is the actor, byte for byte."""
    answer = render_jrd(OURS, "alice")
    assert answer["subject"] == "acct:alice@our.example"
    links = {link["rel"]: link for link in answer["links"]}
    assert links["self"] == {
        "rel": "self",
        "type": "application/activity+json",
        "href": OURS.actor("alice"),
    }
    profile = links["http://webfinger.net/rel/profile-page"]
    assert (profile["type"], profile["href"]) == ("text/html", OURS.profile("alice"))
    assert "{uri}" in links["http://ostatus.org/schema/1.0/subscribe"]["template"]
    assert answer["aliases"] == [OURS.profile("alice"), OURS.actor("alice")]


async def test_we_understand_our_own_answer(webfinger: WebFinger, web: StubWeb) -> None:
    """A peer with our rules finds the actor, also where handles have a domain of their own."""
    web.serve(address("alice@our.example"), Page(render_jrd(OURS, "alice"), "application/jrd+json"))
    found = await webfinger.look_up(Handle("alice", "our.example"))
    assert (str(found.handle), found.actor) == ("alice@our.example", OURS.actor("alice"))


def test_host_meta_leads_to_webfinger() -> None:
    """It is XML with an lrdd template, and our own reader finds it."""
    xrd = render_host_meta(OURS)
    assert xrd.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert re.search(r"<XRD xmlns=[^>]+>.*</XRD>", xrd)
    template = "https://social.our.example/.well-known/webfinger?resource={uri}"
    assert links_in(xrd.encode()) == [{"rel": "lrdd", "template": template}]
