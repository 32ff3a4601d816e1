"""This is where collections of other servers are read, page by page and within bounds."""

import logging

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.uris import same_origin
from fedlearn.domain.ids import Uri
from fedlearn.errors import FetchError, RefusedDocument
from fedlearn.instance import Instance

log = logging.getLogger(__name__)

MOST_ITEMS = 500
MOST_PAGES = 20
PAGES = frozenset({"CollectionPage", "OrderedCollectionPage"})
COLLECTIONS = frozenset({"Collection", "OrderedCollection"}) | PAGES


async def read_items(instance: Instance, uri: Uri, most: int = MOST_ITEMS) -> list[Uri]:
    """The first of what a collection lists; of its pages twenty are read, and none elsewhere.

    Raises `FetchError` and its kin, or `RefusedDocument` for what is no collection. Where a later
    page cannot be had, what came before it counts.
    """
    page: Document | None = await _fetch(instance, uri)
    if values.kind(page or {}) not in COLLECTIONS:
        raise RefusedDocument(f"{uri} is no collection")
    found: list[Uri] = []
    asked = [uri]
    while page is not None and len(found) < most:
        found += _items(page, most)
        page = await _following(instance, page, asked)
    return found[:most]


async def first_items(instance: Instance, uri: Uri, most: int) -> list[Document]:
    """The first documents in a collection or on its first page; mere names are left out.

    Raises what `read_items` does.
    """
    page = await _fetch(instance, uri)
    if values.kind(page) not in COLLECTIONS:
        raise RefusedDocument(f"{uri} is no collection")
    if "first" in page and not _listed(page):
        page = await _following(instance, page, [uri]) or page
    return [one for one in _listed(page) if isinstance(one, dict)][:most]


async def _following(instance: Instance, page: Document, asked: list[Uri]) -> Document | None:
    """The next page; None where there is none, or none that may be read."""
    value = page.get("next" if values.kind(page) in PAGES else "first")
    if isinstance(value, dict) and ("items" in value or "orderedItems" in value):
        # A page inside its collection is the word of the same server.
        return value
    uri = values.uri(value)
    if uri is None or uri in asked or not same_origin(uri, asked[0]) or len(asked) >= MOST_PAGES:
        return None
    asked.append(uri)
    try:
        return await _fetch(instance, uri)
    except (FetchError, RefusedDocument) as error:
        log.info("a collection ends early: %s", error)
        return None


async def _fetch(instance: Instance, uri: Uri) -> Document:
    return await instance.fetcher.fetch(uri, await instance.own_signing_key())


def _items(page: Document, most: int) -> list[Uri]:
    return list(values.uris(_listed(page), most))


def _listed(page: Document) -> list[object]:
    return [*values.items(page.get("orderedItems")), *values.items(page.get("items"))]
