# mypy: disable-error-code="import-not-found"
"""A live ActivityPub server on bovine-herd, for tests: actor dave.

It runs in an environment of its own (requirements.txt), so it imports nothing of this project.
README.md says what it reads and answers. bovine keeps its database in the current directory.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import bovine.jsonld
from aiohttp.abc import AbstractResolver, ResolveResult
from bovine.activitystreams import factories_for_actor_object
from bovine.clients import lookup_uri_with_webfinger
from bovine.types import Visibility
from bovine_herd import BovineHerd
from bovine_process import default_inbox_process, handle_outbox_item, process_outbox_item
from bovine_process.types import ProcessingItem
from bovine_store import BovineAdminStore
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, Response, jsonify, request

HOST = os.environ["HOST"]

received: list[dict[str, Any]] = []
requests: list[dict[str, Any]] = []
troubles: list[dict[str, Any]] = []
LOGS = {"log": received, "requests": requests, "troubles": troubles}


class NotFound(Exception):
    """What a control call names does not exist."""


# --- Reaching other test hosts ---


class TestHosts(AbstractResolver):
    """Names of test hosts, each at a loopback port; TLS still checks the name."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = json.loads(os.environ.get("HOSTS", "{}"))

    async def resolve(
        self,
        host: str,
        port: int = 0,  # noqa: ARG002 - aiohttp gives it
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp gives it
    ) -> list[ResolveResult]:
        """Find a test host, and nothing else: no request may leave this machine."""
        if host not in self.ports:
            raise OSError(f"no test host is known for {host}")
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=self.ports[host],
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            ),
        ]

    async def close(self) -> None:
        """Nothing is open."""


def offline_contexts(**_options: Any) -> Callable[..., Any]:
    """Stand in for the loader of JSON-LD contexts, which would ask the network.

    ActivityStreams comes with bovine. Terms of any other context stay unknown to it.
    """

    def load(url: str, _options: Any) -> Any:
        # Not an empty list, as bovine takes after a failure: pyld stumbles on one that is nested.
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": {"@context": {}},
        }

    return load


# --- What dave does ---


class Dave:
    """The actor, acting through bovine."""

    def __init__(self, actor: Any) -> None:
        self.actor = actor
        self.uri: str = actor.actor_id
        profile = actor.actor_object.build(visibility=Visibility.OWNER)
        self.activities, self.objects = factories_for_actor_object(profile)

    async def publish(self, activity: dict[str, Any]) -> dict[str, Any]:
        """Send an activity by dave's outbox; return it with the ids it was given."""
        item = await handle_outbox_item(ProcessingItem(self.uri, activity), self.actor)
        published: dict[str, Any] = json.loads(json.dumps(item.data))
        await process_outbox_item(item, self.actor)
        return published

    async def find_actor(self, acct: str) -> str:
        """Return the uri that WebFinger gives for name@host."""
        session = self.actor.client.session
        found, _ = await lookup_uri_with_webfinger(session, f"acct:{acct.removeprefix('@')}")
        if found is None:
            raise NotFound(f"{acct} could not be found")
        return str(found)

    async def follow(self, acct: str) -> str:
        """Ask to follow; return the uri of the Follow."""
        followed = await self.find_actor(acct)
        activity = self.activities.follow(followed).build()
        return str((await self.publish(activity))["id"])

    async def note(self, text: str, mention: str | None, reply: str | None) -> str:
        """Post a public note to followers and whom it mentions; return its uri."""
        note = self.objects.note(content=text, in_reply_to=reply).as_public()
        if mention is not None:
            mentioned = await self.find_actor(mention)
            note.cc.add(mentioned)
            note.tag = [{"type": "Mention", "href": mentioned, "name": mention}]
        create = self.activities.create(note.build()).build()
        return str((await self.publish(create))["object"]["id"])

    async def followers(self) -> list[str]:
        """Return the uris of those whose follow was accepted."""
        return sorted(await self.actor.resolve_endpoints([self.actor.actor_object.followers]))


# --- What dave's inbox does ---


async def on_arrival(app: Quart, item: ProcessingItem, actor: Any) -> None:
    """Write an activity down, and work on it after the sender got its answer."""
    body = json.loads(json.dumps(item.data))
    embedded = body.get("object")
    note = embedded if isinstance(embedded, dict) else {}
    received.append(
        {
            "at": time.time(),
            "type": body.get("type"),
            "id": body.get("id"),
            "actor": item.submitter,
            "object": note.get("id") or embedded,
            "objectType": note.get("type"),
            "content": note.get("content"),
            "inReplyTo": note.get("inReplyTo"),
            "signature": signature_kind(),
            "body": body,
        },
    )
    app.add_background_task(process, item, Dave(actor))


async def process(item: ProcessingItem, dave: Dave) -> None:
    """Let bovine do what it does with an activity, and accept a Follow."""
    try:
        await default_inbox_process(item, dave.actor)
        if item.data["type"] == "Follow":
            # As bovine builds it, an Accept names the Follow by its uri alone.
            await dave.publish(dave.activities.accept(item.data).build())
    except Exception as error:
        troubles.append({"at": time.time(), "while": "receiving", "error": repr(error)})
        raise


# --- Control calls and log ---


def signature_kind() -> str | None:
    """Return how the request at hand is signed."""
    if "signature-input" in request.headers:
        return "rfc9421"
    return "cavage" if "signature" in request.headers else None


async def note_request(response: Response) -> Response:
    """Write a request from outside down, with our answer to it."""
    if not request.path.startswith("/ctl/"):
        requests.append(
            {
                "at": time.time(),
                "method": request.method,
                "path": request.full_path.removesuffix("?"),
                "signature": signature_kind(),
                "status": response.status_code,
            },
        )
    return response


def add_control(app: Quart, dave: Callable[[], Awaitable[Dave]], hosts: TestHosts) -> None:
    """Add the calls by which a test tells dave what to do."""

    async def follow() -> Any:
        return {"id": await (await dave()).follow(request.args["acct"])}

    async def note() -> Any:
        asked = request.args
        posted = (await dave()).note(asked["text"], asked.get("mention"), asked.get("reply"))
        return {"id": await posted}

    async def set_hosts() -> Any:
        hosts.ports = {**(await request.get_json()), HOST: hosts.ports[HOST]}
        return {}

    async def followers() -> Any:
        return jsonify(await (await dave()).followers())

    async def log() -> Any:
        return jsonify(LOGS[request.path.removeprefix("/ctl/")])

    async def not_found(error: NotFound) -> Any:
        return {"error": str(error)}, 404

    for act in (follow, note):
        app.add_url_rule(f"/ctl/{act.__name__}", act.__name__, act, methods=["POST"])
    app.add_url_rule("/ctl/hosts", "hosts", set_hosts, methods=["POST"])
    app.add_url_rule("/ctl/followers", "followers", followers)
    for name in LOGS:
        app.add_url_rule(f"/ctl/{name}", name, log)
    app.register_error_handler(NotFound, not_found)


# --- Start and end ---


def free_port() -> socket.socket:
    """Take a free loopback port, so that visitors wait from now on instead of being refused."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    return listening


def server_config(listening: socket.socket) -> Config:
    """Return how hypercorn serves on the socket, by HTTPS."""
    config = Config()
    config.bind = [f"fd://{listening.fileno()}"]
    config.certfile = os.environ["CERT"]
    config.keyfile = os.environ["KEY"]
    config.graceful_timeout = 1
    return config


def stop_with_parent(stop: asyncio.Event) -> None:
    """Set the event on SIGTERM, or when whoever started us closes our standard input."""
    loop = asyncio.get_running_loop()

    def read_input() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            stop.set()

    loop.add_reader(sys.stdin.fileno(), read_input)
    loop.add_signal_handler(signal.SIGTERM, stop.set)


async def main() -> None:
    """Serve until told to stop."""
    stop = asyncio.Event()
    stop_with_parent(stop)
    bovine.jsonld.requests_document_loader = offline_contexts
    listening = free_port()
    port = listening.getsockname()[1]
    hosts = TestHosts()
    hosts.ports[HOST] = port

    app = Quart(__name__)
    app.config["BACKGROUND_TASK_SHUTDOWN_TIMEOUT"] = 1
    names: list[str] = []

    async def dave() -> Dave:
        return Dave(await app.config["bovine_store"].actor_for_name(names[0]))

    async def arrival(item: ProcessingItem, actor: Any) -> None:
        await on_arrival(app, item, actor)

    async def open_session() -> None:
        app.config["session"] = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=hosts)
        )

    async def announce() -> None:
        names.append(await BovineAdminStore(domain=HOST).register("dave"))
        print(json.dumps({"listening": port, "actor": (await dave()).uri}), flush=True)  # noqa: T201

    app.before_serving(open_session)
    BovineHerd(app, start_background_task_inbox=arrival, db_url="sqlite://bovine.sqlite3")
    add_control(app, dave, hosts)
    app.after_request(note_request)
    app.before_serving(announce)
    await serve(app, server_config(listening), shutdown_trigger=stop.wait)


if __name__ == "__main__":
    asyncio.run(main())
