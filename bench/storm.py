"""This is where a server is killed (SIGKILL) again and again, while it works.

Some die as they begin, some at a random moment, some at a commit, just before it or just after.
Many ask it for things meanwhile. Other servers repeat what was not answered, as they do, or give it
up; somebody at home posts, once each. What was asked and answered is written down in a ledger.
"""

import asyncio
import random
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from bench.activities import csrf_in, page_request
from bench.aftermath import MOST_DEATHS, end_leases, look, until_at_rest
from bench.deeds import Author, Step, first_post
from bench.ledger import Aftermath, Ledger, faults
from bench.mines import AFTER, BEFORE
from bench.nursery import Newborn, Nursery, open_nursery
from bench.stage import Scene
from bench.wire import Answer, Connection, connect

SPEAKERS = 8
LONGEST_PAUSE = 0.01
BETWEEN_TRIES = 0.02
PATIENCE = 60.0  # with the last server, which has to answer all who still ask
CHANCE_TO_GIVE_UP = 0.3
# Seconds: a server dies as it begins, some time after its first answer, or at a commit before then.
EARLY, LATE, AT_A_COMMIT = 0.2, 1.0, 1.4
FIRST_ANSWER_WITHIN = 5.0
LATEST_COMMIT = 150
# How often each kind of end comes.
ENDS = {"early": 2, "late": 4, BEFORE: 2, AFTER: 2}
CHANCE_OF_A_LONG_PAUSE = 0.5
TAKEN, SEE_OTHER = 202, 303


@dataclass
class Storm:
    """A server that never lives long, and those who want something of it."""

    scene: Scene
    seed: int
    subject: str = "bench.subject"  # the module that is run
    ends: Mapping[str, int] = field(default_factory=lambda: ENDS)
    ledger: Ledger = field(default_factory=Ledger)
    found: Aftermath = field(default_factory=Aftermath)
    kills: int = 0
    useful_lives: int = 0  # in which somebody got an answer
    seconds: float = 0.0

    def __post_init__(self) -> None:
        # Kept apart: the moments of the kills do not depend on how quickly others speak.
        self._fate = random.Random(self.seed)
        self._whims = random.Random(self.seed + 1)
        self._port = 0  # where nobody listens
        self._is_over = False
        self._answered = asyncio.Event()

    @property
    def faults(self) -> list[str]:
        """What is not as it was promised."""
        return faults(self.ledger, self.found)

    async def rage(self, kills: int) -> None:
        """Kill so many servers, let one live until nothing is left to do, and see what is there."""
        begun = time.monotonic()
        author = Author(self.scene, self._whims, await first_post(self.scene, self.ledger))
        speakers = asyncio.gather(
            *(self._speak(author) for _ in range(SPEAKERS)), self._post(author)
        )
        scene = self.scene
        try:
            async with open_nursery(self.subject, scene.folder, scene.environment) as nursery:
                while self.kills < kills:
                    await self._short_life(nursery)
                await end_leases(scene, most_attempts=2 * MOST_DEATHS - 1)
                async with nursery.born(str(scene.world.port)) as server:
                    self._port, self._is_over = server.port, True
                    await asyncio.wait_for(speakers, PATIENCE)
                    await until_at_rest(scene)
                    self.found = await look(scene)
        finally:
            speakers.cancel()
            await asyncio.gather(speakers, return_exceptions=True)
        self.seconds = time.monotonic() - begun

    async def _short_life(self, nursery: Nursery) -> None:
        if self._fate.random() < CHANCE_OF_A_LONG_PAUSE:
            await end_leases(self.scene)
        [end] = self._fate.choices(list(self.ends), list(self.ends.values()))
        moment = self._fate.random()
        mine = (end, str(self._fate.randint(1, LATEST_COMMIT))) if end in {BEFORE, AFTER} else ()
        self._answered.clear()
        async with nursery.born(str(self.scene.world.port), *mine) as server:
            self._port = server.port
            await self._live(server, end, moment)
            ended = await server.kill()
        if ended != -signal.SIGKILL:
            raise RuntimeError(f"the server ended by itself, with {ended}")
        self.kills += 1
        self.useful_lives += self._answered.is_set()

    async def _live(self, server: Newborn, end: str, moment: float) -> None:
        match end:
            case "early":
                await server.live(EARLY * moment)
            case "late":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._answered.wait(), FIRST_ANSWER_WITHIN)
                await server.live(LATE * moment)
            case _:
                await server.live(AT_A_COMMIT)

    # --- those who want something --------------------------------------------------------------

    async def _speak(self, author: Author) -> None:
        """Another server: one course of events after the other."""
        while not self._is_over:
            for step in author.next_steps():
                if not await self._insist(step):
                    break
            await self._pause()

    async def _insist(self, step: Step) -> bool:
        """Ask until there is an answer, or until the asker gives up; whether it was kept."""
        self.ledger.ask(step.deed)
        while True:
            answer = await self._ask(step.request)
            if answer is not None:
                return self._note(step, answer, TAKEN)
            if self._whims.random() < CHANCE_TO_GIVE_UP:
                return False
            await asyncio.sleep(BETWEEN_TRIES)

    async def _post(self, author: Author) -> None:
        """Somebody at home, who never sends a form twice."""
        while not self._is_over:
            page = await self._ask(page_request("/", self.scene.author.cookie))
            if page is not None:
                step = author.post(csrf_in(page.body))
                self.ledger.ask(step.deed)
                answer = await self._ask(step.request)
                if answer is not None:
                    self._note(step, answer, SEE_OTHER)
            await self._pause()

    async def _ask(self, request: bytes) -> Answer | None:
        """The answer of whichever server lives next; None when it broke off."""
        connection = await self._connected()
        try:
            return await connection.ask(request)
        except OSError:
            return None
        finally:
            connection.close()

    async def _connected(self) -> Connection:
        while True:
            try:
                return await connect(self._port)
            except OSError:
                await asyncio.sleep(BETWEEN_TRIES)

    def _note(self, step: Step, answer: Answer, good: int) -> bool:
        self._answered.set()
        if answer.status == good:
            self.ledger.answer(step.deed)
            return True
        said = answer.body[:200].decode(errors="replace")
        self.ledger.refusals.append(f"{step.deed} was answered {answer.status}: {said}")
        return False

    async def _pause(self) -> None:
        await asyncio.sleep(self._whims.uniform(0, LONGEST_PAUSE))
