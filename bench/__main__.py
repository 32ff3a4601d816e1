"""This is where the measurements are started: `python -m bench [name ...]`."""

import argparse
import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from itertools import product

import uvloop

from bench import actor, apps, fanout, follows, inbox, kills, memory, pages, sockets
from bench.limits import RsaLimit, rsa_limit
from bench.processes import Machine
from bench.report import Figure, as_json, as_table
from bench.scale import QUICK, Scale
from tests.postgres import postgres_cluster

FIGURES: dict[str, Callable[[Scale, RsaLimit], Awaitable[Figure]]] = {
    "inbox": inbox.measure,
    "fanout": fanout.measure,
    "actor": actor.measure,
    "follows": follows.measure,
    "pages": pages.measure,
    "apps": apps.measure,
    "sockets": sockets.measure,
    "memory": memory.measure,
    "kills": kills.measure,
}

DATABASES = ["sqlite", "postgresql"]


def main() -> None:
    """Measure what is asked for; ends with 1 when something was lost or refused."""
    asked = _arguments()
    scale = QUICK if asked.quick else Scale()
    if asked.rounds:
        scale = replace(scale, rounds=asked.rounds)
    figures = uvloop.run(_measure(asked.names or list(FIGURES), asked.database, scale))
    print(as_json(figures) if asked.json else as_table(figures))
    raise SystemExit(1 if any(figure.faults for figure in figures) else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(FIGURES))
    parser.add_argument("--rounds", type=int, help="how often each load is repeated")
    parser.add_argument("--quick", action="store_true", help="a tenth of the load, once")
    parser.add_argument(
        "--database", nargs="+", choices=DATABASES, default=DATABASES[:1], help="where it stores"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for a program to read")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(FIGURES):
        parser.error(f"there is no figure called {', '.join(sorted(unknown))}")
    return asked


async def _measure(names: list[str], databases: list[str], scale: Scale) -> list[Figure]:
    if task := asyncio.current_task():
        # Whoever ends us early ends the servers with us, and their folders go, too.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    limit = await rsa_limit()
    figures = []
    for name, database in product(names, databases):
        is_postgres = database == "postgresql"
        with postgres_cluster(is_careful=True) if is_postgres else nullcontext() as url:
            figure = await _observed(FIGURES[name], replace(scale, postgres=url), limit)
        figures.append(replace(figure, name=f"{name} ({database})"))
    return figures


async def _observed(
    measure: Callable[[Scale, RsaLimit], Awaitable[Figure]], scale: Scale, limit: RsaLimit
) -> Figure:
    machine = Machine()
    with machine.observed():
        figure = await measure(scale, limit)
    return replace(figure, others_percent=machine.others_percent)


if __name__ == "__main__":
    main()
