"""This is where it is measured how much memory the server takes, at rest and at work."""

import asyncio

from bench import fanout, inbox
from bench.activities import notes
from bench.limits import RsaLimit
from bench.processes import watched
from bench.report import Figure, Kind, Row
from bench.scale import Scale
from bench.stage import open_bare, open_stage
from bench.wire import fire

SECONDS_OF_REST = 3.0


async def measure(scale: Scale, _limit: RsaLimit) -> Figure:
    """MiB of memory in which the process and its children reside."""
    async with open_stage(scale, followers=scale.followers) as stage:
        await asyncio.sleep(SECONDS_OF_REST)
        idle = stage.server.memory_mib
        async with watched(stage.server) as peak:
            await inbox.deliver(stage, scale, "memory")
            await fanout.post(stage, scale.followers)
        await asyncio.sleep(SECONDS_OF_REST)
        after = stage.server.memory_mib
        requests = notes(stage, scale.notes, "bare")
    async with open_bare() as bare:
        await asyncio.sleep(SECONDS_OF_REST)
        bare_idle = bare.memory_mib
        async with watched(bare) as bare_peak:
            await fire(bare.port, requests, connections=scale.connections)
    rows = [
        Row("at rest", "MiB", [idle]),
        Row("most, under the loads of inbox and fanout", "MiB", [peak.mib]),
        Row("at rest again", "MiB", [after]),
        Row("bare Starlette at rest", "MiB", [bare_idle], kind=Kind.PEER),
        Row("bare Starlette, most under load", "MiB", [bare_peak.mib], kind=Kind.PEER),
    ]
    return Figure("memory", rows)
