"""This is where draft-cavage-http-signatures-12 is written and read, as the fediverse uses it."""

import base64
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urlsplit

from fedlearn.activitypub.claims import (
    NOTHING,
    USUAL_LIFE,
    Claim,
    RequestHead,
    check_host,
    check_once,
    check_time,
    read_base64,
    sha256_base64,
)
from fedlearn.activitypub.jsonld import CONTENT_TYPE
from fedlearn.activitypub.keys import SigningKey
from fedlearn.domain.ids import Millis
from fedlearn.errors import BadSignature, MalformedSignature

ALGORITHMS = frozenset({"rsa-sha256", "hs2019", "ed25519"})
PARAMETER = re.compile(r'\s*([a-zA-Z]+)=(?:"([^"]*)"|([0-9]+(?:\.[0-9]+)?))\s*(?:,|$)')
LONGEST_HEADER = 8192
SECONDS_REMEMBERED = 16


def sign(
    key: SigningKey,
    *,
    method: str,
    url: str,
    at: Millis,
    body: bytes | None,
    also: Mapping[str, str] = NOTHING,
    with_query: bool,
) -> dict[str, str]:
    """Headers of a signed request: Host, Date, Signature; for a body Digest and Content-Type."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query and with_query else ""
    headers = {"host": parts.netloc, "date": http_date(at)}
    if body is not None:
        # Upper case: Threads refuses "sha-256".
        headers["digest"] = f"SHA-256={sha256_base64(body)}"
        headers["content-type"] = CONTENT_TYPE
    headers |= also
    names = ["(request-target)", *headers]
    text = _signing_text(names, headers, method, (parts.path or "/") + query, {})
    signature = base64.b64encode(key.sign(text)).decode()
    headers["signature"] = (
        f'keyId="{key.key_id}",algorithm="rsa-sha256",headers="{" ".join(names)}",'
        f'signature="{signature}"'
    )
    return headers


def read(head: RequestHead, body: bytes | None, at: Millis) -> Claim:
    """What the Signature header claims; see signatures.read_claim."""
    parameters = _parameters(head.headers["signature"])
    key_id, signature = parameters.get("keyId"), parameters.get("signature")
    if not key_id or not signature:
        raise BadSignature("the signature lacks keyId or signature")
    algorithm = parameters.get("algorithm", "hs2019").lower()
    if algorithm not in ALGORITHMS:
        raise BadSignature(f"signatures of algorithm {algorithm!r} are not accepted")
    covered = parameters.get("headers", _usual_headers(algorithm)).lower().split()
    _check_coverage(covered, algorithm, head)
    _check_digest(head, body)
    check_time(*_lifetime(covered, parameters, head), at)
    readings = tuple(
        _signing_text(covered, head.headers, head.method, target, parameters)
        for target in _targets(head.target)
    )
    return Claim(key_id, read_base64(signature), readings)


def http_date(at: Millis) -> str:
    """A moment as HTTP writes it (RFC 7231)."""
    return _http_date(at // 1000)


@lru_cache(SECONDS_REMEMBERED)
def _http_date(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


def _targets(target: str) -> Iterator[str]:
    yield target
    # Misskey, and GoToSocial on its second try, sign the path alone.
    if "?" in target:
        yield target.partition("?")[0]


def _parameters(header: str) -> dict[str, str]:
    """The parameters in whatever order, each once."""
    if len(header) > LONGEST_HEADER:
        raise MalformedSignature("the Signature header is too long")
    # Some servers send it as an Authorization value.
    text = header.removeprefix("Signature ")
    parameters: dict[str, str] = {}
    position = 0
    while position < len(text):
        found = PARAMETER.match(text, position)
        if not found:
            raise MalformedSignature("the Signature header cannot be parsed")
        name = found[1]
        if name in parameters:
            raise MalformedSignature(f"the Signature header has {name} twice")
        parameters[name] = found[2] if found[2] is not None else found[3]
        position = found.end()
    return parameters


def _usual_headers(algorithm: str) -> str:
    return "(created)" if algorithm == "hs2019" else "date"


def _check_coverage(covered: list[str], algorithm: str, head: RequestHead) -> None:
    check_once(covered)
    if algorithm != "hs2019" and {"(created)", "(expires)"} & set(covered):
        raise BadSignature("(created) and (expires) belong to algorithm hs2019")
    if not {"date", "(created)"} & set(covered):
        raise BadSignature("the signature must cover date or (created)")
    needed = ["(request-target)", "host", *(["digest"] if head.method == "POST" else [])]
    for name in needed:
        if name not in covered:
            raise BadSignature(f"the signature must cover {name}")
    check_host(head)


def _check_digest(head: RequestHead, body: bytes | None) -> None:
    if body is None:
        return
    for one in head.headers.get("digest", "").split(","):
        name, _, value = one.strip().partition("=")
        if name.lower() == "sha-256":
            if value != sha256_base64(body):
                raise BadSignature("the Digest does not fit the body")
            return
    raise BadSignature("there is no SHA-256 Digest of the body")


def _lifetime(
    covered: list[str], parameters: Mapping[str, str], head: RequestHead
) -> tuple[Millis, Millis | None]:
    """When the signature was made and, if it says so, when it ends."""
    if "(created)" in covered:
        created = _seconds(parameters, "created")
    else:
        created = _date(head.headers.get("date", ""))
    if "expires" not in parameters:
        return created, None
    expires = _seconds(parameters, "expires")
    if "(expires)" not in covered:
        # Anybody could have written it, so it may shorten the life of the signature, not lengthen.
        expires = Millis(min(expires, created + USUAL_LIFE))
    return created, expires


def _seconds(parameters: Mapping[str, str], name: str) -> Millis:
    try:
        return Millis(int(float(parameters[name]) * 1000))
    except (KeyError, ValueError, OverflowError):
        raise BadSignature(f"the signature lacks a usable {name}") from None


def _date(header: str) -> Millis:
    try:
        at = parsedate_to_datetime(header)
        # A date without a zone is in GMT, wherever this server stands.
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return Millis(int(at.timestamp() * 1000))
    except (ValueError, TypeError, OverflowError):
        raise BadSignature("the Date header cannot be read") from None


def _signing_text(
    covered: list[str],
    headers: Mapping[str, str],
    method: str,
    target: str,
    parameters: Mapping[str, str],
) -> bytes:
    """What was signed: one line for each covered name, in the order in which they are listed."""
    lines = []
    for name in covered:
        match name:
            case "(request-target)":
                value = f"{method.lower()} {target}"
            case "(created)" | "(expires)" if name.strip("()") in parameters:
                value = parameters[name.strip("()")]
            case _ if name in headers:
                value = headers[name]
            case _:
                raise BadSignature(f"the signature covers {name}, which was not sent")
        lines.append(f"{name}: {value}")
    return "\n".join(lines).encode()
