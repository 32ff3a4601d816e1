"""This is where it is measured how quickly apps read and post, many of them at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise
from urllib.parse import urlencode

from bench.activities import app_request, document_request
from bench.inbox import deliver
from bench.limits import RsaLimit
from bench.pages import POSTS_ON_A_PAGE, fill
from bench.processes import Child
from bench.report import Figure, Kind, Row
from bench.scale import Scale
from bench.stage import HOST, ORIGIN, Stage, begin, open_bare, open_scene, open_stage
from bench.wire import Volley, ask_once, fire
from fedlearn.activitypub.uris import Uris
from tests.crowd import people_arrive

READING, POSTING = 16, 8  # connections
WARMING = 3
HOME = f"/api/v1/timelines/home?limit={POSTS_ON_A_PAGE}"
FORM = {"content-type": "application/x-www-form-urlencoded"}

Rounds = list[tuple[Volley, float]]


@dataclass(slots=True)
class Findings:
    """What was measured: rows of reading and of posting, and what went wrong; of how many bytes."""

    reading: list[Row] = field(default_factory=list)
    posting: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    size: int = 0

    async def look_at(self, stage: Stage, posts: int, scale: Scale) -> None:
        """Read and post for a while, among so many posts."""
        await self._read(stage, f"home of {POSTS_ON_A_PAGE} among {posts:,}", scale)
        batches = _batches(_posts(stage), scale)
        posted = [(await _rounds(stage.server, one, POSTING, scale))[0] for one in batches]
        self.posting.append(_row(f"posts by one person among {posts:,}", Kind.OURS, posted))
        self._note_faults(posted)

    async def look_at_news(self, stage: Stage, scale: Scale) -> None:
        """Read what has only just come from other servers, which nobody has answered or liked."""
        await deliver(stage, scale, "news")
        await self._read(stage, f"home of {POSTS_ON_A_PAGE} that just came in", scale)

    async def _read(self, stage: Stage, what: str, scale: Scale) -> None:
        self.size = len((await ask_once(stage.server.port, _home(stage))).body)
        read = await _rounds(stage.server, [_home(stage)] * scale.timelines, READING, scale)
        self.reading.append(_row(f"{what}, {self.size / 1000:.0f} kB", Kind.OURS, read))
        self._note_faults(read)

    def _note_faults(self, rounds: Rounds) -> None:
        self.faults += [one for volley, _ in rounds for one in volley.faults]


async def measure(scale: Scale, _limit: RsaLimit) -> Figure:
    """Timelines and posts a second, and within which time 99 of a hundred answers came."""
    found = Findings()
    async with open_stage(scale) as stage:
        await found.look_at_news(stage, scale)
    async with open_scene(scale) as scene:
        async with scene.database() as db:
            crowd = await people_arrive(db, Uris(ORIGIN, HOST), scene.reader.id, scale.people)
        for had, posts in pairwise((0, *scale.posts_for_apps)):
            await fill(scene, crowd, had, posts)
            async with begin(scene) as stage:
                await found.look_at(stage, posts, scale)
    async with open_bare() as bare:
        request = document_request(f"/document?bytes={found.size}")
        bares = await _rounds(bare, [request] * scale.timelines, READING, scale)
    peer = _row("bare Starlette: as many bytes", Kind.PEER, bares)
    # What is compared stands together: the same among few and among many.
    return Figure("apps", [*found.reading, peer, *found.posting], found.faults)


def _home(stage: Stage) -> bytes:
    return app_request("GET", HOME, stage.reader.token)


def _posts(stage: Stage) -> Iterator[bytes]:
    for number in count():
        body = urlencode({"status": f"The quick brown fox jumps, {number}"}).encode()
        yield app_request("POST", "/api/v1/statuses", stage.author.token, FORM, body)


def _batches(requests: Iterator[bytes], scale: Scale) -> Iterator[list[bytes]]:
    for _ in range(scale.rounds):
        yield [next(requests) for _ in range(scale.notes // POSTING)]


async def _rounds(server: Child, requests: list[bytes], connections: int, scale: Scale) -> Rounds:
    # The first of all fill caches, and post nothing.
    if requests[0].startswith(b"GET"):
        await fire(server.port, requests[:WARMING], connections=1)
    found: Rounds = []
    for _ in range(scale.rounds if requests[0].startswith(b"GET") else 1):
        cpu = server.cpu_seconds
        volley = await fire(server.port, requests, connections=connections)
        found.append((volley, server.cpu_seconds - cpu))
    return found


def _row(what: str, kind: Kind, rounds: Rounds) -> Row:
    slowest = min(volley.latency_ms(99) for volley, _ in rounds)
    return Row(
        what,
        "/s",
        [volley.good / volley.seconds for volley, _ in rounds],
        [1000 * cpu / len(volley.latencies) for volley, cpu in rounds],
        kind,
        f"p99 {slowest:.0f} ms",
    )
