"""This is where documents are signed as Mastodon does it: RsaSignature2017 over normalised JSON-LD.

Written apart from the server's own reading, so that the two check each other.
"""

import base64
import hashlib
import json
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pyld import jsonld

from tests.federation.peer import AS, Document, Person

SECURITY = "https://w3id.org/security/v1"
# The terms that a signature needs mean the same in both.
IDENTITY = "https://w3id.org/identity/v1"
FILES = {AS: "activitystreams.json", SECURITY: "security-v1.json", IDENTITY: "security-v1.json"}


def with_linked_data_signature(
    activity: Document,
    person: Person,
    *,
    key: RSAPrivateKey | None = None,
    creator: str | None = None,
) -> Document:
    """An activity with the signature of a person inside it."""
    document = {**activity, "@context": [AS, SECURITY]}
    options = {
        "creator": creator or person.key_id,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    text = _hash({"@context": IDENTITY, **options}) + _hash(document)
    raw = (key or person.key).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    value = base64.b64encode(raw).decode()
    signature = {"type": "RsaSignature2017", **options, "signatureValue": value}
    return {**document, "signature": signature}


def says_the_same(one: Document, other: Document) -> bool:
    """Whether a signature of one document holds for the other, however differently it reads."""
    return _hash(_unsigned(one)) == _hash(_unsigned(other))


def expanded(document: Document) -> Any:
    """A document without its signature, every term as the IRI that it stands for."""
    return jsonld.expand(_unsigned(document), {"documentLoader": _load})


def _unsigned(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "signature"}


def _hash(document: Document) -> str:
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": _load,
    }
    return hashlib.sha256(jsonld.normalize(document, options).encode()).hexdigest()


def _load(uri: str, _options: Any) -> Document:
    folder = resources.files("fedlearn.activitypub") / "contexts"
    context = json.loads((folder / FILES[uri]).read_text(encoding="utf-8"))
    return {"contextUrl": None, "documentUrl": uri, "document": context}
