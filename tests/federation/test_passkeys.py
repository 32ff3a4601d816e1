"""Signing in by a passkey, and making and removing passkeys."""

from dataclasses import replace

import httpx
import pytest

from tests.clock import MINUTE, Clock
from tests.federation.authenticator import PRESENT, Authenticator, options_in
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import field_of, is_signed_in, send
from tests.federation.server import Server

PAGE = "/settings/security"


@pytest.fixture
def device() -> Authenticator:
    """A phone whose browser is at alpha.test."""
    return Authenticator("https://alpha.test", "alpha.test")


async def make(browser: httpx.AsyncClient, device: Authenticator) -> httpx.Response:
    """Make a passkey in this browser."""
    options = options_in((await browser.get(PAGE)).text)
    return await send(browser, PAGE, "/settings/passkeys", credential=device.create(options))


async def use(browser: httpx.AsyncClient, device: Authenticator) -> httpx.Response:
    """Sign in by passkey."""
    options = options_in((await browser.get("/sign-in")).text)
    form = {"credential": device.get(options), "next": "/notifications"}
    return await browser.post("/passkey", data=form)


async def test_passkey_signs_in(alpha: Server, device: Authenticator) -> None:
    """A passkey that was made signs its owner in until it is removed; another's is not touched."""
    mine, bobs = await sign_in(alpha, "alice"), await sign_in(alpha, "bob")
    assert (await make(mine, device)).headers["location"] == f"{PAGE}?done=passkey"
    assert "Not used yet." in (await mine.get(PAGE)).text
    async with open_browser(alpha) as browser:
        assert (await use(browser, device)).headers["location"] == "/notifications"
        assert await is_signed_in(browser)
    page = (await mine.get(PAGE)).text
    assert "Last used" in page
    name = field_of(page, "passkey")
    await send(bobs, PAGE, "/settings/passkeys/remove", passkey=name)
    async with open_browser(alpha) as browser:
        assert (await use(browser, device)).status_code == 303
    await send(mine, PAGE, "/settings/passkeys/remove", passkey=name)
    async with open_browser(alpha) as browser:
        assert (await use(browser, device)).status_code == 422
    for one in (mine, bobs):
        await one.aclose()


async def test_passkey_of_somebody_else(alpha: Server, device: Authenticator) -> None:
    """Another key, another site, nobody seen, or a copy that counts backwards: none gets in."""
    mine = await sign_in(alpha, "alice")
    await make(mine, device)
    other = Authenticator(device.origin, device.host)
    wrong = [
        replace(device, key=other.key),
        replace(device, origin="https://evil.test"),
        replace(device, host="evil.test"),
        replace(device, flags=PRESENT),
        replace(device, name=b"another name"),
    ]
    async with open_browser(alpha) as browser:
        for one in wrong:
            answer = await use(browser, one)
            assert answer.status_code == 422
            assert "This passkey was not accepted." in answer.text
        copy = replace(device)
        assert (await use(browser, device)).status_code == 303
    async with open_browser(alpha) as browser:
        assert (await use(browser, copy)).status_code == 422
        for nonsense in ("", "{}", "[1]", '{"id": "x", "rawId": "eA", "type": "public-key"}'):
            form = {"credential": nonsense}
            assert (await browser.post("/passkey", data=form)).status_code == 422
        assert not await is_signed_in(browser)
    await mine.aclose()


async def test_challenge_counts_once(alpha: Server, device: Authenticator, clock: Clock) -> None:
    """Who heard an answer cannot send it again; nor is one taken that is late or for another use."""
    mine, bobs = await sign_in(alpha, "alice"), await sign_in(alpha, "bob")
    await make(mine, device)
    async with open_browser(alpha) as browser:
        options = options_in((await browser.get("/sign-in")).text)
        assert (
            await browser.post("/passkey", data={"credential": device.get(options)})
        ).is_redirect
    async with open_browser(alpha) as browser:
        again = device.get(options)
        assert (await browser.post("/passkey", data={"credential": again})).status_code == 422
        making = device.get(options_in((await mine.get(PAGE)).text))
        assert (await browser.post("/passkey", data={"credential": making})).status_code == 422
        late = options_in((await browser.get("/sign-in")).text)
        clock.forward(10 * MINUTE)
        answer = await browser.post("/passkey", data={"credential": device.get(late)})
        assert answer.status_code == 422
        assert not await is_signed_in(browser)
    second = replace(device, name=b"a second passkey")
    credential = second.create(options_in((await mine.get(PAGE)).text))
    refused = await send(bobs, PAGE, "/settings/passkeys", credential=credential)
    assert refused.status_code == 422
    assert "This passkey was not accepted." in refused.text
    for one in (mine, bobs):
        await one.aclose()
