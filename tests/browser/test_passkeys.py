"""The story of a passkey, with the virtual device that Chromium has for tests."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import DESKTOP, DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.mark.parametrize("device", [DESKTOP], indirect=True)
async def test_passkey_instead_of_password(alpha: Server, visit: Visit, who: str) -> None:
    """She makes a passkey, signs out, and is in again by it without typing anything."""
    visitor = await visit(alpha, who)
    page = visitor.page
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    await visitor.go("/settings/security")
    await visitor.press("Make a passkey")
    await visitor.sees("Your passkey signs you in from now on.")
    await visitor.press("Sign out this browser")
    await visitor.press("Use a passkey")
    assert visitor.path == "/"
    await expect(page.get_by_role("navigation", name="Places")).to_contain_text("You")
    await devtools.detach()


@pytest.mark.parametrize("device", [DEVICES[3]], indirect=True)
async def test_no_passkey_without_script(alpha: Server, visit: Visit, who: str) -> None:
    """Where no script runs, nothing is offered that could not work."""
    stranger, reader = await visit(alpha), await visit(alpha, who)
    await stranger.go("/sign-in")
    await expect(stranger.page.locator("[data-passkey] button")).to_be_hidden()
    await reader.go("/settings/security")
    await expect(reader.page.locator("[data-passkey] button")).to_be_hidden()
