"""This is where processes are started for a measurement, watched from outside, and ended."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.wire import connect

READY_WITHIN = 30.0
ENDED_WITHIN = 10.0
BETWEEN_SAMPLES = 0.1
MIB = 1024 * 1024
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
# Fields of /proc/PID/stat after the name of the program, see proc(5).
PARENT, USER_TIME, SYSTEM_TIME, RESIDENT_PAGES = 1, 11, 12, 21


@dataclass(frozen=True, slots=True)
class Child:
    """A process that we started, and the ports that it listens on."""

    process: asyncio.subprocess.Process
    ports: tuple[int, ...]

    @property
    def port(self) -> int:
        """Its first port."""
        return self.ports[0]

    @property
    def cpu_seconds(self) -> float:
        """CPU time that it and its children have used so far."""
        return cpu_seconds_of(self.process.pid)

    @property
    def memory_mib(self) -> float:
        """Memory in which it and its children reside."""
        return sum(one[RESIDENT_PAGES] for one in _tree(self.process.pid)) * PAGE / MIB


@asynccontextmanager
async def start(
    module: str, *arguments: str, folder: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Child]:
    """A Python module of this package as a process of its own, ended at the end.

    It says on one line which ports it listens on; what else it has to say goes to a log file.
    """
    with (folder / f"{module}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env={**os.environ, **(environment or {})},
        )
    try:
        async with asyncio.timeout(READY_WITHIN):
            child = await _ready(process)
        if child is None:
            raise RuntimeError(told(folder / f"{module}.log"))
        yield child
    finally:
        await end(process)


async def _ready(process: asyncio.subprocess.Process) -> Child | None:
    """The process once its first port answers, None when it has ended instead."""
    line = await process.stdout.readline() if process.stdout else b""
    child = Child(process, tuple(int(word) for word in line.split()))
    while line and process.returncode is None:
        try:
            (await connect(child.port)).close()
        except OSError:
            await asyncio.sleep(BETWEEN_SAMPLES)
        else:
            return child
    return None


def told(log: Path) -> str:
    """What a process had to say that did not start."""
    return f"the process did not start:\n{log.read_text(encoding='utf-8')}"


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end, and make it."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), ENDED_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


def cpu_seconds_of(root: int) -> float:
    """CPU time that a process and all that descend from it have used so far."""
    return sum(one[USER_TIME] + one[SYSTEM_TIME] for one in _tree(root)) / TICKS


def parent_of(pid: int) -> int:
    """The process that has started this one."""
    return _stat(pid)[PARENT]


class Peak:
    """The most memory that was seen."""

    def __init__(self) -> None:
        self.mib = 0.0

    async def watch(self, child: Child) -> None:
        """Look again and again, until cancelled."""
        while True:
            self.mib = max(self.mib, child.memory_mib)
            await asyncio.sleep(BETWEEN_SAMPLES)


@asynccontextmanager
async def watched(child: Child) -> AsyncIterator[Peak]:
    """The peak of a process's memory from here to the end of the context."""
    peak = Peak()
    task = asyncio.create_task(peak.watch(child))
    try:
        yield peak
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Machine:
    """How much of this machine something else used."""

    def __init__(self) -> None:
        self.others_percent = 0.0

    @contextmanager
    def observed(self) -> Iterator[None]:
        """Compare what all cores did with what we and our children did, from here to the end."""
        begun, busy, ours = time.monotonic(), _busy_seconds(), _own_seconds()
        yield
        all_cores = (time.monotonic() - begun) * (os.cpu_count() or 1)
        others = (_busy_seconds() - busy) - (_own_seconds() - ours)
        self.others_percent = max(0.0, 100 * others / all_cores)


def _busy_seconds() -> float:
    words = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]
    user, nice, system, _idle, _waiting, irq, soft, stolen = map(int, words)
    return (user + nice + system + irq + soft + stolen) / TICKS


def _own_seconds() -> float:
    """Of this process and of the children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _tree(root: int) -> list[list[int]]:
    """The numbers in /proc/PID/stat of a process and of all that descend from it."""
    found = {pid: stat for pid in _all_pids() if (stat := _stat(pid))}
    family, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        waiting += [child for child, stat in found.items() if stat[PARENT] == pid]
        family += [found[pid]] if pid in found else []
    return family


def _all_pids() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def _stat(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return []
    # The name stands in brackets and may hold anything; the state after it is a letter.
    words = text.rpartition(")")[2].split()
    return [0, *map(int, words[1:])]
