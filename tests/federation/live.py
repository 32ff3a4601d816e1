"""This is where whole fedlearn servers run on loopback, by TLS and under names of their own.

Foreign servers meet them as they would on the network: only the way from a name to a port is ours.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import trustme
import uvicorn
from aiohttp.abc import ResolveResult
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fedlearn.activitypub.guard import Resolver
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.domain.follows import FollowState
from fedlearn.domain.notifications import NotificationKind, NotificationView
from fedlearn.domain.statuses import StatusView
from fedlearn.services import health
from fedlearn.settings import Settings
from tests.federation.server import Server, patiently, run_server
from tests.peers.control import Peer

LOOPBACK = "127.0.0.1"
START_WITHIN_SECONDS = 10
STOP_WITHIN_SECONDS = 3
SETTLE_WITHIN_SECONDS = 15
LOOK_EVERY_SECONDS = 0.01


class Authority:
    """Whom all servers of a run trust: it hands out a certificate for each name."""

    def __init__(self, folder: Path) -> None:
        self._issuer = trustme.CA()
        self._folder = folder
        self.ca = folder / "ca.pem"
        self._issuer.cert_pem.write_to_path(str(self.ca))

    def certificate(self, host: str) -> tuple[Path, Path]:
        """A certificate for this name, and its key."""
        certificate, key = self._folder / f"{host}.pem", self._folder / f"{host}.key"
        if not certificate.exists():
            issued = self._issuer.issue_cert(host)
            issued.cert_chain_pems[0].write_to_path(str(certificate))
            issued.private_key_pem.write_to_path(str(key))
        return certificate, key


class Hosts(Resolver):
    """Names of test hosts, each at a port of loopback; there is nobody else."""

    def __init__(self) -> None:
        self.ports: dict[str, int] = {}

    async def resolve(
        self,
        host: str,
        port: int = 0,  # noqa: ARG002 - aiohttp gives it
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp gives it
    ) -> list[ResolveResult]:
        """Where a test host is; no request may leave this machine."""
        if host not in self.ports:
            raise OSError(f"no test host is known for {host}")
        return [
            ResolveResult(
                hostname=host,
                host=LOOPBACK,
                port=self.ports[host],
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True)
class Visit:
    """A request that came in, how it was signed, and how it was answered."""

    method: str
    path: str
    signature: str | None
    status: int


class Door:
    """The way into a server: lets everything through, and remembers each visit."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.visits: list[Visit] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def note_and_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                signature = signature_kind(dict(scope["headers"]))
                visit = Visit(scope["method"], scope["path"], signature, message["status"])
                self.visits.append(visit)
            await send(message)

        await self._app(scope, receive, note_and_send)


def signature_kind(headers: dict[bytes, bytes]) -> str | None:
    """How a request is signed, in the words of the peers."""
    if b"signature-input" in headers:
        return "rfc9421"
    return "cavage" if b"signature" in headers else None


@dataclass
class LiveServer(Server):
    """A running server with sockets; it works by itself, so tests wait for what they expect."""

    port: int
    hosts: Hosts
    visits: list[Visit]

    def deliveries_from_outside(self) -> list[tuple[str | None, int]]:
        """How each delivery that came in was signed and answered."""
        return [(visit.signature, visit.status) for visit in self.visits if visit.method == "POST"]

    async def until_following(self, name: str, uri: str) -> None:
        """Return once somebody's wish to follow was accepted."""

        async def following() -> bool:
            follower = await self.actor(name)
            async with self.instance.db.read() as connection:
                followee = await db_actors.actor_by_uri(connection, uri)
                assert followee is not None
                made = await db_follows.follow_between(connection, follower.id, followee.id)
            return made is not None and made.state is FollowState.ACCEPTED

        await self._wait(following, f"{uri} to accept {name}")

    async def until_home(self, name: str, uri: str) -> StatusView:
        """The entry about this post on a person's home timeline, once it is there."""

        async def on_home() -> StatusView | None:
            for view in await self.home(name):
                if uri in {view.status.uri, view.boost_of and view.boost_of.status.uri}:
                    return view
            return None

        found: StatusView = await self._wait(on_home, f"{uri} on {name}'s home timeline")
        return found

    async def until_seen(
        self, name: str, uri: str, fits: Callable[[StatusView], bool] = bool
    ) -> StatusView:
        """A post as a person sees it, once they do and it is as expected."""

        async def seen() -> StatusView | None:
            view = await self.seen_by(name, uri)
            return view if view is not None and fits(view) else None

        found: StatusView = await self._wait(seen, f"{uri} as {name} should see it")
        return found

    async def until_gone(self, name: str, uri: str) -> None:
        """Return once a person does not see a post any more."""

        async def gone() -> bool:
            return await self.seen_by(name, uri) is None

        await self._wait(gone, f"the end of {uri}")

    async def until_told(self, name: str, kind: NotificationKind) -> NotificationView:
        """What a person is told of this kind, once they are."""

        async def told() -> NotificationView | None:
            found = [one for one in await self.notifications(name) if one.kind is kind]
            return found[0] if found else None

        found: NotificationView = await self._wait(told, f"{name} to be told of a {kind}")
        return found

    async def until_untold(self, name: str, kind: NotificationKind) -> None:
        """Return once a person is told of nothing of this kind any more."""

        async def untold() -> bool:
            return all(one.kind is not kind for one in await self.notifications(name))

        await self._wait(untold, f"{name} to be told of no {kind}")

    async def until_figures(self, *, waiting: int, tried: int = 0) -> None:
        """Return once so many deliveries wait, each tried so often, and none is given up."""

        async def wait() -> bool:
            figures = (await health.summary(self.instance))["deliveries"]
            assert figures["dead"] == 0, "a delivery was given up"
            return bool(figures["waiting"] == waiting) and await self._all_tried(tried)

        await self._wait(wait, f"{waiting} deliveries to wait")

    async def _all_tried(self, times: int) -> bool:
        async with self.instance.db.read() as connection:
            row = await connection.fetch_one(
                "SELECT 1 FROM delivery WHERE attempts < :times OR locked_until > 0", times=times
            )
        return row is None

    async def _wait(self, check: Callable[[], Awaitable[Any]], what: str) -> Any:
        try:
            return await patiently(check, SETTLE_WITHIN_SECONDS)
        except TimeoutError:
            visits = "\n".join(f"  {visit}" for visit in self.visits)
            figures = await health.summary(self.instance)
            message = f"{self.host} waited in vain for {what}\n{visits}\n{figures}"
            raise AssertionError(message) from None


@asynccontextmanager
async def run_live(settings: Settings, authority: Authority) -> AsyncIterator[LiveServer]:
    """A whole server on a free port of loopback, with its worker, while the block runs."""
    settings = replace(
        settings,
        embedded_worker=True,
        ca_file=authority.ca,
        allow_private_addresses=(ip_network("127.0.0.0/8"),),
    )
    hosts = Hosts()
    async with run_server(settings, None, resolver=hosts) as server:
        door = Door(server.app)
        certificate, key = authority.certificate(server.host)
        async with listening(door, certificate, key) as port:
            hosts.ports = {server.host: port}
            yield LiveServer(**vars(server), port=port, hosts=hosts, visits=door.visits)


async def introduce(*parties: LiveServer | Peer) -> None:
    """Let all of these reach each other, and nobody else."""
    ports = {party.host: party.port for party in parties}
    for party in parties:
        if isinstance(party, Peer):
            await party.set_hosts(ports)
        else:
            party.hosts.ports = dict(ports)


@asynccontextmanager
async def listening(app: ASGIApp, certificate: Path, key: Path) -> AsyncIterator[int]:
    """Serve an application on a free port, with the choices that `fedlearn serve` makes."""
    config = uvicorn.Config(
        app,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        proxy_headers=True,
        server_header=False,
        access_log=False,
        log_config=None,
        lifespan="off",  # whoever made the application has begun it, and ends it
        ws="none",
        timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
    )
    server = _Uvicorn(config)
    with socket.create_server((LOOPBACK, 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await _started(server, serving)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await _ended(serving)


class _Uvicorn(uvicorn.Server):
    """Several of these run in one process, whose signals are not theirs."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
    async with asyncio.timeout(START_WITHIN_SECONDS):
        while not server.started:
            if serving.done():
                raise RuntimeError("uvicorn ended before it began")
            await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _ended(serving: asyncio.Task[None]) -> None:
    try:
        await asyncio.wait_for(serving, 2 * STOP_WITHIN_SECONDS)
    except TimeoutError:
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
