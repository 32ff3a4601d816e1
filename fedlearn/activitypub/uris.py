"""This is where our addresses are made and read back: every URI that begins with our origin."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NewType
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from fedlearn.domain.ids import CollectionId, ItemId, StatusId, Uri

Origin = NewType("Origin", str)  # scheme://host[:port], without the scheme's own port

PUBLIC = Uri("https://www.w3.org/ns/activitystreams#Public")
DEFAULT_PORTS = {"http": 80, "https": 443}
# A name as DNS has it, or an address of IPv6, which urlsplit() gives without its brackets.
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|[0-9a-f]*:[0-9a-f:.]*")
LONGEST_URL = 2048
URIS_REMEMBERED = 4096
LARGEST_ID = 2**63 - 1  # no database takes a larger one


def origin_of(uri: str) -> Origin | None:
    """The origin of an http(s) URI (FEP-fe34), None when it is not a sound one."""
    # What is remembered must not be as long as somebody likes.
    return _origin_of(uri) if len(uri) <= LONGEST_URL else None


@lru_cache(URIS_REMEMBERED)
def _origin_of(uri: str) -> Origin | None:
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host or parts.username is not None:
        return None
    # "example.org." and "example.org" in other letters of Unicode lead to the same server, and
    # would pass for another one: by a block of its domain, say.
    if not HOST.fullmatch(host) or not parts.netloc.isascii():
        return None
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        return Origin(f"{parts.scheme}://{host}:{port}")
    return Origin(f"{parts.scheme}://{host}")


def host_of(uri: str) -> str:
    """Host, with a port that is not the scheme's own; "" when the URI is not sound."""
    origin = origin_of(uri)
    return origin.partition("://")[2] if origin else ""


def same_origin(one: str, other: str) -> bool:
    """Whether two URIs speak for the same server."""
    origin = origin_of(one)
    return origin is not None and origin == origin_of(other)


def joined(base: str, reference: str) -> str | None:
    """Where a link leads that stands in the document at `base`, None when it is not a sound one."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return None


def in_ascii(url: str) -> str:
    """An address as a person pastes it, its host written as DNS and the ids of others have it."""
    try:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.encode("idna").decode()))
    except (ValueError, UnicodeError):
        return url


def without_fragment(uri: str) -> str:
    """What is fetched to learn about a URI such as a keyId."""
    return uri.partition("#")[0]


@dataclass(frozen=True)
class Uris:
    """The addresses of one instance. `domain` is the one in handles."""

    origin: str
    domain: str

    # --- the instance ---

    @cached_property
    def instance_actor(self) -> Uri:
        """The actor that signs what nobody in particular asks for."""
        return Uri(f"{self.origin}/actor")

    @cached_property
    def shared_inbox(self) -> Uri:
        """Where other servers leave what is for many of us."""
        return Uri(f"{self.origin}/inbox")

    @property
    def webfinger_template(self) -> str:
        """For host-meta (RFC 6415)."""
        return f"{self.origin}/.well-known/webfinger?resource={{uri}}"

    @property
    def interaction_template(self) -> str:
        """Where other servers send a person of ours who wants to answer or follow."""
        return f"{self.origin}/authorize_interaction?uri={{uri}}"

    # --- actors ---

    def actor(self, username: str) -> Uri:
        """Identity of a local actor; the instance actor is named like the domain."""
        if username == self.domain:
            return self.instance_actor
        return Uri(f"{self.origin}/users/{username}")

    def profile(self, username: str) -> str:
        """Page of a local actor."""
        return f"{self.origin}/@{username}" if username != self.domain else f"{self.origin}/about"

    def handle(self, username: str) -> str:
        """`name@domain` of a local actor."""
        return f"{username}@{self.domain}"

    # --- statuses ---

    def status(self, username: str, status_id: StatusId) -> Uri:
        """Identity of a local status."""
        return Uri(f"{self.actor(username)}/statuses/{status_id}")

    def status_page(self, username: str, status_id: StatusId) -> str:
        """Page of a local status."""
        return f"{self.origin}/@{username}/{status_id}"

    def quote_authorization(self, username: str, authorization_id: int) -> Uri:
        """Identity of our word that somebody may quote a post of this actor."""
        return Uri(f"{self.actor(username)}/quote_authorizations/{authorization_id}")

    def people_collection(self, username: str, collection_id: CollectionId) -> Uri:
        """Identity of a collection of people whom this actor recommends."""
        return Uri(f"{self.actor(username)}/collections/{collection_id}")

    def feature_authorization(self, username: str, item_id: ItemId) -> Uri:
        """Identity of this actor's word that they may stand in a collection."""
        return Uri(f"{self.actor(username)}/feature_authorizations/{item_id}")

    def collection_page(self, collection_id: CollectionId) -> str:
        """Page of a collection of people."""
        return f"{self.origin}/collections/{collection_id}"

    def conversation(self, status_id: StatusId) -> Uri:
        """Identity of the conversation that a status begins."""
        return Uri(f"{self.origin}/contexts/{status_id}")

    def hashtag(self, name: str) -> str:
        """Page of a hashtag."""
        return f"{self.origin}/tags/{quote(name)}"

    def hashtag_of(self, acct: str, name: str) -> str:
        """Page of what somebody has posted with a hashtag."""
        return f"{self.origin}/@{acct}/tagged/{quote(name)}"

    def media(self, file_name: str) -> str:
        """Where a picture of ours is served."""
        return f"{self.origin}/media/{file_name}"

    # --- reading them back ---

    def is_ours(self, uri: str) -> bool:
        """Whether only we may speak for this URI."""
        return origin_of(uri) == self.origin

    def username_of(self, uri: str) -> str | None:
        """Name of the local actor with this identity or page."""
        found = self._actor_path.fullmatch(uri)
        if found:
            return found["name"] or found["page"]
        return self.domain if uri in {self.instance_actor, self.origin, f"{self.origin}/"} else None

    def status_ids_in(self, text: str) -> set[StatusId]:
        """Ids of local statuses whose identity, page or conversation stands in a text."""
        ids = (int(found) for found in self._status_path.findall(text))
        return {StatusId(one) for one in ids if one <= LARGEST_ID}

    @cached_property
    def _actor_path(self) -> re.Pattern[str]:
        origin = re.escape(self.origin)
        return re.compile(rf"{origin}/(?:users/(?P<name>[\w.-]+)|@(?P<page>[\w.-]+))/?")

    @cached_property
    def _status_path(self) -> re.Pattern[str]:
        origin = re.escape(self.origin)
        return re.compile(rf"{origin}/(?:users/[\w.-]+/statuses|@[\w.-]+|contexts)/(\d{{1,19}})")
