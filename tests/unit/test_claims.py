"""How long a signature holds, for which host, and which key proves it."""

import pytest

from fedlearn.activitypub.claims import (
    Claim,
    RequestHead,
    check_host,
    check_time,
    read_base64,
    sha256_base64,
)
from fedlearn.activitypub.keys import SigningKey, VerifyingKey
from fedlearn.domain.ids import Millis
from fedlearn.errors import BadSignature
from tests.clock import HOUR, MINUTE

AT = Millis(1_770_000_000_000)


@pytest.mark.parametrize(
    ("created", "expires"),
    [
        (0, None),
        (60 * MINUTE, None),
        (-65 * MINUTE, None),
        (-2 * HOUR, -60 * MINUTE),
        (-13 * HOUR, 24 * HOUR),
    ],
)
def test_signature_in_its_time_is_good(created: int, expires: int | None) -> None:
    """One may be an hour ahead, live five minutes or as long as it says, and be an hour late."""
    check_time(Millis(AT + created), None if expires is None else Millis(AT + expires), AT)


@pytest.mark.parametrize(
    ("created", "expires"),
    [
        (60 * MINUTE + 1, None),
        (-65 * MINUTE - 1, None),
        (-2 * HOUR, -60 * MINUTE - 1),
        (-13 * HOUR - 1, 24 * HOUR),
        (0, -AT),
    ],
)
def test_signature_out_of_its_time_is_refused(created: int, expires: int | None) -> None:
    """A millisecond past each edge is too much; nobody lives longer than twelve hours."""
    with pytest.raises(BadSignature, match="clocks"):
        check_time(Millis(AT + created), None if expires is None else Millis(AT + expires), AT)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://our.example", "our.example"),
        ("https://our.example", "OUR.example:443"),
        ("http://localhost:3000", "localhost:3000"),
        ("http://our.example", "our.example:80"),
    ],
)
def test_our_host_is_recognised(origin: str, host: str) -> None:
    """Host may be in capitals, and name the usual port of the scheme."""
    check_host(RequestHead("POST", "/inbox", {"host": host}, origin))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://our.example", "far.example"),
        ("https://our.example", "our.example.far.example"),
        ("https://our.example", "our.example:80"),
        ("https://our.example", "our.example:8443"),
        ("http://localhost:3000", "localhost"),
        ("http://our.example", "our.example:443"),
        ("https://our.example", ""),
        ("https://our.example", None),
    ],
)
def test_other_host_is_refused(origin: str, host: str | None) -> None:
    """What was signed for somebody else, or for nobody, is not for us (CVE-2023-49079)."""
    headers = {} if host is None else {"host": host}
    with pytest.raises(BadSignature, match="not this one"):
        check_host(RequestHead("POST", "/inbox", headers, origin))


def test_any_reading_proves_a_claim(
    key: SigningKey, public: VerifyingKey, stranger: VerifyingKey
) -> None:
    """One of the texts that may have been signed is enough; the key must be the right one."""
    claim = Claim(key.key_id, key.sign(b"second"), (b"first", b"second"))
    assert claim.is_proven_by(public)
    assert not claim.is_proven_by(stranger)
    assert not Claim(key.key_id, key.sign(b"third"), (b"first", b"second")).is_proven_by(public)
    assert not Claim(key.key_id, key.sign(b""), ()).is_proven_by(public)


def test_digest_of_a_known_body() -> None:
    """The SHA-256 of an empty body, which everybody knows, in base64."""
    assert sha256_base64(b"") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    assert sha256_base64(b" ") != sha256_base64(b"")


def test_only_base64_is_read_as_a_signature() -> None:
    """Other letters, wrong padding and other alphabets are no signature."""
    assert read_base64("AQIDBA==") == b"\x01\x02\x03\x04"
    for text in ("AQIDBA=", "AQ!DBA==", "AQ DBA==", "ÀQIDBA==", "_-IDBA==", "AQIDBA==\n"):
        with pytest.raises(BadSignature, match="base64"):
            read_base64(text)
