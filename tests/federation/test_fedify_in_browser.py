"""Alice sits at a browser on alpha; carol is on a live server on Fedify. They talk."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import async_playwright

from fedlearn.domain.notifications import NotificationKind
from tests.browser.conftest import QUIET
from tests.browser.visitor import Device, Visitor
from tests.federation.live import LiveServer
from tests.federation.server import PASSWORD
from tests.federation.test_fedify import ALICE, HANDLE, alpha, carol, fedify
from tests.peers.foreign import FedifyPeer

__all__ = ["alpha", "carol", "fedify"]

PHONE = Device("phone", 360, 780)


@asynccontextmanager
async def at_the_browser(server: LiveServer) -> AsyncIterator[Visitor]:
    """A phone that finds the server under its name and takes its certificate for good."""
    path = shutil.which("chromium")
    assert path, "the browser tests need Chromium: apt-get install chromium"
    way = f"--host-resolver-rules=MAP {server.host}:443 127.0.0.1:{server.port}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*QUIET, way])
        page = await browser.new_page(**PHONE.context(), ignore_https_errors=True)
        visitor = Visitor(page, f"https://{server.host}", PHONE)
        yield visitor
        await browser.close()
    assert visitor.complaints == []


async def test_first_conversation(alpha: LiveServer, carol: FedifyPeer) -> None:
    """Alice signs in, follows carol by handle, reads, answers, boosts, likes, posts, and is answered."""
    async with at_the_browser(alpha) as alice:
        await alice.go("/sign-in")
        await alice.write(login="alice", password=PASSWORD)
        await alice.press("Sign in", alice.page.locator("main"))
        await alice.go("/search")
        await alice.write(q=f"@{carol.handle.removeprefix('@')}")
        await alice.press("Search", alice.page.locator("main"))
        await alice.sees("Carol Fedify")
        await alice.do("Follow")
        await alpha.until_following("alice", carol.actor)

        note = await carol.note("Bees see ultraviolet")
        await alpha.until_home("alice", note)
        await alice.go("/")
        await alice.do("Boost", alice.card("Bees see ultraviolet"))
        await carol.wait_for("Announce", actor=ALICE, object=note)
        await alice.do("Like", alice.card("Bees see ultraviolet"))
        await carol.wait_for("Like", actor=ALICE, object=note)
        await alice.press("Reply", alice.card("Bees see ultraviolet"))
        await alice.page.get_by_label("Your reply").fill(f"{carol.handle} And what is red to them?")
        await alice.press("Reply", alice.page.locator(".composer"))
        answer = await carol.wait_for("Create", actor=ALICE, content_has="what is red")

        await carol.note("Black, they say", mention=HANDLE, reply=answer["object"])
        await alpha.until_told("alice", NotificationKind.MENTION)
        await alice.go("/notifications")
        await alice.sees("Black, they say")
        await alice.sees("Carol Fedify")
