"""This is where a document becomes one that stands alone, and where collections are written."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fedlearn.activitypub.jsonld import CONTEXT, Document
from fedlearn.domain.ids import Millis


def with_context(document: Document) -> Document:
    """A document that stands alone."""
    return {"@context": CONTEXT, **document}


def timestamp(at: Millis) -> str:
    """A moment in ISO 8601, to the millisecond, so that peers can keep posts in order."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def render_collection(
    uri: str, total: int, *, first: str | None = None, items: Sequence[Any] | None = None
) -> Document:
    """An ordered collection: paged from `first`, or with its items, or only counted."""
    collection: Document = {"id": uri, "type": "OrderedCollection", "totalItems": total}
    if first is not None:
        collection["first"] = first
    if items is not None:
        collection["orderedItems"] = list(items)
    return collection


def render_page(
    uri: str, part_of: str, items: Sequence[Any], *, next_page: str | None = None
) -> Document:
    """A page of an ordered collection."""
    page: Document = {
        "id": uri,
        "type": "OrderedCollectionPage",
        "partOf": part_of,
        "orderedItems": list(items),
    }
    if next_page is not None:
        page["next"] = next_page
    return page
