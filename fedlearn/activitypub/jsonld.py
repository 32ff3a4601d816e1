"""This is where documents are read from bytes, and where the meaning of their terms is kept.

Documents are read as plain JSON. JSON-LD processing is for what needs it (Linked Data signatures,
and the check that our own terms are defined); contexts come from this package and never from the
network.
"""

import re
import threading
from collections.abc import Callable
from math import factorial
from typing import Any

import msgspec
from pyld import canon, jsonld

from fedlearn.activitypub.bundled import load_context
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
    "showMedia": "toot:showMedia",
    "showRepliesInMedia": "toot:showRepliesInMedia",
    "showFeatured": "toot:showFeatured",
    "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
    "suspended": "toot:suspended",
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
    "featuredCollections": {
        "@id": "https://w3id.org/fep/7aa9#featuredCollections",
        "@type": "@id",
    },
    "FeaturedCollection": "https://w3id.org/fep/7aa9#FeaturedCollection",
    "FeaturedItem": "https://w3id.org/fep/7aa9#FeaturedItem",
    "FeatureRequest": "https://w3id.org/fep/7aa9#FeatureRequest",
    "FeatureAuthorization": "https://w3id.org/fep/7aa9#FeatureAuthorization",
    "topic": {"@id": "https://w3id.org/fep/7aa9#topic", "@type": "@id"},
    "featuredObject": {"@id": "https://w3id.org/fep/7aa9#featuredObject", "@type": "@id"},
    "featuredObjectType": "https://w3id.org/fep/7aa9#featuredObjectType",
    "featureAuthorization": {
        "@id": "https://w3id.org/fep/7aa9#featureAuthorization",
        "@type": "@id",
    },
    "canFeature": {"@id": "https://w3id.org/fep/7aa9#canFeature", "@type": "@id"},
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    "webfinger": {"@id": "https://purl.archive.org/socialweb/webfinger#webfinger"},
}
CONTEXT: list[str | Document] = [AS, SECURITY, EXTENSIONS]

# What others add, and we may read: a signed document is read in these words, whatever its own are.
EXTENSIONS_OF_OTHERS: Document = {
    "EmojiReact": "litepub:EmojiReact",
    "capabilities": "litepub:capabilities",
    "quoteUrl": "as:quoteUrl",
    "_misskey_reaction": "misskey:_misskey_reaction",
    "_misskey_content": "misskey:_misskey_content",
    "_misskey_summary": "misskey:_misskey_summary",
    "isCat": "misskey:isCat",
    "canLike": {"@id": "gts:canLike", "@type": "@id"},
    "canReply": {"@id": "gts:canReply", "@type": "@id"},
    "canAnnounce": {"@id": "gts:canAnnounce", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
}
# What is relative stays so: pyld would take it for something at example.org.
NO_BASE: Document = {"@base": None}
READING: list[str | Document] = [AS, SECURITY, {**EXTENSIONS_OF_OTHERS, **EXTENSIONS, **NO_BASE}]

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


# --- JSON-LD -------------------------------------------------------------------------------------

LOADING = {"documentLoader": load_context}
# Sorting blank nodes that look alike takes steps without measure: a few nodes, woven for the
# purpose, would take hours. Honest documents take a handful.
MOST_STEPS = 1_000
# The caches of pyld are not made for several threads.
_one_at_a_time = threading.Lock()
# How pyld says that it cannot make sense of something.
FAILURES = (
    jsonld.JsonLdError,
    AttributeError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)


def expand(document: Document) -> list[Document]:
    """The document in expanded form (JSON-LD 1.1), every term as the IRI that it stands for.

    `RefusedDocument` when it is no sound JSON-LD, or needs a context that is not among ours.
    """
    options = {**LOADING, "expandContext": NO_BASE}
    expanded: list[Document] = _attempt("expanded", lambda: jsonld.expand(document, options))
    return expanded


def flatten(expanded: list[Document]) -> list[Document]:
    """Each node once, with all that is said of it anywhere, others in it by their identity only."""
    nodes: list[Document] = _attempt("flattened", lambda: jsonld.flatten(expanded, None, LOADING))
    return nodes


def compact(expanded: Document) -> Document:
    """An expanded document in the words that we read."""
    compacted: Document = _attempt("compacted", lambda: jsonld.compact(expanded, READING, LOADING))
    return compacted


def canonical(expanded: list[Document]) -> str:
    """What a document states, as sorted N-Quads (URDNA2015): the same however it was put.

    `RefusedDocument` when that would take too long.
    """
    text: str = _attempt("put in order", lambda: _canonical(expanded))
    return text


def _canonical(expanded: list[Document]) -> str:
    sorting = canon.URDNA2015()
    neighbours, steps = sorting.create_hash_to_related, 0

    def counted(*given: Any) -> Any:
        """Asked for each node that is not told apart at once; a group is tried in every order."""
        nonlocal steps
        groups = neighbours(*given)
        steps += sum(factorial(len(group)) for group in groups.values())
        if steps > MOST_STEPS:
            raise RefusedDocument("its nodes are too much alike to be put in order")
        return groups

    sorting.create_hash_to_related = counted
    dataset = jsonld.to_rdf(expanded, LOADING)
    text: str = sorting.main(dataset, {"format": "application/n-quads"})
    return text


def _attempt(what: str, work: Callable[[], Any]) -> Any:
    try:
        with _one_at_a_time:
            return work()
    except FAILURES as error:
        raise RefusedDocument(f"the document cannot be {what}: {error}") from error
