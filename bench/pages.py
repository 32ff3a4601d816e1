"""This is where it is measured how long pages take, among many posts and among ten times as many.

One person, who follows hundreds, looks at the same pages again and again, one at a time.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from bench.activities import document_request, page_request
from bench.limits import RsaLimit
from bench.processes import Child
from bench.report import Figure, Kind, Row
from bench.scale import Scale
from bench.stage import HOST, ORIGIN, Scene, Stage, begin, open_bare, open_scene
from bench.wire import Volley, ask_once, fire
from fedlearn.activitypub.uris import Uris
from tests.chatter import posts_arrive, reader_settles
from tests.crowd import Crowd, count_everything, people_arrive, tag

POSTS_ON_A_PAGE = 40
WARMING = 3
BARE = "bare Starlette with Jinja, as many bytes as home"


@dataclass(slots=True)
class Look:
    """One page, looked at many times in each of several rounds; `posts` is among how many."""

    page: str
    posts: int = 0
    size: int = 0
    volleys: list[Volley] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    async def take(self, whose: Stage | Child, server: Child, request: bytes, scale: Scale) -> None:
        """Ask for the page, and note what it takes."""
        # The first compiles templates and fills caches.
        await fire(server.port, [request] * WARMING, connections=1)
        self.size = len((await ask_once(server.port, request)).body)
        for _ in range(scale.rounds):
            cpu = whose.cpu_seconds
            self.volleys.append(await fire(server.port, [request] * scale.looks, connections=1))
            self.cpu_ms.append(1000 * (whose.cpu_seconds - cpu) / scale.looks)

    @property
    def median_ms(self) -> list[float]:
        """The usual time of each round."""
        return [1000 * statistics.median(one.latencies) for one in self.volleys]

    @property
    def slow_ms(self) -> float:
        """The time within which 95 of a hundred pages came, in the best of the rounds."""
        return min(one.latency_ms(95) for one in self.volleys)


async def measure(scale: Scale, _limit: RsaLimit) -> Figure:
    """Milliseconds for each page."""
    looks: list[Look] = []
    async with open_scene(scale) as scene:
        async with scene.database() as db:
            crowd = await people_arrive(db, Uris(ORIGIN, HOST), scene.reader.id, scale.people)
        for had, posts in pairwise((0, *scale.posts)):
            await fill(scene, crowd, had, posts)
            async with begin(scene) as stage:
                looks += await _look_around(stage, scale, crowd, posts)
    async with open_bare() as bare:
        looks.append(await _look_at_bare(bare, scale, looks[0].size))
    faults = [fault for one in looks for volley in one.volleys for fault in volley.faults]
    # What is compared stands together: the same page among few and among many.
    return Figure("pages", [_row(one) for one in sorted(looks, key=_place(looks))], faults)


async def fill(scene: Scene, crowd: Crowd, had: int, posts: int) -> None:
    """Have so many posts there, of which some were there before."""
    async with scene.database() as db:
        await posts_arrive(db, crowd, had, posts)
        if had == 0:
            await reader_settles(db, crowd)
        if scene.is_on_postgres:
            await count_everything(db)


def pages_of(crowd: Crowd) -> dict[str, str]:
    """Where each page is, that shows as many posts as a page can."""
    many = f"limit={POSTS_ON_A_PAGE}"
    return {
        "home": f"/?{many}",
        "public": f"/public?{many}",
        "profile": f"/@{crowd.writer.acct}?{many}",
        "thread of 100 answers": crowd.thread,
        "hashtag": f"/tags/{tag(0)}?{many}",
        "list": f"/lists/{crowd.people_list}?{many}",
        "notifications": f"/notifications?{many}",
        "search, a word of most posts": f"/search?q={crowd.word}&{many}",
        "search, a rare word": f"/search?q={crowd.rare_word}&{many}",
        "bookmarks": f"/bookmarks?{many}",
        "explore": "/explore",
    }


async def _look_around(stage: Stage, scale: Scale, crowd: Crowd, posts: int) -> list[Look]:
    looks = []
    for name, target in pages_of(crowd).items():
        look = Look(name, posts)
        await look.take(stage, stage.server, page_request(target, stage.reader.cookie), scale)
        looks.append(look)
    return looks


async def _look_at_bare(bare: Child, scale: Scale, size: int) -> Look:
    look = Look(BARE)
    await look.take(bare, bare, document_request(f"/page?bytes={size}"), scale)
    return look


def _place(looks: list[Look]) -> Callable[[Look], int]:
    places = {one.page: place for place, one in reversed(list(enumerate(looks)))}
    return lambda look: places[look.page]


def _row(look: Look) -> Row:
    among = f", {look.posts:,} posts" if look.posts else ""
    return Row(
        f"{look.page}{among}",
        "ms",
        look.median_ms,
        look.cpu_ms,
        Kind.OURS if look.posts else Kind.PEER,
        f"p95 {look.slow_ms:.1f} ms, {look.size / 1000:.0f} kB",
    )
