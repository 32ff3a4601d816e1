"""This is where the servers are played that a sample names: their actors, and what they serve."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.activitypub import values
from fedlearn.activitypub.uris import host_of, same_origin
from fedlearn.activitypub.vocabulary.actors import ACTOR_KINDS
from tests.federation.network import Network
from tests.federation.peer import (
    AS,
    PUBLIC,
    Document,
    account,
    activity_json,
    pem_of,
    signed_headers,
)
from tests.federation.server import Server

# Where an address of one of these begins, somebody stands; groups by how their servers call them.
WHO = frozenset({"actor", "attributedTo", "audience"})
# Where a sample should show a key.
ANY_KEY = "PEM"
GROUP_PATHS = re.compile(r"/(?:c|m|magazine|category|video-channels|groups)/")


class Elsewhere:
    """All the hosts of a sample. Every actor signs with the same key, which serves here as well."""

    def __init__(self, network: Network, key: RSAPrivateKey, ours: str) -> None:
        self.documents: dict[str, Document] = {}
        self._network = network
        self._key = key
        self._ours = ours
        self._names: dict[str, str] = {}  # handle → actor

    def knows(self, document: Document) -> None:
        """Connect the hosts of a document, and let them serve what is in it."""
        for address in addresses_in(document):
            self._connect(address)
        for name, value in properties_in(document):
            if name in WHO:
                for uri in values.uris(value, 10):
                    self.person(uri, document, is_group=name == "audience")
        for inner in objects_in(document):
            named, kind = values.uri(inner.get("id")), values.kind(inner)
            if named and kind in ACTOR_KINDS:
                self.person(named, document, is_group=kind == "Group")
            elif named and "type" in inner and "#" not in named and inner is not document:
                self.serve(inner)

    def serve(self, document: Document) -> None:
        """Serve a document at its id, as ActivityStreams."""
        self.documents.setdefault(_normal(document["id"]), {"@context": AS, **document})
        self._connect(document["id"])

    def person(self, uri: str, document: Document, *, is_group: bool = False) -> None:
        """Somebody with this identity answers for it, and has a key."""
        if host_of(uri) in {"", self._ours} or _normal(uri) in self.documents:
            return
        host = host_of(uri)
        name = self._free_name(uri, host)
        is_group = is_group or bool(GROUP_PATHS.search(uri))
        actor: Document = {
            "@context": [AS, "https://w3id.org/security/v1"],
            "id": uri,
            "type": "Group" if is_group else "Person",
            "preferredUsername": name,
            "inbox": f"https://{host}/inboxes/{name}",
            "followers": _followers(uri, document),
            "publicKey": {"id": key_of(uri), "owner": uri, "publicKeyPem": pem_of(self._key)},
        }
        target = values.uri(document.get("target")) or ""
        if target.startswith(uri):
            actor["featured"] = target
        self.documents[_normal(uri)] = actor
        self._connect(uri)

    def shows(self, actor: Document) -> None:
        """An actor of a sample is served as it is, and found by its handle."""
        key = actor.get("publicKey")
        if isinstance(key, dict) and key.get("publicKeyPem") == ANY_KEY:
            actor = {**actor, "publicKey": {**key, "publicKeyPem": pem_of(self._key)}}
        self.documents[_normal(actor["id"])] = {"@context": AS, **actor}
        host = host_of(actor["id"])
        handle = values.text(actor.get("webfinger")) or f"{actor['preferredUsername']}@{host}"
        self._names[handle.lower()] = actor["id"]
        self._connect(f"https://{handle.partition('@')[2]}/")
        for address in addresses_in(actor):
            self._connect(address)

    def moves(self, actor: str, target: str) -> None:
        """Somebody says that it is somebody else now, who says the same."""
        self.person(target, {})
        self.documents[_normal(actor)]["movedTo"] = target
        self.documents[_normal(target)]["alsoKnownAs"] = [actor]

    def stub(self, uri: str, author: str) -> Document:
        """A plain post, where a sample names one and does not show it."""
        note = {
            "id": uri,
            "type": "Note",
            "attributedTo": author,
            "content": "<p>…</p>",
            "published": "2026-01-01T00:00:00Z",
            "to": [PUBLIC],
        }
        self.serve(note)
        return note

    async def deliver(self, server: Server, activity: Document) -> httpx.Response:
        """POST an activity, signed by who acts in it."""
        actor = values.uri(activity.get("actor")) or ""
        body = json.dumps({"@context": AS, **activity}).encode()
        headers = signed_headers(
            self._key, key_of(actor), host=server.host, target="/inbox", body=body
        )
        return await server.http.post("/inbox", content=body, headers=headers)

    def _connect(self, address: str) -> None:
        host = host_of(address)
        if host and host != self._ours:
            self._network.connect(host, self._answer)

    def _free_name(self, uri: str, host: str) -> str:
        wanted = name_in(uri)
        taken = self._names.get(f"{wanted}@{host}", uri) != uri
        name = f"{wanted}{len(self._names)}" if taken else wanted
        self._names[f"{name}@{host}".lower()] = uri
        return name

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(202, request=request)
        if request.url.path == "/.well-known/webfinger":
            return self._webfinger(request)
        document = self.documents.get(_normal(str(request.url)))
        if document is None:
            return httpx.Response(404, request=request)
        return activity_json(request, document)

    def _webfinger(self, request: httpx.Request) -> httpx.Response:
        handle = request.url.params["resource"].removeprefix("acct:").lower()
        if handle not in self._names:
            return httpx.Response(404, request=request)
        headers = {"content-type": "application/jrd+json"}
        answer = account(handle, self._names[handle])
        return httpx.Response(200, headers=headers, json=answer, request=request)


def key_of(actor: str) -> str:
    """Under which an actor's key is found."""
    return f"{actor}#main-key"


def name_in(uri: str) -> str:
    """What somebody with this identity may be called."""
    parts = urlsplit(uri)
    segments = [part for part in f"{parts.path}/{parts.query}".split("/") if part]
    return re.sub(r"[^\w.-]", "", segments[-1] if segments else "") or "somebody"


def objects_in(value: Any) -> Iterator[Document]:
    """Each object in a document, the document first."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects_in(inner)
    if isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)


def properties_in(document: Document) -> Iterator[tuple[str, Any]]:
    """Each property of each object in a document."""
    for one in objects_in(document):
        yield from one.items()


def addresses_in(document: Document) -> set[str]:
    """Each address in a document; what stands in its texts is none."""
    found = {
        item
        for name, value in properties_in(document)
        if name != "@context"
        for item in values.items(value)
        if isinstance(item, str) and host_of(item)
    }
    return found - {PUBLIC}


def _followers(uri: str, document: Document) -> str:
    """The followers collection that a document means by somebody's followers."""
    named = sorted(one for one in addresses_in(document) if one.endswith("/followers"))
    own = [one for one in named if one.startswith(uri.rstrip("/"))]
    near = [one for one in named if same_origin(one, uri)]
    return next(iter([*own, *near]), f"{uri}/followers")


def _normal(address: str) -> str:
    return str(httpx.URL(address).copy_with(fragment=None))
