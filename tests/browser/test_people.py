"""Stories of people with people: what they say of themselves, are told, report, and where they move."""

import pytest
from playwright.async_api import expect

from fedlearn.services import accounts, reports
from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server, settle

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("device", TWO_DEVICES, indirect=True),
]


async def test_lines_and_tabs(alpha: Server, visit: Visit, who: str) -> None:
    """What one writes about oneself stands on the profile, whose tabs each show their part."""
    other = await alpha.post(f"{who}_a", "What do bees do?")
    await alpha.post(who, "A beginning")
    await alpha.reply(who, other.status.uri, "They dance")
    await alpha.follow(f"{who}_a", f"@{who}@{alpha.host}")
    visitor = await visit(alpha, who)
    await visitor.go("/settings")
    fields = {"field_0_name": "Ask me about", "field_0_value": "bees", "field_1_name": "Web"}
    await visitor.write(**fields, field_1_value="https://bees.example/about")
    await visitor.press("Save", visitor.page.locator("form[action='/settings/profile']"))
    await visitor.sees("Ask me about")
    link = visitor.page.get_by_role("link", name="bees.example")
    await expect(link).to_have_attribute("rel", "me nofollow noopener")
    tabs = visitor.page.get_by_role("navigation", name="On this profile")
    await visitor.misses("They dance")
    await visitor.press("Posts and replies", tabs)
    await visitor.sees("They dance")
    await visitor.press("Followers", tabs)
    await expect(visitor.page.locator("main .author")).to_contain_text([f"{who}_a"])
    await visitor.press("Media", tabs)
    await visitor.sees("No posts with pictures, videos or sounds to see here yet.")
    await visitor.press("Posts", tabs)
    await visitor.sees("A beginning")
    assert visitor.path == f"/@{who}"


async def test_bell(alpha: Server, visit: Visit, who: str) -> None:
    """Who presses the bell of somebody whom they follow is told of the next post."""
    await alpha.actor(f"{who}_a")
    visitor = await visit(alpha, who)
    await visitor.go(f"/@{who}_a")
    bell = visitor.page.get_by_role("button", name="Tell me of each post")
    await expect(visitor.page.locator("form.bell")).to_be_hidden()
    await visitor.do("Follow")
    await expect(bell).to_have_attribute("aria-pressed", "false")
    await visitor.follow(bell)
    await expect(bell).to_have_attribute("aria-pressed", "true")
    await alpha.post(f"{who}_a", "News of the hive")
    await visitor.go("/notifications")
    await visitor.sees(f"{who}_a has posted")
    await visitor.sees("News of the hive")


async def test_choosing_and_putting_aside(alpha: Server, visit: Visit, who: str) -> None:
    """What strangers do is put aside if one wishes so, looked at there, and let in."""
    await alpha.actor(who)
    visitor = await visit(alpha, who)
    await visitor.go("/notifications")
    await visitor.press("What you are told")
    choice = visitor.page.get_by_label("What people do whom I do not follow")
    await choice.select_option(label="Put it aside")
    await visitor.press("Save")
    await visitor.sees("From now on it is as you say.")
    await expect(choice).to_have_value("filter")
    await alpha.post(f"{who}_a", f"@{who} a word from nobody you know")
    await visitor.go("/notifications/mentions")
    await visitor.misses("a word from nobody you know")
    await visitor.go("/notifications")
    await visitor.press("Put aside: what 1 person did whom you may not know")
    await visitor.press("Look at 1")
    await visitor.sees("a word from nobody you know")
    await visitor.press("Let in")
    await visitor.sees("Nothing is put aside.")
    await visitor.go("/notifications/mentions")
    await visitor.sees("a word from nobody you know")


async def test_report(alpha: Server, visit: Visit, who: str) -> None:
    """From the menu of a post one reports it, is thanked, and can keep its author away."""
    post = await alpha.post(f"{who}_a", "Buy my honey")
    visitor = await visit(alpha, who)
    await visitor.go(f"/@{who}_a/{post.id}")
    card = visitor.card("Buy my honey")
    await card.locator("summary[title=More]").click()
    await visitor.press("Report", card)
    await expect(visitor.page.get_by_label("Buy my honey")).to_be_checked()
    await visitor.page.get_by_label("It is spam").check()
    await visitor.write(comment="Every day")
    await visitor.press("Send the report")
    await visitor.sees("Your report is sent.")
    kept = [one for one in await reports.all_reports(alpha.instance) if one.comment == "Every day"]
    assert post.status.uri in {uri for one in kept for uri in one.statuses}
    await visitor.press("Block")
    await visitor.misses("see less of")


async def test_requests(alpha: Server, visit: Visit, who: str) -> None:
    """Who is asked before somebody follows finds all who ask, and answers each."""
    actor = await alpha.actor(who)
    await accounts.change_profile(alpha.instance, actor, name="", bio="", is_locked=True)
    for number in range(4):
        await alpha.follow(f"{who}_{number}", f"@{who}@{alpha.host}")
    visitor = await visit(alpha, who)
    await visitor.go(f"/@{who}")
    await visitor.press("4 ask to follow you")
    await visitor.press("Accept")
    await visitor.press("Decline")
    await expect(visitor.page.get_by_role("button", name="Accept")).to_have_count(2)
    await visitor.go("/notifications")
    await visitor.sees("They ask to follow you")


async def test_moving(alpha: Server, beta: Server, visit: Visit, who: str) -> None:
    """Somebody names the old account at the new one, moves, and the old profile leads there."""
    await alpha.actor(who)
    await beta.actor(who)
    there, here = await visit(beta, who), await visit(alpha, who)
    await there.go("/settings")
    await there.press("Moving")
    await there.write(alias=f"@{who}@{alpha.host}")
    await there.press("It is mine")
    await there.sees("That account can move here from now on.")
    await here.go("/settings/moving")
    await here.write(target=f"@{who}@{beta.host}")
    await here.press("Move there with my followers")
    await here.sees("You have moved.")
    await settle(alpha, beta)
    stranger = await visit(alpha)
    await stranger.go(f"/@{who}")
    await stranger.sees(f"has moved to @{who}@{beta.host}")
    await here.press("Come back")
    await here.sees("You are back.")


async def test_kept_away(alpha: Server, visit: Visit, who: str) -> None:
    """Somebody is muted for a day and heard again, blocked and let in again; so is a whole server."""
    other = f"{who}_a"
    await alpha.post(other, "Loud words")
    await alpha.follow(who, f"@{other}@{alpha.host}")
    visitor = await visit(alpha, who)
    main = visitor.page.locator("main")
    await visitor.go(f"/@{other}")
    await main.get_by_text("More", exact=True).click()
    await visitor.page.get_by_label("Keep their posts and boosts").select_option(str(24 * 3600))
    await visitor.press("Mute")
    await visitor.go("/")
    await visitor.misses("Loud words")
    await visitor.go("/muted")
    await visitor.sees("Until")
    await visitor.press("Unmute")
    await visitor.go("/")
    await visitor.sees("Loud words")
    await visitor.go(f"/@{other}")
    await visitor.press("Block")
    await visitor.go("/muted")
    await visitor.press("Unblock")
    await visitor.misses(other)
    await visitor.write(domain="not one")
    await visitor.press("Block")
    await visitor.sees("is not a domain such as")
    await visitor.write(domain="Loud.example")
    await visitor.press("Block")
    await visitor.sees("loud.example")
    await visitor.press("Unblock")
    await visitor.misses("loud.example")


async def test_lists_and_hashtags(alpha: Server, visit: Visit, who: str) -> None:
    """Somebody is put on a list from their profile, and a hashtag read at home is followed no more."""
    other, tag = f"{who}_a", f"bees{who}"
    await alpha.post(other, f"About #{tag}")
    visitor = await visit(alpha, who)
    main = visitor.page.locator("main")
    await visitor.go("/lists")
    await visitor.write(title="Keepers")
    await visitor.press("Make a list")
    await visitor.go(f"/@{other}")
    await main.get_by_text("More", exact=True).click()
    await visitor.press("Keepers")
    await visitor.press("Keepers", main.get_by_role("status"))
    await visitor.sees(f"About #{tag}")
    await visitor.go(f"/tags/{tag}")
    await visitor.do("Follow", main)
    await expect(main.get_by_role("button", name="Following")).to_be_visible()
    await visitor.go("/lists")
    await visitor.press(f"#{tag}", main)
    await visitor.do("Following", main)
    await expect(main.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    await visitor.go("/lists")
    await visitor.misses(f"#{tag}")
