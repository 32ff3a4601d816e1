"""Requests that no browser and no server would send: they get a page, a document or a reason."""

import re
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from fedlearn.web.routes import all_routes
from tests.federation.server import Server
from tests.hostile.searching import search
from tests.hostile.soundness import Overseer
from tests.hostile.strategies import ODD_ADDRESSES, ODD_NUMBERS, ODD_TEXTS

ACCEPTS = [
    "text/html",
    "application/activity+json",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    "text/html;q=nan, application/activity+json;q=inf",
    "application/activity+json;q=1e400",
    ";q=;q=,,;",
    "*/*;q=-1",
    "a" * 5000,
    "application/ld+json;" + "profile=;" * 500,
    "\xff",
]
COOKIES = [
    "__Host-session=",
    "__Host-session=\xff",
    "session=a=b;;=",
    '__Host-session="\\777"',
    ";" * 500,
]
HOSTS = [
    "alpha.test",
    "[",
    "a]b",
    "alpha.test:99999999",
    "",
    "x y",
    "\xff",
    "alpha.test/..",
    "@",
    "?",
]
# What can stand in a place of a path: decoded by the server, so it may be anything but a slash.
PARTS = [text for text in ODD_TEXTS if "/" not in text and len(text) < 2000]
PARTS += [
    "alice",
    "bob@peer.test",
    "@",
    "..",
    ".",
    "%2e%2e%2f",
    "1",
    "999999999999999999",
    "-1",
    "\u0661",
]
QUERIES = [
    "before",
    "max_id",
    "min_id",
    "page",
    "q",
    "uri",
    "acct",
    "resource",
    "next",
    "invitation",
]
QUERIES += ["changed", "only_other_accounts", "rel"]

words = st.sampled_from(
    [
        *(text for text in ODD_TEXTS if len(text) < 2000),
        *ODD_ADDRESSES,
        *map(str, ODD_NUMBERS),
        "/\t/[",
        "/\n\\evil.test",
    ]
)
texts = words | st.text(max_size=20)


ROUTES = [route for route in all_routes() if isinstance(route, Route)]


def filled(route: Route, part: str) -> str:
    """The path of a route with something in each of its places."""
    return re.sub(r"{[^}]*}", lambda _: part, route.path)


paths = st.one_of(
    st.builds(filled, st.sampled_from(ROUTES), st.sampled_from(PARTS)),
    st.builds("/{}/{}".format, st.sampled_from(["static", "users", "tags", "nodeinfo"]), texts),
    texts.map("/{}".format),
)


def written(text: str) -> str:
    """As it stands in a request, halves of surrogates as the bytes that UTF-8 forbids."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="/@:;,=+$&!*'()")


def header(text: str) -> bytes:
    """As a header carries it."""
    return text.encode("latin-1")


@search(200)
@given(data=st.data())
async def test_any_question(
    data: st.DataObject, alpha: Server, browser: httpx.AsyncClient, overseer: Overseer
) -> None:
    """Any path, query, cookie, host and wish for a form: never a broken page, signed in or not."""
    client = data.draw(st.sampled_from([alpha.http, browser]))
    path = written(data.draw(paths))
    query = data.draw(st.dictionaries(st.sampled_from(QUERIES), texts, max_size=3))
    asked = {name: text.encode("utf-8", "surrogatepass") for name, text in query.items()}
    fields = {"accept": header(data.draw(st.sampled_from(ACCEPTS)))}
    if data.draw(st.booleans()):
        fields["host"] = header(data.draw(st.sampled_from(HOSTS)))
    if data.draw(st.integers(0, 3)) == 0:
        fields["cookie"] = header(data.draw(st.sampled_from(COOKIES)))
    method = data.draw(st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "DELETE", "PROPFIND"]))
    sent = [(name.encode(), value) for name, value in fields.items()]
    url = f"https://alpha.test{path}?{urlencode(asked)}"
    answer = await client.request(method, url, headers=sent)
    assert answer.status_code < 500, (method, url, fields)
    await overseer.looks_over()


FORMS = [
    "/statuses",
    "/statuses/1/edit",
    "/statuses/1/boost",
    "/actors/1/follow",
    "/settings/profile",
]
FORMS += ["/settings/password", "/sign-up", "/requests/1/accept", "/sign-in/token"]
FIELDS = [
    "text",
    "audience",
    "content_warning",
    "in_reply_to_id",
    "next",
    "name",
    "bio",
    "is_locked",
]
FIELDS += ["login", "password", "username", "email", "invitation"]


async def csrf_of(browser: httpx.AsyncClient) -> str:
    """The token that the forms of this browser carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', (await browser.get("/")).text)
    assert found
    return found[1]


@search(80)
@given(data=st.data())
async def test_any_form(
    data: st.DataObject, browser: httpx.AsyncClient, alpha: Server, overseer: Overseer
) -> None:
    """Any fields in any form of somebody signed in: it is done, or comes back with what is wrong."""
    path = data.draw(st.sampled_from(FORMS))
    fields = data.draw(st.dictionaries(st.sampled_from(FIELDS), texts, max_size=5))
    raw = {name: text.encode("utf-8", "surrogatepass") for name, text in fields.items()}
    body = urlencode({"csrf": await csrf_of(browser), **raw})
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = await browser.post(path, content=body, headers=kind)
    assert answer.status_code < 500, (path, fields)
    await overseer.looks_over()
    await overseer.opens_pages()


CHARSETS = [
    "undefined",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "utf-16",
    "idna",
    "\xff",
]


def multipart(fields: dict[str, str]) -> bytes:
    """A form in the way that carries files as well."""
    parts = [
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    ]
    return "".join([*parts, "--B--\r\n"]).encode()


@pytest.mark.parametrize("charset", CHARSETS)
async def test_forms_are_in_utf_8(
    charset: str, browser: httpx.AsyncClient, alpha: Server, overseer: Overseer
) -> None:
    """A form that names another charset is refused; some of Python's make texts that break.

    The same form in UTF-8 is taken.
    """
    fields = {"csrf": await csrf_of(browser), "text": "hello \\ud800"}
    for named, status in ((charset, 422), ("UTF-8", 303)):
        kind = f"multipart/form-data; boundary=B; charset={named}".encode("latin-1")
        headers = {b"content-type": kind}
        answer = await browser.post("/statuses", content=multipart(fields), headers=headers)
        assert answer.status_code == status, named
    await overseer.looks_over()


PLACES: list[tuple[Any, str]] = [
    ("/@alice", "/@alice"),
    ("/\t/[", "/"),
    ("/\n\\evil.test", "/%0A%5Cevil.test"),
    ("//evil.test", "/"),
    ("/\\evil.test", "/"),
    ("https://evil.test/", "/"),
    ("/%0d%0aX: y", "/%0d%0aX: y"),
]


@pytest.mark.parametrize(("target", "led_to"), PLACES)
async def test_where_a_form_leads_next(
    target: str, led_to: str, browser: httpx.AsyncClient
) -> None:
    """To a page of ours, or to the first one: no address makes it another site, or an error."""
    answer = await browser.get("/sign-in", params={"next": target})
    assert answer.status_code == 303
    assert answer.headers["location"] == led_to.replace(" ", "%20")
