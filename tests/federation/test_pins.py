"""Posts on top of a profile: shown as `featured`, told by Add and Remove, theirs and ours."""

import pytest

from fedlearn.db import pins as db_pins
from fedlearn.db.status_views import status_views
from fedlearn.domain.audience import STRANGER, Reach, Scope
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import pins
from tests.federation.browser import sign_in
from tests.federation.forms import send
from tests.federation.network import Network
from tests.federation.peer import AS, Person
from tests.federation.scenes import is_read_by, reads, takes
from tests.federation.server import Server, settle

FEATURED = "/users/alice/featured"


async def test_pinned_post_is_featured(alpha: Server, bob: Person) -> None:
    """A pinned post stands whole in `featured`, and followers elsewhere are told; so when unpinned.

    Conformance: 189.
    """
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    first, second = await alpha.post("alice", "first"), await alpha.post("alice", "second")
    for view in (first, second, second):
        await pins.pin(alpha.instance, alice, view.id)
    await settle(alpha)
    featured = (await alpha.get(FEATURED)).json()
    assert featured["totalItems"] == 2
    assert [one["id"] for one in featured["orderedItems"]] == [
        second.status.uri,
        first.status.uri,
    ]
    assert featured["orderedItems"][0]["content"] == "<p>second</p>"
    assert [(one["object"], one["target"]) for one in bob.peer.got("Add")] == [
        (first.status.uri, f"{alice.uri}/featured"),
        (second.status.uri, f"{alice.uri}/featured"),
    ]
    for _ in range(2):
        await pins.unpin(alpha.instance, alice, second.id)
    await settle(alpha)
    assert (await alpha.get(FEATURED)).json()["totalItems"] == 1
    assert [one["object"] for one in bob.peer.got("Remove")] == [second.status.uri]


async def test_pin_by_the_menu_of_a_post(alpha: Server) -> None:
    """It stands on top of the profile until it is taken down; others are offered neither."""
    first, second = await alpha.post("alice", "the first"), await alpha.post("alice", "the second")
    mine, other = await sign_in(alpha, "alice"), await sign_in(alpha, "carol")
    profile, act = "/@alice", f"/statuses/{first.id}"
    for way, back, order in (("pin", "unpin", [first, second]), ("unpin", "pin", [second, first])):
        page = (await mine.get(profile)).text
        assert f'formaction="{act}/{way}"' in page
        assert (await send(mine, profile, f"{act}/{way}")).status_code == 303
        page = (await mine.get(profile)).text
        assert f'formaction="{act}/{back}"' in page
        shown = (await other.get(profile)).text
        assert f"{act}/{way}" not in shown
        assert f"{act}/{back}" not in shown
        places = [shown.index(view.status.content) for view in order]
        assert places == sorted(places)
    assert (await send(other, profile, f"{act}/pin")).status_code == 404
    for browser in (mine, other):
        await browser.aclose()


async def test_pins_are_shown_to_whom_the_post_is(
    alpha: Server, bob: Person, network: Network
) -> None:
    """A post for followers is featured by its id alone, and to them; one kept inside to nobody."""
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    private = await alpha.post("alice", "for followers", reach=Reach.FOLLOWERS)
    inside = await alpha.post("alice", "kept inside", scope=Scope.ORG)
    for view in (private, inside):
        await pins.pin(alpha.instance, alice, view.id)
    await settle(alpha)
    assert (await alpha.get(FEATURED)).json()["orderedItems"] == []
    signed = (await bob.get(alpha, FEATURED)).json()
    assert signed["orderedItems"] == [private.status.uri]
    assert [one["object"] for one in bob.peer.got("Add")] == [private.status.uri]
    assert all(str(inside.id) not in exchange.body.decode() for exchange in network.exchanges)


async def test_what_cannot_be_pinned(alpha: Server) -> None:
    """Nobody pins what somebody else wrote, what is for named people, or more than a few posts."""
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")
    direct = await alpha.post("alice", "@carol hello", reach=Reach.DIRECT)
    with pytest.raises(Invalid):
        await pins.pin(alpha.instance, alice, direct.id)
    mine = [await alpha.post("alice", f"post {number}") for number in range(pins.MOST_PINS + 1)]
    with pytest.raises(NotFound):
        await pins.pin(alpha.instance, carol, mine[0].id)
    for view in mine[:-1]:
        await pins.pin(alpha.instance, alice, view.id)
    with pytest.raises(Invalid, match="take one down"):
        await pins.pin(alpha.instance, alice, mine[-1].id)
    async with alpha.instance.db.read() as connection:
        shown = await db_pins.pinned_by(connection, STRANGER, alice.id, 40)
    assert shown == [view.id for view in reversed(mine[:-1])]


async def test_pins_travel(alpha: Server, beta: Server) -> None:
    """What is pinned on one server stands on top of the profile as the other shows it."""
    alice = await alpha.actor("alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    view = await alpha.post("alice", "on top")
    await pins.pin(alpha.instance, alice, view.id)
    await settle(alpha, beta)
    there = await beta.known(alice.uri)
    assert there is not None
    stored = await beta.seen_by("bob", view.status.uri)
    assert stored is not None
    async with beta.instance.db.read() as connection:
        assert await db_pins.pinned_by(connection, STRANGER, there.id, 40) == [stored.id]
    await pins.unpin(alpha.instance, alice, view.id)
    await settle(alpha, beta)
    async with beta.instance.db.read() as connection:
        assert await db_pins.pinned_by(connection, STRANGER, there.id, 40) == []


async def test_pins_of_who_is_followed(alpha: Server, bob: Person) -> None:
    """Who is followed has their pinned posts fetched, in their order, as long as they are listed.

    What somebody else wrote is no pin, whoever lists it.
    """
    bob.changes["featured"] = f"{bob.uri}/featured"
    first, second = bob.note("<p>first</p>"), bob.note("<p>second</p>")
    foreign = bob.peer.person("carol").note("<p>by carol</p>")
    private = bob.note("<p>private</p>", to=[bob.followers], cc=[])
    listed = [second["id"], first, foreign["id"], private["id"], "https://else.test/1", "x", 7]
    bob.peer.documents[f"{bob.uri}/featured"] = {
        "@context": AS,
        "id": f"{bob.uri}/featured",
        "type": "OrderedCollection",
        "orderedItems": listed,
    }
    await reads(alpha, "alice", bob)
    there = await alpha.known(bob.uri)
    assert there is not None
    alice = await alpha.actor("alice")
    async with alpha.instance.db.read() as connection:
        pinned = await db_pins.pinned_by(connection, alice.viewer, there.id, 40)
        shown = await status_views(connection, alice.viewer, pinned)
    assert [view.status.uri for view in shown] == [second["id"], first["id"], private["id"]]
    async with alpha.instance.db.read() as connection:
        assert len(await db_pins.pinned_by(connection, STRANGER, there.id, 40)) == 2

    bob.peer.documents[f"{bob.uri}/featured"]["orderedItems"] = [first["id"]]
    async with alpha.instance.db.write() as connection:
        await connection.execute("UPDATE actor SET fetched_at = 0 WHERE id = :id", id=there.id)
    await takes(alpha, bob, bob.activity("Like", "x"))
    async with alpha.instance.db.read() as connection:
        pinned = await db_pins.pinned_by(connection, alice.viewer, there.id, 40)
        shown = await status_views(connection, alice.viewer, pinned)
    assert [view.status.uri for view in shown] == [first["id"]]
