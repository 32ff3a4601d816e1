"""Which fetched documents are believed, and under which name."""

from typing import Any

import pytest

from fedlearn.activitypub import cavage
from fedlearn.activitypub.claims import RequestHead
from fedlearn.activitypub.client import Answer, FederationClient
from fedlearn.activitypub.fetch import Fetcher, alternate_link, is_activity_json
from fedlearn.activitypub.jsonld import AS
from fedlearn.activitypub.keys import SigningKey, VerifyingKey
from fedlearn.domain.ids import now
from fedlearn.errors import FetchError, Gone, Missing, RefusedDocument, Unreachable
from fedlearn.settings import Settings
from tests.unit.stub_web import Page, StubWeb, redirect

ROBIN = "https://far.example/users/robin"
NOTE = "https://far.example/notes/1"
LD_JSON = f'application/ld+json; profile="{AS}"'


def document(uri: str | None, **more: Any) -> dict[str, Any]:
    """A document that calls itself so."""
    return {"@context": AS, "id": uri, "type": "Note", **more}


@pytest.fixture
def fetcher(client: FederationClient, settings: Settings) -> Fetcher:
    """A fetcher for which the stub web is all there is."""
    return Fetcher(client, settings)


# --- what is ActivityPub -------------------------------------------------------------------------

REFUSED_TYPES = [
    "text/html",
    "text/html; charset=utf-8",
    "application/json",
    "image/png",
    "image/svg+xml",
    "text/plain",
    "application/octet-stream",
    "application/activity+json-seq",
    "",
]


@pytest.mark.parametrize("content_type", REFUSED_TYPES)
async def test_other_types_are_refused(
    content_type: str, fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """What looks like a fine document may be a file that somebody uploaded (CVE-2024-25623).

    Conformance: 34.
    """
    web.serve(NOTE, Page(document(NOTE), content_type))
    with pytest.raises(RefusedDocument, match="not ActivityPub"):
        await fetcher.fetch(NOTE, key)
    with pytest.raises(RefusedDocument, match="not ActivityPub"):
        await fetcher.fetch_key_document(f"{NOTE}#main-key", key)
    web.serve(NOTE, Page(document(NOTE)))
    assert await fetcher.fetch(NOTE, key) == document(NOTE)


@pytest.mark.parametrize(
    "content_type",
    [LD_JSON, f'application/ld+json; profile="https://w3id.org/security/v1 {AS}"'],
)
async def test_profile_makes_json_ld_activitystreams(
    content_type: str, fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """ld+json is believed with the profile of ActivityStreams, alone or among others.

    Conformance: 35.
    """
    web.serve(NOTE, Page(document(NOTE), content_type))
    assert (await fetcher.fetch(NOTE, key))["id"] == NOTE
    for other in (
        "application/ld+json",
        'application/ld+json; profile="https://w3id.org/security/v1"',
        f'application/ld+json; profile="{AS}x"',
        f'application/ld+json; charset="{AS}"',
    ):
        web.serve(NOTE, Page(document(NOTE), other))
        with pytest.raises(RefusedDocument, match="not ActivityPub"):
            await fetcher.fetch(NOTE, key)


async def test_type_may_name_its_charset(fetcher: Fetcher, web: StubWeb, key: SigningKey) -> None:
    """Parameters of activity+json make no difference.

    Conformance: 36.
    """
    web.serve(NOTE, Page(document(NOTE), "application/activity+json; charset=utf-8"))
    assert (await fetcher.fetch(NOTE, key))["id"] == NOTE
    web.serve(NOTE, Page(document(NOTE), "application/xactivity+json; charset=utf-8"))
    with pytest.raises(RefusedDocument, match="not ActivityPub"):
        await fetcher.fetch(NOTE, key)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json",
        "Application/Activity+JSON",
        "application/activity+json;charset=utf-8",
        LD_JSON,
        f"application/ld+json;profile={AS}",
        f'application/ld+json; charset=utf-8; Profile="{AS}"',
    ],
)
def test_types_are_recognised(content_type: str) -> None:
    """Capitals, spaces and quotes make no difference; the inbox reads types in the same way."""
    assert is_activity_json(content_type)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b'{"id":'])
async def test_broken_document_is_refused(
    body: bytes, fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """What is no JSON object is no document, whatever its type says."""
    web.serve(NOTE, Page(body))
    with pytest.raises(RefusedDocument):
        await fetcher.fetch(NOTE, key)


async def test_document_must_speak_activitystreams(
    fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """Without the context of ActivityStreams, or nested too deep, a document is refused."""
    web.serve(NOTE, Page({"id": NOTE, "type": "Note"}))
    with pytest.raises(RefusedDocument, match="does not speak"):
        await fetcher.fetch(NOTE, key)
    deep: Any = "x"
    for _ in range(70):
        deep = [deep]
    web.serve(NOTE, Page(document(NOTE, tag=deep)))
    with pytest.raises(RefusedDocument, match="deeper than 64"):
        await fetcher.fetch(NOTE, key)


# --- whose word counts ---------------------------------------------------------------------------


async def test_document_is_what_it_is_called(
    fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """One whose id is its address is believed at once; of an address with a fragment, its document."""
    web.serve(ROBIN, Page(document(ROBIN)))
    assert await fetcher.fetch(ROBIN, key) == document(ROBIN)
    assert await fetcher.fetch(f"{ROBIN}#main-key", key) == document(ROBIN)
    assert web.asked == [ROBIN, ROBIN]


async def test_other_name_is_asked_once(fetcher: Fetcher, web: StubWeb, key: SigningKey) -> None:
    """A document that calls itself otherwise is fetched under that name, and must then agree.

    Conformance: 37.
    """
    page = "https://far.example/@robin/1"
    web.serve(page, Page(document(NOTE, content="copy")))
    web.serve(NOTE, Page(document(NOTE, content="original")))
    assert (await fetcher.fetch(page, key))["content"] == "original"
    assert web.asked == [page, NOTE]
    # The second one calls itself otherwise again: nobody is asked a third time.
    web.requests.clear()
    web.serve(NOTE, Page(document("https://far.example/notes/2")))
    with pytest.raises(RefusedDocument, match="does not agree"):
        await fetcher.fetch(page, key)
    assert web.asked == [page, NOTE]


async def test_claim_on_another_origin_is_checked_there(
    fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """What a server says of another's document is discarded unless that one says the same.

    Conformance: 38.
    """
    forged = "https://evil.example/notes/1"
    web.serve(forged, Page(document(NOTE, content="forged")))
    for answer in (
        Page(status=404),
        Page(document(NOTE), "text/html"),
        Page(document("https://far.example/notes/2")),
        Page(document(forged)),
        redirect(forged),
    ):
        web.serve(NOTE, answer)
        with pytest.raises((RefusedDocument, FetchError)):
            await fetcher.fetch(forged, key)
    web.serve(NOTE, Page(document(NOTE, content="genuine")))
    assert (await fetcher.fetch(forged, key))["content"] == "genuine"


async def test_redirect_lends_no_name(fetcher: Fetcher, web: StubWeb, key: SigningKey) -> None:
    """What another server answers after a redirect is not believed under the name that was asked."""
    web.serve(NOTE, redirect("https://evil.example/x"))
    web.serve("https://evil.example/x", Page(document(NOTE, content="forged")))
    with pytest.raises(RefusedDocument, match="does not agree"):
        await fetcher.fetch(NOTE, key)
    # On one server a redirect is harmless.
    web.serve(NOTE, redirect("https://far.example/x"))
    web.serve("https://far.example/x", Page(document(NOTE, content="moved")))
    assert (await fetcher.fetch(NOTE, key))["content"] == "moved"


@pytest.mark.parametrize("uri", [None, "", 5, [], {"x": "y"}])
async def test_nameless_document_is_refused(
    uri: Any, fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """What has no id cannot be what was asked for."""
    web.serve(NOTE, Page(document(uri)))
    with pytest.raises(RefusedDocument, match="no id"):
        await fetcher.fetch(NOTE, key)


@pytest.mark.parametrize(
    "uri", ["http://far.example/notes/1", "https://127.0.0.1/1", "acct:robin@far.example", "x"]
)
async def test_name_that_cannot_be_asked_is_refused(
    uri: str, fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """A claimed name leads nowhere that we would not go otherwise."""
    web.serve(NOTE, Page(document(uri)))
    with pytest.raises(FetchError):
        await fetcher.fetch(NOTE, key)
    assert web.asked == [NOTE]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (410, Gone),
        (404, Missing),
        (403, FetchError),
        (401, FetchError),
        (204, FetchError),
        (500, Unreachable),
        (503, Unreachable),
        (429, Unreachable),
        (408, Unreachable),
    ],
)
async def test_each_status_has_its_meaning(
    status: int, error: type[FetchError], fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """Gone is gone, 5xx and its like may pass, and only 200 brings a document."""
    web.serve(NOTE, Page(document(NOTE), status=status))
    with pytest.raises(FetchError) as refused:
        await fetcher.fetch(NOTE, key)
    assert type(refused.value) is error


# --- signatures ----------------------------------------------------------------------------------


async def test_every_request_is_signed(
    fetcher: Fetcher, web: StubWeb, key: SigningKey, public: VerifyingKey
) -> None:
    """Documents, pages, keys, redirects and second looks are all asked for signed.

    Conformance: 41.
    """
    page, old = "https://far.example/@robin/1", "https://old.example/1"
    web.serve(old, redirect(page))
    web.serve(page, Page(document(NOTE)))
    web.serve(NOTE, Page(document(NOTE)))
    await fetcher.fetch(old, key)
    await fetcher.fetch_page(page, key)
    await fetcher.fetch_key_document(f"{NOTE}#main-key", key)
    assert web.asked == [old, page, NOTE, page, NOTE, NOTE]
    for request in web.requests:
        headers = dict(request.headers)
        assert {"host", "date", "accept", "signature"} <= set(headers)
        assert "application/activity+json" in headers["accept"]
        assert LD_JSON in headers["accept"]
        origin = f"https://{request.url.host}"
        head = RequestHead("GET", request.url.raw_path.decode(), headers, origin)
        assert cavage.read(head, None, now()).is_proven_by(public)


async def test_what_stands_under_a_key_is_only_looked_at(
    fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """A stub of an actor under a keyId is handed on as it is; its owner is checked elsewhere."""
    stub = document(ROBIN, type="Person", publicKey={"id": f"{ROBIN}/main-key", "owner": ROBIN})
    web.serve(f"{ROBIN}/main-key", Page(stub))
    assert await fetcher.fetch_key_document(f"{ROBIN}/main-key", key) == stub
    assert web.asked == [f"{ROBIN}/main-key"]


# --- web pages -----------------------------------------------------------------------------------

PAGE = "https://far.example/@robin/1"
HEAD = '<html><head><link rel="alternate" type="{type}" href="{href}"></head></html>'


def html(href: str, kind: str = "application/activity+json") -> Page:
    """A web page that leads to a document."""
    return Page(HEAD.format(type=kind, href=href).encode(), "text/html; charset=utf-8")


async def test_page_leads_to_its_document(fetcher: Fetcher, web: StubWeb, key: SigningKey) -> None:
    """The alternate link of a page is followed, once: a page behind it leads no further.

    Conformance: 39.
    """
    web.serve(PAGE, html(NOTE))
    web.serve(NOTE, Page(document(NOTE)))
    assert await fetcher.fetch_page(PAGE, key) == document(NOTE)
    assert web.asked == [PAGE, NOTE]
    web.requests.clear()
    further = "https://far.example/further"
    web.serve(NOTE, html(further))
    web.serve(further, Page(document(further)))
    with pytest.raises(RefusedDocument):
        await fetcher.fetch_page(PAGE, key)
    assert web.asked == [PAGE, NOTE]


async def test_header_leads_to_the_document_too(
    fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """A Link header is as good as a link in the page."""
    link = f'<https://far.example/feed>; rel="alternate"; type="application/atom+xml", <{NOTE}>; '
    link += 'rel="alternate"; type="application/activity+json"'
    web.serve(PAGE, Page(b"<html>", "text/html", headers={"link": link}))
    web.serve(NOTE, Page(document(NOTE)))
    assert await fetcher.fetch_page(PAGE, key) == document(NOTE)


async def test_address_of_a_document_is_a_page_too(
    fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """Where the address is that of the document itself, that is what one gets."""
    web.serve(NOTE, Page(document(NOTE)))
    assert await fetcher.fetch_page(NOTE, key) == document(NOTE)


@pytest.mark.parametrize(
    "page",
    [
        html(NOTE, "application/json"),
        html(NOTE, "application/ld+json"),
        html(""),
        html("https://[::1"),
        Page(b"<html>no link</html>", "text/html"),
        Page(HEAD.format(type="application/activity+json", href=NOTE).encode(), "text/plain"),
        Page(b"\x89PNG", "image/png"),
    ],
)
async def test_page_without_document_is_refused(
    page: Page, fetcher: Fetcher, web: StubWeb, key: SigningKey
) -> None:
    """A page that leads nowhere is no post and no account."""
    web.serve(PAGE, page)
    web.serve(NOTE, Page(document(NOTE)))
    with pytest.raises(RefusedDocument, match="leads to no post"):
        await fetcher.fetch_page(PAGE, key)
    assert web.asked == [PAGE]


async def test_missing_page_is_an_error(fetcher: Fetcher, web: StubWeb, key: SigningKey) -> None:
    """The status of a page means what that of a document means."""
    web.serve(PAGE, Page(status=410))
    with pytest.raises(Gone):
        await fetcher.fetch_page(PAGE, key)


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ('</notes/1>; rel="alternate"; type="application/activity+json"', NOTE),
        (f'<{NOTE}>; type="application/activity+json"; rel=alternate', NOTE),
        (f'<{NOTE}>; rel="alternate"; type="text/html"', None),
        (f'<{NOTE}>; rel="self"; type="application/activity+json"', None),
        ('<https://[::1>; rel="alternate"; type="application/activity+json"', None),
        (",;,<>", None),
        ("", None),
    ],
)
def test_alternate_link_of_a_header(link: str, found: str | None) -> None:
    """Relative addresses are read from the page; other relations and types are passed over."""
    assert alternate_link(Answer(PAGE, 200, "text/plain", b"", link)) == found
