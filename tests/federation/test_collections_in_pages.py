"""Collections as people make, read and leave them: by pages and forms."""

import httpx
import pytest

from fedlearn.services import accounts, blocks
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import send
from tests.federation.server import Server


async def who_is_found(server: Server, *names: str) -> None:
    """People with an account here who want to be found."""
    for name in names:
        await accounts.change_profile(
            server.instance, await server.actor(name), is_discoverable=True
        )


async def make(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """Fill in the form for a new collection."""
    said = {"name": "Beekeepers", "description": "They know", "discoverable": "on"} | fields
    return await send(browser, "/collections/new", "/collections", **said)


async def shown(browser: httpx.AsyncClient, path: str) -> str:
    """A page that must be there."""
    answer = await browser.get(path)
    assert answer.status_code == 200, path
    return answer.text


async def test_making_a_collection(alpha: Server) -> None:
    """Somebody makes a collection and puts people in; everybody finds it on their profile."""
    await who_is_found(alpha, "bob")
    alice, stranger = await sign_in(alpha, "alice"), open_browser(alpha)
    made = await make(alice, tag_name="#Bees", language="en")
    page = made.headers["location"]
    answer = await send(alice, page, f"{page}/add", handle="@bob")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    for path in ("/@alice/collections", "/collections", "/@alice"):
        assert "/collections" in await shown(alice, path)
    assert f'href="{page}"' in await shown(stranger, "/@alice/collections")
    read = await shown(stranger, page)
    for text in ("Beekeepers", "They know", "#bees", "1 person", "@alice", "@bob"):
        assert text in read
    assert '<meta property="og:title" content="Beekeepers">' in read
    assert "/add" not in read
    assert "/follow" not in read
    await stranger.aclose()


async def test_changing_and_giving_up(alpha: Server) -> None:
    """What is said of a collection is changed; in the end it is gone."""
    alice = await sign_in(alpha, "alice")
    page = (await make(alice, sensitive="on", language="de")).headers["location"]
    form = await shown(alice, f"{page}/edit")
    assert '<option value="de" selected>' in form
    assert "Marked as sensitive" in await shown(alice, page)
    changed = await send(alice, f"{page}/edit", f"{page}/edit", name="Wasps <b>")
    assert changed.status_code == 303
    read = await shown(alice, page)
    assert "Wasps &lt;b&gt;" in read
    assert "not listed" in read
    gone = await send(alice, f"{page}/edit", f"{page}/delete")
    assert gone.headers["location"] == "/collections"
    assert (await alice.get(page)).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 41),
        ("description", "x" * 101),
        ("tag_name", "a b"),
        ("language", "xx"),
    ],
)
async def test_what_will_not_do_comes_back(alpha: Server, field: str, value: str) -> None:
    """What will not do comes back as it was written, with a word beside its field."""
    alice = await sign_in(alpha, "alice")
    page = (await make(alice)).headers["location"]
    for answer in (
        await make(alice, **{field: value}),
        await send(
            alice,
            f"{page}/edit",
            f"{page}/edit",
            **{"name": "x", "description": "Mine", field: value},
        ),
    ):
        assert answer.status_code == 422
        assert f'id="error-{field}"' in answer.text
    assert "They know" in await shown(alice, page)


async def test_who_cannot_be_put_in(alpha: Server) -> None:
    """Whom nobody knows, or who does not want that, is not put in, and the page says why."""
    await who_is_found(alpha, "carol")
    await accounts.change_profile(alpha.instance, await alpha.actor("bob"), is_discoverable=False)
    await blocks.block(alpha.instance, await alpha.actor("carol"), await alpha.actor("alice"))
    alice = await sign_in(alpha, "alice")
    page = (await make(alice)).headers["location"]
    for handle, why in {
        "@nobody": "There is no such account here.",
        "not a handle!": "There is no such account here.",
        "@bob": "does not want to be found",
        "carol": "has blocked the other",
    }.items():
        answer = await send(alice, page, f"{page}/add", handle=handle)
        assert answer.status_code == 422
        assert why in answer.text
        assert f'value="{handle}"' in answer.text
    assert "0 people" in await shown(alice, page)


async def test_leaving(alpha: Server) -> None:
    """Who is named is led to the collection by what they are told, and leaves it there for good."""
    await who_is_found(alpha, "bob")
    alice, bob = await sign_in(alpha, "alice"), await sign_in(alpha, "bob")
    page = (await make(alice)).headers["location"]
    await send(alice, page, f"{page}/add", handle="@bob")
    told = await shown(bob, "/notifications")
    assert "recommends you in a collection" in told
    assert f'href="{page}"' in told
    assert page in await shown(bob, "/collections")
    leave = (await shown(bob, page)).partition(f'action="{page}/items/')[2].partition('"')[0]
    assert leave.endswith("/leave")
    # Nobody leaves for them, and nobody but the owner takes them out.
    assert (await send(alice, page, f"{page}/items/{leave}")).status_code == 403
    remove = leave.replace("leave", "remove")
    assert (await send(bob, page, f"{page}/items/{remove}")).status_code == 403
    assert (await send(bob, page, f"{page}/items/{leave}")).status_code == 303
    assert "0 people" in await shown(alice, page)
    answer = await send(alice, page, f"{page}/add", handle="@bob")
    assert "stays out" in answer.text
    assert page not in await shown(bob, "/collections")


async def test_taking_out(alpha: Server) -> None:
    """Whoever is taken out may be put in again."""
    await who_is_found(alpha, "bob")
    alice = await sign_in(alpha, "alice")
    page = (await make(alice)).headers["location"]
    for _ in range(2):
        await send(alice, page, f"{page}/add", handle="@bob")
        read = await shown(alice, page)
        remove = read.partition(f'formaction="{page}/items/')[2].partition('"')[0]
        assert remove.endswith("/remove")
        assert (await send(alice, page, f"{page}/items/{remove}")).status_code == 303
        assert "0 people" in await shown(alice, page)


async def test_what_is_not_listed(alpha: Server) -> None:
    """What is not for everybody is not there for strangers; people here find it by its address."""
    alice, bob, stranger = (
        await sign_in(alpha, "alice"),
        await sign_in(alpha, "bob"),
        open_browser(alpha),
    )
    page = (await make(alice, discoverable="")).headers["location"]
    assert (await stranger.get(page)).status_code == 404
    read = await shown(bob, page)
    assert "Beekeepers" in read
    assert "og:title" not in read
    assert page in await shown(alice, "/@alice/collections")
    for browser in (bob, stranger):
        assert page not in await shown(browser, "/@alice/collections")
    # Nor does anybody change what is another's.
    assert (await bob.get(f"{page}/edit")).status_code == 403
    assert (await send(bob, "/settings", f"{page}/delete")).status_code == 403
    await stranger.aclose()


async def test_as_many_as_there_can_be(alpha: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has as many collections as there can be is told so, and a full one takes in nobody."""
    monkeypatch.setattr("fedlearn.services.collections.MOST_COLLECTIONS", 1)
    monkeypatch.setattr("fedlearn.services.collections.MOST_ITEMS", 1)
    await who_is_found(alpha, "bob")
    alice = await sign_in(alpha, "alice")
    page = (await make(alice)).headers["location"]
    await send(alice, page, f"{page}/add", handle="@bob")
    assert "The collection is full." in await shown(alice, page)
    assert "as many as there can be" in await shown(alice, "/collections")
    assert (await make(alice)).status_code == 422
