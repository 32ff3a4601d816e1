"""This is where Linked Data signatures in documents are read (RsaSignature2017); none are made.

Mastodon signs public activities so, for those who pass them on. What is signed is text: the hash of
what the options of the signature state, and the hash of what the document states, both in hex.

Source: Mastodon, FEDERATION.md and "Security"; docs/decisions/0012-proofs-in-documents.md.
"""

import hashlib

from fedlearn.activitypub.claims import DocumentClaim, check_age, read_base64
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.linked_data import canonical_text, read_graph
from fedlearn.domain.ids import Millis
from fedlearn.errors import BadSignature, RefusedDocument

SUITE = "RsaSignature2017"
IDENTITY = "https://w3id.org/identity/v1"
# Anything else might be one of these under another name, such as an `expires` that we overlook.
OPTIONS = frozenset({"@context", "created", "creator", "domain", "expires", "nonce"})
NOT_SIGNED = frozenset({"id", "signatureValue", "type"})


def read(document: Document, at: Millis) -> DocumentClaim:
    """What the `signature` of a document claims; `RefusedDocument` when it cannot be checked.

    What is believed when the key agrees is the document in our own words, never as it stands.
    """
    signature = _plain_signature(document.get("signature"))
    if signature.get("type") != SUITE:
        raise RefusedDocument(f"signatures of type {signature.get('type')} are not understood")
    check_age(signature, at)
    try:
        value = read_base64(signature.get("signatureValue", ""))
    except BadSignature as error:
        raise RefusedDocument(str(error)) from error
    graph = read_graph({name: one for name, one in document.items() if name != "signature"})
    options = {name: one for name, one in signature.items() if name not in NOT_SIGNED}
    stated = canonical_text({**options, "@context": IDENTITY})
    return DocumentClaim(
        key_id=signature.get("creator", ""),
        signature=value,
        readings=((_hex_hash(stated) + _hex_hash(graph.text)).encode(),),
        document=graph.document,
        wants_rsa=True,
    )


def _plain_signature(signature: object) -> dict[str, str]:
    if not isinstance(signature, dict) or not signature.keys() <= OPTIONS | NOT_SIGNED:
        raise RefusedDocument("the signature in the document has properties that we do not know")
    if signature.get("@context", IDENTITY) != IDENTITY:
        raise RefusedDocument("the signature in the document speaks another language")
    if not all(isinstance(one, str) for one in signature.values()):
        raise RefusedDocument("the signature in the document is not plain")
    return signature


def _hex_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
