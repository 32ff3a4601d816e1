"""This is where the pictures of the README are taken: `python -m tests.browser.pictures`.

The server is a real one, filled by demo.py, and so is the browser.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, async_playwright

from fedlearn.db.opening import migrate
from fedlearn.services import signing_in
from fedlearn.settings import Settings
from tests.browser import demo
from tests.browser.conftest import QUIET
from tests.browser.running import serve
from tests.federation.network import Network
from tests.federation.peer import Peer
from tests.federation.server import Server
from tests.keys import all_keys

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
READER = "welcome"
# A plain face that most systems have or stand in for, so that pictures do not depend on the machine.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <edit name="family" mode="prepend" binding="strong"><string>Liberation Sans</string></edit>
  </match>
</fontconfig>
"""


@dataclass(frozen=True)
class Picture:
    """A page as it looks in a window of some size; `says` picks the thread of that post."""

    name: str
    width: int
    height: int
    scale: float
    scheme: Literal["light", "dark"] = "light"
    says: str = ""


PICTURES = (
    Picture("home", 1280, 900, scale=1),
    Picture("home-phone", 360, 740, scale=1.5),
    Picture("thread-phone", 360, 740, scale=1.5, scheme="dark", says="Sit beside somebody"),
)


async def take_all() -> None:
    """Take every picture into docs/images."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with _server(folder) as server, _browser(folder) as browser:
            for picture in PICTURES:
                await _take(browser, server, picture)


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[Server]:
    """A server with something on it, and a neighbour that it hears from."""
    (folder / "data").mkdir()
    await migrate(Settings(data_dir=folder / "data"))
    network = Network()
    neighbour = Peer(network, demo.NEIGHBOUR, all_keys()[-1:])
    settings = {"name": demo.NAME, "description": demo.DESCRIPTION, "embedded_worker": False}
    async with serve(folder, network, **settings) as server:
        await demo.fill(server, neighbour)
        yield server


@asynccontextmanager
async def _browser(folder: Path) -> AsyncIterator[Browser]:
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS, encoding="utf-8")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=QUIET,
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        )
        yield browser
        await browser.close()


async def _take(browser: Browser, server: Server, picture: Picture) -> None:
    origin = server.instance.uris.origin
    user = await server.user(READER)
    token = await signing_in.open_session(server.instance, user, "")
    page = await browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=picture.scale,
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    await page.context.add_cookies([{"name": "session", "value": token, "url": origin}])
    await page.goto(origin + await _path(server, picture.says))
    await page.screenshot(path=IMAGES / f"{picture.name}.png")
    await page.context.close()


async def _path(server: Server, says: str) -> str:
    """Home, or the thread of the post that says this."""
    if not says:
        return "/"
    posts = [view for name in demo.PEOPLE for view in await server.home(name)]
    found = next(view for view in posts if says in view.status.content)
    return f"/@{found.author.acct}/{found.id}"


if __name__ == "__main__":
    asyncio.run(take_all())
