"""The deck: timelines side by side, each only as its reader may see it, arranged by forms."""

import httpx
import pytest

from fedlearn.domain.audience import Reach
from fedlearn.services import bookmarks, deck, lists
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import send
from tests.federation.server import Server


async def titles(browser: httpx.AsyncClient) -> list[str]:
    """What the columns are called, from left to right; the last is where one adds some."""
    page = (await browser.get("/deck")).text
    parts = page.split('<h2 id="title-')[1:]
    return [
        part.split("</h2>")[0].split("<a ")[-1].split(">")[1].split("</a")[0] for part in parts[:-1]
    ]


async def test_deck_at_first(alpha: Server) -> None:
    """Without having chosen, one reads home, notifications and what is public, with posts in each."""
    browser = await sign_in(alpha, "alice")
    assert await titles(browser) == ["Home", "Notifications", "Public here"]
    view = await alpha.post("bob", "For everybody, @alice")
    page = (await browser.get("/deck")).text
    assert page.count("For everybody") == 2
    assert page.count(f'data-item="{view.id}"') == 2
    assert "You are up to date." in page


async def test_columns_are_arranged(alpha: Server) -> None:
    """Columns of every kind are added once, moved and removed; without any the deck begins anew."""
    alice, bob = await alpha.actor("alice"), await alpha.actor("bob")
    listed = await lists.create_list(alpha.instance, alice, "Beekeepers")
    view = await alpha.post("bob", "They waggle. #bees", reach=Reach.PUBLIC)
    await bookmarks.bookmark(alpha.instance, alice, view.id)
    browser = await sign_in(alpha, "alice")
    for fields in (
        {"stream": f"list:{listed.id}"},
        {"stream": "bookmarks"},
        {"stream": "all"},
        {"kind": "tag", "of": "#Bees"},
        {"kind": "search", "of": "waggle dance"},
        {"kind": "profile", "of": "@bob"},
        {"kind": "tag", "of": "bees"},
    ):
        answer = await send(browser, "/deck", "/deck/add", **fields)
        assert answer.status_code == 303, fields
    assert answer.headers["location"] == "/deck#column-7"
    added = ["Beekeepers", "Bookmarks", "Public everywhere", "#bees", "waggle dance", "bob"]
    first = ["Home", "Notifications", "Public here"]
    assert await titles(browser) == [*first, *added]
    answer = await send(browser, "/deck", "/deck/move", left="bookmarks")
    assert answer.headers["location"] == "/deck#column-4"
    await send(browser, "/deck", "/deck/move", right="home")
    await send(browser, "/deck", "/deck/move", left="notifications")
    await send(browser, "/deck", "/deck/remove", stream=f"profile:{bob.id}")
    moved = ["Notifications", "Home", "Public here", "Bookmarks", "Beekeepers"]
    assert await titles(browser) == [*moved, *added[2:-1]]
    for stream in await columns(alpha, "alice"):
        await send(browser, "/deck", "/deck/remove", stream=stream)
    assert await titles(browser) == first


async def columns(server: Server, name: str) -> list[str]:
    """The columns of somebody."""
    async with server.instance.db.read() as connection:
        return [str(one) for one in await deck.deck_of(connection, await server.actor(name))]


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"kind": "tag", "of": " "}, 422, "Say which."),
        ({"kind": "weather", "of": "Rome"}, 422, "Choose what to add."),
        ({"kind": "profile", "of": "@nobody"}, 422, "Nobody was found by this name."),
        ({"stream": "weather"}, 404, "There is no such column."),
        ({"stream": "thread:1"}, 404, "There is no such column."),
    ],
)
async def test_what_cannot_be_a_column(
    alpha: Server, fields: dict[str, str], status: int, message: str
) -> None:
    """What is no column comes back with the message beside the field, and with what was typed."""
    browser = await sign_in(alpha, "alice")
    answer = await send(browser, "/deck", "/deck/add", **fields)
    assert answer.status_code == status
    assert message in answer.text
    if status == 422 and fields["of"].strip():
        assert f'value="{fields["of"]}"' in answer.text
    assert await columns(alpha, "alice") == ["home", "notifications", "public"]


async def test_so_many_columns(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit a column is refused in words."""
    monkeypatch.setattr(deck, "MOST_COLUMNS", 3)
    browser = await sign_in(alpha, "alice")
    answer = await send(browser, "/deck", "/deck/add", kind="tag", of="bees")
    assert answer.status_code == 422
    assert "A deck has at most 3 columns." in answer.text


async def test_decks_of_others(alpha: Server) -> None:
    """Strangers have no deck, lists of others are no columns, and private posts stay private."""
    await alpha.post("alice", "canary", reach=Reach.FOLLOWERS)
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")
    listed = await lists.create_list(alpha.instance, alice, "Beekeepers")
    stranger = open_browser(alpha)
    assert (await stranger.get("/deck")).status_code == 303
    assert (await stranger.get("/deck/piece?stream=home&before=9")).status_code == 303
    browser = await sign_in(alpha, "carol")
    name = f"list:{listed.id}"
    assert (await send(browser, "/deck", "/deck/add", stream=name)).status_code == 404
    piece = f"/deck/piece?stream={name}&before=9"
    assert (await browser.get(piece)).status_code == 404
    await send(browser, "/deck", "/deck/add", kind="profile", of="@alice")
    assert "canary" not in (await browser.get("/deck")).text
    path = f"/deck/piece?stream=profile:{alice.id}&before={2**62}"
    assert "canary" not in (await browser.get(path)).text
    assert carol.id != alice.id


async def test_list_that_is_given_up(alpha: Server) -> None:
    """A column of a list that is no more is left out, and the others stay."""
    alice = await alpha.actor("alice")
    listed = await lists.create_list(alpha.instance, alice, "Beekeepers")
    browser = await sign_in(alpha, "alice")
    await send(browser, "/deck", "/deck/add", stream=f"list:{listed.id}")
    await lists.delete_list(alpha.instance, alice, listed.id)
    assert await titles(browser) == ["Home", "Notifications", "Public here"]


async def test_older_posts_of_a_column(alpha: Server) -> None:
    """What is older comes piece by piece to its end; without script the link leads to the page."""
    for number in range(25):
        await alpha.post("alice", f"Number {number:02}")
    browser = await sign_in(alpha, "alice")
    page = (await browser.get("/deck")).text
    assert 'href="/?before=' in page
    seen = page.count("Number") // 2
    assert seen == 10
    for left in (10, 5):
        address = page.rpartition('data-older="')[2].partition('"')[0].replace("&amp;", "&")
        page = (await browser.get(address)).text
        assert page.count("Number") == left
        assert "<html" not in page
    assert "You are up to date." in page
    for wrong in ("stream=home", "stream=weather&before=9", "stream=thread:1&before=9"):
        assert (await browser.get(f"/deck/piece?{wrong}")).status_code == 404
