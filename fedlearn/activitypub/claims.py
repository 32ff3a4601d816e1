"""This is where it is said what both signature schemes read, and how long a signature holds."""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.keys import VerifyingKey
from fedlearn.activitypub.values import moment
from fedlearn.domain.ids import DAY_MS, HOUR_MS, MINUTE_MS, Millis
from fedlearn.errors import BadSignature, RefusedDocument

CLOCK_SKEW = HOUR_MS
USUAL_LIFE = 5 * MINUTE_MS
LONGEST_LIFE = 12 * HOUR_MS
NOTHING: Mapping[str, str] = MappingProxyType({})
LONGEST_LIFE_IN_DOCUMENT = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A request as far as signatures see it.

    `target` is path and query as they were sent, `headers` has names in lower case, `origin` is the
    public scheme and host, whatever a proxy in between speaks.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    origin: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says that the key `key_id` signed the request; the key can tell.

    `readings` are the texts that may have been signed: some servers leave out the query string.
    """

    key_id: str
    signature: bytes
    readings: tuple[bytes, ...]

    def is_proven_by(self, key: VerifyingKey) -> bool:
        """Whether this key made the signature."""
        return any(key.verifies(self.signature, reading) for reading in self.readings)


@dataclass(frozen=True, slots=True)
class DocumentClaim:
    """Somebody says that whoever has the key `key_id` wrote this document; the key can tell.

    `document` is what is believed when that is so: it may be less than what was delivered.
    """

    key_id: str
    signature: bytes
    readings: tuple[bytes, ...]
    document: Document
    wants_rsa: bool

    def is_proven_by(self, key: VerifyingKey) -> bool:
        """Whether this key, of the kind that the signature needs, made it."""
        if key.is_rsa is not self.wants_rsa:
            return False
        return any(key.verifies(self.signature, reading) for reading in self.readings)


def check_age(signature: Document, at: Millis) -> None:
    """`RefusedDocument` for a signature in a document that is from the future, old, or expired.

    Such a one says nothing of how the document got here, so any copy of it would work for ever. A
    week is about how long an honest server keeps trying to deliver.
    """
    created, expires = moment(signature.get("created")), moment(signature.get("expires"))
    if created is None or not at - LONGEST_LIFE_IN_DOCUMENT <= created <= at + CLOCK_SKEW:
        raise RefusedDocument("the signature in the document is old, or from the future")
    if "expires" in signature and (expires is None or expires < at):
        raise RefusedDocument("the signature in the document has expired")


def check_time(created: Millis, expires: Millis | None, at: Millis) -> None:
    """Refuse a signature from the future or past its life.

    Without `expires` one lives five minutes; with the skew that clocks are allowed, a Date is good
    from 65 minutes ago to 60 minutes ahead.
    """
    if created > at + CLOCK_SKEW:
        raise BadSignature("the signature was made in the future: check the clocks")
    usual_end = created + USUAL_LIFE
    life_end = min(usual_end if expires is None else expires, created + LONGEST_LIFE)
    if at > life_end + CLOCK_SKEW:
        raise BadSignature("the signature is too old: check the clocks")


def check_host(head: RequestHead) -> None:
    """Refuse a request that was signed for another host (CVE-2023-49079)."""
    ours = head.origin.partition("://")[2]
    given = head.headers.get("host", "").lower()
    usual_port = ":443" if head.origin.startswith("https:") else ":80"
    if given.removesuffix(usual_port) != ours:
        raise BadSignature(f"the request was made for host {given!r}, which is not this one")


def check_once(covered: Sequence[str]) -> None:
    """Refuse a signature that covers one thing twice (RFC 9421, section 2).

    A name may stand for many kilobytes: listed a thousand times, it would make a text to match.
    """
    if len(set(covered)) != len(covered):
        raise BadSignature("the signature covers something twice")


def sha256_base64(body: bytes) -> str:
    """SHA-256 of a body, as digest headers write it."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def read_base64(text: str) -> bytes:
    """Bytes of a base64 signature."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("the signature is not base64") from None
