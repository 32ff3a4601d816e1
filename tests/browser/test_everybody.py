"""Pages for everybody: each one of the router is looked at by axe, enlarged, and turned round."""

from collections.abc import Mapping
from functools import partial
from importlib import resources
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from fedlearn.domain.audience import Scope
from fedlearn.services import preferences
from fedlearn.services.drafts import PollDraft
from tests.browser import every_page
from tests.browser.conftest import Visit
from tests.browser.every_page import Scene
from tests.browser.test_every_page import unmarked_focus
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.federation.server import PASSWORD, Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
LEVEL_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERY_RULE = {
    "runOnly": {"type": "tag", "values": LEVEL_AA},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
CONTRAST = {
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "resultTypes": ["violations"],
}
# Menus lie over what is below them, and so does the bar of a phone: they are looked at by themselves.
UNFOLD = """() => {
    for (const one of document.querySelectorAll('details:not([name])')) one.open = true;
    document.querySelector('.places').style.position = 'static';
}"""
OPEN_MENU = """() => {
    document.querySelector('.places').style.position = '';
    document.querySelector('details[name]')?.setAttribute('open', '');
}"""
RUN = """async ([within, options]) => (document.querySelector(within)
    ? (await axe.run(within === 'body' ? document : within, options)).violations : []).flatMap(
    ({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} (${node.failureSummary})`))"""
FOR_FEW = """<!doctype html><meta name="viewport" content="width=device-width"><title>x</title>
<nav class="places"></nav><p style="color: #aaa">grey</p><img src="data:,"><div style="width: 1000px">wide</div>
<button style="width: 9px">x</button><button>y</button>"""
# What is wider than the window should be (a phone makes it wider then), or begins outside of it.
STICKING_OUT = """(width) => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const isOutside = ({ left, right, width }) => width > 1 && (left < -1 || right > clientWidth + 1);
    const scrolls = (one) => one && (/auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX)
        || scrolls(one.parentElement));
    const outside = [...document.querySelectorAll('body *')].filter((one) =>
        !one.closest('.hidden, .skip') && isOutside(one.getBoundingClientRect())
        && one.checkVisibility() && !scrolls(one.parentElement));
    return [...(scrollWidth > width ? [`${scrollWidth} px wide`] : []),
        ...outside.map((one) => one.outerHTML.slice(0, 200))];
}"""
IS_FOCUSED = "(target) => document.activeElement.matches(target)"
SMALLEST = 320  # px: what 1,280 px come to at 400 %


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def scene(alpha: Server) -> Scene:
    """What there is to see; made once, as it takes longer than to look at it."""
    return await every_page.set_scene(alpha, "everybody")


@pytest.mark.parametrize("device", [PHONE, DESKTOP], indirect=True)
@pytest.mark.parametrize("path", every_page.page_paths())
async def test_page_is_for_everybody(alpha: Server, visit: Visit, scene: Scene, path: str) -> None:
    """No rule of WCAG 2.2 AA is broken, in light and dark, for strangers and for who signed in."""
    complaints: list[str] = []
    stranger, reader = await visit(alpha), await visit(alpha, scene.me)
    for address in map(scene.fill, every_page.addresses(path)):
        for visitor in every_page.readers(path, stranger, reader):
            response = await visitor.go(address)
            assert response.status == (404 if "nobody" in address else 200), address
            kind = "signed in" if visitor is reader else "a stranger"
            say = partial("{} as {}: {}".format, address, kind)
            complaints += [say(one) for one in await complaints_of(visitor)]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("device", [PHONE], indirect=True)
async def test_page_for_few_is_noticed(alpha: Server, visit: Visit) -> None:
    """A page that is hard on people is complained of for each reason."""
    visitor = await visit(alpha)
    await visitor.page.route("**/unsound", lambda route: route.fulfill(body=FOR_FEW))
    await visitor.page.goto(f"{visitor.origin}/unsound")
    found = "\n".join(await complaints_of(visitor))
    await visitor.page.unroute_all()
    for complaint in (
        "image-alt",
        "html-has-lang",
        "color-contrast",
        "target-size",
        "dark color-contrast",
        "right to left 10",
        "right to left, enlarged 10",
        "enlarged 10",
    ):
        assert complaint in found, complaint


async def complaints_of(visitor: Visitor) -> list[str]:
    """What is wrong with the page that somebody sees, whichever way they look at it.

    On a desk in the dark and from right to left, on a phone in every way: so each is looked at once.
    """
    page = visitor.page
    await page.evaluate(AXE)
    await page.evaluate(UNFOLD)
    if visitor.device is DESKTOP:
        return await complaints_on_a_desk(visitor)
    found = await broken(page, EVERY_RULE)
    await page.evaluate(OPEN_MENU)
    found += [f"menu {one}" for one in await broken(page, EVERY_RULE, ".menu, dialog")]
    await page.emulate_media(color_scheme="dark")
    found += [f"dark {one}" for one in await broken(page, CONTRAST)]
    await page.emulate_media(color_scheme="light")
    await page.evaluate("document.documentElement.dir = 'rtl'")
    width = visitor.device.width
    found += [f"right to left {one}" for one in await page.evaluate(STICKING_OUT, width)]
    await visitor.draw_window(SMALLEST)
    found += [
        f"right to left, enlarged {one}" for one in await page.evaluate(STICKING_OUT, SMALLEST)
    ]
    await page.evaluate("document.documentElement.dir = 'ltr'")
    found += [f"enlarged {one}" for one in await page.evaluate(STICKING_OUT, SMALLEST)]
    await visitor.draw_window(width)
    return found


async def complaints_on_a_desk(visitor: Visitor) -> list[str]:
    """The same for a wide page, in the dark and turned round."""
    page = visitor.page
    await page.emulate_media(color_scheme="dark")
    found = [f"dark {one}" for one in await broken(page, EVERY_RULE)]
    await page.emulate_media(color_scheme="light")
    await page.evaluate("document.documentElement.dir = 'rtl'")
    width = visitor.device.width
    found += [f"right to left {one}" for one in await page.evaluate(STICKING_OUT, width)]
    await page.evaluate("document.documentElement.dir = 'ltr'")
    return found


async def broken(page: Page, options: Mapping[str, Any], within: str = "body") -> list[str]:
    """The rules that a page breaks, each with the element that does."""
    found: list[str] = await page.evaluate(RUN, [within, options])
    return found


@pytest.mark.parametrize("device", [PHONE], indirect=True)
@pytest.mark.parametrize("path", every_page.page_paths())
async def test_longer_words_fit(alpha: Server, visit: Visit, scene: Scene, path: str) -> None:
    """In German, whose words are longer, nothing sticks out of a narrow page either."""
    me = await alpha.user(scene.me)
    await preferences.choose_locale(alpha.instance, me, "de")
    reader = await visit(alpha, scene.me)
    await reader.draw_window(SMALLEST)
    complaints: list[str] = []
    for address in map(scene.fill, every_page.addresses(path)):
        await reader.go(address)
        found = await reader.page.evaluate(STICKING_OUT, SMALLEST)
        complaints += [f"{address}: {one}" for one in found]
    await preferences.choose_locale(alpha.instance, me, "")
    await reader.draw_window(PHONE.width)
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("device", [DESKTOP], indirect=True)
async def test_by_keyboard_alone(alpha: Server, visit: Visit, who: str) -> None:
    """Somebody signs in, votes, answers and opens a menu without a mouse, and never gets lost."""
    await alpha.user(who)
    asked = await alpha.post(f"{who}_a", "When?", poll=PollDraft(("Monday", "Friday")))
    await alpha.follow(who, f"@{who}_a@{alpha.host}")
    visitor = await visit(alpha)
    page, keys = visitor.page, visitor.page.keyboard
    await visitor.go("/sign-in")
    await tab_to(page, "input[type=password]", back_to="input[name=login]", typing=who)
    await keys.type(PASSWORD)
    async with page.expect_navigation():
        await keys.press("Enter")
    await tab_to(page, "[type=radio]")
    await keys.press("ArrowDown")
    await tab_to(page, ".poll .button")
    async with page.expect_response(lambda one: one.request.method == "POST"):
        await keys.press("Enter")
    card = visitor.card("When?")
    await expect(card.locator(".poll")).to_be_focused()
    await expect(card.locator(".tally li").nth(1)).to_contain_text("your choice")
    await tab_to(page, "summary[title=More]")
    await keys.press("Enter")
    await tab_to(page, ".menu a")
    await keys.press("Escape")
    assert "More" in await page.evaluate("document.activeElement.title")
    await visitor.go(f"/@{who}_a/{asked.id}")
    await tab_to(page, "#text")
    await keys.type("On Friday")
    await keys.press("Control+Enter")
    await expect(visitor.card("On Friday")).to_be_visible()


@pytest.mark.parametrize("device", [DESKTOP], indirect=True)
async def test_marks_without_colours(alpha: Server, visit: Visit, who: str) -> None:
    """Where the reader chooses all colours, what stays here still has its edge and its words."""
    await alpha.post(who, "Our numbers", scope=Scope.ORG)
    visitor = await visit(alpha, who)
    await visitor.page.emulate_media(forced_colors="active")
    await visitor.go("/")
    card = visitor.card("Our numbers")
    await expect(card).to_have_css("border-inline-start-width", "3px")
    await expect(card.locator(".mark")).to_have_text("only here")
    await visitor.page.emulate_media(forced_colors="none")


async def tab_to(page: Page, target: str, *, back_to: str = "", typing: str = "") -> None:
    """Press Tab until something is reached, which shows that it is; on the way, type into a field."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if back_to and await page.evaluate(IS_FOCUSED, back_to):
            await page.keyboard.type(typing)
        if await page.evaluate(IS_FOCUSED, target):
            assert await unmarked_focus(page) == ""
            return
    raise AssertionError(f"no way to {target}")
