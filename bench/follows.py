"""This is where it is measured how fast strangers become followers.

For each of them the server fetches the actor, looks up its handle, verifies the Follow, and sends
an Accept; the follow counts as accepted once that has arrived.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.activities import follows
from bench.limits import RsaLimit
from bench.report import Figure, Kind, Row
from bench.scale import Scale
from bench.stage import Stage, open_stage, reached
from bench.wire import Volley, fire

# One to fetch the actor, one to send the Accept.
SIGNATURES_EACH = 2


@dataclass(frozen=True, slots=True)
class Crowd:
    """What became of many Follows. Times are in seconds."""

    volley: Volley
    number: int
    accepted: int
    seconds: float
    cpu_seconds: float


async def measure(scale: Scale, limit: RsaLimit) -> Figure:
    """Follows accepted a second."""
    async with open_stage(scale) as stage:
        crowds = [await _arrive(stage, scale, f"crowd{one}x") for one in range(scale.rounds)]
    rsa_seconds = SIGNATURES_EACH / limit.signatures + 1 / limit.verifications
    rows = [
        Row(
            "Follow by an unknown actor, until its Accept arrived",
            "/s",
            [one.accepted / one.seconds for one in crowds],
            [1000 * one.cpu_seconds / one.number for one in crowds],
            remark=crowds[-1].volley.remark,
        ),
        Row(
            "its RSA alone, 2 signatures and 1 verification, one core",
            "/s",
            [1 / rsa_seconds],
            [1000 * rsa_seconds],
            Kind.LIMIT,
        ),
    ]
    return Figure("follows", rows, _faults(crowds))


async def _arrive(stage: Stage, scale: Scale, mark: str) -> Crowd:
    async def accepts() -> int:
        return await stage.arrived("Accept")

    requests = follows(stage, scale.strangers, mark)
    await stage.forget()
    cpu, begun = stage.cpu_seconds, time.monotonic()
    volley = await fire(stage.server.port, requests, connections=scale.connections)
    accepted = await reached(volley.good, accepts)
    last_at = (await stage.count()).last_at
    cpu_seconds = stage.cpu_seconds - cpu
    return Crowd(volley, len(requests), accepted, max(last_at - begun, 1e-3), cpu_seconds)


def _faults(crowds: Sequence[Crowd]) -> list[str]:
    faults = [fault for one in crowds for fault in one.volley.faults]
    return faults + [
        f"{one.number - one.accepted} of {one.number} follows were not accepted"
        for one in crowds
        if one.accepted < one.number
    ]
