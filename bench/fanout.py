"""This is where it is measured how fast one post reaches its author's followers elsewhere."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.activities import csrf_in, form_request, page_request
from bench.limits import RsaLimit
from bench.report import Figure, Kind, Row
from bench.scale import Scale
from bench.stage import Stage, open_stage, reached
from bench.wire import ask_once
from bench.world import HOSTS


@dataclass(frozen=True, slots=True)
class Post:
    """What became of one post. Times are in seconds."""

    delivered: int
    answered_after: float
    arrived_after: float
    cpu_seconds: float
    world_cpu_seconds: float

    @property
    def rate(self) -> float:
        """Deliveries a second, from the click to the last inbox."""
        return self.delivered / self.arrived_after

    @property
    def cpu_ms(self) -> float:
        """CPU time for each delivery."""
        return 1000 * self.cpu_seconds / max(1, self.delivered)

    @property
    def remark(self) -> str:
        """How long the author waits, and what the inboxes take from the same cores."""
        world_ms = 1000 * self.world_cpu_seconds / max(1, self.delivered)
        answered = f"the form is answered after {1000 * self.answered_after:.0f} ms"
        return f"{answered}; the world uses {world_ms:.2f} CPU ms each"


async def measure(scale: Scale, limit: RsaLimit) -> Figure:
    """Deliveries of one post a second."""
    async with open_stage(scale, followers=scale.followers) as stage:
        first = await post(stage, scale.followers)
        later = [await post(stage, scale.followers) for _ in range(scale.rounds)]
    what = f"one post to {scale.followers:,} inboxes on {HOSTS} hosts"
    rows = [
        Row(f"{what}, first", "/s", [first.rate], [first.cpu_ms], remark="opens connections"),
        Row(
            f"{what}, later",
            "/s",
            [one.rate for one in later],
            [one.cpu_ms for one in later],
            remark=later[-1].remark,
        ),
        Row(
            "RSA signatures of one core",
            "/s",
            [limit.signatures],
            [1000 / limit.signatures],
            Kind.LIMIT,
        ),
    ]
    return Figure("fanout", rows, _faults([first, *later], scale.followers))


async def post(stage: Stage, followers: int) -> Post:
    """Post in the author's name and wait until every follower has it."""

    async def arrived() -> int:
        return await stage.arrived("Create")

    cookie = stage.author.cookie
    page = await ask_once(stage.server.port, page_request("/", cookie))
    form = urlencode(
        {"csrf": csrf_in(page.body), "text": "What I have learnt today", "audience": "public"}
    )
    await stage.forget()
    cpu, world_cpu = stage.cpu_seconds, stage.world.cpu_seconds
    begun = time.monotonic()
    answer = await ask_once(stage.server.port, form_request("/statuses", cookie, form.encode()))
    answered = time.monotonic()
    if answer.status != 303:
        raise RuntimeError(f"the post was answered with {answer.status}")
    delivered = await reached(followers, arrived)
    last_at = (await stage.count()).last_at
    return Post(
        delivered=delivered,
        answered_after=answered - begun,
        arrived_after=max(last_at, answered) - begun,
        cpu_seconds=stage.cpu_seconds - cpu,
        world_cpu_seconds=stage.world.cpu_seconds - world_cpu,
    )


def _faults(posts: Sequence[Post], followers: int) -> list[str]:
    return [
        f"{followers - one.delivered} of {followers} inboxes never got the post"
        for one in posts
        if one.delivered < followers
    ]
