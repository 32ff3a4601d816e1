"""Deliveries: what is sent to whom, signed how, and what happens when it does not arrive."""

import asyncio
import json
import re
from collections.abc import Iterator
from email.utils import formatdate
from itertools import pairwise
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from http_message_signatures import InvalidSignature as TheirRefusal

from fedlearn.domain.audience import Reach
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts, boosts, favourites, health, moderation, statuses
from fedlearn.worker import Worker
from tests.clock import DAY, HOUR, MINUTE, Clock
from tests.federation.network import Answerer, Network
from tests.federation.peer import PUBLIC, Document, Peer, Person, activity_json, digest_of
from tests.federation.scenes import is_read_by, is_stored, reads, takes
from tests.federation.server import Server, make_due, settle
from tests.federation.wire import (
    cavage_parameters,
    check_cavage,
    check_rfc9421,
    date_of,
    is_rfc9421,
)

ALICE = "https://alpha.test/users/alice"


def posts(peer: Peer) -> list[httpx.Request]:
    """What was sent to a peer."""
    return [request for request in peer.requests if request.method == "POST"]


def knocks(peer: Peer) -> list[httpx.Request]:
    """The first request of each try: a second one in another scheme is not counted."""
    return [request for request in posts(peer) if not is_rfc9421(request)]


def tries_at(peer: Peer) -> list[httpx.Request]:
    """The tries to deliver to the shared inbox, each counted once."""
    return [request for request in knocks(peer) if request.url.path == "/inbox"]


async def pem_at(alpha: Server, path: str = "/users/alice") -> str:
    """The public key of somebody here, as everybody sees it."""
    pem: str = (await alpha.get(path)).json()["publicKey"]["publicKeyPem"]
    return pem


async def waiting(alpha: Server) -> dict[str, int]:
    """How many deliveries wait, and how many are given up."""
    found: dict[str, int] = (await health.summary(alpha.instance))["deliveries"]
    return found


# --- how they are signed -------------------------------------------------------------------------


async def test_headers_of_a_delivery(alpha: Server, bob: Person, peer: Peer) -> None:
    """A POST says where it goes, when it was sent and what is in it, and all that is signed.

    Conformance: 57, 58.
    """
    await is_read_by(alpha, "alice", bob)
    await alpha.post("alice", "hello")
    await settle(alpha)
    request = posts(peer)[-1]
    assert json.loads(request.content)["type"] == "Create"
    assert str(request.url) == "https://peer.test/inbox"
    assert request.headers["host"] == "peer.test"
    assert request.headers["content-type"] == "application/activity+json"
    day_and_date = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4}"
    assert re.fullmatch(rf"{day_and_date} \d\d:\d\d:\d\d GMT", request.headers["date"])
    assert abs(date_of(request) - date_of(posts(peer)[0])) < 60
    assert re.fullmatch(r"SHA-256=[A-Za-z0-9+/]{43}=", request.headers["digest"])
    assert request.headers["digest"] == f"SHA-256={digest_of(request.content)}"
    assert "fedlearn" in request.headers["user-agent"]

    given = cavage_parameters(request)
    assert given["keyId"] == f"{ALICE}#main-key"
    assert given["algorithm"] == "rsa-sha256"
    covered = check_cavage(request, await pem_at(alpha))
    assert {"(request-target)", "host", "date", "digest"} <= set(covered)
    # The check itself would notice another key, and another date.
    with pytest.raises(InvalidSignature):
        check_cavage(request, await pem_at(alpha, "/actor"))
    later = httpx.Request("POST", request.url, headers=dict(request.headers) | {"date": "x"})
    with pytest.raises(InvalidSignature):
        check_cavage(later, await pem_at(alpha))


async def test_retries_are_signed_anew(
    alpha: Server, bob: Person, peer: Peer, clock: Clock
) -> None:
    """Each try carries the time of that try, and the same bytes.

    Conformance: 60.
    """
    await is_read_by(alpha, "alice", bob)
    peer.answers["/inbox"] = httpx.Response(503)
    await alpha.post("alice", "hello")
    await settle(alpha)
    for pause in (2, 10, 60):
        clock.forward(pause * MINUTE)
        await settle(alpha)
    tries = tries_at(peer)
    assert len(tries) == 4
    dates = [date_of(request) for request in tries]
    assert [after - before for before, after in pairwise(dates)] == [
        pause * 60 for pause in (2, 10, 60)
    ]
    assert len({request.headers["signature"] for request in tries}) == 4
    assert len({request.content for request in tries}) == 1
    for request in tries:
        assert check_cavage(request, await pem_at(alpha))


def signs(request: httpx.Request, pem: str, *, target: str) -> bool:
    """Whether a request was signed for this target."""
    try:
        check_cavage(request, pem, target=target)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("takes_query", [True, False])
async def test_fetching_with_a_query(
    alpha: Server, bob: Person, peer: Peer, network: Network, *, takes_query: bool
) -> None:
    """A GET signs its query; where that is refused, it is asked once more without it.

    Conformance: 61.
    """
    await reads(alpha, "alice", bob)
    note = bob.note() | {"id": "https://peer.test/notes?page=7"}
    document = {"@context": "https://www.w3.org/ns/activitystreams", **note}
    pem = await pem_at(alpha, "/actor")
    asked: list[bool] = []

    async def particular(request: httpx.Request) -> httpx.Response:
        if request.method != "GET" or request.url.path != "/notes":
            return await peer._answer(request)
        whole, bare = "/notes?page=7", "/notes"
        assert signs(request, pem, target=whole) is not signs(request, pem, target=bare)
        assert {"host", "date"} <= set(cavage_parameters(request)["headers"].split())
        asked.append(signs(request, pem, target=whole))
        is_right = signs(request, pem, target=whole if takes_query else bare)
        return activity_json(request, document) if is_right else refuse(request, 401)

    network.connect("peer.test", particular)
    await takes(alpha, bob, bob.activity("Create", note["id"]))
    assert await is_stored(alpha, note["id"])
    assert asked == ([True] if takes_query else [True, False])


def refuse(request: httpx.Request, status: int) -> httpx.Response:
    """An answer without a body."""
    return httpx.Response(status, request=request)


def only_rfc9421(peer: Peer, refusal: int = 401) -> Answerer:
    """A server that takes deliveries signed with RFC 9421 only."""

    async def answer(request: httpx.Request) -> httpx.Response:
        answered = await peer._answer(request)
        is_refused = request.method == "POST" and not is_rfc9421(request)
        return refuse(request, refusal) if is_refused else answered

    return answer


@pytest.mark.parametrize(
    ("host", "refusal", "knocks_again"),
    [
        ("peer.test", 400, True),
        ("peer.test", 401, True),
        ("peer.test", 403, False),
        ("peer.test", 404, False),
        ("threads.net", 404, True),
        ("threads.net", 403, True),
        ("notthreads.net", 404, False),
    ],
)
async def test_second_knock(
    alpha: Server,
    network: Network,
    peer_keys: list[RSAPrivateKey],
    host: str,
    refusal: int,
    *,
    knocks_again: bool,
) -> None:
    """First comes draft-cavage; where its signature is refused, RFC 9421 is tried once.

    Conformance: 62, 64.
    """
    peer = Peer(network, host, peer_keys)
    await is_read_by(alpha, "alice", peer.person("bob"))
    sent = len(posts(peer))
    network.connect(host, only_rfc9421(peer, refusal))
    await alpha.post("alice", "hello")
    await settle(alpha)
    tries = posts(peer)[sent:]
    assert [is_rfc9421(request) for request in tries] == [False, True][: 1 + knocks_again]
    if not knocks_again:
        assert await waiting(alpha) == {"waiting": 0, "dead": 1}
        return
    assert await waiting(alpha) == {"waiting": 0, "dead": 0}
    first, second = tries
    assert first.content == second.content
    result = check_rfc9421(second, await pem_at(alpha))
    assert list(result.parameters) == ["created", "keyid", "alg"]
    assert result.parameters["keyid"] == f"{ALICE}#main-key"
    assert re.fullmatch(r"sig1=:[A-Za-z0-9+/]+=*:", second.headers["signature"])
    assert {'"@method"', '"@target-uri"', '"content-digest"'} <= set(result.covered_components)
    assert second.headers["content-digest"] == f"sha-256=:{digest_of(second.content)}:"
    tampered = httpx.Request(
        "POST", "https://other.test/inbox", headers=second.headers, content=second.content
    )
    with pytest.raises(TheirRefusal):
        check_rfc9421(tampered, await pem_at(alpha))


async def test_what_worked_is_remembered(
    alpha: Server, bob: Person, peer: Peer, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """The scheme that worked comes first next time, for that server alone, until it works no more.

    Conformance: 63.
    """
    other = Peer(network, "other.test", peer_keys[1:])
    for person in (bob, other.person("carol")):
        await is_read_by(alpha, "alice", person)
    network.connect("peer.test", only_rfc9421(peer))

    async def kinds() -> list[list[bool]]:
        before = [len(posts(one)) for one in (peer, other)]
        await alpha.post("alice", "hello")
        await settle(alpha)
        after = (posts(one)[start:] for one, start in zip((peer, other), before, strict=True))
        return [[is_rfc9421(request) for request in sent] for sent in after]

    assert await kinds() == [[False, True], [False]]
    assert await kinds() == [[True], [False]]

    async def only_cavage(request: httpx.Request) -> httpx.Response:
        answered = await peer._answer(request)
        return refuse(request, 401) if is_rfc9421(request) else answered

    network.connect("peer.test", only_cavage)
    assert await kinds() == [[True, False], [False]]
    assert await kinds() == [[False], [False]]


# --- to whom -------------------------------------------------------------------------------------


async def named_and_followed(alpha: Server, bob: Person) -> Person:
    """Bob follows alice; carol, who is named, does not."""
    await is_read_by(alpha, "alice", bob)
    return bob.peer.person("carol")


FOLLOWERS = f"{ALICE}/followers"
CAROL = "https://peer.test/users/carol"
ADDRESSES = {
    Reach.PUBLIC: ([PUBLIC], [FOLLOWERS, CAROL], ["https://peer.test/inbox"]),
    Reach.UNLISTED: ([FOLLOWERS], [PUBLIC, CAROL], ["https://peer.test/inbox"]),
    Reach.FOLLOWERS: ([FOLLOWERS], [CAROL], ["https://peer.test/inbox"]),
    Reach.DIRECT: ([CAROL], [], [f"{CAROL}/inbox"]),
}


@pytest.mark.parametrize("reach", ADDRESSES)
async def test_addresses(alpha: Server, bob: Person, peer: Peer, reach: Reach) -> None:
    """How far a post reaches is written into `to` and `cc`, of the activity as of the post.

    Conformance: 177.
    """
    await named_and_followed(alpha, bob)
    view = await alpha.post("alice", "hello @carol@peer.test", reach=reach)
    await settle(alpha)
    await statuses.edit_status(
        alpha.instance, await alpha.actor("alice"), view.id, "@carol@peer.test bye", ""
    )
    await settle(alpha)
    to, cc, inboxes = ADDRESSES[reach]
    for kind in ("Create", "Update"):
        sent = [one for one in posts(peer) if json.loads(one.content)["type"] == kind]
        assert [str(one.url) for one in sent] == inboxes
        activity = json.loads(sent[0].content)
        assert (activity["to"], activity["cc"]) == (to, cc)
        assert (activity["object"]["to"], activity["object"]["cc"]) == (to, cc)
    await statuses.delete_status(alpha.instance, await alpha.actor("alice"), view.id)
    await settle(alpha)
    deleted = peer.got("Delete")[0]
    assert (deleted["to"], deleted["cc"]) == (to, cc)
    if reach in {Reach.FOLLOWERS, Reach.DIRECT}:
        assert PUBLIC not in json.dumps(peer.received)


async def test_shared_inbox_gets_one(
    alpha: Server, bob: Person, peer: Peer, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """For all followers behind one shared inbox there is one POST; without one, one for each.

    Conformance: 179.
    """
    alone = Peer(network, "alone.test", peer_keys)
    for person in (bob, peer.person("carol"), peer.person("dave")):
        await is_read_by(alpha, "alice", person)
    for name in ("erin", "frank"):
        await is_read_by(alpha, "alice", alone.person(name, endpoints=None))
    await alpha.post("alice", "hello @carol@peer.test")
    await settle(alpha)
    creates = [one.url for one in network.sent("POST", "peer.test") if b'"Create"' in one.body]
    assert creates == ["https://peer.test/inbox"]
    creates = [one.url for one in network.sent("POST", "alone.test") if b'"Create"' in one.body]
    assert sorted(creates) == [
        f"https://alone.test/users/{name}/inbox" for name in ("erin", "frank")
    ]


async def test_end_of_a_post_reaches_who_had_it(
    alpha: Server, bob: Person, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """A Delete goes to followers, to who was named, and to who boosted, liked or answered it.

    Conformance: 181.
    """
    people = {
        name: Peer(network, f"{name}.test", peer_keys).person(name)
        for name in ("named", "boosts", "likes", "answers", "bystander")
    }
    await is_read_by(alpha, "alice", bob)
    await alpha.find("@bystander@bystander.test")
    view = await alpha.post("alice", "hello @named@named.test")
    uri = view.status.uri
    await settle(alpha)
    await takes(alpha, people["boosts"], people["boosts"].activity("Announce", uri))
    await takes(alpha, people["likes"], people["likes"].activity("Like", uri))
    reply = people["answers"].note(inReplyTo=uri)
    await takes(alpha, people["answers"], people["answers"].activity("Create", reply))
    await statuses.delete_status(alpha.instance, await alpha.actor("alice"), view.id)
    await settle(alpha)
    for name, person in people.items():
        deletes = person.peer.got("Delete")
        assert len(deletes) == (0 if name == "bystander" else 1), name
    assert [one["object"]["id"] for one in bob.peer.got("Delete")] == [uri]


async def test_edit_is_a_new_activity_about_the_same_post(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """An Update has an id of its own, and says when the post was changed, later than it was written.

    Conformance: 183.
    """
    await is_read_by(alpha, "alice", bob)
    view = await alpha.post("alice", "one")
    alice = await alpha.actor("alice")
    for text in ("two", "three"):
        await statuses.edit_status(alpha.instance, alice, view.id, text, "")
        await settle(alpha)
    create, updates = peer.got("Create")[0], peer.got("Update")
    ids = [create["id"], *(one["id"] for one in updates)]
    assert len(set(ids)) == 3
    for update, text in zip(updates, ("two", "three"), strict=True):
        assert update["id"].startswith(f"{view.status.uri}#updates/")
        note = update["object"]
        assert note["id"] == create["object"]["id"] == view.status.uri
        assert note["content"] == f"<p>{text}</p>"
        assert note["published"] == create["object"]["published"]
        assert note["updated"] > note["published"]
    assert "updated" not in create["object"]


async def everything_sent(alpha: Server, bob: Person) -> list[Document]:
    """All kinds of activities that a server sends, each at least once."""
    peer, instance = bob.peer, alpha.instance
    await reads(alpha, "alice", bob)
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    theirs = bob.note()
    await takes(alpha, bob, bob.activity("Create", theirs))
    seen = await alpha.seen_by("alice", theirs["id"])
    assert seen is not None
    await favourites.favourite(instance, alice, seen.id)
    await boosts.boost(instance, alice, seen.id)
    await favourites.unfavourite(instance, alice, seen.id)
    await boosts.unboost(instance, alice, seen.id)
    for reach in Reach:
        view = await alpha.reply(
            "alice",
            theirs["id"],
            "@bob@peer.test #bees https://example.org",
            reach=reach,
            content_warning="bees",
            language="en",
        )
        await statuses.edit_status(instance, alice, view.id, "@bob@peer.test changed", "")
        await statuses.delete_status(instance, alice, view.id)
    await accounts.change_profile(instance, alice, name="Alice", bio="bees", is_locked=True)
    carol = peer.person("carol")
    await takes(alpha, carol, carol.activity("Follow", alpha.instance.actor.uri))
    await alpha.unfollow("alice", bob.handle)
    await settle(alpha)
    kinds = {one["type"] for one in peer.received}
    assert kinds >= {
        "Accept",
        "Announce",
        "Create",
        "Delete",
        "Follow",
        "Like",
        "Reject",
        "Undo",
        "Update",
    }
    return peer.received


async def everything_served(alpha: Server) -> list[Document]:
    """All kinds of documents that anybody can fetch."""
    view = await alpha.post("alice", "hello #bees")
    path = view.status.uri.removeprefix("https://alpha.test")
    paths = [
        "/actor",
        "/users/alice",
        path,
        f"{path}/activity",
        f"{path}/replies",
        f"{path}/replies?page=true",
        f"{path}/likes",
        f"{path}/shares",
        "/users/alice/outbox",
        "/users/alice/outbox?page=true",
        "/users/alice/followers?page=true",
        "/users/alice/following?page=true",
        "/users/alice/featured",
        view.status.conversation.removeprefix("https://alpha.test"),
    ]
    answers = [await alpha.get(one) for one in paths]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.json() for answer in answers]


def parts_of(document: Any, depth: int = 1) -> Iterator[tuple[int, Document]]:
    """Every object in a document, with how deep it lies."""
    if isinstance(document, dict):
        yield depth, document
    for inner in document.values() if isinstance(document, dict) else document:
        if isinstance(inner, dict | list):
            yield from parts_of(inner, depth + 1)


MAY_BE_NULL = {"summary", "inReplyTo"}


async def test_shape_of_all_that_leaves(alpha: Server, bob: Person) -> None:
    """Public is written out, lists are lists, nothing lies too deep, and nobody is addressed blindly.

    Conformance: 178, 180.
    """
    sent = await everything_sent(alpha, bob)
    for document in [*sent, *await everything_served(alpha)]:
        text = json.dumps(document)
        for short in ('"as:Public"', '"Public"', '"bto"', '"bcc"'):
            assert short not in text, document
        body = {name: value for name, value in document.items() if name != "@context"}
        for depth, part in parts_of(body):
            assert depth <= 8, document
            for name in ("to", "cc", "tag", "attachment"):
                assert isinstance(part.get(name, []), list), (name, document)
            for name, value in part.items():
                assert value is not None or name in MAY_BE_NULL, (name, document)
    for activity in sent:
        assert isinstance(activity["actor"], str)
        assert activity["id"].startswith("https://alpha.test/")
        assert isinstance(activity["to"], list)
        assert activity["to"]


async def test_blocked_and_departed_get_nothing(
    alpha: Server, bob: Person, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """Nothing is sent to a blocked domain, not even what waited, nor to who deleted themselves."""
    blocked = Peer(network, "below.blocked.test", peer_keys).person("blocked")
    gone = Peer(network, "gone.test", peer_keys).person("gone")
    for person in (bob, blocked, gone):
        await is_read_by(alpha, "alice", person)
    await takes(alpha, gone, gone.activity("Delete", gone.uri))
    gone.peer.answers["/users/gone"] = httpx.Response(410)
    network.unplug("below.blocked.test")
    await alpha.post("alice", "one")
    await settle(alpha)
    assert (await waiting(alpha))["waiting"] == 1
    await moderation.set_domain_policy(alpha.instance, "blocked.test", Policy.BLOCK, by=TERMINAL)
    assert (await waiting(alpha))["waiting"] == 0
    network.plug_in("below.blocked.test")
    await alpha.post("alice", "two @blocked@below.blocked.test @gone@gone.test")
    await settle(alpha)
    assert len(bob.peer.got("Create")) == 2
    assert blocked.peer.got("Create") == []
    assert gone.peer.got("Create") == []


@pytest.mark.parametrize(("status", "tries"), [(410, 1), (404, 2)])
async def test_inbox_that_is_gone_gets_nothing_more(
    alpha: Server, peer: Peer, status: int, tries: int
) -> None:
    """Whose own inbox is gone follows nobody any more; one that is only not found is tried again."""
    alone = peer.person("alone", endpoints=None)
    await is_read_by(alpha, "alice", alone)
    peer.answers["/users/alone/inbox"] = httpx.Response(status)
    for text in ("one", "two"):
        await alpha.post("alice", text)
        await settle(alpha)
    creates = [one for one in posts(peer) if json.loads(one.content)["type"] == "Create"]
    assert len(creates) == tries


# --- when they do not arrive ---------------------------------------------------------------------

TRIED_AGAIN = [408, 429, 500, 502, 503, 504, 599]
FINAL = [400, 403, 404, 405, 410, 413, 501]


async def test_what_is_tried_again(
    alpha: Server, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """5xx, 408, 429 and silence may pass; any other refusal is taken for an answer.

    Conformance: 184.
    """
    peers = {
        status: Peer(network, f"s{status}.test", peer_keys) for status in (*TRIED_AGAIN, *FINAL)
    }
    silent = Peer(network, "silent.test", peer_keys)
    for peer in (*peers.values(), silent):
        await is_read_by(alpha, "alice", peer.person("bob"))
    for status, peer in peers.items():
        peer.answers["/inbox"] = httpx.Response(status)
    network.unplug("silent.test")
    await alpha.post("alice", "hello")
    await settle(alpha)
    assert await waiting(alpha) == {"waiting": len(TRIED_AGAIN) + 1, "dead": len(FINAL)}
    await make_due(alpha)
    await settle(alpha)
    for status, peer in peers.items():
        tries = tries_at(peer)
        assert len(tries) == (2 if status in TRIED_AGAIN else 1), status
    for peer in peers.values():
        peer.answers.clear()
    network.plug_in("silent.test")
    await make_due(alpha)
    await settle(alpha)
    arrived = {status for status, peer in peers.items() if peer.got("Create")}
    assert arrived == set(TRIED_AGAIN)
    assert len(silent.got("Create")) == 1
    assert await waiting(alpha) == {"waiting": 0, "dead": len(FINAL)}


async def test_unauthorised_is_tried_a_few_times(alpha: Server, bob: Person, peer: Peer) -> None:
    """A peer that cannot check our signature now may find our key later, but not for ever."""
    await is_read_by(alpha, "alice", bob)
    peer.answers["/inbox"] = httpx.Response(401)
    await alpha.post("alice", "hello")
    for _ in range(6):
        await settle(alpha)
        await make_due(alpha)
    tries = tries_at(peer)
    assert 2 <= len(tries) <= 5
    assert await waiting(alpha) == {"waiting": 0, "dead": 1}


async def test_some_day_it_is_given_up(
    alpha: Server, bob: Person, peer: Peer, clock: Clock
) -> None:
    """A delivery is tried nine times over some four days, later and later; then it is given up."""
    await is_read_by(alpha, "alice", bob)
    peer.answers["/inbox"] = httpx.Response(500)
    await alpha.post("alice", "hello")
    await settle(alpha)
    for _ in range(6 * 24 * 2):
        clock.forward(HOUR // 2)
        await settle(alpha)
    dates = [date_of(one) for one in tries_at(peer)]
    pauses = [after - before for before, after in pairwise(dates)]
    assert len(dates) == 9
    assert sorted(pauses) == pauses
    assert 3 * 86_400 < dates[-1] - dates[0] < 6 * 86_400
    assert await waiting(alpha) == {"waiting": 0, "dead": 1}
    async with alpha.instance.db.read() as connection:
        row = await connection.fetch_one("SELECT last_error FROM delivery")
    assert row is not None
    assert "500" in row["last_error"]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after_is_honoured(
    alpha: Server, bob: Person, peer: Peer, clock: Clock, status: int, *, as_date: bool
) -> None:
    """Whoever says how long to wait is left alone for so long, a day at most.

    Conformance: 185.
    """
    await is_read_by(alpha, "alice", bob)

    def busy(seconds: int) -> httpx.Response:
        at = formatdate(clock.now / 1000 + seconds, usegmt=True)
        return httpx.Response(status, headers={"retry-after": at if as_date else str(seconds)})

    peer.answers["/inbox"] = busy(2 * 3600)
    await alpha.post("alice", "hello")
    await settle(alpha)
    assert len(tries_at(peer)) == 1
    clock.forward(119 * MINUTE)
    await settle(alpha)
    assert len(tries_at(peer)) == 1
    clock.forward(2 * MINUTE)
    peer.answers["/inbox"] = busy(30 * 86_400)
    await settle(alpha)
    assert len(tries_at(peer)) == 2
    clock.forward(DAY - MINUTE)
    await settle(alpha)
    assert len(tries_at(peer)) == 2
    peer.answers.clear()
    clock.forward(2 * MINUTE)
    await settle(alpha)
    assert len(tries_at(peer)) == 3
    assert len(peer.got("Create")) == 1


async def fails_for_seven_days(alpha: Server, clock: Clock) -> None:
    """Every day something is sent to a host that does not take it."""
    for day in range(7):
        await alpha.post("alice", f"day {day}")
        await settle(alpha)
        clock.forward(DAY)


async def test_failing_host_is_left_alone_for_a_while(
    alpha: Server, bob: Person, peer: Peer, clock: Clock
) -> None:
    """After five failures nothing is sent for a while; then one try tells whether it is well again.

    Conformance: 186.
    """
    await is_read_by(alpha, "alice", bob)
    peer.answers["/inbox"] = httpx.Response(503)
    for number in range(5):
        await alpha.post("alice", f"{number}")
        await settle(alpha)
    assert len(tries_at(peer)) == 5
    # Open: neither the retries that are due nor what is new is sent.
    await alpha.post("alice", "new")
    clock.forward(4 * MINUTE)
    await settle(alpha)
    assert len(tries_at(peer)) == 5
    # Half open: one try, which fails, and the pause is longer.
    clock.forward(2 * MINUTE)
    await settle(alpha)
    assert len(tries_at(peer)) == 6
    clock.forward(9 * MINUTE)
    await settle(alpha)
    assert len(tries_at(peer)) == 6
    # One try that succeeds, and everything follows.
    peer.answers.clear()
    clock.forward(2 * MINUTE)
    await settle(alpha)
    assert len(peer.got("Create")) == 6
    assert await waiting(alpha) == {"waiting": 0, "dead": 0}
    peer.answers["/inbox"] = httpx.Response(503)
    await alpha.post("alice", "failures are counted anew")
    await settle(alpha)
    clock.forward(2 * MINUTE)
    await settle(alpha)
    assert len(tries_at(peer)) == 6 + 6 + 2
    # Seven failing days: from now on it is asked once a week, or when it calls.
    await fails_for_seven_days(alpha, clock)
    tries = len(tries_at(peer))
    await alpha.post("alice", "is anybody there?")
    clock.forward(5 * DAY)
    await settle(alpha)
    assert len(tries_at(peer)) == tries
    clock.forward(2 * DAY)
    await settle(alpha)
    assert len(tries_at(peer)) == tries + 1
    peer.answers.clear()
    clock.forward(2 * MINUTE)
    await settle(alpha)
    assert len(tries_at(peer)) == tries + 1
    await bob.deliver(alpha, bob.activity("Travel", "x"), at=clock.now / 1000)
    await settle(alpha)
    assert "<p>is anybody there?</p>" in [one["object"]["content"] for one in peer.got("Create")]


async def test_dead_host_is_left_alone_until_it_calls(
    alpha: Server, bob: Person, peer: Peer, clock: Clock
) -> None:
    """After seven failing days a host is asked only now and then, and at once when it calls us.

    Conformance: 108.
    """
    await is_read_by(alpha, "alice", bob)
    peer.answers["/inbox"] = httpx.Response(503)
    await fails_for_seven_days(alpha, clock)
    tries = len(posts(peer))
    await alpha.post("alice", "is anybody there?")
    clock.forward(5 * DAY)
    await settle(alpha)
    assert len(posts(peer)) == tries
    peer.answers.clear()
    await settle(alpha)
    assert len(posts(peer)) == tries
    # A call that is not proven does not count.
    unproven = await bob.deliver(alpha, bob.activity("Travel", "x"), at=clock.now / 1000 - 9000)
    assert unproven.status_code == 401
    await settle(alpha)
    assert len(posts(peer)) == tries
    # Anything that is signed does, even what is not understood.
    answer = await bob.deliver(alpha, bob.activity("Travel", "x"), at=clock.now / 1000)
    assert answer.status_code == 202
    await settle(alpha)
    arrived = [one["object"]["content"] for one in peer.got("Create")]
    assert "<p>is anybody there?</p>" in arrived


async def test_one_failing_host_holds_up_nobody_else(
    alpha: Server, bob: Person, network: Network, peer_keys: list[RSAPrivateKey]
) -> None:
    """While one server fails, all others get their posts as ever."""
    failing = Peer(network, "failing.test", peer_keys)
    for person in (bob, failing.person("carol")):
        await is_read_by(alpha, "alice", person)
    network.unplug("failing.test")
    for number in range(8):
        await alpha.post("alice", f"{number}")
        await settle(alpha)
    assert len(bob.peer.got("Create")) == 8


# --- in which order ------------------------------------------------------------------------------


async def test_delete_never_overtakes_its_create(alpha: Server, bob: Person, peer: Peer) -> None:
    """What happened to a post arrives in the order in which it happened, however often it failed."""
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    peer.answers["/inbox"] = httpx.Response(503)
    view = await alpha.post("alice", "one")
    await settle(alpha)
    await statuses.edit_status(alpha.instance, alice, view.id, "two", "")
    await statuses.delete_status(alpha.instance, alice, view.id)
    await settle(alpha)
    sent = [json.loads(one.content)["type"] for one in tries_at(peer)]
    assert sent == ["Create"]
    peer.answers.clear()
    await make_due(alpha)
    await settle(alpha)
    of_post = [one["type"] for one in peer.received if one["type"] != "Accept"]
    assert of_post == ["Create", "Update", "Delete"]


async def test_delete_waits_for_a_create_under_way(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """While the Create is on its way, another worker does not send the Delete."""
    await is_read_by(alpha, "alice", bob)
    arrived, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        arrived.set()
        await may_answer.wait()
        return await peer._answer(request)

    view = await alpha.post("alice", "one")
    network.connect("peer.test", slow)
    sending = asyncio.create_task(alpha.worker.run_until_idle())
    await arrived.wait()
    await statuses.delete_status(alpha.instance, await alpha.actor("alice"), view.id)
    assert await Worker(alpha.instance).run_until_idle() == 0
    may_answer.set()
    await sending
    await settle(alpha)
    assert [one["type"] for one in peer.received][-2:] == ["Create", "Delete"]
    assert len(peer.got("Create")) == 1


async def test_few_at_once_to_one_host(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """However much waits for a host, only a few deliveries are under way to it at once."""
    await is_read_by(alpha, "alice", bob)
    under_way, most = 0, 0

    async def counting(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.005)
        under_way -= 1
        return await peer._answer(request)

    network.connect("peer.test", counting)
    for number in range(12):
        await alpha.post("alice", f"{number}")
    await settle(alpha)
    assert len(peer.got("Create")) == 12
    assert 1 < most <= alpha.instance.settings.deliveries_per_host
