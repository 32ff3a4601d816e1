"""This is where public keys are read and written as Multikeys (FEP-521a), and base58 with them."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE58_MARK = "z"
ED25519_MARK = b"\xed\x01"
RSA_MARK = b"\x85\x24"
# An RSA key of 8192 bits takes 1,420.
LONGEST = 1500


def read_multikey(multibase: str) -> str:
    """SPKI PEM of a `publicKeyMultibase`; ValueError when it holds no RSA or Ed25519 key."""
    raw = read_multibase(multibase)
    if raw.startswith(ED25519_MARK):
        return _pem(Ed25519PublicKey.from_public_bytes(raw.removeprefix(ED25519_MARK)))
    if raw.startswith(RSA_MARK):
        return _rsa_pem(raw.removeprefix(RSA_MARK))
    raise ValueError("the multikey is neither RSA nor Ed25519")


def read_multibase(multibase: str) -> bytes:
    """Bytes written in base58btc; ValueError when they are written otherwise."""
    if not multibase.startswith(BASE58_MARK) or len(multibase) > LONGEST:
        raise ValueError("the multibase value is not base58btc")
    return _from_base58(multibase.removeprefix(BASE58_MARK))


def _rsa_pem(der: bytes) -> str:
    try:
        key = serialization.load_der_public_key(der)
    except UnsupportedAlgorithm as error:
        raise ValueError(f"the multikey cannot be read: {error}") from error
    if isinstance(key, RSAPublicKey):
        return _pem(key)
    raise ValueError("the multikey calls itself RSA, and is not")


def write_multikey(pem: str) -> str:
    """The `publicKeyMultibase` of one of our RSA keys."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("our keys are RSA")
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    return BASE58_MARK + _to_base58(RSA_MARK + der)


def _pem(key: RSAPublicKey | Ed25519PublicKey) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def _from_base58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + BASE58.index(letter)
    # Zeros in front add nothing to a number; each stands there as the first letter.
    zeros = len(text) - len(text.lstrip(BASE58[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _to_base58(raw: bytes) -> str:
    number, letters = int.from_bytes(raw, "big"), []
    while number:
        number, rest = divmod(number, 58)
        letters.append(BASE58[rest])
    return "".join(reversed(letters))
