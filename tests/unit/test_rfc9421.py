"""Signatures of RFC 9421: its own test vectors, two other implementations, and what we refuse."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)
from http_message_signatures import InvalidSignature as TheirRefusal
from hypothesis import example, given
from hypothesis import strategies as st

from fedlearn.activitypub import rfc9421
from fedlearn.activitypub.claims import Claim, RequestHead, sha256_base64
from fedlearn.activitypub.keys import (
    SigningKey,
    VerifyingKey,
    read_public_pem,
)
from fedlearn.activitypub.multikeys import read_multikey
from fedlearn.domain.ids import Millis, now
from fedlearn.errors import BadSignature
from tests.clock import MINUTE, SECOND
from tests.unit.conftest import KEY_ID
from tests.unit.test_multikeys import multibase

AT = Millis(1_770_000_000_000)
BODY = b'{"type":"Follow"}'

# --- the vectors of the RFC (Appendix B) ---------------------------------------------------------

ED25519_PEM = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
RSA_PSS_PEM = b"""-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----
"""
SHARED_SECRET = base64.b64decode(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)
CONTENT_DIGEST = (
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJ"
    "wew==:"
)
TEST_REQUEST = RequestHead(
    method="POST",
    target="/foo?param=Value&Pet=dog",
    headers={
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-digest": CONTENT_DIGEST,
        "content-length": "18",
    },
    origin="https://example.com",
)

B21_INPUT = '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"'
B21_SIGNATURE = (
    "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8U"
    "dx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJz"
    "sPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s"
    "++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q=="
)
B22_INPUT = (
    '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473'
    ';keyid="test-key-rsa-pss";tag="header-example"'
)
B23_INPUT = (
    '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" '
    '"content-length");created=1618884473;keyid="test-key-rsa-pss"'
)
B23_SIGNATURE = (
    "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5"
    "p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aY"
    "A2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+Q"
    "IF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA=="
)
B25_INPUT = '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"'
B25_SIGNATURE = "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8="
B26_INPUT = (
    '("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"'
)
B26_SIGNATURE = (
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
)


def vector(given_input: str, signature: str) -> RequestHead:
    """The test request of the RFC with one of its signatures."""
    fields = {"signature-input": f"sig={given_input}", "signature": f"sig=:{signature}:"}
    return replace(TEST_REQUEST, headers={**TEST_REQUEST.headers, **fields})


def base_and_signature(head: RequestHead) -> tuple[bytes, bytes]:
    """What we say was signed, and the signature."""
    components, parameters, signature = rfc9421.read_signature(head)
    return rfc9421.signature_base(components, parameters, head), signature


def test_minimal_signature_covers_nothing() -> None:
    """B.2.1 covers no component, and its parameters come out as they came in."""
    base, signature = base_and_signature(vector(B21_INPUT, B21_SIGNATURE))
    assert base.decode() == f'"@signature-params": {B21_INPUT}'
    assert is_signed_with_pss(base, signature)
    assert not is_signed_with_pss(base.replace(b"yemd", b"yemo"), signature)


def test_full_coverage_is_put_together_as_published() -> None:
    """B.2.3 covers all that the request has, in its order; the published signature fits the text."""
    base, signature = base_and_signature(vector(B23_INPUT, B23_SIGNATURE))
    assert base.decode().splitlines() == [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@query": ?param=Value&Pet=dog',
        '"@authority": example.com',
        '"content-type": application/json',
        f'"content-digest": {CONTENT_DIGEST}',
        '"content-length": 18',
        f'"@signature-params": {B23_INPUT}',
    ]
    assert is_signed_with_pss(base, signature)
    assert not is_signed_with_pss(base.replace(b"dog", b"cat"), signature)


def is_signed_with_pss(text: bytes, signature: bytes) -> bool:
    """Whether the RSA-PSS key of the RFC signed the text."""
    key = serialization.load_pem_public_key(RSA_PSS_PEM)
    assert isinstance(key, RSAPublicKey)
    pss = padding.PSS(padding.MGF1(hashes.SHA512()), salt_length=64)
    try:
        key.verify(signature, text, pss, hashes.SHA512())
    except InvalidSignature:
        return False
    return True


def test_shared_secret_signs_the_same_text() -> None:
    """B.2.5: the published HMAC is that of the text we put together."""
    base, signature = base_and_signature(vector(B25_INPUT, B25_SIGNATURE))
    assert hmac.digest(SHARED_SECRET, base, hashlib.sha256) == signature
    assert hmac.digest(SHARED_SECRET, base + b" ", hashlib.sha256) != signature


def test_ed25519_vector_verifies() -> None:
    """B.2.6 verifies with the published key, and no more when anything it covers is changed.

    Conformance: 88.
    """
    key = read_public_pem(ED25519_PEM)
    head = vector(B26_INPUT, B26_SIGNATURE)
    base, signature = base_and_signature(head)
    assert key.verifies(signature, base)
    for tampered in (
        replace(head, method="PUT"),
        replace(head, target="/bar"),
        replace(head, origin="https://example.org"),
        *(
            replace(head, headers={**head.headers, name: "tampered"})
            for name in ("date", "content-type", "content-length")
        ),
        vector(B26_INPUT.replace("1618884473", "1618884474"), B26_SIGNATURE),
        vector(B26_INPUT, f"x{B26_SIGNATURE[1:]}"),
    ):
        changed, signature = base_and_signature(tampered)
        assert not key.verifies(signature, changed)


def test_vectors_are_for_others() -> None:
    """Fine signatures as they are, the vectors leave too much uncovered for ActivityPub."""
    at = Millis(1_618_884_473_000)
    for given_input, signature in ((B26_INPUT, B26_SIGNATURE), (B23_INPUT, B23_SIGNATURE)):
        with pytest.raises(BadSignature, match="must cover @target-uri"):
            rfc9421.read(vector(given_input, signature), b'{"hello": "world"}', at)


def test_component_parameters_are_not_supported() -> None:
    """B.2.2 covers a single query parameter; nobody in the fediverse does, and it is refused."""
    with pytest.raises(BadSignature, match="@query-param"):
        base_and_signature(vector(B22_INPUT, B21_SIGNATURE))


# --- a vector of Mastodon ------------------------------------------------------------------------

MASTODON_PEM = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqIAYvNFGbZ5g4iiK6feS
dXD4bDStFM58A7tHycYXaYtzZQpIeHXAmaXuZzXIwtrP4N0gIk8JNwZvXj2UPS+S
07t0V9wNK94he01LV5EMz/GN4eNnFmDL64HIEuKLvV8TvgjbUPRD6Y5X0UpKi2ZI
FLSb96Q5w0Z/k7ntpVKV52y8kz5Fjr/O/0JuHryZe0yItzJh8kzFfeMf0EXzfSna
KvT7P9jhgC6uTre+jXyvVZjiHDrnqvvucdI3I7DRfXo1OqARBrLjy+TdseUAjNYJ
+OuPRI1URIWQI01DCHqcohVu9+Ar+BiCjFp3ua+XMuJvrvbD61d1Fvig/9nbBRR+
8QIDAQAB
-----END PUBLIC KEY-----
"""
MASTODON_SIGNATURE = (
    "WfM6q/qBqhUyqPUDt9metjadJGtLLpmMTBzk/t+R3byKe4/TGAXC6vBB/M6NsD5qv8GCmQGtisCMQxJQO0IGODGzi+Jv"
    "+eqDJ50agMVXNV6nUOzY44c4/XTPoI98qyx1oEMa4Hefy3vSYKq96iDVAc+RDLCMTeGP3wn9wizjD1SNmU0RZI1bTB+e"
    "CkywMP9mM5zXzUOYF+Qkuf+WdEpPR1XUGPlnqfdvPalcKVfaI/VThBjI91D/lmUGoa69x4EBEHM+aJmW6086e7/dVh+F"
    "ndKkdGfXslZXFZKi2flTGQZgEWLn948SqAaJQROkJg8B14Sb1NONS1qZBhK3Mum8Pg=="
)
MASTODON_KEY_ID = "https://remote.domain/users/bob#main-key"
MASTODON_REQUEST = RequestHead(
    method="GET",
    target="/activitypub/success",
    headers={
        "host": "www.example.com",
        "signature-input": (
            f'sig1=("@method" "@target-uri");created=1703066400;keyid="{MASTODON_KEY_ID}"'
        ),
        "signature": f"sig1=:{MASTODON_SIGNATURE}:",
    },
    origin="https://www.example.com",
)
MASTODON_AT = Millis(1_703_066_400_000)


def test_rsa_and_ed25519_verify(ed25519: Ed25519PrivateKey) -> None:
    """The vector of Mastodon (which Fedify checks too) verifies, and a Multikey's signature does.

    Conformance: 84.
    """
    claim = rfc9421.read(MASTODON_REQUEST, None, MASTODON_AT)
    assert claim.key_id == MASTODON_KEY_ID
    assert claim.is_proven_by(read_public_pem(MASTODON_PEM))
    tampered = replace(MASTODON_REQUEST, target="/activitypub/other")
    assert not rfc9421.read(tampered, None, MASTODON_AT).is_proven_by(read_public_pem(MASTODON_PEM))

    raw = ed25519.public_key().public_bytes_raw()
    multikey = read_public_pem(read_multikey(multibase(b"\xed\x01" + raw)))
    head = signed_by_them(ed25519, algorithms.ED25519)
    assert rfc9421.read(head, BODY, now()).is_proven_by(multikey)
    assert not rfc9421.read(replace(head, target="/x"), BODY, now()).is_proven_by(multikey)


# --- another implementation ----------------------------------------------------------------------

PrivateKey = RSAPrivateKey | Ed25519PrivateKey


class OneKey(HTTPSignatureKeyResolver):
    """Knows a single key."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Any:  # noqa: ARG002 - it knows but one
        """The private half."""
        return self._key

    def resolve_public_key(self, key_id: str) -> Any:  # noqa: ARG002 - it knows but one
        """The public half."""
        return self._key.public_key()


COVERED = ("@method", "@target-uri", "content-digest", "content-type")


def signed_by_them(
    key: PrivateKey, algorithm: Any, *, covered: Sequence[str] = COVERED, **options: Any
) -> RequestHead:
    """A delivery that the library http-message-signatures signed."""
    headers = {
        "host": "our.example",
        "content-digest": f"sha-256=:{sha256_base64(BODY)}:",
        "content-type": "application/activity+json",
    }
    request = httpx.Request("POST", "https://our.example/inbox", headers=headers, content=BODY)
    signer = HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=OneKey(key))
    signer.sign(
        request,
        key_id=KEY_ID,
        covered_component_ids=covered,
        use_existing_digest=True,
        **options,
    )
    return RequestHead("POST", "/inbox", dict(request.headers), "https://our.example")


def test_they_sign_for_us(key: SigningKey, public: VerifyingKey, stranger: VerifyingKey) -> None:
    """What another library signs with RSA verifies, named or not, for its own body and target."""
    for options in ({}, {"include_alg": False}, {"label": "x", "nonce": "n", "tag": "t"}):
        head = signed_by_them(key.private, algorithms.RSA_V1_5_SHA256, **options)
        claim = rfc9421.read(head, BODY, now())
        assert claim.key_id == KEY_ID
        assert claim.is_proven_by(public)
        assert not claim.is_proven_by(stranger)
        elsewhere = rfc9421.read(replace(head, target="/users/bob/inbox"), BODY, now())
        assert not elsewhere.is_proven_by(public)
        with pytest.raises(BadSignature, match="does not fit the body"):
            rfc9421.read(head, b"other", now())


def they_take(key: SigningKey, sent: Mapping[str, str], method: str, url: str) -> bool:
    """Whether the library http-message-signatures takes a request for signed by the key."""
    request = httpx.Request(method, url, headers=dict(sent))
    verifier = HTTPMessageVerifier(
        signature_algorithm=algorithms.RSA_V1_5_SHA256, key_resolver=OneKey(key.private)
    )
    try:
        results = verifier.verify(request)
    except TheirRefusal:
        return False
    return [result.parameters["keyid"] for result in results] == [KEY_ID]


def test_we_sign_for_them(key: SigningKey) -> None:
    """What we sign, another library takes, GET and POST; not for another address or digest."""
    inbox, page = "https://far.example:8443/inbox", "https://far.example/outbox?page=true"
    posted = rfc9421.sign(key, method="POST", url=inbox, at=now(), body=BODY)
    assert they_take(key, posted, "POST", inbox)
    assert not they_take(key, posted, "POST", f"{inbox}/x")
    other = posted | {"content-digest": f"sha-256=:{sha256_base64(b'other')}:"}
    assert not they_take(key, other, "POST", inbox)
    gotten = rfc9421.sign(key, method="GET", url=page, at=now(), body=None)
    assert they_take(key, gotten, "GET", page)
    assert not they_take(key, gotten, "GET", "https://far.example/outbox?page=false")


def test_we_sign_what_peers_insist_on(key: SigningKey) -> None:
    """One label, `created` and `keyid`, and coverage of method, target and the body's digest.

    Conformance: 64.
    """
    inbox = "https://far.example/inbox?x=y"
    posted = rfc9421.sign(key, method="POST", url=inbox, at=AT, body=BODY)
    assert posted["signature-input"] == (
        'sig1=("@method" "@target-uri" "content-digest" "content-type")'
        f';created={AT // SECOND};keyid="{KEY_ID}";alg="rsa-v1_5-sha256"'
    )
    assert re.fullmatch(r"sig1=:[A-Za-z0-9+/]+=*:", posted["signature"])
    assert posted["content-digest"] == f"sha-256=:{sha256_base64(BODY)}:"
    gotten = rfc9421.sign(key, method="GET", url=inbox, at=AT, body=None)
    assert gotten["signature-input"].startswith('sig1=("@method" "@target-uri");created=')
    assert "content-digest" not in gotten


# --- what we refuse ------------------------------------------------------------------------------


def ours(key: SigningKey, *, body: bytes | None = BODY, at: Millis = AT) -> RequestHead:
    """A good request, signed as we sign ourselves."""
    method = "GET" if body is None else "POST"
    headers = rfc9421.sign(key, method=method, url="https://our.example/inbox", at=at, body=body)
    return RequestHead(method, "/inbox", headers, "https://our.example")


def signed_again(
    key: SigningKey, covered: Sequence[str], parameters: Mapping[str, Any], **headers: str
) -> RequestHead:
    """A request whose signature is genuine, whatever it covers and says."""
    head = ours(key)
    changes = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {**head.headers, **changes}
    head = replace(head, headers=sent)
    components: list[rfc9421.Component] = [(name, {}) for name in covered]
    base = rfc9421.signature_base(components, parameters, head)
    described = base.decode().rpartition('"@signature-params": ')[2]
    signature = base64.b64encode(key.sign(base)).decode()
    fields = {"signature-input": f"sig1={described}", "signature": f"sig1=:{signature}:"}
    return replace(head, headers={**sent, **fields})


SAID = {"created": AT // SECOND, "keyid": KEY_ID}


def refusal(head: RequestHead, body: bytes | None = BODY, at: Millis = AT) -> BadSignature:
    """With which error we refuse it."""
    with pytest.raises(BadSignature) as refused:
        rfc9421.read(head, body, at)
    return refused.value


def test_signed_again_is_good_as_such(key: SigningKey, public: VerifyingKey) -> None:
    """The requests below lack only what they are meant to lack."""
    assert rfc9421.read(signed_again(key, COVERED, SAID), BODY, AT).is_proven_by(public)


@pytest.mark.parametrize("lacking", ["@method", "@target-uri", "content-digest"])
def test_what_must_be_covered(lacking: str, key: SigningKey) -> None:
    """Without the method, the target or on POST the digest, it is 401."""
    covered = [name for name in COVERED if name != lacking]
    error = refusal(signed_again(key, covered, SAID))
    assert error.status == 401
    assert lacking in str(error)


@pytest.mark.parametrize(
    "parameters",
    [
        {"keyid": KEY_ID},
        {"created": AT // SECOND},
        {"created": str(AT // SECOND), "keyid": KEY_ID},
        {"created": True, "keyid": KEY_ID},
        {"created": AT // SECOND, "keyid": 5},
        {**SAID, "alg": "hmac-sha256"},
        {**SAID, "alg": "rsa-pss-sha512"},
        {**SAID, "alg": "none"},
    ],
)
def test_what_must_be_said(parameters: Mapping[str, Any], key: SigningKey) -> None:
    """Without a proper `created` or `keyid`, or with a weak or unknown algorithm, it is 401."""
    assert refusal(signed_again(key, COVERED, parameters)).status == 401


def test_get_needs_no_digest(key: SigningKey, public: VerifyingKey) -> None:
    """A GET has no body, and so no digest of it."""
    head = ours(key, body=None)
    assert rfc9421.read(head, None, AT).is_proven_by(public)


def test_clocks_may_differ_by_an_hour(key: SigningKey, public: VerifyingKey) -> None:
    """The same window as for older signatures; `expires` ends it sooner."""
    for minutes in (59, -64):
        head = ours(key, at=Millis(AT + minutes * MINUTE))
        assert rfc9421.read(head, BODY, AT).is_proven_by(public)
    for minutes in (61, -66):
        assert "clocks" in str(refusal(ours(key, at=Millis(AT + minutes * MINUTE))))
    for expires in (0, AT // SECOND - 61 * 60):
        over = signed_again(key, COVERED, {**SAID, "expires": expires})
        assert "clocks" in str(refusal(over))


def test_their_end_is_believed(key: SigningKey, public: VerifyingKey) -> None:
    """A signature that another library lets end in two hours is good after 90 minutes."""
    created = datetime.now(UTC)
    ends = datetime.fromtimestamp(created.timestamp() + 7200, UTC)
    head = signed_by_them(key.private, algorithms.RSA_V1_5_SHA256, created=created, expires=ends)
    later = Millis(now() + 90 * MINUTE)
    assert rfc9421.read(head, BODY, later).is_proven_by(public)
    assert "clocks" in str(refusal(head, at=Millis(later + 91 * MINUTE)))


def test_target_is_the_public_one(key: SigningKey, public: VerifyingKey) -> None:
    """What counts is the address that people use, whatever a proxy speaks with us behind it.

    Conformance: 86.
    """
    head = ours(key)
    assert head.headers["host"] == "our.example"
    assert rfc9421.read(head, BODY, AT).is_proven_by(public)
    # The same request, taken for what a server behind the proxy would make of it.
    behind = replace(head, origin="http://our.example")
    assert not rfc9421.read(behind, BODY, AT).is_proven_by(public)


def test_other_host_is_refused(key: SigningKey) -> None:
    """What was signed for another host is not for us."""
    assert "not this one" in str(refusal(signed_again(key, COVERED, SAID, host="far.example")))


@pytest.mark.parametrize(
    ("digest", "status"),
    [
        (f"sha-256=:{sha256_base64(b'other')}:", 401),
        (f"sha-512=:{sha256_base64(BODY)}:", 401),
        ("sha-256=1", 401),
        ('sha-256="text"', 401),
        ("sha-256=:!:", 400),
        ("sha-256=:AAAA", 400),
        (",", 400),
    ],
)
def test_digest_must_fit(digest: str, status: int, key: SigningKey) -> None:
    """A digest of another body or kind is 401; one that cannot be read is 400."""
    head = signed_again(key, COVERED, SAID, content_digest=digest)
    assert refusal(head).status == status


def test_digest_may_stand_among_others(key: SigningKey, public: VerifyingKey) -> None:
    """The digest that we know is found beside one that we do not."""
    both = f"{CONTENT_DIGEST}, sha-256=:{sha256_base64(BODY)}:"
    head = signed_again(key, COVERED, SAID, content_digest=both)
    assert rfc9421.read(head, BODY, AT).is_proven_by(public)


@pytest.mark.parametrize(
    ("given_input", "signature"),
    [
        ("", "sig1=:AAAA:"),
        ('sig1=("@method");created=1', ""),
        ('sig1=("@method");created=1', "sig2=:AAAA:"),
        ('sig1=("@method");created=1', "sig1=AAAA"),
        ('sig1=("@method");created=1', "sig1=(:AAAA:)"),
        ("sig1=:AAAA:", "sig1=:AAAA:"),
        ("sig1", "sig1=:AAAA:"),
        ("sig1=(", "sig1=:AAAA:"),
        ('sig1=("@method" 5);created=1', "sig1=:AAAA:"),
        ('sig1=("@method" token);created=1', "sig1=:AAAA:"),
        ('sig1=("@method" :AAAA:);created=1', "sig1=:AAAA:"),
        ("not a dictionary", "sig1=:AAAA:"),
        (f'sig1=("{"x" * 9000}")', "sig1=:AAAA:"),
        ('sig1=("@method")', f"sig1=:{'A' * 9000}:"),
    ],
)
def test_broken_fields_are_refused(given_input: str, signature: str) -> None:
    """What cannot be read, or does not belong together, is 400."""
    headers = {"host": "our.example", "signature-input": given_input, "signature": signature}
    head = RequestHead("GET", "/", headers, "https://our.example")
    assert refusal(head, None).status == 400


@pytest.mark.parametrize("name", ["@status", "@unknown", "@signature-params", "X-Upper", "x-not"])
def test_unknown_component_is_refused(name: str) -> None:
    """A component that a request does not have, or that we do not know, is 401."""
    given_input = f'sig1=("@method" "@target-uri" "{name}");created={AT // SECOND};keyid="k"'
    headers = {
        "host": "our.example",
        "x-upper": "here",
        "signature-input": given_input,
        "signature": "sig1=:AAAA:",
    }
    head = RequestHead("GET", "/", headers, "https://our.example")
    assert refusal(head, None).status == 401


FIELDS = st.text() | st.lists(
    st.sampled_from(
        [
            "sig1=", "(", ")", '"@method"', '"@target-uri"', '"content-digest"', '"@query"', "token",
            " ", ";created=", ";keyid=", ";expires=", ";alg=", "1", '"k"', "5", ":AA==:", "?1", "@3",
            "1.5", ",", ";", '"', "=", '%"x"', "é",
        ]
    )
).map("".join)  # fmt: skip


@given(FIELDS, FIELDS, FIELDS)
@example('sig1=("@method" "@target-uri" "content-digest" 5);created=1', "sig1=:AAAA:", "x")
@example("sig1=();created=@999999999999999", "sig1=:AAAA:", "x")
def test_no_field_breaks_the_reader(given_input: str, signature: str, digest: str) -> None:
    """Whatever stands in the fields, the answer is a claim or BadSignature."""
    headers = {
        "host": "our.example",
        "signature-input": given_input,
        "signature": signature,
        "content-digest": digest,
    }
    with suppress(BadSignature):
        claim = rfc9421.read(
            RequestHead("POST", "/inbox", headers, "https://our.example"), BODY, AT
        )
        assert isinstance(claim, Claim)
