"""This is where a page that stays open is told what is new, and fetches the pieces of it.

One stream serves a whole tab (server-sent events). It carries ids and counts; what they look like
is asked for when somebody wants to see it.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import anyio
import msgspec
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.hub import CutOff, Listener
from fedlearn.db.notifications import notifications_page
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.conversations import ConversationId
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.streams import Stream, StreamKind, read_stream
from fedlearn.errors import Invalid, Unavailable
from fedlearn.services.access import SessionAccess
from fedlearn.services.conversations import mark_read as mark_read_conversation
from fedlearn.services.live import (
    MOST_AT_ONCE,
    Announced,
    Arrived,
    Change,
    Edited,
    FilteredAnew,
    Gone,
    Reacted,
    SignedOut,
    Unread,
    Watch,
    refuse_streams_of_others,
)
from fedlearn.services.notifications import mark_read
from fedlearn.services.reading import unfiltered
from fedlearn.services.streams import Asking, cards
from fedlearn.web.context import address_of, instance_of, parts_of
from fedlearn.web.pages.forms import status_id_of
from fedlearn.web.sessions import require_user, session_token
from fedlearn.web.templating import answer_with_part
from fedlearn.web.watchers import AccessFromThere

MOST_STREAMS = 20
PING = 15  # seconds; what lies between lets go of connections that are silent for a minute
PATIENCE = 20.0  # seconds in which a piece must be on its way
LAST_WORDS = 2.0  # seconds in which a stream ends when the server stops
LONGEST_MOMENT = 15
# After a restart of the server not everybody comes back in the same moment.
COMING_BACK = range(1_000, 5_000)


async def live_stream(request: Request) -> Response:
    """What changes for the person of this session, until they leave or sign out."""
    user = await require_user(request)
    streams = _streams(request)
    await refuse_streams_of_others(instance_of(request), user.actor, streams)
    address = address_of(request)
    parts_of(request).places.refuse_too_many(user.id, address)
    stopping = anyio.Event()
    return EventSourceResponse(
        _events(request, user, streams, address, stopping),
        sep="\n",
        ping=PING,
        send_timeout=PATIENCE,
        shutdown_event=stopping,
        shutdown_grace_period=LAST_WORDS,
        headers={"cache-control": "private, no-store"},
    )


async def live_cards(request: Request) -> Response:
    """The cards of some posts as this reader sees them on a stream, without those not for them."""
    me = (await require_user(request)).actor
    stream = _stream(request.query_params.get("stream", ""))
    ids = [status_id_of(one) for one in request.query_params.get("ids", "").split(",")]
    if len(ids) > MOST_AT_ONCE:
        raise Invalid(f"At most {MOST_AT_ONCE} posts at once.")
    if stream.kind is StreamKind.NOTIFICATIONS:
        return await _live_notifications(request, me, ids)
    async with instance_of(request).db.read() as connection:
        views = await cards(Asking(instance_of(request), connection, me, stream), ids)
    if stream.kind is StreamKind.CONVERSATION:
        await mark_read_conversation(instance_of(request), me, ConversationId(stream.number))
    return await answer_with_part(request, "cards.html", views=views)


async def _live_notifications(request: Request, me: Actor, ids: Sequence[int]) -> Response:
    """Of the latest notifications those with these ids. To look at them is to have seen them."""
    async with instance_of(request).db.read() as connection:
        told = await notifications_page(connection, me.viewer, before=None, limit=MOST_AT_ONCE)
        left = await unfiltered(connection, me.viewer, told)
    shown = [one for one in left if one.id in ids]
    if shown:
        await mark_read(instance_of(request), me, shown[0].id)
    return await answer_with_part(request, "told.html", shown=shown)


def _streams(request: Request) -> list[Stream]:
    named = request.query_params.getlist("stream")
    if not named:
        raise Invalid("Say what to watch.")
    if len(named) > MOST_STREAMS:
        raise Invalid(f"At most {MOST_STREAMS} timelines can be watched at once.")
    return list(dict.fromkeys(map(_stream, named)))


def _stream(text: str) -> Stream:
    stream = read_stream(text)
    if stream is None:
        raise Invalid("There is no such timeline.")
    return stream


def _since(request: Request) -> Millis:
    """Since when something may be missing: as the browser remembers, or when the page was made."""
    text = request.headers.get("last-event-id") or request.query_params.get("since", "")
    is_moment = text.isdecimal() and text.isascii() and len(text) <= LONGEST_MOMENT
    return Millis(int(text)) if is_moment else now()


async def _events(
    request: Request, user: User, streams: Sequence[Stream], address: str, stopping: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    """The stream itself. What it says last tells the page whether to come back."""
    instance, token = instance_of(request), session_token(request)
    access = AccessFromThere(request, SessionAccess(instance, user.id, token))
    watch = Watch(instance, user, access, streams, _since(request))
    places = parts_of(request).places
    async with instance.db.hub.listen() as listener:
        with (
            _ending(listener, stopping),
            places.take(token, user.id, address, listener.cut_off) as place,
        ):
            try:
                at, changes = now(), await watch.begin()
                yield _event(at, "begun", {}, retry=secrets.choice(COMING_BACK))
                while True:
                    for said in filter(None, map(_said, changes)):
                        yield _event(at, *said)
                    at, changes = now(), await watch.next(listener)
            except CutOff:
                if place.is_lost:
                    yield _event(now(), "elsewhere", {})
            except SignedOut:
                yield _event(now(), "signed-out", {})
            except Unavailable:
                # The browser comes back by itself, and asks from where it was.
                return


@contextmanager
def _ending(listener: Listener, stopping: anyio.Event) -> Iterator[None]:
    """Meanwhile, let a listener hear no more once the server stops: its stream ends in order."""

    async def end() -> None:
        await stopping.wait()
        listener.cut_off()

    waiting = asyncio.create_task(end())
    try:
        yield
    finally:
        waiting.cancel()


def _said(change: Change) -> tuple[str, dict[str, Any]] | None:
    """What the page is told; None of what it shows when it is opened anew."""
    match change:
        case Arrived(stream, ids, is_too_much):
            return "arrived", {"stream": str(stream), "ids": _texts(ids), "more": is_too_much}
        case Edited(ids):
            return "edited", {"ids": _texts(ids)}
        case Gone(ids):
            return "gone", {"ids": _texts(ids)}
        case Unread(count):
            return "unread", {"count": count}
        case FilteredAnew() | Announced() | Reacted():
            return None


def _texts(ids: Sequence[int]) -> list[str]:
    # JavaScript reads numbers of this length wrongly.
    return [str(one) for one in ids]


def _event(
    at: Millis, name: str, data: dict[str, Any], retry: int | None = None
) -> ServerSentEvent:
    """Its id is the moment from which on something may be missing."""
    text = msgspec.json.encode(data).decode()
    return ServerSentEvent(text, event=name, id=str(at), retry=retry, sep="\n")
