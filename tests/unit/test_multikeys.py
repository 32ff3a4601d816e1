"""Multikeys: the same keys in another form, read from peers and written for them."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from fedlearn.activitypub.keys import SigningKey, public_pem, read_public_pem
from fedlearn.activitypub.multikeys import BASE58, read_multikey, write_multikey

# The key whose private half is 32 zero bytes (did:key test vectors).
ZERO_SEED_MULTIKEY = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"


def multibase(raw: bytes) -> str:
    """The bytes in base58btc, as Multikeys are written."""
    number, letters = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        letters = BASE58[digit] + letters
    return f"z{letters}"


def test_multikey_is_the_key_it_stands_for() -> None:
    """The published Multikey of a known seed verifies what that seed signs."""
    seeded = Ed25519PrivateKey.from_private_bytes(bytes(32))
    pem = read_multikey(ZERO_SEED_MULTIKEY)
    assert pem == public_pem(seeded.public_key())
    assert read_public_pem(pem).verifies(seeded.sign(b"words"), b"words")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "z",
        ZERO_SEED_MULTIKEY[1:],
        f"u{ZERO_SEED_MULTIKEY[1:]}",
        ZERO_SEED_MULTIKEY[:-4],
        f"{ZERO_SEED_MULTIKEY}11",
        ZERO_SEED_MULTIKEY.replace("i", "l"),
        multibase(b"\x80\x24" + bytes(33)),  # P-256
        multibase(b"\x85\x24" + bytes(270)),  # RSA, but no key
        f"z{'2' * 100_000}",
    ],
    ids=lambda value: value[:12] or "empty",
)
def test_other_multikeys_are_refused(value: str) -> None:
    """Other bases, other kinds of keys, wrong lengths, letters that base58 leaves out."""
    with pytest.raises(ValueError, match=r".+"):
        read_multikey(value)


@given(st.text(alphabet=BASE58, max_size=64).map(lambda text: f"z{text}") | st.text())
def test_no_text_breaks_the_reader_of_multikeys(text: str) -> None:
    """Whatever stands for a Multikey, the answer is a PEM or ValueError."""
    with suppress(ValueError):
        read_multikey(text)


def test_other_key_cannot_pass_for_rsa() -> None:
    """What says that it is RSA must be; keys of kinds that nobody knows are refused like others."""
    elliptic = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = bytearray(
        elliptic.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    unknown = der.copy()
    unknown[8] ^= 1  # in the name of the algorithm
    for raw in (der, unknown, b""):
        with pytest.raises(ValueError, match=r".+"):
            read_multikey(multibase(b"\x85\x24" + raw))


def test_rsa_key_survives_the_way_there_and_back(key: SigningKey) -> None:
    """Our own key written as a Multikey is read as the key that it was; a changed letter is not."""
    pem = public_pem(key.private)
    written = write_multikey(pem)
    assert written.startswith("z4MX"), "the beginning of every RSA Multikey of 2048 bits"
    assert read_multikey(written) == pem
    with pytest.raises(ValueError, match=r".+"):
        read_multikey(written[:-40])


def test_only_our_kind_of_key_is_written() -> None:
    """A key that we would never sign with is not written as one of ours."""
    with pytest.raises(TypeError):
        write_multikey(public_pem(Ed25519PrivateKey.generate().public_key()))
