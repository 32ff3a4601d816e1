"""This is where a test keeps a socket open, as an app would."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.types import Message, Scope

from tests.api.apps import App

WITHIN_SECONDS = 10.0


@dataclass
class Socket:
    """The app's side of a socket. What it was told waits in `frames`."""

    frames: list[dict[str, Any]] = field(default_factory=list)
    status: int = 0
    subprotocol: str | None = None
    close_code: int = 0
    _sent: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, message: Message) -> None:
        """What the server sends."""
        async with self._news:
            match message["type"]:
                case "websocket.accept":
                    self.status, self.subprotocol = 101, message["subprotocol"]
                case "websocket.http.response.start":
                    self.status = message["status"]
                case "websocket.send":
                    self.frames.append(json.loads(message["text"]))
                case "websocket.close":
                    self.close_code = message["code"]
                    self._sent.put_nowait({"type": "websocket.disconnect", "code": 1000})
            self._news.notify_all()

    async def give(self) -> Message:
        """What the server receives."""
        return await self._sent.get()

    def say(self, **frame: Any) -> None:
        """One frame to the server."""
        self.send(text=json.dumps(frame))

    def send(self, *, text: str | None = None, data: bytes | None = None) -> None:
        """One frame to the server, whatever it is."""
        self._sent.put_nowait({"type": "websocket.receive", "text": text, "bytes": data})

    def leave(self) -> None:
        """The app goes."""
        self._sent.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def opens(self) -> int:
        """The status of the handshake."""
        self._sent.put_nowait({"type": "websocket.connect"})
        return int(await self._until(lambda: self.status))

    async def hears(self, event: str) -> dict[str, Any]:
        """The next frame, which must be this event; its payload is read."""
        frame = await self.next()
        assert frame.get("event") == event, frame
        payload = frame.get("payload", "null")
        return frame | {"payload": payload if payload.isdecimal() else json.loads(payload)}

    async def next(self) -> dict[str, Any]:
        """The next frame."""
        await self._until(lambda: self.frames)
        return self.frames.pop(0)

    async def ends(self) -> int:
        """With which code the server ends it."""
        return int(await self._until(lambda: self.close_code))

    async def _until(self, check: Any) -> Any:
        async with asyncio.timeout(WITHIN_SECONDS), self._news:
            while not (answer := check()):
                await self._news.wait()
        return answer


@asynccontextmanager
async def socket_of(
    app: App, *, path: str = "", protocol: str = "", **query: str
) -> AsyncIterator[Socket]:
    """A socket of an app, until the test closes it."""
    socket, server = Socket(), app.server
    headers = [(b"host", server.host.encode())]
    if app.token and not protocol and "access_token" not in query:
        headers.append((b"authorization", f"Bearer {app.token}".encode()))
    address = f"/api/v1/streaming{path}"
    scope: Scope = {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "wss",
        "path": address,
        "raw_path": address.encode(),
        "query_string": urlencode(query).encode(),
        "root_path": "",
        "headers": headers,
        "subprotocols": [protocol] if protocol else [],
        "client": ("192.0.2.1", 50_000),
        "server": (server.host, 443),
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }
    running = asyncio.create_task(server.app(scope, socket.give, socket.take))
    try:
        yield socket
    finally:
        socket.leave()
        async with asyncio.timeout(WITHIN_SECONDS):
            await asyncio.wait({running})
        running.result()


@asynccontextmanager
async def listening_to(app: App, *channels: str, **of: str) -> AsyncIterator[Socket]:
    """An open socket of an app that has subscribed to these."""
    async with socket_of(app) as socket:
        assert await socket.opens() == 101
        for channel in channels:
            socket.say(type="subscribe", stream=channel, **of)
        # What is asked is answered in turn, so after an answer all of it holds.
        socket.say(type="subscribe", stream="no such stream")
        assert (await socket.next())["status"] == 400
        yield socket
