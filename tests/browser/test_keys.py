"""Somebody who reads, answers and goes places by keys alone, and somebody who wants none of that."""

import pytest
from playwright.async_api import Route, expect

from fedlearn.web.pages.keys import KEYS
from tests.browser.conftest import Visit
from tests.browser.test_every_page import unmarked_focus
from tests.browser.visitor import DESKTOP, DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")
ON_DESK = pytest.mark.parametrize("device", [DESKTOP], indirect=True)
FOCUSED = "document.activeElement.innerText"


@ON_DESK
async def test_from_post_to_post(alpha: Server, visit: Visit, who: str) -> None:
    """One reads on with j and back with k, likes and boosts, opens, and answers."""
    for number in range(4):
        await alpha.post(f"{who}_a", f"Number {number}")
    await alpha.follow(who, f"@{who}_a@{alpha.host}")
    visitor = await visit(alpha, who)
    page, keys = visitor.page, visitor.page.keyboard
    await visitor.go("/")
    await visitor.module("keys")
    for key, number in (("j", 3), ("j", 2), ("k", 3), ("k", 3), ("j", 2), ("j", 1)):
        await keys.press(key)
        assert f"Number {number}" in await page.evaluate(FOCUSED)
        assert await unmarked_focus(page) == ""
    card = visitor.card("Number 1")
    for key, label in (("l", "Like no more, 1 so far"), ("b", "Take the boost back, 1 so far")):
        async with page.expect_response(lambda one: one.request.method == "POST"):
            await keys.press(key)
        await expect(card.get_by_label(label)).to_be_visible()
    # The post that one is at stays that, whatever was pressed in it.
    await keys.press("j")
    assert "Number 0" in await page.evaluate(FOCUSED)
    async with page.expect_navigation():
        await keys.press("Enter")
    assert visitor.path.startswith(f"/@{who}_a/")
    await visitor.module("keys")
    await keys.press("j")
    await keys.press("r")
    await expect(page.locator("#text")).to_be_focused()
    # In a field a letter is a letter.
    await keys.type("jog / ? n")
    await expect(page.locator("#text")).to_have_value("jog / ? n")


@ON_DESK
async def test_going_places(alpha: Server, visit: Visit, who: str) -> None:
    """Every place that the help names is reached by its two keys; search and writing by one."""
    visitor = await visit(alpha, who)
    page, keys = visitor.page, visitor.page.keyboard
    places = [name for _, rows in KEYS for names, _ in rows for name in names if name[0:2] == "g "]
    assert len(places) >= 6
    seen = set()
    for name in places:
        await visitor.go("/about")
        await visitor.module("keys")
        async with page.expect_navigation():
            for key in name.split(" "):
                await keys.press(key)
        await visitor.look_over()
        seen.add(visitor.path)
    assert len(seen) == len(places)
    await visitor.go("/about")
    await visitor.module("keys")
    async with page.expect_navigation():
        await keys.press("/")
    await expect(page.locator("#q")).to_be_focused()
    await visitor.module("keys")
    await page.locator("main").focus()
    async with page.expect_navigation():
        await keys.press("n")
    assert page.url.endswith("/#text")


async def only_as_a_page(route: Route) -> None:
    """A script gets nothing."""
    if route.request.resource_type == "fetch":
        await route.abort()
    else:
        await route.continue_()


@ON_DESK
async def test_help_and_switch(alpha: Server, visit: Visit, who: str) -> None:
    """The help opens by a key and by a link, closes by Escape, and turns letters off for good."""
    await alpha.post(who, "Here")
    visitor = await visit(alpha, who)
    page, keys = visitor.page, visitor.page.keyboard
    dialog = page.get_by_role("dialog", name="Keyboard")
    # Lower than the help is high: its beginning is what one sees first.
    await page.set_viewport_size({"width": 1280, "height": 500})
    await visitor.go("/")
    await visitor.module("keys")
    await keys.press("?")
    await expect(dialog).to_contain_text("The next post")
    await expect(page.get_by_text("The next post")).to_be_in_viewport()
    await keys.press("j")
    await expect(dialog).to_be_visible()
    await keys.press("Escape")
    await expect(dialog).to_be_hidden()

    link = page.get_by_role("link", name="Keyboard")
    await link.click()
    await dialog.get_by_label("Use single letters as keys").uncheck()
    await dialog.get_by_role("button", name="Close").click()
    await expect(link).to_be_focused()
    await page.reload()
    await visitor.module("keys")
    await keys.press("?")
    await keys.press("j")
    await expect(page.locator(".card").first).not_to_be_focused()
    await expect(dialog).to_have_count(0)
    await visitor.go("/keys")
    await page.get_by_label("Use single letters as keys").check()
    await visitor.go("/")
    await visitor.module("keys")
    await keys.press("j")
    await expect(page.locator(".card").first).to_be_focused()
    # What a browser does by a shortcut of its own, it still does.
    await keys.press("Control+b")
    await expect(page.get_by_label("Take the boost back")).to_have_count(0)

    # Where nothing can be kept, as in some private windows, keys are keys all the same.
    await page.evaluate(
        "() => { Storage.prototype.getItem = () => { throw new Error('forbidden') } }"
    )
    await page.locator("main").focus()
    await keys.press("j")
    await expect(page.locator(".card").first).to_be_focused()
    # What keeps the help away from here is told by its page.
    await page.route("**/keys", only_as_a_page)
    async with page.expect_navigation():
        await keys.press("?")
    assert visitor.path == "/keys"
    await page.unroute_all()
    visitor.complaints.clear()


@ON_DESK
async def test_menu_closes(alpha: Server, visit: Visit, who: str) -> None:
    """Escape closes a menu, and one is where one opened it."""
    await alpha.post(who, "Here")
    visitor = await visit(alpha, who)
    await visitor.go("/")
    await visitor.module("keys")
    more = visitor.card("Here").get_by_title("More", exact=True)
    await more.focus()
    await visitor.page.keyboard.press("Enter")
    delete = visitor.page.get_by_role("button", name="Delete", exact=True)
    await expect(delete).to_be_visible()
    await visitor.page.keyboard.press("Tab")
    await visitor.page.keyboard.press("Escape")
    await expect(delete).to_be_hidden()
    await expect(more).to_be_focused()


@pytest.mark.parametrize("device", DEVICES[3:], indirect=True)
async def test_help_without_script(alpha: Server, visit: Visit) -> None:
    """Without script the keys have a page, which offers no switch that would do nothing."""
    visitor = await visit(alpha)
    await visitor.go("/about")
    await visitor.press("Keyboard")
    await visitor.sees("The next post")
    await expect(visitor.page.get_by_role("checkbox")).to_be_hidden()
