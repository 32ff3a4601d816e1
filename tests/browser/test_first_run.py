"""The story of a new owner, from the command line to the home page."""

import asyncio
import os
import re
import socket
import sys
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.visitor import PHONE, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINK = re.compile(r"http://localhost:\d+(/sign-in/\S+)")


async def test_owner_begins(chromium: Browser, tmp_path: Path) -> None:
    """The first start prints a link that makes its opener the owner of an empty place, once."""
    port = _free_port()
    origin = f"http://localhost:{port}"
    settings = {"URL": origin, "DATA_DIR": tmp_path / "data", "KEYS_DIR": tmp_path / "keys"}
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fedlearn", "serve", "--first-run", "--port", str(port)),
        env={**os.environ, **{f"FEDLEARN_{name}": str(value) for name, value in settings.items()}},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        path = await _printed_link(server)
        await _listening(port)
        page = await chromium.new_page(**PHONE.context())
        owner = Visitor(page, origin, PHONE)
        await owner.go(path)
        await owner.press("Sign in", page.locator("main"))
        await owner.sees("Posts of the people you follow will be here.")
        await owner.sees("Choose a password, so that you can come back.")
        await owner.press("You")
        await expect(page.get_by_role("heading", level=1)).to_have_text("owner")
        await owner.go(path)
        await owner.press("Sign in", page.locator("main"))
        await owner.sees("This link has been used or has run out.")
        await page.context.close()
        assert owner.complaints == []
    finally:
        server.terminate()
        await server.communicate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def _printed_link(server: asyncio.subprocess.Process) -> str:
    assert server.stdout is not None
    async with asyncio.timeout(30):
        while line := await server.stdout.readline():
            if found := LINK.search(line.decode()):
                return found[1]
    raise AssertionError("no link was printed")


async def _listening(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return
