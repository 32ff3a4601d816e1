"""A browser, two servers, and people who visit them."""

import secrets
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from playwright.async_api import Browser, Page, async_playwright

from fedlearn.services import passwords, signing_in
from tests.browser.every_page import DAYS_OF_TERMS, UNWIELDY
from tests.browser.running import serve
from tests.browser.visitor import DEVICES, Device, Visitor, is_heard
from tests.federation.conftest import network, peer, peer_keys, settings_of
from tests.federation.server import Server

__all__ = ["network", "peer", "peer_keys", "settings_of"]

HERE = Path(__file__).parent
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story that fails is told once more, and listed: a browser has a clock of its own."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.flaky(reruns=1))


class Visit(Protocol):
    """Opens a window on a server, for somebody who has an account or for a stranger."""

    async def __call__(self, server: Server, name: str | None = None) -> Visitor:
        """The visitor, signed in but nowhere yet."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of the system; none is ever downloaded."""
    path = shutil.which("chromium")
    assert path, "the browser tests need Chromium: apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def alpha(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> AsyncIterator[Server]:
    """A server at work, with a port and terms of its own."""
    home = _home(tmp_path_factory, sqlite_template)
    terms = home / "terms"
    terms.mkdir()
    for day in DAYS_OF_TERMS:
        (terms / f"{day}.md").write_text("# Between us\n\n" + UNWIELDY, encoding="utf-8")
    async with serve(home, name="Alpha", dev_pages=True, terms_dir=terms) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def beta(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> AsyncIterator[Server]:
    """Another one, which knows of the first only what it is told."""
    async with serve(_home(tmp_path_factory, sqlite_template), name="Beta") as server:
        yield server


def _home(factory: pytest.TempPathFactory, template: Path) -> Path:
    folder = factory.mktemp("server")
    (folder / "data").mkdir()
    shutil.copyfile(template, folder / "data" / "fedlearn.db")
    return folder


@pytest.fixture(params=DEVICES, ids=lambda device: device.name.replace(" ", "-"))
def device(request: pytest.FixtureRequest) -> Device:
    """Each device in turn, with and without script."""
    found: Device = request.param
    return found


@pytest.fixture
def who() -> str:
    """The beginning of names that nobody else has in these tests, nor had when they were told before."""
    return f"p{secrets.randbelow(10**8)}"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as always, but not for as long."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 64, 1))


@pytest.fixture(scope="session")
def windows() -> dict[Device, list[Page]]:
    """Windows that nobody uses now: a new one takes longer than most stories."""
    return defaultdict(list)


@pytest_asyncio.fixture(loop_scope="session")
async def visit(
    chromium: Browser, windows: dict[Device, list[Page]], device: Device
) -> AsyncIterator[Visit]:
    """Windows on servers; what the browser complained of in one of them fails the test."""
    visitors: list[Visitor] = []

    async def free_window() -> Page | None:
        while windows[device]:
            if await is_heard(page := windows[device].pop()):
                return page
            await page.context.close()
        return None

    async def open_window(server: Server, name: str | None = None) -> Visitor:
        origin = server.instance.uris.origin
        page = await free_window() or await chromium.new_page(**device.context())
        visitor = Visitor(page, origin, device)
        visitors.append(visitor)
        if name is not None:
            user = await server.user(name)
            token = await signing_in.open_session(server.instance, user, "")
            await page.context.add_cookies([{"name": "session", "value": token, "url": origin}])
        return visitor

    yield open_window
    stay = [visitor for visitor in visitors if not visitor.page.is_closed()]
    left = [await visitor.leave() for visitor in stay]
    windows[device] += [page for page in left if page is not None]
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
