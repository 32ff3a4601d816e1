"""Stories of somebody who writes: what the composer says, completes, keeps and sends by itself."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, Route, expect

from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import now
from fedlearn.domain.media import Focus
from fedlearn.services import scheduling
from fedlearn.text.moments import write_local
from tests.browser.conftest import Visit
from tests.browser.visitor import DESKTOP, DEVICES, PHONE, TWO_DEVICES
from tests.clock import DAY
from tests.federation.server import Server
from tests.pictures import photograph

pytestmark = pytest.mark.asyncio(loop_scope="session")

WITH_SCRIPT = [one for one in DEVICES if one.has_script]
EXAMPLES = json.loads(
    (Path(__file__).parents[1] / "unit" / "lengths.json").read_text(encoding="utf-8")
)
BEE: FilePayload = {"name": "bee.jpg", "mimeType": "image/jpeg", "buffer": photograph()}
LENGTHS = """async texts => {
    const loader = document.querySelector('script[type=module]').src;
    const { lengthOf } = await import(loader.replace('fedlearn.js', 'lengths.js'));
    return texts.map(lengthOf);
}"""
PASTE = """(text, bytes) => {
    const files = new DataTransfer();
    files.items.add(new File([Uint8Array.from(bytes)], "pasted.jpg", { type: "image/jpeg" }));
    text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: files, bubbles: true }));
}"""


@pytest.mark.parametrize("device", [DESKTOP], indirect=True)
async def test_length_is_counted_alike(alpha: Server, visit: Visit, who: str) -> None:
    """The browser counts every example as the server does."""
    writer = await visit(alpha, who)
    await writer.go("/")
    counted = await writer.page.evaluate(LENGTHS, [text for text, _ in EXAMPLES])
    assert counted == [length for _, length in EXAMPLES]


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_it_says_who_will_see(alpha: Server, visit: Visit, who: str) -> None:
    """The sentence follows the choice; with script it also names who is named, and warns."""
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    says = page.locator("#says")
    await expect(says.locator(":scope > :visible")).to_have_text(
        "Anybody can read it, here and on other servers. Nobody follows you yet."
    )
    await page.get_by_label("Who can see it").select_option("org")
    await expect(says.locator(":scope > :visible")).to_contain_text("nobody else, ever")
    if writer.device.has_script:
        await writer.write(text="for @eve@elsewhere.example ")
        await expect(page.locator("[data-warning]")).to_contain_text("cannot see what stays here")
        await page.get_by_label("Who can see it").select_option("direct")
        await expect(says.locator(":scope > :visible")).to_have_text(
            "Only @eve@elsewhere.example on elsewhere.example can read it."
        )
        await expect(page.locator("[data-warning]")).to_be_hidden()


@pytest.mark.parametrize("device", WITH_SCRIPT, indirect=True)
async def test_names_are_completed(alpha: Server, visit: Visit, who: str) -> None:
    """By keyboard or touch what was begun is completed; Escape puts the list away."""
    await alpha.user("beekeeper")
    await alpha.post("beekeeper", "#beeswax")
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    text = page.locator("textarea[name=text]")
    await text.press_sequentially("Dear @beek")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await expect(options).to_have_count(1)
    await expect(text).to_have_attribute("aria-activedescendant", "completion-0")
    await expect(page.locator("[data-told]")).to_have_text("1 suggestion")
    if writer.device.is_phone:
        await options.first.tap()
    else:
        await text.press("Enter")
    await expect(text).to_have_value("Dear @beekeeper ")
    await expect(text).to_be_focused()
    await text.press_sequentially("#beesw")
    await expect(options).to_have_count(1)
    await text.press("Escape")
    await expect(options).to_have_count(0)
    await text.press_sequentially("a")
    await expect(options).to_have_count(1)
    await text.press("Tab")
    await text.press_sequentially(":honeyb")
    await expect(options).to_have_count(1)
    await text.press("Enter")
    await expect(text).to_have_value("Dear @beekeeper #beeswax 🐝 ")


@pytest.mark.parametrize("device", [PHONE], indirect=True)
async def test_draft_survives_a_reload(alpha: Server, visit: Visit, who: str) -> None:
    """What was written and uploaded is there again, until it is sent, or somebody else signs in."""
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    await page.get_by_title("Add pictures, a video or a sound").click()
    await page.get_by_label("Choose files").set_input_files(BEE)
    await page.get_by_label("What does it show?").fill("A bee")
    await page.get_by_label("Who can see it").select_option("followers")
    await writer.write(text="Half a thought")
    await page.wait_for_function(
        "() => Object.values(localStorage).some(one => one.includes('Half a'))"
    )
    await writer.go("/search")
    await writer.go("/")
    await expect(page.locator("textarea[name=text]")).to_have_value("Half a thought")
    await expect(page.get_by_label("Who can see it")).to_have_value("followers")
    await expect(page.get_by_label("What does it show?")).to_have_value("A bee")
    await writer.press("Post")
    await expect(writer.card("Half a thought").locator(".attachments img")).to_have_attribute(
        "alt", "A bee"
    )
    await writer.go("/")
    await expect(page.locator("textarea[name=text]")).to_have_value("")

    await writer.write(text="Private")
    await page.wait_for_function("() => localStorage.length === 1")
    await writer.go("/settings")
    await writer.press("Sign out")
    assert await page.evaluate("localStorage.length") == 0


def answering(waits: asyncio.Event, **answer: Any) -> Callable[[Route], Awaitable[None]]:
    """Who stands between a browser and the server, and answers after a while."""

    async def refuse(route: Route) -> None:
        await waits.wait()
        await route.fulfill(**answer)

    return refuse


@pytest.mark.parametrize("device", WITH_SCRIPT, indirect=True)
async def test_sent_in_place_once(alpha: Server, visit: Visit, who: str) -> None:
    """Two quick clicks make one post; what is wrong stands beside the text; nothing is lost."""
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    await page.evaluate("window.isStill = true")
    await writer.write(text="Only once")
    await page.get_by_role("button", name="Post", exact=True).dblclick()
    await expect(writer.card("Only once")).to_be_visible()
    await expect(page.locator("textarea[name=text]")).to_have_value("")
    await writer.write(text="x" * 501)
    await writer.press("Post")
    await expect(page.locator("#error-text")).to_contain_text("1 characters too many")
    await expect(page.locator("textarea[name=text]")).to_be_focused()
    await writer.write(text="Short")
    await writer.press("Post")
    await expect(page.locator(".card").first).to_contain_text("Short")
    assert await page.evaluate("window.isStill")
    assert len(await alpha.home(who)) == 2

    await page.context.set_offline(True)
    await writer.write(text="On the train")
    await page.get_by_role("button", name="Post", exact=True).click()
    await expect(page.locator("[data-failure]")).to_contain_text("What you wrote is still here")
    await page.context.set_offline(False)
    offline = ("INTERNET_DISCONNECTED", "nothing was sent")
    assert all(any(why in one for why in offline) for one in writer.complaints)
    writer.complaints.clear()
    # Whatever comes instead of an answer is told, and until it comes nobody writes in vain.
    waits = asyncio.Event()
    told: dict[str, dict[str, Any]] = {
        "a little slower": {"status": 429, "json": {"error": "a little slower"}},
        "What you wrote is still here": {"status": 503, "json": {"error": "no space left"}},
    }
    for words, answer in told.items():
        waits.clear()
        await page.route("**/statuses", answering(waits, **answer))
        await page.get_by_role("button", name="Post", exact=True).click()
        await expect(page.locator("textarea[name=text]")).not_to_be_editable()
        waits.set()
        await expect(page.locator("[data-failure]")).to_contain_text(words)
        await expect(page.locator("textarea[name=text]")).to_be_editable()
        await page.unroute_all()
    writer.complaints.clear()
    await writer.press("Post")
    await expect(writer.card("On the train")).to_be_visible()


@pytest.mark.parametrize("device", [DESKTOP], indirect=True)
async def test_messages_and_edits_are_composed(alpha: Server, visit: Visit, who: str) -> None:
    """Drafts of them are kept even if one leaves at once, names completed, the way back is a key, and nothing is lost offline."""
    posted = await alpha.post(who, "Before")
    await alpha.post(f"{who}_a", f"@{who} psst", reach=Reach.DIRECT)
    [shown] = await alpha.conversations(who)
    address = f"/conversations/{shown.conversation.id}"
    writer = await visit(alpha, who)
    page, text = writer.page, writer.page.locator("textarea[name=text]")
    for path, said in ((address, "I see"), (f"/statuses/{posted.id}/edit", "After")):
        await writer.go(path)
        await writer.module("drafts")
        await writer.write(text=said)
        await page.reload()
        await expect(text).to_have_value(said)
    await writer.press("Save")
    await expect(writer.card("After")).to_be_visible()
    await writer.go(f"/statuses/{posted.id}/edit")
    await expect(text).to_have_value("After")

    await writer.go("/conversations")
    await page.get_by_text("Write to somebody").click()
    await page.locator("#to").press_sequentially(f"@{who}_a")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.locator("#to").press("Enter")
    await expect(page.locator("#to")).to_have_value(f"@{who}_a ")
    await writer.write(to="")

    await writer.go(address)
    await expect(text).to_have_value("I see")
    await text.press("End")
    await text.press_sequentially(f" @{who}_a")
    await expect(page.get_by_role("option")).to_have_count(1)
    await text.press("Tab")
    await page.context.set_offline(True)
    await text.press("Control+Enter")
    await expect(page.locator("[data-failure]")).to_contain_text("What you wrote is still here")
    await page.context.set_offline(False)
    writer.complaints.clear()
    await text.press("Control+Enter")
    await expect(writer.card(f"I see @{who}_a")).to_be_visible()
    await expect(text).to_have_value("")
    assert await page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("device", [DESKTOP], indirect=True)
async def test_picture_is_pasted_and_aimed_at(alpha: Server, visit: Visit, who: str) -> None:
    """A pasted picture is uploaded; a click on it says what stays visible; rows change places."""
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    text = page.locator("textarea[name=text]")
    for count in (1, 2):
        await text.evaluate(PASTE, list(photograph(60, 60)))
        await expect(page.locator(".picture-row")).to_have_count(count)
    first = page.locator(".picture-row").first
    await first.get_by_label("What does it show?").fill("First")
    look = first.locator("[data-focus]")
    box = await look.bounding_box()
    assert box is not None
    await look.click(position={"x": 1, "y": 1})
    await expect(first.locator(".spot")).to_be_visible()
    await page.get_by_role("button", name="Earlier").last.click()
    await page.get_by_role("button", name="Post", exact=True).click()
    await expect(page.locator(".card .attachments img")).to_have_count(2)
    [view] = await alpha.home(who)
    assert [one.description for one in view.attachments] == ["", "First"]
    assert view.attachments[1].focus is not None
    assert view.attachments[1].focus.x < -0.9
    assert view.attachments[1].focus.y > 0.9
    assert view.attachments[0].focus in {None, Focus(0, 0)}


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_posted_later(alpha: Server, visit: Visit, who: str) -> None:
    """What is to come has a page where it is moved, changed and called off."""
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    await page.get_by_title("Language and time").click()
    at, later = (write_local(now() + days * DAY, "UTC") for days in (1, 2))  # type: ignore[arg-type]
    await writer.write(text="Good morning", scheduled_at=at)
    await writer.press("Post")
    assert writer.path == "/scheduled"
    await writer.sees("Good morning")
    await page.get_by_label("Another time").fill(later)
    await writer.press("Change the time")
    await expect(page.get_by_label("Another time")).to_have_value(later)
    await writer.press("Change the post")
    await writer.write(text="Good evening")
    await writer.press("Save")
    await writer.sees("Good evening")
    [planned] = await scheduling.scheduled_views(alpha.instance, await alpha.actor(who))
    assert planned.draft.text == "Good evening"
    await writer.press("Delete")
    await writer.sees("What you post later will wait here.")


@pytest.mark.parametrize("device", WITH_SCRIPT, indirect=True)
async def test_list_is_in_nobodys_way(alpha: Server, visit: Visit, who: str) -> None:
    """While something could be completed, a click on the button sends all the same."""
    await alpha.post("beekeeper", "#candles")
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go("/")
    await page.locator("textarea[name=text]").press_sequentially("#cand")
    await expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    await page.get_by_role("button", name="Post", exact=True).click()
    await expect(writer.card("#cand")).to_be_visible()
