"""Signatures at the inbox: which are believed, and how a request with any other is answered."""

import json
import time

import httpx
import pytest

from fedlearn.domain.audience import Reach
from tests.federation.peer import ACTIVITY_JSON, Document, Peer, Person, digest_of, signed_headers
from tests.federation.scenes import count, is_read_by, refusal, told
from tests.federation.server import Server, settle
from tests.federation.wire import A_MINUTE, AN_HOUR, hs2019_headers

FOLLOWERS = "/users/alice/followers"


async def a_follow(alpha: Server, person: Person) -> Document:
    """A Follow of alice, whose effect is easy to see."""
    return person.activity("Follow", (await alpha.actor("alice")).uri)


async def post(alpha: Server, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """POST bytes with these headers to the shared inbox."""
    return await alpha.http.post("/inbox", content=body, headers=headers)


async def assert_without_effect(alpha: Server) -> None:
    """Nothing came of anything that was sent."""
    await settle(alpha)
    assert await told(alpha, "alice") == []
    assert await count(alpha, FOLLOWERS) == 0


async def test_unsigned_request_is_refused(alpha: Server, bob: Person) -> None:
    """Without a Signature header nothing is taken in; the same bytes signed are.

    Conformance: 65.
    """
    follow = await a_follow(alpha, bob)
    answer = await alpha.http.post("/inbox", json=follow, headers={"content-type": ACTIVITY_JSON})
    assert answer.status_code == 401
    assert "not signed" in refusal(answer)
    await assert_without_effect(alpha)
    assert (await bob.deliver(alpha, follow)).status_code == 202


async def test_incomplete_signature_is_refused(alpha: Server, bob: Person) -> None:
    """A Signature header without keyId or signature is 401; one that is no such header, 400 or 401.

    Conformance: 66.
    """
    follow = await a_follow(alpha, bob)
    for name in ("keyId", "signature"):
        answer = await bob.deliver(alpha, follow, parameters={name: None})
        assert answer.status_code == 401, name
        assert "keyId or signature" in refusal(answer)
    for broken in ("nonsense", 'keyId="https://peer.test', "=,=,=", "", 'signature="\udcff"'):
        headers = signed_headers(
            bob.key, bob.key_id, host=alpha.host, target="/inbox", body=json.dumps(follow).encode()
        )
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        sent = [pair for pair in sent if pair[0] != b"signature"]
        sent.append((b"signature", broken.encode(errors="surrogateescape")))
        answer = await alpha.http.post("/inbox", content=json.dumps(follow), headers=sent)
        assert answer.status_code in {400, 401}, broken
        refusal(answer)
    await assert_without_effect(alpha)


@pytest.mark.parametrize("label", ["rsa-sha256", "hs2019", None])
async def test_label_of_algorithm_does_not_matter(
    alpha: Server, bob: Person, label: str | None
) -> None:
    """An RSA signature verifies under each label in use; made of other bytes, it does not.

    Conformance: 67.
    """
    await alpha.user("alice")
    tampered = await bob.deliver(
        alpha,
        await a_follow(alpha, bob),
        parameters={"algorithm": label},
        changes={"date": "Sun, 22 Nov 2026 10:00:00 GMT"},
    )
    assert tampered.status_code == 401
    await assert_without_effect(alpha)
    follow = await a_follow(alpha, bob)
    assert (await bob.deliver(alpha, follow, parameters={"algorithm": label})).status_code == 202
    await settle(alpha)
    assert await count(alpha, FOLLOWERS) == 1


async def test_other_algorithms_are_refused(alpha: Server, bob: Person) -> None:
    """SHA-1, shared secrets and `none` are not accepted, however good the signature under them is.

    Conformance: 68.
    """
    follow = await a_follow(alpha, bob)
    for label in ("rsa-sha1", "hmac-sha256", "hmac-sha512", "none", "NONE", ""):
        answer = await bob.deliver(alpha, follow, parameters={"algorithm": label})
        assert answer.status_code == 401, label
        assert "algorithm" in refusal(answer)
    await assert_without_effect(alpha)
    assert (await bob.deliver(alpha, follow)).status_code == 202


async def test_created_stands_for_date_with_hs2019(alpha: Server, bob: Person) -> None:
    """With hs2019, `(created)` tells the time instead of Date; with rsa-sha256 it may not.

    Conformance: 69.
    """
    follow = json.dumps(await a_follow(alpha, bob)).encode()
    answer = await post(alpha, follow, hs2019_headers(bob, alpha, follow, algorithm="rsa-sha256"))
    assert answer.status_code == 401
    assert "hs2019" in refusal(answer)
    timeless = hs2019_headers(bob, alpha, follow, covered="(request-target) host digest")
    assert (await post(alpha, follow, timeless)).status_code == 401
    await assert_without_effect(alpha)
    headers = hs2019_headers(bob, alpha, follow)
    assert "date" not in headers
    assert (await post(alpha, follow, headers)).status_code == 202


async def test_digest_must_be_signed_and_true(alpha: Server, bob: Person) -> None:
    """The body is part of what is signed: its Digest must be covered and fit, however it is spelled.

    Conformance: 70.
    """
    follow = await a_follow(alpha, bob)
    body = json.dumps(follow).encode()
    uncovered = await bob.deliver(alpha, follow, covered=["(request-target)", "host", "date"])
    assert uncovered.status_code == 401
    assert "digest" in refusal(uncovered)
    headers = signed_headers(bob.key, bob.key_id, host=alpha.host, target="/inbox", body=body)
    swapped = await post(alpha, body.replace(b"Follow", b"Block "), headers)
    assert swapped.status_code == 401
    assert "Digest" in refusal(swapped)
    missing = await bob.deliver(alpha, follow, changes={"digest": None})
    assert missing.status_code == 401
    other = await bob.deliver(alpha, follow, changes={"digest": f"SHA-512={digest_of(body)}"})
    assert other.status_code == 401
    await assert_without_effect(alpha)
    for spelled in ("sha-256", "Sha-256", "SHA-512=AA==,SHA-256"):
        digest = f"{spelled}={digest_of(body)}"
        answer = await post(alpha, body, hs2019_headers(bob, alpha, body, digest=digest))
        assert answer.status_code == 202, spelled


async def test_target_and_host_must_be_signed(alpha: Server, bob: Person) -> None:
    """A signature made for another path or host is worth nothing here (CVE-2023-49079).

    Conformance: 71.
    """
    await alpha.user("alice")
    follow = await a_follow(alpha, bob)
    everything = ["(request-target)", "host", "date", "digest", "content-type"]
    for left_out in ("(request-target)", "host"):
        covered = [name for name in everything if name != left_out]
        answer = await bob.deliver(alpha, follow, covered=covered)
        assert answer.status_code == 401, left_out
        assert left_out in refusal(answer)
    body = json.dumps(follow).encode()
    elsewhere = signed_headers(bob.key, bob.key_id, host="beta.test", target="/inbox", body=body)
    answer = await post(alpha, body, elsewhere)
    assert answer.status_code == 401
    assert "beta.test" in refusal(answer)
    # Signed for beta.test, and now sent with the Host of alpha.test.
    answer = await post(alpha, body, elsewhere | {"host": alpha.host})
    assert answer.status_code == 401
    other_path = signed_headers(bob.key, bob.key_id, host=alpha.host, target="/inbox", body=body)
    answer = await alpha.http.post("/users/alice/inbox", content=body, headers=other_path)
    assert answer.status_code == 401
    await assert_without_effect(alpha)
    assert (await bob.deliver(alpha, follow, "/users/alice/inbox")).status_code == 202


async def test_get_without_signed_host_is_a_strangers(alpha: Server, bob: Person) -> None:
    """A GET that does not sign its host shows no more than an unsigned one.

    Conformance: 72.
    """
    await is_read_by(alpha, "alice", bob)
    view = await alpha.post("alice", "for my followers", reach=Reach.FOLLOWERS)
    path = httpx.URL(view.status.uri).path
    assert (await bob.get(alpha, path, covered=["(request-target)", "date"])).status_code == 404
    assert (await alpha.get(path)).status_code == 404
    seen = await bob.get(alpha, path)
    assert seen.status_code == 200
    assert "for my followers" in seen.json()["content"]


MINUTES_OFF = [(59, 202), (61, 401), (-64, 202), (-66, 401)]


@pytest.mark.parametrize(("minutes", "status"), MINUTES_OFF)
async def test_clocks_may_differ_by_an_hour(
    alpha: Server, bob: Person, minutes: int, status: int
) -> None:
    """A Date or `(created)` counts from 65 minutes ago to 60 minutes ahead, and no longer.

    Conformance: 73.
    """
    at = time.time() + minutes * A_MINUTE
    dated = await bob.deliver(alpha, await a_follow(alpha, bob), at=at)
    assert dated.status_code == status
    body = json.dumps(await a_follow(alpha, bob)).encode()
    created = await post(alpha, body, hs2019_headers(bob, alpha, body, created=at))
    assert created.status_code == status
    if status == 401:
        assert "check the clocks" in refusal(dated)
        assert "check the clocks" in refusal(created)
        await assert_without_effect(alpha)


WITH_EXPIRES = "(request-target) (created) (expires) host digest"


async def test_expires_ends_a_signature(alpha: Server, bob: Person) -> None:
    """`expires` is honoured with an hour of skew, and nothing lives longer than twelve hours.

    Conformance: 74.
    """
    await alpha.user("alice")
    now = time.time()
    lives = [
        ("just within the skew", now - 62 * A_MINUTE, now - 59 * A_MINUTE, 202),
        ("past the skew", now - 62 * A_MINUTE, now - 61 * A_MINUTE, 401),
        ("long, but within twelve hours", now - 11 * AN_HOUR, now + AN_HOUR, 202),
        ("cut to twelve hours and the skew", now - 13.1 * AN_HOUR, now + AN_HOUR, 401),
        ("still within both", now - 12.9 * AN_HOUR, now + 24 * AN_HOUR, 202),
    ]
    for what, created, expires, status in lives:
        body = json.dumps(await a_follow(alpha, bob)).encode()
        headers = hs2019_headers(
            bob, alpha, body, created=created, expires=expires, covered=WITH_EXPIRES
        )
        assert (await post(alpha, body, headers)).status_code == status, what


async def test_expires_that_is_not_signed_lengthens_nothing(alpha: Server, bob: Person) -> None:
    """Anybody could have written an `expires` that the signature does not cover."""
    body = json.dumps(await a_follow(alpha, bob)).encode()
    now = time.time()
    old = hs2019_headers(bob, alpha, body, created=now - 2 * AN_HOUR, expires=now + AN_HOUR)
    assert (await post(alpha, body, old)).status_code == 401
    signed = hs2019_headers(
        bob, alpha, body, created=now - 2 * AN_HOUR, expires=now + AN_HOUR, covered=WITH_EXPIRES
    )
    assert (await post(alpha, body, signed)).status_code == 202


async def test_query_may_be_left_out_of_the_signature(alpha: Server, bob: Person) -> None:
    """A GET with a query verifies whether the query was signed (as Mastodon does) or not (Misskey).

    Conformance: 75.
    """
    await is_read_by(alpha, "alice", bob)
    view = await alpha.post("alice", "for my followers", reach=Reach.FOLLOWERS)
    path = httpx.URL(view.status.uri).path
    for signed_target in (f"{path}?page=true", path):
        headers = signed_headers(
            bob.key, bob.key_id, host=alpha.host, target=signed_target, method="get"
        )
        answer = await alpha.get(f"{path}?page=true", **headers)
        assert answer.status_code == 200, signed_target
    other = signed_headers(
        bob.key, bob.key_id, host=alpha.host, target=f"{path}?page=false", method="get"
    )
    assert (await alpha.get(f"{path}?page=true", **other)).status_code == 404


async def test_parameter_given_twice_is_refused(alpha: Server, bob: Person) -> None:
    """Which of two keyIds counts would be a matter of taste, so neither does.

    Conformance: 76.
    """
    body = json.dumps(await a_follow(alpha, bob)).encode()
    headers = signed_headers(bob.key, bob.key_id, host=alpha.host, target="/inbox", body=body)
    for repeated in (f'keyId="{bob.key_id}"', 'signature="AAAA"', 'headers="date"'):
        twice = headers | {"signature": f"{headers['signature']},{repeated}"}
        answer = await post(alpha, body, twice)
        assert 400 <= answer.status_code < 500, repeated
        assert "twice" in refusal(answer)
    await assert_without_effect(alpha)
    assert (await post(alpha, body, headers)).status_code == 202


async def test_key_id_that_is_no_address(alpha: Server, bob: Person, peer: Peer) -> None:
    """A keyId of the form `acct:`, or any other that cannot be fetched, is refused and not asked for.

    Conformance: 80.
    """
    follow = await a_follow(alpha, bob)
    for key_id in ("acct:bob@peer.test", "bob", "", "ftp://peer.test/key", "https://", "https://["):
        answer = await bob.deliver(alpha, follow, parameters={"keyId": key_id})
        assert answer.status_code == 401, key_id
        refusal(answer)
    assert peer.requests == []
    await assert_without_effect(alpha)
