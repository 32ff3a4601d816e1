"""This is where handles are read, and looked up at their domain (RFC 7033, FEP-d556).

WebFinger is asked unsigned, like everybody does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from fedlearn.activitypub import values
from fedlearn.activitypub.client import Answer, FederationClient
from fedlearn.activitypub.jsonld import CONTENT_TYPE, LD_CONTENT_TYPE, Document, read_document
from fedlearn.activitypub.links import links_in
from fedlearn.activitypub.uris import Uris
from fedlearn.domain.ids import Uri
from fedlearn.errors import FetchError, Gone, Missing, RefusedDocument, Unreachable
from fedlearn.settings import Settings

ACCEPT = "application/jrd+json, application/json"
JRD_CONTENT_TYPE = "application/jrd+json"
PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
ACTOR_TYPES = frozenset({CONTENT_TYPE, LD_CONTENT_TYPE})
JRD_DEPTH = 16

HANDLE = re.compile(
    r"@?(?P<name>\w(?:[\w.-]*\w)?(?::\d{1,5})?)"
    r"@(?P<domain>[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?)"
)
LONGEST_HANDLE = 512


@dataclass(frozen=True, slots=True)
class Handle:
    """`name@domain`, the domain in lower case."""

    name: str
    domain: str

    def __str__(self) -> str:
        return f"{self.name}@{self.domain}"

    def is_same_as(self, other: "Handle") -> bool:
        """Whether two handles are one but for capitals."""
        return str(self).lower() == str(other).lower()


def read_handle(text: str) -> Handle | None:
    """A handle as people type it or as an `acct:` URI, None when it is none."""
    text = text.strip().removeprefix("acct:")
    found = HANDLE.fullmatch(text) if len(text) <= LONGEST_HANDLE else None
    return Handle(found["name"], found["domain"].lower()) if found else None


@dataclass(frozen=True, slots=True)
class Resource:
    """What a domain says about a handle: how it is properly written, and which actor it means."""

    handle: Handle
    actor: Uri


class WebFinger:
    """Asks other domains about handles."""

    def __init__(self, client: FederationClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def look_up(self, handle: Handle) -> Resource:
        """The actor of a handle. A different subject is looked up once more, then must stay.

        Raises `Gone`, `Unreachable`, another `FetchError`, or `RefusedDocument`.
        """
        first = await self._ask(handle)
        if first.handle.is_same_as(handle):
            return first
        second = await self._ask(first.handle)
        if not second.handle.is_same_as(first.handle):
            raise RefusedDocument(f"{handle} leads to {first.handle}, and that to {second.handle}")
        return second

    async def _ask(self, handle: Handle) -> Resource:
        resource = quote(f"acct:{handle}", safe="")
        origin = self._origin(handle.domain)
        url = f"{origin}/.well-known/webfinger?resource={resource}"
        answer = await self._client.get(url, accept=ACCEPT, signer=None)
        if answer.status == 404:
            template = await self._template(origin)
            if template is not None:
                url = template.replace("{uri}", resource)
                answer = await self._client.get(url, accept=ACCEPT, signer=None)
        _check_status(answer, handle)
        return _read_resource(read_document(answer.body, JRD_DEPTH), handle)

    async def _template(self, origin: str) -> str | None:
        """Where host-meta says that WebFinger is (RFC 6415), None when it says nothing."""
        accept = "application/xrd+xml, application/xml"
        answer = await self._client.get(
            f"{origin}/.well-known/host-meta", accept=accept, signer=None
        )
        if answer.status != 200:
            return None
        templates = (
            link.get("template", "") for link in links_in(answer.body) if link.get("rel") == "lrdd"
        )
        template = next(templates, "")
        return template if "{uri}" in template else None

    def _origin(self, domain: str) -> str:
        """A lab on plain http asks other labs the same way: hosts with a port, and localhost."""
        is_lab = not self._settings.is_https and (":" in domain or domain == "localhost")
        return f"{'http' if is_lab else 'https'}://{domain}"


def _check_status(answer: Answer, handle: Handle) -> None:
    if answer.status == 410:
        raise Gone(f"{handle} is gone")
    if answer.status == 404:
        raise Missing(f"{handle.domain} does not know {handle} (it answered 404)")
    if answer.status >= 500 or answer.status == 429:
        raise Unreachable(f"{handle.domain} answered {answer.status} for {handle}")
    if answer.status != 200:
        raise FetchError(f"{handle.domain} answered {answer.status} for {handle}")


def _read_resource(document: Document, asked: Handle) -> Resource:
    subject = read_handle(values.text(document.get("subject")))
    if subject is None:
        raise RefusedDocument(f"the WebFinger answer for {asked} has no subject")
    for link in values.objects(document.get("links")):
        actor = values.uri(link.get("href"))
        if link.get("rel") == "self" and values.text(link.get("type")) in ACTOR_TYPES and actor:
            return Resource(subject, actor)
    raise RefusedDocument(f"the WebFinger answer for {asked} names no actor")


def render_jrd(uris: Uris, username: str) -> Document:
    """What we answer about a local actor."""
    actor, page = uris.actor(username), uris.profile(username)
    return {
        "subject": f"acct:{uris.handle(username)}",
        "aliases": [page, actor],
        "links": list(_links(uris, actor, page)),
    }


def _links(uris: Uris, actor: str, page: str) -> Iterator[Document]:
    yield {"rel": PROFILE_PAGE, "type": "text/html", "href": page}
    yield {"rel": "self", "type": CONTENT_TYPE, "href": actor}
    yield {"rel": SUBSCRIBE, "template": uris.interaction_template}


def render_host_meta(uris: Uris) -> str:
    """The XRD that leads to WebFinger (RFC 6415)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        f'<Link rel="lrdd" template="{uris.webfinger_template}"/></XRD>\n'
    )
