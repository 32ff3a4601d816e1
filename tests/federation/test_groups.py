"""Groups: what they pass on of their members (FEP-1b12), and whose word counts for what."""

from typing import Any

import httpx
import pytest

from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import StatusView
from tests.federation.network import Network
from tests.federation.peer import PUBLIC, Document, Peer, Person
from tests.federation.scenes import is_stored, reads, takes, told
from tests.federation.server import Server, make_due, settle


@pytest.fixture
async def group(alpha: Server, peer: Peer) -> Person:
    """A group at peer.test, which alice follows."""
    bees = peer.person("bees", type="Group")
    await reads(alpha, "alice", bees)
    return bees


@pytest.fixture
def member(network: Network, peer_keys: list[Any]) -> Person:
    """A member of the group, on another server."""
    return Peer(network, "other.test", peer_keys[1:]).person("mia")


def page_of(member: Person, group: Person, **changes: Any) -> Document:
    """What a member posts in a group, as Lemmy writes it."""
    page: Document = {
        "type": "Page",
        "name": "How bees see",
        "to": [group.uri, PUBLIC],
        "cc": [],
        "audience": group.uri,
        "mediaType": "text/html",
        "commentsEnabled": True,
        "attachment": [{"type": "Link", "href": "https://example.org/bees"}],
    }
    return member.note("<p>In ultraviolet.</p>", **{**page, **changes})


def passes_on(group: Person, member: Person, kind: str, about: Any, **changes: Any) -> Document:
    """An Announce by the group, of an activity of the member."""
    inner = member.activity(kind, about)
    del inner["@context"]
    how = {"to": [PUBLIC], "cc": [group.followers], **changes}
    return group.activity("Announce", inner, **how)


async def seen(alpha: Server, uri: str) -> StatusView:
    """A post as alice sees it; it must be there."""
    view = await alpha.seen_by("alice", uri)
    assert view is not None
    return view


def path_of(uri: str) -> str:
    """The path of an address."""
    return "/" + uri.split("/", 3)[3]


# --- Create --------------------------------------------------------------------------------------


async def test_post_in_a_group_is_its_authors_and_boosted_by_the_group(
    alpha: Server, group: Person, member: Person
) -> None:
    """The post is read where it belongs, is its author's, and the group has boosted it once.

    Conformance: 136.
    """
    page = page_of(member, group)
    forged = page | {"name": "What the group makes of it", "content": "<p>Buy honey!</p>"}
    announce = passes_on(group, member, "Create", forged)
    await takes(alpha, group, announce)
    view = await seen(alpha, page["id"])
    assert view.author.acct == "mia@other.test"
    assert "How bees see" in view.status.content
    assert "In ultraviolet." in view.status.content
    assert "honey" not in view.status.content
    (boost,) = await alpha.home("alice")
    assert (boost.author.acct, boost.boost_of) == ("bees@peer.test", view)
    # Lemmy says it a second time, as a boost that Mastodon understands.
    for again in (announce, group.activity("Announce", page["id"])):
        await takes(alpha, group, again)
    assert await alpha.home("alice") == [boost]
    await takes(alpha, group, group.activity("Undo", announce))
    assert await alpha.home("alice") == []
    assert await is_stored(alpha, page["id"])


async def test_answer_in_a_group_joins_its_conversation(
    alpha: Server, group: Person, member: Person
) -> None:
    """An answer is in the conversation with what it answers, and is boosted by nobody."""
    page = page_of(member, group)
    answer = member.note("<p>And polarised light.</p>", inReplyTo=page["id"], audience=group.uri)
    await takes(alpha, group, passes_on(group, member, "Create", answer))
    assert (await seen(alpha, page["id"])).replies == 1
    view = await seen(alpha, answer["id"])
    assert (view.author.acct, view.boosts) == ("mia@other.test", 0)
    assert await alpha.home("alice") == []


async def test_posts_of_ours_in_a_group(alpha: Server, group: Person, member: Person) -> None:
    """A group boosts what somebody here posts in it; who answers that is told of by the group."""
    mine = await alpha.post("alice", "@bees@peer.test How do bees see?")
    await settle(alpha)
    (sent,) = group.peer.got("Create")
    assert group.uri in sent["cc"]
    alice = await alpha.actor("alice")
    announce = group.activity("Announce", sent, to=[PUBLIC], cc=[group.followers])
    await takes(alpha, group, announce)
    assert await told(alpha, "alice") == [(NotificationKind.BOOST, "bees@peer.test")]
    assert (await seen(alpha, mine.status.uri)).boosts == 1
    tag = {"type": "Mention", "href": alice.uri, "name": "@alice@alpha.test"}
    answer = member.note(inReplyTo=mine.status.uri, to=[PUBLIC], cc=[alice.uri], tag=[tag])
    await takes(alpha, group, passes_on(group, member, "Create", answer))
    assert (NotificationKind.MENTION, "mia@other.test") in await told(alpha, "alice")
    assert (await seen(alpha, mine.status.uri)).replies == 1


async def test_what_a_group_passes_on_is_not_believed(
    alpha: Server, group: Person, member: Person, peer: Peer
) -> None:
    """Invented posts, private ones, and those of servers that serve something else, are not kept."""
    invented = {**page_of(member, group), "id": f"{member.uri}/notes/never"}
    private = page_of(member, group, to=[group.uri])
    disowned = page_of(member, group, attributedTo="https://peer.test/users/bees")
    ours = page_of(member, group) | {"id": "https://alpha.test/users/alice/statuses/1"}
    for page in (invented, private, disowned, ours):
        await takes(alpha, group, passes_on(group, member, "Create", page))
        assert not await is_stored(alpha, page["id"]), page
    # Nor from somebody who is no group, nor from a group that nobody here follows.
    page = page_of(member, group)
    for other in (peer.person("bob"), peer.person("wasps", type="Group")):
        await takes(alpha, other, passes_on(other, member, "Create", page))
        assert not await is_stored(alpha, page["id"])
        assert member.peer.asked_for(path_of(page["id"])) == 0
    for broken in ({"type": "Create"}, {"type": "Create", "actor": member.uri, "object": 7}):
        await takes(alpha, group, group.activity("Announce", broken))
    assert await alpha.home("alice") == []


# --- Update and Delete ---------------------------------------------------------------------------


async def test_edit_in_a_group_is_read_where_it_was_made(
    alpha: Server, group: Person, member: Person
) -> None:
    """An edit that a group passes on has the post read anew; what the group says of it is nothing."""
    page = page_of(member, group)
    await takes(alpha, group, passes_on(group, member, "Create", page))
    later = page | {"name": "Forged", "updated": "2026-02-01T10:00:00Z"}
    await takes(alpha, group, passes_on(group, member, "Update", later))
    assert "How bees see" in (await seen(alpha, page["id"])).status.content
    member.peer.documents[page["id"]] |= {"name": "Mended", "updated": "2026-02-01T10:00:00Z"}
    await takes(alpha, group, passes_on(group, member, "Update", later))
    view = await seen(alpha, page["id"])
    assert "Mended" in view.status.content
    assert view.status.edited_at is not None
    unknown = page_of(member, group)
    mine = await alpha.post("alice", "mine")
    for about in (unknown, unknown["id"], mine.status.uri, group.document()):
        await takes(alpha, group, passes_on(group, member, "Update", about))
    assert not await is_stored(alpha, unknown["id"])
    assert "mine" in (await seen(alpha, mine.status.uri)).status.content


@pytest.mark.parametrize("said", [404, 410, "Tombstone"])
async def test_delete_in_a_group_counts_when_the_post_is_gone(
    alpha: Server, group: Person, member: Person, said: int | str
) -> None:
    """A post goes when its own server has it no more, and stays gone; a moment before, it stays."""
    page = page_of(member, group)
    create = member.activity("Create", page)
    await takes(alpha, group, passes_on(group, member, "Create", page))
    delete = passes_on(group, member, "Delete", page["id"])
    await takes(alpha, group, delete)
    assert await is_stored(alpha, page["id"])
    member.peer.answers[path_of(page["id"])] = httpx.Response(503)
    delete = passes_on(group, member, "Delete", page["id"])
    await takes(alpha, group, delete)
    assert await is_stored(alpha, page["id"])
    if isinstance(said, int):
        member.peer.answers[path_of(page["id"])] = httpx.Response(said)
    else:
        del member.peer.answers[path_of(page["id"])]
        member.peer.documents[page["id"]] |= {"type": said}
    await make_due(alpha)
    await settle(alpha)
    assert not await is_stored(alpha, page["id"])
    assert await alpha.home("alice") == []
    await reads(alpha, "alice", member)
    await takes(alpha, member, create)
    assert not await is_stored(alpha, page["id"])


async def test_delete_in_a_group_of_what_is_ours(
    alpha: Server, group: Person, member: Person
) -> None:
    """No group deletes what was written here, nor what nobody has."""
    mine = await alpha.post("alice", "mine")
    for about in (mine.status.uri, page_of(member, group)["id"], group.uri):
        await takes(alpha, group, passes_on(group, member, "Delete", about))
    assert await is_stored(alpha, mine.status.uri)
    assert await alpha.known(group.uri) is not None


# --- everything else -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["Like", "Dislike", "EmojiReact", "Undo", "Lock", "Block", "Add", "Follow", "Flag"]
)
async def test_what_only_its_sender_can_say_is_dropped(
    alpha: Server, group: Person, member: Person, kind: str
) -> None:
    """A Like, or whatever else cannot be read anywhere, counts only from who did it."""
    mine = await alpha.post("alice", "mine")
    await takes(alpha, group, passes_on(group, member, kind, mine.status.uri))
    view = await seen(alpha, mine.status.uri)
    assert (view.favourites, view.reactions, view.boosts) == (0, (), 0)
    assert await told(alpha, "alice") == []
    await takes(alpha, member, member.activity("Like", mine.status.uri))
    assert (await seen(alpha, mine.status.uri)).favourites == 1


# --- channels ------------------------------------------------------------------------------------


async def test_video_of_a_channel(alpha: Server, member: Person, peer: Peer) -> None:
    """A channel boosts a film of its owner, who is its author, and whose page the post links.

    Conformance: 134.
    """
    channel = member.peer.person("channel", type="Group")
    await reads(alpha, "alice", channel)
    page = "https://other.test/w/abc"
    people = [{"type": "Person", "id": member.uri}, {"type": "Group", "id": channel.uri}]
    film = member.note(
        "Bees *dance*",
        type="Video",
        name="The dance of bees",
        mediaType="text/markdown",
        attributedTo=people[::-1],
        duration="PT61S",
        url=[
            {"type": "Link", "mediaType": "application/x-mpegURL", "href": f"{page}.m3u8"},
            {"type": "Link", "mediaType": "text/html", "href": page},
        ],
    )
    await takes(alpha, channel, channel.activity("Announce", film["id"]))
    view = await seen(alpha, film["id"])
    assert (view.author.acct, view.status.url) == ("mia@other.test", page)
    for part in ("The dance of bees", "<em>dance</em>", f'href="{page}"'):
        assert part in view.status.content
    (boost,) = await alpha.home("alice")
    assert boost.author.acct == "channel@other.test"
    # Somebody on another server cannot be made the author.
    dave = peer.person("dave")
    claimed = member.note(type="Video", attributedTo=[{"type": "Person", "id": dave.uri}])
    await takes(alpha, channel, channel.activity("Announce", claimed["id"]))
    assert not await is_stored(alpha, claimed["id"])
