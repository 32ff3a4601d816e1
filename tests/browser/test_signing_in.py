"""Stories of people who come in: by link, by password, and back to where they wanted to be."""

import re
import shutil
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import expect

from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts, signing_in
from fedlearn.services.accounts import NewAccount
from fedlearn.settings import MailSecurity
from tests.browser.conftest import Visit
from tests.browser.running import at_rest, serve
from tests.browser.visitor import TWO_DEVICES
from tests.federation.mailbox import open_mailbox
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "a battery of horses"


async def test_link_password_and_back(alpha: Server, visit: Visit, who: str) -> None:
    """A one-time link signs in once; the password chosen then works, another one does not."""
    user = await alpha.user(who)
    link = await signing_in.make_sign_in_link(alpha.instance, user, by=TERMINAL)
    visitor = await visit(alpha)
    page = visitor.page
    await visitor.go(link.removeprefix(visitor.origin))
    await visitor.sees("This link signs you in once.")
    await visitor.press("Sign in", page.locator("main"))
    assert visitor.path == "/"
    await expect(page.get_by_role("navigation", name="Places")).to_contain_text("You")

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
    email = (await alpha.user(who)).email
    visitor = await visit(alpha)
    await visitor.go("/notifications")
    assert visitor.path == "/sign-in?next=%2Fnotifications"
    await visitor.write(login=email, password="correct horse battery")
    async with visitor.page.expect_navigation():
        await visitor.page.get_by_label("Password").press("Enter")
    await visitor.look_over()
    assert visitor.path == "/notifications"
    await visitor.sees("When somebody answers, boosts or likes what you post")
    await expect(visitor.page).to_have_title(re.compile("^Notifications · Alpha$"))


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_second_step(alpha: Server, visit: Visit, who: str) -> None:
    """Who sets up a second step signs in by a code from then on; a code that is wrong does not do."""
    await alpha.user(who)
    visitor = await visit(alpha, who)
    main = visitor.page.locator("main")
    await visitor.go("/settings/security")
    await visitor.press("Set it up")
    secret = await main.locator("p code").text_content()
    codes = pyotp.TOTP(secret or "")
    await visitor.write(code=codes.now())
    await visitor.press("Turn on")
    await visitor.sees("Recovery codes")
    recovery = await main.locator(".codes code").first.text_content()
    stranger = await visit(alpha)
    for code, where in (("000000", "/second-step"), (recovery or "", "/")):
        await stranger.go("/sign-in")
        await stranger.write(login=who, password="correct horse battery")
        await stranger.press("Sign in", stranger.page.locator("main"))
        await stranger.sees("One more step")
        await stranger.write(code=code)
        await stranger.press("Sign in", stranger.page.locator("main"))
        assert stranger.path == where
    await stranger.press("You")


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_password_by_mail(
    tmp_path: Path, sqlite_template: Path, visit: Visit, who: str
) -> None:
    """Whoever forgot a password gets a letter, and chooses another by the link in it, once."""
    (tmp_path / "data").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "data" / "fedlearn.db")
    async with (
        open_mailbox() as mailbox,
        serve(
            tmp_path, mail_host="127.0.0.1", mail_port=mailbox.port, mail_security=MailSecurity.NONE
        ) as server,
    ):
        await accounts.create_account(server.instance, NewAccount(who, f"{who}@bees.example"))
        visitor = await visit(server)
        await visitor.go("/sign-in")
        await visitor.press("Forgot your password?")
        await visitor.write(login=who)
        await visitor.press("Send it")
        await at_rest(server)
        link = re.search(r"http://\S+", mailbox.letters[-1].get_content())
        assert link
        path = link[0].removeprefix(visitor.origin)
        await visitor.go(path)
        await visitor.write(password=PASSWORD)
        await visitor.press("Change")
        await visitor.sees("Your password was changed")
        await visitor.go("/sign-in")
        await visitor.write(login=who, password=PASSWORD)
        await visitor.press("Sign in", visitor.page.locator("main"))
        assert visitor.path == "/"
        # A page that listens complains when its server stops.
        await visitor.page.goto("about:blank")
        stranger = await visit(server)
        await stranger.go(path)
        await stranger.write(password="a battery of donkeys")
        await stranger.press("Change")
        await stranger.sees("Ask for a new link")
