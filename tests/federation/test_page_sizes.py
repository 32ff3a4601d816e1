"""A page holds as many posts as its reader asks for, within bounds."""

import html
import re

import pytest

from tests.federation.browser import sign_in
from tests.federation.server import Server

OLDER = re.compile(r'href="(\?before=[^"]+)"')
CARD = '<article class="card'


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("", 20), ("?limit=3", 3), ("?limit=40", 40), ("?limit=41", 40), ("?limit=0", 1)]
    + [(f"?limit={rubbish}", 20) for rubbish in ("", "many", "-1", "9" * 30, "%00")],
)
async def test_posts_on_a_page(alpha: Server, asked: str, shown: int) -> None:
    """Twenty posts, or as many as the address asks for, up to forty; rubbish asks for nothing."""
    for number in range(41):
        await alpha.post("alice", f"number {number}")
    browser = await sign_in(alpha, "bob")
    answer = await browser.get(f"/public{asked}")
    await browser.aclose()
    assert answer.status_code == 200
    assert answer.text.count(CARD) == shown


async def test_older_pages_have_the_same_size(alpha: Server) -> None:
    """The link to older posts takes along how many are wanted, and nothing else that was asked."""
    for number in range(9):
        await alpha.post("alice", f"number {number}")
    browser = await sign_in(alpha, "bob")
    first = (await browser.get("/public?limit=4&other=<b>")).text
    (older,) = OLDER.findall(first)
    assert html.unescape(older).endswith("&limit=4")
    second = (await browser.get(f"/public{html.unescape(older)}")).text
    await browser.aclose()
    assert second.count(CARD) == 4
    assert "number 5" in first
    assert "number 4" in second
