"""Buttons that act in place: at once, also when the server takes its time, and back when it fails."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from fedlearn.errors import Invalid
from fedlearn.services import polls
from fedlearn.services.drafts import PollDraft
from tests.browser.conftest import Visit
from tests.browser.visitor import DESKTOP, PHONE
from tests.federation.server import Server, patiently

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("device", [DESKTOP, PHONE], indirect=True),
]

AT_ONCE = 100  # milliseconds
JUST_ABOVE_THE_BAR = "one => scrollBy(0, one.getBoundingClientRect().bottom + 64 - innerHeight)"
IS_ON_TOP = """one => {
    const { left, bottom } = one.getBoundingClientRect();
    return document.elementFromPoint(left + 4, bottom - 4) === one;
}"""


async def test_shown_before_the_answer(alpha: Server, visit: Visit, who: str) -> None:
    """A like shows at once, twice where the post stands twice, while the server still thinks."""
    posted = await alpha.post(f"{who}_a", "Worth a thought")
    await alpha.follow(who, f"@{who}_a@{alpha.host}")
    visitor = await visit(alpha, who)
    page = visitor.page
    answers = asyncio.Event()

    async def think(route: Route) -> None:
        await answers.wait()
        await route.continue_()

    await page.route("**/favourite", think)
    await visitor.go("/")
    card = visitor.card("Worth a thought")
    await card.get_by_title("Like", exact=True).click()
    pressed = card.get_by_label("Like no more, 1 so far")
    await expect(pressed).to_be_visible(timeout=AT_ONCE)
    await expect(pressed).to_be_focused()
    await expect(pressed).to_have_attribute("formaction", f"/statuses/{posted.id}/unfavourite")

    async def is_liked() -> bool:
        return (await alpha.home(who))[0].favourited

    assert not await is_liked()
    answers.set()
    assert await patiently(is_liked)
    await page.unroute_all()


async def test_failure_is_put_back_and_said(alpha: Server, visit: Visit, who: str) -> None:
    """What the server refuses, or never hears of, is put back, and said beside the post."""
    posted = await alpha.post(f"{who}_a", "Soon gone")
    await alpha.follow(who, f"@{who}_a@{alpha.host}")
    visitor = await visit(alpha, who)
    await visitor.go("/")
    card = visitor.card("Soon gone")
    await visitor.page.route("**/boost", lambda route: route.abort())
    await card.get_by_title("Boost", exact=True).click()
    said = card.get_by_role("status")
    await expect(said).to_have_text("That did not reach the server. Try again in a moment.")
    await expect(card.get_by_title("Boost", exact=True)).not_to_have_class("act pressed")
    await visitor.page.unroute_all()
    async with alpha.instance.db.write() as connection:
        await connection.execute("DELETE FROM status WHERE id = :id", id=posted.id)
    await visitor.do("Boost", card)
    await expect(said).to_contain_text("no such post")
    await expect(card.get_by_title("Boost", exact=True)).to_be_visible()
    # The browser notes in its console what did not work.
    visitor.complaints.clear()


async def test_delete_and_undo(alpha: Server, visit: Visit, who: str) -> None:
    """A deletion leaves an offer to undo it where the post was; who takes it is back at the post."""
    visitor = await visit(alpha, who)
    await alpha.post(who, "Said too soon")
    await visitor.go("/")
    card = visitor.card("Said too soon")
    await card.get_by_title("More", exact=True).click()
    await visitor.do("Delete", card)
    await expect(card).to_have_count(0)
    offer = visitor.page.locator(".undo")
    await expect(offer.get_by_role("status")).to_have_text("Your post is deleted.")
    await visitor.page.wait_for_function("document.activeElement.textContent === 'Undo'")
    assert "Said too soon" not in str(await alpha.home(who))
    await visitor.do("Undo")
    await expect(card).to_be_visible()
    await expect(card.get_by_title("More", exact=True)).to_be_focused()
    assert "Said too soon" in str(await alpha.home(who))


async def test_menu_and_follow(alpha: Server, visit: Visit, who: str) -> None:
    """A bookmark is told of beside the post; who is followed is followed without leaving."""
    for text in ("Below", "Keep me", *map(str, range(6))):
        await alpha.post(f"{who}_a", text)
    visitor = await visit(alpha, who)
    await visitor.go(f"/@{who}_a")
    await visitor.do("Follow")
    following = visitor.page.get_by_role("button", name="Following")
    await expect(following).to_be_focused()
    await expect(visitor.page.get_by_text("1 follower")).to_be_visible()
    card = visitor.card("Keep me")
    more = card.get_by_title("More", exact=True)
    await more.evaluate(JUST_ABOVE_THE_BAR)
    await more.click()
    await expect(card.locator(".menu")).to_be_in_viewport(ratio=1)
    assert await card.get_by_text("Report").evaluate(IS_ON_TOP)
    await visitor.do("Bookmark", card)
    await expect(card.get_by_role("status")).to_have_text("It is in your bookmarks.")
    await expect(card.get_by_title("More", exact=True)).to_be_focused()
    await visitor.go("/bookmarks")
    await visitor.sees("Keep me")
    await visitor.go(f"/@{who}_a")
    await visitor.do("Following")
    await expect(visitor.page.get_by_role("button", name="Follow", exact=True)).to_be_visible()


async def test_vote(alpha: Server, visit: Visit, who: str) -> None:
    """A choice becomes bars where the question stood; the second vote of two tabs is refused."""
    asked = await alpha.post(f"{who}_a", "When?", poll=PollDraft(("Monday", "Friday")))
    await alpha.follow(who, f"@{who}_a@{alpha.host}")
    visitor, other = await visit(alpha, who), await visit(alpha, who)
    await visitor.go("/")
    await other.go("/")
    card, late = visitor.card("When?"), other.card("When?")
    await visitor.page.route("**/vote", lambda route: route.fulfill(status=502, body="Bad gateway"))
    await card.get_by_label("Friday").check()
    await visitor.do("Vote", card)
    await expect(card.locator(".said")).to_contain_text("did not reach the server")
    await visitor.page.unroute_all()
    visitor.complaints.clear()
    await visitor.do("Vote", card)
    await expect(card.locator(".tally li").nth(1)).to_have_text("100% Friday your choice")
    await expect(card.locator(".poll")).to_be_focused()
    assert visitor.path == "/"
    await late.get_by_label("Monday").check()
    await late.get_by_role("button", name="Vote").click()
    await expect(late.locator(".poll [role=alert]")).to_be_visible()
    with pytest.raises(Invalid):
        await polls.vote(alpha.instance, await alpha.actor(who), asked.id, {0})
    other.complaints.clear()
