"""Which scheme a request is signed with, going out and coming in."""

import pytest

from fedlearn.activitypub.claims import RequestHead
from fedlearn.activitypub.keys import SigningKey, VerifyingKey
from fedlearn.activitypub.signatures import Scheme, is_signed, read_claim, sign
from fedlearn.domain.ids import Millis
from fedlearn.errors import BadSignature

AT = Millis(1_770_000_000_000)
BODY = b"{}"


def delivery(scheme: Scheme, key: SigningKey) -> RequestHead:
    """A delivery to us, signed in one way or the other."""
    headers = sign(scheme, key, method="POST", url="https://our.example/inbox", at=AT, body=BODY)
    return RequestHead("POST", "/inbox", headers, "https://our.example")


@pytest.mark.parametrize("scheme", Scheme)
def test_each_scheme_is_read_as_itself(
    scheme: Scheme, key: SigningKey, public: VerifyingKey, stranger: VerifyingKey
) -> None:
    """What is signed in either way is told apart by its headers, and proven by its key alone."""
    head = delivery(scheme, key)
    assert ("signature-input" in head.headers) == (scheme is Scheme.RFC9421)
    assert is_signed(head.headers)
    claim = read_claim(head, BODY, AT)
    assert claim.key_id == key.key_id
    assert claim.is_proven_by(public)
    assert not claim.is_proven_by(stranger)


def test_unsigned_request_claims_nothing() -> None:
    """Without a signature it is 401, however good the rest."""
    head = RequestHead("POST", "/inbox", {"host": "our.example"}, "https://our.example")
    assert not is_signed(head.headers)
    with pytest.raises(BadSignature, match="not signed") as refused:
        read_claim(head, BODY, AT)
    assert refused.value.status == 401


def test_newer_scheme_counts_where_both_are_there(key: SigningKey) -> None:
    """A request that has Signature-Input is not read the older way, where less must be covered."""
    older, newer = delivery(Scheme.CAVAGE, key), delivery(Scheme.RFC9421, key)
    mixed = {**older.headers, "signature-input": newer.headers["signature-input"]}
    with pytest.raises(BadSignature):
        read_claim(RequestHead("POST", "/inbox", mixed, "https://our.example"), BODY, AT)


def test_body_decides_over_digest_headers(key: SigningKey) -> None:
    """Either way the digest that is signed must be that of the body that came."""
    for scheme in Scheme:
        with pytest.raises(BadSignature, match="body"):
            read_claim(delivery(scheme, key), b"[]", AT)
