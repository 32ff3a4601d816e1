"""This is where the pictures of the documents are taken: `python -m tests.browser.pictures`.

The server is a real one, filled by demo.py, and so is the browser.
"""

import asyncio
import io
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
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
PAGE = IMAGES.parent / "reference" / "pictures.md"
READER = "welcome"
INTRO = """\
# Pictures

Ten pages on a phone and on a desk, two of them on a tablet, light and dark, and each part of them.
They are taken by `python -m tests.browser.pictures` of a server that holds the examples of
`tests/browser/demo.py`.

"""
COMPONENTS = """
## Each part

Where `FEDLEARN_DEV_PAGES` is true, `/dev/components` shows each part in each of its states, also from
right to left (`?dir=rtl`).

![Each part, light beside dark](../images/components.webp)

![Each part, from right to left](../images/components-rtl.webp)
"""
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


# Ten pages, by the name of their pictures. The gaps are filled with what is on the server.
PAGES = {
    "home": "/",
    "thread": "/@planning/{thread}",
    "profile": "/@lab",
    "notifications": "/notifications",
    "search": "/search?q=first",
    "deck": "/deck",
    "conversation": "/conversations/{conversation}",
    "settings": "/settings",
    "report": "/moderation/reports/{report}",
    "about": "/about",
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PHONE, TABLET, DESK = (360, 740, 1.5), (820, 1000, 1), (1280, 900, 1)
# Between the two a page is what it is on a desk, without what stands beside it: two show that.
ON_TABLET = ("home", "thread")
QUALITY = 82


@dataclass(frozen=True)
class Picture:
    """A page as it looks in a window of some size."""

    name: str
    path: str
    width: int
    height: int
    scale: float
    scheme: Literal["light", "dark"] = "light"

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return IMAGES / f"{self.name}.webp"


PICTURES = (
    *(
        Picture(f"{name}-{width}-{scheme}", path, width, height, scale, scheme)
        for name, path in PAGES.items()
        for width, height, scale in (PHONE, *([TABLET] if name in ON_TABLET else []), DESK)
        for scheme in SCHEMES
    ),
    Picture("components", "/dev/components", 1280, 1800, 1),
    Picture("components-rtl", "/dev/components?dir=rtl", 1280, 1800, 1),
)


async def take_all() -> None:
    """Take every picture into docs/images."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with _server(folder) as (server, gaps), _browser(folder) as browser:
            for picture in PICTURES:
                await _take(browser, server, picture, gaps)
    PAGE.write_text(page(), encoding="utf-8")


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[tuple[Server, Mapping[str, int]]]:
    """A server with something on it, and what fills the gaps in addresses."""
    (folder / "data").mkdir()
    await migrate(Settings(data_dir=folder / "data"))
    network = Network()
    neighbour = Peer(network, demo.NEIGHBOUR, all_keys()[-1:])
    settings = {
        "name": demo.NAME,
        "description": demo.DESCRIPTION,
        "embedded_worker": False,
        "dev_pages": True,
    }
    async with serve(folder, network, **settings) as server:
        yield server, await demo.fill(server, neighbour)


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


async def _take(
    browser: Browser, server: Server, picture: Picture, gaps: Mapping[str, int]
) -> None:
    origin = server.instance.uris.origin
    token = await signing_in.open_session(server.instance, await server.user(READER), "")
    page = await browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=picture.scale,
        color_scheme=picture.scheme,
        reduced_motion="reduce",
    )
    await page.context.add_cookies([{"name": "session", "value": token, "url": origin}])
    # What stays open never comes to rest, and nobody is meant to wait for it.
    await page.route("**/live?*", lambda route: route.abort())
    await page.goto(origin + picture.path.format(**gaps))
    await page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(await page.screenshot())) as image:
        image.convert("RGB").save(picture.file, "WEBP", quality=QUALITY, method=6)
    await page.context.close()


def page() -> str:
    """The page of the documents that shows all of them."""
    rows = []
    for name, path in PAGES.items():
        shown = [one for one in PICTURES if one.path == path]
        lines = [
            " ".join(
                f"![{name}, {width} px, {one.scheme}](../images/{one.file.name})"
                for one in shown
                if one.width == width
            )
            for width in sorted({one.width for one in shown})
        ]
        rows.append(f"## {name.capitalize()}\n\n" + "\n\n".join(lines) + "\n")
    return INTRO + "\n".join(rows) + COMPONENTS


if __name__ == "__main__":
    asyncio.run(take_all())
