"""Signing in by two steps: a password, then a code from a phone."""

import re
from collections.abc import Callable
from html import unescape

import httpx
import pyotp
import pytest

from fedlearn.domain.ids import now
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import signing_in, stewardship
from fedlearn.services.signing_in import SecondStepNeeded
from fedlearn.settings import Settings
from tests.clock import MINUTE, SECOND, Clock
from tests.federation.browser import fill_sign_in, open_browser, sign_in
from tests.federation.forms import field_of, is_signed_in, send
from tests.federation.network import Network
from tests.federation.server import Server, run_server

PAGE = "/settings/second-step"
STEP = 30 * SECOND


def code_of(secret: str, steps: int = 0) -> str:
    """What the phone shows, now or so many steps later."""
    return pyotp.TOTP(secret).at(now() // SECOND + 30 * steps)


async def set_up(browser: httpx.AsyncClient, steps: int = 0) -> tuple[str, list[str]]:
    """Turn the second step on; the secret on the phone, and the recovery codes."""
    answer = await send(browser, "/settings/security", f"{PAGE}/begin")
    assert answer.headers["location"] == PAGE
    found = re.search(r"secret: <code>(\w+)</code>", (await browser.get(PAGE)).text)
    assert found
    done = await send(browser, PAGE, PAGE, code=code_of(found[1], steps))
    assert done.status_code == 200, done.text
    return found[1], re.findall(r"<li><code>([\w-]+)</code></li>", done.text)


async def take_second_step(
    browser: httpx.AsyncClient, first: httpx.Response, code: str
) -> httpx.Response:
    """Send a code from the page that answered the password."""
    form = {name: unescape(field_of(first.text, name)) for name in ("token", "next")}
    return await browser.post("/second-step", data={**form, "code": code})


async def test_code_after_the_password(alpha: Server, clock: Clock) -> None:
    """The password alone signs nobody in; with the code it leads where one wanted to go."""
    mine = await sign_in(alpha, "alice")
    secret, _ = await set_up(mine)
    clock.forward(STEP)
    async with open_browser(alpha) as browser:
        first = await fill_sign_in(browser, "alice", "/notifications")
        assert first.status_code == 200
        assert "set-cookie" not in first.headers
        assert not await is_signed_in(browser)
        wrong = await take_second_step(browser, first, "000000")
        assert wrong.status_code == 422
        assert "This code is not right" in wrong.text
        assert not await is_signed_in(browser)
        done = await take_second_step(
            browser, wrong, f" {code_of(secret)[:3]} {code_of(secret)[3:]}"
        )
        assert done.headers["location"] == "/notifications"
        assert await is_signed_in(browser)
    await mine.aclose()


async def test_second_step_cannot_be_skipped(alpha: Server, clock: Clock) -> None:
    """Neither a one-time link, nor a token that is made up or old, nor a service gets around it."""
    mine = await sign_in(alpha, "alice")
    secret, _ = await set_up(mine)
    clock.forward(STEP)
    alice = await alpha.user("alice")
    link = await signing_in.make_sign_in_link(alpha.instance, alice, by=TERMINAL)
    async with open_browser(alpha) as browser:
        first = await browser.post(link)
        assert "Code from your phone" in first.text
        assert not await is_signed_in(browser)
        for token in ("", "made-up"):
            form = {"token": token, "code": code_of(secret)}
            assert (await browser.post("/second-step", data=form)).status_code == 422
        clock.forward(10 * MINUTE)
        late = await take_second_step(browser, first, code_of(secret))
        assert "Sign in again." in late.text
        assert not await is_signed_in(browser)
    with pytest.raises(SecondStepNeeded):
        await signing_in.open_session(alpha.instance, alice, "")
    await mine.aclose()


async def test_code_works_once(alpha: Server, clock: Clock) -> None:
    """Who looked over her shoulder cannot use the code again, nor an older one; a later one works."""
    mine = await sign_in(alpha, "alice")
    secret, _ = await set_up(mine)
    first_code = code_of(secret)
    async with open_browser(alpha) as browser:
        first = await fill_sign_in(browser, "alice")
        for used in (first_code, code_of(secret, -1)):
            assert (await take_second_step(browser, first, used)).status_code == 422
        for too_far in (-2, 2):
            answer = await take_second_step(browser, first, code_of(secret, too_far))
            assert answer.status_code == 422
        assert (await take_second_step(browser, first, code_of(secret, 1))).status_code == 303
    await mine.aclose()


async def test_guessing_codes(alpha: Server, clock: Clock) -> None:
    """After five tries one begins with the password again, even with the right code."""
    mine = await sign_in(alpha, "alice")
    secret, _ = await set_up(mine)
    clock.forward(STEP)
    async with open_browser(alpha) as browser:
        first = await fill_sign_in(browser, "alice")
        for _ in range(5):
            assert "not right" in (await take_second_step(browser, first, "000000")).text
        last = await take_second_step(browser, first, code_of(secret))
        assert last.status_code == 422
        assert "Sign in again." in last.text
        again = await fill_sign_in(browser, "alice")
        assert (await take_second_step(browser, again, code_of(secret))).status_code == 303
    await mine.aclose()


async def test_recovery_code(alpha: Server) -> None:
    """A recovery code signs in once; they are shown once and stored as hashes."""
    mine = await sign_in(alpha, "alice")
    _, codes = await set_up(mine)
    assert len(set(codes)) == 10
    page = (await mine.get(PAGE)).text
    assert "10 recovery codes are left" in page
    assert codes[0] not in page
    async with open_browser(alpha) as browser:
        first = await fill_sign_in(browser, "alice")
        done = await take_second_step(browser, first, codes[0].upper())
        assert done.status_code == 303
        first = await fill_sign_in(browser, "alice")
        assert (await take_second_step(browser, first, codes[0])).status_code == 422
        assert (await take_second_step(browser, first, codes[1])).status_code == 303
    async with alpha.instance.db.read() as connection:
        rows = await connection.fetch_all("SELECT code_hash FROM recovery_code")
    assert len(rows) == 8
    assert not {row["code_hash"] for row in rows} & {code.replace("-", "") for code in codes}
    await mine.aclose()


async def test_secret_is_sealed_and_shown_to_its_owner(alpha: Server) -> None:
    """The picture is for her alone, and only until the secret counts; the database is mute."""
    alice, bob = await sign_in(alpha, "alice"), await sign_in(alpha, "bob")
    assert (await alice.get(f"{PAGE}/qr.png")).status_code == 422
    await send(alice, "/settings/security", f"{PAGE}/begin")
    picture = await alice.get(f"{PAGE}/qr.png")
    assert picture.content.startswith(b"\x89PNG")
    assert picture.headers["cache-control"] == "private, no-store"
    assert (await bob.get(f"{PAGE}/qr.png")).status_code == 422
    async with open_browser(alpha) as stranger:
        assert (await stranger.get(f"{PAGE}/qr.png")).status_code in {303, 401}
    wrong = await send(alice, PAGE, PAGE, code="000000")
    assert wrong.status_code == 422
    assert "This code is not right" in wrong.text
    async with open_browser(alpha) as browser:
        assert (await fill_sign_in(browser, "alice")).status_code == 303
    secret, _ = await set_up(alice)
    async with alpha.instance.db.read() as connection:
        row = await connection.fetch_one("SELECT sealed FROM second_step")
    assert row
    assert secret.encode() not in bytes(row["sealed"])
    assert (await alice.get(f"{PAGE}/qr.png")).status_code == 422
    assert secret not in (await alice.get(PAGE)).text
    for browser in (alice, bob):
        await browser.aclose()


async def test_turning_it_off(alpha: Server) -> None:
    """It takes a code, so that a browser left open is not enough; an operator can do it, too."""
    mine = await sign_in(alpha, "alice")
    _, codes = await set_up(mine)
    await send(mine, "/settings/security", f"{PAGE}/begin")  # changes nothing while it is on
    assert (await send(mine, PAGE, f"{PAGE}/off", code="000000")).status_code == 422
    async with open_browser(alpha) as browser:
        assert (await fill_sign_in(browser, "alice")).status_code == 200
        assert (await send(mine, PAGE, f"{PAGE}/off", code=codes[3])).status_code == 303
        assert (await fill_sign_in(browser, "alice")).status_code == 303
    await set_up(mine)
    alice = await alpha.user("alice")
    await stewardship.forget_second_step(alpha.instance, alice, by=TERMINAL)
    async with open_browser(alpha) as browser:
        assert (await fill_sign_in(browser, "alice")).status_code == 303
    await mine.aclose()


async def test_tries_at_one_account(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """Somebody who guesses is put off for that account, and told until when; others are not."""
    async with run_server(settings_of("gamma.test", rate_limits=True), network) as server:
        await server.user("alice")
        await server.user("bob")
        answers = []
        for number in range(21):
            # Each from another address, of which each may try 20 times.
            transport = httpx.ASGITransport(server.app, client=(f"192.0.2.{number}", 1))
            async with httpx.AsyncClient(transport=transport, base_url="https://gamma.test") as one:
                form = {"login": "Alice", "password": f"guess {number}"}
                answers.append(await one.post("/sign-in", data=form))
        assert [one.status_code for one in answers] == [422] * 20 + [429]
        assert "Try again in 60 minutes." in answers[-1].text
        async with open_browser(server) as browser:
            assert (await fill_sign_in(browser, "bob")).status_code == 303
