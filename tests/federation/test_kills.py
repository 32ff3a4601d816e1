"""Servers that are killed again and again while they work lose nothing that they have answered."""

import random
import sys
from collections import Counter

import pytest

from bench.ledger import Aftermath, Deed, Kind, Ledger, faults
from bench.scale import Scale
from bench.stage import open_scene
from bench.storm import Storm

FOLLOWERS = 20
NOTE, POST = Deed(Kind.NOTE, "https://h.test/1"), Deed(Kind.POST, "hello")
DELETION = Deed(Kind.DELETION, NOTE.name)


async def rage(kills: int, *, seed: int | None = None, postgres: str | None = None) -> Storm:
    """What is left after so many kills; a seed that failed can be given, to repeat its moments."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    sys.stdout.write(f"the seed of the storm is {seed}\n")  # shown when the test fails
    async with open_scene(Scale(postgres=postgres), followers=FOLLOWERS) as scene:
        storm = Storm(scene, seed)
        await storm.rage(kills)
    return storm


async def test_nothing_is_lost_in_25_kills() -> None:
    """Killed 25 times as it starts, takes in, posts, delivers and commits, it keeps its word.

    Each activity answered with 202 took effect once, no post is half there, and what was posted came
    to every inbox.
    """
    storm = await rage(25)
    assert storm.faults == []
    # It was enough to mean something.
    kept = Counter(deed.kind for deed in storm.ledger.answered)
    assert set(kept) == set(Kind)
    assert kept.total() > 4 * storm.kills
    assert storm.useful_lives > storm.kills / 3


async def test_nothing_is_lost_on_postgres(postgres_url: str) -> None:
    """The same with PostgreSQL, of which only the client dies."""
    storm = await rage(7, postgres=postgres_url)
    assert storm.faults == []
    assert len(storm.ledger.answered) > storm.kills


# --- that it would be noticed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("careless", "noticed"),
    [
        ("hasty", "answered, and lost"),
        ("piecemeal", "half of"),
        ("forgetful", "never came to"),
    ],
)
async def test_broken_promise_is_noticed(careless: str, noticed: str) -> None:
    """A server that answers too early, writes in pieces, or forgets what it sends, is found out."""
    choices = {"CARELESS": careless}
    async with open_scene(Scale(), followers=FOLLOWERS, choices=choices) as scene:
        storm = Storm(scene, 1, subject="tests.federation.careless", ends={"late": 1})
        await storm.rage(3)
    assert any(noticed in fault for fault in storm.faults), storm.faults


@pytest.mark.parametrize(
    ("answered", "there", "noticed"),
    [
        ([NOTE], [], "answered, and lost: 1 of kind note, such as https://h.test/1"),
        ([POST], [], "answered, and lost: 1 of kind post, such as hello"),
        ([NOTE, DELETION], [], "answered, and lost: 1 of kind deletion"),
        ([NOTE, DELETION], [NOTE, DELETION], "deleted, and still there: 1 of kind note"),
        ([POST], [POST, POST], "done more than once: 1 of kind post"),
        ([], [POST], "never asked for: 1 of kind post"),
    ],
)
def test_what_is_not_as_promised(answered: list[Deed], there: list[Deed], noticed: str) -> None:
    """What was answered must be there once; what was never asked for must not."""
    ledger = Ledger()
    for deed in answered:
        ledger.ask(deed)
        ledger.answer(deed)
    (fault,) = faults(ledger, Aftermath(effects=Counter(there)))
    assert fault.startswith(noticed)


def test_what_is_as_promised() -> None:
    """What was asked and not answered may be there or not; what is deleted need not be."""
    ledger = Ledger()
    for deed in (NOTE, DELETION):
        ledger.ask(deed)
        ledger.answer(deed)
    ledger.ask(POST)
    assert faults(ledger, Aftermath(effects=Counter([DELETION]))) == []
    assert faults(ledger, Aftermath(effects=Counter([DELETION, POST]))) == []


def test_what_else_is_told() -> None:
    """Refusals, halves, what the database says, and work that was left: each is a fault."""
    ledger = Ledger(refusals=["refused"])
    found = Aftermath(half_done=["half"], unsound=["unsound"], left_over=["left"])
    assert faults(ledger, found) == ["refused", "half", "unsound", "left"]
