"""This is where it is found out what in a document says who wrote it.

An activity that a third party delivers counts only with a signature of its own. There are two
kinds, an integrity proof and a Linked Data signature; a document may have both.
"""

import logging
from collections.abc import Iterator

from fedlearn.activitypub import integrity_proofs, ld_signatures
from fedlearn.activitypub.claims import DocumentClaim
from fedlearn.activitypub.jsonld import Document
from fedlearn.domain.ids import Millis
from fedlearn.errors import RefusedDocument

log = logging.getLogger(__name__)

READERS = {"proof": integrity_proofs.read, "signature": ld_signatures.read}


def is_signed_inside(document: Document) -> bool:
    """Whether a document comes with a signature of its own, good or bad."""
    return not READERS.keys().isdisjoint(document)


def without_signatures(document: Document) -> Document:
    """A document as it was before anybody signed it."""
    return {name: value for name, value in document.items() if name not in READERS}


def read_claims(document: Document, at: Millis) -> Iterator[DocumentClaim]:
    """What the signatures in a document claim, the quicker one first.

    Those that cannot be checked are passed over, as if they were not there.
    """
    for name, read in READERS.items():
        if name not in document:
            continue
        try:
            yield read(document, at)
        except RefusedDocument as error:
            log.info("the %s in a document cannot be checked: %s", name, error)
