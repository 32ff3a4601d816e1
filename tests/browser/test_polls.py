"""Polls and quotes as people meet them: written, chosen from, read, and ended."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_poll_and_quote(alpha: Server, visit: Visit, who: str) -> None:
    """Somebody asks, somebody else chooses and quotes the question, and the first ends that."""
    asker, reader = f"{who}_a", who
    await alpha.user(asker)
    await alpha.follow(reader, f"@{asker}@{alpha.host}")
    writer, voter = await visit(alpha, asker), await visit(alpha, reader)

    await writer.go("/")
    await writer.page.get_by_title("Poll").click()
    await writer.write(text=f"When, {who}?", option_1="Monday", option_2="Friday")
    await writer.page.get_by_label("How long it takes").select_option("1 hour")
    await writer.press("Post")
    await expect(writer.card("When").locator(".tally")).to_contain_text("Friday")

    await voter.go("/")
    card = voter.card("When")
    await card.get_by_label("Friday").check()
    await voter.do("Vote", card)
    await expect(card.locator(".tally li").nth(1)).to_have_text("100% Friday your choice")

    await card.get_by_title("More", exact=True).click()
    await voter.press("Quote", card)
    await expect(voter.page.locator(".composer .quoted")).to_contain_text("When")
    await voter.write(text="Worth an answer")
    await voter.press("Post")
    quoting = voter.card("Worth an answer")
    await expect(quoting.locator(".quoted")).to_contain_text("When")
    await expect(quoting.locator(".quote-inline")).to_be_hidden()

    await writer.go("/notifications")
    await writer.sees("quoted your post")
    await writer.press("Worth an answer", exact=False)
    shown = writer.page.locator(".large")
    await shown.get_by_title("More", exact=True).click()
    await writer.press("Take my post out of it", shown)
    await expect(shown.locator(".quoted")).to_have_text(
        "The post that this one quotes is not available."
    )
