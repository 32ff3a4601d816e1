"""Somebody keeps words away, writes to a few, and reads what is public elsewhere."""

import pytest
from playwright.async_api import expect

from fedlearn.domain.audience import Reach
from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_words_are_kept_away(alpha: Server, visit: Visit, who: str) -> None:
    """A post with such words is folded under the name of the filter, opens, and can be left out."""
    word, author = f"wasps{who}", f"{who}_a"
    await alpha.user(author)
    await alpha.follow(who, f"@{author}@{alpha.host}")
    await alpha.post(author, f"So many {word} today")
    reader = await visit(alpha, who)
    await reader.go("/")
    await reader.sees(f"So many {word} today")
    await reader.go("/muted")
    await reader.press("Filters", reader.page.locator("main"))
    await reader.press("Make a filter")
    await reader.write(title="Insects", keyword_1=word.upper())
    await reader.press("Save")
    await reader.sees("Insects")
    await reader.go("/")
    text = reader.page.get_by_text(f"So many {word} today")
    await expect(text).to_be_hidden()
    await reader.page.get_by_text("Filtered: Insects").click()
    await expect(text).to_be_visible()
    await reader.go("/filters")
    await reader.follow(reader.page.get_by_role("link", name="Insects"))
    await reader.page.get_by_label("They are left out").check()
    await reader.press("Save")
    await reader.go("/")
    await reader.misses("Filtered: Insects")
    await reader.misses(word)


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_a_word_between_two(alpha: Server, visit: Visit, who: str) -> None:
    """A message says who will see it before it is sent; naming somebody in it adds nobody."""
    other, third = f"{who}_o", f"{who}_t"
    for name in (who, other, third):
        await alpha.user(name)
    await alpha.post(other, f"@{who} Do you have a minute?", reach=Reach.DIRECT)
    reader = await visit(alpha, who)
    await reader.go("/notifications")
    await reader.press("Messages", reader.page.locator("main"))
    await reader.follow(reader.page.get_by_role("link", name="Do you have a minute?"))
    await reader.sees(f"It goes to: @{other}")
    await reader.write(text=f"Yes. I ask @{third} as well.")
    await reader.press("Send")
    await reader.sees(f"I ask @{third} as well.")
    stranger = await visit(alpha, third)
    await stranger.go("/conversations")
    await stranger.misses(other)
    # Whoever is to join is added on purpose, and sees what is said from then on.
    await reader.page.get_by_text("Add somebody").click()
    await reader.write(text="Join us", adding=f"@{third}")
    await reader.press("Send")
    await reader.sees(f"@{third}")
    await stranger.go("/conversations")
    await stranger.follow(stranger.page.get_by_role("link", name="Join us"))
    await stranger.sees("Join us")
    await stranger.misses("Do you have a minute?")


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_public_posts_by_place(alpha: Server, visit: Visit, who: str) -> None:
    """What was written here, elsewhere, and anywhere is a tab each."""
    await alpha.post(who, f"Written here by {who}")
    reader = await visit(alpha, who)
    await reader.go("/public")
    await reader.sees(f"Written here by {who}")
    await reader.press("Everywhere")
    await reader.sees(f"Written here by {who}")
    await reader.press("Other servers")
    await reader.misses(f"Written here by {who}")
    assert reader.path == "/public/remote"


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_timelines_are_near(alpha: Server, visit: Visit, who: str) -> None:
    """From any page every timeline is two presses away, and so is the deck, on a phone, too."""
    reader = await visit(alpha, who)
    places = reader.page.get_by_role("navigation", name="Places")
    timelines = reader.page.get_by_role("navigation", name="Timelines")
    for words, path in {
        "Here": "/public",
        "Everywhere": "/public/all",
        "Other servers": "/public/remote",
    }.items():
        await reader.go("/notifications")
        await reader.press("Home", places)
        await reader.press(words, timelines)
        assert reader.path == path
        await reader.press("Home", timelines)
        assert reader.path == "/"
    await reader.go("/notifications")
    await reader.press("You", places)
    await reader.press("Deck", reader.page.locator("main"))
    assert reader.path == "/deck"
