"""This is where HTTP requests are signed, and where it is read who claims to have signed one.

Two schemes are spoken: draft-cavage-http-signatures-12 (activitypub/cavage.py), which every server
understands, and RFC 9421 (activitypub/rfc9421.py). Nothing here does I/O: keys come in as values,
and what goes out is headers or a `Claim` that a key then proves or does not.

Source: FEDERATION.md, "HTTP signatures"; swicg/activitypub-http-signature.
"""

from collections.abc import Mapping
from enum import StrEnum

from fedlearn.activitypub import cavage, rfc9421
from fedlearn.activitypub.claims import NOTHING, Claim, RequestHead
from fedlearn.activitypub.keys import SigningKey
from fedlearn.domain.ids import Millis
from fedlearn.errors import BadSignature


class Scheme(StrEnum):
    """How a request is signed."""

    CAVAGE = "cavage"
    RFC9421 = "rfc9421"


def sign(
    scheme: Scheme,
    key: SigningKey,
    *,
    method: str,
    url: str,
    at: Millis,
    body: bytes | None = None,
    also: Mapping[str, str] = NOTHING,
    with_query: bool = True,
) -> dict[str, str]:
    """The headers to send with a request, signature included; `also` holds more to sign."""
    if scheme is Scheme.RFC9421:
        return rfc9421.sign(key, method=method, url=url, at=at, body=body, also=also)
    return cavage.sign(
        key, method=method, url=url, at=at, body=body, also=also, with_query=with_query
    )


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether a request comes with a signature at all, good or bad."""
    return "signature" in headers or "signature-input" in headers


def read_claim(head: RequestHead, body: bytes | None, at: Millis) -> Claim:
    """What the signature of a request claims, everything but the key's own word checked.

    Raises `BadSignature` when it is missing, covers too little, does not fit the body, or is out of
    its time; `MalformedSignature` when it cannot be parsed.
    """
    if not is_signed(head.headers):
        raise BadSignature("the request is not signed")
    if "signature-input" in head.headers:
        return rfc9421.read(head, body, at)
    return cavage.read(head, body, at)
