"""This is where hosts stand on loopback that take what they are sent, or do anything else instead."""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.federation.live import LOOPBACK, Authority
from tests.federation.peer import Document

# What a host does with a request once it has read it.
Behaviour = Callable[["Host", asyncio.StreamWriter, Document], Awaitable[None]]
LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass
class Host:
    """Somebody else's server."""

    name: str
    behave: Behaviour
    got: list[Document] = field(default_factory=list)  # what it has taken
    tries: int = 0  # requests that came
    here: int = 0  # connections open now
    most_here: int = 0
    port: int = 0

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side has had enough."""
        self.here += 1
        self.most_here = max(self.most_here, self.here)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    document = await _read_request(reader)
                    self.tries += 1
                    await self.behave(self, writer, document)
        finally:
            self.here -= 1
            writer.close()


async def takes(host: Host, writer: asyncio.StreamWriter, document: Document) -> None:
    """As it should be."""
    host.got.append(document)
    await _say(writer, "202 Accepted")


def answers(status: str, *headers: str) -> Behaviour:
    """Says the same to everything."""

    async def answer(_host: Host, writer: asyncio.StreamWriter, _document: Document) -> None:
        await _say(writer, status, *headers)

    return answer


async def drips(_host: Host, writer: asyncio.StreamWriter, _document: Document) -> None:
    """Answers so slowly, byte by byte, that there is never an end to it."""
    for byte in b"HTTP/1.1 202 Accepted\r\nX-Slow: " + b"x" * 10_000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.1)


async def is_silent(_host: Host, writer: asyncio.StreamWriter, _document: Document) -> None:
    """Listens, and never says a word."""
    await writer.wait_closed()


async def resets(_host: Host, writer: asyncio.StreamWriter, _document: Document) -> None:
    """Breaks the connection off."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()


@asynccontextmanager
async def listening(host: Host, authority: Authority, certified: str = "") -> AsyncIterator[int]:
    """The host on a free port, with a certificate for its name or for another one."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*authority.certificate(certified or host.name))
    server = await asyncio.start_server(host.visit, LOOPBACK, 0, ssl=tls)
    try:
        host.port = server.sockets[0].getsockname()[1]
        yield host.port
    finally:
        server.close()


async def _read_request(reader: asyncio.StreamReader) -> Document:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length:")[2].partition("\r\n")[0] or "0")
    document: Document = json.loads(await reader.readexactly(length))
    return document


async def _say(writer: asyncio.StreamWriter, status: str, *headers: str) -> None:
    lines = (f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "", "")
    writer.write("\r\n".join(lines).encode())
    await writer.drain()
