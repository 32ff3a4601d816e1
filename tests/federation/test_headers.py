"""What every answer says to browsers, and what the log says of those that are refused."""

import logging
from contextlib import aclosing

import pytest

from fedlearn.services.attachments import upload, url_of
from fedlearn.services.drafts import MediaDraft
from tests.federation.browser import PAGE, fill_sign_in, open_browser, sign_in
from tests.federation.server import Server
from tests.pictures import photograph

LOG = "fedlearn.web.middleware"


@pytest.mark.parametrize("path", ["/", "/about", "/@alice", "/nothing/of/the/kind", "/settings"])
async def test_pages_are_closed_to_other_sites(alpha: Server, path: str) -> None:
    """No page runs what is not ours, stands in another site's, or asks for a device."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        headers = (await browser.get(path)).headers
    policy = headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"] == "private, no-store"


async def test_session_cookie(alpha: Server) -> None:
    """It is for this host and https alone, no script reads it, and it lasts 90 days."""
    await alpha.user("alice")
    async with open_browser(alpha) as browser:
        cookie = (await fill_sign_in(browser, "alice")).headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    assert name == "__Host-session"
    facts = {one.strip().lower() for one in rest.split(";")[1:]}
    assert facts == {"httponly", "secure", "samesite=lax", "path=/", "max-age=7776000"}


async def test_pictures_set_no_cookie(alpha: Server) -> None:
    """Neither a picture nor a missing one says anything of who asks, and nothing runs in it."""
    alice = await alpha.actor("alice")
    media = await upload(alpha.instance, alice, photograph())
    await alpha.post("alice", "look", media=(MediaDraft(media.id),))
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        for path in (url_of(alpha.instance, media), "/media/" + "0" * 32 + ".webp"):
            answer = await browser.get(path)
            assert "set-cookie" not in answer.headers
            assert answer.headers["x-content-type-options"] == "nosniff"
        shown = await browser.get(url_of(alpha.instance, media))
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"].startswith("public")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/@nobody", "GET /@{username}, 404"),
        ("/lists/17/rename", "POST /lists/{list_id:id}/rename, 401"),
        ("/secret-words", "GET no address of ours, 404"),
    ],
)
async def test_refusal_is_in_the_log(
    alpha: Server, caplog: pytest.LogCaptureFixture, path: str, words: str
) -> None:
    """The number on the page leads to one line, which has the kind of address and no name."""
    with caplog.at_level(logging.INFO, logger=LOG):
        async with open_browser(alpha) as browser:
            method = words.split(maxsplit=1)[0]
            answer = await browser.request(method, path, headers={"accept": PAGE})
    number = answer.headers["x-request-id"]
    assert f"<code>{number}</code>" in answer.text
    lines = [one.getMessage() for one in caplog.records if one.name == LOG]
    assert lines == [f"request {number} refused: {words}"]


async def test_what_goes_well_is_not_in_the_log(
    alpha: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody can read from the log who looked at what."""
    with caplog.at_level(logging.INFO, logger=LOG):
        async with aclosing(await sign_in(alpha, "alice")) as browser:
            assert (await browser.get("/@alice")).status_code == 200
    assert not [one for one in caplog.records if one.name == LOG]
