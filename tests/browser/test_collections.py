"""Stories of collections: people recommend others on a subject, who are told and may leave."""

import pytest
from playwright.async_api import expect

from fedlearn.services import accounts
from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("device", TWO_DEVICES, indirect=True),
]


async def test_recommending(alpha: Server, visit: Visit, who: str) -> None:
    """Somebody makes a collection and puts another in, whom a reader follows from there."""
    expert = await alpha.actor(f"{who}_a")
    await accounts.change_profile(alpha.instance, expert, is_discoverable=True)
    visitor = await visit(alpha, who)
    await visitor.go(f"/@{who}")
    await visitor.press("Collections", visitor.page.locator(".profile"))
    await visitor.press("Make a collection")
    await visitor.write(name="Beekeepers", description="They know")
    await visitor.press("Save")
    await visitor.sees("Nobody to see in it yet.")
    await visitor.write(handle=f"@{who}_a")
    await visitor.press("Put in")
    await expect(visitor.page.locator("main .author")).to_contain_text([f"{who}_a"])
    page = visitor.path
    reader = await visit(alpha, f"{who}_b")
    await reader.go(f"/@{who}")
    await reader.press("Collections", reader.page.get_by_role("navigation", name="On this profile"))
    await reader.press("Beekeepers", exact=False)
    assert reader.path == page
    await reader.do("Follow")
    await expect(reader.page.get_by_role("button", name="Following")).to_be_visible()
    await reader.go(f"/@{who}_a/followers")
    await reader.sees(f"{who}_b")


async def test_leaving(alpha: Server, visit: Visit, who: str) -> None:
    """Who is put into a collection is told, opens it, and leaves."""
    await alpha.actor(f"{who}_a")
    visitor, other = await visit(alpha, who), await visit(alpha, f"{who}_a")
    await accounts.change_profile(alpha.instance, await alpha.actor(who), is_discoverable=True)
    await other.go("/collections/new")
    await other.write(name="Beekeepers")
    await other.press("Save")
    await other.write(handle=f"@{who}")
    await other.press("Put in")
    await visitor.go("/notifications")
    await visitor.sees("recommends you in a collection")
    await visitor.press("Beekeepers")
    await visitor.page.get_by_text("You stand in this collection").click()
    await visitor.press("Leave this collection")
    await visitor.sees("0 people")
    await visitor.misses("You stand in this collection")
