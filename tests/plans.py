"""This is where it is read from a plan of a database how much a question has it look at."""

import re
from collections.abc import Iterator
from typing import Any

# What a statement makes for itself may be read from end to end.
INTERMEDIATE = {
    "json_each",
    "due",
    "ranked",
    "fair",
    "above",
    "below",
    "found",
    "recent",
    "taken_up",
    "liveliest",
    "spans",
    "latest",
    "friend",
    "followed",
    "often",
}
SCAN = re.compile(r"SCAN (\w+)")
# An index of words that is asked for some (M), and the index of what waits, which is nearly nothing.
OF_ITS_OWN = re.compile(r"VIRTUAL TABLE INDEX \d+:M|INDEX status_words_waiting$")
# What there is a lot of; in PostgreSQL's plans tables have their own names.
LARGE = {
    "actor",
    "attachment",
    "favourite",
    "follow",
    "hashtag",
    "home_entry",
    "mention",
    "notification",
    "status",
    "status_words",
}
# A table and its name in a question.
NAMED = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)(?=\s+(?:AS\s+)?(\w+))")
REMOVED = ("Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck")


def scanned(plan: list[str]) -> set[str]:
    """The tables that a plan reads from end to end, indexes of what they are about aside."""
    found = [SCAN.match(line) for line in plan if not OF_ITS_OWN.search(line)]
    return {one[1] for one in found if one} - INTERMEDIATE


def is_searched(line: str) -> bool:
    """Whether a line of a plan of SQLite finds something by an index, of words or of its own."""
    return line.startswith("SEARCH") or OF_ITS_OWN.search(line) is not None


def large_among(scanned_names: set[str], sql: str) -> set[str]:
    """The large tables among those that a plan of SQLite names as the question does."""
    tables = {alias: table for table, alias in NAMED.findall(sql)}
    return {tables.get(name, name) for name in scanned_names} & LARGE


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan of PostgreSQL."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def read_whole(plan: dict[str, Any]) -> set[str]:
    """The large tables that a plan of PostgreSQL reads from end to end."""
    found = {one["Relation Name"] for one in nodes(plan) if one["Node Type"] == "Seq Scan"}
    return found & LARGE


def rows_looked_at(plan: dict[str, Any]) -> int:
    """How many rows all steps of an executed plan of PostgreSQL had in hand."""
    return sum(
        one["Actual Loops"] * (one["Actual Rows"] + sum(one.get(name, 0) for name in REMOVED))
        for one in nodes(plan)
    )
