"""This is where it is measured what it costs that many apps listen, and how soon all of them hear.

A hundred people who follow the author have ten apps each, on sockets that are open at once. The
author posts, now and then, and each socket gets the post.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect

from bench.activities import app_request
from bench.limits import RsaLimit
from bench.processes import Child
from bench.report import Figure, Kind, Row
from bench.scale import Scale
from bench.stage import Stage, open_bare, open_stage
from bench.wire import LOOPBACK, ask_once, request_bytes

APPS = 10  # of each person
OF_AN_ADDRESS = 250  # the server takes twice as many from one
ALL_WITHIN = 30.0
SECONDS_OF_REST = 1.0
FORM = {"content-type": "application/x-www-form-urlencoded"}
STREAM = "/api/v1/streaming?stream=user&access_token={token}"


async def measure(scale: Scale, _limit: RsaLimit) -> Figure:
    """MiB for idle sockets, and milliseconds from a post until the last of them has it."""
    async with open_stage(scale, readers=scale.sockets // APPS) as stage:
        before = stage.server.memory_mib
        paths = [STREAM.format(token=one.token) for one in stage.readers for _ in range(APPS)]
        async with _open(stage.server, paths) as sockets:
            await asyncio.sleep(SECONDS_OF_REST)
            ours = stage.server.memory_mib - before
            cpu = stage.cpu_seconds
            posted = [await _post(stage, sockets, number) for number in range(scale.rounds * 3)]
            cpu = stage.cpu_seconds - cpu
    async with open_bare() as bare:
        before = bare.memory_mib
        async with _open(bare, ["/socket"] * len(sockets)) as sockets:
            await asyncio.sleep(SECONDS_OF_REST)
            theirs = bare.memory_mib - before
            told = [await _tell(bare, sockets) for _ in range(scale.rounds * 3)]
    each = [1000 * cpu / len(posted) / len(sockets)]
    rows = [
        Row(f"{len(sockets)} idle sockets", "MiB", [ours]),
        Row("bare Starlette: as many", "MiB", [theirs], kind=Kind.PEER),
        Row("a post until the last of them has it", "ms", posted, each),
        Row("bare Starlette: as many bytes", "ms", told, kind=Kind.PEER),
    ]
    return Figure("sockets", rows)


@asynccontextmanager
async def _open(server: Child, paths: Sequence[str]) -> AsyncIterator[list[ClientConnection]]:
    """A socket for each path, from as many addresses as it takes."""
    sockets = []
    async with AsyncExitStack() as stack:
        for number, path in enumerate(paths):
            address = f"127.0.1.{1 + number // OF_AN_ADDRESS}"
            opened = connect(f"ws://{LOOPBACK}:{server.port}{path}", local_addr=(address, 0))
            sockets.append(await stack.enter_async_context(opened))
        yield sockets


async def _post(stage: Stage, sockets: Sequence[ClientConnection], number: int) -> float:
    body = urlencode({"status": f"The quick brown fox jumps, {number}"}).encode()
    request = app_request("POST", "/api/v1/statuses", stage.author.token, FORM, body)
    return await _heard_by_all(stage.server, request, sockets)


async def _tell(bare: Child, sockets: Sequence[ClientConnection]) -> float:
    return await _heard_by_all(bare, request_bytes("POST", "/tell?bytes=2400", {}), sockets)


async def _heard_by_all(
    server: Child, request: bytes, sockets: Sequence[ClientConnection]
) -> float:
    """Milliseconds until the last socket has something."""
    begun = time.monotonic()
    heard = [asyncio.create_task(one.recv()) for one in sockets]
    await ask_once(server.port, request)
    async with asyncio.timeout(ALL_WITHIN):
        await asyncio.gather(*heard)
    return 1000 * (time.monotonic() - begun)
