"""Several timelines side by side: arranged by a person, live, and on a phone one at a time."""

import pytest
from playwright.async_api import Locator, expect

from fedlearn.services import accounts
from tests.browser.conftest import Visit
from tests.browser.visitor import DESKTOP, DEVICES, PHONE, TWO_DEVICES, Visitor
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


def column(visitor: Visitor, title: str) -> Locator:
    """The column of this name."""
    heading = visitor.page.get_by_role("heading", name=title, exact=True)
    return visitor.page.locator(".deck-column").filter(has=heading)


async def shown(visitor: Visitor) -> list[str]:
    """What the columns are called, from left to right; the last one is where some are added."""
    return [one.strip() for one in await visitor.page.locator(".deck-head h2").all_inner_texts()]


async def add(visitor: Visitor, kind: str, of: str) -> None:
    """Add a column of what is typed."""
    await visitor.page.get_by_label("Or what you look for").select_option(kind)
    await visitor.write(of=of)
    await visitor.press("Add", visitor.page.locator("#add"))


@pytest.mark.parametrize("device", DEVICES, indirect=True)
async def test_columns_are_arranged_by_hand(alpha: Server, visit: Visit, who: str) -> None:
    """By forms alone, on each width, columns are added, moved and removed."""
    await alpha.post(who, f"About bees #{who}")
    visitor = await visit(alpha, who)
    await visitor.go("/deck")
    first = ["Home", "Notifications", "Public here", "Add a column"]
    assert await shown(visitor) == first
    await add(visitor, "tag", f"#{who}")
    assert await shown(visitor) == [*first[:-1], f"#{who}", first[-1]]
    await expect(column(visitor, f"#{who}")).to_be_in_viewport()
    await expect(column(visitor, f"#{who}")).to_contain_text("About bees")
    for act, expected in {
        "Move left": ["Home", "Notifications", f"#{who}", "Public here"],
        "Remove this column": ["Home", "Notifications", "Public here"],
    }.items():
        menu = column(visitor, f"#{who}").locator(".deck-head details")
        await menu.locator("summary").click()
        await visitor.press(act, menu)
        assert (await shown(visitor))[:-1] == expected
    await visitor.page.get_by_label("Or what you look for").select_option("profile")
    await visitor.write(of="@nobody_of_this_name")
    await visitor.press("Add", visitor.page.locator("#add"))
    await visitor.sees("Nobody was found by this name.")
    await expect(visitor.page.locator("#of")).to_have_value("@nobody_of_this_name")


@pytest.mark.parametrize("device", [DESKTOP], indirect=True)
async def test_every_column_goes_on(alpha: Server, visit: Visit, who: str) -> None:
    """One stream tells each column of what is new there, a search too; it comes in when pressed."""
    ann, bob = f"{who}_ann", f"{who}_bob"
    await accounts.change_profile(
        alpha.instance, await alpha.actor(bob), name=bob, bio="", is_indexable=True
    )
    visitor = await visit(alpha, ann)
    streams: list[str] = []
    visitor.page.on("request", lambda one: streams.append(one.url) if "/live?" in one.url else None)
    await visitor.go("/deck")
    await add(visitor, "search", f"waggle{who}")
    await expect(visitor.page.locator("html[data-live]")).to_have_count(1)
    streams.clear()
    await visitor.go("/deck")
    await expect(visitor.page.locator("html[data-live]")).to_have_count(1)
    await alpha.post(bob, f"They waggle{who}, @{ann}")
    news = {
        title: column(visitor, title).get_by_role("link", name="1 new", exact=True)
        for title in ("Notifications", "Public here", f"waggle{who}")
    }
    for link in news.values():
        await expect(link).to_be_visible()
    await expect(column(visitor, "Home").locator("[data-news]")).to_be_hidden()
    await news[f"waggle{who}"].click()
    await expect(column(visitor, f"waggle{who}").locator(".card")).to_be_focused()
    await expect(news["Public here"]).to_be_visible()
    await news["Notifications"].click()
    await expect(column(visitor, "Notifications").locator(".notification").first).to_contain_text(
        f"They waggle{who}"
    )
    await expect(visitor.page.locator(".places .badge")).to_be_hidden()
    assert len(streams) == 1


@pytest.mark.parametrize("device", [DESKTOP], indirect=True)
async def test_columns_stand_side_by_side(alpha: Server, visit: Visit, who: str) -> None:
    """From 1,000 px columns have their widths and scroll by themselves; what is older comes in place."""
    for number in range(25):
        await alpha.post(who, f"Number {number:02} " + "and so on " * 20)
    visitor = await visit(alpha, who)
    for width in (1000, 1280, 1900):
        await visitor.draw_window(width)
        await visitor.go("/deck")
        boxes = [
            await one.bounding_box() for one in await visitor.page.locator(".deck-column").all()
        ]
        assert all(box and 340 <= box["width"] <= 400 for box in boxes), width
        assert len({box["y"] for box in boxes if box}) == 1
    await expect(visitor.page.locator("html[data-live]")).to_have_count(1)
    await expect(visitor.page.locator("[data-news]").filter(visible=True)).to_have_count(0)
    home, public = column(visitor, "Home"), column(visitor, "Public here")
    await home.get_by_role("link", name="Older").click()
    await expect(home.locator(".card")).to_have_count(20)
    await expect(home.locator(".card").nth(10)).to_be_focused()
    await expect(public.locator(".card")).to_have_count(10)
    await home.get_by_role("link", name="Older").click()
    await expect(home.locator(".card")).to_have_count(25)
    await expect(home).to_contain_text("You are up to date.")
    assert await public.evaluate("one => one.scrollTop") == 0
    await visitor.page.keyboard.press("ArrowRight")
    await expect(column(visitor, "Notifications")).to_be_focused()


@pytest.mark.parametrize("device", [PHONE], indirect=True)
async def test_columns_are_tabs_on_a_phone(alpha: Server, visit: Visit, who: str) -> None:
    """On a phone one column fills the window, and tabs lead to the others."""
    await alpha.post(who, "Bees sleep")
    visitor = await visit(alpha, who)
    await visitor.go("/deck")
    await expect(column(visitor, "Home")).to_be_in_viewport(ratio=0.9)
    tabs = visitor.page.get_by_role("navigation", name="Columns")
    await tabs.get_by_role("link", name="Public here").click()
    await expect(column(visitor, "Public here")).to_be_in_viewport(ratio=0.9)
    await expect(column(visitor, "Home")).not_to_be_in_viewport()
    await expect(tabs.locator("[aria-current]")).to_have_text("Public here")
    await visitor.look_over()


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_deck_is_found(alpha: Server, visit: Visit, who: str) -> None:
    """The deck is in the rail, and on a phone on one's own page."""
    visitor = await visit(alpha, who)
    await visitor.go(f"/@{who}")
    await visitor.press("Deck")
    assert visitor.path == "/deck"
