"""This is where servers are born quickly: `python -m bench.nursery MODULE`.

What takes a server longest is to read its own code. Here that is done once. Each line of standard
input, the arguments, makes a copy of the process, which then starts as any server does.
"""

import asyncio
import importlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.processes import READY_WITHIN, end, told

ENDED = "ended"


@dataclass(slots=True)
class Newborn:
    """A server that has been put together, and is about to open its database and to listen."""

    port: int
    handle: int  # a pidfd: it means this process and no later one
    nursery: "Nursery"
    how_it_ended: int | None = None

    async def live(self, seconds: float) -> None:
        """Return when it has ended by itself, or the time is over."""
        try:
            async with asyncio.timeout(seconds):
                self.how_it_ended = _exit_code(await self.nursery.next_line())
        except TimeoutError:
            return

    async def kill(self) -> int:
        """End it at once (SIGKILL), unless it has ended; how it ended."""
        if self.how_it_ended is None:
            # It may have ended by itself just now, which the nursery is about to tell.
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            self.how_it_ended = _exit_code(await self.nursery.next_line())
        return self.how_it_ended


class Nursery:
    """Makes one server after the other."""

    def __init__(self, process: Process, log: Path) -> None:
        self._process = process
        self._log = log

    @asynccontextmanager
    async def born(self, *arguments: str) -> AsyncIterator[Newborn]:
        """A server, which is killed at the latest at the end of the context."""
        if self._process.stdin is None:
            raise TypeError("the nursery hears nothing")
        self._process.stdin.write(" ".join(arguments).encode() + b"\n")
        async with asyncio.timeout(READY_WITHIN):
            handle = os.pidfd_open(int(await self.next_line()))
            port = int(await self.next_line())
        newborn = Newborn(port, handle, self)
        try:
            yield newborn
        finally:
            await newborn.kill()
            os.close(handle)

    async def next_line(self) -> str:
        """What the process says next; `RuntimeError` when it has ended."""
        line = await self._process.stdout.readline() if self._process.stdout else b""
        if not line:
            raise RuntimeError(told(self._log))
        return line.decode().strip()


@asynccontextmanager
async def open_nursery(
    module: str, folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[Nursery]:
    """A nursery for servers of this module; what they have to say goes to a log file."""
    log = folder / f"{module}.log"
    with log.open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bench.nursery", module),
            stdin=PIPE,
            stdout=PIPE,
            stderr=written,
            env={**os.environ, **environment},
        )
    try:
        yield Nursery(process, log)
    finally:
        await end(process)


def _exit_code(line: str) -> int:
    return int(line.removeprefix(ENDED))


def bear(module: str) -> None:
    """Make a server for each line of input, the next when the one before has ended."""
    run = importlib.import_module(module).main
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(os.getpid(), flush=True)
            sys.exit(run(*line.split()))
        _, status = os.waitpid(child, 0)
        print(ENDED, os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    bear(sys.argv[1])
