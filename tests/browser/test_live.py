"""What pages do while they stay open: they tell what is new, and move nothing."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from fedlearn.domain.audience import Reach
from fedlearn.services import devices, favourites, statuses
from fedlearn.settings import Settings
from tests.browser.conftest import Visit
from tests.browser.running import at_rest, serve
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.federation.server import Server

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("device", [DESKTOP, PHONE], indirect=True),
]

IS_LIVE = "html[data-live]"


async def open_live(visitor: Visitor, path: str) -> None:
    """Come to a page, and wait until it hears what is new."""
    await visitor.go(path)
    await expect(visitor.page.locator(IS_LIVE)).to_have_count(1)


async def press_new(page: Page, count: str) -> None:
    """Press the button that says how many are new."""
    await page.get_by_role("link", name=f"{count} new", exact=True).click()


async def test_reply_on_one_server_shows_on_the_other(
    alpha: Server, beta: Server, visit: Visit, who: str
) -> None:
    """An answer given on one server shows on the open page of the other, without reloading it."""
    ann, bob = f"{who}_ann", f"{who}_bob"
    await beta.user(bob)
    await alpha.follow(ann, f"@{bob}@{beta.host}")
    await at_rest(alpha, beta)
    asked = await beta.post(bob, "How do bees see?")
    at_alpha, at_beta = await visit(alpha, ann), await visit(beta, bob)
    await open_live(at_beta, f"/@{bob}/{asked.id}")
    await open_live(at_alpha, "/")
    await at_rest(alpha, beta)
    await expect(at_alpha.card("How do bees see?")).to_have_count(1)

    await at_alpha.press("Reply", at_alpha.card("How do bees see?"))
    await at_alpha.page.get_by_label("Your reply").fill(f"@{bob}@{beta.host} In ultraviolet")
    await at_alpha.press("Reply", at_alpha.page.locator(".composer"))
    await press_new(at_beta.page, "1")
    answer = at_beta.card("In ultraviolet")
    await expect(answer).to_be_focused()
    await expect(answer.locator(".author")).to_contain_text(f"@{ann}@{alpha.host}")
    # That ann follows is the other of these.
    await expect(at_beta.page.locator(".places .badge")).to_have_text("2 new")
    await expect(at_beta.page).to_have_title(re.compile(r"^\(2\) "))

    seen = await alpha.seen_by(ann, asked.status.uri)
    assert seen is not None
    await beta.reply(bob, asked.status.uri, f"@{ann}@{alpha.host} Thank you")
    await press_new(at_alpha.page, "1")
    await expect(at_alpha.card("Thank you")).to_be_focused()


async def test_nothing_moves_until_it_is_pressed(alpha: Server, visit: Visit, who: str) -> None:
    """New posts wait behind their count while somebody reads, and come in at the top when pressed."""
    ann, bob = f"{who}_ann", f"{who}_bob"
    for number in range(12):
        await alpha.post(bob, f"Old post {number} " + "and so on " * 30)
    await alpha.follow(ann, f"@{bob}@{alpha.host}")
    visitor = await visit(alpha, ann)
    page = visitor.page
    await open_live(visitor, "/")
    reading = visitor.card("Old post 5")
    await reading.scroll_into_view_if_needed()
    before = await reading.bounding_box()
    for number in range(3):
        await alpha.post(bob, f"New post {number}")
    news = page.get_by_role("link", name="3 new", exact=True)
    await expect(news).to_be_in_viewport()
    assert await reading.bounding_box() == before
    assert await page.locator(".card").count() == 12
    await news.click()
    await expect(page.locator(".card")).to_have_count(15)
    await expect(visitor.card("New post 2")).to_be_focused()
    await expect(visitor.card("New post 2")).to_be_in_viewport()
    await expect(news).to_be_hidden()
    texts = await page.locator(".card .text").all_inner_texts()
    assert texts[:3] == ["New post 2", "New post 1", "New post 0"]


async def test_cards_change_and_go_in_place(alpha: Server, visit: Visit, who: str) -> None:
    """An edit shows on the card that is open, a deleted post goes, and others stay as they are."""
    ann, bob = f"{who}_ann", f"{who}_bob"
    views = [await alpha.post(bob, f"Post {number}") for number in range(3)]
    await alpha.follow(ann, f"@{bob}@{alpha.host}")
    visitor, author = await visit(alpha, ann), await alpha.actor(bob)
    await open_live(visitor, "/")
    await statuses.edit_status(alpha.instance, author, views[1].id, "Said better", "")
    await expect(visitor.page.locator(f"#s{views[1].id} .text")).to_have_text("Said better")
    await statuses.delete_status(alpha.instance, author, views[0].id)
    await expect(visitor.page.locator(f"#s{views[0].id}")).to_have_count(0)
    await expect(visitor.page.locator(".card")).to_have_count(2)

    await open_live(visitor, f"/@{bob}/{views[2].id}")
    await statuses.edit_status(alpha.instance, author, views[2].id, "Said best", "")
    await expect(visitor.page.locator(".card.large .text")).to_have_text("Said best")


async def test_bell_counts(alpha: Server, visit: Visit, who: str) -> None:
    """The bell and the title count what waits on any page; the list of it takes new ones in."""
    ann, bob = f"{who}_ann", f"{who}_bob"
    view = await alpha.post(ann, "Bees sleep")
    elsewhere, visitor = await visit(alpha, ann), await visit(alpha, ann)
    for one, path in ((elsewhere, "/public"), (visitor, "/notifications")):
        await open_live(one, path)
        await expect(one.page.locator(".places .badge")).to_be_hidden()
    await favourites.favourite(alpha.instance, await alpha.actor(bob), view.id)
    for one in (elsewhere, visitor):
        await expect(one.page.locator(".places .badge")).to_have_text("1 new")
        await expect(one.page).to_have_title(re.compile(r"^\(1\) "))
    await press_new(visitor.page, "1")
    await expect(visitor.page.locator(".notification")).to_contain_text(f"{bob} likes your post")
    for one in (elsewhere, visitor):
        await expect(one.page.locator(".places .badge")).to_be_hidden()


async def test_messages_come_below(alpha: Server, visit: Visit, who: str) -> None:
    """In an open conversation what somebody says comes below what was said, when it is pressed."""
    ann, bob = f"{who}_ann", f"{who}_bob"
    await alpha.user(bob)
    asked = await alpha.post(ann, f"@{bob} Do you know?", reach=Reach.DIRECT)
    visitor = await visit(alpha, ann)
    await visitor.go("/conversations")
    await visitor.follow(visitor.page.get_by_text("Do you know?"))
    await expect(visitor.page.locator(IS_LIVE)).to_have_count(1)
    await alpha.reply(bob, asked.status.uri, "I do", reach=Reach.DIRECT)
    await press_new(visitor.page, "1")
    await expect(visitor.page.locator(".card").last).to_contain_text("I do")
    await expect(visitor.page.locator(".card").last).to_be_focused()


async def test_answers_stand_where_they_belong(alpha: Server, visit: Visit, who: str) -> None:
    """New answers come below what they answer, as deep as the page would show them when reloaded."""
    root = await alpha.post(who, "Root")
    first = await alpha.reply(who, root.status.uri, "First")
    below = await alpha.reply(who, first.status.uri, "Below first")
    await alpha.reply(who, root.status.uri, "Second")
    visitor = await visit(alpha, who)
    await open_live(visitor, f"/@{who}/{root.id}")
    await alpha.reply(who, root.status.uri, "New third")
    await alpha.reply(who, first.status.uri, "New below first")
    await alpha.reply(who, below.status.uri, "New below that")
    await press_new(visitor.page, "3")
    answers = visitor.page.locator(".answer")
    await expect(answers).to_have_count(6)

    async def shown() -> list[tuple[str, str]]:
        depths = [await one.get_attribute("class") or "" for one in await answers.all()]
        return list(zip(await answers.locator(".text").all_inner_texts(), depths, strict=True))

    put_in = await shown()
    await visitor.go(visitor.path)
    assert put_in == await shown()


async def test_page_that_is_left_and_come_back_to(alpha: Server, visit: Visit, who: str) -> None:
    """Left for another page the stream ends; taken from the browser's memory, the page catches up."""
    ann, bob = f"{who}_ann", f"{who}_bob"
    await alpha.user(bob)
    await alpha.follow(ann, f"@{bob}@{alpha.host}")
    visitor = await visit(alpha, ann)
    await open_live(visitor, "/")
    await visitor.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    await expect(visitor.page.locator(IS_LIVE)).to_have_count(0)
    await alpha.post(bob, "Meanwhile")
    await visitor.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    await press_new(visitor.page, "1")
    await expect(visitor.card("Meanwhile")).to_be_focused()


async def test_server_that_stops_and_starts(
    tmp_path: Path, sqlite_settings: Settings, visit: Visit, who: str
) -> None:
    """After the server was away, the page catches up by itself: what is new, edited and gone."""
    (tmp_path / "data").mkdir()
    shutil.copyfile(sqlite_settings.sqlite_path, tmp_path / "data" / "fedlearn.db")
    async with serve(tmp_path) as server:
        port = int(server.host.rpartition(":")[2])
        author = await server.actor(who)
        edited, gone = [await server.post(who, f"Post {number}") for number in range(2)]
        visitor = await visit(server, who)
        await open_live(visitor, "/")
    await expect(visitor.page.locator(IS_LIVE)).to_have_count(0)
    async with serve(tmp_path, port=port) as server:
        await server.post(who, "Meanwhile")
        await statuses.edit_status(server.instance, author, edited.id, "Said better", "")
        await statuses.delete_status(server.instance, author, gone.id)
        await expect(visitor.page.locator(IS_LIVE)).to_have_count(1, timeout=20_000)
        await press_new(visitor.page, "1")
        texts = visitor.page.locator(".card .text")
        await expect(texts).to_have_text(["Meanwhile", "Said better"])
        # The browser has noted that nobody answered.
        visitor.complaints.clear()
        await visitor.page.goto("about:blank")


async def test_signed_out_elsewhere(alpha: Server, visit: Visit, who: str) -> None:
    """When the session is ended on another device, the page hears nothing more."""
    visitor = await visit(alpha, who)
    await open_live(visitor, "/")
    await devices.sign_out_others(alpha.instance, await alpha.user(who), "another session")
    await expect(visitor.page.locator(IS_LIVE)).to_have_count(0)
    await alpha.post(who, "After that")
    await expect(visitor.card("After that")).to_have_count(0)
