"""This is where keys are made, opened, and sealed for storage. Nothing here does I/O.

RSA-2048 with PKCS#1 v1.5 and SHA-256 is what the fediverse verifies; Ed25519 is read as well.
"""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RSA_BITS = 2048
SMALLEST_RSA_BITS = 1024  # what some old actors still have
LARGEST_RSA_BITS = 8192  # more only burns our time
NONCE_BYTES = 12
DERIVED_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of ours, ready to sign: the keyId under which others find its public half."""

    key_id: str
    private: RSAPrivateKey

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256."""
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key, ready to verify. The key decides on the algorithm, never a label."""

    public: RSAPublicKey | Ed25519PublicKey

    @property
    def is_rsa(self) -> bool:
        """Whether it is an RSA key."""
        return isinstance(self.public, RSAPublicKey)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the signature of the message."""
        try:
            if isinstance(self.public, RSAPublicKey):
                self.public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
            else:
                self.public.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def generate_key() -> RSAPrivateKey:
    """A new private key; takes a tenth of a second or more."""
    return generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def public_pem(key: RSAPrivateKey | Ed25519PublicKey) -> str:
    """The public half as SPKI PEM."""
    public = key.public_key() if isinstance(key, RSAPrivateKey) else key
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def read_public_pem(pem: str) -> VerifyingKey:
    """A public key from PEM; ValueError when it is none that we would trust."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (UnsupportedAlgorithm, UnicodeEncodeError) as error:
        raise ValueError(f"the public key cannot be read: {error}") from error
    if isinstance(key, RSAPublicKey) and SMALLEST_RSA_BITS <= key.key_size <= LARGEST_RSA_BITS:
        return VerifyingKey(key)
    if isinstance(key, Ed25519PublicKey):
        return VerifyingKey(key)
    raise ValueError("the public key is neither RSA of a usable size nor Ed25519")


class Vault:
    """Seals private keys with the instance's secret (AES-256-GCM), so that the database is mute."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._cipher = AESGCM(secret)

    def secret_for(self, purpose: str) -> bytes:
        """A secret of its own for another purpose, always the same (HKDF, RFC 5869)."""
        return HKDF(hashes.SHA256(), DERIVED_BYTES, None, purpose.encode()).derive(self._secret)

    def seal(self, key: RSAPrivateKey, key_id: str) -> bytes:
        """The key as it is stored, bound to its keyId."""
        der = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return self.seal_secret(der, key_id)

    def open(self, sealed: bytes, key_id: str) -> SigningKey:
        """The key ready to sign; ValueError when another secret sealed it."""
        der = self.open_secret(sealed, key_id)
        # We made this key: checking its primes again would cost 40 ms.
        private = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(private, RSAPrivateKey):
            raise TypeError("a sealed key that is not RSA")
        return SigningKey(key_id, private)

    def seal_secret(self, secret: bytes, name: str) -> bytes:
        """A secret as it is stored, bound to its name."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, name.encode())

    def open_secret(self, sealed: bytes, name: str) -> bytes:
        """The secret of this name; ValueError when another instance sealed it."""
        nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, box, name.encode())
        except InvalidTag:
            raise ValueError("the key was sealed with another secret") from None
