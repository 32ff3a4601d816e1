"""This is where it is written down what was asked of a server, what it answered, and what is there.

Nothing here speaks to a server: what was promised is held against what was found.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

NAMED_IN_A_FAULT = 3


class Kind(StrEnum):
    """What can be asked of a server."""

    NOTE = "note"  # to show it to those who follow its author
    DELETION = "deletion"  # to show a note no more
    LIKE = "like"  # to count it
    FOLLOW = "follow"  # to keep and to answer it
    POST = "post"  # to keep it and to send it to every follower; asked by somebody at home


class Deed(NamedTuple):
    """One thing that was asked, under the name by which it is found again."""

    kind: Kind
    name: str


@dataclass(slots=True)
class Ledger:
    """What was asked of a server, and which of it was answered: as kept, or not at all."""

    asked: set[Deed] = field(default_factory=set)
    answered: set[Deed] = field(default_factory=set)
    refusals: list[str] = field(default_factory=list)

    def ask(self, deed: Deed) -> None:
        """It is about to be asked. What is to be deleted need not be there any more."""
        self.asked.add(deed)
        if deed.kind is Kind.DELETION:
            self.answered.discard(Deed(Kind.NOTE, deed.name))

    def answer(self, deed: Deed) -> None:
        """The server has said that it is done, or will be."""
        self.answered.add(deed)


@dataclass(slots=True)
class Aftermath:
    """What is there once everything has come to rest: how often each deed took effect."""

    effects: Counter[Deed] = field(default_factory=Counter)
    half_done: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)  # what the database says against itself
    left_over: list[str] = field(default_factory=list)  # work that still waits, or died
    repeated_deliveries: int = 0


def faults(ledger: Ledger, found: Aftermath) -> list[str]:
    """What is not as it was promised: everything answered, once; everything else, once or never."""
    deleted = {deed.name for deed in ledger.answered if deed.kind is Kind.DELETION}
    groups = {
        "answered, and lost": {deed for deed in ledger.answered if not found.effects[deed]},
        "done more than once": {deed for deed, times in found.effects.items() if times > 1},
        "never asked for": set(found.effects) - ledger.asked,
        "deleted, and still there": {
            deed for deed in found.effects if deed.kind is Kind.NOTE and deed.name in deleted
        },
    }
    told = [_told(what, deeds) for what, deeds in groups.items() if deeds]
    return [*ledger.refusals, *told, *found.half_done, *found.unsound, *found.left_over]


def _told(what: str, deeds: set[Deed]) -> str:
    by_kind = ", ".join(f"{number} of kind {kind}" for kind, number in sorted(_kinds(deeds)))
    names = ", ".join(deed.name for deed in sorted(deeds)[:NAMED_IN_A_FAULT])
    return f"{what}: {by_kind}, such as {names}"


def _kinds(deeds: set[Deed]) -> Iterator[tuple[Kind, int]]:
    yield from Counter(deed.kind for deed in deeds).items()
