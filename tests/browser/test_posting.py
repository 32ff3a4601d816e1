"""Stories of people who write: what is posted, who sees it, and what can be done with it after."""

import pytest
from playwright.async_api import expect

from fedlearn.domain.audience import Reach
from fedlearn.domain.notifications import NotificationKind
from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_post_and_warning(alpha: Server, visit: Visit, who: str) -> None:
    """What was written stands on top of home; behind a warning it stays folded until opened."""
    writer = await visit(alpha, who)
    await writer.go("/")
    await writer.sees("Posts of the people you follow will be here.")
    await writer.write(text="The reading jumped <b>because</b> of my chair. #lab")
    await writer.press("Post")
    assert writer.path == "/"
    posted = writer.card("because")
    await expect(posted.locator(".text")).to_have_text(
        "The reading jumped <b>because</b> of my chair. #lab"
    )
    await expect(posted.locator(".mark")).to_have_attribute("title", "Everyone")
    await expect(writer.page.locator("textarea")).to_have_value("")
    await expect(posted.get_by_role("link", name="#lab")).to_have_attribute(
        "href", f"{writer.origin}/tags/lab"
    )

    await writer.page.get_by_title("Warning", exact=True).click()
    await writer.write(text="It is the second drawer.", content_warning="Answer to the puzzle")
    await writer.press("Post")
    answer = writer.card("Answer to the puzzle")
    await expect(writer.page.locator(".card").first).to_contain_text("Answer to the puzzle")
    await expect(answer.locator(".text")).to_be_hidden()
    await answer.get_by_text("Answer to the puzzle").click()
    await expect(answer.locator(".text")).to_be_visible()


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_only_here(alpha: Server, visit: Visit, who: str) -> None:
    """A post for the organisation says so wherever it stands; a stranger finds nothing there."""
    writer = await visit(alpha, who)
    await writer.go("/")
    await writer.page.get_by_label("Who can see it").select_option(
        "Only Alpha: never leaves this server"
    )
    await writer.write(text=f"Our numbers, {who}")
    await writer.press("Post")
    posted = writer.card("Our numbers")
    await expect(posted.locator(".mark")).to_have_text("only here")
    await writer.follow(posted.locator(".time"))
    await writer.sees("Only here: never leaves this server")
    # An answer cannot be wider than what it answers, and so offers nothing wider.
    choices = writer.page.get_by_label("Who can see it").locator("option")
    await expect(choices).to_have_text(
        ["Only Alpha: never leaves this server", "Only people I name"]
    )

    stranger = await visit(alpha)
    assert (await stranger.go(writer.path)).status == 404
    await stranger.go("/public")
    await stranger.misses(f"Our numbers, {who}")


async def test_too_long_comes_back(alpha: Server, visit: Visit, who: str) -> None:
    """What cannot be posted comes back as it was written, with what is wrong beside it."""
    writer = await visit(alpha, who)
    page, long = writer.page, "learn " * 90
    await writer.go("/")
    await page.get_by_label("Who can see it").select_option("followers")
    await page.get_by_title("Warning", exact=True).click()
    await writer.write(text=long, content_warning="Long")
    async with page.expect_response("**/statuses") as answered:
        await writer.press("Post")
    assert (await answered.value).status == 422
    field = page.get_by_label("Your post")
    await expect(field).to_have_value(long)
    await expect(field).to_have_accessible_description("44 characters too many: 500 fit in a post.")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Who can see it")).to_have_value("followers")
    await expect(page.get_by_label("Shown before the post is opened")).to_have_value("Long")

    await writer.write(text="Short enough")
    if writer.device.has_script:
        await expect(field).not_to_have_attribute("aria-invalid", "true")
        await expect(field).to_have_accessible_description("")
    await writer.press("Post")
    await expect(writer.card("Long").locator(".mark")).to_have_attribute("title", "Followers")


async def test_reply_edit_and_delete(alpha: Server, visit: Visit, who: str) -> None:
    """An answer stands below what it answers, too long or not; it is changed, then deleted."""
    question = await alpha.post(f"{who}_q", "Who knows how bees see?", reach=Reach.UNLISTED)
    thread = f"/@{who}_q/{question.id}"
    writer = await visit(alpha, who)
    page = writer.page
    await writer.go(thread)
    await writer.write(text="z" * 501)
    await writer.press("Reply", page.locator(".composer"))
    await writer.sees("1 characters too many")
    await writer.sees("Who knows how bees see?")
    await writer.write(text="In infrared")
    await writer.press("Reply", page.locator(".composer"))
    assert writer.path == thread
    answer = writer.card("In infrared")
    await expect(answer.locator(".to")).to_have_text(f"to {who}_q")
    await expect(answer.locator(".mark")).to_have_attribute(
        "title", "Everyone, kept out of public timelines"
    )

    await answer.get_by_title("More", exact=True).click()
    await writer.press("Edit", answer)
    await expect(page.get_by_label("Your post")).to_have_value("In infrared")
    await writer.write(text="In ultraviolet")
    await writer.press("Save")
    own_page = writer.path
    await writer.sees("edited")
    before = page.locator(".history")
    await expect(before.locator(".text")).to_be_hidden()
    await before.get_by_text("What it said before").click()
    await expect(before.locator(".text")).to_have_text("In infrared")

    changed = page.locator(".large")
    await changed.get_by_title("More", exact=True).click()
    await writer.press("Delete", changed)
    assert writer.path.partition("?")[0] == "/"
    await writer.misses("In ultraviolet")
    assert (await writer.go(own_page)).status == 404


async def test_boost_and_like_and_back(alpha: Server, visit: Visit, who: str) -> None:
    """A boost and a like are counted and told to the author; taken back, they never were."""
    author, reader = f"{who}_a", who
    posted = await alpha.post(author, "Worth passing on")
    await alpha.follow(reader, f"@{author}@{alpha.host}")
    visitor, told = await visit(alpha, reader), await visit(alpha, author)
    await visitor.go("/")
    card = visitor.card("Worth passing on")
    await visitor.do("Boost", card)
    await visitor.do("Like", card)
    place = "" if visitor.device.has_script else f"#s{posted.id}"
    assert visitor.page.url == f"{visitor.origin}/{place}"
    await expect(card.get_by_label("Take the boost back, 1 so far")).to_be_visible()
    await expect(card.get_by_label("Like no more, 1 so far")).to_be_visible()

    await told.go("/")
    await expect(told.page.locator(".badge")).to_have_text("3 new")
    await told.press("Notifications", exact=False)
    await told.sees(f"{reader} boosted your post")
    await told.sees(f"{reader} likes your post")
    await told.sees(f"{reader} follows you")

    await visitor.do("Take the boost back", card, exact=False)
    await visitor.do("Like no more", card, exact=False)
    await expect(card.get_by_title("Boost", exact=True)).to_be_visible()
    await expect(card.get_by_title("Like", exact=True)).to_be_visible()
    assert [one.kind for one in await alpha.notifications(author)] == [NotificationKind.FOLLOW]
