"""This is where requests are signed in unusual ways, and where those that came in are checked.

Like the peer's own signing, this is written apart from the server's.
"""

import base64
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

from tests.federation.peer import ACTIVITY_JSON, Person, digest_of
from tests.federation.server import Server

AnyPrivateKey = RSAPrivateKey | Ed25519PrivateKey
AN_HOUR = 3600
A_MINUTE = 60

# --- signing -------------------------------------------------------------------------------------


def hs2019_headers(
    person: Person,
    server: Server,
    body: bytes,
    *,
    created: float | None = None,
    expires: float | None = None,
    algorithm: str | None = "hs2019",
    covered: str = "(request-target) (created) host digest",
    digest: str | None = None,
) -> dict[str, str]:
    """Headers of a draft-cavage signature that tells the time by itself, without a Date."""
    parameters = {"created": int(time.time() if created is None else created)}
    if expires is not None:
        parameters["expires"] = int(expires)
    headers = {"host": server.host, "digest": digest or f"SHA-256={digest_of(body)}"}
    pseudo = {"(request-target)": "post /inbox"}
    pseudo |= {f"({name})": str(value) for name, value in parameters.items()}
    text = "\n".join(f"{name}: {(pseudo | headers)[name]}" for name in covered.split())
    given = {
        "keyId": f'"{person.key_id}"',
        "algorithm": f'"{algorithm}"' if algorithm else None,
        **{name: str(value) for name, value in parameters.items()},
        "headers": f'"{covered}"',
        "signature": f'"{_signed(person.key, text)}"',
    }
    pairs = [f"{name}={value}" for name, value in given.items() if value is not None]
    return {**headers, "content-type": ACTIVITY_JSON, "signature": ",".join(pairs)}


def rfc9421_headers(
    person: Person,
    server: Server,
    body: bytes,
    *,
    key: AnyPrivateKey | None = None,
    key_id: str | None = None,
    path: str = "/inbox",
    without: str = "",
    parameters: dict[str, Any] | None = None,
    target_uri: str | None = None,
) -> dict[str, str]:
    """Headers of an RFC 9421 signature; `without` leaves out one component or parameter."""
    fields = {"content-digest": f"sha-256=:{digest_of(body)}:", "content-type": ACTIVITY_JSON}
    components = {
        "@method": "POST",
        "@target-uri": target_uri or f"https://{server.host}{path}",
        **fields,
    }
    components.pop(without, None)
    given = {"created": int(time.time()), "keyid": key_id or person.key_id, **(parameters or {})}
    given.pop(without, None)
    inner = " ".join(f'"{name}"' for name in components)
    tail = "".join(
        f";{name}={value}" if isinstance(value, int) else f';{name}="{value}"'
        for name, value in given.items()
    )
    lines = [f'"{name}": {value}' for name, value in components.items()]
    text = "\n".join([*lines, f'"@signature-params": ({inner}){tail}'])
    return {
        "host": server.host,
        **fields,
        "signature-input": f"sig1=({inner}){tail}",
        "signature": f"sig1=:{_signed(key or person.key, text)}:",
    }


def _signed(key: AnyPrivateKey, text: str) -> str:
    if isinstance(key, RSAPrivateKey):
        raw = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        raw = key.sign(text.encode())
    return base64.b64encode(raw).decode()


# --- checking ------------------------------------------------------------------------------------


def is_rfc9421(request: httpx.Request) -> bool:
    """Whether a request is signed with RFC 9421 rather than draft-cavage."""
    return "signature-input" in request.headers


def cavage_parameters(request: httpx.Request) -> dict[str, str]:
    """What stands in the Signature header."""
    return dict(re.findall(r'(\w+)="([^"]*)"', request.headers["signature"]))


def check_cavage(request: httpx.Request, pem: str, *, target: str | None = None) -> list[str]:
    """The names that a draft-cavage signature covers; an error when this key did not make it."""
    given = cavage_parameters(request)
    names = given["headers"].split()
    path = request.url.raw_path.decode() if target is None else target
    pseudo = {"(request-target)": f"{request.method.lower()} {path}"}
    text = "\n".join(f"{name}: {pseudo.get(name) or request.headers[name]}" for name in names)
    public = load_pem_public_key(pem.encode())
    assert isinstance(public, RSAPublicKey)
    raw = base64.b64decode(given["signature"], validate=True)
    public.verify(raw, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return names


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, pem: str) -> None:
        self._pem = pem

    def resolve_public_key(self, _key_id: str) -> bytes:
        return self._pem.encode()

    def resolve_private_key(self, _key_id: str) -> bytes:
        raise AssertionError("nothing is signed here")


def check_rfc9421(request: httpx.Request, pem: str) -> Any:
    """What the library http-message-signatures makes of a request; an error when it is not sound."""
    verifier = HTTPMessageVerifier(
        signature_algorithm=algorithms.RSA_V1_5_SHA256, key_resolver=_OneKey(pem)
    )
    results = verifier.verify(request)
    assert len(results) == 1
    return results[0]


def date_of(request: httpx.Request) -> float:
    """The Date of a request in seconds."""
    return parsedate_to_datetime(request.headers["date"]).timestamp()
