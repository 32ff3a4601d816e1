"""Conversations that began elsewhere: who has the rest of them fetched, what comes, and what not."""

from itertools import pairwise
from typing import Any

import httpx
import pytest

from fedlearn.domain.audience import Scope
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.domain.statuses import StatusView
from fedlearn.remote import conversations as remote_conversations
from fedlearn.services import blocks, moderation
from tests.federation.browser import open_browser, sign_in
from tests.federation.network import Network
from tests.federation.peer import AS, Document, Peer, Person
from tests.federation.scenes import is_stored, reads, takes, told
from tests.federation.server import Server, settle


@pytest.fixture
def other(network: Network, peer_keys: list[Any]) -> Peer:
    """A second server that is not fedlearn, at other.test."""
    return Peer(network, "other.test", peer_keys[1:])


@pytest.fixture
def carol(other: Peer) -> Person:
    """Somebody at other.test, whom nobody here follows."""
    return other.person("carol")


def lists(peer: Peer, path: str, items: list[Any], **changes: Any) -> str:
    """The peer has a collection of these; its address."""
    uri = f"https://{peer.host}{path}"
    collection = {"@context": AS, "id": uri, "type": "OrderedCollection", "orderedItems": items}
    peer.documents[uri] = collection | changes
    return uri


async def stored(alpha: Server, person: Person, note: Document) -> StatusView:
    """A post that alice has, because she reads its author."""
    await takes(alpha, person, person.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    return view


async def opens(alpha: Server, view: StatusView, name: str = "alice") -> str:
    """Somebody opens the page of a post, and the server does what there is to do; the page."""
    browser = await sign_in(alpha, name)
    page = await browser.get(f"/@{view.author.acct}/{view.id}")
    assert page.status_code == 200, page.text
    await settle(alpha)
    return page.text


async def forget_cool_down(alpha: Server) -> None:
    """Pretend that a quarter of an hour has passed."""
    async with alpha.instance.db.write() as connection:
        await connection.execute("UPDATE status SET replies_fetched_at = 1")


def fetched(peer: Peer) -> list[str]:
    """Which posts the server was asked for, in this order."""
    return [one.url.path for one in peer.requests if "/notes/" in one.url.path]


# --- where a whole conversation is listed ---------------------------------------------------------


async def test_context_fills_the_thread(
    alpha: Server, bob: Person, carol: Person, peer: Peer, other: Peer
) -> None:
    """Who opens a post has the rest of its conversation fetched, each post from its own server.

    The page does not wait; what came is there when it is opened again, and reaches nobody's home.
    Conformance: 144.
    """
    await reads(alpha, "alice", bob)
    root = bob.note("<p>the question</p>", context="https://peer.test/topics/1")
    first = carol.note("<p>the answer</p>", inReplyTo=root["id"])
    second = bob.note("<p>the thanks</p>", inReplyTo=first["id"], context=root["context"])
    embedded = carol.note("<p>the truth</p>", inReplyTo=second["id"])
    forged = embedded | {"content": "<p>what the list says it says</p>"}
    lists(peer, "/topics/1", [root["id"], first["id"], second, forged])
    view = await stored(alpha, bob, root)
    assert fetched(other) == []
    assert "the answer" not in await opens(alpha, view)
    page = await opens(alpha, view)
    for text in ("the answer", "the thanks", "the truth"):
        assert text in page, text
    assert "what the list says" not in page
    assert [one.status.uri for one in await alpha.home("alice")] == [root["id"]]
    assert await told(alpha, "alice") == []
    # The whole conversation was listed: nobody is asked for answers one by one.
    assert peer.asked_for("/topics/1") == 1


async def test_only_who_has_signed_in_causes_fetches(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """A stranger, a document and a boost cause none; and one opening in a quarter of an hour does.

    Conformance: 143.
    """
    await reads(alpha, "alice", bob)
    root = bob.note(context=lists(peer, "/topics/1", []))
    view = await stored(alpha, bob, root)
    await takes(alpha, bob, bob.activity("Announce", root["id"]))
    path = f"/@{view.author.acct}/{view.id}"
    assert (await open_browser(alpha).get(path)).status_code == 404
    await alpha.get(path)
    await settle(alpha)
    assert peer.asked_for("/topics/1") == 0
    for _ in range(3):
        await opens(alpha, view)
    await opens(alpha, view, "dora")
    assert peer.asked_for("/topics/1") == 1
    await forget_cool_down(alpha)
    await opens(alpha, view)
    assert peer.asked_for("/topics/1") == 2


async def test_posts_of_ours_and_private_ones_ask_nobody(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """What was written here, or is not for everybody, is never asked for elsewhere."""
    await reads(alpha, "alice", bob)
    where = lists(peer, "/topics/1", [])
    private = bob.note(to=[bob.followers], cc=[], context=where, replies=where)
    await opens(alpha, await stored(alpha, bob, private))
    mine = await alpha.post("alice", "mine")
    asked = len(peer.requests)
    await opens(alpha, mine)
    assert len(peer.requests) == asked
    assert peer.asked_for("/topics/1") == 0


async def test_looked_up_post_comes_with_its_conversation(
    alpha: Server, bob: Person, carol: Person, peer: Peer
) -> None:
    """Who pastes the address of an answer gets what it answers, and what answers it."""
    root = carol.note("<p>the question</p>")
    answer = bob.note("<p>the answer</p>", inReplyTo=root["id"])
    thanks = carol.note("<p>the thanks</p>", inReplyTo=answer["id"])
    replies = lists(peer, "/replies", [thanks["id"]])
    peer.documents[answer["id"]] |= {"replies": {"id": replies, "type": "Collection"}}
    browser = await sign_in(alpha, "alice")
    found = await browser.get("/search", params={"q": answer["id"]})
    assert found.status_code == 303
    await settle(alpha)
    page = await browser.get(found.headers["location"])
    for text in ("the question", "the answer", "the thanks"):
        assert text in page.text, text


# --- where answers are listed ---------------------------------------------------------------------


async def test_answers_to_answers(alpha: Server, bob: Person, carol: Person, peer: Peer) -> None:
    """Without a list of the whole, each post's answers are asked for, one level after another."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>0</p>")
    row = [note]
    for level in range(1, 12):
        row.append(bob.note(f"<p>level {level}</p>", inReplyTo=row[-1]["id"]))
    for number, (one, answer) in enumerate(pairwise(row)):
        page = {"type": "CollectionPage", "items": [answer["id"]]}
        replies = lists(peer, f"/replies/{number}", [], first=page)
        one["replies"] = peer.documents[one["id"]]["replies"] = replies
    view = await stored(alpha, bob, note)
    await opens(alpha, view)
    here = [await is_stored(alpha, one["id"]) for one in row]
    assert here == [True] * 9 + [False] * 3
    # Each was asked for its answers lately, so from the eighth on it goes on at the next opening.
    eighth = await alpha.seen_by("alice", row[8]["id"])
    assert eighth is not None
    await opens(alpha, eighth)
    assert all([await is_stored(alpha, one["id"]) for one in row])


async def test_pages_elsewhere_and_without_end(
    alpha: Server, bob: Person, carol: Person, peer: Peer, other: Peer
) -> None:
    """Pages are read on the server of the list alone, each once, and twenty at most.

    Conformance: 143.
    """
    await reads(alpha, "alice", bob)
    root = bob.note(replies="https://peer.test/replies")
    kept = carol.note("<p>kept</p>", inReplyTo=root["id"])
    astray = carol.note("<p>astray</p>", inReplyTo=root["id"])
    page = {"type": "CollectionPage", "next": lists(other, "/page", [astray["id"]])}
    lists(peer, "/replies", [], first="https://peer.test/page/1")
    lists(peer, "/page/1", [kept["id"]], **page)
    view = await stored(alpha, bob, root)
    await opens(alpha, view)
    assert await is_stored(alpha, kept["id"])
    assert other.asked_for("/page") == 0
    assert not await is_stored(alpha, astray["id"])

    for number in range(1, 100):
        following = f"https://peer.test/page/{number + 1}"
        lists(peer, f"/page/{number}", [], type="CollectionPage", next=following)
    await forget_cool_down(alpha)
    before = len(peer.requests)
    await opens(alpha, view)
    assert len(peer.requests) - before <= 20
    lists(peer, "/page/1", [], type="CollectionPage", next="https://peer.test/page/1")
    await forget_cool_down(alpha)
    before = len(peer.requests)
    await opens(alpha, view)
    assert len(peer.requests) - before == 2


async def test_endless_lists_are_read_within_bounds(
    alpha: Server, bob: Person, carol: Person, peer: Peer, other: Peer
) -> None:
    """However many answers are listed, true or not, no more than 200 are fetched for one opening.

    Conformance: 142, 143.
    """
    await reads(alpha, "alice", bob)
    uris = [f"https://other.test/users/carol/notes/x{number}" for number in range(600)]
    root = bob.note(replies=lists(peer, "/replies", uris))
    view = await stored(alpha, bob, root)
    await opens(alpha, view)
    assert len(fetched(other)) == 200
    # Two posts whose lists name each other, and themselves.
    one, two = bob.note(), bob.note()
    for note, answered in ((one, two), (two, one)):
        name = note["id"].rpartition("/")[2]
        replies = lists(peer, f"/replies/{name}", [one["id"], two["id"]])
        note |= {"inReplyTo": answered["id"], "replies": replies}
        peer.documents[note["id"]] |= note
    view = await stored(alpha, bob, one)
    await opens(alpha, view)
    before = len(peer.requests)
    await opens(alpha, view)
    assert len(peer.requests) == before
    for note in (one, two):
        assert peer.asked_for(f"/replies/{note['id'].rpartition('/')[2]}") == 1


async def test_work_is_done_in_small_pieces(
    alpha: Server, bob: Person, carol: Person, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long conversation is fetched by several jobs, none of which forgets what the others did."""
    monkeypatch.setattr(remote_conversations, "MOST_AT_ONCE", 2)
    await reads(alpha, "alice", bob)
    root = bob.note()
    answers = [carol.note(f"<p>{n}</p>", inReplyTo=root["id"]) for n in range(7)]
    root["replies"] = lists(peer, "/replies", [answer["id"] for answer in answers])
    await opens(alpha, await stored(alpha, bob, root))
    assert all([await is_stored(alpha, answer["id"]) for answer in answers])
    assert peer.asked_for("/replies") == 1


# --- what is not kept -----------------------------------------------------------------------------


async def test_what_is_listed_is_believed_from_its_origin_alone(
    alpha: Server, bob: Person, carol: Person, peer: Peer, other: Peer
) -> None:
    """Kept is what is open, answers something, and is served by the server of its author."""
    await reads(alpha, "alice", bob)
    dave = peer.person("dave")
    root = bob.note()
    answers = {"inReplyTo": root["id"]}
    good = carol.note("<p>good</p>", **answers)
    bad = {
        "private": carol.note(**answers, to=[carol.followers], cc=[]),
        "direct": carol.note(**answers, to=[bob.uri], cc=[]),
        "no answer": carol.note("<p>an advertisement</p>"),
        "a vote": carol.note("", **answers, name="yes"),
        "of somebody else": carol.note(**answers, attributedTo=dave.uri),
        "ours": {"id": "https://alpha.test/users/alice/statuses/1"},
        "an actor": {"id": dave.uri},
    }
    gone = carol.note(**answers)
    other.answers[gone["id"].removeprefix("https://other.test")] = httpx.Response(410)
    bad["gone"] = gone
    # It calls itself a post of bob's, and is served by other.test.
    false = bob.note("<p>false</p>", **answers)
    other.documents["https://other.test/notes/false"] = {"@context": AS, **false}
    del peer.documents[false["id"]]
    bad["false"] = false
    uris = [one["id"] for one in bad.values()]
    root["replies"] = lists(peer, "/replies", [*uris, "https://other.test/notes/false", 7, None])
    lists(peer, "/replies", [*uris, "https://other.test/notes/false", 7, None, good["id"]])
    view = await stored(alpha, bob, root)
    await opens(alpha, view)
    assert await is_stored(alpha, good["id"])
    for name, note in bad.items():
        assert not await is_stored(alpha, note["id"]), name


async def test_answers_of_who_is_blocked(alpha: Server, bob: Person, peer: Peer) -> None:
    """Whom somebody here has blocked does not answer them by being listed elsewhere."""
    await reads(alpha, "alice", bob)
    root = bob.note(replies="https://peer.test/replies")
    view = await stored(alpha, bob, root)
    mine = await alpha.reply("alice", root["id"], "mine")
    carol, dave = peer.person("carol"), peer.person("dave")
    await blocks.block(alpha.instance, await alpha.actor("alice"), await alpha.find(carol.handle))
    answers = [person.note(inReplyTo=mine.status.uri) for person in (carol, dave)]
    lists(peer, "/replies", [answer["id"] for answer in answers])
    await opens(alpha, view)
    assert [await is_stored(alpha, answer["id"]) for answer in answers] == [False, True]


async def test_lists_elsewhere_and_what_is_no_list(
    alpha: Server, bob: Person, carol: Person, peer: Peer, other: Peer
) -> None:
    """Only the server of a post says where its answers are; what is no list there is let be."""
    await reads(alpha, "alice", bob)
    root = bob.note("<p>the question</p>")
    answer = carol.note("<p>the answer</p>", inReplyTo=root["id"])
    elsewhere = lists(other, "/replies", [answer["id"]])
    view = await stored(alpha, bob, root | {"replies": elsewhere, "context": elsewhere})
    await opens(alpha, view)
    assert other.asked_for("/replies") == 0
    # No context to be had, then a page that is no collection, then one that is.
    where = lists(peer, "/replies", [answer["id"]], type="Note", attributedTo=bob.uri)
    second = bob.note(replies=where, context="https://peer.test/nowhere")
    view = await stored(alpha, bob, second)
    await opens(alpha, view)
    assert not await is_stored(alpha, answer["id"])
    lists(peer, "/replies", [answer["id"]])
    await forget_cool_down(alpha)
    await opens(alpha, view)
    assert await is_stored(alpha, answer["id"])


async def test_blocked_and_silent_servers(
    alpha: Server, bob: Person, carol: Person, peer: Peer, network: Network
) -> None:
    """A blocked server is not asked; one that does not answer is asked once for one opening."""
    await reads(alpha, "alice", bob)
    root = bob.note()
    answers = [carol.note(f"<p>{n}</p>", inReplyTo=root["id"]) for n in range(5)]
    root["replies"] = lists(peer, "/replies", [answer["id"] for answer in answers])
    view = await stored(alpha, bob, root)
    attempts = 0

    async def silent(request: httpx.Request) -> httpx.Response:
        nonlocal attempts
        attempts += 1
        raise httpx.ConnectError("nobody is there", request=request)

    network.connect("other.test", silent)
    await opens(alpha, view)
    assert attempts == 1
    await moderation.set_domain_policy(alpha.instance, "other.test", Policy.BLOCK, by=TERMINAL)
    await forget_cool_down(alpha)
    await opens(alpha, view)
    assert attempts == 1
    for answer in answers:
        assert not await is_stored(alpha, answer["id"])


# --- a conversation that is only named ------------------------------------------------------------


async def test_named_conversation_joins_posts(alpha: Server, bob: Person, carol: Person) -> None:
    """A post whose parent cannot be had is below the beginning of the conversation that it names.

    Conformance: 144.
    """
    for person in (bob, carol):
        await reads(alpha, "alice", person)
    conversation = "tag:peer.test,2026-11-26:objectId=1:objectType=Conversation"
    root = await stored(alpha, bob, bob.note("<p>the question</p>", conversation=conversation))
    lost = "https://other.test/lost"
    answer = carol.note("<p>an answer</p>", inReplyTo=lost, conversation=conversation)
    await stored(alpha, carol, answer)
    stranger = carol.note("<p>of another matter</p>", inReplyTo=lost, conversation="tag:else")
    await stored(alpha, carol, stranger)
    page = await opens(alpha, root)
    assert "an answer" in page
    assert "of another matter" not in page


async def test_conversation_of_ours_is_joined_if_it_is_known_outside(
    alpha: Server, bob: Person
) -> None:
    """A post may name a conversation of ours; one kept inside is not there for anybody outside."""
    await reads(alpha, "alice", bob)
    mine = await alpha.post("alice", "open")
    inside = await alpha.post("alice", "inside", scope=Scope.ORG)
    for beginning, is_joined in ((mine, True), (inside, False)):
        note = bob.note(
            "<p>from outside</p>",
            inReplyTo="https://peer.test/lost",
            conversation=beginning.status.conversation,
        )
        view = await stored(alpha, bob, note)
        assert (view.status.conversation == beginning.status.conversation) is is_joined
        assert ("from outside" in await opens(alpha, beginning)) is is_joined
