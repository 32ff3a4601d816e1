"""This is where docs/reference/wire-samples.md comes from: what becomes of what other servers send.

`python -m tests.wire_samples` plays each sample before a server of its own, and writes the page. It
needs the samples of others, which lie beside the repository (tests/federation/samples.py).
"""

import asyncio
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from itertools import cycle
from pathlib import Path
from unittest.mock import patch

from argon2 import PasswordHasher

from fedlearn.db.opening import migrate
from fedlearn.settings import Settings
from tests.federation.network import Network
from tests.federation.samples import (
    HOST,
    ROOT,
    SHARED,
    Sample,
    kind_of,
    own_samples,
    play,
    shared_samples,
)
from tests.federation.server import run_server
from tests.keys import KEYS_OF_SERVERS, all_keys

PAGE = ROOT / "docs" / "reference" / "wire-samples.md"
ROW = re.compile(r"^\| (?:\[`(?P<own>[^`]+)`\]\([^)]*\)|`(?P<shared>[^`]+)`) \|", re.MULTILINE)

INTRO = """\
# What becomes of what other servers send

Documents as other servers send them, and what a server of ours makes of each: what is kept, and what
is shown of it; or why it is dropped. Before each, alice reads who acts in it, and what it takes back
or changes has been done. What is marked by a link was written for these tests from what is publicly
known of that software; the others were sent by real servers, are not in this repository, and are
played moved to https.

`python -m tests.wire_samples` makes this page, and tests/federation/test_wire_samples.py holds it
to the truth.
"""

HEAD = "| document | type | what becomes of it |\n| --- | --- | --- |\n"


def row(sample: Sample, fate: str) -> str:
    """The line of a sample in its table."""
    name = f"`{sample.name}`"
    if sample.path.is_relative_to(ROOT):
        name = f"[{name}](../../{sample.path.relative_to(ROOT).as_posix()})"
    return f"| {name} | {kind_of(sample.read())} | {fate} |"


def render(rows: Iterable[tuple[Sample, str]]) -> str:
    """The page in Markdown."""
    by_software: dict[str, list[str]] = defaultdict(list)
    for sample, fate in rows:
        by_software[sample.software].append(row(sample, fate))
    tables = [
        f"## {software}\n\n{HEAD}" + "".join(f"{line}\n" for line in lines)
        for software, lines in sorted(by_software.items())
    ]
    return "\n".join([INTRO, *tables])


def names_on(page: str) -> set[str]:
    """Which samples a page speaks of."""
    return {found["own"] or found["shared"] for found in ROW.finditer(page)}


async def play_all(samples: list[Sample], folder: Path) -> list[tuple[Sample, str]]:
    """What becomes of each sample, before a server of its own."""
    template = folder / "template.db"
    await migrate(Settings(database=str(template)))
    return [(sample, await _play_alone(sample, template)) for sample in samples]


async def _play_alone(sample: Sample, template: Path) -> str:
    network = Network()
    with tempfile.TemporaryDirectory(dir=template.parent) as home:
        shutil.copyfile(template, Path(home) / "fedlearn.db")
        settings = Settings(
            url=f"https://{HOST}",
            data_dir=Path(home),
            keys_dir=Path(home),
            embedded_worker=False,
            rate_limits=False,
        )
        async with run_server(settings, network) as server:
            return await play(sample, server, network, all_keys()[KEYS_OF_SERVERS])


def main() -> None:
    """Write the page."""
    if not SHARED.is_dir():
        sys.exit(f"the samples of others are not at {SHARED}")
    samples = sorted([*shared_samples(), *own_samples()], key=lambda sample: sample.name)
    keys = cycle(all_keys()[:KEYS_OF_SERVERS])
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with (
        patch("fedlearn.instance.generate_key", lambda: next(keys)),
        patch("fedlearn.services.passwords._hasher", quick),
        tempfile.TemporaryDirectory() as folder,
    ):
        rows = asyncio.run(play_all(samples, Path(folder)))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(rows), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written\n")


if __name__ == "__main__":
    main()
