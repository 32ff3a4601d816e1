"""This is where a server is killed a hundred times under load, and it is counted what was lost.

Nothing may be: what is measured is how often it was tried.
"""

import random
from collections import Counter

from bench.ledger import Kind
from bench.limits import RsaLimit
from bench.report import Figure, Row
from bench.scale import Scale
from bench.stage import open_scene
from bench.storm import Storm

FOLLOWERS = 20


async def measure(scale: Scale, _limit: RsaLimit) -> Figure:
    """Kills survived."""
    seed = random.randrange(10**6)
    async with open_scene(scale, followers=FOLLOWERS) as scene:
        storm = Storm(scene, seed)
        await storm.rage(scale.kills)
    kept = Counter(deed.kind for deed in storm.ledger.answered)
    posts = kept.pop(Kind.POST)
    lives = f"{storm.useful_lives} lives long enough to answer; seed {seed}"
    twice = f"{storm.found.repeated_deliveries} deliveries came twice"
    rows = [
        Row("kill -9 under load", "", [storm.kills], remark=lives),
        Row("activities answered with 202, each kept once", "", [kept.total()]),
        Row(f"posts answered, each sent to {FOLLOWERS} inboxes", "", [posts], remark=twice),
        Row("all of it", "s", [storm.seconds]),
    ]
    return Figure("kills", rows, storm.faults)
