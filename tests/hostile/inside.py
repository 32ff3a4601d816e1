"""This is where a server has something to lose: a service on its own machine that must not be asked.

The requests here leave through the real client and its guard; only names lead where a test says.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network

import httpx

from fedlearn.settings import Settings
from tests.federation.browser import sign_in
from tests.federation.server import Server, run_server
from tests.unit.test_guard import Dns

LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass
class Inside:
    """A service on this machine, and the server that could be made to ask it."""

    server: Server
    browser: httpx.AsyncClient
    port: int
    visits: int = 0

    async def reason(self, address: str) -> str:
        """Why a search for an address leads nowhere."""
        return await reason_in_log(self.browser, address)


class Overheard(logging.Handler):
    """Keeps what a log says meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Something was said."""
        self.said.append(record.getMessage())


async def reason_in_log(browser: httpx.AsyncClient, address: str) -> str:
    """Why a search leads nowhere: the page says of which kind it is, and the log exactly what."""
    log, overheard = logging.getLogger("fedlearn.web.refusals"), Overheard()
    log.addHandler(overheard)
    log.setLevel(logging.INFO)
    try:
        answer = await browser.get("/search", params={"q": address})
    finally:
        log.setLevel(logging.NOTSET)
        log.removeHandler(overheard)
    assert answer.status_code == 404, answer.text
    return " ".join(overheard.said)


@asynccontextmanager
async def inside(
    settings_of: Callable[..., Settings], leads_to: str, *, is_allowed: bool = False
) -> AsyncIterator[Inside]:
    """A server for which every name leads to one address."""
    settings = settings_of(
        "alpha.test",
        allow_private_addresses=LOOPBACK if is_allowed else (),
        connect_timeout=1,
        total_timeout=2,
    )
    async with run_server(settings, None, resolver=Dns(leads_to)) as server:
        made: list[Inside] = []

        async def visit(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            made[0].visits += 1
            writer.close()

        listening = await asyncio.start_server(visit, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        made.append(Inside(server, await sign_in(server, "alice"), port))
        try:
            yield made[0]
        finally:
            listening.close()
            await listening.wait_closed()
