"""This is where a test has a phone: a push service that takes messages, and the app that opens them.

They are opened with libraries of others, as is checked who sent them.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import http_ece  # type: ignore[import-untyped]
import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HOST = "push.test"
ENDPOINT = f"https://{HOST}/to/a-phone"
AUTH = b"sixteen letters!"


@dataclass
class Phone:
    """A phone with an app, and the service by which it is woken."""

    status: int = 201
    taken: list[httpx.Request] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    async def take(self, request: httpx.Request) -> httpx.Response:
        """The service is asked to wake the phone."""
        await request.aread()
        self.taken.append(request)
        return httpx.Response(self.status)

    def subscription(self, **changes: Any) -> dict[str, Any]:
        """What the app tells the server."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _text(point), "auth": _text(AUTH)}
        return {"endpoint": ENDPOINT, "keys": keys, "standard": True, **changes}

    def opened(self, request: httpx.Request) -> dict[str, Any]:
        """What a message says."""
        headers = request.headers
        if headers["content-encoding"] == "aes128gcm":
            plain = http_ece.decrypt(request.content, private_key=self.key, auth_secret=AUTH)
        else:
            plain = http_ece.decrypt(
                request.content,
                salt=_bytes(headers["encryption"].removeprefix("salt=")),
                dh=_bytes(_named(headers["crypto-key"], "dh")),
                private_key=self.key,
                auth_secret=AUTH,
                version="aesgcm",
            )
        said: dict[str, Any] = json.loads(plain)
        return said


def sender_of(request: httpx.Request) -> tuple[str, dict[str, Any]]:
    """Under which key a message was sent, and what its sender has signed with it."""
    kind, _, rest = request.headers["authorization"].partition(" ")
    if kind == "vapid":
        proof, key = _named(rest, "t", ","), _named(rest, "k", ",")
    else:
        proof, key = rest, _named(request.headers["crypto-key"], "p256ecdsa")
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key))
    claims = jwt.decode(proof, point, algorithms=["ES256"], audience=f"https://{HOST}")
    return key, claims


def _named(text: str, name: str, between: str = ";") -> str:
    parts = dict(one.strip().split("=", 1) for one in text.split(between))
    return parts[name]


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
