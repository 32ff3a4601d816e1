"""This is where a collection of another server is read, page by page, within limits."""

from typing import Any

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.uris import same_origin
from fedlearn.domain.ids import Uri
from fedlearn.errors import RefusedDocument
from fedlearn.instance import Instance

MOST_PAGES = 10
MOST_ITEMS = 10_000


async def fetch_collection(instance: Instance, uri: str) -> list[Uri]:
    """The identities in a collection, all of them; `RefusedDocument` when it is too long.

    Raises `FetchError` and its kin. Pages elsewhere, and pages seen before, are refused.
    """
    signer = await instance.own_signing_key()
    page = await instance.fetcher.fetch(uri, signer)
    found, seen = _items(page), {uri}
    following = page.get("first")
    while following is not None:
        page, address = await _page(instance, uri, following, seen)
        seen.add(address)
        found += _items(page)
        following = page.get("next")
        if len(seen) > MOST_PAGES or len(found) > MOST_ITEMS:
            raise RefusedDocument(f"{uri} is too long")
    return found


async def _page(
    instance: Instance, collection: str, following: Any, seen: set[str]
) -> tuple[Document, str]:
    """A page, embedded or fetched from the server of its collection, and where it stands."""
    address = values.uri(following)
    if isinstance(following, dict) and (
        address is None or "next" in following or _items(following)
    ):
        return following, address or ""
    if address is None or address in seen or not same_origin(address, collection):
        raise RefusedDocument(f"{collection} has pages that cannot be read")
    return await instance.fetcher.fetch(address, await instance.own_signing_key()), address


def _items(page: Document) -> list[Uri]:
    return [*values.uris(page.get("orderedItems", page.get("items")), MOST_ITEMS)]
