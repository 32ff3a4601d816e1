"""This is where it is measured how fast a cached document is handed out: that of an actor."""

from bench.activities import document_request
from bench.limits import RsaLimit
from bench.processes import Child
from bench.report import Figure, Kind, Row
from bench.scale import Scale
from bench.stage import AUTHOR, open_bare, open_stage
from bench.wire import Volley, fire


async def measure(scale: Scale, _limit: RsaLimit) -> Figure:
    """Actor documents a second."""
    async with open_stage(scale) as stage:
        ours = await _rounds(stage.server, f"/users/{AUTHOR}", scale)
    async with open_bare() as bare:
        bares = await _rounds(bare, "/document", scale)
    rows = [
        _row("actor document from the cache", Kind.OURS, ours),
        _row("bare Starlette: constant bytes", Kind.PEER, bares),
    ]
    return Figure("actor", rows, [fault for volley, _ in ours for fault in volley.faults])


async def _rounds(server: Child, target: str, scale: Scale) -> list[tuple[Volley, float]]:
    requests = [document_request(target)] * scale.documents
    # The first request of all fills the cache.
    await fire(server.port, requests[:1], connections=1)
    found = []
    for _ in range(scale.rounds):
        cpu = server.cpu_seconds
        volley = await fire(server.port, requests, connections=scale.connections)
        found.append((volley, server.cpu_seconds - cpu))
    return found


def _row(what: str, kind: Kind, rounds: list[tuple[Volley, float]]) -> Row:
    return Row(
        what,
        "/s",
        [volley.good / volley.seconds for volley, _ in rounds],
        [1000 * cpu / len(volley.latencies) for volley, cpu in rounds],
        kind,
        rounds[-1][0].remark,
    )
