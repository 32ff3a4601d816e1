"""Quotes that come in and go out: who may quote whom, and how that is asked, proven and revoked."""

from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.db import blocks as db_blocks
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.quotes import QuotePolicy, QuoteState
from fedlearn.domain.statuses import QuoteView, StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import quotes, statuses
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.peer import AS, PUBLIC, Document, Peer, Person
from tests.federation.scenes import is_read_by, is_stored, reads, takes, told
from tests.federation.server import Server, make_due, settle

QUOTED = (NotificationKind.QUOTE, "bob@peer.test")
ANYBODY = {"canQuote": {"automaticApproval": PUBLIC}}


@pytest.fixture
def other(network: Network, peer_keys: list[RSAPrivateKey]) -> Peer:
    """A third server."""
    return Peer(network, "other.test", peer_keys[1:])


@pytest.fixture
def carol(other: Peer) -> Person:
    """Somebody on the third server, who is quoted."""
    return other.person("carol")


def a_word(person: Person, quoting: str, quoted: str, **changes: Any) -> str:
    """An authorization that a person of a peer gives; where it is fetched."""
    uri = f"{person.uri}/words/{next(person.peer.numbers)}"
    person.peer.documents[uri] = {
        "@context": AS,
        "id": uri,
        "type": "QuoteAuthorization",
        "attributedTo": person.uri,
        "interactingObject": quoting,
        "interactionTarget": quoted,
        **changes,
    }
    return uri


def a_quote(person: Person, quoted: str, **changes: Any) -> Document:
    """A post that quotes another, as FEP-044f has it."""
    return person.note("<p>look</p>", quote=quoted, **changes)


async def shown(server: Server, uri: str, name: str = "alice") -> QuoteView:
    """What a post quotes, as somebody on the server sees it."""
    view = await server.seen_by(name, uri)
    assert view is not None
    assert view.quote is not None
    return view.quote


async def arrives(
    server: Server, person: Person, note: Document, kind: str = "Create"
) -> QuoteView:
    """A post that quotes is delivered, and what it quotes looked at."""
    await takes(server, person, person.activity(kind, note))
    return await shown(server, note["id"])


def request_of(person: Person, quoted: str, note: Document | str, **changes: Any) -> Document:
    """A QuoteRequest."""
    return person.activity("QuoteRequest", quoted, instrument=note, **changes)


# --- quotes of others by others ------------------------------------------------------------------


async def test_quote_is_shown_when_its_author_agreed(
    alpha: Server, bob: Person, carol: Person, other: Peer
) -> None:
    """A quoted post is fetched, and shown once an authorization of its author agrees in all.

    Conformance: 175.
    """
    await reads(alpha, "alice", bob)
    quoted = carol.note("<p>first</p>")
    note = a_quote(bob, quoted["id"])
    note["quoteAuthorization"] = a_word(carol, note["id"], quoted["id"])
    quote = await arrives(alpha, bob, note)
    assert quote.state is QuoteState.ACCEPTED
    assert quote.view
    assert quote.view.status.content == "<p>first</p>"
    assert quote.view.author.acct == "carol@other.test"
    # It is not news of carol's for anybody's timeline.
    assert [view.status.uri for view in await alpha.home("alice")] == [note["id"]]


@pytest.mark.parametrize(
    "tampered",
    [
        {"attributedTo": "https://peer.test/users/bob"},
        {"attributedTo": "https://other.test/users/mallory"},
        {"interactingObject": "https://peer.test/users/bob/notes/999"},
        {"interactionTarget": "https://other.test/users/carol/notes/999"},
        {"interactingObject": None},
        {"type": "Note"},
        {"id": "https://other.test/users/carol/words/999"},
    ],
)
async def test_word_must_agree_in_everything(
    alpha: Server, bob: Person, carol: Person, tampered: Document
) -> None:
    """An authorization by another, for another post, or of another post, shows nothing.

    Conformance: 175.
    """
    await reads(alpha, "alice", bob)
    quoted = carol.note()
    note = a_quote(bob, quoted["id"])
    word = a_word(carol, note["id"], quoted["id"])
    document = carol.peer.documents[word] | tampered
    carol.peer.documents[word] = {k: v for k, v in document.items() if v is not None}
    note["quoteAuthorization"] = word
    quote = await arrives(alpha, bob, note)
    assert (quote.state, quote.view) == (QuoteState.REJECTED, None)


async def test_word_counts_from_its_own_server_only(
    alpha: Server, bob: Person, peer: Peer, carol: Person
) -> None:
    """An authorization on the server of who quotes is not even fetched.

    Conformance: 175.
    """
    await reads(alpha, "alice", bob)
    quoted = carol.note()
    note = a_quote(bob, quoted["id"])
    word = a_word(bob, note["id"], quoted["id"], attributedTo=carol.uri)
    note["quoteAuthorization"] = word
    quote = await arrives(alpha, bob, note)
    assert (quote.state, quote.view) == (QuoteState.REJECTED, None)
    assert peer.asked_for(word.removeprefix("https://peer.test")) == 0


async def test_word_that_cannot_be_fetched_now_is_fetched_later(
    alpha: Server, bob: Person, carol: Person, other: Peer
) -> None:
    """While the quoted author's server is silent, nothing is shown; then it is."""
    await reads(alpha, "alice", bob)
    quoted = carol.note()
    note = a_quote(bob, quoted["id"])
    word = a_word(carol, note["id"], quoted["id"])
    path = word.removeprefix("https://other.test")
    other.answers[path] = httpx.Response(503)
    note["quoteAuthorization"] = word
    quote = await arrives(alpha, bob, note)
    assert (quote.state, quote.view) == (QuoteState.PENDING, None)
    del other.answers[path]
    await make_due(alpha)
    await settle(alpha)
    assert (await shown(alpha, note["id"])).view


async def test_quoting_oneself_needs_no_word(alpha: Server, bob: Person, peer: Peer) -> None:
    """Who quotes a post of their own is believed; a neighbour on the same server is not."""
    await reads(alpha, "alice", bob)
    mine = bob.note("<p>mine</p>")
    assert (await arrives(alpha, bob, a_quote(bob, mine["id"]))).view
    hers = peer.person("dora").note("<p>hers</p>")
    quote = await arrives(alpha, bob, a_quote(bob, hers["id"]))
    assert (quote.state, quote.view) == (QuoteState.PENDING, None)


@pytest.mark.parametrize("name", ["quoteUrl", "quoteUri", "_misskey_quote", "tag"])
async def test_servers_that_cannot_ask(
    alpha: Server, bob: Person, carol: Person, name: str
) -> None:
    """A quote in an older form is shown if the quoted author lets anybody quote, else a link.

    Who sends it in the form that has authorizations must have one.
    """
    await reads(alpha, "alice", bob)
    let = carol.note("<p>let</p>", interactionPolicy=ANYBODY)
    unsaid = carol.note("<p>unsaid</p>")

    def quoting(uri: str) -> Document:
        link = {"type": "Link", "mediaType": "application/activity+json", "href": uri}
        changes: Document = {name: [link] if name == "tag" else uri}
        return bob.note(**changes)

    assert (await arrives(alpha, bob, quoting(let["id"]))).view
    quote = await arrives(alpha, bob, quoting(unsaid["id"]))
    assert (quote.state, quote.view) == (QuoteState.REJECTED, None)
    quote = await arrives(alpha, bob, quoting(let["id"]) | {"quote": let["id"]})
    assert (quote.state, quote.view) == (QuoteState.PENDING, None)


async def test_only_so_many_quotes_are_followed(
    alpha: Server, bob: Person, carol: Person, other: Peer
) -> None:
    """Of a long chain of quotes the first two are fetched, and of a circle no more."""
    await reads(alpha, "alice", bob)
    chain = [carol.note("<p>0</p>")]
    for number in range(1, 6):
        chain.append(carol.note(f"<p>{number}</p>", quote=chain[-1]["id"]))
    note = a_quote(bob, chain[-1]["id"])
    await arrives(alpha, bob, note)
    fetched = [other.asked_for(one["id"].removeprefix("https://other.test")) for one in chain]
    assert fetched == [0, 0, 0, 0, 1, 1]
    one, two = carol.note("<p>one</p>"), carol.note("<p>two</p>")
    for here, there in ((one, two), (two, one)):
        other.documents[here["id"]]["quote"] = there["id"]
    await arrives(alpha, bob, a_quote(bob, one["id"]))
    for uri in (one["id"], two["id"]):
        assert other.asked_for(uri.removeprefix("https://other.test")) == 1


async def test_addresses_that_are_none_quote_nothing(alpha: Server, bob: Person) -> None:
    """What is quoted has an address on the web; anything else is no quote."""
    await reads(alpha, "alice", bob)
    for address in ("javascript:alert(1)", "tag:peer.test,2026:1", "", 5):
        note = bob.note(quote=address)
        await takes(alpha, bob, bob.activity("Create", note))
        view = await alpha.seen_by("alice", note["id"])
        assert view
        assert view.quote is None


async def test_word_that_comes_later(alpha: Server, bob: Person, carol: Person) -> None:
    """An Update brings the authorization, or another quote; what it leaves out ends."""
    await reads(alpha, "alice", bob)
    quoted, other_post = carol.note("<p>one</p>"), carol.note("<p>two</p>")
    note = a_quote(bob, quoted["id"])
    assert (await arrives(alpha, bob, note)).state is QuoteState.PENDING
    # An Update that is no edit cannot change what is quoted.
    changed = note | {"quote": other_post["id"]}
    assert (await arrives(alpha, bob, changed, "Update")).quoted_uri == quoted["id"]
    note["quoteAuthorization"] = a_word(carol, note["id"], quoted["id"])
    assert (await arrives(alpha, bob, note, "Update")).view
    # The word for one quote is none for another.
    edit = note | {"quote": other_post["id"], "updated": "2026-01-01T11:00:00Z"}
    quote = await arrives(alpha, bob, edit, "Update")
    assert (quote.state, quote.view) == (QuoteState.REJECTED, None)
    edit |= {
        "quoteAuthorization": a_word(carol, note["id"], other_post["id"]),
        "updated": "2026-01-01T12:00:00Z",
    }
    quote = await arrives(alpha, bob, edit, "Update")
    assert quote.view
    assert quote.view.status.content == "<p>two</p>"
    bare = {**note, "quote": None, "quoteAuthorization": None, "updated": "2026-01-01T13:00:00Z"}
    await takes(alpha, bob, bob.activity("Update", bare))
    view = await alpha.seen_by("alice", note["id"])
    assert view
    assert view.quote is None


async def test_word_is_taken_back(alpha: Server, bob: Person, carol: Person, other: Peer) -> None:
    """Delete of an authorization by the quoted author hides the quote for good; by others not.

    Conformance: 176.
    """
    await reads(alpha, "alice", bob)
    quoted = carol.note()
    note = a_quote(bob, quoted["id"])
    word = note["quoteAuthorization"] = a_word(carol, note["id"], quoted["id"])
    assert (await arrives(alpha, bob, note)).view
    mallory = other.person("mallory")
    for person, activity in (
        (mallory, mallory.activity("Delete", word)),
        (bob, bob.activity("Delete", word)),
        (carol, carol.activity("Delete", f"{word}0")),
    ):
        await takes(alpha, person, activity)
        assert (await shown(alpha, note["id"])).view
    await takes(alpha, carol, carol.activity("Delete", {"id": word, "type": "QuoteAuthorization"}))
    quote = await shown(alpha, note["id"])
    assert (quote.state, quote.view) == (QuoteState.REVOKED, None)
    # Its server may still serve it, and who quotes may try again.
    edit = note | {"updated": "2026-01-01T11:00:00Z"}
    legacy = {**edit, "quote": None, "quoteUrl": quoted["id"], "updated": "2026-01-01T12:00:00Z"}
    for changed in (note, edit, legacy | {"quoteAuthorization": None}):
        assert (await arrives(alpha, bob, changed, "Update")).view is None


async def test_word_taken_back_before_the_quote_came(
    alpha: Server, bob: Person, carol: Person
) -> None:
    """A Delete of an authorization counts even if it overtakes the post that it is about."""
    await reads(alpha, "alice", bob)
    quoted = carol.note()
    note = a_quote(bob, quoted["id"])
    word = note["quoteAuthorization"] = a_word(carol, note["id"], quoted["id"])
    await takes(alpha, carol, carol.activity("Delete", word))
    assert (await arrives(alpha, bob, note)).view is None


async def test_word_that_is_gone_when_looked_at_again(
    alpha: Server, bob: Person, carol: Person, other: Peer
) -> None:
    """An edit has the authorization looked at again; if it is not there any more, nothing shows."""
    await reads(alpha, "alice", bob)
    quoted = carol.note()
    note = a_quote(bob, quoted["id"])
    word = note["quoteAuthorization"] = a_word(carol, note["id"], quoted["id"])
    assert (await arrives(alpha, bob, note)).view
    del other.documents[word]
    edit = note | {"updated": "2026-01-01T11:00:00Z"}
    quote = await arrives(alpha, bob, edit, "Update")
    assert (quote.state, quote.view) == (QuoteState.REVOKED, None)


# --- who wants to quote us -----------------------------------------------------------------------


async def test_request_is_answered_with_our_word(alpha: Server, bob: Person, peer: Peer) -> None:
    """Who may quote gets Accept, whose result says so under its own address; the author is told.

    Conformance: 174.
    """
    mine = await alpha.post("alice", "quote me")
    uri = mine.status.uri
    note = a_quote(bob, uri)
    request = request_of(bob, uri, note)
    await takes(alpha, bob, request)
    (accept,) = peer.got("Accept")
    alice = await alpha.actor("alice")
    assert (accept["actor"], accept["to"]) == (alice.uri, [bob.uri])
    assert accept["object"] == {
        "id": request["id"],
        "type": "QuoteRequest",
        "actor": bob.uri,
        "object": uri,
        "instrument": note["id"],
    }
    word = (await alpha.get(accept["result"].removeprefix("https://alpha.test"))).json()
    assert {name: value for name, value in word.items() if name != "@context"} == {
        "id": accept["result"],
        "type": "QuoteAuthorization",
        "attributedTo": alice.uri,
        "interactingObject": note["id"],
        "interactionTarget": uri,
    }
    # The post that quotes is kept, though nobody here reads bob, and alice is told once.
    assert (await shown(alpha, note["id"])).view
    for activity in (request_of(bob, uri, note["id"]), bob.activity("Create", note)):
        await takes(alpha, bob, activity)
    assert await told(alpha, "alice") == [QUOTED]
    assert {one["result"] for one in peer.got("Accept")} == {accept["result"]}


async def test_instrument_named_by_id_is_fetched(alpha: Server, bob: Person, peer: Peer) -> None:
    """A request may name its post by id alone; it is answered whether that can be fetched or not."""
    uri = (await alpha.post("alice", "quote me")).status.uri
    note, hidden = a_quote(bob, uri), a_quote(bob, uri)
    del peer.documents[hidden["id"]]
    await takes(alpha, bob, request_of(bob, uri, note["id"]))
    await takes(alpha, bob, request_of(bob, uri, hidden["id"]))
    assert len(peer.got("Accept")) == 2
    assert (await shown(alpha, note["id"])).view
    assert not await is_stored(alpha, hidden["id"])
    # It comes with its Create, and is agreed to already.
    await reads(alpha, "alice", bob)
    assert (await arrives(alpha, bob, hidden)).view


async def test_request_after_the_post(alpha: Server, bob: Person, peer: Peer) -> None:
    """A post that quotes us is shown with what it quotes from the moment on that it is agreed."""
    await reads(alpha, "alice", bob)
    uri = (await alpha.post("alice", "quote me")).status.uri
    note = a_quote(bob, uri)
    quote = await arrives(alpha, bob, note)
    assert (quote.state, quote.view) == (QuoteState.PENDING, None)
    assert QUOTED not in await told(alpha, "alice")
    await takes(alpha, bob, request_of(bob, uri, note))
    assert (await shown(alpha, note["id"])).view
    assert QUOTED in await told(alpha, "alice")


async def test_policy_decides(alpha: Server, bob: Person, peer: Peer) -> None:
    """Followers may quote what is for followers to quote, others get Reject, as does everybody else.

    Conformance: 174.
    """
    dora = peer.person("dora")
    await is_read_by(alpha, "alice", dora)
    answers = {}
    for policy in QuotePolicy:
        post = await alpha.post("alice", policy.value, quote_policy=policy)
        uri = post.status.uri
        await settle(alpha)
        for person in (bob, dora):
            before = len(peer.received)
            await takes(alpha, person, request_of(person, uri, a_quote(person, uri)))
            answers[policy.value, person.name] = [one["type"] for one in peer.received[before:]]
    assert answers == {
        ("public", "bob"): ["Accept"],
        ("public", "dora"): ["Accept"],
        ("followers", "bob"): ["Reject"],
        ("followers", "dora"): ["Accept"],
        ("nobody", "bob"): ["Reject"],
        ("nobody", "dora"): ["Reject"],
    }
    reject = peer.got("Reject")[-1]
    assert "result" not in reject
    assert reject["object"]["type"] == "QuoteRequest"


async def test_what_is_not_for_everybody_is_not_quoted(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """Of what they may not see nobody is even told that it is there; what is private stays so."""
    await is_read_by(alpha, "alice", bob)
    stranger = peer.person("dora")
    before = len(peer.received)
    for facts in (
        {"reach": Reach.DIRECT},
        {"scope": Scope.ORG},
    ):
        uri = (await alpha.post("alice", "private", **facts)).status.uri
        await takes(alpha, bob, request_of(bob, uri, a_quote(bob, uri)))
    private = (await alpha.post("alice", "for followers", reach=Reach.FOLLOWERS)).status.uri
    await takes(alpha, stranger, request_of(stranger, private, a_quote(stranger, private)))
    kinds = [one["type"] for one in peer.received[before:]]
    assert kinds == ["Create"]  # the post for followers itself
    await takes(alpha, bob, request_of(bob, private, a_quote(bob, private)))
    assert [one["type"] for one in peer.received[before:]] == ["Create", "Reject"]


async def test_blocked_people_do_not_quote(alpha: Server, bob: Person, peer: Peer) -> None:
    """Whoever is blocked by the author is refused, and so is what they have quoted."""
    uri = (await alpha.post("alice", "quote me")).status.uri
    await takes(alpha, bob, bob.activity("Like", uri))
    alice, blocked = await alpha.actor("alice"), await alpha.known(bob.uri)
    assert blocked
    async with alpha.instance.db.write() as connection:
        await db_blocks.insert_block(
            connection, actor_id=alice.id, target_id=blocked.id, uri=f"{alice.uri}#blocks/1"
        )
    await takes(alpha, bob, request_of(bob, uri, a_quote(bob, uri)))
    assert [one["type"] for one in peer.received] == ["Reject"]


async def test_requests_that_are_none(alpha: Server, bob: Person, peer: Peer) -> None:
    """A request for nothing of ours, or for a post of somebody else's, is not answered."""
    uri = (await alpha.post("alice", "quote me")).status.uri
    dora = peer.person("dora")
    for request in (
        request_of(bob, f"{uri}0", a_quote(bob, uri)),
        request_of(bob, dora.note()["id"], a_quote(bob, uri)),
        request_of(bob, uri, "https://other.test/notes/1"),
        request_of(bob, uri, {"type": "Note"}),
        request_of(bob, uri, a_quote(bob, uri), id=None),
    ):
        await takes(alpha, bob, request)
    assert peer.received == []
    # Somebody else's post in it is not stored as the sender's.
    foreign = a_quote(dora, uri)
    await takes(alpha, bob, request_of(bob, uri, foreign))
    assert not await is_stored(alpha, foreign["id"])


async def test_older_forms_follow_our_policy(alpha: Server, bob: Person) -> None:
    """A server that cannot ask may show what we let anybody quote, and nothing else."""
    await reads(alpha, "alice", bob)
    let = await alpha.post("alice", "let")
    kept = await alpha.post("alice", "kept", quote_policy=QuotePolicy.NOBODY)
    inside = await alpha.post("alice", "inside", scope=Scope.ORG)
    private = await alpha.post("alice", "private", reach=Reach.FOLLOWERS)
    seen = {}
    for name, post in {"let": let, "kept": kept, "inside": inside, "private": private}.items():
        note = bob.note(_misskey_quote=post.status.uri)
        seen[name] = bool((await arrives(alpha, bob, note)).view)
    assert seen == {"let": True, "kept": False, "inside": False, "private": False}
    # A made-up word of ours is none.
    note = a_quote(bob, let.status.uri)
    note["quoteAuthorization"] = "https://alpha.test/users/alice/quote_authorizations/1"
    quote = await arrives(alpha, bob, note)
    assert (quote.state, quote.view) == (QuoteState.REJECTED, None)


async def test_we_take_our_word_back(alpha: Server, bob: Person, peer: Peer) -> None:
    """Who is quoted can end that: the word is there no more, and its Delete goes out.

    Conformance: 176.
    """
    mine = await alpha.post("alice", "quote me")
    uri = mine.status.uri
    await is_read_by(alpha, "alice", peer.person("dora"))
    note = a_quote(bob, uri)
    await takes(alpha, bob, request_of(bob, uri, note))
    word = peer.got("Accept")[-1]["result"]
    view = await alpha.seen_by("alice", note["id"])
    assert view
    # Nobody else can.
    with pytest.raises(NotFound):
        await quotes.revoke_quote(alpha.instance, await alpha.actor("carol"), view.id)
    assert (await shown(alpha, note["id"])).view
    await quotes.revoke_quote(alpha.instance, await alpha.actor("alice"), view.id)
    await settle(alpha)
    assert (await shown(alpha, note["id"])).view is None
    assert (await alpha.get(word.removeprefix("https://alpha.test"))).status_code == 404
    deletes = peer.got("Delete")
    alice = await alpha.actor("alice")
    assert deletes[0]["object"] == {"id": word, "type": "QuoteAuthorization"}
    assert (deletes[0]["actor"], deletes[0]["to"]) == (alice.uri, [bob.uri])
    assert deletes[0]["cc"] == [f"{alice.uri}/followers"]
    # Asked again for the same post, we say no; and its author cannot bring it back.
    await takes(alpha, bob, request_of(bob, uri, note))
    assert peer.received[-1]["type"] == "Reject"
    await reads(alpha, "alice", bob)
    edit = note | {"quoteAuthorization": word, "updated": "2026-01-01T11:00:00Z"}
    assert (await arrives(alpha, bob, edit, "Update")).view is None
    legacy = {**note, "quote": None, "quoteUrl": uri, "updated": "2026-01-01T12:00:00Z"}
    assert (await arrives(alpha, bob, legacy, "Update")).view is None


# --- we quote ------------------------------------------------------------------------------------


async def quoted_by_bob(alpha: Server, bob: Person, **changes: Any) -> StatusView:
    """A post of bob's that alice sees, and can quote."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>first</p>", **changes)
    await takes(alpha, bob, bob.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    return view


def accept_of(bob: Person, request: Document, word: str | None, **changes: Any) -> Document:
    """Bob lets us quote."""
    embedded = {name: request[name] for name in ("id", "type", "actor", "object")}
    embedded["instrument"] = request["instrument"]["id"]
    return bob.activity("Accept", embedded, to=[request["actor"]], result=word, **changes)


async def test_we_ask_and_tell_all_when_we_may(alpha: Server, bob: Person, peer: Peer) -> None:
    """A quote of a post elsewhere is asked for with the whole Note, and shown once agreed to."""
    theirs = await quoted_by_bob(alpha, bob)
    dora = peer.person("dora")
    await is_read_by(alpha, "alice", dora)
    mine = await alpha.post("alice", "look", quoted_id=theirs.id)
    await settle(alpha)
    (request,) = peer.got("QuoteRequest")
    alice = await alpha.actor("alice")
    assert (request["actor"], request["to"]) == (alice.uri, [bob.uri])
    assert request["object"] == theirs.status.uri
    note = request["instrument"]
    create = peer.got("Create")[-1]
    assert note == create["object"]
    assert note["id"] == mine.status.uri
    assert {note[one] for one in ("quote", "_misskey_quote", "quoteUri")} == {theirs.status.uri}
    assert note["content"].startswith(
        f'<p class="quote-inline">RE: <a href="{theirs.status.url}">{theirs.status.url}</a></p>'
    )
    assert "quoteAuthorization" not in note
    quote = await shown(alpha, mine.status.uri)
    assert (quote.state, quote.view) == (QuoteState.PENDING, None)

    word = a_word(bob, mine.status.uri, theirs.status.uri)
    await takes(alpha, bob, accept_of(bob, request, word))
    assert (await shown(alpha, mine.status.uri)).view
    (update,) = peer.got("Update")
    assert update["object"]["quoteAuthorization"] == word
    assert "updated" not in update["object"]
    # Told again, it is no news.
    await takes(alpha, bob, accept_of(bob, request, word))
    assert peer.got("Update") == [update]
    fetched = await alpha.get(mine.status.uri.removeprefix("https://alpha.test"))
    assert fetched.json()["quoteAuthorization"] == word


@pytest.mark.parametrize("how", ["nobody's", "another's", "for another", "no result", "by dora"])
async def test_accept_is_checked(alpha: Server, bob: Person, peer: Peer, how: str) -> None:
    """An Accept counts from the quoted author only, with a word that agrees with it in all.

    Conformance: 175.
    """
    theirs = await quoted_by_bob(alpha, bob)
    mine = await alpha.post("alice", "look", quoted_id=theirs.id)
    await settle(alpha)
    request, dora = peer.got("QuoteRequest")[-1], peer.person("dora")
    uri, quoted = mine.status.uri, theirs.status.uri
    word: str | None = a_word(bob, uri, quoted)
    person = bob
    match how:
        case "nobody's":
            word = f"{bob.uri}/words/none"
        case "another's":
            word = a_word(dora, uri, quoted)
        case "for another":
            word = a_word(bob, f"{uri}0", quoted)
        case "no result":
            word = None
        case "by dora":
            person = dora
    await takes(alpha, person, accept_of(person, request, word))
    quote = await shown(alpha, uri)
    assert (quote.state, quote.view) == (QuoteState.PENDING, None)
    assert peer.got("Update") == []
    await takes(alpha, bob, accept_of(bob, request, a_word(bob, uri, quoted)))
    assert (await shown(alpha, uri)).view


@pytest.mark.parametrize("by_id", [True, False])
async def test_we_may_not(alpha: Server, bob: Person, peer: Peer, *, by_id: bool) -> None:
    """After a Reject the quote stays a link; one by somebody else changes nothing."""
    theirs = await quoted_by_bob(alpha, bob)
    mine = await alpha.post("alice", "look", quoted_id=theirs.id)
    await settle(alpha)
    request, dora = peer.got("QuoteRequest")[-1], peer.person("dora")
    about = request["id"] if by_id else accept_of(bob, request, None)["object"]
    await takes(alpha, dora, dora.activity("Reject", about))
    assert (await shown(alpha, mine.status.uri)).state is QuoteState.PENDING
    await takes(alpha, bob, bob.activity("Reject", about))
    assert (await shown(alpha, mine.status.uri)).state is QuoteState.REJECTED
    assert peer.got("Update") == []


async def test_word_for_us_is_taken_back(alpha: Server, bob: Person, peer: Peer) -> None:
    """When the quoted author ends our quote, it is hidden, and all who have it are told.

    Conformance: 176.
    """
    theirs = await quoted_by_bob(alpha, bob)
    mine = await alpha.post("alice", "look", quoted_id=theirs.id)
    await settle(alpha)
    word = a_word(bob, mine.status.uri, theirs.status.uri)
    await takes(alpha, bob, accept_of(bob, peer.got("QuoteRequest")[-1], word))
    dora = peer.person("dora")
    await is_read_by(alpha, "alice", dora)
    await takes(alpha, dora, dora.activity("Delete", word))
    assert (await shown(alpha, mine.status.uri)).view
    await takes(alpha, bob, bob.activity("Delete", word))
    quote = await shown(alpha, mine.status.uri)
    assert (quote.state, quote.view) == (QuoteState.REVOKED, None)
    last = peer.got("Update")[-1]["object"]
    assert last["id"] == mine.status.uri
    assert "quoteAuthorization" not in last
    # An old Accept does not bring it back.
    await takes(alpha, bob, accept_of(bob, peer.got("QuoteRequest")[-1], word))
    assert (await shown(alpha, mine.status.uri)).view is None


async def test_what_only_some_may_read_is_not_shown_to_the_quoted(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """When a post for followers quotes an open one, its author is asked without being shown it."""
    theirs = await quoted_by_bob(alpha, bob)
    mine = await alpha.post("alice", "psst", quoted_id=theirs.id, reach=Reach.FOLLOWERS)
    await settle(alpha)
    assert peer.got("QuoteRequest")[-1]["instrument"] == mine.status.uri
    assert peer.got("Create") == []


async def test_quotes_kept_inside_ask_nobody_outside(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """What stays in the organisation may quote what anybody may, and sends no word of it."""
    let = await quoted_by_bob(alpha, bob, interactionPolicy=ANYBODY)
    unsaid_note = bob.note("<p>unsaid</p>")
    await takes(alpha, bob, bob.activity("Create", unsaid_note))
    unsaid = await alpha.seen_by("alice", unsaid_note["id"])
    assert unsaid
    before = len(peer.received)
    mine = await alpha.post("alice", "inside", quoted_id=let.id, scope=Scope.ORG)
    assert (await shown(alpha, mine.status.uri)).view
    with pytest.raises(Invalid) as refused:
        await alpha.post("alice", "inside", quoted_id=unsaid.id, scope=Scope.ORG)
    assert list(refused.value.fields) == ["quoted_id"]
    await settle(alpha)
    assert peer.received[before:] == []


async def test_quotes_among_us(alpha: Server, bob: Person, peer: Peer) -> None:
    """A post of ours is quoted at once where its author lets us, with a word that others can read."""
    await is_read_by(alpha, "carol", bob)
    mine = await alpha.post("alice", "quote me")
    kept = await alpha.post("alice", "not me", quote_policy=QuotePolicy.NOBODY)
    for_readers = await alpha.post("alice", "readers", quote_policy=QuotePolicy.FOLLOWERS)
    made = await alpha.post("carol", "look", quoted_id=mine.id)
    assert made.quote
    assert made.quote.view
    assert (NotificationKind.QUOTE, "carol") in await told(alpha, "alice")
    await settle(alpha)
    note = peer.got("Create")[-1]["object"]
    word = (await alpha.get(note["quoteAuthorization"].removeprefix("https://alpha.test"))).json()
    assert word["interactingObject"] == made.status.uri
    assert word["interactionTarget"] == mine.status.uri
    for refused in (kept, for_readers):
        with pytest.raises(Invalid, match="does not want"):
            await alpha.post("carol", "look", quoted_id=refused.id)
    await alpha.follow("carol", "@alice@alpha.test")
    assert (await alpha.post("carol", "look", quoted_id=for_readers.id)).quote
    own = await alpha.post("alice", "again", quoted_id=kept.id)
    assert own.quote
    assert own.quote.view
    assert own.quote.authorization_uri is None


async def test_quote_is_no_wider_than_what_it_quotes(alpha: Server) -> None:
    """A quote reaches no further than the quoted post; what is private only its author quotes."""
    await alpha.follow("carol", f"@{(await alpha.actor('alice')).acct}@alpha.test")
    reached = {}
    cases: dict[str, dict[str, Any]] = {
        "unlisted": {"reach": Reach.UNLISTED},
        "followers": {"reach": Reach.FOLLOWERS},
        "direct": {"reach": Reach.DIRECT},
        "org": {"scope": Scope.ORG},
    }
    for name, facts in cases.items():
        quoted = await alpha.post("alice", f"{name} @carol", **facts)
        own = await alpha.post("alice", "mine", quoted_id=quoted.id)
        reached[name] = (own.status.reach, own.status.scope)
        if name in {"followers", "direct"}:
            with pytest.raises(Invalid, match="only its author"):
                await alpha.post("carol", "hers", quoted_id=quoted.id)
        else:
            hers = await alpha.post("carol", "hers", quoted_id=quoted.id)
            assert (hers.status.reach, hers.status.scope) == reached[name]
    assert reached == {
        "unlisted": (Reach.UNLISTED, Scope.FED),
        "followers": (Reach.FOLLOWERS, Scope.FED),
        "direct": (Reach.DIRECT, Scope.FED),
        "org": (Reach.PUBLIC, Scope.ORG),
    }


async def test_quote_of_an_org_post_leaves_no_trace_outside(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """Neither the quote of a post kept inside, nor its end, nor a word for it can be had outside."""
    await is_read_by(alpha, "carol", bob)
    before = len(peer.received)
    quoted = await alpha.post("alice", "inside", scope=Scope.ORG)
    made = await alpha.post("carol", "look", quoted_id=quoted.id)
    assert made.quote
    assert (made.quote.authorization_uri, bool(made.quote.view)) == (None, True)
    await quotes.revoke_quote(alpha.instance, await alpha.actor("alice"), made.id)
    await settle(alpha)
    assert (await shown(alpha, made.status.uri, "carol")).view is None
    assert peer.received[before:] == []


async def test_edit_and_deletion(alpha: Server, bob: Person, peer: Peer) -> None:
    """An edited post quotes what it quoted; a deleted one is quoted no more."""
    await is_read_by(alpha, "carol", bob)
    mine = await alpha.post("alice", "quote me")
    made = await alpha.post("carol", "look", quoted_id=mine.id)
    await statuses.edit_status(alpha.instance, await alpha.actor("carol"), made.id, "see", "")
    await settle(alpha)
    note = peer.got("Update")[-1]["object"]
    assert note["content"] == (
        f'<p class="quote-inline">RE: <a href="{mine.status.url}">{mine.status.url}</a></p>'
        "<p>see</p>"
    )
    assert note["quoteAuthorization"]
    assert (await shown(alpha, made.status.uri, "carol")).view
    await statuses.delete_status(alpha.instance, await alpha.actor("alice"), mine.id)
    assert (await shown(alpha, made.status.uri, "carol")).view is None
    assert (
        await alpha.get(note["quoteAuthorization"].removeprefix("https://alpha.test"))
    ).status_code == 404


async def test_two_servers(alpha: Server, beta: Server) -> None:
    """Beta asks, alpha agrees, both show it; alpha takes it back, and neither does."""
    await alpha.user("alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    mine = await alpha.post("alice", "quote me")
    await settle(alpha, beta)
    seen = await beta.seen_by("bob", mine.status.uri)
    assert seen
    made = await beta.post("bob", "look", quoted_id=seen.id)
    await settle(alpha, beta)
    assert (await shown(beta, made.status.uri, "bob")).view
    here = await alpha.seen_by("alice", made.status.uri)
    assert here
    assert here.quote
    assert here.quote.view
    assert (NotificationKind.QUOTE, "bob@beta.test") in await told(alpha, "alice")
    # That it is a quote is said already.
    page = (await (await sign_in(alpha, "alice")).get("/notifications")).text
    assert ">look</a>" in page
    await quotes.revoke_quote(alpha.instance, await alpha.actor("alice"), here.id)
    await settle(alpha, beta)
    for server, name in ((alpha, "alice"), (beta, "bob")):
        assert (await shown(server, made.status.uri, name)).view is None
