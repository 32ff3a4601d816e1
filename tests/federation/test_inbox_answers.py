"""What the inbox answers: every situation with its status, its reason, and what came of it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.db import statuses as db_statuses
from fedlearn.domain.actors import Actor
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.policies import Policy
from fedlearn.domain.rates import Rate, often
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import moderation
from fedlearn.settings import Settings
from tests.federation.network import Network
from tests.federation.peer import ACTIVITY_JSON, AS, Document, Peer, Person, signed_headers
from tests.federation.scenes import count, is_read_by, is_stored, reads, refusal, takes, told
from tests.federation.server import Server, run_server, settle

FOLLOWERS = "/users/alice/followers"
MIB = 1024 * 1024


async def a_follow(alpha: Server, person: Person, **changes: object) -> Document:
    """A Follow of alice, whose effect is easy to see."""
    return person.activity("Follow", (await alpha.actor("alice")).uri, **changes)


async def assert_without_effect(alpha: Server) -> None:
    """Nothing came of anything that was sent."""
    await settle(alpha)
    assert await told(alpha, "alice") == []
    assert await count(alpha, FOLLOWERS) == 0


# --- 202 -----------------------------------------------------------------------------------------


async def test_taken_in_before_it_takes_effect(alpha: Server, bob: Person, peer: Peer) -> None:
    """The answer is 202 with nothing in it; what follows from the activity follows later.

    Conformance: 96.
    """
    answer = await bob.deliver(alpha, await a_follow(alpha, bob))
    assert answer.status_code == 202
    assert answer.content == b""
    assert await told(alpha, "alice") == []
    assert await count(alpha, FOLLOWERS) == 0
    assert peer.received == []
    await settle(alpha)
    assert await told(alpha, "alice") == [(NotificationKind.FOLLOW, "bob@peer.test")]
    assert await count(alpha, FOLLOWERS) == 1
    assert len(peer.got("Accept")) == 1


async def test_unknown_types_are_ignored(alpha: Server, bob: Person) -> None:
    """A type nobody has heard of is 202 and nothing, and so is one that is not understood yet.

    Conformance: 100.
    """
    alice = await alpha.actor("alice")
    for kind in ("Juggle", "Travel", "EmojiReact", "Block", "Flag", "Move", "Add", "Remove"):
        await takes(alpha, bob, bob.activity(kind, alice.uri))
    await assert_without_effect(alpha)
    unsigned = await alpha.http.post(
        "/inbox",
        json=bob.activity("Juggle", alice.uri),
        headers={"content-type": ACTIVITY_JSON},
    )
    assert unsigned.status_code == 401


async def test_what_means_nothing_here_is_taken_and_ignored(alpha: Server, bob: Person) -> None:
    """Dislikes, views, and activities that are made of nothing we know: 202, and no effect."""
    await reads(alpha, "alice", bob)
    mine = await alpha.post("alice", "hello")
    before = await told(alpha, "alice")
    for activity in (
        bob.activity("Dislike", mine.status.uri),
        bob.activity("View", mine.status.uri),
        bob.activity("Listen", mine.status.uri),
        bob.activity("Question", {"id": f"{bob.uri}/poll", "type": "Question"}),
    ):
        await takes(alpha, bob, activity)
    assert await told(alpha, "alice") == before
    seen = await alpha.seen_by("alice", mine.status.uri)
    assert seen is not None
    assert (seen.favourites, seen.boosts, seen.replies) == (0, 0, 0)
    assert [view.status.uri for view in await alpha.home("alice")] == [mine.status.uri]


async def test_same_activity_twice_has_one_effect(alpha: Server, bob: Person, peer: Peer) -> None:
    """A delivery that is repeated is answered like the first, and does nothing more.

    Conformance: 102.
    """
    follow = await a_follow(alpha, bob)
    for _ in range(2):
        await takes(alpha, bob, follow)
    assert await told(alpha, "alice") == [(NotificationKind.FOLLOW, "bob@peer.test")]
    assert len(peer.got("Accept")) == 1
    another = await a_follow(alpha, bob)
    await takes(alpha, bob, another)
    assert len(peer.got("Accept")) == 2


async def test_identity_on_another_server_is_dropped(
    alpha: Server, bob: Person, peer: Peer
) -> None:
    """An activity that claims an id on a host where its actor does not live is dropped.

    Conformance: 103.
    """
    for uri in (
        "https://other.test/activities/1",
        "https://peer.test:8443/1",
        "https://alpha.test/1",
    ):
        await takes(alpha, bob, await a_follow(alpha, bob, id=uri))
    await assert_without_effect(alpha)
    assert peer.got("Accept") == []
    await takes(alpha, bob, await a_follow(alpha, bob))
    assert await count(alpha, FOLLOWERS) == 1


async def test_activities_without_identity(alpha: Server, bob: Person, peer: Peer) -> None:
    """A Follow or a Like without an id counts by who did it and to what, so that twice is once.

    Conformance: 104.
    """
    mine = await alpha.post("alice", "hello")
    for _ in range(2):
        await takes(alpha, bob, await a_follow(alpha, bob, id=None))
        await takes(alpha, bob, bob.activity("Like", mine.status.uri, id=None))
    assert await count(alpha, FOLLOWERS) == 1
    seen = await alpha.seen_by("alice", mine.status.uri)
    assert seen is not None
    assert seen.favourites == 1
    assert sorted(await told(alpha, "alice")) == [
        (NotificationKind.FAVOURITE, "bob@peer.test"),
        (NotificationKind.FOLLOW, "bob@peer.test"),
    ]
    assert peer.got("Accept")[-1]["object"]["actor"] == bob.uri


async def test_news_of_strangers_about_themselves(alpha: Server, bob: Person, peer: Peer) -> None:
    """Delete and Update of itself by an actor that nobody here knows: 202, and its key is not asked for.

    Conformance: 105.
    """
    for kind in ("Delete", "Update"):
        about: object = bob.uri if kind == "Delete" else bob.document()
        body = json.dumps(bob.activity(kind, about)).encode()
        answer = await alpha.http.post(
            "/inbox", content=body, headers={"content-type": ACTIVITY_JSON}
        )
        assert answer.status_code == 202, kind
        assert answer.content == b""
    assert peer.requests == []
    # Whoever deletes something else than itself must prove who it is.
    other = json.dumps(bob.activity("Delete", f"{bob.uri}/notes/1")).encode()
    answer = await alpha.http.post("/inbox", content=other, headers={"content-type": ACTIVITY_JSON})
    assert answer.status_code == 401
    # And so must an actor that is known here.
    await is_read_by(alpha, "alice", bob)
    body = json.dumps(bob.activity("Delete", bob.uri)).encode()
    answer = await alpha.http.post("/inbox", content=body, headers={"content-type": ACTIVITY_JSON})
    assert answer.status_code == 401
    assert await count(alpha, FOLLOWERS) == 1


async def suspend(alpha: Server, actor: Actor) -> None:
    """An operator has suspended an actor."""
    async with alpha.instance.db.write() as connection:
        await connection.execute("UPDATE actor SET suspended_at = 1 WHERE id = :id", id=actor.id)


async def test_suspended_actor_may_only_take_back(alpha: Server, bob: Person, peer: Peer) -> None:
    """Of a suspended actor nothing new counts; Delete, Reject, Undo and Update do.

    Conformance: 106.
    """
    await reads(alpha, "alice", bob)
    await is_read_by(alpha, "alice", bob)
    mine = await alpha.post("alice", "hello")
    like = bob.activity("Like", mine.status.uri)
    gone, changed = bob.note("<p>to be deleted</p>"), bob.note("<p>to be changed</p>")
    for activity in (like, bob.activity("Create", gone), bob.activity("Create", changed)):
        await takes(alpha, bob, activity)
    assert len(await told(alpha, "alice")) > 0
    assert await is_stored(alpha, gone["id"])
    await suspend(alpha, await alpha.find(bob.handle))

    fresh = bob.note("<p>new</p>")
    await takes(alpha, bob, bob.activity("Create", fresh))
    await takes(alpha, bob, bob.activity("Update", fresh | {"published": None}))
    await takes(alpha, bob, bob.activity("Announce", mine.status.uri))
    await takes(alpha, bob, bob.activity("Accept", peer.got("Follow")[0]))
    await takes(alpha, bob, await a_follow(alpha, bob))
    assert not await is_stored(alpha, fresh["id"])
    assert await told(alpha, "alice") == []
    seen = await alpha.seen_by("alice", mine.status.uri)
    assert seen is not None
    assert (seen.favourites, seen.boosts) == (1, 0)
    assert len(peer.got("Accept")) == 1

    edited = changed | {"content": "<p>changed</p>", "updated": "2026-02-01T00:00:00Z"}
    await takes(alpha, bob, bob.activity("Update", edited))
    await takes(alpha, bob, bob.activity("Delete", gone["id"]))
    await takes(alpha, bob, bob.activity("Undo", like))
    await takes(alpha, bob, bob.activity("Reject", peer.got("Follow")[0]))
    assert not await is_stored(alpha, gone["id"])
    async with alpha.instance.db.read() as connection:
        after = await db_statuses.status_by_uri(connection, changed["id"])
    assert after is not None
    assert after.content == "<p>changed</p>"
    assert await alpha.seen_by("alice", changed["id"]) is None
    seen = await alpha.seen_by("alice", mine.status.uri)
    assert seen is not None
    assert seen.favourites == 0
    assert await count(alpha, "/users/alice/following") == 0


# --- 400 -----------------------------------------------------------------------------------------


async def test_bodies_that_are_no_activity(alpha: Server, bob: Person) -> None:
    """What is not a JSON object is 400, and so is an object that is no activity.

    Conformance: 98.
    """
    for body in (b"", b"{", b"hello", b"\xff\xfe", b"[]", b'"a"', b"1", b"null", b'{"a": NaN}'):
        answer = await bob.deliver(alpha, body)
        assert answer.status_code == 400, body
        refusal(answer)
    follow = await a_follow(alpha, bob)
    for broken in (
        follow | {"@context": "https://example.org/other"},
        follow | {"@context": None},
        follow | {"type": None},
        follow | {"type": 7},
    ):
        answer = await bob.deliver(alpha, broken)
        assert answer.status_code == 400, broken
        refusal(answer)
    nobodies: list[Any] = [None, 7, [], {"name": "Bob"}]
    for nobody in nobodies:
        answer = await bob.deliver(alpha, follow | {"actor": nobody})
        assert answer.status_code == 400, nobody
    await assert_without_effect(alpha)
    await takes(alpha, bob, follow)
    assert await count(alpha, FOLLOWERS) == 1


def nested(follow: Document, depth: int) -> bytes:
    """An activity that is nested so deep, counted from its own braces."""
    inner = "[" * (depth - 1) + "]" * (depth - 1)
    return json.dumps(follow)[:-1].encode() + f', "extra": {inner}}}'.encode()


async def test_depth_and_length_are_limited(alpha: Server, bob: Person) -> None:
    """65 levels are one too many; a list of 100,000 is read, and takes no time to speak of.

    Conformance: 109.
    """
    follow = await a_follow(alpha, bob)
    for depth in (65, 1000, 100_000):
        answer = await bob.deliver(alpha, nested(follow, depth))
        assert answer.status_code == 400, depth
        assert "deeper than 64" in refusal(answer)
    await assert_without_effect(alpha)
    await reads(alpha, "alice", bob)
    began = time.monotonic()
    assert (await bob.deliver(alpha, nested(follow, 64))).status_code == 202
    everybody = [f"u{number}" for number in range(100_000)]
    note = bob.note() | {"cc": everybody}
    for long in (
        bob.activity("Create", note, cc=[]),
        bob.activity("Announce", note["id"], to=everybody, cc=[]),
        bob.activity("Create", [{}] * 100_000),
        bob.activity("Create", bob.note() | {"tag": [{}] * 100_000}, cc=[]),
        await a_follow(alpha, bob, cc=everybody),
    ):
        await takes(alpha, bob, long)
    assert time.monotonic() - began < 20
    assert await is_stored(alpha, note["id"])


# --- 413, 415 ------------------------------------------------------------------------------------


async def test_bodies_over_a_mebibyte(alpha: Server, bob: Person) -> None:
    """One byte over 1 MiB is 413, whether its length is declared or only found out; 1 MiB is taken.

    Conformance: 97.
    """
    follow = json.dumps(await a_follow(alpha, bob)).encode()
    full = follow + b" " * (MIB - len(follow))
    for body in (full + b" ", full * 3):
        declared = await bob.deliver(alpha, body)
        assert declared.status_code == 413
        assert "1048576" in refusal(declared)
        headers = signed_headers(bob.key, bob.key_id, host=alpha.host, target="/inbox", body=body)
        chunked = await alpha.http.post("/inbox", content=in_pieces(body), headers=headers)
        assert "content-length" not in chunked.request.headers
        assert chunked.status_code == 413
        assert "1048576" in refusal(chunked)
    await assert_without_effect(alpha)
    assert (await bob.deliver(alpha, full)).status_code == 202


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """A body whose length nobody knows beforehand."""
    for start in range(0, len(body), 100_000):
        yield body[start : start + 100_000]


async def test_content_types(alpha: Server, bob: Person) -> None:
    """ActivityPub says what it is; anything else is 415, even if it would be understood.

    Conformance: 99.
    """
    follow = await a_follow(alpha, bob)
    for refused in (
        "application/json",
        "text/plain",
        "text/html; charset=utf-8",
        "application/ld+json",
        'application/ld+json; profile="https://example.org/other"',
        "",
    ):
        answer = await bob.deliver(alpha, follow, content_type=refused)
        assert answer.status_code == 415, refused
        assert "application/activity+json" in refusal(answer)
    none = await bob.deliver(
        alpha,
        follow,
        covered=["(request-target)", "host", "date", "digest"],
        changes={"content-type": None},
    )
    assert none.status_code == 415
    await assert_without_effect(alpha)
    for number, accepted in enumerate(
        (
            f'application/ld+json; profile="{AS}"',
            f'application/ld+json; charset=utf-8; profile="https://example.org/other {AS}"',
            f"application/ld+json;profile={AS}",
            "application/activity+json; charset=utf-8",
            "Application/Activity+JSON",
        )
    ):
        follower = bob.peer.person(f"person{number}")
        answer = await follower.deliver(
            alpha, await a_follow(alpha, follower), content_type=accepted
        )
        assert answer.status_code == 202, accepted
        await settle(alpha)
        assert await count(alpha, FOLLOWERS) == number + 1


# --- 401, 403, 404 -------------------------------------------------------------------------------


async def test_nobody_acts_in_anothers_name(alpha: Server, bob: Person, peer: Peer) -> None:
    """An activity whose actor is not the signer is refused, be it of the same server or another.

    Conformance: 90.
    """
    carol = peer.person("carol")
    for victim in (carol.uri, "https://other.test/users/dave", (await alpha.actor("alice")).uri):
        answer = await bob.deliver(alpha, await a_follow(alpha, bob, actor=victim))
        assert answer.status_code == 401, victim
        assert victim in refusal(answer)
        assert bob.uri in refusal(answer)
    # A proof that is none does not help.
    proof = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofValue": "z1"}
    forged = await a_follow(alpha, bob, actor=carol.uri, proof=proof)
    assert (await bob.deliver(alpha, forged)).status_code == 401
    await assert_without_effect(alpha)
    embedded = await a_follow(alpha, bob, actor={"id": bob.uri, "type": "Person"})
    await takes(alpha, bob, embedded)
    assert await count(alpha, FOLLOWERS) == 1


@pytest.mark.parametrize("host", ["bad.test", "deep.below.bad.test"])
async def test_blocked_domain_is_refused(
    alpha: Server, network: Network, peer_keys: list[RSAPrivateKey], host: str
) -> None:
    """A blocked domain and all below it get 403, nothing is kept, and nothing is asked of them.

    What they did before is forgotten with it.

    Conformance: 107.
    """
    troll = Peer(network, host, peer_keys).person("troll")
    await is_read_by(alpha, "alice", troll)
    asked = len(troll.peer.requests)
    stranger = troll.peer.person("stranger")
    await moderation.set_domain_policy(alpha.instance, "bad.test", Policy.BLOCK, by=TERMINAL)
    alice = await alpha.actor("alice")
    for sender in (troll, stranger):
        note = sender.note(to=[alice.uri], tag={"type": "Mention", "href": alice.uri})
        for activity in (sender.activity("Create", note), sender.activity("Undo", {"id": "x"})):
            answer = await sender.deliver(alpha, activity)
            assert answer.status_code == 403
            assert host in refusal(answer)
        await settle(alpha)
        assert not await is_stored(alpha, note["id"])
    assert len(troll.peer.requests) == asked
    await assert_without_effect(alpha)


async def test_neighbours_of_a_blocked_domain_are_welcome(alpha: Server, bob: Person) -> None:
    """Blocking `eer.test` or `below.peer.test` says nothing of `peer.test`."""
    for domain in ("eer.test", "below.peer.test", "peer.test.example"):
        await moderation.set_domain_policy(alpha.instance, domain, Policy.BLOCK, by=TERMINAL)
    await is_read_by(alpha, "alice", bob)


async def test_inboxes_of_nobody(alpha: Server, bob: Person, peer: Peer) -> None:
    """An inbox of nobody is 404, also of somebody who left; the shared inbox is for everybody."""
    follow = await a_follow(alpha, bob)
    for path in ("/users/nobody/inbox", "/users/alpha.test/inbox"):
        answer = await bob.deliver(alpha, follow, path)
        assert answer.status_code == 404, path
        refusal(answer)
    carol = await alpha.actor("carol")
    async with alpha.instance.db.write() as connection:
        await connection.execute("UPDATE actor SET gone_at = 1 WHERE id = :id", id=carol.id)
    answer = await bob.deliver(alpha, bob.activity("Follow", carol.uri), "/users/carol/inbox")
    assert answer.status_code == 404
    refusal(answer)
    assert peer.requests == []
    await assert_without_effect(alpha)
    assert (await bob.deliver(alpha, follow, "/users/alice/inbox")).status_code == 202
    assert (await bob.deliver(alpha, follow, "/users/Alice/inbox")).status_code == 202
    assert (await bob.deliver(alpha, follow, "/actor/inbox")).status_code == 202


async def test_shared_inbox_is_never_gone(alpha: Server, bob: Person, peer: Peer) -> None:
    """Whatever is gone, its sender, its key or whom it is for: 410 would have Misskey drop us all.

    Conformance: 101.
    """
    await is_read_by(alpha, "alice", bob)
    carol = await alpha.actor("carol")
    async with alpha.instance.db.write() as connection:
        await connection.execute("UPDATE actor SET gone_at = 1 WHERE id = :id", id=carol.id)
    dave = peer.person("dave")
    peer.answers["/users/dave"] = httpx.Response(410)
    statuses = set()
    for person, activity in (
        (bob, bob.activity("Follow", carol.uri)),
        (bob, bob.activity("Create", bob.note(to=[carol.uri]))),
        (dave, dave.activity("Follow", carol.uri)),
        (dave, dave.activity("Delete", dave.uri)),
        (dave, dave.activity("Delete", f"{dave.uri}/notes/1")),
        (bob, bob.activity("Delete", bob.uri)),
        (bob, bob.activity("Follow", carol.uri)),
    ):
        answer = await person.deliver(alpha, activity)
        statuses.add(answer.status_code)
        await settle(alpha)
    statuses.add((await alpha.http.post("/inbox", content=b"{}")).status_code)
    statuses.add((await alpha.http.get("/inbox")).status_code)
    assert statuses <= {202, 401, 405, 415}, statuses


# --- 429, 503 ------------------------------------------------------------------------------------


async def test_callers_that_ask_too_often_are_put_off(
    network: Network,
    bob: Person,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beyond the rate the answer is 429 and how many seconds to wait, and nothing is taken in.

    Conformance: 110.
    """
    monkeypatch.setattr(Rate.INBOX, "_value_", often(3, minutes=5))
    async with run_server(settings_of("alpha.test", rate_limits=True), network) as alpha:
        follow = await a_follow(alpha, bob)
        for _ in range(3):
            assert (await alpha.http.post("/inbox", content=b"{}")).status_code == 415
        for path in ("/inbox", "/users/alice/inbox"):
            answer = await bob.deliver(alpha, follow, path)
            assert answer.status_code == 429
            assert 1 <= int(answer.headers["retry-after"]) <= 300
            refusal(answer)
        await assert_without_effect(alpha)


async def test_key_that_cannot_be_fetched_now(alpha: Server, bob: Person, network: Network) -> None:
    """While the server of the key is out of reach the answer is 503; later the same is taken in."""
    follow = await a_follow(alpha, bob)
    network.unplug("peer.test")
    answer = await bob.deliver(alpha, follow)
    assert answer.status_code == 503
    assert bob.key_id in refusal(answer)
    await assert_without_effect(alpha)
    network.plug_in("peer.test")
    await takes(alpha, bob, follow)
    assert await count(alpha, FOLLOWERS) == 1


async def test_deliveries_at_once_are_all_taken_in(alpha: Server, peer: Peer) -> None:
    """Deliveries that come together are written together, and each has its effect."""
    people = [peer.person(f"person{number}") for number in range(12)]
    follows = [await a_follow(alpha, person) for person in people]
    answers = await asyncio.gather(
        *(person.deliver(alpha, follow) for person, follow in zip(people, follows, strict=True))
    )
    assert [answer.status_code for answer in answers] == [202] * 12
    await settle(alpha)
    assert await count(alpha, FOLLOWERS) == 12
