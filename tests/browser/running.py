"""This is where a fedlearn server gets a real port, for browsers and for other servers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import uvicorn

from fedlearn.domain.ids import now
from fedlearn.settings import Settings
from tests.federation.network import Network
from tests.federation.server import Server, patiently, run_server

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class _Web(uvicorn.Server):
    """Uvicorn that leaves the signals of the process to whoever had them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are not for a server that is a guest in this process."""
        yield


@contextlib.asynccontextmanager
async def serve(
    folder: Path, network: Network | None = None, **changes: Any
) -> AsyncIterator[Server]:
    """A server with its worker at http://localhost:PORT, any free one, its files in a folder.

    With a network, the other servers it talks to are those; without one, whatever it really finds.
    """
    listener = socket.create_server(("127.0.0.1", changes.pop("port", 0)))
    port = listener.getsockname()[1]
    given = {
        "url": f"http://localhost:{port}",
        "data_dir": folder / "data",
        "keys_dir": folder / "keys",
        "allow_private_addresses": LOOPBACK,
        "rate_limits": False,
        **changes,
    }
    async with run_server(Settings(**given), network) as server:
        config = uvicorn.Config(
            server.app, lifespan="off", log_config=None, timeout_graceful_shutdown=2
        )
        web = _Web(config)
        serving = asyncio.create_task(web.serve([listener]))
        try:
            yield server
        finally:
            web.should_exit = True
            await serving


async def at_rest(*servers: Server) -> None:
    """Until nothing that is due waits on any of these servers; their workers do the work."""

    async def nothing_waits() -> bool:
        return not sum([await _due(server) for server in servers])

    await patiently(nothing_waits, 20)


async def _due(server: Server) -> int:
    async with server.instance.db.read() as connection:
        row = await connection.fetch_one(
            """
            SELECT (SELECT count(*) FROM job
                    WHERE dead_at IS NULL AND (run_at <= :at OR locked_until > :at))
                + (SELECT count(*) FROM delivery
                    WHERE dead_at IS NULL AND (run_at <= :at OR locked_until > :at)) AS n
            """,
            at=now(),
        )
    assert row is not None
    return int(row["n"])
