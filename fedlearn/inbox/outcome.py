"""This is where it is said what becomes of an activity that was taken in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """It took effect."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """It was dropped, and why."""

    reason: str


Outcome = Done | Ignored
DONE = Done()
