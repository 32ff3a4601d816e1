"""Stories of those who look after a place, on their phone and at a desk."""

import re

import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import announcements, moderation, reports, rules, stewardship
from fedlearn.services.announcements import AnnouncementDraft
from tests.browser.conftest import Visit
from tests.browser.test_everybody import complaints_of
from tests.browser.visitor import PHONE, TWO_DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def has_role(server: Server, name: str, role: Role) -> None:
    """Somebody looks after the server from now on."""
    await stewardship.change_role(server.instance, await server.user(name), role, by=TERMINAL)


async def reported(server: Server, who: str) -> int:
    """Somebody has written something rude to followers, and a follower reports it; the number."""
    await server.user(f"{who}_r")
    await server.follow(f"{who}_a", f"@{who}_r@{server.host}")
    post = await server.post(f"{who}_r", "A rude word", reach=Reach.FOLLOWERS)
    target, reporter = await server.actor(f"{who}_r"), await server.actor(f"{who}_a")
    await reports.report(
        server.instance, reporter, target, comment="Not here.", status_ids=[post.id]
    )
    return (await reports.all_reports(server.instance))[0].id


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_report_is_dealt_with(alpha: Server, visit: Visit, who: str) -> None:
    """A moderator is told, reads what was reported, deletes it, and says that it is done."""
    await has_role(alpha, who, Role.MODERATOR)
    number = await reported(alpha, who)
    visitor = await visit(alpha, who)
    await visitor.go("/notifications")
    await visitor.press("See the reports", visitor.page.locator("main"))
    await visitor.page.locator(f'a[href="/moderation/reports/{number}"]').click()
    await visitor.sees("A rude word")
    await visitor.sees("shown to you because it was reported")
    await visitor.press("I look at it")
    await visitor.press("Delete the posts")
    assert "A rude word" not in await visitor.page.locator("main").inner_text()
    await visitor.press("Resolve")
    await visitor.press("Open it again")
    await visitor.sees("looks at it")
    author = await visit(alpha, f"{who}_r")
    await author.go("/notifications")
    await author.press(
        "Those who look after this place wrote to you about your account",
        author.page.locator("main"),
    )
    await author.sees("Posts of yours were deleted.")
    assert (await author.go(f"/moderation/reports/{number}")).status == 404


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_somebody_is_suspended(alpha: Server, visit: Visit, who: str) -> None:
    """Found by name, suspended with a word to them, and let back in."""
    await has_role(alpha, who, Role.MODERATOR)
    await alpha.user(f"{who}_r")
    visitor, other = await visit(alpha, who), await visit(alpha, f"{who}_r")
    await visitor.go(f"/moderation/accounts?name={who}_r")
    await visitor.press(f"@{who}_r", visitor.page.locator("main"))
    await visitor.write(text="Too much.", reason="spam")
    await visitor.press("Suspend")
    await visitor.sees("Take suspension back")
    await other.go("/settings")
    assert other.path.startswith("/sign-in")
    await visitor.press("Take suspension back")
    await visitor.go("/moderation/audit")
    await visitor.sees("Took suspension back")


@pytest.mark.parametrize("device", [PHONE], indirect=True)
async def test_pages_of_stewards_are_sound(alpha: Server, visit: Visit, who: str) -> None:
    """Each fits a phone, with something in it; an announcement is put away by who has read it."""
    await has_role(alpha, who, Role.OWNER)
    owner = (await alpha.user(who)).actor
    number = await reported(alpha, who)
    await moderation.set_domain_policy(
        alpha.instance, f"{who}.example", Policy.SILENCE, public_comment="Loud. " * 30, by=TERMINAL
    )
    await rules.add_rule(alpha.instance, TERMINAL, "Be kind. " * 10, "To all. " * 30)
    await announcements.announce(
        alpha.instance, TERMINAL, AnnouncementDraft(f"Down on Friday, says {who}")
    )
    visitor = await visit(alpha, who)
    try:
        for path in (
            "",
            "/reports",
            f"/reports/{number}",
            "/accounts",
            "/accounts?origin=remote",
            f"/accounts/{owner.id}",
            f"/accounts/{(await alpha.actor(f'{who}_r')).id}",
            "/domains",
            f"/domains/edit?domain={who}.example",
            "/invitations",
            "/rules",
            "/announcements",
            "/audit",
        ):
            assert (await visitor.go(f"/moderation{path}")).ok, path
        await visitor.go("/rules")
        await visitor.go("/warnings")
        await visitor.go("/moderation/invitations")
        await visitor.press("Make a link")
        await visitor.sees("It is shown only now.")
        await visitor.go("/")
        assert await complaints_of(visitor) == []
        await visitor.press("Put away")
        text = await visitor.page.locator("main").inner_text()
        assert not re.search(f"says {who}", text)
    finally:
        # The other stories of this server know nothing of them.
        for one in await rules.rules(alpha.instance):
            await rules.remove_rule(alpha.instance, TERMINAL, one.id)
        for said in await announcements.announcements(alpha.instance, TERMINAL):
            await announcements.remove(alpha.instance, TERMINAL, said.id)


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_the_place_is_looked_after(alpha: Server, visit: Visit, who: str) -> None:
    """A rule, an announcement, a word on another server and a link that lets in, all made by hand."""
    await has_role(alpha, who, Role.ADMIN)
    visitor, reader = await visit(alpha, who), await visit(alpha, f"{who}_r")
    await visitor.go("/moderation/rules")
    rule = visitor.page.locator("form", has=visitor.page.get_by_role("button", name="Add"))
    await rule.locator("[name=text]").fill(f"Be kind to {who}")
    await visitor.press("Add")
    await reader.go("/rules")
    await reader.sees(f"Be kind to {who}")
    await visitor.press("Remove")
    await visitor.misses(f"Be kind to {who}")

    await visitor.go("/moderation/announcements")
    await visitor.write(text=f"Cake, says {who}")
    await visitor.press("Announce")
    await reader.go("/")
    await reader.sees(f"Cake, says {who}")
    await visitor.press("Remove")
    await reader.go("/")
    await reader.misses(f"Cake, says {who}")

    await visitor.go("/moderation/domains")
    await visitor.page.locator("form[action$='/edit'] [name=domain]").fill(f"{who}.example")
    await visitor.press("Look what would happen")
    await visitor.page.get_by_label("Block: neither").check()
    await visitor.press("Save")
    await visitor.sees(f"{who}.example")
    await visitor.press(f"{who}.example", visitor.page.locator("main"), exact=False)
    await visitor.press("Say nothing of it any more")
    await visitor.misses(f"{who}.example")
    await visitor.go("/moderation/audit")
    await visitor.sees(f"Be kind to {who}")
