"""What holds for every page: its shape on each width, its weight, and a keyboard that is enough."""

import pytest
from playwright.async_api import Page, Route, expect

from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts, lists, signing_in, stewardship
from tests.browser.conftest import Visit
from tests.browser.visitor import DESKTOP, DEVICES, PHONE, TWO_DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEAVIEST = 60_000  # bytes, pictures aside
UNWIELDY = (
    "Unwieldy: https://example.org/"
    + "a-long-path/" * 20
    + " "
    + "Ungetrennt" * 12
    + " #"
    + "tag" * 20
)
# What comes over the line, whether the browser had some of it before or not.
WEIGHT = """() => [...performance.getEntriesByType('navigation'),
    ...performance.getEntriesByType('resource').filter(({ name }) => !name.endsWith('.svg'))]
    .map(({ encodedBodySize }) => encodedBodySize)"""
STYLESHEETS = "document.querySelectorAll('link[rel=stylesheet], style').length"
# A mark of focus is an outline of two pixels, or for the composer a line below what is written.
FOCUS = """() => {
    const { activeElement: one } = document;
    const { outlineStyle, outlineWidth, borderBottomColor, color } = getComputedStyle(one);
    const isMarked = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2)
        || (one.matches('.composer textarea') && borderBottomColor !== 'rgba(0, 0, 0, 0)');
    return isMarked ? '' : one.outerHTML;
}"""
UNSOUND = """<!doctype html><html><body style="color: red"><p style="width: 2000px">
<img src="http://elsewhere.example/dot.png" alt=""></p><button class="button">x</button>
<table width="1"><td><b class="button">bro&shy;ken</b></table>"""


@pytest.mark.parametrize("device", [PHONE], indirect=True)
async def test_every_page_is_sound(alpha: Server, visit: Visit, who: str) -> None:
    """Each page has one heading, language, title, and nothing that sticks out, whatever is in it."""
    me = await alpha.actor(who)
    long_name = "Maximiliane-Friederike Overlong"[:30]
    await accounts.change_profile(alpha.instance, me, name=long_name, bio=UNWIELDY, is_locked=True)
    post = await alpha.post(who, UNWIELDY)
    await alpha.post(who, "Only for us", scope=Scope.ORG, content_warning="Unwieldy" * 20)
    answer = post
    for depth in range(5):
        answer = await alpha.reply(f"{who}_{depth % 2}", answer.status.uri, f"Depth {depth} " * 20)
    await alpha.post(f"{who}_0", f"@{who} for you", reach=Reach.DIRECT)
    await alpha.follow(f"{who}_0", f"@{who}@{alpha.host}")
    link = await signing_in.make_sign_in_link(alpha.instance, await alpha.user(who), by=TERMINAL)

    stranger, reader = await visit(alpha), await visit(alpha, who)
    thread = f"/@{who}/{post.id}"
    shared = [
        "/",
        "/public",
        "/explore",
        "/about",
        "/rules",
        "/privacy",
        "/terms",
        f"/@{who}",
        f"/@{who}/replies",
        f"/@{who}/media",
        f"/@{who}/followers",
        f"/@{who}/following",
        thread,
        "/tags/" + "tag" * 20,
        "/sign-up",
    ]
    for path in [
        *shared,
        "/sign-in",
        "/new-password",
        "/new-password/x",
        "/confirm/x",
        link.removeprefix(stranger.origin),
    ]:
        assert (await stranger.go(path)).ok, path
    [direct] = await alpha.conversations(who)
    listed = await lists.create_list(alpha.instance, me, UNWIELDY[:100])
    await lists.add_member(alpha.instance, me, listed.id, await alpha.actor(f"{who}_0"))
    own = [
        f"/lists/{listed.id}",
        "/deck",
        "/search",
        "/notifications",
        "/requests",
        "/notifications/mentions",
        "/notifications/requests",
        "/settings/notifications",
        "/settings/moving",
        "/settings",
        "/bookmarks",
        "/favourites",
        "/muted",
        "/settings/security",
        "/settings/leave",
        "/lists",
        "/conversations",
        f"/conversations/{direct.conversation.id}",
        "/redrafts",
        "/filters",
        "/filters/new",
        "/public/all",
        "/public/remote",
    ]
    target = (await alpha.actor(f"{who}_0")).id
    own += [f"/report?actor={target}", f"/report/sent?actor={target}"]
    for path in [*shared, *own, f"/@{who}_0", f"/statuses/{post.id}/edit"]:
        assert (await reader.go(path)).ok, path
    assert (await reader.go("/search?q=@nobody_at_all")).status == 404
    await reader.go("/settings/moving")
    await expect(reader.page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
    await reader.draw_window(820)
    for path in ["/", f"/@{who}_0/{answer.id}", thread, "/notifications"]:
        await reader.go(path)


@pytest.mark.parametrize("device", [PHONE], indirect=True)
async def test_three_pictures_leave_no_hole(alpha: Server, visit: Visit, who: str) -> None:
    """The first of three is as wide as the two below it together."""
    visitor = await visit(alpha, who)
    await visitor.go("/dev/components")
    [three, *_] = await visitor.page.locator(".attachments:has(li:nth-child(3):last-child)").all()
    whole, first = await three.bounding_box(), await three.locator("li").first.bounding_box()
    assert whole
    assert first
    assert first["width"] == whole["width"]


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_nothing_here(alpha: Server, visit: Visit, who: str) -> None:
    """An address where nothing is answers with a page of the place that leads home."""
    visitor = await visit(alpha, who)
    assert (await visitor.go("/nothing/of/the/kind")).status == 404
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    await visitor.sees("The address may be mistyped, or what was here is gone.")
    await expect(visitor.page.get_by_role("navigation", name="Places")).to_contain_text(
        "Notifications"
    )
    await visitor.press("Home", visitor.page.locator("main"))
    assert visitor.path == "/"


@pytest.mark.parametrize("device", [PHONE], indirect=True)
async def test_pages_are_light(alpha: Server, visit: Visit, who: str) -> None:
    """A whole page comes with its one stylesheet and its scripts in less than 60 kB, full or not."""
    asked = await alpha.post(f"{who}_a", "What do you want to know of bees?")
    words = "A post of usual length, about what was learned today. " * 4
    for number in range(20):
        await alpha.reply(f"{who}_a", asked.status.uri, f"{number}: {words} @{who}")
    await alpha.follow(who, f"@{who}_a@{alpha.host}")
    await stewardship.change_role(alpha.instance, await alpha.user(who), Role.ADMIN, by=TERMINAL)
    visitor = await visit(alpha, who)
    # The deck has ten posts in a column, and in one of its columns what people are told.
    cards = {
        "/": 20,
        "/deck": 20,
        f"/@{who}_a/{asked.id}": 21,
        f"/@{who}_a/replies": 20,
        "/settings": 0,
        "/moderation": 0,
    }
    for path, number in cards.items():
        await visitor.go(path)
        await expect(visitor.page.locator(".card")).to_have_count(number)
        weights = await visitor.page.evaluate(WEIGHT)
        assert len(weights) >= 3, path
        assert await visitor.page.evaluate(STYLESHEETS) == 1, path
        assert sum(weights) < HEAVIEST, (path, weights)


@pytest.mark.parametrize("device", DEVICES[:2], indirect=True)
async def test_keyboard_is_enough(alpha: Server, visit: Visit, who: str) -> None:
    """By keyboard one skips to the content, sees where one is, writes, and posts with Enter."""
    visitor = await visit(alpha, who)
    page, keys = visitor.page, visitor.page.keyboard
    await visitor.go("/")
    await keys.press("Tab")
    await expect(page.get_by_text("Skip to content")).to_be_focused()
    await expect(page.get_by_text("Skip to content")).to_be_in_viewport()
    assert await unmarked_focus(page) == ""
    await keys.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    for field in (page.get_by_label("Who can see it"), page.get_by_label("Your post")):
        await keys.press("Tab")
        await expect(field).to_be_focused()
        assert await unmarked_focus(page) == ""
    await keys.type("By keyboard alone")
    for summary in ("Media", "Warning", "Poll", "Language and time"):
        await keys.press("Tab")
        await expect(page.locator("summary", has_text=summary)).to_be_focused()
        assert await unmarked_focus(page) == ""
    await keys.press("Tab")
    await expect(page.get_by_role("button", name="Post", exact=True)).to_be_focused()
    assert await unmarked_focus(page) == ""
    await keys.press("Enter")
    await visitor.sees("By keyboard alone")
    for _ in range(12):
        await keys.press("Tab")
        assert await unmarked_focus(page) == ""


@pytest.mark.parametrize("device", [DESKTOP], indirect=True)
async def test_composer_counts_and_sends(alpha: Server, visit: Visit, who: str) -> None:
    """With script the last characters are counted as the server counts, and Ctrl+Enter sends."""
    visitor = await visit(alpha, who)
    counter = visitor.page.locator("[data-counter]")
    await visitor.go("/")
    await visitor.write(text="🐝" * 419)
    await expect(counter).to_be_hidden()
    await visitor.write(text="🐝" * 495)
    await expect(counter).to_have_text("5")
    await visitor.page.get_by_title("Warning", exact=True).click()
    await visitor.write(content_warning="bees!!!")
    await expect(counter).to_have_text("-2")
    await visitor.write(content_warning="bees")
    await visitor.page.keyboard.press("Control+Enter")
    await visitor.sees("🐝")
    await expect(visitor.page.locator(".card")).to_have_count(1)


@pytest.mark.parametrize("device", [PHONE], indirect=True)
async def test_unsound_page_is_noticed(alpha: Server, visit: Visit) -> None:
    """A page that breaks every rule that visitors look after is complained of for each."""
    visitor = await visit(alpha)

    async def answer(route: Route) -> None:
        headers = {"content-security-policy": "style-src 'self'"}
        await route.fulfill(body=UNSOUND, content_type="text/html", headers=headers)

    await visitor.page.route("**/unsound", answer)
    await visitor.page.route("**/*.png", lambda route: route.abort())
    await visitor.go("/unsound")
    told = "\n".join(visitor.complaints)
    visitor.complaints.clear()
    await visitor.page.unroute_all()
    for complaint in (
        "no language or title",
        "0 first headings",
        "asked somebody else: http://elsewhere.example/dot.png",
        "inline style",
        "too small for a thumb",
        "words broken on a button",
    ):
        assert complaint in told


async def unmarked_focus(page: Page) -> str:
    """What has the focus without showing it; "" when it shows."""
    found: str = await page.evaluate(FOCUS)
    return found
