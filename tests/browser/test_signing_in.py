"""Stories of people who come in: by link, by password, and back to where they wanted to be."""

import re

import pytest
from playwright.async_api import expect

from fedlearn.services import signing_in
from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "a battery of horses"


async def test_link_password_and_back(alpha: Server, visit: Visit, who: str) -> None:
    """A one-time link signs in once; the password chosen then works, another one does not."""
    user = await alpha.user(who)
    link = await signing_in.make_sign_in_link(alpha.instance, user)
    visitor = await visit(alpha)
    page = visitor.page
    await visitor.go(link.removeprefix(visitor.origin))
    await visitor.sees("This link signs you in once.")
    await visitor.press("Sign in", page.locator("main"))
    assert visitor.path == "/"
    await expect(page.get_by_role("navigation")).to_contain_text("You")

    await visitor.press("You")
    await visitor.press("Settings", page.locator("main"))
    await visitor.write(password=PASSWORD)
    await visitor.press("Change")
    await visitor.sees("Your password was changed.")
    await visitor.press("Sign out")
    assert visitor.path == "/sign-in"

    await visitor.write(login=who, password="a battery of donkeys")
    await visitor.press("Sign in", page.locator("main"))
    await visitor.sees("The name or the password is not right.")
    await expect(page.get_by_label("Name or e-mail address")).to_have_value(who)
    await visitor.write(password=PASSWORD)
    await visitor.press("Sign in", page.locator("main"))
    assert visitor.path == "/"

    stranger = await visit(alpha)
    await stranger.go(link.removeprefix(visitor.origin))
    await stranger.press("Sign in", stranger.page.locator("main"))
    await stranger.sees("This link has been used or has run out. Ask for a new one.")


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_sign_in_leads_back(alpha: Server, visit: Visit, who: str) -> None:
    """Who must sign in first comes to the page that they asked for, and sends the form by Enter."""
    await alpha.user(who)
    visitor = await visit(alpha)
    await visitor.go("/notifications")
    assert visitor.path == "/sign-in?next=%2Fnotifications"
    await visitor.write(login=f"{who}@{alpha.host}", password="correct horse battery")
    async with visitor.page.expect_navigation():
        await visitor.page.get_by_label("Password").press("Enter")
    await visitor.look_over()
    assert visitor.path == "/notifications"
    await visitor.sees("When somebody answers, boosts or likes what you post")
    await expect(visitor.page).to_have_title(re.compile("^Notifications · Alpha$"))
