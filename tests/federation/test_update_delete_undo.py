"""Changes of mind: edits, deletes and undone deeds, in whatever order they arrive."""

import time
from typing import Any

import httpx
import pytest

from fedlearn.db import statuses as db_statuses
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import Millis
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Edit, StatusView
from tests.federation.network import Network
from tests.federation.peer import AS, Document, Peer, Person
from tests.federation.scenes import count, is_read_by, is_stored, reads, takes, told
from tests.federation.server import Server, settle

AN_HOUR = 3600
A_DAY = 24 * AN_HOUR
FOLLOWERS = "/users/alice/followers"


def stamp(seconds_ago: float) -> str:
    """A moment in the past as it stands in documents."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds_ago))


async def edits(alpha: Server, view: StatusView) -> list[Edit]:
    """What a post said before."""
    async with alpha.instance.db.read() as connection:
        return await db_statuses.edits_of(connection, view.id)


async def shown(alpha: Server, uri: str, name: str = "alice") -> StatusView:
    """A post as alice sees it; it must be there."""
    view = await alpha.seen_by(name, uri)
    assert view is not None
    return view


async def posted(
    alpha: Server, person: Person, content: str = "<p>one</p>", **facts: Any
) -> Document:
    """A post that has arrived."""
    note = person.note(content, **facts)
    await takes(alpha, person, person.activity("Create", note))
    return note


# --- Update --------------------------------------------------------------------------------------


async def test_newer_edit_counts(alpha: Server, bob: Person) -> None:
    """An edit counts if it is newer than what we have, and what was said before is kept.

    Conformance: 146.
    """
    await reads(alpha, "alice", bob)
    note = await posted(alpha, bob, "<p>one</p>", summary="careful")
    two = note | {"content": "<p>two</p>", "summary": None, "updated": "2026-01-02T00:00:00Z"}
    await takes(alpha, bob, bob.activity("Update", two))
    view = await shown(alpha, note["id"])
    assert (view.status.content, view.status.content_warning) == ("<p>two</p>", "")
    assert view.status.edited_at == Millis(1_767_312_000_000)
    for late in ("2026-01-02T00:00:00Z", "2026-01-01T12:00:00Z", "2025-12-31T00:00:00Z", "x"):
        stale = note | {"content": "<p>stale</p>", "updated": late}
        await takes(alpha, bob, bob.activity("Update", stale))
        assert (await shown(alpha, note["id"])).status.content == "<p>two</p>", late
    three = note | {"content": "<p>three</p>", "updated": "2026-01-03T00:00:00Z"}
    await takes(alpha, bob, bob.activity("Update", three))
    view = await shown(alpha, note["id"])
    assert view.status.content == "<p>three</p>"
    before = [(edit.content, edit.content_warning) for edit in await edits(alpha, view)]
    assert before == [("<p>one</p>", "careful"), ("<p>two</p>", "")]
    assert [one.status.uri for one in await alpha.home("alice")] == [note["id"]]


async def test_update_without_a_time_changes_no_text(alpha: Server, bob: Person) -> None:
    """Servers send an Update without `updated` when only counts have changed: the text stays.

    Conformance: 147.
    """
    await reads(alpha, "alice", bob)
    note = await posted(alpha, bob)
    likes = {"type": "Collection", "totalItems": 12}
    shares = {"id": f"{note['id']}/shares", "type": "Collection", "totalItems": 3}
    told = {"content": "<p>two</p>", "likes": likes, "shares": shares}
    await takes(alpha, bob, bob.activity("Update", note | told))
    view = await shown(alpha, note["id"])
    assert (view.status.content, view.status.edited_at) == ("<p>one</p>", None)
    assert (view.favourites, view.boosts) == (12, 3)
    assert await edits(alpha, view) == []
    # What is no number, or is not told any more, changes nothing; counts may also fall.
    for changed, expected in (
        ({"likes": {"type": "Collection", "totalItems": "many"}, "shares": None}, (12, 3)),
        ({"likes": f"{note['id']}/likes"}, (12, 3)),
        ({"likes": likes | {"totalItems": 5}, "shares": shares | {"totalItems": -1}}, (5, 0)),
    ):
        await takes(alpha, bob, bob.activity("Update", note | changed))
        view = await shown(alpha, note["id"])
        assert (view.favourites, view.boosts) == expected


async def test_tallies_of_a_poll_are_refreshed_by_its_author_alone(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """An Update without `updated` brings the tallies of the same poll, not other answers.

    Conformance: 147.
    """
    await reads(alpha, "alice", bob)
    poll = {"type": "Question", "oneOf": [choice("yes", 1), choice("no", 2)], "votersCount": 3}
    note = bob.note("<p>one</p>", **poll)
    await takes(alpha, bob, bob.activity("Create", note))
    assert await tallies(alpha, note["id"]) == [("yes", 1), ("no", 2)]
    later = note | {"oneOf": [choice("yes", 7), choice("no", 9)]}
    carol = peer.person("carol")
    await takes(alpha, carol, carol.activity("Update", later))
    assert await tallies(alpha, note["id"]) == [("yes", 1), ("no", 2)]
    await takes(alpha, bob, bob.activity("Update", later))
    assert await tallies(alpha, note["id"]) == [("yes", 7), ("no", 9)]
    other = note | {"oneOf": [choice("yes", 8), choice("never", 9)]}
    await takes(alpha, bob, bob.activity("Update", other))
    assert await tallies(alpha, note["id"]) == [("yes", 7), ("no", 9)]


def choice(name: str, votes: int) -> Document:
    """An answer in a poll, with how often it was chosen."""
    return {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": votes}}


async def tallies(alpha: Server, uri: str) -> list[tuple[str, int]]:
    """The answers of a poll as alice sees them, with how often each was chosen."""
    poll = (await shown(alpha, uri)).poll
    assert poll is not None
    return [(option.title, option.votes) for option in poll.options]


async def test_update_before_its_create(alpha: Server, bob: Person) -> None:
    """An Update of a fresh post that we never got stands for its Create; of an old one it does not.

    Conformance: 148.
    """
    await reads(alpha, "alice", bob)
    fresh = bob.note("<p>one</p>", published=stamp(AN_HOUR))
    edited = fresh | {"content": "<p>two</p>", "updated": stamp(60)}
    await takes(alpha, bob, bob.activity("Update", edited))
    assert (await shown(alpha, fresh["id"])).status.content == "<p>two</p>"
    await takes(alpha, bob, bob.activity("Create", fresh))
    view = await shown(alpha, fresh["id"])
    assert view.status.content == "<p>two</p>"
    assert [one.status.uri for one in await alpha.home("alice")] == [fresh["id"]]
    for age, kept in ((A_DAY - 60, True), (A_DAY + 60, False)):
        note = bob.note("<p>one</p>", published=stamp(age)) | {"updated": stamp(60)}
        await takes(alpha, bob, bob.activity("Update", note))
        assert await is_stored(alpha, note["id"]) is kept, age


async def test_update_of_what_concerns_nobody(alpha: Server, bob: Person) -> None:
    """An Update that stands for a Create must concern somebody here like any Create."""
    await alpha.user("alice")
    note = bob.note(published=stamp(60), updated=stamp(0))
    await takes(alpha, bob, bob.activity("Update", note))
    assert not await is_stored(alpha, note["id"])


async def test_nobody_edits_for_others(
    alpha: Server, bob: Person, peer: Peer, network: Network, peer_keys: list[Any]
) -> None:
    """Only the author edits: nobody else of the same server, and nobody of another.

    Conformance: 149.
    """
    await reads(alpha, "alice", bob)
    note = await posted(alpha, bob)
    carol = peer.person("carol")
    dave = Peer(network, "other.test", peer_keys[1:]).person("dave")
    for person in (carol, dave):
        await reads(alpha, "alice", person)
        for author in (bob.uri, person.uri, [person.uri, bob.uri]):
            forged = note | {
                "content": "<p>forged</p>",
                "updated": "2026-03-01T00:00:00Z",
                "attributedTo": author,
            }
            await takes(alpha, person, person.activity("Update", forged))
            view = await shown(alpha, note["id"])
            assert (view.status.content, view.author.acct) == ("<p>one</p>", "bob@peer.test")
            assert await edits(alpha, view) == []
    theirs = note | {"content": "<p>two</p>", "updated": "2026-03-02T00:00:00Z"}
    await takes(alpha, bob, bob.activity("Update", theirs))
    assert (await shown(alpha, note["id"])).status.content == "<p>two</p>"


async def test_time_of_writing_stays(alpha: Server, bob: Person) -> None:
    """An edit cannot move a post in time, nor to another audience, conversation or id.

    Conformance: 150.
    """
    await reads(alpha, "alice", bob)
    note = await posted(alpha, bob)
    before = (await shown(alpha, note["id"])).status
    moved = note | {
        "content": "<p>two</p>",
        "published": "2025-01-01T00:00:00Z",
        "updated": "2026-02-01T00:00:00Z",
        "to": [bob.followers],
        "cc": [],
        "conversation": "tag:peer.test,2026:other",
        "inReplyTo": "https://peer.test/other",
    }
    await takes(alpha, bob, bob.activity("Update", moved))
    after = (await shown(alpha, note["id"])).status
    assert after.content == "<p>two</p>"
    assert (after.published, after.id, after.uri) == (before.published, before.id, before.uri)
    assert (after.reach, after.conversation) == (Reach.PUBLIC, before.conversation)
    assert after.in_reply_to_uri is None


async def test_edit_tells_only_who_is_newly_named(alpha: Server, bob: Person) -> None:
    """Who is named by an edit is told of it; who was named before is not told again."""
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")

    def naming(*uris: str) -> Document:
        return {"to": list(uris), "tag": [{"type": "Mention", "href": uri} for uri in uris]}

    note = await posted(alpha, bob, **naming(alice.uri))
    both = note | naming(alice.uri, carol.uri) | {"updated": "2026-02-01T00:00:00Z"}
    await takes(alpha, bob, bob.activity("Update", both))
    assert await told(alpha, "alice") == [(NotificationKind.MENTION, "bob@peer.test")]
    assert await told(alpha, "carol") == [(NotificationKind.MENTION, "bob@peer.test")]


async def test_changed_profile(alpha: Server, bob: Person, peer: Peer) -> None:
    """An actor changes itself, as its own server then says; nobody changes another.

    Conformance: 151.
    """
    await is_read_by(alpha, "alice", bob)
    carol = peer.person("carol")
    await is_read_by(alpha, "alice", carol)
    carol.changes["name"] = "Changed by bob"
    others = (carol.document(), carol.uri, {"id": carol.uri}, {"id": carol.uri, "type": "Note"})
    for about in others:
        await takes(alpha, bob, bob.activity("Update", about))
    assert (await alpha.find(carol.handle)).profile.name == "Carol"

    bob.changes |= {"name": "Bob the beekeeper", "summary": "<p>bees<script>x</script></p>"}
    # What the activity itself says is not taken: the server of the actor is asked.
    await takes(alpha, bob, bob.activity("Update", bob.document() | {"name": "Somebody else"}))
    profile = (await alpha.find(bob.handle)).profile
    assert (profile.name, profile.summary) == ("Bob the beekeeper", "<p>bees</p>")
    bob.changes["name"] = "Bob again"
    await takes(alpha, bob, bob.activity("Update", bob.uri))
    assert (await alpha.find(bob.handle)).profile.name == "Bob again"
    assert await count(alpha, FOLLOWERS) == 2


async def test_changed_profile_that_cannot_be_had_now(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """If the actor cannot be fetched just then, the change is tried again later and not lost."""
    await is_read_by(alpha, "alice", bob)
    bob.changes["name"] = "Later"
    network.unplug("peer.test")
    assert (await bob.deliver(alpha, bob.activity("Update", bob.document()))).status_code == 202
    await settle(alpha)
    async with alpha.instance.db.write() as connection:
        retried = await connection.fetch_all(
            "SELECT last_error FROM job WHERE kind = 'process_activity'"
        )
        assert len(retried) == 1
        assert "peer.test" in retried[0]["last_error"]
        await connection.execute("UPDATE job SET run_at = 0")
    network.plug_in("peer.test")
    await settle(alpha)
    assert (await alpha.find(bob.handle)).profile.name == "Later"


# --- Delete --------------------------------------------------------------------------------------


async def test_all_ways_to_say_that_a_post_is_gone(alpha: Server, bob: Person) -> None:
    """A Tombstone, the bare id and the whole post mean the same to a Delete.

    Conformance: 152.
    """
    await reads(alpha, "alice", bob)
    shapes: list[Any] = [
        lambda note: {"id": note["id"], "type": "Tombstone"},
        lambda note: note["id"],
        lambda note: note,
        lambda note: [note["id"]],
    ]
    for shape in shapes:
        note = await posted(alpha, bob)
        assert await is_stored(alpha, note["id"])
        delete = bob.activity("Delete", shape(note))
        await takes(alpha, bob, delete)
        assert not await is_stored(alpha, note["id"])
        # FEP-4f05: a second Delete may follow, and does no harm.
        await takes(alpha, bob, bob.activity("Delete", note["id"]))
    assert await alpha.home("alice") == []


async def test_delete_before_its_create(alpha: Server, bob: Person, peer: Peer) -> None:
    """What was deleted before it came does not come to life, whichever way it comes.

    Conformance: 153.
    """
    await reads(alpha, "alice", bob)
    note = bob.note()
    await takes(alpha, bob, bob.activity("Delete", note["id"]))
    for late in (
        bob.activity("Create", note),
        bob.activity("Create", note["id"]),
        bob.activity("Update", note | {"published": stamp(60), "updated": stamp(0)}),
        bob.activity("Announce", note["id"]),
        bob.activity("Create", bob.note("<p>an answer</p>", inReplyTo=note["id"])),
    ):
        await takes(alpha, bob, late)
        assert not await is_stored(alpha, note["id"])
    other = bob.note()
    await takes(alpha, bob, bob.activity("Create", other))
    assert await is_stored(alpha, other["id"])
    # Only the author can bury a post: carol's Delete of bob's next one is worth nothing.
    carol = peer.person("carol")
    next_one = bob.note()
    await takes(alpha, carol, carol.activity("Delete", next_one["id"]))
    await takes(alpha, bob, bob.activity("Create", next_one))
    assert await is_stored(alpha, next_one["id"])


async def test_nobody_deletes_for_others(
    alpha: Server, bob: Person, peer: Peer, network: Network, peer_keys: list[Any]
) -> None:
    """A Delete of another's post is ignored, be it of the same server, of another, or ours.

    Conformance: 154.
    """
    await reads(alpha, "alice", bob)
    note = await posted(alpha, bob)
    mine = await alpha.post("alice", "mine")
    carol = peer.person("carol")
    dave = Peer(network, "other.test", peer_keys[1:]).person("dave")
    for person in (carol, dave):
        for uri in (note["id"], mine.status.uri, bob.uri, mine.author.uri):
            for about in (uri, {"id": uri, "type": "Tombstone"}, {"id": uri, "actor": person.uri}):
                await takes(alpha, person, person.activity("Delete", about))
    assert await is_stored(alpha, note["id"])
    assert await is_stored(alpha, mine.status.uri)
    assert (await alpha.find(bob.handle)).is_active
    assert (await alpha.get("/users/alice")).status_code == 200
    await takes(alpha, bob, bob.activity("Delete", note["id"]))
    assert not await is_stored(alpha, note["id"])


async def test_delete_takes_all_that_hung_on_a_post(alpha: Server, bob: Person, peer: Peer) -> None:
    """With a post go its boosts, likes, attachments and what people were told of it."""
    alice = await alpha.actor("alice")
    await reads(alpha, "alice", bob)
    carol = peer.person("carol")
    await reads(alpha, "alice", carol)
    tag = {"type": "Mention", "href": alice.uri}
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://peer.test/a.png"}
    note = await posted(
        alpha, bob, to=[alice.uri], cc=[f"{AS}#Public"], tag=tag, attachment=picture
    )
    reply = await posted(alpha, carol, "<p>an answer</p>", inReplyTo=note["id"])
    await takes(alpha, carol, carol.activity("Announce", note["id"]))
    assert (await shown(alpha, note["id"])).boosts == 1
    assert (NotificationKind.MENTION, "bob@peer.test") in await told(alpha, "alice")
    await takes(alpha, bob, bob.activity("Delete", note["id"]))
    home = await alpha.home("alice")
    assert [view.status.uri for view in home] == [reply["id"]]
    assert home[0].in_reply_to_author is None
    assert await told(alpha, "alice") == []
    async with alpha.instance.db.read() as connection:
        left = await connection.fetch_one("SELECT count(*) AS n FROM attachment")
        assert left is not None
        assert left["n"] == 0


async def test_deleted_actor(alpha: Server, bob: Person, peer: Peer) -> None:
    """With an actor go its posts, follows, likes and media; what it still says is 202 and nothing.

    Conformance: 155.
    """
    await reads(alpha, "alice", bob)
    await is_read_by(alpha, "alice", bob)
    mine = await alpha.post("alice", "mine")
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://peer.test/a.png"}
    note = await posted(alpha, bob, attachment=picture)
    await takes(alpha, bob, bob.activity("Like", mine.status.uri))
    await takes(alpha, bob, bob.activity("Announce", mine.status.uri))
    assert await told(alpha, "alice") != []
    bystander = peer.person("carol")
    await is_read_by(alpha, "alice", bystander)

    await takes(alpha, bob, bob.activity("Delete", bob.uri))
    assert not await is_stored(alpha, note["id"])
    assert [view.status.uri for view in await alpha.home("alice")] == [mine.status.uri]
    seen = await shown(alpha, mine.status.uri)
    assert (seen.favourites, seen.boosts) == (0, 0)
    assert await count(alpha, FOLLOWERS) == 1
    assert await count(alpha, "/users/alice/following") == 0
    assert await told(alpha, "alice") == [(NotificationKind.FOLLOW, "carol@peer.test")]

    alice = await alpha.actor("alice")
    peer.answers["/users/bob"] = httpx.Response(410)
    late = bob.note(to=[alice.uri], tag={"type": "Mention", "href": alice.uri})
    for activity in (
        bob.activity("Create", late),
        bob.activity("Update", late | {"published": stamp(60), "updated": stamp(0)}),
        bob.activity("Follow", alice.uri),
        bob.activity("Like", mine.status.uri),
        bob.activity("Announce", mine.status.uri),
    ):
        await takes(alpha, bob, activity)
    assert not await is_stored(alpha, late["id"])
    assert await count(alpha, FOLLOWERS) == 1
    assert await told(alpha, "alice") == [(NotificationKind.FOLLOW, "carol@peer.test")]


# --- Undo ----------------------------------------------------------------------------------------


async def deeds(alpha: Server, person: Person) -> dict[str, Document]:
    """A Follow, a Like and an Announce, none of them sent yet."""
    mine = await alpha.post("alice", "mine")
    return {
        "Follow": person.activity("Follow", mine.author.uri),
        "Like": person.activity("Like", mine.status.uri),
        "Announce": person.activity("Announce", mine.status.uri),
    }


async def effect(alpha: Server, kind: str) -> int:
    """How often a deed counts: followers, likes or boosts."""
    if kind == "Follow":
        return await count(alpha, FOLLOWERS)
    view = (await alpha.home("alice"))[-1]
    return view.favourites if kind == "Like" else view.boosts


KINDS = ["Follow", "Like", "Announce"]


@pytest.mark.parametrize("kind", KINDS)
async def test_undo_before_the_deed(alpha: Server, bob: Person, peer: Peer, kind: str) -> None:
    """What was undone before it came does not take effect when it comes; undone by others, it does.

    Conformance: 156.
    """
    deed = (await deeds(alpha, bob))[kind]
    for about in (deed, deed["id"]):
        await takes(alpha, bob, bob.activity("Undo", about))
    await takes(alpha, bob, deed)
    assert await effect(alpha, kind) == 0
    assert await told(alpha, "alice") == []
    another = deed | {"id": f"{deed['id']}-again"}
    carol = peer.person("carol")
    await takes(alpha, carol, carol.activity("Undo", another["id"]))
    await takes(alpha, bob, another)
    assert await effect(alpha, kind) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_undo_by_id_and_embedded(alpha: Server, bob: Person, peer: Peer, kind: str) -> None:
    """A deed is undone by its id, by itself embedded, and by what it was about; not by anybody else.

    Conformance: 157.
    """
    deed = (await deeds(alpha, bob))[kind]
    carol = peer.person("carol")
    # GoToSocial and Misskey do not always remember the id that they sent.
    other_id = deed | {"id": f"{bob.uri}#something-else"}
    without_id = {name: value for name, value in deed.items() if name != "id"}
    ways: list[Any] = [lambda it: it["id"], lambda it: it, lambda _: other_id, lambda _: without_id]
    for number, way in enumerate(ways):
        deed = deed | {"id": f"{deed['id']}-{number}"}
        await takes(alpha, bob, deed)
        assert await effect(alpha, kind) == 1, number
        assert len(await told(alpha, "alice")) == 1
        for forged in (deed["id"], deed, deed | {"actor": carol.uri}):
            await takes(alpha, carol, carol.activity("Undo", forged))
        await takes(alpha, bob, bob.activity("Undo", deed | {"actor": carol.uri}))
        assert await effect(alpha, kind) == 1, number
        await takes(alpha, bob, bob.activity("Undo", way(deed)))
        assert await effect(alpha, kind) == 0, number
        assert await told(alpha, "alice") == []
    # Undone again, and what never was: 202, and nothing happens.
    nothings: list[Any] = [deed, "https://peer.test/never", {"type": kind}, {"actor": bob.uri}, []]
    for nothing in nothings:
        await takes(alpha, bob, bob.activity("Undo", nothing))
    assert await effect(alpha, kind) == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_done_anew_after_an_undo(alpha: Server, bob: Person, kind: str) -> None:
    """Who follows, likes or boosts again does so again, under a new id or (Pixelfed) the same."""
    deed = (await deeds(alpha, bob))[kind]
    await takes(alpha, bob, deed)
    for number, again in enumerate((deed | {"id": f"{deed['id']}-anew"}, deed, deed)):
        await takes(alpha, bob, bob.activity("Undo", deed))
        assert await effect(alpha, kind) == 0, number
        await takes(alpha, bob, again)
        assert await effect(alpha, kind) == 1, number
        # What is repeated without having been undone is still nothing new.
        await takes(alpha, bob, again)
        assert await effect(alpha, kind) == 1, number
        assert len(await told(alpha, "alice")) == 1
