"""The page of conformance says what the tests prove, neither more nor less."""

from pathlib import Path

import pytest

from tests import conformance


def folder_with(folder: Path, source: str) -> Path:
    """A folder of tests, holding one file with this source."""
    tests = folder / "tests"
    (tests / "federation").mkdir(parents=True)
    (tests / "federation" / "test_sample.py").write_text(source, encoding="utf-8")
    return tests


def one_test(docstring: str, mark: str = "") -> str:
    """The source of a test with this docstring."""
    return f'{mark}\nasync def test_it():\n    """{docstring}"""\n'


def test_page_is_what_the_tests_say_now() -> None:
    """The page in the tree is what would be made from the docstrings of today."""
    made = conformance.render(conformance.SECTIONS, conformance.proofs(conformance.TESTS))
    in_tree = conformance.PAGE.read_text(encoding="utf-8") if conformance.PAGE.exists() else ""
    assert in_tree == made, "the page is out of date: run `python -m tests.conformance`"


def test_rows_are_numbered_without_gaps() -> None:
    """There are 195 rows, each a sentence that fits into a table, numbered in the page's order."""
    assert list(conformance.ROWS) == list(range(1, 196))
    for text in conformance.ROWS.values():
        assert text.endswith(".")
        assert not set(text) & {"\n", "|"}


def test_rows_are_found_in_the_last_line_of_docstrings(tmp_path: Path) -> None:
    """Numbers and ranges count, for functions and for methods, in the order of the source."""
    source = (
        '"""About samples."""\n'
        'def test_plain():\n    """It holds.\n\n    Conformance: 57, 61-63.\n    """\n'
        'class TestGroup:\n    def test_inner(self):\n        """Conformance: 57."""\n'
        'def helper():\n    """Not a test."""\n'
    )
    plain = "tests/federation/test_sample.py::test_plain"
    inner = "tests/federation/test_sample.py::TestGroup::test_inner"
    found = conformance.proofs(folder_with(tmp_path, source))
    assert found == {57: [plain, inner], 61: [plain], 62: [plain], 63: [plain]}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("Conformance: 999.", "there is no row 999"),
        ("Conformance: 0.", "there is no row 0"),
        ("Conformance: 190-196.", "there is no row 196"),
        ("Conformance: 57", "should be the last line"),
        ("Conformance: .", "should be the last line"),
        ("Conformance: 57; 58.", "should be the last line"),
        ("Conformance 57.", "should be the last line"),
        ("conformance: 57.", "should be the last line"),
        ("Conformance: 57.\n    And more.", "should be the last line"),
        ("Conformance: 57.\n    Conformance: 58.", "should be the last line"),
        ("Conformance: 57, 63-61.", "runs backwards"),
        ("Conformance: 57-60, 58.", "names a row again"),
    ],
)
def test_tampered_line_is_noticed(tmp_path: Path, line: str, complaint: str) -> None:
    """A line that names no row, or is not written as agreed, is an error naming the test."""
    tests = folder_with(tmp_path, one_test(f"It holds.\n\n    {line}\n    "))
    with pytest.raises(conformance.ConformanceError, match=complaint) as caught:
        conformance.proofs(tests)
    assert str(caught.value).startswith("tests/federation/test_sample.py::test_it: ")


@pytest.mark.parametrize(
    "source",
    [
        '"""Conformance: 57."""\n',
        'class TestGroup:\n    """Conformance: 57."""\n',
        'def helper():\n    """Conformance: 57."""\n',
    ],
)
def test_only_a_test_can_prove(tmp_path: Path, source: str) -> None:
    """Rows named by a module, a class or a helper would prove nothing, so they are an error."""
    with pytest.raises(conformance.ConformanceError, match="only a test can prove"):
        conformance.proofs(folder_with(tmp_path, source))


@pytest.mark.parametrize("mark", ["@pytest.mark.xfail", "@pytest.mark.skipif(NO, reason='x')"])
def test_a_test_that_may_fail_proves_nothing(tmp_path: Path, mark: str) -> None:
    """Skipped tests and those expected to fail are not on the page."""
    tests = folder_with(tmp_path, one_test("Conformance: 57.", mark))
    assert conformance.proofs(tests) == {}


def test_prose_about_conformance_is_no_claim(tmp_path: Path) -> None:
    """A docstring that begins with the word in a sentence is left alone."""
    tests = folder_with(tmp_path, one_test("Conformance of the peers is not our concern."))
    assert conformance.proofs(tests) == {}


def test_page_links_the_tests_and_counts_the_rows() -> None:
    """A proven row links the file of its tests, another says so, and the count tells how many."""
    proven = {2: ["tests/unit/test_a.py::test_b", "tests/unit/test_c.py::TestD::test_e"]}
    page = conformance.render({"Actor": {1: "One.", 2: "Two."}}, proven)
    assert "\n1 of 2 rows are proven by at least one test.\n" in page
    assert "\n## Actor\n\n| # | What must hold | Proven by |\n" in page
    assert "\n| 1 | One. | not yet |\n" in page
    links = "[`test_b`](../../tests/unit/test_a.py), [`TestD::test_e`](../../tests/unit/test_c.py)"
    assert f"\n| 2 | Two. | {links} |\n" in page
