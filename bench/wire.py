"""This is where requests are sent so cheaply that the server, not the sender, is what is measured.

Requests are bytes made before the clock starts. A connection is kept alive and has one request
under way at a time.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

LOOPBACK = "127.0.0.1"
TRIES = 3
FAULTS_KEPT = 3
LONGEST_FAULT = 200
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes


@dataclass(slots=True)
class Volley:
    """What became of many requests."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def good(self) -> int:
        """How many were answered with 2xx."""
        return sum(number for status, number in self.statuses.items() if 200 <= status < 300)

    def latency_ms(self, percent: int) -> float:
        """The time within which so many of a hundred answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000

    @property
    def remark(self) -> str:
        """The usual and the slow answer."""
        return f"p50 {self.latency_ms(50):.0f} ms, p99 {self.latency_ms(99):.0f} ms"


class Connection(asyncio.Protocol):
    """One connection, one request under way."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """A piece of an answer."""
        self._buffer += data
        answer = _take_answer(self._buffer)
        if answer and self._answered and not self._answered.done():
            self._answered.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side has hung up."""
        self._transport = None
        if self._answered and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("hung up"))

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer; `OSError` when the connection breaks."""
        if self._transport is None:
            raise ConnectionResetError("hung up")
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()


async def connect(port: int) -> Connection:
    """A connection to a port of this machine."""
    loop = asyncio.get_running_loop()
    return (await loop.create_connection(Connection, LOOPBACK, port))[1]


def request_bytes(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [
        f"{method} {target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if method == "POST":
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


async def ask_once(port: int, request: bytes, seconds: float = 30.0) -> Answer:
    """One request on a connection of its own."""
    async with asyncio.timeout(seconds):
        connection = await connect(port)
        try:
            return await connection.ask(request)
        finally:
            connection.close()


async def fire(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float = 300.0
) -> Volley:
    """Send all requests over so many connections, each as soon as the one before is answered.

    What has not been answered in time is a fault.
    """
    volley, waiting = Volley(), iter(requests)
    begun = time.monotonic()
    senders = [
        asyncio.create_task(_send_in_turn(port, waiting, volley)) for _ in range(connections)
    ]
    try:
        await asyncio.wait(senders, timeout=seconds)
    finally:
        for sender in senders:
            sender.cancel()
    volley.seconds = time.monotonic() - begun
    for failed in await asyncio.gather(*senders, return_exceptions=True):
        if failed is not None:
            volley.faults.append(f"requests were left unanswered: {failed!r}")
    return volley


async def _send_in_turn(port: int, waiting: Iterator[bytes], volley: Volley) -> None:
    connection = await connect(port)
    for request in waiting:
        begun = time.monotonic()
        connection, answer = await _ask_patiently(port, connection, request)
        volley.latencies.append(time.monotonic() - begun)
        volley.statuses[answer.status] += 1
        if answer.status >= 300 and len(volley.faults) < FAULTS_KEPT:
            said = answer.body[:LONGEST_FAULT].decode(errors="replace")
            volley.faults.append(f"answered {answer.status}: {said}")
    connection.close()


async def _ask_patiently(
    port: int, connection: Connection, request: bytes
) -> tuple[Connection, Answer]:
    """The answer, and the connection that is still good: a server may close one between two."""
    for _ in range(TRIES - 1):
        try:
            return connection, await connection.ask(request)
        except OSError:
            connection = await connect(port)
    return connection, await connection.ask(request)


def _take_answer(buffer: bytearray) -> Answer | None:
    """The first whole answer in the buffer, taken out of it."""
    end = buffer.find(END_OF_HEAD)
    if end < 0:
        return None
    head = bytes(buffer[:end]).lower()
    at = head.find(LENGTH)
    length = int(head[at + len(LENGTH) :].partition(b"\r\n")[0]) if at >= 0 else 0
    start = end + len(END_OF_HEAD)
    if len(buffer) < start + length:
        return None
    answer = Answer(int(head[9:12]), head, bytes(buffer[start : start + length]))
    del buffer[: start + length]
    return answer
