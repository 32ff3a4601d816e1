"""This is where JSON-LD contexts come from: this package, and never the network."""

import json
from functools import lru_cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from fedlearn.errors import RefusedDocument

BUNDLED = {
    "http://joinmastodon.org/ns": "joinmastodon.json",
    "https://gotosocial.org/ns": "gotosocial.json",
    "https://join-lemmy.org/context.json": "join-lemmy.json",
    "https://purl.archive.org/miscellany": "miscellany.json",
    "https://purl.archive.org/socialweb/webfinger": "webfinger.json",
    "https://w3id.org/fep/5711": "fep-5711.json",
    "https://w3id.org/identity/v1": "identity-v1.json",
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1.json",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.json",
    "https://w3id.org/security/multikey/v1": "multikey-v1.json",
    "https://w3id.org/security/v1": "security-v1.json",
    "https://www.w3.org/ns/activitystreams": "activitystreams.json",
    "https://www.w3.org/ns/cid/v1": "cid-v1.json",
    "https://www.w3.org/ns/did/v1": "did-v1.json",
}
# Each Pleroma and Akkoma server shows it under its own name, and means the same.
LITEPUB_PATH, LITEPUB = "/schemas/litepub-0.1.jsonld", "litepub-0.1.json"


def load_context(uri: str, _options: object = None) -> dict[str, Any]:
    """A context as pyld wants it; `RefusedDocument` for one that is not among ours."""
    file = _file_of(uri)
    if file is None:
        raise RefusedDocument(f"the JSON-LD context {uri} is not among those we know")
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": uri,
        "document": _read(file),
    }


def _file_of(uri: str) -> str | None:
    if urlsplit(uri).path == LITEPUB_PATH:
        return LITEPUB
    return BUNDLED.get(uri.removesuffix("#").removesuffix(".jsonld"))


@lru_cache(maxsize=len(BUNDLED) + 1)
def _read(file: str) -> dict[str, Any]:
    folder = resources.files("fedlearn.activitypub") / "contexts"
    context: dict[str, Any] = json.loads((folder / file).read_text(encoding="utf-8"))
    return context
