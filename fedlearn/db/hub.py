"""This is where those who watch hear of what was committed, here or by another process.

Each database has one hub. What a moment brings is handed out together, so a thousand posts a second
cost each listener no more than a few. Who does not keep up is cut off, and asks anew.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from fedlearn.db.memory import Memory
from fedlearn.domain.events import Anything, Event, News, news_of
from fedlearn.errors import Unavailable

log = logging.getLogger(__name__)

PAUSE = 0.25  # seconds in which events are gathered
PAUSE_AFTER_TROUBLE = 1.0  # seconds
MOST_GATHERED = 2_000
MOST_WAITING = 64  # moments that a listener may be behind
# How many listeners are told before whoever else waits gets their turn.
TOLD_AT_ONCE = 20
NOTHING_NEW = News()

Carry = Callable[[Sequence[Event]], Awaitable[None]]
Watch = Callable[[], Awaitable[None]]


class CutOff(Exception):
    """There is nothing more to hear: the hub has closed, or the listener was too slow."""


class Listener:
    """Somebody who watches; what they have not taken yet waits here, up to a bound."""

    def __init__(self) -> None:
        self._waiting: deque[News] = deque()
        self._bell = asyncio.Event()
        self._is_cut_off = False

    def put(self, news: News) -> None:
        """Something happened."""
        if len(self._waiting) >= MOST_WAITING:
            self.cut_off()
        else:
            self._waiting.append(news)
            self._bell.set()

    def cut_off(self) -> None:
        """Nothing more is heard here."""
        self._is_cut_off = True
        self._waiting.clear()
        self._bell.set()

    async def next(self, within: float) -> News | None:
        """What happened next; None when so many seconds brought nothing. `CutOff` at the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._bell.wait()
        if self._is_cut_off:
            raise CutOff
        news = self._waiting.popleft() if self._waiting else None
        if not self._waiting:
            self._bell.clear()
        return news


class Hub:
    """Hands out what was committed. Where nobody could hear of it, nothing is gathered.

    `carry` takes events to other processes; `watch` hears of theirs, from `begin` to `close`.
    What is remembered hears of everything at once.
    """

    def __init__(self, *, carry: Carry | None = None, watch: Watch | None = None) -> None:
        self.memory = Memory()
        self._carry = carry
        self._watch = watch
        self._watching: asyncio.Task[None] | None = None
        self._listeners: set[Listener] = set()
        self._gathered: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None
        self._carrying: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Hear of other processes from now on."""
        if self._watch is not None:
            self._watching = asyncio.ensure_future(self._keep_watching(self._watch))

    def tell(self, events: Sequence[Event]) -> None:
        """This was committed here."""
        self.memory.hear(events)
        if not events or not (self._listeners or self._carry):
            return
        self._gathered += events
        if len(self._gathered) > MOST_GATHERED:
            self._gathered = [Anything()]
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._hand_out)

    def hear(self, events: Sequence[Event]) -> None:
        """This was committed here or elsewhere, and is handed out at once."""
        self.memory.hear(events)
        news = news_of(events)
        if news == NOTHING_NEW:
            return
        self._give(news, list(self._listeners))

    def _give(self, news: News, listeners: Sequence[Listener]) -> None:
        """Tell these, some now and others a little later: of a thousand each would look at once."""
        for listener in listeners[:TOLD_AT_ONCE]:
            listener.put(news)
        if others := listeners[TOLD_AT_ONCE:]:
            asyncio.get_running_loop().call_soon(self._give, news, others)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Listener]:
        """Hear of everything from now on."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def dismiss(self) -> None:
        """Cut off everybody who listens: the server stops."""
        for listener in self._listeners:
            listener.cut_off()

    async def close(self) -> None:
        """Tell what was gathered, and end."""
        self.dismiss()
        if self._timer is not None:
            self._timer.cancel()
            self._hand_out()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
        await asyncio.gather(*self._carrying)

    def _hand_out(self) -> None:
        self._timer = None
        events, self._gathered = self._gathered, []
        self.hear(events)
        if self._carry is not None:
            task = asyncio.ensure_future(self._carry_away(self._carry, events))
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _carry_away(self, carry: Carry, events: Sequence[Event]) -> None:
        try:
            await carry(events)
        except Unavailable as trouble:
            log.warning("other processes hear nothing of this moment: %s", trouble)

    async def _keep_watching(self, watch: Watch) -> None:
        while True:
            try:
                await watch()
            except Exception:
                # Whoever listens goes on with what happens in this process meanwhile.
                log.exception("other processes are not heard for a moment")
            await asyncio.sleep(PAUSE_AFTER_TROUBLE)
            self.hear([Anything()])
