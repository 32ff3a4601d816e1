"""This is where tests talk with a foreign server: its process, and the control calls all have."""

import asyncio
import http.client
import json
import os
import socket
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

START_WITHIN_SECONDS = 30
STOP_WITHIN_SECONDS = 5
ANSWER_WITHIN_SECONDS = 20
ARRIVE_WITHIN_SECONDS = 15
LOOK_EVERY_SECONDS = 0.05
SHOWN_END_OF_STDERR = 6000
CONTROL_HEADERS = {"Connection": "close", "Content-Type": "application/json"}


class ControlRefused(Exception):
    """The peer did not do what the test asked of it."""


@dataclass(frozen=True)
class Started:
    """A process that said it is ready, with what it said."""

    ready: dict[str, Any]
    stderr: IO[bytes]


@dataclass(frozen=True)
class Peer:
    """A running foreign server with one actor, who does what a test asks."""

    host: str
    port: int
    actor: str
    handle: str
    _tls: ssl.SSLContext
    _stderr: IO[bytes]

    async def set_hosts(self, ports: Mapping[str, int]) -> None:
        """Let the peer reach each named test host at its loopback port, and no other host."""
        await self._call("POST", "hosts", body=dict(ports))

    async def follow(self, acct: str) -> str:
        """Let the actor ask to follow @name@host; return the uri of the Follow."""
        return await self._act("follow", acct=acct)

    async def note(self, text: str, mention: str | None = None, reply: str | None = None) -> str:
        """Let the actor post a public note, its text taken as HTML; return the uri of the note."""
        return await self._act("note", text=text, mention=mention, reply=reply)

    async def log(self) -> list[dict[str, Any]]:
        """Return the activities that reached the actor and passed the server's checks."""
        return await self._view("log")

    async def requests(self) -> list[dict[str, Any]]:
        """Return every request from outside, also the refused ones."""
        return await self._view("requests")

    async def troubles(self) -> list[dict[str, Any]]:
        """Return what failed while the peer delivered or received."""
        return await self._view("troubles")

    async def followers(self) -> list[str]:
        """Return the uris of those who follow the actor."""
        followers: list[str] = await self._call("GET", "followers")
        return followers

    async def wait_for(
        self,
        activity_type: str,
        *,
        content_has: str | None = None,
        within: float = ARRIVE_WITHIN_SECONDS,
        **match: str | None,
    ) -> dict[str, Any]:
        """Return the first activity in the log of that type and with those fields, or fail."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for entry in await self.log():
                if _fits(entry, {"type": activity_type, **match}, content_has):
                    return entry
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        wanted = {"type": activity_type, "content_has": content_has, **match}
        raise AssertionError(f"{self.host} did not receive {wanted}\n{await self.report()}")

    async def report(self) -> str:
        """Return what a person needs to see why something did not arrive."""
        parts = {
            "received": await self.log(),
            "requests": await self.requests(),
            "troubles": await self.troubles(),
        }
        lines = []
        for name, entries in parts.items():
            lines.append(f"{name}:")
            lines.extend(f"  {_without_body(entry)}" for entry in entries)
        return "\n".join([*lines, "stderr:", _end_of(self._stderr)])

    async def _act(self, name: str, **query: str | None) -> str:
        """Let the actor act; return the uri of what came of it."""
        given = {key: value for key, value in query.items() if value is not None}
        answer = await self._call("POST", f"{name}?{urlencode(given)}")
        return str(answer["id"])

    async def _view(self, name: str) -> list[dict[str, Any]]:
        """Return one of the peer's logs."""
        entries: list[dict[str, Any]] = await self._call("GET", name)
        return entries

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        """Make one control call; return what its answer says."""
        return await asyncio.to_thread(self._call_and_block, method, path, body)

    def _call_and_block(self, method: str, path: str, body: object) -> Any:
        """Make one control call on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, timeout=ANSWER_WITHIN_SECONDS)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_WITHIN_SECONDS)
        try:
            connection.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
            sent = None if body is None else json.dumps(body)
            connection.request(method, f"/ctl/{path}", body=sent, headers=CONTROL_HEADERS)
            response = connection.getresponse()
            answer = response.read().decode()
        finally:
            connection.close()
            plain.close()
        if response.status != http.HTTPStatus.OK:
            raise ControlRefused(
                f"{self.host} answered {method} {path} with {response.status}: {answer}\n"
                f"stderr:\n{_end_of(self._stderr)}",
            )
        return json.loads(answer)


@asynccontextmanager
async def run_server(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
) -> AsyncIterator[Started]:
    """Run a server while the block runs, in a directory of its own, once it says it listens."""
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile() as stderr:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=directory,
            env={"PATH": os.environ["PATH"], **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )
        try:
            yield Started(ready=await _ready_line(process, stderr), stderr=stderr)
        finally:
            await _stop(process)


def from_anywhere(path: Path) -> str:
    """Return a path as a process in another directory can use it."""
    return str(path.resolve())


def trust_in(ca: Path) -> ssl.SSLContext:
    """Return TLS that trusts the authority of the test hosts, and no other."""
    return ssl.create_default_context(cafile=str(ca))


async def _ready_line(process: asyncio.subprocess.Process, stderr: IO[bytes]) -> dict[str, Any]:
    """Wait until the server says that it listens; return what it says."""
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_WITHIN_SECONDS)
        ready: dict[str, Any] = json.loads(line)
    except (TimeoutError, ValueError) as error:
        raise RuntimeError(f"the foreign server did not start:\n{_end_of(stderr)}") from error
    return ready


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End the process: it leaves when its standard input closes, and is made to if it hangs."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _fits(
    entry: Mapping[str, Any],
    fields: Mapping[str, str | None],
    content_has: str | None,
) -> bool:
    """Tell whether an entry of the log has these fields, and this text in its content."""
    if any(entry.get(name) != value for name, value in fields.items()):
        return False
    return content_has is None or content_has in (entry.get("content") or "")


def _without_body(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry short enough for a failure message."""
    return {name: value for name, value in entry.items() if name != "body"}


def _end_of(stderr: IO[bytes]) -> str:
    """Return the last of what a process wrote to its standard error.

    The process writes through the same open file, so its place in it must not be moved.
    """
    size = os.fstat(stderr.fileno()).st_size
    start = max(0, size - SHOWN_END_OF_STDERR)
    return os.pread(stderr.fileno(), SHOWN_END_OF_STDERR, start).decode(errors="replace")
