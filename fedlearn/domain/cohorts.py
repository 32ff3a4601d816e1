"""This is where people who came at the same time are counted by how long they have stayed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Day = int  # numbered from 1970


@dataclass(frozen=True, slots=True)
class Stay:
    """So many people came on one day and were here last on another; None is never."""

    came: Day
    last_here: Day | None
    people: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who came from a day on, until the next: how many were here then, and later still."""

    start: Day
    people: int
    stayed: tuple[tuple[Day, int], ...]


def cohorts(stays: Iterable[Stay], starts: Sequence[Day], end: Day) -> list[Cohort]:
    """Those who came in each period; of the last one the first day is that before which it ends."""
    known = list(stays)
    ends = [*starts[1:], end]
    return [
        _cohort([one for one in known if start <= one.came < until], start, starts)
        for start, until in zip(starts, ends, strict=True)
    ]


def _cohort(came: Sequence[Stay], start: Day, starts: Sequence[Day]) -> Cohort:
    later = [day for day in starts if day >= start]
    stayed = tuple((day, sum(one.people for one in came if _was_here(one, day))) for day in later)
    return Cohort(start, sum(one.people for one in came), stayed)


def _was_here(stay: Stay, since: Day) -> bool:
    return stay.last_here is not None and stay.last_here >= since
