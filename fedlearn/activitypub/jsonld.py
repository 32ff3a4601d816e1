"""This is where documents are read from bytes, and where the meaning of their terms is kept.

Documents are read as plain JSON. JSON-LD processing is for what needs it (proofs, and the check
that our own terms are defined); contexts come from this package and never from the network.
"""

import json
import re
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec
from pyld import jsonld

from fedlearn.errors import RefusedDocument

Document = dict[str, Any]

AS = "https://www.w3.org/ns/activitystreams"
SECURITY = "https://w3id.org/security/v1"

CONTENT_TYPE = "application/activity+json"
LD_CONTENT_TYPE = f'application/ld+json; profile="{AS}"'

# What we add to ActivityStreams, so that a JSON-LD reader loses nothing of what we send.
EXTENSIONS: Document = {
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "toot": "http://joinmastodon.org/ns#",
    "featured": {"@id": "toot:featured", "@type": "@id"},
    "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "memorial": "toot:memorial",
    "blurhash": "toot:blurhash",
    "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
    "Emoji": "toot:Emoji",
    "votersCount": "toot:votersCount",
    "schema": "http://schema.org#",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "ostatus": "http://ostatus.org#",
    "atomUri": "ostatus:atomUri",
    "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
    "conversation": "ostatus:conversation",
    "litepub": "http://litepub.social/ns#",
    "directMessage": "litepub:directMessage",
    "sec": "https://w3id.org/security#",
    "Multikey": "sec:Multikey",
    "assertionMethod": {"@id": "sec:assertionMethod", "@type": "@id", "@container": "@set"},
    "controller": {"@id": "sec:controller", "@type": "@id"},
    "publicKeyMultibase": "sec:publicKeyMultibase",
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "misskey": "https://misskey-hub.net/ns#",
    "_misskey_quote": "misskey:_misskey_quote",
    "gts": "https://gotosocial.org/ns#",
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    "webfinger": {"@id": "https://purl.archive.org/socialweb/webfinger#webfinger"},
}
CONTEXT: list[str | Document] = [AS, SECURITY, EXTENSIONS]

# A string without its end takes all that follows, and nothing is looked at twice: a body of many
# quotes would otherwise be read to its end once for each of them.
STRUCTURE = re.compile(rb'"(?:[^"\\]+|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
OPENERS, CLOSERS = (b"{", b"["), (b"}", b"]")


def read_document(body: bytes, max_depth: int) -> Document:
    """A JSON object, nested at most so deep; else `RefusedDocument` says what is wrong."""
    if _is_deeper_than(body, max_depth):
        raise RefusedDocument(f"the document is nested deeper than {max_depth} levels")
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedDocument(f"the document is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise RefusedDocument("the document is JSON, but not an object")
    return document


def write_document(document: Document) -> bytes:
    """The bytes that are signed, sent and stored."""
    return msgspec.json.encode(document)


def has_as_context(document: Document) -> bool:
    """Whether the document says that it speaks ActivityStreams."""
    context = document.get("@context")
    return AS in (context if isinstance(context, list) else [context])


def expand(document: Document) -> list[Document]:
    """The document in expanded form (JSON-LD 1.1), every term as the IRI that it stands for.

    `RefusedDocument` when it is no sound JSON-LD, or needs a context that is not among ours.
    """
    try:
        expanded: list[Document] = jsonld.expand(document, {"documentLoader": _load_bundled})
    except (jsonld.JsonLdError, ValueError) as error:
        raise RefusedDocument(f"the document cannot be expanded: {error}") from error
    return expanded


def _is_deeper_than(body: bytes, limit: int) -> bool:
    # Fewer brackets than levels settles most documents without a closer look.
    if body.count(b"{") + body.count(b"[") <= limit:
        return False
    depth = 0
    for found in STRUCTURE.finditer(body):
        token = found.group()
        if token in OPENERS:
            depth += 1
            if depth > limit:
                return True
        elif token in CLOSERS:
            depth -= 1
    return False


BUNDLED = {
    AS: "activitystreams.json",
    SECURITY: "security-v1.json",
}


@lru_cache(maxsize=len(BUNDLED))
def _bundled(uri: str) -> Document:
    folder = resources.files("fedlearn.activitypub") / "contexts"
    context: Document = json.loads((folder / BUNDLED[uri]).read_text(encoding="utf-8"))
    return context


def _load_bundled(uri: str, _options: Document) -> Document:
    uri = uri.removesuffix(".jsonld")
    if uri not in BUNDLED:
        raise RefusedDocument(f"the JSON-LD context {uri} is not among those we know")
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": uri,
        "document": _bundled(uri),
    }
