"""Stories of people on two servers, each at their own browser."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.running import at_rest
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_follow_read_and_reply(alpha: Server, beta: Server, visit: Visit, who: str) -> None:
    """Somebody is found by handle and followed; their post is read and answered, and they know."""
    ann, bob = f"{who}_ann", f"{who}_bob"
    await beta.user(bob)
    at_alpha, at_beta = await visit(alpha, ann), await visit(beta, bob)
    await at_alpha.go("/search")
    await at_alpha.write(q=f"@{bob}@{beta.host}")
    await at_alpha.press("Search", at_alpha.page.locator("main"))
    assert at_alpha.path == f"/@{bob}@{beta.host}"
    await at_alpha.do("Follow")
    await at_rest(alpha, beta)
    await at_alpha.go(at_alpha.path)
    await at_alpha.sees("Following")

    await at_beta.go("/")
    await at_beta.write(text="How do bees see?")
    await at_beta.press("Post")
    await at_rest(alpha, beta)
    await at_alpha.go("/")
    await at_alpha.press("Reply", at_alpha.card("How do bees see?"))
    field = at_alpha.page.get_by_label("Your reply")
    await expect(field).to_have_value(f"@{bob}@{beta.host} ")
    await field.fill(f"@{bob}@{beta.host} In ultraviolet")
    await at_alpha.press("Reply", at_alpha.page.locator(".composer"))
    await expect(at_alpha.card("In ultraviolet").locator(".to")).to_have_text(f"to {bob}")

    await at_rest(alpha, beta)
    await at_beta.go("/notifications")
    await at_beta.sees(f"{ann} follows you")
    told = at_beta.card("In ultraviolet")
    await expect(told.locator(".author")).to_have_text(f"{ann} @{ann}@{alpha.host}")
    await at_beta.follow(told.locator(".time"))
    await at_beta.sees("How do bees see?")


@pytest.mark.parametrize("device", TWO_DEVICES, indirect=True)
async def test_who_asks_first_is_asked(alpha: Server, beta: Server, visit: Visit, who: str) -> None:
    """A locked account is asked on its notifications page; a yes is known where the asking came from."""
    ann, bob = f"{who}_ann", f"{who}_bob"
    at_beta = await visit(beta, bob)
    await at_beta.go("/settings")
    await at_beta.page.get_by_label("Ask me before somebody follows me").check()
    await at_beta.press("Save")
    await at_beta.sees("approves followers")
    await alpha.user(ann)
    await alpha.follow(ann, f"@{bob}@{beta.host}")
    at_alpha = await visit(alpha, ann)
    await at_alpha.go(f"/@{bob}@{beta.host}")
    await at_alpha.sees("Asked to follow")

    await at_rest(alpha, beta)
    await at_beta.go("/notifications")
    await at_beta.sees("They ask to follow you")
    await at_beta.sees(f"{ann} @{ann}@{alpha.host}")
    await at_beta.press("Accept")
    await at_beta.misses("They ask to follow you")
    await at_beta.sees(f"{ann} follows you")
    await at_rest(alpha, beta)
    await at_alpha.go(at_alpha.path)
    await at_alpha.sees("Following")
