"""Pictures of other servers, as a browser shows them that asks nobody but us."""

import shutil
from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.running import serve
from tests.browser.visitor import TWO_DEVICES
from tests.federation.network import Network
from tests.federation.peer import Peer
from tests.federation.scenes import reads, takes
from tests.pictures import png

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    """A folder for a server of this test's own."""
    (tmp_path / "data").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "data" / "fedlearn.db")
    return tmp_path


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_pictures_are_seen(visit: Visit, network: Network, peer: Peer, home: Path) -> None:
    """Avatar and picture are there, however wide; a sensitive one after a look at what it is."""
    for name, size in (("avatar", 40), ("bee", 1200), ("wasp", 60)):
        picture = httpx.Response(200, content=png(size))
        peer.answers[f"/{name}.png"] = picture
    bob = peer.person("bob", icon={"type": "Image", "url": "https://peer.test/avatar.png"})
    settings = {"allow_private_addresses": (), "embedded_worker": False}
    async with serve(home, network, **settings) as server:
        await reads(server, "ann", bob)
        for name, is_sensitive in (("bee", False), ("wasp", True)):
            attached = {
                "type": "Document",
                "mediaType": "image/png",
                "url": f"https://peer.test/{name}.png",
                "name": f"A {name}",
            }
            note = bob.note(f"<p>See the {name}</p>", attachment=[attached], sensitive=is_sensitive)
            await takes(server, bob, bob.activity("Create", note))
        visitor = await visit(server, "ann")
        await visitor.go("/")
        bee, wasp = (visitor.page.get_by_alt_text(f"A {name}") for name in ("bee", "wasp"))
        await expect(bee).to_have_js_property("naturalWidth", 1200)
        card = visitor.card("See the bee")
        words = card.get_by_text("A bee", exact=True)
        await expect(words).to_be_hidden()
        await card.get_by_title("What the picture shows").press("Enter")
        await expect(words).to_be_visible()
        avatar = card.locator("img.avatar")
        await expect(avatar).to_have_js_property("naturalWidth", 40)
        await expect(wasp).to_be_hidden()
        await visitor.page.get_by_text("Marked as sensitive").click()
        await expect(wasp).to_have_js_property("naturalWidth", 60)
        # What the page hears live ends before the server does.
        await visitor.page.goto("about:blank")
