"""Stories of people whose session ended: what they wrote comes back, and what is grave is asked again."""

import pytest
from playwright.async_api import expect

from fedlearn.domain.ids import HOUR_MS, Millis, now
from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES, Visitor
from tests.federation.server import PASSWORD, Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Whether the browser was kept from sending the form, each time.
PRESS_TWICE = """action => {
    const form = document.querySelector(`form[action="${action}"]`);
    const kept = [];
    addEventListener("submit", event => kept.push(event.defaultPrevented));
    form.requestSubmit();
    form.requestSubmit();
    return kept;
}"""
WROTE = "What I learned today: “sessions” end & drafts stay"


async def forget_session(visitor: Visitor) -> None:
    """The session is over, while the page is still open."""
    await visitor.page.context.clear_cookies()


async def grow_old(server: Server) -> None:
    """An hour has passed since anybody signed in."""
    async with server.instance.db.write() as connection:
        before = Millis(now() - HOUR_MS)
        await connection.execute("UPDATE session SET proven_at = :before", before=before)


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_draft_outlives_the_session(alpha: Server, visit: Visit, who: str) -> None:
    """They post, are asked to sign in, find what they wrote in the composer, and post it."""
    visitor = await visit(alpha, who)
    await visitor.go("/")
    await visitor.page.locator("textarea[name=text]").first.fill(WROTE)
    await forget_session(visitor)
    await visitor.press("Post", visitor.page.locator("form.composer").first)
    await visitor.sees("Sign in, and you find what you wrote.")
    assert "learned" not in visitor.page.url
    await visitor.write(login=who, password=PASSWORD)
    await visitor.press("Sign in", visitor.page.locator("main"))
    await visitor.sees("Look it over and send it")
    await expect(visitor.page.locator("textarea[name=text]").first).to_have_value(WROTE)
    assert "learned" not in visitor.page.url
    assert await alpha.home(who) == []
    await visitor.press("Post", visitor.page.locator("form.composer").first)
    assert len(await alpha.home(who)) == 1
    # What keeps the page up to date may hear, too, that the session is over.
    visitor.complaints = [one for one in visitor.complaints if "401 (Unauthorized)" not in one]


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_grave_change_is_asked_again(alpha: Server, visit: Visit, who: str) -> None:
    """After an hour a new address wants the password first, and goes on by itself."""
    visitor = await visit(alpha, who)
    await visitor.go("/settings/security")
    await grow_old(alpha)
    email = f"{who}@new.example"
    await visitor.write(email=email)
    await visitor.press("Change", visitor.page.locator('form[action="/settings/email"]'))
    await visitor.sees("Is it you?")
    await visitor.write(proof="not the password")
    await visitor.press("Go on")
    await visitor.sees("That is not right.")
    await visitor.write(proof=PASSWORD)
    await visitor.press("Go on")
    await visitor.sees("Your address was changed.")
    assert (await alpha.user(who)).email == email


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_somebody_leaves(alpha: Server, visit: Visit, who: str) -> None:
    """From the settings to the end: the name is typed, and nothing is left."""
    visitor = await visit(alpha, who)
    await alpha.post(who, "soon gone")
    await visitor.go("/settings/security")
    await visitor.press("Download your data, or delete your account")
    await visitor.write(username="somebody else")
    await visitor.press("Delete it for good")
    await visitor.sees(f"Type {who} here, if you are sure.")
    await visitor.write(username=who)
    await visitor.press("Delete it for good")
    await visitor.sees("Your account is deleted.")
    assert (await visitor.page.context.request.get(f"{visitor.origin}/@{who}")).status == 404


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_list_in_a_reader_of_feeds(alpha: Server, visit: Visit, who: str) -> None:
    """The address of a list's feed is made, shown, and ended by buttons."""
    visitor = await visit(alpha, who)
    await visitor.go("/lists")
    await visitor.write(title="Birds")
    if visitor.device.has_script:
        async with visitor.page.expect_navigation():
            assert await visitor.page.evaluate(PRESS_TWICE, "/lists") == [False, True]
    else:
        await visitor.press("Make a list")
    await visitor.page.get_by_text("0 people · change the list").click()
    await visitor.press("Make an address")
    address = await visitor.page.get_by_label("Address for a reader of feeds").input_value()
    reader = visitor.page.context.request
    assert (await reader.get(address)).ok
    await visitor.press("End it")
    assert (await reader.get(address)).status == 404
