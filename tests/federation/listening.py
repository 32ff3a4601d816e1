"""This is where a test keeps a stream of events open, as a page would."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.types import Message, Scope

from fedlearn.services import signing_in
from tests.federation.server import Server

ANSWER_WITHIN_SECONDS = 10.0


@dataclass(frozen=True)
class Said:
    """One event: its name, what it carries, and the moment that is its id."""

    name: str
    data: dict[str, Any]
    at: str


@dataclass
class Page:
    """A page that listens. The client of other tests waits for the end of an answer, which has none."""

    status: int = 0
    is_over: bool = False
    heard: list[Said] = field(default_factory=list)
    last_id: str = ""
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _rest: str = ""

    async def take(self, message: Message) -> None:
        """What the server sends."""
        async with self._news:
            if message["type"] == "http.response.start":
                self.status = message["status"]
            else:
                self._read(message.get("body", b"").decode())
                self.is_over = not message.get("more_body", False)
            self._news.notify_all()

    def _read(self, text: str) -> None:
        *whole, self._rest = (self._rest + text).split("\n\n")
        for block in whole:
            fields = dict(line.split(": ", 1) for line in block.split("\n") if line[:1] != ":")
            if "event" in fields:
                self.last_id = fields["id"]
                self.heard.append(Said(fields["event"], json.loads(fields["data"]), self.last_id))

    async def begins(self) -> int:
        """The status of the answer."""
        await self._until(lambda: self.status)
        return self.status

    async def hears(self, name: str, **facts: Any) -> Said:
        """The next event of this name with these facts in it; those before it are passed over."""

        def found() -> Said | None:
            while self.heard:
                said = self.heard.pop(0)
                if said.name == name and facts.items() <= said.data.items():
                    return said
            return None

        said: Said = await self._until(found)
        return said

    async def ends(self) -> None:
        """The server ends the stream."""
        await self._until(lambda: self.is_over)

    async def _until(self, check: Any) -> Any:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS), self._news:
            while not (answer := check()):
                assert not self.is_over, f"the stream is over; it said {self.heard}"
                await self._news.wait()
        return answer


async def session_of(server: Server, name: str) -> str:
    """The secret of a new session of somebody."""
    return await signing_in.open_session(server.instance, await server.user(name), "a browser")


@asynccontextmanager
async def listening(
    server: Server, session: str | None, streams: Sequence[str], *, since: str = "", **headers: str
) -> AsyncIterator[Page]:
    """A page with these streams, of whoever has the session, until the test closes it."""
    page, closed = Page(), asyncio.Event()
    query = urlencode([("stream", one) for one in streams] + [("since", since)], quote_via=quote)
    sent = {"host": server.host, "accept": "text/event-stream", **headers}
    if session:
        sent["cookie"] = f"__Host-session={session}"
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": "/live",
        "raw_path": b"/live",
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": ("192.0.2.1", 50_000),
        "server": (server.host, 443),
        "state": {},
    }

    async def receive() -> Message:
        await closed.wait()
        return {"type": "http.disconnect"}

    running = asyncio.create_task(server.app(scope, receive, page.take))
    try:
        yield page
    finally:
        closed.set()
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            await asyncio.wait({running})
        running.result()
