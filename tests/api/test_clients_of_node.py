"""Real client libraries that run on Node: masto, of web clients, and megalodon, of desktop ones."""

import asyncio
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from fedlearn.services.drafts import PollDraft
from tests.api.test_clients import place
from tests.federation.browser import sign_in
from tests.federation.forms import field_of
from tests.federation.server import Server
from tests.peers.node import PEERS, node_binary
from tests.pictures import photograph

__all__ = ["place"]

CODE = re.compile(r'<code class="code"[^>]*>([^<]+)</code>')
WITHIN_SECONDS = 60


async def agree(place: Server, address: str) -> str:
    """The code that alice's browser shows when she has agreed to what an app asks."""
    asked = dict(parse_qsl(urlsplit(address).query))
    browser = await sign_in(place, "alice")
    page = await browser.get(address)
    form = {**asked, "csrf": field_of(page.text, "csrf"), "answer": "yes"}
    shown = await browser.post("/oauth/authorize", data=form)
    found = CODE.search(shown.text)
    assert found, shown.text
    return found[1]


@pytest.fixture
async def company(place: Server) -> Server:
    """Bob is here as well: he has asked whether there is tea, and follows alice."""
    await place.post("bob", "Tea?", poll=PollDraft(("yes", "no"), False, 600))
    await place.user("alice")
    await place.follow("bob", f"@alice@{place.host}")
    return place


@pytest.mark.parametrize("library", ["masto", "megalodon"])
async def test_errands(company: Server, tmp_path: Path, library: str) -> None:
    """Signed in by a code, it posts, pages, votes, follows, filters, searches, listens, and then leaves."""
    picture = tmp_path / "meadow.jpg"
    picture.write_bytes(photograph())
    process = await asyncio.create_subprocess_exec(
        node_binary(),
        PEERS / "clients" / f"{library}.mjs",
        env={"ORIGIN": company.instance.uris.origin, "PICTURE": str(picture)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdin
    assert process.stdout
    address = (await process.stdout.readline()).decode().strip()
    assert address.startswith("http"), (await process.stdout.read()).decode()
    process.stdin.write(f"{await agree(company, address)}\n".encode())
    async with asyncio.timeout(WITHIN_SECONDS):
        said = await process.stdout.read()
        assert await process.wait() == 0, said.decode()
