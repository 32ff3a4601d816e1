"""The page on security names the advisories that are replayed, each with the test of its name."""

import ast
import re
from pathlib import Path

from tests.conformance import TESTS, each_test

PAGE = TESTS.parent / "docs" / "explanation" / "security.md"
ROW = re.compile(
    r"^\| (?P<advisory>(?:CVE|GHSA|Akkoma)[^|]*) \| [^|]+ \| [^|]+ \| [^|]+ "
    r"\| \[`(?P<test>\w+)`\]\((?P<path>[^)]+)\) \|$",
    re.MULTILINE,
)
NAMED_AFTER_ONE = re.compile(r"test_(?:cve|ghsa|akkoma)_\w+")


def name_of(advisory: str) -> str:
    """How the test of an advisory begins: every id of it, in small letters."""
    return "test_" + re.sub(r"[^a-z0-9]+", "_", advisory.lower()) + "_"


def replays() -> dict[str, Path]:
    """The tests that are named after advisories, and where they are."""
    return {
        name: path
        for path in sorted((TESTS / "hostile").glob("test_*.py"))
        for _, name in each_test(ast.parse(path.read_text(encoding="utf-8")))
        if NAMED_AFTER_ONE.fullmatch(name)
    }


def test_each_advisory_has_a_test() -> None:
    """Each row names a test that begins with the ids of the row, in the file that it links to."""
    rows = [found.groupdict() for found in ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    tests = replays()
    assert len(rows) > 40
    for row in rows:
        assert row["test"].startswith(name_of(row["advisory"])), row
        assert tests[row["test"]] == (PAGE.parent / row["path"]).resolve(), row


def test_each_test_has_an_advisory() -> None:
    """Each test that is named after an advisory stands in one row, and no row stands there twice."""
    named = [found["test"] for found in ROW.finditer(PAGE.read_text(encoding="utf-8"))]
    assert sorted(named) == sorted(replays())


def test_rows_are_told_from_other_tables() -> None:
    """The search finds rows of advisories, and leaves those of other tables alone."""
    row = "| CVE-1-2, GHSA-a-b | x | y. | z. | [`test_cve_1_2_ghsa_a_b_what`](../x.py) |"
    found = ROW.search(row)
    assert found
    assert found["test"].startswith(name_of(found["advisory"]))
    assert not ROW.search("| time to connect | 5 s |")
