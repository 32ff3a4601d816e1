"""This is where documents are signed as other servers do it, and put in other words by third parties.

Written apart from the server's own code, with contexts as another implementation has them.
"""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cachetools import LRUCache
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld import jsonld
from pyld.context_resolver import ContextResolver

from tests.federation.peer import AS, Document, Person
from tests.peers.node import PEERS

IDENTITY = "https://w3id.org/identity/v1"
SECURITY = "https://w3id.org/security/v1"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v1"
FOREIGN = PEERS / "node_modules" / "@fedify" / "vocab-runtime" / "src" / "contexts"
CONTEXTS = {
    AS: "activitystreams.json",
    IDENTITY: "identity-v1.json",
    SECURITY: "security-v1.json",
    DATA_INTEGRITY: "security-data-integrity-v1.json",
}
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def foreign_context(name: str) -> Document:
    """A context as Fedify has it."""
    context: Document = json.loads((FOREIGN / name).read_text(encoding="utf-8"))
    return context


def iso(at: datetime) -> str:
    """A time as signatures say it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(**time: float) -> str:
    """A time in the past, or in the future when it is below zero."""
    return iso(datetime.now(UTC) - timedelta(**time))


def ld_signed(person: Person, document: Document, **options: Any) -> Document:
    """A document with a Linked Data signature of a person; `options` changes what is signed."""
    given = {"creator": person.key_id, "created": ago(), **options}
    text = _hash({"@context": IDENTITY, **given}) + _hash(document)
    value = person.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    signature = {"type": "RsaSignature2017", **given, "signatureValue": _base64(value)}
    return {**document, "signature": signature}


def _hash(document: Document) -> str:
    loader = _loader
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": loader,
        # Nothing that the server under test has loaded may help.
        "contextResolver": ContextResolver(LRUCache(10), loader),
    }
    return hashlib.sha256(jsonld.normalize(document, options).encode()).hexdigest()


def _loader(uri: str, _options: Document) -> Document:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": uri,
        "document": foreign_context(CONTEXTS[uri]),
    }


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def with_proof_key(person: Person) -> Ed25519PrivateKey:
    """Give a person an Ed25519 key for proofs, shown in its document."""
    key = Ed25519PrivateKey.generate()
    raw = b"\xed\x01" + key.public_key().public_bytes_raw()
    person.changes["assertionMethod"] = [
        {
            "id": f"{person.uri}#ed25519-key",
            "type": "Multikey",
            "controller": person.uri,
            "publicKeyMultibase": "z" + base58(raw),
        }
    ]
    return key


def proven(person: Person, key: Ed25519PrivateKey, document: Document, **options: Any) -> Document:
    """A document with an integrity proof of a person; `options` changes what is signed."""
    proof = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": f"{person.uri}#ed25519-key",
        "proofPurpose": "assertionMethod",
        "created": ago(),
        **options,
    }
    value = key.sign(_sorted_hash(proof) + _sorted_hash(document))
    return {**document, "proof": {**proof, "proofValue": "z" + base58(value)}}


def _sorted_hash(document: Document) -> bytes:
    # Enough of RFC 8785 for documents without fractions.
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def base58(raw: bytes) -> str:
    """Bytes in base58btc."""
    number, letters = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        letters = BASE58[rest] + letters
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + letters
