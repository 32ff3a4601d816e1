"""Posts that come in: which are kept, who sees them, who is told, and what becomes of their shapes."""

import time
from itertools import pairwise
from typing import Any

import httpx
import nh3
import pytest

from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import HOUR_MS, Millis, moment_of, now
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import Preview, StatusView
from fedlearn.services import health
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.peer import PUBLIC, Document, Peer, Person
from tests.federation.scenes import is_read_by, is_stored, reads, takes, told
from tests.federation.server import Server, make_due, settle

MENTION = (NotificationKind.MENTION, "bob@peer.test")


async def created(alpha: Server, person: Person, note: Document) -> StatusView:
    """A post is delivered, and seen by alice."""
    await takes(alpha, person, person.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    return view


def mention_of(uri: str) -> Document:
    """A tag that names somebody."""
    return {"type": "Mention", "href": uri, "name": "@somebody"}


# --- which are kept ------------------------------------------------------------------------------


async def test_post_of_somebody_followed_is_stored_once(alpha: Server, bob: Person) -> None:
    """A Create by somebody whom alice reads makes one post; sent again in any form, still one.

    Conformance: 116.
    """
    await reads(alpha, "alice", bob)
    note = bob.note("<p>first</p>")
    view = await created(alpha, bob, note)
    assert view.status.content == "<p>first</p>"
    assert view.author.acct == "bob@peer.test"
    carol = await alpha.actor("carol")
    other = {
        "content": "<p>second</p>",
        "attachment": PICTURE,
        "tag": [mention_of(carol.uri), {"type": "Hashtag", "name": "#other"}],
        "to": [PUBLIC, carol.uri],
    }
    again = bob.activity("Create", note | other)
    for repeated in (again, again, bob.activity("Create", note["id"])):
        await takes(alpha, bob, repeated)
    assert await alpha.home("alice") == [view]
    assert await told(alpha, "carol") == []


async def test_post_named_by_id_alone_is_fetched(alpha: Server, bob: Person, peer: Peer) -> None:
    """A Create may carry just the id of its post: it is fetched, if it is on the sender's server."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>fetched</p>")
    await takes(alpha, bob, bob.activity("Create", note["id"]))
    seen = await alpha.seen_by("alice", note["id"])
    assert seen is not None
    assert seen.status.content == "<p>fetched</p>"
    asked = len(peer.requests)
    await takes(alpha, bob, bob.activity("Create", "https://other.test/notes/1"))
    assert not await is_stored(alpha, "https://other.test/notes/1")
    assert len(peer.requests) == asked


async def test_nobody_posts_for_others(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """A post belongs to the server and the person of its author, who must be the sender.

    Conformance: 117.
    """
    carol = peer.person("carol")
    for person in (bob, carol):
        await reads(alpha, "alice", person)
    note = bob.note()
    forged: list[Document] = [
        note | {"id": "https://other.test/notes/1"},
        note | {"id": "https://other.test/notes/2", "attributedTo": "https://other.test/users/bob"},
        note | {"id": f"{bob.uri}/notes/a", "attributedTo": carol.uri},
        note | {"id": f"{bob.uri}/notes/b", "attributedTo": "https://other.test/users/bob"},
        note | {"id": f"{bob.uri}/notes/c", "attributedTo": []},
        note | {"id": f"{bob.uri}/notes/d", "attributedTo": None},
        note | {"id": None},
    ]
    for document in forged:
        await takes(alpha, bob, bob.activity("Create", document))
        if document["id"]:
            assert not await is_stored(alpha, document["id"]), document["id"]
    assert await alpha.home("alice") == []
    # A known post of carol's does not become bob's.
    hers = carol.note("<p>hers</p>")
    await takes(alpha, carol, carol.activity("Create", hers))
    await takes(
        alpha, bob, bob.activity("Create", hers | {"attributedTo": bob.uri, "content": "x"})
    )
    seen = await alpha.seen_by("alice", hers["id"])
    assert seen is not None
    assert (seen.author.acct, seen.status.content) == ("carol@peer.test", "<p>hers</p>")
    await created(alpha, bob, note)


async def test_nobody_speaks_for_us(alpha: Server, bob: Person) -> None:
    """A post that claims an id on our own host is rejected, whether that exists or not.

    Conformance: 115.
    """
    await reads(alpha, "alice", bob)
    mine = await alpha.post("alice", "mine")
    invented = "https://alpha.test/users/alice/statuses/1"
    for uri in (invented, mine.status.uri):
        for author in (bob.uri, mine.author.uri):
            note = bob.note("<p>not mine</p>") | {"id": uri, "attributedTo": author}
            for kind in ("Create", "Update"):
                await takes(alpha, bob, bob.activity(kind, note))
    await takes(alpha, bob, bob.activity("Announce", invented))
    assert not await is_stored(alpha, invented)
    seen = await alpha.seen_by("alice", mine.status.uri)
    assert seen is not None
    assert seen.status.content == "<p>mine</p>"
    assert [view.status.uri for view in await alpha.home("alice")] == [mine.status.uri]


async def test_what_concerns_nobody_is_not_kept(alpha: Server, bob: Person) -> None:
    """Without a follower, an addressee or a known parent here, a post is not stored.

    Conformance: 118.
    """
    mine = await alpha.post("alice", "mine")
    alice = await alpha.actor("alice")
    unrelated = [
        bob.note(),
        bob.note(to=[f"{alice.uri}x"]),
        bob.note(inReplyTo="https://other.test/notes/1"),
        bob.note(tag=[mention_of("https://other.test/users/dave")]),
    ]
    for note in unrelated:
        await takes(alpha, bob, bob.activity("Create", note))
        assert not await is_stored(alpha, note["id"])
    # It is not enough to have asked: the follow must have been accepted.
    await alpha.follow("alice", bob.handle)
    await settle(alpha)
    waiting = bob.note()
    await takes(alpha, bob, bob.activity("Create", waiting))
    assert not await is_stored(alpha, waiting["id"])
    for related in (
        bob.note(to=[alice.uri]),
        bob.note(to=[], cc=[alice.uri]),
        bob.note(inReplyTo=mine.status.uri),
    ):
        await created(alpha, bob, related)


async def test_follower_on_the_other_side_is_no_reader(alpha: Server, bob: Person) -> None:
    """That bob reads alice does not make her read him: his posts are not kept for it."""
    await is_read_by(alpha, "alice", bob)
    note = bob.note()
    await takes(alpha, bob, bob.activity("Create", note))
    assert not await is_stored(alpha, note["id"])


# --- who sees them -------------------------------------------------------------------------------


@pytest.mark.parametrize("public", [PUBLIC, "as:Public", "Public"])
async def test_spellings_of_public(alpha: Server, bob: Person, public: str) -> None:
    """Public in `to` is public, in `cc` unlisted, in each spelling of the fediverse.

    Conformance: 119.
    """
    await reads(alpha, "alice", bob)
    open_to_all = await created(alpha, bob, bob.note(to=[public], cc=[bob.followers]))
    assert open_to_all.status.reach is Reach.PUBLIC
    unlisted = await created(alpha, bob, bob.note(to=[bob.followers], cc=[public]))
    assert unlisted.status.reach is Reach.UNLISTED
    single = await created(alpha, bob, bob.note(to=public, cc=None))
    assert single.status.reach is Reach.PUBLIC
    narrow = await created(alpha, bob, bob.note(to=[bob.followers], cc=["https://x.test/Public"]))
    assert narrow.status.reach is Reach.FOLLOWERS


async def test_followers_only_and_direct(alpha: Server, bob: Person) -> None:
    """The followers collection alone reaches followers, names alone reach those who are named.

    Conformance: 120.
    """
    await reads(alpha, "alice", bob)
    carol = await alpha.actor("carol")
    for_followers = await created(alpha, bob, bob.note(to=[bob.followers], cc=[]))
    assert for_followers.status.reach is Reach.FOLLOWERS
    assert await alpha.seen_by("carol", for_followers.status.uri) is None
    direct = bob.note(to=[carol.uri], cc=[], tag=[mention_of(carol.uri)])
    await takes(alpha, bob, bob.activity("Create", direct))
    seen = await alpha.seen_by("carol", direct["id"])
    assert seen is not None
    assert seen.status.reach is Reach.DIRECT
    assert await alpha.seen_by("alice", direct["id"]) is None
    assert [view.status.uri for view in await alpha.home("alice")] == [for_followers.status.uri]
    assert await alpha.home("carol") == []
    [conversation] = await alpha.conversations("carol")
    assert (conversation.last, conversation.conversation.is_unread) == (seen, True)
    # Nobody in particular sees either.
    for uri in (for_followers.status.uri, direct["id"]):
        page = await alpha.get(f"/authorize_interaction?uri={uri}", "text/html")
        assert "hello" not in page.text


async def test_followers_of_somebody_else(alpha: Server, bob: Person, peer: Peer) -> None:
    """The followers collection of another opens a post to nobody: not to theirs, not to one's own.

    Conformance: 121.
    """
    carol = peer.person("carol")
    for name, person in (("alice", bob), ("erin", carol)):
        await reads(alpha, name, person)
    dave = await alpha.actor("dave")
    theirs = bob.note(to=[carol.followers, dave.uri], cc=[])
    ours = bob.note(to=["https://alpha.test/users/alice/followers", dave.uri], cc=[])
    for note in (theirs, ours):
        await takes(alpha, bob, bob.activity("Create", note))
        seen = await alpha.seen_by("dave", note["id"])
        assert seen is not None
        assert seen.status.reach is Reach.DIRECT
        for stranger in ("alice", "erin"):
            assert await alpha.seen_by(stranger, note["id"]) is None
            assert await alpha.home(stranger) == []


async def test_addresses_of_the_activity_stand_in(alpha: Server, bob: Person) -> None:
    """A post without addresses has those of its activity; where it has its own, those count.

    Conformance: 122.
    """
    await reads(alpha, "alice", bob)
    note = bob.note(to=None, cc=None)
    bare = {name: value for name, value in note.items() if value is not None}
    await takes(alpha, bob, bob.activity("Create", bare, to=[bob.followers], cc=[PUBLIC]))
    seen = await alpha.seen_by("alice", note["id"])
    assert seen is not None
    assert seen.status.reach is Reach.UNLISTED
    own = bob.note(to=[bob.followers], cc=[])
    await takes(alpha, bob, bob.activity("Create", own, to=[PUBLIC], cc=[]))
    seen = await alpha.seen_by("alice", own["id"])
    assert seen is not None
    assert seen.status.reach is Reach.FOLLOWERS


# --- who is told ---------------------------------------------------------------------------------


async def test_mention_is_told_once(alpha: Server, bob: Person) -> None:
    """Who is tagged and addressed is told, once; who is only addressed may read it, and is not told.

    Conformance: 124.
    """
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")
    tags = [mention_of(alice.uri), mention_of(alice.uri)]
    note = bob.note(to=[alice.uri, carol.uri], cc=[alice.uri], tag=tags)
    create = bob.activity("Create", note)
    for activity in (create, create, bob.activity("Create", note), bob.activity("Update", note)):
        await takes(alpha, bob, activity)
    assert await told(alpha, "alice") == [MENTION]
    assert await told(alpha, "carol") == []
    for name in ("alice", "carol"):
        seen = await alpha.seen_by(name, note["id"])
        assert seen is not None
        assert [mention.acct for mention in seen.mentions] == ["alice"]


async def test_tag_without_address_tells_nobody(alpha: Server, bob: Person) -> None:
    """Being written about is not being written to: no notification, and no right to read.

    Conformance: 125.
    """
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")
    private = bob.note(to=[carol.uri], cc=[], tag=[mention_of(alice.uri), mention_of(carol.uri)])
    for note in (bob.note(tag=[mention_of(alice.uri)]), private):
        await takes(alpha, bob, bob.activity("Create", note))
    assert await told(alpha, "alice") == []
    assert await told(alpha, "carol") == [MENTION]
    assert await alpha.seen_by("alice", private["id"]) is None


async def test_mention_is_told_though_the_post_was_fetched_before(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A post that came first as part of a conversation is told, and shown, when it is delivered."""
    alice = await alpha.actor("alice")
    await reads(alpha, "alice", bob)
    carol = peer.person("carol")
    await reads(alpha, "alice", carol)
    question = bob.note(to=[PUBLIC, alice.uri], tag=mention_of(alice.uri))
    answer = carol.note(inReplyTo=question["id"])
    await takes(alpha, carol, carol.activity("Create", answer))
    assert await is_stored(alpha, question["id"])
    assert await told(alpha, "alice") == []
    for _ in range(2):
        await takes(alpha, bob, bob.activity("Create", question))
    assert await told(alpha, "alice") == [MENTION]
    assert question["id"] in [view.status.uri for view in await alpha.home("alice")]


async def test_mention_of_an_unknown_actor_is_tried_again(
    alpha: Server, bob: Person, network: Network, peer_keys: list[Any]
) -> None:
    """Who is named and not known here is looked up behind the post, and again if that fails.

    Conformance: 126.
    """
    await reads(alpha, "alice", bob)
    other = Peer(network, "other.test", peer_keys[1:])
    carol = other.person("carol")
    network.unplug("other.test")
    tags = [mention_of(carol.uri), mention_of("https://other.test/users/ghost")]
    note = bob.note(cc=[carol.uri, "https://other.test/users/ghost"], tag=tags)
    view = await created(alpha, bob, note)
    assert view.mentions == ()
    network.plug_in("other.test")
    await make_due(alpha)
    await settle(alpha)
    seen = await alpha.seen_by("alice", note["id"])
    assert seen is not None
    assert [mention.acct for mention in seen.mentions] == ["carol@other.test"]
    # Nobody answers for the ghost: that is final. And nobody is named who is not addressed.
    jobs = (await health.summary(alpha.instance))["jobs"]
    assert jobs["resolve_mention"] == {"waiting": 0, "running": 0, "dead": 0}
    asked = len(other.requests)
    dave = other.person("dave")
    view = await created(alpha, bob, bob.note(tag=[mention_of(dave.uri)]))
    assert view.mentions == ()
    assert len(other.requests) == asked


async def test_what_comes_to_ones_own_inbox_is_for_oneself(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A private post that names nobody here is read by whose own inbox it came to, and nobody else.

    Conformance: 123.
    """
    for name in ("alice", "dora"):
        await alpha.user(name)
    carol = peer.person("carol")
    note = bob.note("<p>psst</p>", to=[carol.uri], cc=[])
    create = bob.activity("Create", note)
    await takes(alpha, bob, create | {"id": f"{bob.uri}#shared"})
    assert not await is_stored(alpha, note["id"])
    await takes(alpha, bob, create, path="/users/alice/inbox")
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    assert (view.status.reach, view.mentions) == (Reach.DIRECT, ())
    assert await told(alpha, "alice") == []
    assert await alpha.seen_by("dora", note["id"]) is None
    assert [one.last for one in await alpha.conversations("alice")] == [view]
    # What somebody else wrote does not come in by that door.
    hers = carol.note("<p>hers</p>", to=[carol.uri], cc=[])
    await takes(alpha, bob, bob.activity("Create", hers), path="/users/alice/inbox")
    assert not await is_stored(alpha, hers["id"])


async def test_mention_of_somebody_unknown_does_no_harm(
    alpha: Server, bob: Person, network: Network
) -> None:
    """A post that names people whom nobody can find is stored, and the others are told."""
    alice = await alpha.actor("alice")
    tags = [
        mention_of("https://nowhere.test/users/ghost"),
        {"type": "Mention", "name": "@ghost@nowhere.test"},
        {"type": "Mention", "href": 7},
        mention_of("https://alpha.test/users/nobody"),
        mention_of(alice.uri),
    ]
    note = bob.note(to=[alice.uri, "https://nowhere.test/users/ghost"], tag=tags)
    view = await created(alpha, bob, note)
    assert [mention.acct for mention in view.mentions] == ["alice"]
    assert await told(alpha, "alice") == [MENTION]


# --- what becomes of their shapes ----------------------------------------------------------------


async def test_content_and_language_from_a_map(alpha: Server, bob: Person) -> None:
    """A post may have its text only in `contentMap`, whose key is then its language.

    Conformance: 127.
    """
    await reads(alpha, "alice", bob)
    note = bob.note(contentMap={"de": "<p>Guten Tag</p>"})
    del note["content"]
    view = await created(alpha, bob, note)
    assert (view.status.content, view.status.language) == ("<p>Guten Tag</p>", "de")
    both = await created(alpha, bob, bob.note("<p>Hi</p>", contentMap={"en": "<p>Hi</p>"}))
    assert (both.status.content, both.status.language) == ("<p>Hi</p>", "en")
    odd = await created(alpha, bob, bob.note("<p>Hi</p>", contentMap={"no language!": "<p>Hi</p>"}))
    assert (odd.status.content, odd.status.language) == ("<p>Hi</p>", None)
    lined = await created(alpha, bob, bob.note("<p>Hi</p>", contentMap={"de_DE": "<p>Hi</p>"}))
    assert lined.status.language == "de-DE"
    broken_maps: list[Any] = [[], "en", {"en": None}, {}]
    for broken in broken_maps:
        view = await created(alpha, bob, bob.note("<p>plain</p>", contentMap=broken))
        assert view.status.content == "<p>plain</p>"


PICTURE = {"type": "Document", "mediaType": "image/png", "url": "https://peer.test/a.png"}


async def test_single_objects_and_nulls(alpha: Server, bob: Person) -> None:
    """`tag` and `attachment` are lists or single objects, with gaps or without.

    Conformance: 128.
    """
    await reads(alpha, "alice", bob)
    bees = {"type": "Hashtag", "name": "#Bees", "href": "https://peer.test/tags/bees"}
    shapes: list[tuple[Any, Any]] = [
        (bees, PICTURE),
        ([bees], [PICTURE]),
        ([None, bees, None], [None, PICTURE, None]),
        ([7, "x", [], bees], [7, "x", [], PICTURE]),
    ]
    for tag, attachment in shapes:
        view = await created(alpha, bob, bob.note(tag=tag, attachment=attachment))
        assert view.hashtags == ("bees",), tag
        assert [one.url for one in view.attachments] == ["https://peer.test/a.png"], attachment
    nothings: list[Any] = [None, [], [None], {}]
    for nothing in nothings:
        view = await created(alpha, bob, bob.note(tag=nothing, attachment=nothing))
        assert (view.hashtags, view.attachments) == ((), ())


async def test_strange_dates(alpha: Server, bob: Person) -> None:
    """Dates of Threads are read; those no calendar has, or of the future, become the time of arrival.

    Conformance: 129.
    """
    await reads(alpha, "alice", bob)
    threads = await created(alpha, bob, bob.note(published="2026-01-01T10:00:00+0000"))
    assert threads.status.published == Millis(1_767_261_600_000)
    offset = await created(alpha, bob, bob.note(published="2026-01-01T12:00:00+02:00"))
    assert offset.status.published == threads.status.published
    began = now()
    dates: list[Any] = [
        "+010000-01-01T00:00:00Z",
        "99999-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400)),
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "yesterday",
        "",
        None,
        7,
        {"@value": []},
        "2026-13-45T99:99:99Z",
    ]
    for strange in dates:
        view = await created(alpha, bob, bob.note(published=strange))
        assert began <= view.status.published <= now(), strange
        assert began - HOUR_MS <= moment_of(view.id) <= now() + HOUR_MS, strange
    # Nothing of the future stands above what is new.
    mine = await alpha.post("alice", "now")
    assert (await alpha.home("alice"))[0].status.uri == mine.status.uri


async def test_descriptions_of_pictures(alpha: Server, bob: Person) -> None:
    """What a picture shows is in `summary`, else in `name`; a blurhash that is none is left out.

    Conformance: 130.
    """
    await reads(alpha, "alice", bob)
    blurhash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
    attachments = [
        PICTURE | {"summary": "a bee", "name": "IMG_1", "blurhash": blurhash},
        PICTURE | {"name": "a wasp", "blurhash": "<script>"},
        PICTURE | {"summary": None, "name": "a fly", "blurhash": 7},
        PICTURE | {"summary": "", "name": None, "blurhash": "x" * 500},
    ]
    view = await created(alpha, bob, bob.note(attachment=attachments))
    found = [(one.description, one.blurhash) for one in view.attachments]
    assert found == [("a bee", blurhash), ("a wasp", None), ("a fly", None), ("", None)]


async def test_more_pictures_than_fit(alpha: Server, bob: Person) -> None:
    """Of too many attachments the first are kept, in their order; links are no pictures.

    Conformance: 132.
    """
    await reads(alpha, "alice", bob)
    many = [PICTURE | {"url": f"https://peer.test/{number}.png"} for number in range(100)]
    link = {"type": "Link", "href": "https://example.org/article"}
    view = await created(alpha, bob, bob.note(attachment=[link, *many]))
    assert [one.url for one in view.attachments] == [one["url"] for one in many[:16]]


async def test_attached_link_is_a_preview(alpha: Server, bob: Person) -> None:
    """A Link among the attachments is where the post leads, and no picture.

    Conformance: 131.
    """
    await reads(alpha, "alice", bob)
    link = {"type": "Link", "href": "https://example.org/article", "name": "Bees", "summary": "…"}
    image = {"type": "Image", "url": "https://peer.test/preview.png"}
    view = await created(alpha, bob, bob.note(attachment=[link, PICTURE], image=image))
    assert [one.url for one in view.attachments] == [PICTURE["url"]]
    assert view.preview == Preview(link["href"], "Bees", "…", image["url"])
    home = (await (await sign_in(alpha, "alice")).get("/")).text
    assert f'<a class="preview" href="{link["href"]}"' in home
    assert "/media/proxy/" in home
    bad = [{"type": "Link", "href": one} for one in ("javascript:alert(1)", "/relative", 7, None)]
    view = await created(alpha, bob, bob.note(attachment=bad))
    assert (view.attachments, view.preview) == ((), None)
    second = await created(alpha, bob, bob.note(attachment=[*bad, link]))
    assert second.preview is not None
    edited = bob.peer.documents[second.status.uri] | {"updated": "2026-02-01T10:00:00Z"}
    await takes(alpha, bob, bob.activity("Update", edited | {"attachment": []}))
    changed = await alpha.seen_by("alice", second.status.uri)
    assert changed is not None
    assert changed.preview is None


async def test_event_with_nulls_says_when_and_where(alpha: Server, bob: Person) -> None:
    """An event is shown with its time and place, whatever else is null in it.

    Conformance: 133, 135.
    """
    await reads(alpha, "alice", bob)
    group = "https://peer.test/@bees"
    event = bob.note(
        "<p>With honey.</p>",
        type="Event",
        name="The feast of bees",
        actor=bob.uri,
        attributedTo=[group, {"type": "Person", "id": bob.uri}],
        startTime="2026-06-01T19:00:00+02:00",
        endTime=None,
        location={
            "type": "Place",
            "name": "The hive",
            "address": {"streetAddress": None, "addressLocality": "Apiary", "postalCode": None},
        },
        remainingAttendeeCapacity=None,
        maximumAttendeeCapacity=0,
        attachment=[None],
        tag=None,
        inReplyTo=None,
    )
    view = await created(alpha, bob, event)
    for shown in ("The feast of bees", "2026-06-01 19:00 UTC+02:00", "The hive, Apiary", "honey"):
        assert shown in view.status.content, shown
    assert view.author.acct == "bob@peer.test"
    assert "None" not in view.status.content
    nowhen: list[Any] = [None, "soon", 7, {}]
    for without in nowhen:
        view = await created(alpha, bob, bob.note(type="Event", name="Some day", startTime=without))
        assert "Some day" in view.status.content


@pytest.mark.parametrize("kind", ["Article", "Page", "Video", "Event"])
async def test_other_kinds_become_posts(alpha: Server, bob: Person, kind: str) -> None:
    """What is no Note is shown as its title, its summary and a link to where it is.

    Conformance: 133.
    """
    await reads(alpha, "alice", bob)
    page = "https://peer.test/articles/bees"
    document = bob.note(
        "<p>A very long text</p>",
        type=kind,
        name="How <bees> see",
        summary="<p>In <em>ultraviolet</em><script>alert(1)</script></p>",
        url=[
            {"type": "Link", "mediaType": "application/x-mpegURL", "href": "https://peer.test/x"},
            {"type": "Link", "mediaType": "text/html", "href": page},
        ],
    )
    view = await created(alpha, bob, document)
    content = view.status.content
    assert "<strong>How see</strong>" in content
    assert "<em>ultraviolet</em>" in content
    assert "alert" not in content
    assert f'href="{page}"' in content
    assert view.status.url == page
    assert view.status.content_warning == ""
    assert ("A very long text" in content) is (kind == "Event")
    # Where there is no summary, or one that only repeats the title, the text stands for it.
    for summary in (None, "", "Untitled #bees #wasps", "Untit… #bees", "#bees"):
        plain = bob.note(type=kind, name="Untitled", url=page, summary=summary)
        content = (await created(alpha, bob, plain)).status.content
        assert "hello" in content, summary
        assert content.count("Untit") == 1
    preview = {"type": "Note", "content": "<p>In short</p>"}
    short = await created(alpha, bob, bob.note(type=kind, name="Untitled", preview=preview))
    assert "In short" in short.status.content


async def test_note_with_a_title_shows_it(alpha: Server, bob: Person) -> None:
    """Forums send Notes with a title (NodeBB, Discourse): it stands above the text."""
    await reads(alpha, "alice", bob)
    view = await created(alpha, bob, bob.note(name="On <b>bees</b>"))
    assert view.status.content == "<p><strong>On bees</strong></p><p>hello</p>"


@pytest.mark.parametrize(
    ("kind", "url", "shown"),
    [
        ("Video", [("video/mp4", "1080.mp4", 1080), ("video/mp4", "720.mp4", 720)], "720.mp4"),
        ("Video", [("video/webm", "480.webm", 480), ("video/mp4", "360.mp4", 360)], "480.webm"),
        ("Video", [("video/mp4", "2160.mp4", 2160), ("video/mp4", "1440.mp4", 1440)], "1440.mp4"),
        ("Video", [("application/x-mpegURL", "list.m3u8", None)], None),
        ("Audio", [("video/mp4", "film.mp4", 480), ("audio/ogg", "hum.ogg", None)], "hum.ogg"),
        ("Image", [("image/png", "bee.png", None)], "bee.png"),
        ("Article", [("video/mp4", "film.mp4", 480)], None),
    ],
)
async def test_film_sound_and_picture_are_attached(
    alpha: Server, bob: Person, kind: str, url: list[tuple[str, str, int | None]], shown: str | None
) -> None:
    """What a Video, Audio or Image is about is among its links, or inside of one to a playlist."""
    await reads(alpha, "alice", bob)
    base = "https://peer.test/files/"
    page = {"type": "Link", "mediaType": "text/html", "href": "https://peer.test/w/1"}
    links = [
        {"type": "Link", "mediaType": media_type, "href": base + name, "height": height}
        for media_type, name, height in url
    ]
    playlist = {"type": "Link", "mediaType": "application/x-mpegURL", "href": f"{base}x.m3u8"}
    icons = [{"type": "Image", "url": f"{base}{width}.jpg", "width": width} for width in (280, 850)]
    for own in ([page, *links], [page, playlist | {"tag": [{"type": "Infohash"}, *links]}]):
        document = bob.note(type=kind, name="The dance", url=own, icon=icons)
        view = await created(alpha, bob, document)
        files = [one.url.removeprefix(base) for one in view.attachments]
        assert files == ([shown] if shown else [])
        cover = None if kind == "Image" else f"{base}850.jpg"
        assert all(one.cover == cover for one in view.attachments)
        assert view.preview == Preview(page["href"], "The dance", image=f"{base}850.jpg")
        assert all(one.description == "The dance" for one in view.attachments)
    bad = [page, {"mediaType": "video/mp4", "href": "javascript:alert(1)"}, "x", 7, None]
    view = await created(alpha, bob, bob.note(type=kind, name="The dance", url=bad, icon="x"))
    assert (view.attachments, view.preview) == ((), None)


async def test_text_in_other_formats(alpha: Server, bob: Person) -> None:
    """Markdown and plain text become HTML (PeerTube); very long Markdown is shown as it is."""
    await reads(alpha, "alice", bob)
    text = "see **https://peer.test/bees** <b>\nand more"
    for media_type, bold in (("text/markdown", True), ("text/plain", False)):
        view = await created(alpha, bob, bob.note(text, mediaType=media_type))
        assert ("<strong><a" in view.status.content) is bold
        assert ("**" in view.status.content) is not bold
        assert "&lt;b&gt;" in view.status.content
        assert "<br>" in view.status.content
    long = bob.note("**bees** " * 4000, mediaType="text/markdown")
    assert "**bees**" in (await created(alpha, bob, long)).status.content


async def test_unknown_kinds_are_not_kept(alpha: Server, bob: Person) -> None:
    """An object of a kind that is no post is dropped, embedded or fetched."""
    await reads(alpha, "alice", bob)
    for kind in ("ChatMessage", "Tombstone", "Person", "", None):
        note = bob.note(type=kind)
        await takes(alpha, bob, bob.activity("Create", note))
        await takes(alpha, bob, bob.activity("Create", note["id"]))
        assert not await is_stored(alpha, note["id"]), kind


async def test_markup_is_made_safe(
    alpha: Server, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could run in a reader's browser is gone before a post is stored; its text stays.

    Conformance: 191.
    """
    await reads(alpha, "alice", bob)
    nasty = (
        '<p onclick="alert(1)" style="position:fixed">Bees<script>alert(2)</script>'
        '<a href="javascript:alert(3)">see</a><img src=x onerror=alert(4)>'
        '<iframe src="https://evil.test"></iframe><a href="https://example.org">more</a></p>'
    )
    note = bob.note(nasty, summary="<b>warning</b><script>alert(5)</script>")
    view = await created(alpha, bob, note)
    for gone in ("alert", "onclick", "style", "javascript", "script", "iframe", "onerror"):
        assert gone not in view.status.content, gone
        assert gone not in view.status.content_warning, gone
    for kept in ("Bees", "see", 'href="https://example.org"'):
        assert kept in view.status.content, kept
    assert view.status.content_warning == "warning"

    def fails() -> nh3.Cleaner:
        raise ValueError("the sanitiser has met its match")

    monkeypatch.setattr("fedlearn.text.sanitize._cleaner", fails)
    failed = await created(alpha, bob, bob.note("<p>Bees<script>alert(1)</script></p>"))
    escaped = "&lt;p&gt;Bees&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;"
    assert failed.status.content == escaped


# --- conversations -------------------------------------------------------------------------------


async def test_unknown_parent_is_fetched_in_the_background(
    alpha: Server, bob: Person, network: Network, peer_keys: list[Any]
) -> None:
    """A reply is there at once; what it answers is fetched later, and then they are linked.

    Conformance: 141.
    """
    await reads(alpha, "alice", bob)
    other = Peer(network, "other.test", peer_keys[1:])
    carol = other.person("carol")
    first = carol.note("<p>the beginning</p>")
    second = carol.note("<p>the middle</p>", inReplyTo=first["id"])
    reply = bob.note("<p>the end</p>", inReplyTo={"id": second["id"], "type": "Note"})
    network.unplug("other.test")
    view = await created(alpha, bob, reply)
    assert view.status.in_reply_to_uri == second["id"]
    assert view.status.in_reply_to_id is None
    assert view.in_reply_to_author is None
    assert not await is_stored(alpha, second["id"])

    network.plug_in("other.test")
    await make_due(alpha)
    await settle(alpha)
    seen = await alpha.seen_by("alice", reply["id"])
    assert seen is not None
    assert seen.in_reply_to_author is not None
    assert seen.in_reply_to_author.acct == "carol@other.test"
    middle = await alpha.seen_by("alice", second["id"])
    assert middle is not None
    assert middle.replies == 1
    assert middle.status.in_reply_to_id is not None
    assert await is_stored(alpha, first["id"])
    # They complete the conversation, and do not push into the home timeline.
    assert [one.status.uri for one in await alpha.home("alice")] == [reply["id"]]


async def test_parent_that_cannot_be_had(alpha: Server, bob: Person, peer: Peer) -> None:
    """Where the parent is refused, gone, private or false, the reply simply has none."""
    await reads(alpha, "alice", bob)
    peer.answers["/gone"] = httpx.Response(410)
    peer.answers["/page"] = httpx.Response(200, headers={"content-type": "text/html"})
    for parent in (
        "https://peer.test/gone",
        "https://peer.test/missing",
        "https://peer.test/page",
        "https://127.0.0.1/notes/1",
        "https://alpha.test/users/alice/statuses/1",
        "tag:peer.test,2009:status",
        bob.uri,
    ):
        reply = bob.note(inReplyTo=parent)
        view = await created(alpha, bob, reply)
        assert view.in_reply_to_author is None, parent
    jobs = (await health.summary(alpha.instance))["jobs"]
    assert jobs["fetch_parent"] == {"waiting": 0, "running": 0, "dead": 0}


async def test_loop_of_ancestors_ends(alpha: Server, bob: Person, peer: Peer) -> None:
    """Posts that answer each other in a circle, or in an endless row, are fetched within bounds.

    Conformance: 142.
    """
    await reads(alpha, "alice", bob)
    one, other = bob.note("<p>a</p>"), bob.note("<p>b</p>")
    for note, parent in ((one, other), (other, one)):
        peer.documents[note["id"]]["inReplyTo"] = parent["id"]
    await created(alpha, bob, bob.note(inReplyTo=one["id"]))
    fetched = [request.url.path for request in peer.requests if "/notes/" in request.url.path]
    assert len(fetched) == 2
    row = [bob.note(f"<p>{number}</p>") for number in range(1000)]
    for note, parent in pairwise(row):
        peer.documents[note["id"]]["inReplyTo"] = parent["id"]
    await created(alpha, bob, bob.note(inReplyTo=row[0]["id"]))
    fetched = [request.url.path for request in peer.requests if "/notes/" in request.url.path]
    assert len(fetched) <= 2 + 50
