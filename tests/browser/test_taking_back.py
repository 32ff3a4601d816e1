"""Somebody deletes a post, thinks better of it, and writes another one anew."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_undo_and_write_anew(alpha: Server, visit: Visit, who: str) -> None:
    """A deleted post comes back by one button; written anew, it is posted with what it said."""
    await alpha.post(who, "A sentence with a mistaek")
    reader = await visit(alpha, who)
    await reader.go("/")
    card = reader.card("mistaek")
    await card.locator(".more > summary").click()
    await reader.do("Delete", card)
    await reader.sees("Your post is deleted.")
    await reader.misses("mistaek")
    await reader.do("Undo")
    await reader.sees("mistaek")
    card = reader.card("mistaek")
    await card.locator(".more > summary").click()
    await reader.press("Delete and write anew", card)
    assert reader.path.startswith("/redrafts/")
    # Closing the page loses nothing.
    await reader.go("/redrafts")
    await reader.follow(reader.page.get_by_role("link", name="A sentence with a mistaek"))
    text = reader.page.locator("main textarea[name=text]")
    await expect(text).to_have_value("A sentence with a mistaek")
    await text.fill("A sentence without one")
    await reader.press("Post", reader.page.locator(".composer"))
    await reader.sees("A sentence without one")
    await reader.go("/")
    await reader.sees("A sentence without one")
    await reader.misses("mistaek")
