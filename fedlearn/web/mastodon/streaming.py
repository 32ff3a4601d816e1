"""Methods of streaming (https://docs.joinmastodon.org/methods/streaming/).

One socket carries any number of channels, to which the app subscribes as it goes; or one answer
that does not end carries one of them (server-sent events). Who does not keep up is let go.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import anyio
import msgspec
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from fedlearn.db.hub import CutOff, Listener
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.oauth import Scopes
from fedlearn.errors import FedlearnError, Forbidden, Invalid, NotFound, Unavailable
from fedlearn.services.access import TokenAccess
from fedlearn.services.live import SignedOut, Watch, refuse_streams_of_others
from fedlearn.web.context import address_of, instance_of, parts_of
from fedlearn.web.json import json
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.mastodon.callers import TokenNeeded, require_app, token_of
from fedlearn.web.mastodon.channels import Channel, read_channel
from fedlearn.web.mastodon.events import Event, events_of
from fedlearn.web.watchers import AccessFromThere

MOST_CHANNELS = 40
PING = 15  # seconds; what lies between lets go of connections that are silent for a minute
PATIENCE = 20.0  # seconds in which an event must be on its way
# What a socket says at its end (RFC 6455, section 7.4).
AWAY, UNREADABLE, FORBIDDEN = 1001, 1003, 1008
REFUSALS: Mapping[type[FedlearnError], int] = {
    TokenNeeded: 401,
    Forbidden: 403,
    NotFound: 404,
    TooManyRequests: 429,
    Unavailable: 503,
}


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What an app listens to over one connection, by the names of the channels."""

    request: HTTPConnection
    reader: Actor
    scopes: Scopes
    watch: Watch
    channels: dict[tuple[str, ...], Channel] = field(default_factory=dict)

    async def subscribe(self, asked: Mapping[str, object]) -> None:
        """Listen to one more; `Invalid`, `Forbidden` or `NotFound` where that cannot be."""
        channel = read_channel(asked, self.scopes)
        if len(self.channels) >= MOST_CHANNELS:
            raise Invalid(f"At most {MOST_CHANNELS} subscriptions at once")
        await refuse_streams_of_others(instance_of(self.request), self.reader, channel.streams)
        self.channels[channel.name] = channel
        await self._turn()

    async def unsubscribe(self, asked: Mapping[str, object]) -> None:
        """Listen to one less."""
        self.channels.pop(read_channel(asked, self.scopes).name, None)
        await self._turn()

    async def next(self, listener: Listener) -> list[Event]:
        """What happens next on these; `CutOff` or `SignedOut` at the end."""
        channels, found = self.channels.values(), list[Event]()
        for change in await self.watch.next(listener):
            found += await events_of(self.request, self.reader, list(channels), change)
        return found

    async def _turn(self) -> None:
        streams = [stream for channel in self.channels.values() for stream in channel.streams]
        await self.watch.turn_to(list(dict.fromkeys(streams)))


async def open_socket(websocket: WebSocket) -> None:
    """A connection over which an app subscribes and hears, until one of both leaves."""
    try:
        user, subscriptions = await _admit(websocket)
    except FedlearnError as error:
        await websocket.send_denial_response(_refusal(error))
        return
    await websocket.accept(subprotocol=next(iter(websocket.scope["subprotocols"]), None))
    hub, places = instance_of(websocket).db.hub, parts_of(websocket).places
    async with hub.listen() as listener:
        with places.take(None, user.id, address_of(websocket), listener.cut_off):
            await Socket(websocket, subscriptions, listener).serve()


class Socket:
    """One open connection: what the app asks for comes in, what happens goes out."""

    def __init__(
        self, websocket: WebSocket, subscriptions: Subscriptions, listener: Listener
    ) -> None:
        self._websocket = websocket
        self._subscriptions = subscriptions
        self._listener = listener
        self._is_closed = False

    async def serve(self) -> None:
        """Until the app leaves, or is let go."""
        query = dict(self._websocket.query_params)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._tell, tasks.cancel_scope)
            if "stream" in query:
                await self._act({**query, "type": "subscribe"})
            await self._hear()
            tasks.cancel_scope.cancel()

    async def _hear(self) -> None:
        while (message := await self._websocket.receive())["type"] == "websocket.receive":
            text = message.get("text")
            if text is None:
                await self._close(UNREADABLE, "Only texts are understood here")
                return
            await self._act(_frame_in(text))

    async def _act(self, frame: Mapping[str, object]) -> None:
        try:
            match frame.get("type"):
                case "subscribe":
                    await self._subscriptions.subscribe(frame)
                case "unsubscribe":
                    await self._subscriptions.unsubscribe(frame)
        except FedlearnError as error:
            await self._send({"error": str(error), "status": _status_of(error)})

    async def _tell(self, hearing: anyio.CancelScope) -> None:
        try:
            while True:
                for event in await self._subscriptions.next(self._listener):
                    await self._send(_frame_of(event))
        except SignedOut:
            await self._close(FORBIDDEN, "The access token is invalid")
        except (CutOff, Unavailable):
            await self._close(AWAY, "Come back in a moment")
        except (TimeoutError, WebSocketDisconnect):
            # Nobody takes what is sent, so nobody would hear a farewell either.
            hearing.cancel()

    async def _send(self, frame: Mapping[str, object]) -> None:
        if not self._is_closed:
            async with asyncio.timeout(PATIENCE):
                await self._websocket.send_text(msgspec.json.encode(frame).decode())

    async def _close(self, code: int, reason: str) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self._websocket.close(code, reason)


async def stream_events(request: Request) -> Response:
    """The same for one channel, as an answer that does not end."""
    user, subscriptions = await _admit(request)
    name = request.path_params["stream"].replace("/", ":")
    await subscriptions.subscribe({**request.query_params, "stream": name})
    return EventSourceResponse(
        _answer(request, user, subscriptions),
        sep="\n",
        ping=PING,
        ping_message_factory=lambda: ServerSentEvent(comment="thump"),
        send_timeout=PATIENCE,
        headers={"cache-control": "private, no-store"},
    )


async def _answer(
    request: Request, user: User, subscriptions: Subscriptions
) -> AsyncIterator[bytes | ServerSentEvent]:
    yield b":)\n"
    hub, places = instance_of(request).db.hub, parts_of(request).places
    async with hub.listen() as listener:
        with places.take(None, user.id, address_of(request), listener.cut_off):
            try:
                while True:
                    for event in await subscriptions.next(listener):
                        said = event.payload or ""
                        yield ServerSentEvent(said, event=event.name, sep="\n")
            except (CutOff, SignedOut, Unavailable):
                return


async def get_health(_request: Request) -> Response:
    """Whether events can be had here."""
    return PlainTextResponse("OK")


async def _admit(request: HTTPConnection) -> tuple[User, Subscriptions]:
    """For whom an app wants to listen; the errors of `require_app`, or of too many connections."""
    caller = await require_app(request, "read:statuses", "read:notifications")
    if caller.user is None:
        raise Forbidden("This method requires an authenticated user")
    parts, user = parts_of(request), caller.user
    parts.places.refuse_too_many(user.id, address_of(request))
    access = TokenAccess(parts.instance, user.id, caller.token.id, token_of(request))
    watch = Watch(parts.instance, user, AccessFromThere(request, access))
    return user, Subscriptions(request, user.actor, caller.token.scopes, watch)


def _frame_in(text: str) -> Mapping[str, object]:
    """What an app says; what cannot be read says nothing."""
    try:
        return msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return {}


def _frame_of(event: Event) -> Mapping[str, object]:
    frame: dict[str, object] = {"stream": event.channel.name, "event": event.name}
    return frame if event.payload is None else frame | {"payload": event.payload}


def _refusal(error: FedlearnError) -> Response:
    return json({"error": str(error)}, status=_status_of(error))


def _status_of(error: FedlearnError) -> int:
    return next((status for kind, status in REFUSALS.items() if isinstance(error, kind)), 400)
