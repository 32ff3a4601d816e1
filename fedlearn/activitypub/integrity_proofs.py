"""This is where integrity proofs in documents are read (FEP-8b32, eddsa-jcs-2022); none are made.

What is signed is the hash of the proof's options and the hash of the document, each as JSON in
canonical form (RFC 8785). It covers the document as plain JSON, so that is what is believed.

Source: FEP-8b32; W3C Data Integrity EdDSA Cryptosuites, "eddsa-jcs-2022".
"""

import hashlib

import rfc8785

from fedlearn.activitypub import values
from fedlearn.activitypub.claims import DocumentClaim, check_age
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.multikeys import read_multibase
from fedlearn.activitypub.uris import same_origin
from fedlearn.domain.ids import Millis
from fedlearn.errors import RefusedDocument

USUAL = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "proofPurpose": "assertionMethod",
}
# An LD signature is put on top of a proof (Fedify), so a proof does not cover it.
NOT_SIGNED = frozenset({"proof", "signature"})


def read(document: Document, at: Millis) -> DocumentClaim:
    """What the `proof` of a document claims; `RefusedDocument` when it cannot be checked."""
    proof = _proof(document)
    check_age(proof, at)
    try:
        value = read_multibase(values.text(proof.get("proofValue")))
    except ValueError as error:
        raise RefusedDocument(f"the proof has no readable value: {error}") from error
    unsigned = {name: one for name, one in document.items() if name not in NOT_SIGNED}
    options = {name: one for name, one in proof.items() if name != "proofValue"}
    return DocumentClaim(
        key_id=values.text(proof.get("verificationMethod")),
        signature=value,
        readings=tuple(_hash(one) + _hash(unsigned) for one in _with_context(options, unsigned)),
        document=unsigned,
        wants_rsa=False,
    )


def _proof(document: Document) -> Document:
    """Of several proofs the first by the actor, whose keys are on its own server."""
    actor = values.uri(document.get("actor")) or ""
    for one in values.objects(document.get("proof")):
        is_usual = all(one.get(name) == value for name, value in USUAL.items())
        method = values.text(one.get("verificationMethod"))
        if is_usual and "previousProof" not in one and same_origin(method, actor):
            return one
    raise RefusedDocument("the document has no proof by its actor of a kind that is understood")


def _with_context(options: Document, unsigned: Document) -> list[Document]:
    """The options with the document's context, which some leave out once the proof is made."""
    context = unsigned.get("@context")
    if "@context" not in options:
        return [{**options, "@context": context}, options]
    if options["@context"] != context:
        raise RefusedDocument("the proof speaks another language than the document")
    return [options]


def _hash(document: Document) -> bytes:
    try:
        return hashlib.sha256(rfc8785.dumps(document)).digest()
    except rfc8785.CanonicalizationError as error:
        raise RefusedDocument(f"the document has no canonical form: {error}") from error
