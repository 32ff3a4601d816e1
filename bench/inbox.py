"""This is where it is measured how fast posts of other servers come in and are shown.

A note is accepted once its Create is answered with 202, and visible once it stands on the home
timeline of somebody who follows its author.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.activities import notes, page_request
from bench.limits import RsaLimit
from bench.processes import Child
from bench.report import Figure, Kind, Row
from bench.scale import Scale
from bench.stage import Stage, open_bare, open_stage, reached
from bench.wire import Volley, ask_once, fire

OLDER = re.compile(rb'href="[^"]*before=(\d+)"')


@dataclass(frozen=True, slots=True)
class Round:
    """What became of many notes. Times are in seconds."""

    volley: Volley
    number: int
    visible: int
    seconds_until_visible: float
    cpu_seconds: float

    @property
    def accepted_rate(self) -> float:
        """Notes answered with 202 a second."""
        return self.volley.good / self.volley.seconds

    @property
    def visible_rate(self) -> float:
        """Notes a second from the first request until the last note was visible."""
        return self.visible / self.seconds_until_visible

    @property
    def cpu_ms(self) -> float:
        """CPU time for each note, taking in and showing together."""
        return 1000 * self.cpu_seconds / self.number


async def measure(scale: Scale, limit: RsaLimit) -> Figure:
    """Notes accepted and shown a second."""
    async with open_stage(scale) as stage:
        marks = [f"round{number}" for number in range(scale.rounds)]
        rounds = [await deliver(stage, scale, mark) for mark in marks]
        shown = await shown_at_home(stage, marks[-1], scale.notes)
        requests = notes(stage, scale.notes, "bare")
    async with open_bare() as bare:
        volleys = [await _fire_at_bare(bare, requests, scale) for _ in marks]
    last = rounds[-1].volley
    rows = [
        Row(
            "Create(Note) accepted",
            "/s",
            [one.accepted_rate for one in rounds],
            remark=last.remark,
        ),
        Row(
            "on the follower's home timeline, all of them",
            "/s",
            [one.visible_rate for one in rounds],
            [one.cpu_ms for one in rounds],
            remark=f"home page shows {shown} of {last.good} of the last round",
        ),
        Row(
            "bare Starlette: body, one verification, 202",
            "/s",
            [volley.good / volley.seconds for volley, _ in volleys],
            [1000 * cpu / volley.good for volley, cpu in volleys],
            Kind.PEER,
        ),
        Row("RSA verifications of one core", "/s", [limit.verifications], kind=Kind.LIMIT),
    ]
    return Figure("inbox", rows, _faults(rounds, shown))


async def deliver(stage: Stage, scale: Scale, mark: str) -> Round:
    """Send new notes and wait until they are all dealt with."""

    async def entries() -> int:
        return await stage.home_entries() - before

    async def dealt_with() -> int:
        return -await stage.waiting_jobs()

    requests = notes(stage, scale.notes, mark)
    before, cpu, begun = await stage.home_entries(), stage.cpu_seconds, time.monotonic()
    volley = await fire(stage.server.port, requests, connections=scale.connections)
    visible = await reached(volley.good, entries)
    seconds = time.monotonic() - begun
    await reached(0, dealt_with)
    return Round(volley, len(requests), visible, seconds, stage.cpu_seconds - cpu)


async def shown_at_home(stage: Stage, mark: str, most: int) -> int:
    """How many notes of a round a person finds who leafs through the home timeline."""
    found: set[bytes] = set()
    target, wanted = "/", re.compile(rb">(%s-\d+): the quick" % mark.encode())
    for _ in range(most):
        page = await ask_once(stage.server.port, page_request(target, stage.reader.cookie))
        new = set(wanted.findall(page.body)) - found
        found |= new
        older = OLDER.search(page.body)
        if not new or not older:
            break
        target = f"/?before={older[1].decode()}"
    return len(found)


async def _fire_at_bare(
    bare: Child, requests: Sequence[bytes], scale: Scale
) -> tuple[Volley, float]:
    cpu = bare.cpu_seconds
    volley = await fire(bare.port, requests, connections=scale.connections)
    return volley, bare.cpu_seconds - cpu


def _faults(rounds: Sequence[Round], shown: int) -> list[str]:
    faults = [fault for one in rounds for fault in one.volley.faults]
    faults += [
        f"{one.number - one.visible} of {one.number} notes never became visible"
        for one in rounds
        if one.visible < one.number
    ]
    if shown < rounds[-1].visible:
        faults.append(f"the home page shows {shown} of {rounds[-1].visible} notes")
    return faults
