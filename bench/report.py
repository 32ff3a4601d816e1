"""This is where measurements become a small table for people, or JSON for programs."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import msgspec

COLUMNS = 7
NUMBERS = frozenset({2, 3, 5})


class Kind(StrEnum):
    """What a row tells of."""

    OURS = "ours"
    PEER = "peer"  # the same work done by something much simpler, on the same settings
    LIMIT = "limit"  # what no program that does the work on this machine can pass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing: a value for each round, and the CPU time of the server for each piece."""

    what: str
    unit: str
    values: Sequence[float]
    cpu_ms: Sequence[float] = ()
    kind: Kind = Kind.OURS
    remark: str = ""

    @property
    def value(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.values)

    @property
    def cpu(self) -> float | None:
        """The median CPU time in milliseconds."""
        return statistics.median(self.cpu_ms) if self.cpu_ms else None


@dataclass(frozen=True, slots=True)
class Figure:
    """The answer to one question, and what went wrong on the way to it."""

    name: str
    rows: Sequence[Row]
    faults: Sequence[str] = ()
    others_percent: float = 0.0  # how much of all cores something else used meanwhile


def as_table(figures: Sequence[Figure]) -> str:
    """One table of all figures, each row of ours above what it is held against."""
    lines: list[tuple[str, ...]] = [("", "", "median", "range", "", "CPU ms each", "")]
    for figure in figures:
        names = [figure.name, *[""] * len(figure.rows)]
        lines += [(name, *_cells(row)) for name, row in zip(names, figure.rows, strict=False)]
        noise = f"(others used {figure.others_percent:.0f} % of the CPU)"
        lines += [("", noise, "", "", "", "", ""), ("",) * COLUMNS]
    widths = [max(len(line[column]) for line in lines) for column in range(COLUMNS)]
    table = [_aligned(line, widths) for line in lines]
    faults = [f"{figure.name}: {fault}" for figure in figures for fault in figure.faults]
    return "\n".join([*table, *faults])


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if column in NUMBERS else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    spread = f"{_number(min(row.values))}-{_number(max(row.values))}" if len(row.values) > 1 else ""
    what = row.what if row.kind is Kind.OURS else f"  {row.kind}: {row.what}"
    cpu = "" if row.cpu is None else f"{row.cpu:.2f}"
    return what, _number(row.value), spread, row.unit, cpu, row.remark


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.1f}"


def as_json(figures: Sequence[Figure]) -> str:
    """Everything that was measured, each round for itself."""
    return msgspec.json.format(msgspec.json.encode([_plain(one) for one in figures])).decode()


def _plain(figure: Figure) -> dict[str, Any]:
    medians = [{"median": row.value, "cpu_ms_median": row.cpu} for row in figure.rows]
    rows = [asdict(row) | median for row, median in zip(figure.rows, medians, strict=True)]
    return asdict(figure) | {"rows": rows}
