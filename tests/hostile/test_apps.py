"""What no app would send: it is refused with words, as JSON, or passed over."""

import httpx
import pytest

from tests.api.apps import app_of
from tests.federation.server import Server
from tests.hostile.test_pages import CHARSETS, csrf_of, multipart

LONG = "9" * 5000  # more digits than Python reads


@pytest.mark.parametrize("charset", [*CHARSETS, "utf-7"])
async def test_forms_of_apps_are_in_utf_8(charset: str, alpha: Server) -> None:
    """A form that names another charset is refused, as one of a page is; in UTF-8 it is taken."""
    alice = await app_of(alpha, "alice")
    for named, status in ((charset, 422), ("UTF-8", 200)):
        kind = f"multipart/form-data; boundary=B; charset={named}".encode("latin-1")
        body = multipart({"status": "hello \\ud800 +2AA-"})
        answer = await alice.ask(
            "POST", "/v1/statuses", content=body, headers={b"content-type": kind}
        )
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    "body", [b'{"status": "\xff"}', b'{"\xff": 1}', b'{"status": "\\ud800"}', b"[" * 5000, b"\xff"]
)
async def test_json_that_is_none(body: bytes, alpha: Server) -> None:
    """JSON that is broken, or not in UTF-8, is no JSON."""
    alice = await app_of(alpha, "alice")
    kind = {"content-type": "application/json"}
    answer = await alice.ask("POST", "/v1/statuses", content=body, headers=kind)
    assert (answer.status_code, answer.json()) == (422, {"error": "The body is not JSON."})


async def test_numbers_that_are_too_long(alpha: Server) -> None:
    """A number with more digits than anybody counts is none."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    assert await alice.get("/v1/statuses", **{f"id[{LONG}]": "1"}) == []
    poll = {"options": ["yes", "no"], "expires_in": 3600}
    asked = await alice.post("/v1/statuses", status="Well?", poll=poll)
    for choice in (LONG, "\u0661", "-1", ""):
        answer = await bob.ask("POST", f"/v1/polls/{asked['id']}/votes", json={"choices": [choice]})
        assert answer.status_code == 422, choice
    answer = await alice.ask("GET", "/v1/timelines/home", params={"limit": LONG, "max_id": LONG})
    assert answer.status_code == 422


async def test_offsets_beyond_everything(alpha: Server) -> None:
    """Nothing stands behind more than a column can count, and less than nothing is refused."""
    alice = await app_of(alpha, "alice")
    for path in ("/v1/trends/tags", "/v1/trends/statuses", "/v1/trends/links", "/v1/directory"):
        assert await alice.get(path, offset=2**63 - 1) == []
        assert (await alice.ask("GET", path, params={"offset": "-1"})).status_code == 400


async def test_nothing_but_the_character_0(alpha: Server, browser: httpx.AsyncClient) -> None:
    """The character 0 is left out of texts; those that hold nothing else are empty, on pages, too."""
    alice = await app_of(alpha, "alice")
    assert (await alice.ask("POST", "/v1/statuses", json={"status": "\0"})).status_code == 422
    assert (await alice.ask("POST", "/v1/lists", json={"title": "\0"})).status_code == 422
    poll = {"options": ["\0", "no"], "expires_in": 3600}
    asked = {"status": "Well?", "poll": poll}
    assert (await alice.ask("POST", "/v1/statuses", json=asked)).status_code == 422
    form = {"csrf": await csrf_of(browser), "title": "\0"}
    assert (await browser.post("/lists", data=form)).status_code == 422
    made = await alice.post("/v1/statuses", status="one\0\r\n\r\ntwo")
    assert made["content"] == "<p>one</p><p>two</p>"
    source = await alice.get(f"/v1/statuses/{made['id']}/source")
    assert source["text"] == "one\n\ntwo"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("wrong", ["abc", "-1", LONG, "%00", "1/2/3"])
async def test_ids_that_are_none(method: str, wrong: str, alpha: Server) -> None:
    """What cannot be an id is answered as one that nothing has; another method is another thing."""
    alice = await app_of(alpha, "alice")
    for path in (f"/v1/statuses/{wrong}", "/v1/statuses/1"):
        answer = await alice.ask(method, path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
    assert (await alice.ask("PATCH", "/v1/statuses/1")).status_code == 405
