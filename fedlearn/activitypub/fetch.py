"""This is where it is decided which fetched documents are believed.

Source: FEP-fe34 (origins), and FEDERATION.md, "Fetching".
"""

from fedlearn.activitypub import values
from fedlearn.activitypub.client import Answer, FederationClient
from fedlearn.activitypub.jsonld import (
    AS,
    CONTENT_TYPE,
    LD_CONTENT_TYPE,
    Document,
    has_as_context,
    read_document,
)
from fedlearn.activitypub.keys import SigningKey
from fedlearn.activitypub.links import links_in
from fedlearn.activitypub.uris import host_of, joined, same_origin, without_fragment
from fedlearn.errors import FetchError, Gone, Missing, RefusedDocument, Unreachable
from fedlearn.settings import Settings

ACCEPT = f"{CONTENT_TYPE}, {LD_CONTENT_TYPE}"
ACCEPT_PAGES = f"{ACCEPT}, text/html;q=0.1"


class Fetcher:
    """Fetches documents and believes only what their origin may say."""

    def __init__(self, client: FederationClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def fetch(self, uri: str, signer: SigningKey) -> Document:
        """The document with this identity.

        A document that calls itself otherwise is fetched once more under that name, and must then
        agree. Raises `Gone`, `Unreachable`, another `FetchError`, or `RefusedDocument`.
        """
        uri = without_fragment(uri)
        answer = await self._client.get(uri, accept=ACCEPT, signer=signer)
        return await self._believe(answer, uri, signer)

    async def fetch_page(self, url: str, signer: SigningKey) -> Document:
        """The document behind an address that a person gave, be it that of a web page.

        One `rel="alternate"` link is followed, from the head of the answer or of the page.
        """
        answer = await self._client.get(url, accept=ACCEPT_PAGES, signer=signer)
        check_status(answer)
        if is_activity_json(answer.content_type):
            return await self._believe(answer, without_fragment(url), signer)
        alternate = alternate_link(answer)
        if alternate is None:
            raise RefusedDocument(f"{url} is a page that leads to no post or account")
        return await self.fetch(alternate, signer)

    async def fetch_key_document(self, key_id: str, signer: SigningKey) -> Document:
        """What is found under a keyId: an actor, a key or a stub; nothing is believed yet."""
        uri = without_fragment(key_id)
        return self._read(await self._client.get(uri, accept=ACCEPT, signer=signer), uri)

    async def _believe(self, answer: Answer, asked: str, signer: SigningKey) -> Document:
        """The document in an answer, if it is what was asked for, else that which it claims."""
        document = self._read(answer, asked)
        claimed = values.uri(document)
        if claimed is None:
            raise RefusedDocument(f"{asked} has no id")
        if claimed == asked and same_origin(answer.url, asked):
            return document
        answer = await self._client.get(claimed, accept=ACCEPT, signer=signer)
        confirmed = self._read(answer, claimed)
        if values.uri(confirmed) != claimed or not same_origin(answer.url, claimed):
            raise RefusedDocument(f"{asked} calls itself {claimed}, which does not agree")
        return confirmed

    def _read(self, answer: Answer, uri: str) -> Document:
        check_status(answer)
        if not is_activity_json(answer.content_type):
            # Anything else may be a file that a user uploaded (CVE-2024-25623).
            raise RefusedDocument(
                f"{uri} is {answer.content_type or 'of no type'}, not ActivityPub"
            )
        document = read_document(answer.body, self._settings.max_json_depth)
        if not has_as_context(document):
            raise RefusedDocument(f"{uri} does not speak ActivityStreams")
        return document


def is_activity_json(content_type: str) -> bool:
    """Whether this is activity+json, or ld+json with the profile of ActivityStreams."""
    kind, _, parameters = content_type.partition(";")
    match kind.strip().lower():
        case "application/activity+json":
            return True
        case "application/ld+json":
            return AS in _profiles(parameters)
    return False


def _profiles(parameters: str) -> list[str]:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "profile":
            return value.strip('"').split()
    return []


def alternate_link(answer: Answer) -> str | None:
    """Where the ActivityPub form of a web page is, by its Link header or its head."""
    for link in answer.link.split(","):
        target, _, parameters = link.partition(";")
        if "alternate" in parameters and CONTENT_TYPE in parameters:
            return joined(answer.url, target.strip(" <>"))
    if "html" not in answer.content_type:
        return None
    for found in links_in(answer.body):
        is_ours = found.get("rel") == "alternate" and is_activity_json(found.get("type", ""))
        if is_ours and found.get("href"):
            return joined(answer.url, found["href"])
    return None


def check_status(answer: Answer) -> None:
    """Whether there is something in an answer; else `Gone`, `Unreachable` or their like."""
    host = host_of(answer.url)
    if answer.status == 410:
        raise Gone(f"{answer.url} is gone")
    if answer.status == 404:
        raise Missing(f"{host} answered 404 for {answer.url}")
    if answer.status >= 500 or answer.status in {408, 429}:
        raise Unreachable(f"{host} answered {answer.status} for {answer.url}")
    if answer.status != 200:
        raise FetchError(f"{host} answered {answer.status} for {answer.url}")
