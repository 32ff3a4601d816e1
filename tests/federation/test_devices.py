"""People see where they are signed in, and sign out what they do not know."""

import re

import httpx

from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import field_of, is_signed_in, send
from tests.federation.server import Server

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = "/settings/security"


def other_devices(page: str) -> list[str]:
    """What the forms of all browsers but this one send."""
    return re.findall(
        r'action="/settings/security/sign-out">.*?name="device" value="(\w+)"', page, re.DOTALL
    )


async def sign_in_with(server: Server, name: str, user_agent: str) -> httpx.AsyncClient:
    """A browser of this make, in which somebody is signed in."""
    await server.user(name)
    browser = open_browser(server)
    browser.headers["user-agent"] = user_agent
    form = {"login": name, "password": "correct horse battery"}
    assert (await browser.post("/sign-in", data=form)).status_code == 303
    return browser


async def test_devices_are_listed(alpha: Server) -> None:
    """Each browser has a name, this one is marked, and nobody else's are there."""
    mine, other = await sign_in(alpha, "alice"), await sign_in_with(alpha, "alice", FIREFOX)
    bobs = await sign_in_with(alpha, "bob", "Mozilla/5.0 (iPhone) Safari/604.1")
    page = (await mine.get(PAGE)).text
    assert page.count("this browser</span></p>") == 1
    assert "Firefox on Windows" in page
    assert "iPhone" not in page
    assert len(other_devices(page)) == 1
    for browser in (mine, other, bobs):
        await browser.aclose()


async def test_one_device_is_signed_out(alpha: Server) -> None:
    """The button beside a browser signs out that one, and never one of somebody else."""
    mine, one, two = [await sign_in(alpha, "alice") for _ in range(3)]
    bobs = await sign_in(alpha, "bob")
    bobs_other = await sign_in(alpha, "bob")
    name = other_devices((await bobs.get(PAGE)).text)[0]
    answer = await send(mine, PAGE, f"{PAGE}/sign-out", device=name)
    assert answer.headers["location"] == f"{PAGE}?done=device"
    assert await is_signed_in(bobs_other)
    await send(mine, PAGE, f"{PAGE}/sign-out", device=other_devices((await mine.get(PAGE)).text)[0])
    assert sorted([await is_signed_in(one), await is_signed_in(two)]) == [False, True]
    assert await is_signed_in(mine)
    for browser in (mine, one, two, bobs, bobs_other):
        await browser.aclose()


async def test_all_other_devices_are_signed_out(alpha: Server) -> None:
    """One button signs out every other browser of this person; not without the form's token."""
    mine, one, two = [await sign_in(alpha, "alice") for _ in range(3)]
    bobs = await sign_in(alpha, "bob")
    forged = await mine.post(f"{PAGE}/sign-out-others", data={"csrf": "x"})
    assert forged.status_code == 403
    assert await is_signed_in(one)
    answer = await send(mine, PAGE, f"{PAGE}/sign-out-others")
    assert "Every other browser is signed out." in (await mine.get(answer.headers["location"])).text
    assert [await is_signed_in(browser) for browser in (mine, one, two, bobs)] == [
        True,
        False,
        False,
        True,
    ]
    assert field_of((await mine.get(PAGE)).text, "device")
    for browser in (mine, one, two, bobs):
        await browser.aclose()
