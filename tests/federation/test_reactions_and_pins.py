"""Reactions with an emoji, and posts pinned to a profile, as other servers tell of them."""

from typing import Any

import pytest

from fedlearn.db import pins as db_pins
from fedlearn.db.status_views import status_views
from fedlearn.domain.audience import Reach
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import ReactionView
from tests.federation.network import Network
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import is_stored, reads, takes, told
from tests.federation.server import Server

REACTION = (NotificationKind.REACTION, "bob@peer.test")
ICON = {"type": "Image", "url": "https://peer.test/bee.png"}
BEE = {"type": "Emoji", "id": "https://peer.test/emoji/bee", "name": ":bee:", "icon": ICON}

# --- reactions -----------------------------------------------------------------------------------


async def reactions(alpha: Server, uri: str) -> list[ReactionView]:
    """The reactions to a post, as alice sees them."""
    view = await alpha.seen_by("alice", uri)
    assert view is not None
    return list(view.reactions)


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "EmojiReact", "content": "🎉"},
        {"type": "Like", "content": "🎉"},
        {"type": "Like", "_misskey_reaction": "🎉"},
        {"type": "Like", "content": " 🎉 ", "_misskey_reaction": "🐝"},
    ],
)
async def test_emoji_is_a_reaction_until_it_is_undone(
    alpha: Server, bob: Person, shape: Document
) -> None:
    """An EmojiReact, and a Like that says which emoji, are one reaction and no like; Undo ends it.

    Conformance: 169.
    """
    mine = await alpha.post("alice", "hello")
    uri = mine.status.uri
    react = bob.activity("Like", uri, **shape)
    for activity in (react, react, react | {"id": f"{bob.uri}#again"}):
        await takes(alpha, bob, activity)
    assert await reactions(alpha, uri) == [ReactionView("🎉", None, 1)]
    view = await alpha.seen_by("alice", uri)
    assert view is not None
    assert view.favourites == 0
    assert await told(alpha, "alice") == [REACTION]
    forged = bob.activity("Undo", react | {"actor": "https://peer.test/users/carol"})
    carol = bob.peer.person("carol")
    for undo in (forged, carol.activity("Undo", react | {"actor": carol.uri})):
        await takes(alpha, bob.peer.people[undo["actor"].rpartition("/")[2]], undo)
        assert await reactions(alpha, uri) != []
    await takes(alpha, bob, bob.activity("Undo", react))
    assert await reactions(alpha, uri) == []
    assert await told(alpha, "alice") == []


async def test_reactions_are_counted_by_emoji(alpha: Server, bob: Person, peer: Peer) -> None:
    """Who reacts twice with different emoji counts twice, and a picture comes with its name."""
    mine = await alpha.post("alice", "hello")
    uri, carol = mine.status.uri, peer.person("carol")
    for person, emoji in ((bob, "🎉"), (bob, ":bee:"), (carol, "🎉")):
        await takes(alpha, person, person.activity("EmojiReact", uri, content=emoji, tag=[BEE]))
    assert await reactions(alpha, uri) == [
        ReactionView("🎉", None, 2),
        ReactionView(":bee:", ICON["url"], 1),
    ]


async def test_reactions_that_are_none(alpha: Server, bob: Person) -> None:
    """Without an emoji, with a name that nothing explains, or to what one may not see: dropped."""
    mine = await alpha.post("alice", "hello")
    private = await alpha.post("alice", "not for bob", reach=Reach.FOLLOWERS)
    uri = mine.status.uri
    dropped: list[dict[str, Any]] = [
        {"content": ""},
        {"content": None},
        {"content": 7},
        {"content": ":wasp:", "tag": [BEE]},
        {"content": ":bee@other.test:", "tag": [BEE]},
        {"content": ":bee:", "tag": [BEE | {"icon": {"url": "javascript:alert(1)"}}]},
        {"content": "x" * 33},
        {"content": "<script>alert(1)</script>" * 2},
    ]
    for shape in dropped:
        await takes(alpha, bob, bob.activity("EmojiReact", uri, **shape))
        assert await reactions(alpha, uri) == [], shape
    for about in (private.status.uri, "https://alpha.test/users/alice/statuses/1", "x"):
        await takes(alpha, bob, bob.activity("EmojiReact", about, content="🎉"))
    assert await reactions(alpha, private.status.uri) == []
    assert await told(alpha, "alice") == []
    # What says Like is at least that.
    await takes(alpha, bob, bob.activity("Like", uri, content=":bee@other.test:"))
    view = await alpha.seen_by("alice", uri)
    assert view is not None
    assert (view.favourites, view.reactions) == (1, ())


# --- pins ----------------------------------------------------------------------------------------


@pytest.fixture
async def ben(alpha: Server, peer: Peer) -> Person:
    """Somebody at peer.test who has a collection of pinned posts, and whom alice reads."""
    ben = peer.person("ben")
    ben.changes["featured"] = f"{ben.uri}/featured"
    await reads(alpha, "alice", ben)
    return ben


async def pinned(alpha: Server, person: Person) -> list[str]:
    """Which posts stand on top of somebody's profile, as alice sees it, the first pinned first."""
    alice = (await alpha.actor("alice")).viewer
    actor = await alpha.find(person.handle)
    async with alpha.instance.db.read() as connection:
        ids = await db_pins.pinned_by(connection, alice, actor.id, limit=40)
        return [view.status.uri for view in await status_views(connection, alice, ids[::-1])]


def pins(person: Person, about: Any, kind: str = "Add", **changes: Any) -> Document:
    """A person pins or unpins a post."""
    changes = {"target": person.changes.get("featured"), **changes}
    return person.activity(kind, about, **changes)


async def test_own_post_is_pinned_and_unpinned(alpha: Server, ben: Person) -> None:
    """Add and Remove with one's own `featured` pin a post and unpin it; an unknown one is fetched.

    Conformance: 172.
    """
    known, unknown = ben.note("<p>known</p>"), ben.note("<p>unknown</p>")
    await takes(alpha, ben, ben.activity("Create", known))
    for about in (known["id"], known, unknown["id"]):
        await takes(alpha, ben, pins(ben, about))
    assert await pinned(alpha, ben) == [known["id"], unknown["id"]]
    # It was fetched for the profile: it is no news.
    assert [one.status.uri for one in await alpha.home("alice")] == [known["id"]]
    await takes(alpha, ben, pins(ben, known["id"], "Remove"))
    await takes(alpha, ben, pins(ben, known["id"], "Remove"))
    assert await pinned(alpha, ben) == [unknown["id"]]


async def test_nobody_pins_for_others(
    alpha: Server, ben: Person, network: Network, peer_keys: list[Any]
) -> None:
    """Any other target, and posts of others, are ignored, for Add and for Remove.

    Conformance: 172.
    """
    own = ben.note("<p>own</p>")
    await takes(alpha, ben, ben.activity("Create", own))
    await takes(alpha, ben, pins(ben, own["id"]))
    carol = Peer(network, "other.test", peer_keys[1:]).person("carol")
    carol.changes["featured"] = f"{carol.uri}/featured"
    hers = carol.note("<p>hers</p>")
    mine = await alpha.post("alice", "mine")
    second = ben.note("<p>second</p>")
    await takes(alpha, ben, ben.activity("Create", second))
    boost = ben.activity("Announce", mine.status.uri)
    await takes(alpha, ben, boost)
    targets: list[Any] = [carol.changes["featured"], f"{ben.uri}/other", None, 7, []]
    for target in targets:
        await takes(alpha, ben, pins(ben, second["id"], target=target))
    for about in (hers["id"], mine.status.uri, boost["id"], ben.uri, "https://peer.test/none", 7):
        await takes(alpha, ben, pins(ben, about))
    await takes(alpha, carol, pins(carol, own["id"]))
    await takes(alpha, carol, pins(carol, own["id"], "Remove", target=ben.changes["featured"]))
    await takes(alpha, carol, pins(carol, own["id"], "Remove"))
    await takes(alpha, ben, pins(ben, own["id"], "Remove", target=f"{ben.uri}/other"))
    assert await pinned(alpha, ben) == [own["id"]]
    assert not await is_stored(alpha, hers["id"])


async def test_no_more_pins_than_fit(alpha: Server, ben: Person) -> None:
    """A profile holds twenty pinned posts; what is pinned beyond is dropped, and fetched by nobody."""
    notes = [ben.note() for _ in range(21)]
    for note in notes:
        await takes(alpha, ben, pins(ben, note["id"]))
    assert await pinned(alpha, ben) == [note["id"] for note in notes[:20]]
    assert not await is_stored(alpha, notes[20]["id"])
