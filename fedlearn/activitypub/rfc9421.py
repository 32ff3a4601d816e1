"""This is where HTTP Message Signatures (RFC 9421) are written and read, as ActivityPub uses them.

The structured fields are parsed and written by http_sf; what a signature must cover is our rule.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import http_sf

from fedlearn.activitypub.cavage import http_date
from fedlearn.activitypub.claims import (
    NOTHING,
    Claim,
    RequestHead,
    check_host,
    check_once,
    check_time,
    sha256_base64,
)
from fedlearn.activitypub.jsonld import CONTENT_TYPE
from fedlearn.activitypub.keys import SigningKey
from fedlearn.domain.ids import Millis
from fedlearn.errors import BadSignature, MalformedSignature

ALGORITHMS = frozenset({"rsa-v1_5-sha256", "ed25519"})
LABEL = "sig1"
LONGEST_HEADER = 8192

Parameters = Mapping[str, Any]
Component = tuple[str, Parameters]


def sign(
    key: SigningKey,
    *,
    method: str,
    url: str,
    at: Millis,
    body: bytes | None,
    also: Mapping[str, str] = NOTHING,
) -> dict[str, str]:
    """Headers of a signed request: one signature over method, target and the body's digest."""
    parts = urlsplit(url)
    headers = {"host": parts.netloc, "date": http_date(at)}
    components: list[Component] = [("@method", {}), ("@target-uri", {})]
    if body is not None:
        headers["content-digest"] = f"sha-256=:{sha256_base64(body)}:"
        headers["content-type"] = CONTENT_TYPE
        components += [("content-digest", {}), ("content-type", {})]
    headers |= also
    components += [(name, {}) for name in also]
    parameters = {"created": at // 1000, "keyid": key.key_id, "alg": "rsa-v1_5-sha256"}
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = RequestHead(method, target, headers, f"{parts.scheme}://{parts.netloc}")
    signature = key.sign(signature_base(components, parameters, head))
    headers["signature-input"] = f"{LABEL}={_inner_list(components, parameters)}"
    headers["signature"] = f"{LABEL}=:{base64.b64encode(signature).decode()}:"
    return headers


def read(head: RequestHead, body: bytes | None, at: Millis) -> Claim:
    """What the Signature-Input and Signature headers claim; see signatures.read_claim."""
    components, parameters, signature = read_signature(head)
    key_id, created = parameters.get("keyid"), parameters.get("created")
    if not isinstance(key_id, str) or not isinstance(created, int):
        raise BadSignature("the signature lacks keyid or created")
    if parameters.get("alg", "ed25519") not in ALGORITHMS:
        raise BadSignature(f"signatures of algorithm {parameters['alg']!r} are not accepted")
    _check_coverage(components, head)
    _check_digest(head, body)
    expires = parameters.get("expires")
    ends = Millis(expires * 1000) if isinstance(expires, int) else None
    check_time(Millis(created * 1000), ends, at)
    return Claim(key_id, signature, (signature_base(components, parameters, head),))


def read_signature(head: RequestHead) -> tuple[list[Component], Parameters, bytes]:
    """The covered components, the parameters and the bytes of the first signature."""
    inputs = _dictionary(head, "signature-input")
    label, member = next(iter(inputs.items()), (None, None))
    signature = _dictionary(head, "signature").get(label)
    match member, signature:
        case (list(components), dict(parameters)), (bytes(raw), _):
            if not all(isinstance(name, str) for name, _ in components):
                raise MalformedSignature("the name of a component must be a string")
            return components, parameters, raw
    raise MalformedSignature("Signature-Input and Signature do not belong together")


def signature_base(
    components: Sequence[Component], parameters: Parameters, head: RequestHead
) -> bytes:
    """The text that is signed (section 2.5)."""
    lines = [f'"{name}": {_value(name, modifiers, head)}' for name, modifiers in components]
    lines.append(f'"@signature-params": {_inner_list(components, parameters)}')
    return "\n".join(lines).encode()


def _value(name: str, modifiers: Parameters, head: RequestHead) -> str:
    """The value of one component (section 2.1 and 2.2)."""
    if modifiers:
        raise BadSignature(f"component parameters such as those of {name} are not supported")
    if not name.startswith("@"):
        if name not in head.headers:
            raise BadSignature(f"the signature covers {name}, which was not sent")
        return head.headers[name].strip()
    if name not in DERIVED:
        raise BadSignature(f"the signature covers {name}, which is not known")
    return DERIVED[name](head)


DERIVED: dict[str, Callable[[RequestHead], str]] = {
    "@method": lambda head: head.method,
    "@target-uri": lambda head: head.origin + head.target,
    "@authority": lambda head: head.origin.partition("://")[2],
    "@scheme": lambda head: head.origin.partition("://")[0],
    "@request-target": lambda head: head.target,
    "@path": lambda head: head.target.partition("?")[0],
    "@query": lambda head: f"?{head.target.partition('?')[2]}",
}


def _check_coverage(components: Sequence[Component], head: RequestHead) -> None:
    names = [name for name, _ in components]
    check_once(names)
    needed = ["@method", "@target-uri", *(["content-digest"] if head.method == "POST" else [])]
    for name in needed:
        if name not in names:
            raise BadSignature(f"the signature must cover {name}")
    check_host(head)


def _check_digest(head: RequestHead, body: bytes | None) -> None:
    if body is None:
        return
    match _dictionary(head, "content-digest").get("sha-256"):
        case (bytes(digest), _):
            if base64.b64encode(digest).decode() != sha256_base64(body):
                raise BadSignature("the Content-Digest does not fit the body")
        case _:
            raise BadSignature("there is no sha-256 Content-Digest of the body")


def _dictionary(head: RequestHead, name: str) -> dict[Any, Any]:
    text = head.headers.get(name, "")
    if len(text) > LONGEST_HEADER:
        raise MalformedSignature(f"the {name} header is too long")
    try:
        parsed = http_sf.parse(text.encode(), tltype="dictionary")
    except (ValueError, TypeError, IndexError) as error:
        raise MalformedSignature(f"the {name} header cannot be parsed: {error}") from error
    return dict(parsed) if isinstance(parsed, dict) else {}


def _inner_list(components: Sequence[Component], parameters: Parameters) -> str:
    inner_list: Any = (list(components), dict(parameters))
    return str(http_sf.ser([inner_list]))
