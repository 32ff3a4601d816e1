"""Keys: made, read from others, and sealed, so that nobody uses one that is not theirs."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPublicKey,
    RSAPublicNumbers,
    generate_private_key,
)
from hypothesis import example, given
from hypothesis import strategies as st

from fedlearn.activitypub.keys import (
    SigningKey,
    Vault,
    VerifyingKey,
    generate_key,
    public_pem,
    read_public_pem,
)
from tests.unit.conftest import KEY_ID

SECRET = bytes(range(32))
# Of 512 bits, as nobody should have.
TINY_RSA = """-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALq5H25eDJMx44d8pdeS0DEqlAr8P1lZ
q7PuUvR3QoR2lg6Vlgc1xUsOidEGJjtsgzsDNM0b5KzTAQci0lwz3WMCAwEAAQ==
-----END PUBLIC KEY-----
"""


def test_public_half_is_what_peers_read(key: SigningKey) -> None:
    """A new key is RSA of 2048 bits, and its public half is SPKI PEM, which any library reads."""
    pem = public_pem(key.private)
    assert pem.startswith("-----BEGIN PUBLIC KEY-----\n")
    read = serialization.load_pem_public_key(pem.encode())
    assert isinstance(read, RSAPublicKey)
    assert read.key_size == 2048


def test_signature_is_proven_by_its_own_key_only(key: SigningKey, stranger: VerifyingKey) -> None:
    """What was signed verifies with the public half; other words and other keys do not."""
    signature = key.sign(b"words")
    mine = read_public_pem(public_pem(key.private))
    assert mine.is_rsa
    assert mine.verifies(signature, b"words")
    assert not mine.verifies(signature, b"other words")
    assert not mine.verifies(signature[:-1], b"words")
    assert not mine.verifies(b"", b"words")
    assert not stranger.verifies(signature, b"words")


def test_secrets_for_other_purposes() -> None:
    """Each purpose has a secret of its own, the same each time, that tells nothing of the first."""
    vault, other = Vault(SECRET), Vault(bytes(31) + b"x")
    assert vault.secret_for("one") == Vault(SECRET).secret_for("one")
    assert (
        len({SECRET, vault.secret_for("one"), vault.secret_for("two"), other.secret_for("one")})
        == 4
    )


def test_ed25519_keys_verify_too(ed25519: Ed25519PrivateKey) -> None:
    """A key of the newer kind is told from RSA by itself, and verifies in its own way."""
    mine = read_public_pem(public_pem(ed25519.public_key()))
    assert not mine.is_rsa
    assert mine.verifies(ed25519.sign(b"words"), b"words")
    assert not mine.verifies(ed25519.sign(b"other words"), b"words")
    assert not mine.verifies(b"short", b"words")


def test_old_forms_of_rsa_keys_are_read() -> None:
    """Keys of 1024 bits, and PEM of the older kind, are what some old actors still have."""
    old = generate_private_key(public_exponent=65537, key_size=1024)
    pem = old.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.PKCS1
    )
    assert pem.startswith(b"-----BEGIN RSA PUBLIC KEY-----")
    assert read_public_pem(pem.decode()).verifies(SigningKey("", old).sign(b"words"), b"words")


def giant_rsa() -> str:
    """A key of 16,384 bits: each use of it would cost us much, and its owner nothing."""
    numbers = RSAPublicNumbers(65537, (1 << 16383) + 1)
    return spki(numbers.public_key())


def spki(public: RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    """A public key in PEM."""
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def private_pem(key: SigningKey) -> str:
    """A private key in PEM."""
    return key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def test_unusable_keys_are_refused(key: SigningKey) -> None:
    """RSA too small to trust or too large to use, other kinds of keys, and private keys."""
    elliptic = spki(ec.generate_private_key(ec.SECP256R1()).public_key())
    cut = public_pem(key.private)[:-60]
    for pem in (TINY_RSA, giant_rsa(), elliptic, private_pem(key), cut, "", "no key", "\ud800"):
        with pytest.raises(ValueError, match=r"key|PEM|could not|surrogates"):
            read_public_pem(pem)


@given(st.text())
@example("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----")
@example("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")
@example("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")
def test_no_text_breaks_the_reader_of_keys(text: str) -> None:
    """Whatever a document has for a PEM, the answer is a key or ValueError."""
    with suppress(ValueError):
        read_public_pem(text)


# --- the vault -----------------------------------------------------------------------------------


def test_sealed_key_opens_with_the_same_secret(key: SigningKey, public: VerifyingKey) -> None:
    """What is stored opens to the very key that was sealed, ready to sign."""
    sealed = Vault(SECRET).seal(key.private, KEY_ID)
    opened = Vault(SECRET).open(sealed, KEY_ID)
    assert opened.key_id == KEY_ID
    assert public.verifies(opened.sign(b"words"), b"words")


def test_sealed_key_opens_to_nobody_else(key: SigningKey) -> None:
    """Another secret, another keyId and a changed or cut box are refused."""
    sealed = Vault(SECRET).seal(key.private, KEY_ID)
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    attempts = [
        (bytes(32), sealed, KEY_ID),
        (SECRET, sealed, "https://far.example/users/rosa#main-key"),
        (SECRET, changed, KEY_ID),
        (SECRET, sealed[:40], KEY_ID),
        (SECRET, b"", KEY_ID),
    ]
    for secret, box, key_id in attempts:
        with pytest.raises(ValueError, match=r".+"):
            Vault(secret).open(box, key_id)


def test_sealed_key_tells_nothing(key: SigningKey) -> None:
    """The box shows no part of the key, and is another each time."""
    der = key.private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    boxes = [Vault(SECRET).seal(key.private, KEY_ID) for _ in range(2)]
    assert boxes[0] != boxes[1]
    assert boxes[0][:12] != boxes[1][:12]
    assert all(der[start : start + 8] not in boxes[0] for start in range(0, len(der) - 8, 8))


def test_each_key_is_its_own() -> None:
    """No two keys are made alike."""
    assert public_pem(generate_key()) != public_pem(generate_key())
