"""This is where a server that is not fedlearn is played: its own signatures, any bytes it likes.

The signing here is written apart from the server's own, so that the two check each other.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import count
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.federation.network import Network
from tests.federation.server import Server

AS = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS}#Public"
ACTIVITY_JSON = "application/activity+json"
Document = dict[str, Any]
Answer = httpx.Response | Callable[[httpx.Request], httpx.Response]


@dataclass
class Person:
    """Somebody on the peer: a document and the key that it signs with."""

    peer: "Peer"
    name: str
    key: RSAPrivateKey
    changes: Document = field(default_factory=dict)

    @property
    def uri(self) -> str:
        """Its identity."""
        return f"https://{self.peer.host}/users/{self.name}"

    @property
    def key_id(self) -> str:
        """Under which its key is found."""
        return f"{self.uri}#main-key"

    @property
    def handle(self) -> str:
        """@name@host."""
        return f"@{self.name}@{self.peer.host}"

    @property
    def followers(self) -> str:
        """Its followers collection."""
        return f"{self.uri}/followers"

    def document(self) -> Document:
        """The actor document, with what a test has changed in it; None takes a property out."""
        document = {
            "@context": [AS, "https://w3id.org/security/v1"],
            "id": self.uri,
            "type": "Person",
            "preferredUsername": self.name,
            "name": self.name.title(),
            "summary": "",
            "inbox": f"{self.uri}/inbox",
            "outbox": f"{self.uri}/outbox",
            "followers": self.followers,
            "following": f"{self.uri}/following",
            "endpoints": {"sharedInbox": f"https://{self.peer.host}/inbox"},
            "url": f"https://{self.peer.host}/@{self.name}",
            "publicKey": {"id": self.key_id, "owner": self.uri, "publicKeyPem": pem_of(self.key)},
            **self.changes,
        }
        return {name: value for name, value in document.items() if value is not None}

    def note(self, content: str = "<p>hello</p>", **changes: Any) -> Document:
        """A post of this person, public unless changed."""
        uri = f"{self.uri}/notes/{next(self.peer.numbers)}"
        note = {
            "id": uri,
            "type": "Note",
            "attributedTo": self.uri,
            "content": content,
            "published": "2026-01-01T10:00:00Z",
            "to": [PUBLIC],
            "cc": [self.followers],
            "url": uri,
            **changes,
        }
        self.peer.documents[note["id"]] = {"@context": AS, **note}
        return note

    def activity(self, kind: str, about: Any, **changes: Any) -> Document:
        """An activity of this person; addressed as its object is, if that says so."""
        embedded = about if isinstance(about, dict) else {}
        activity = {
            "@context": AS,
            "id": f"{self.uri}#{kind.lower()}/{next(self.peer.numbers)}",
            "type": kind,
            "actor": self.uri,
            "to": embedded.get("to", [PUBLIC]),
            "cc": embedded.get("cc", []),
            "object": about,
            **changes,
        }
        return {name: value for name, value in activity.items() if value is not None}

    async def deliver(
        self, server: Server, activity: Document | bytes, path: str = "/inbox", **how: Any
    ) -> httpx.Response:
        """POST something to a server, signed by this person; `how` goes to `signed_headers`."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        headers = signed_headers(
            self.key, self.key_id, host=server.host, target=path, body=body, **how
        )
        return await server.http.post(path, content=body, headers=headers)

    async def get(self, server: Server, path: str, **how: Any) -> httpx.Response:
        """GET something from a server, signed by this person."""
        headers = signed_headers(
            self.key, self.key_id, host=server.host, target=path, method="get", **how
        )
        return await server.http.get(path, headers={"accept": ACTIVITY_JSON, **headers})


class Peer:
    """A server on the network that answers for its people, and keeps what it gets."""

    def __init__(self, network: Network, host: str, keys: list[RSAPrivateKey]) -> None:
        self.host = host
        self.numbers = count(1)
        self.people: dict[str, Person] = {}
        self.documents: dict[str, Any] = {}
        self.received: list[Document] = []
        self.requests: list[httpx.Request] = []
        self.answers: dict[str, Answer] = {}  # by path: instead of the usual answer
        self.accounts: dict[str, Document] = {}  # by name: what WebFinger says instead
        self._keys = keys
        network.connect(host, self._answer)

    def person(self, name: str, **changes: Any) -> Person:
        """Somebody here, with a document changed as given."""
        if name not in self.people:
            key = self._keys[len(self.people) % len(self._keys)]
            self.people[name] = Person(self, name, key, changes)
        return self.people[name]

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if path in self.answers:
            answer = self.answers[path]
            given = answer(request) if callable(answer) else answer
            return httpx.Response(
                given.status_code, headers=given.headers, content=given.content, request=request
            )
        if request.method == "POST":
            self.received.append(json.loads(request.content))
            return httpx.Response(202, request=request)
        return self._show(request)

    def _show(self, request: httpx.Request) -> httpx.Response:
        path, uri = request.url.path, f"https://{self.host}{request.url.path}"
        if path == "/.well-known/webfinger":
            return self._webfinger(request)
        for person in self.people.values():
            if uri == person.uri:
                return activity_json(request, person.document())
        if uri in self.documents:
            return activity_json(request, self.documents[uri])
        return httpx.Response(404, request=request)

    def _webfinger(self, request: httpx.Request) -> httpx.Response:
        name = request.url.params["resource"].removeprefix("acct:").partition("@")[0]
        if name in self.accounts:
            document = self.accounts[name]
        elif name in self.people:
            document = account(f"{name}@{self.host}", self.people[name].uri)
        else:
            return httpx.Response(404, request=request)
        headers = {"content-type": "application/jrd+json"}
        return httpx.Response(200, headers=headers, json=document, request=request)

    def got(self, kind: str) -> list[Document]:
        """The activities of a type that came in."""
        return [one for one in self.received if one["type"] == kind]

    def asked_for(self, path: str) -> int:
        """How often a path was fetched."""
        return sum(one.method == "GET" and one.url.path == path for one in self.requests)


def account(handle: str, actor: str) -> Document:
    """What WebFinger says of a handle."""
    links = [{"rel": "self", "type": ACTIVITY_JSON, "href": actor}]
    return {"subject": f"acct:{handle}", "links": links}


def activity_json(request: httpx.Request, document: Any) -> httpx.Response:
    """A document as ActivityPub servers send it."""
    return httpx.Response(
        200,
        headers={"content-type": ACTIVITY_JSON},
        content=json.dumps(document).encode(),
        request=request,
    )


def pem_of(key: RSAPrivateKey) -> str:
    """The public half as SPKI PEM."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def digest_of(body: bytes) -> str:
    """SHA-256 in base64."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def signed_headers(
    key: RSAPrivateKey,
    key_id: str,
    *,
    host: str,
    target: str,
    method: str = "post",
    body: bytes | None = None,
    at: float | None = None,
    covered: list[str] | None = None,
    changes: dict[str, str | None] | None = None,
    parameters: dict[str, str | None] | None = None,
    content_type: str = ACTIVITY_JSON,
) -> dict[str, str]:
    """Headers of a draft-cavage signature.

    `changes` replaces headers after signing, `parameters` those of the Signature header; None takes
    one out: this is how a test tampers.
    """
    headers: dict[str, str] = {"host": host, "date": formatdate(at or time.time(), usegmt=True)}
    names = ["(request-target)", "host", "date"]
    if body is not None:
        headers |= {"digest": f"SHA-256={digest_of(body)}", "content-type": content_type}
        names += ["digest", "content-type"]
    names = names if covered is None else covered
    pseudo = {"(request-target)": f"{method} {target}"}
    text = "\n".join(f"{name}: {pseudo.get(name) or headers[name]}" for name in names)
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    given: dict[str, str | None] = {
        "keyId": key_id,
        "algorithm": "rsa-sha256",
        "headers": " ".join(names),
        "signature": base64.b64encode(signature).decode(),
        **(parameters or {}),
    }
    pairs = [f'{name}="{value}"' for name, value in given.items() if value is not None]
    signed = {**headers, "signature": ",".join(pairs), **(changes or {})}
    return {name: value for name, value in signed.items() if value is not None}
