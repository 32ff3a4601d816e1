"""This is where a message is sealed for one app, and where the server shows who it is (Web Push).

What lies between, the push service of a browser or a phone, can read nothing of a message. There
are two ways to seal: RFC 8291 with RFC 8188, and the draft that came before it
(draft-ietf-webpush-encryption-04), on which many phone apps rely. The server shows itself as
RFC 8292 says.
"""

import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from fedlearn.activitypub.uris import origin_of
from fedlearn.domain.ids import Millis
from fedlearn.domain.push import PushKeys

CURVE = ec.SECP256R1()
# How many keys there are on the curve (SEC 2, section 2.4.2).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
POINT_BYTES, SECRET_BYTES, SALT_BYTES = 65, 16, 16
RECORD = 4096
SHOWN_FOR = 12 * 3600  # seconds; services take no more than a day


@dataclass(frozen=True, slots=True)
class Sealed:
    """A message as it is sent: its bytes, and how they are to be opened."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Sender:
    """Who we are to push services: a key of our own, and where its owner is reached."""

    secret: bytes
    contact: str

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        number = int.from_bytes(self.secret) % (ORDER - 1) + 1
        return ec.derive_private_key(number, CURVE)

    @cached_property
    def public_key(self) -> str:
        """Under which key we are known, as apps are told: base64url, padded."""
        return urlsafe_b64encode(_point(self._key.public_key())).decode()

    def shown_to(self, endpoint: str, at: Millis) -> str:
        """What proves to the service behind an address that a message is from us (RFC 8292)."""
        claims = {"aud": origin_of(endpoint), "exp": at // 1000 + SHOWN_FOR, "sub": self.contact}
        key = ECKey.import_key(self._key)
        return jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, key, algorithms=["ES256"])


def read_keys(p256dh: bytes, auth: bytes) -> PushKeys:
    """The keys of an app; `ValueError` for what are none."""
    if len(auth) != SECRET_BYTES:
        raise ValueError(f"auth has {len(auth)} bytes instead of {SECRET_BYTES}")
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, p256dh)
    if len(p256dh) != POINT_BYTES:
        raise ValueError("p256dh is not an uncompressed point")
    return PushKeys(p256dh, auth)


def seal(message: bytes, keys: PushKeys, proof: str, sender: Sender) -> Sealed:
    """A message as RFC 8291 has it, in one record."""
    own = ec.generate_private_key(CURVE)
    own_point, salt = _point(own.public_key()), os.urandom(SALT_BYTES)
    info = b"WebPush: info\0" + keys.p256dh + own_point
    shared = _derive(_agreed(own, keys), keys.auth, info, 32)
    box = AESGCM(_derive(shared, salt, b"Content-Encoding: aes128gcm\0", 16)).encrypt(
        _derive(shared, salt, b"Content-Encoding: nonce\0", 12), message + b"\x02", None
    )
    head = salt + RECORD.to_bytes(4) + bytes([len(own_point)]) + own_point
    return Sealed(
        head + box,
        {
            "content-encoding": "aes128gcm",
            "authorization": f"vapid t={proof}, k={sender.public_key.rstrip('=')}",
        },
    )


def seal_as_before(message: bytes, keys: PushKeys, proof: str, sender: Sender) -> Sealed:
    """The same as the draft had it, for apps that know no other."""
    own = ec.generate_private_key(CURVE)
    own_point, salt = _point(own.public_key()), os.urandom(SALT_BYTES)
    context = b"P-256\0" + _measured(keys.p256dh) + _measured(own_point)
    shared = _derive(_agreed(own, keys), keys.auth, b"Content-Encoding: auth\0", 32)
    box = AESGCM(_derive(shared, salt, b"Content-Encoding: aesgcm\0" + context, 16)).encrypt(
        _derive(shared, salt, b"Content-Encoding: nonce\0" + context, 12), b"\0\0" + message, None
    )
    public_key = sender.public_key.rstrip("=")
    return Sealed(
        box,
        {
            "content-encoding": "aesgcm",
            "encryption": f"salt={_text(salt)}",
            "crypto-key": f"dh={_text(own_point)};p256ecdsa={public_key}",
            "authorization": f"WebPush {proof}",
        },
    )


def _agreed(own: ec.EllipticCurvePrivateKey, keys: PushKeys) -> bytes:
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, keys.p256dh)
    return own.exchange(ec.ECDH(), theirs)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _measured(point: bytes) -> bytes:
    return len(point).to_bytes(2) + point


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
