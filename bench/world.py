"""This is where the rest of the fediverse is played: 200 hosts, each with any number of actors.

All hosts are one process and one port. It knows just enough HTTP to be quick, so that the machine
is left to the server under test: `GET /u/NAME` is an actor, WebFinger leads there, and every inbox
answers 202 and counts what it got, by type and inbox.

Run as `python -m bench.world FOLDER`, with certificate and key in the folder; prints two ports: one
with TLS for the hosts, one without for `GET /count`, `GET /deliveries` and `POST /forget`.
"""

import asyncio
import ssl
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import msgspec
import uvloop

from bench.wire import END_OF_HEAD, LENGTH, LOOPBACK

HOSTS = 200
DOMAIN = "sink.test"
CERTIFICATE, KEY, AUTHORITY, ACTOR_KEY = "world.pem", "world.key", "authority.pem", "actor.key.pub"
COLLECTIONS = frozenset({"outbox", "followers", "following"})
ACTIVITY_JSON = "application/activity+json"
HOST = b"\r\nhost:"


class Count(msgspec.Struct):
    """What the inboxes got: how many of each type, inboxes counted once, and when the last came."""

    arrived: dict[str, int]
    last_at: float


class Delivery(msgspec.Struct, frozen=True):
    """How often an activity came to an inbox."""

    activity: str
    inbox: str
    times: int


class _Envelope(msgspec.Struct):
    type: str
    id: str


def actor_uri(name: str, number: int) -> str:
    """The identity of an actor; consecutive numbers live on different hosts."""
    return f"https://h{number % HOSTS:03d}.{DOMAIN}/u/{name}{number:05d}"


def actor_document(uri: str, public_pem: str) -> dict[str, Any]:
    """An actor as its server describes it."""
    name = uri.rpartition("/")[2]
    return {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": uri,
        "type": "Person",
        "preferredUsername": name,
        "name": f"Somebody called {name}",
        "summary": "<p>Somebody on another server.</p>",
        "url": uri,
        "inbox": f"{uri}/inbox",
        **{collection: f"{uri}/{collection}" for collection in sorted(COLLECTIONS)},
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "published": "2024-01-01T00:00:00Z",
        "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": public_pem},
    }


class World:
    """Answers for all hosts."""

    def __init__(self, public_pem: str) -> None:
        self._public_pem = public_pem
        self._arrived: dict[str, set[str]] = {}
        self._deliveries: Counter[tuple[str, str]] = Counter()
        self._last_at = 0.0

    def answer(self, method: str, host: str, target: str, body: bytes) -> bytes:
        """The answer to one request."""
        if method == "POST" and target.endswith("/inbox"):
            self._note(f"{host}{target}", body)
            return _answer(202)
        if method == "POST" and target == "/forget":
            self._arrived.clear()
            self._deliveries.clear()
            return _answer(202)
        document = self._document(host, target)
        return _answer(404) if document is None else _answer(200, msgspec.json.encode(document))

    def _document(self, host: str, target: str) -> Any:
        uri = f"https://{host}{target}"
        match target.strip("/").split("/"):
            case ["u", _]:
                return actor_document(uri, self._public_pem)
            case ["u", _, collection] if collection in COLLECTIONS:
                return {"id": uri, "type": "OrderedCollection"}
            case [".well-known", resource] if resource.startswith("webfinger?"):
                return _jrd(host, resource)
            case ["count"]:
                arrived = {kind: len(inboxes) for kind, inboxes in self._arrived.items()}
                return Count(arrived, self._last_at)
            case ["deliveries"]:
                return [Delivery(*names, times) for names, times in self._deliveries.items()]
        return None

    def _note(self, inbox: str, body: bytes) -> None:
        envelope = msgspec.json.decode(body, type=_Envelope)
        self._arrived.setdefault(envelope.type, set()).add(inbox)
        self._deliveries[envelope.id, inbox] += 1
        # The clock of the machine: other processes read the same time from it.
        self._last_at = time.monotonic()


class Exchange(asyncio.Protocol):
    """One connection to the world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._buffer = bytearray()
        self._write: Callable[[bytes], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._write = cast("asyncio.Transport", transport).write

    def data_received(self, data: bytes) -> None:
        """A piece of a request, or several requests."""
        self._buffer += data
        while (request := _take_request(self._buffer)) and self._write:
            self._write(self._world.answer(*request))


def _take_request(buffer: bytearray) -> tuple[str, str, str, bytes] | None:
    """Method, host, target and body of the first whole request, taken out of the buffer."""
    end = buffer.find(END_OF_HEAD)
    if end < 0:
        return None
    head = bytes(buffer[:end])
    start, length = end + len(END_OF_HEAD), int(_header(head, LENGTH) or "0")
    if len(buffer) < start + length:
        return None
    body = bytes(buffer[start : start + length])
    del buffer[: start + length]
    method, target, _ = head.partition(b"\r\n")[0].decode().split(" ")
    return method, _header(head, HOST), target, body


def _header(head: bytes, name: bytes) -> str:
    at = head.lower().find(name)
    return head[at + len(name) :].partition(b"\r\n")[0].decode().strip() if at >= 0 else ""


def _jrd(host: str, resource: str) -> dict[str, Any]:
    handle = unquote(resource.partition("resource=")[2]).removeprefix("acct:")
    href = f"https://{host}/u/{handle.partition('@')[0]}"
    return {
        "subject": f"acct:{handle}",
        "links": [{"rel": "self", "type": ACTIVITY_JSON, "href": href}],
    }


def _answer(status: int, body: bytes = b"") -> bytes:
    head = f"HTTP/1.1 {status} -\r\nContent-Type: {ACTIVITY_JSON}\r\nContent-Length: {len(body)}"
    return head.encode() + END_OF_HEAD + body


async def serve(folder: Path) -> None:
    """Answer until the process is ended."""
    world = World((folder / ACTOR_KEY).read_text(encoding="ascii"))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    loop = asyncio.get_running_loop()
    hosts = await loop.create_server(lambda: Exchange(world), LOOPBACK, 0, ssl=tls)
    control = await loop.create_server(lambda: Exchange(world), LOOPBACK, 0)
    print(*(one.sockets[0].getsockname()[1] for one in (hosts, control)), flush=True)
    await hosts.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
