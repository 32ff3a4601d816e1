"""Signatures of draft-cavage: what we send, as others read it, and what others send, as we read it.

What others send is made here by hand, in the shapes that were seen from each server.
"""

import base64
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from fedlearn.activitypub import cavage
from fedlearn.activitypub.claims import Claim, RequestHead, sha256_base64
from fedlearn.activitypub.keys import SigningKey, VerifyingKey, public_pem
from fedlearn.domain.ids import Millis, now
from fedlearn.errors import BadSignature, MalformedSignature
from tests.clock import HOUR, MINUTE, SECOND
from tests.peers import peertube
from tests.unit.conftest import KEY_ID

AT = Millis(1_770_000_000_000)
BODY = b'{"type":"Follow"}'
POSTED = "(request-target) host date digest"
GOTTEN = "(request-target) host date"

# --- what we send --------------------------------------------------------------------------------

INBOX = "https://far.example:8443/users/rosa/inbox"
PAGE = "https://far.example/users/rosa/outbox?page=true&min_id=0"


def test_post_says_what_it_signs(key: SigningKey) -> None:
    """A POST has Host, Date, Digest and Content-Type, and signs all of them and the target."""
    headers = cavage.sign(key, method="POST", url=INBOX, at=AT, body=BODY, with_query=True)
    assert headers["host"] == "far.example:8443"
    assert headers["date"] == "Mon, 02 Feb 2026 02:40:00 GMT"
    assert headers["digest"] == f"SHA-256={sha256_base64(BODY)}"
    assert headers["content-type"] == "application/activity+json"
    start, _, signature = headers["signature"].partition(',signature="')
    covered = "(request-target) host date digest content-type"
    assert start == f'keyId="{KEY_ID}",algorithm="rsa-sha256",headers="{covered}"'
    assert len(base64.b64decode(signature.removesuffix('"'), validate=True)) == 256


def test_get_needs_no_body(key: SigningKey) -> None:
    """A GET signs its target, Host and Date, and sends no digest."""
    headers = cavage.sign(key, method="GET", url=PAGE, at=AT, body=None, with_query=True)
    assert set(headers) == {"host", "date", "signature"}
    assert f'headers="{GOTTEN}"' in headers["signature"]


def peertube_takes(
    key: SigningKey, headers: Mapping[str, str], *, method: str = "POST", path: str
) -> bool:
    """Whether the library of PeerTube takes a request for signed by the key."""
    return peertube.verify_cavage(
        method=method, path=path, headers=headers, public_key_pem=public_pem(key.private)
    )


def test_peertube_verifies_our_posts(key: SigningKey) -> None:
    """An independent library takes a delivery of ours, and not one for another inbox or body.

    Conformance: 59.
    """
    sent = cavage.sign(key, method="POST", url=INBOX, at=now(), body=BODY, with_query=True)
    assert peertube_takes(key, sent, path="/users/rosa/inbox")
    assert not peertube_takes(key, sent, path="/users/robin/inbox")
    tampered = sent | {"digest": f"SHA-256={sha256_base64(b'other')}"}
    assert not peertube_takes(key, tampered, path="/users/rosa/inbox")


def test_peertube_verifies_our_gets(key: SigningKey) -> None:
    """The same for a page of a collection, whose query string is signed or left out as asked."""
    path, bare = "/users/rosa/outbox?page=true&min_id=0", "/users/rosa/outbox"
    whole = cavage.sign(key, method="GET", url=PAGE, at=now(), body=None, with_query=True)
    assert peertube_takes(key, whole, method="GET", path=path)
    assert not peertube_takes(key, whole, method="GET", path=bare)
    without = cavage.sign(key, method="GET", url=PAGE, at=now(), body=None, with_query=False)
    assert peertube_takes(key, without, method="GET", path=bare)


def test_root_has_a_path(key: SigningKey) -> None:
    """An address without a path is signed as the "/" that is asked for."""
    sent = cavage.sign(
        key, method="GET", url="https://far.example", at=now(), body=None, with_query=True
    )
    assert peertube_takes(key, sent, method="GET", path="/")


# --- what others send ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """A request as another server signs it; each field is one thing that may be odd about it."""

    covered: str | None = POSTED
    algorithm: str | None = "rsa-sha256"
    method: str = "POST"
    target: str = "/inbox"
    signed_target: str | None = None
    body: bytes | None = BODY
    created: str | None = None
    expires: str | None = None
    at: int = AT
    headers: Mapping[str, str | None] = field(default_factory=dict)
    layout: str = "{keyId},{algorithm},{created},{expires},{headers},{signature}"

    def head(self, key: SigningKey | Ed25519PrivateKey) -> RequestHead:
        """The request with its signature."""
        sent: dict[str, str | None] = {
            "host": "our.example",
            "date": formatdate(self.at / 1000, usegmt=True),
            "digest": None if self.body is None else f"SHA-256={sha256_base64(self.body)}",
            "content-type": "application/activity+json",
            "content-length": str(len(self.body or b"")),
            **self.headers,
        }
        headers = {name: value for name, value in sent.items() if value is not None}
        signature = base64.b64encode(key.sign(self._text(headers))).decode()
        headers["signature"] = self._header(signature)
        return RequestHead(self.method, self.target, headers, "https://our.example")

    def _text(self, headers: Mapping[str, str]) -> bytes:
        usual = "date" if self.algorithm == "rsa-sha256" else "(created)"
        values = {
            "(request-target)": f"{self.method.lower()} {self.signed_target or self.target}",
            "(created)": (self.created or "").strip('"'),
            "(expires)": (self.expires or "").strip('"'),
            **headers,
        }
        names = usual if self.covered is None else self.covered
        lines = (f"{name}: {values.get(name, '')}" for name in names.lower().split())
        return "\n".join(lines).encode()

    def _header(self, signature: str) -> str:
        parts = {
            "keyId": f'keyId="{KEY_ID}"',
            "algorithm": self.algorithm and f'algorithm="{self.algorithm}"',
            "created": self.created and f"created={self.created}",
            "expires": self.expires and f"expires={self.expires}",
            "headers": None if self.covered is None else f'headers="{self.covered}"',
            "signature": f'signature="{signature}"',
        }
        wanted = [name.strip("{}") for name in self.layout.split(",")]
        return ",".join(part for name in wanted if (part := parts[name]))


def seconds(offset: int = 0) -> str:
    """A moment so many milliseconds from `AT`, as `created` and `expires` have it."""
    return str((AT + offset) // SECOND)


def read(sent: Sent, key: SigningKey | Ed25519PrivateKey) -> Claim:
    """What we make of it, at the moment of `AT`."""
    return cavage.read(sent.head(key), sent.body, AT)


def refusal(sent: Sent, key: SigningKey) -> BadSignature:
    """With which error we refuse it."""
    with pytest.raises(BadSignature) as refused:
        read(sent, key)
    return refused.value


PEERS = {
    "Mastodon": Sent("(request-target) host date digest content-type"),
    "Mastodon, long ago": Sent("host date digest (request-target)"),
    "GoToSocial": Sent(algorithm="hs2019"),
    "snac": Sent("(request-target) host digest date"),
    "Takahe": Sent(
        "(request-target) host date digest content-type",
        layout="{keyId},{headers},{signature},{algorithm}",
    ),
    "Akkoma": Sent("(request-target) content-length date digest host"),
    "Misskey": Sent("(request-target) date host digest"),
    "Lemmy": Sent(
        "(request-target) content-type date digest host", algorithm="hs2019", created=seconds()
    ),
    "oeee.cafe": Sent(
        "(request-target) (created) (expires) content-type date digest host",
        algorithm="hs2019",
        created=f'"{seconds()}"',
        expires=f'"{seconds(HOUR)}"',
    ),
    "no label": Sent(algorithm=None),
    "capitals": Sent("(Request-Target) Host Date Digest", algorithm="RSA-SHA256"),
    "Threads": Sent(GOTTEN, method="GET", target="/users/alice", body=None),
    "Misskey, asking": Sent(
        "(request-target) date host accept",
        method="GET",
        body=None,
        headers={"accept": "application/activity+json"},
    ),
}


@pytest.mark.parametrize("sent", PEERS.values(), ids=PEERS)
def test_each_peer_is_understood(
    sent: Sent, key: SigningKey, public: VerifyingKey, stranger: VerifyingKey
) -> None:
    """The way in which each server signs verifies, by its own key and for its own target only."""
    claim = read(sent, key)
    assert claim.key_id == KEY_ID
    assert claim.is_proven_by(public)
    assert not claim.is_proven_by(stranger)
    elsewhere = replace(sent.head(key), target="/users/bob/inbox")
    assert not cavage.read(elsewhere, sent.body, AT).is_proven_by(public)


@pytest.mark.parametrize("label", ["rsa-sha256", "hs2019", None])
def test_label_does_not_matter(
    label: str | None, key: SigningKey, public: VerifyingKey, stranger: VerifyingKey
) -> None:
    """RSA with SHA-256 verifies as rsa-sha256, as hs2019 and without a name: the key decides.

    Conformance: 67.
    """
    claim = read(Sent(algorithm=label), key)
    assert claim.is_proven_by(public)
    assert not claim.is_proven_by(stranger)


def test_ed25519_key_decides_too(ed25519: Ed25519PrivateKey, public: VerifyingKey) -> None:
    """Under hs2019 a key of the newer kind verifies in its own way."""
    claim = read(Sent(algorithm="hs2019"), ed25519)
    assert claim.is_proven_by(VerifyingKey(ed25519.public_key()))
    assert not claim.is_proven_by(public)


@pytest.mark.parametrize(
    "label", ["rsa-sha1", "hmac-sha256", "hmac-sha1", "none", "dsa-sha1", "ecdsa-sha256"]
)
def test_weak_labels_are_refused(label: str, key: SigningKey) -> None:
    """What names a weak or unknown algorithm is refused, though the key could verify it."""
    error = refusal(Sent(algorithm=label), key)
    assert error.status == 401
    assert label in str(error)


def test_peertube_signs_for_us(key: SigningKey, public: VerifyingKey) -> None:
    """What the library of PeerTube signs verifies here; with another body or target it does not."""
    at = now()
    headers = {
        "host": "our.example",
        "date": cavage.http_date(at),
        "digest": f"SHA-256={sha256_base64(BODY)}",
        "content-type": "application/activity+json",
    }
    pem = key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
    signature = peertube.sign_cavage(
        method="POST", path="/inbox", headers=headers, private_key_pem=pem, key_id=KEY_ID
    )
    head = RequestHead("POST", "/inbox", headers | {"signature": signature}, "https://our.example")
    claim = cavage.read(head, BODY, at)
    assert claim.key_id == KEY_ID
    assert claim.is_proven_by(public)
    assert not cavage.read(replace(head, target="/x"), BODY, at).is_proven_by(public)
    with pytest.raises(BadSignature, match="Digest"):
        cavage.read(head, b"other", at)


def test_signature_may_come_as_an_authorization(key: SigningKey, public: VerifyingKey) -> None:
    """The word "Signature" before the parameters, which some write, does no harm."""
    head = Sent().head(key)
    headers = {**head.headers, "signature": f"Signature {head.headers['signature']}"}
    assert cavage.read(replace(head, headers=headers), BODY, AT).is_proven_by(public)


# --- what must be covered ------------------------------------------------------------------------


@pytest.mark.parametrize("lacking", ["(request-target)", "host", "digest"])
def test_post_must_cover_what_matters(lacking: str, key: SigningKey) -> None:
    """A POST that leaves target, Host or Digest unsigned could be sent anywhere with any body."""
    covered = " ".join(name for name in POSTED.split() if name != lacking)
    error = refusal(Sent(covered), key)
    assert error.status == 401
    assert lacking in str(error)


@pytest.mark.parametrize("covered", ["(request-target) host digest", "", None])
def test_time_must_be_covered(covered: str | None, key: SigningKey) -> None:
    """A signature that covers neither Date nor (created) could be used for ever."""
    assert refusal(Sent(covered), key).status == 401


@pytest.mark.parametrize("covered", ["(request-target) date", "host date"])
def test_get_must_cover_target_and_host(covered: str, key: SigningKey) -> None:
    """A GET that leaves Host or target unsigned is as good as unsigned; it needs no digest."""
    assert refusal(Sent(covered, method="GET", body=None), key).status == 401
    read(Sent(GOTTEN, method="GET", body=None), key)


@pytest.mark.parametrize("host", ["far.example", "our.example.far.example", None])
def test_signature_for_another_host_is_refused(host: str | None, key: SigningKey) -> None:
    """A delivery to somebody else cannot be passed on to us, nor one that names nobody."""
    assert refusal(Sent(headers={"host": host}), key).status == 401


def test_covered_header_must_have_come(key: SigningKey) -> None:
    """A signature over a header that is not there proves nothing."""
    error = refusal(Sent(f"{POSTED} x-more"), key)
    assert "x-more" in str(error)
    read(Sent(f"{POSTED} x-more", headers={"x-more": "here"}), key)


# --- digests -------------------------------------------------------------------------------------

DIGEST = sha256_base64(BODY)


@pytest.mark.parametrize(
    "digest",
    [
        f"sha-256={DIGEST}",
        f"Sha-256={DIGEST}",
        f"SHA-512=AAAA,SHA-256={DIGEST}",
        f"unixsum=30637, sha-256={DIGEST}",
    ],
)
def test_digest_is_found_however_it_is_written(
    digest: str, key: SigningKey, public: VerifyingKey
) -> None:
    """The label may be in small letters, and stand among others."""
    assert read(Sent(headers={"digest": digest}), key).is_proven_by(public)


@pytest.mark.parametrize(
    "digest",
    [
        f"SHA-256={sha256_base64(b'other')}",
        f"SHA-256={DIGEST.lower()}",
        f"SHA-512={DIGEST}",
        f"SHA-256:{DIGEST}",
        DIGEST,
        "SHA-256=",
        "",
        None,
    ],
)
def test_digest_that_does_not_fit_is_refused(digest: str | None, key: SigningKey) -> None:
    """A digest of something else, of another kind, or none at all: 401."""
    assert refusal(Sent(headers={"digest": digest}), key).status == 401


# --- times ---------------------------------------------------------------------------------------


def by_date(offset: int) -> Sent:
    """Signed with a Date so far from now."""
    return Sent(at=AT + offset)


def by_created(offset: int) -> Sent:
    """Signed with `created` so far from now, and no Date."""
    covered = "(request-target) host (created) digest"
    return Sent(covered, algorithm="hs2019", created=seconds(offset), headers={"date": None})


@pytest.mark.parametrize("make", [by_date, by_created])
def test_clocks_may_differ_by_an_hour(make: Any, key: SigningKey, public: VerifyingKey) -> None:
    """59 minutes ahead and 64 minutes ago are accepted; 61 ahead and 66 ago are refused.

    Conformance: 73.
    """
    for minutes in (59, -64):
        assert read(make(minutes * MINUTE), key).is_proven_by(public)
    for minutes in (61, -66):
        assert "clocks" in str(refusal(make(minutes * MINUTE), key))


def test_created_belongs_to_hs2019(key: SigningKey, public: VerifyingKey) -> None:
    """(created) stands in for a Date under hs2019, where that is meant or said by nobody."""
    sent = by_created(0)
    assert read(sent, key).is_proven_by(public)
    assert read(replace(sent, algorithm=None), key).is_proven_by(public)
    assert "hs2019" in str(refusal(replace(sent, algorithm="rsa-sha256"), key))


@pytest.mark.parametrize("created", [None, "soon", "nan", "inf", "1e999", "", f'"{"9" * 400}"'])
def test_created_must_be_a_time(created: str | None, key: SigningKey) -> None:
    """A (created) that is covered and not there, or no number, is refused as nonsense."""
    quoted = created if created is None or created.startswith('"') else f'"{created}"'
    assert refusal(replace(by_created(0), created=quoted), key).status == 401


@pytest.mark.parametrize(
    "date",
    [
        None,
        "",
        " ",
        "yesterday",
        "2026-02-02T02:40:00Z",
        "Mon, 02 Feb 99999999999 02:40:00 GMT",
        "Mon, 02 Feb 2026 02:40:00 +99999999",
    ],
)
def test_date_must_be_a_date(date: str | None, key: SigningKey) -> None:
    """A Date that is missing or cannot be read is refused."""
    assert refusal(Sent(headers={"date": date}), key).status == 401


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine stands where it is twelve hours later."""
    monkeypatch.setenv("TZ", "Pacific/Fiji")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_from_greenwich")
@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000", ""])
def test_date_is_in_gmt_wherever_we_are(zone: str, key: SigningKey, public: VerifyingKey) -> None:
    """A Date without a zone means GMT, not the time of this machine."""
    date = f"Mon, 02 Feb 2026 02:40:00 {zone}".strip()
    assert read(Sent(headers={"date": date}), key).is_proven_by(public)
    half_a_day_off = f"Mon, 02 Feb 2026 14:40:00 {zone}".strip()
    assert "clocks" in str(refusal(Sent(headers={"date": half_a_day_off}), key))


def expiring(created: int, expires: int | str) -> Sent:
    """Signed to hold until then."""
    ends = expires if isinstance(expires, str) else seconds(expires)
    sent = replace(by_created(created), expires=ends)
    return replace(sent, covered=f"{sent.covered} (expires)")


def test_signature_ends_when_it_says(key: SigningKey, public: VerifyingKey) -> None:
    """A signed `expires` ends the life sooner or later than usual, but after twelve hours at most."""
    assert read(expiring(-2 * HOUR, -59 * MINUTE), key).is_proven_by(public)
    assert read(expiring(-12 * HOUR - 59 * MINUTE, 24 * HOUR), key).is_proven_by(public)
    for ended in (
        expiring(-2 * HOUR, -61 * MINUTE),
        expiring(-13 * HOUR - MINUTE, 24 * HOUR),
        expiring(0, "0"),
        expiring(0, '"never"'),
    ):
        assert refusal(ended, key).status == 401


def test_unsigned_end_lengthens_no_life(key: SigningKey) -> None:
    """Whoever catches a request cannot keep it alive by writing a later `expires` into it."""
    caught = replace(by_date(-2 * HOUR), expires=seconds(9 * HOUR))
    assert "clocks" in str(refusal(caught, key))
    shortened = replace(by_date(-10 * MINUTE), expires=seconds(-61 * MINUTE))
    assert "clocks" in str(refusal(shortened, key))


def test_end_that_is_covered_must_be_there(key: SigningKey) -> None:
    """A signature over (expires) without the parameter is refused."""
    error = refusal(replace(expiring(0, 0), expires=None), key)
    assert "(expires)" in str(error)


# --- query strings -------------------------------------------------------------------------------


def test_query_string_may_be_left_out(key: SigningKey, public: VerifyingKey) -> None:
    """A GET verifies with its query string signed or left out, and with no other.

    Conformance: 75.
    """
    whole = Sent(GOTTEN, method="GET", target="/users/alice/outbox?page=true", body=None)
    assert read(whole, key).is_proven_by(public)
    assert read(replace(whole, signed_target="/users/alice/outbox"), key).is_proven_by(public)
    other = replace(whole, signed_target="/users/alice/outbox?page=false")
    assert not read(other, key).is_proven_by(public)
    longer = replace(whole, target="/users/alice/outbox", signed_target=whole.target)
    assert not read(longer, key).is_proven_by(public)


# --- broken headers ------------------------------------------------------------------------------

GOOD = f'keyId="{KEY_ID}",algorithm="rsa-sha256",headers="{POSTED}",signature="AAAA"'


def header_read(header: str) -> Claim:
    """What we make of a Signature header on an otherwise good request."""
    headers = {
        "host": "our.example",
        "date": formatdate(AT / 1000, usegmt=True),
        "digest": f"SHA-256={DIGEST}",
        "signature": header,
    }
    return cavage.read(RequestHead("POST", "/inbox", headers, "https://our.example"), BODY, AT)


def test_parameters_come_in_any_order() -> None:
    """Parameters are known by name; spaces around them do not matter."""
    shuffled = f'signature="AAAA" , headers="{POSTED}",keyId="{KEY_ID}", algorithm="rsa-sha256"'
    assert header_read(shuffled) == header_read(GOOD)


@pytest.mark.parametrize("name", ["keyId", "signature"])
def test_key_and_signature_must_be_named(name: str) -> None:
    """Without keyId or signature, or with an empty one, it is 401."""
    parts = [part for part in GOOD.split(",") if not part.startswith(name)]
    for header in (",".join(parts), ",".join([*parts, f'{name}=""'])):
        with pytest.raises(BadSignature, match="lacks") as refused:
            header_read(header)
        assert refused.value.status == 401


@pytest.mark.parametrize("name", ["keyId", "algorithm", "headers", "signature"])
def test_parameter_comes_once(name: str) -> None:
    """A parameter that comes twice could mean two things, so it means none."""
    with pytest.raises(MalformedSignature, match="twice") as refused:
        header_read(f'{GOOD},{name}="x"')
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Signature ",
        "Bearer abc",
        GOOD.replace('"', ""),
        GOOD.replace(",", ";"),
        GOOD.replace(",", " "),
        GOOD[:-1],
        GOOD.replace("AAAA", "A!AA"),
        f"{GOOD},,",
        f'{GOOD},more="{"x" * 9000}"',
        f"sig1=:{'A' * 344}:",
    ],
)
def test_broken_header_is_refused(header: str) -> None:
    """What cannot be read is refused with 400 or 401, and is never an error of ours."""
    with pytest.raises(BadSignature) as refused:
        header_read(header)
    assert refused.value.status in {400, 401}


def test_comma_at_the_end_does_no_harm() -> None:
    """A comma too many, as lists put together carelessly have it, is passed over."""
    assert header_read(f"{GOOD},") == header_read(GOOD)


parameters = st.lists(
    st.tuples(
        st.sampled_from(["keyId", "algorithm", "headers", "signature", "created", "expires", "x"]),
        st.sampled_from(["=", " = ", "", ":"]),
        st.text(max_size=20).map(lambda text: f'"{text}"')
        | st.integers().map(str)
        | st.floats().map(str)
        | st.sampled_from([f'"{POSTED}"', '"hs2019"', '"(created) (expires) host"', '"AAAA"']),
    ).map("".join),
    max_size=8,
).map(",".join)


@given(st.text() | parameters)
@example(f'{GOOD},created="{"1" * 5000}"')
@example(
    GOOD.replace("rsa-sha256", "hs2019").replace("date", "(created)") + ",created=9" + "9" * 99
)
def test_no_header_breaks_the_reader(header: str) -> None:
    """Whatever a Signature header says, the answer is a claim or BadSignature."""
    with suppress(BadSignature):
        header_read(header)


@given(
    st.dictionaries(st.sampled_from(["host", "date", "digest"]), st.text()), st.text(), st.binary()
)
def test_no_other_header_breaks_the_reader(
    headers: dict[str, str], target: str, body: bytes
) -> None:
    """Whatever stands in the headers that a signature covers, the same holds."""
    head = RequestHead(
        "POST", target, {"host": "our.example", "signature": GOOD, **headers}, "https://our.example"
    )
    with suppress(BadSignature):
        cavage.read(head, body, AT)
