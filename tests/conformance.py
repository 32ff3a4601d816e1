"""This is where docs/reference/conformance.md comes from: what must hold, and which test proves it.

conformance_rows.toml says what must hold. A test says which rows it proves in the last line of its
docstring, such as `Conformance: 57, 58, 61-63.`; `python -m tests.conformance` writes the page.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
PAGE = ROOT / "docs" / "reference" / "conformance.md"
ROWS_FILE = TESTS / "conformance_rows.toml"

# Where npm and pip put the packages of the foreign peers.
INSTALLED = {"node_modules", ".venv"}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Sections = Mapping[str, Mapping[int, str]]
Rows = Mapping[int, str]
Proofs = Mapping[int, list[str]]

MENTION = re.compile(r"conform\w*\s*[:0-9]", re.IGNORECASE)
NUMBERS = r"[0-9]+(?:-[0-9]+)?"
LINE = re.compile(rf"Conformance: ({NUMBERS}(?:, {NUMBERS})*)\.")

INTRO = """\
# Conformance

What this server must do to get on well with the rest of the fediverse, one behaviour a row, and the
tests that prove it. `python -m tests.conformance` makes this page from the docstrings of the tests.
"""


class ConformanceError(Exception):
    """A docstring claims something that cannot be put on the page."""


def read_sections(path: Path) -> dict[str, dict[int, str]]:
    """The rows under their headings, as the data file has them."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        heading: {int(number): text for number, text in rows.items()}
        for heading, rows in tables.items()
    }


SECTIONS: dict[str, dict[int, str]] = read_sections(ROWS_FILE)
ROWS: dict[int, str] = {number: text for rows in SECTIONS.values() for number, text in rows.items()}


def proofs(tests_dir: Path, rows: Rows = ROWS) -> dict[int, list[str]]:
    """For each row the tests that say they prove it, found by reading the test files.

    `ConformanceError` names the test whose docstring speaks of conformance in a way not understood.
    """
    found: dict[int, list[str]] = {}
    for path in files_with_tests(tests_dir):
        place = path.relative_to(tests_dir.parent).as_posix()
        module = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        named = dict(each_test(module))
        for node in ast.walk(module):
            if isinstance(node, ast.Module | ast.ClassDef | FunctionNode) and node not in named:
                numbers = claimed_rows(ast.get_docstring(node), place)
                if numbers:
                    raise ConformanceError(f"{place}: only a test can prove {numbers}")
        for function, name in named.items():
            proof = f"{place}::{name}"
            for number in claimed_rows(ast.get_docstring(function), proof):
                if number not in rows:
                    raise ConformanceError(f"{proof}: there is no row {number}")
                if not may_fail(function):
                    found.setdefault(number, []).append(proof)
    return found


def files_with_tests(tests_dir: Path) -> list[Path]:
    """The files that pytest reads; what is installed beside them for the foreign peers is not."""
    paths = sorted(tests_dir.rglob("test_*.py"))
    return [path for path in paths if not INSTALLED & set(path.parts)]


def each_test(module: ast.Module) -> Iterator[tuple[FunctionNode, str]]:
    """The test functions of a module with their names, those in classes as `Class::name`."""
    for node in module.body:
        if isinstance(node, FunctionNode) and node.name.startswith("test"):
            yield node, node.name
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            for inner in node.body:
                if isinstance(inner, FunctionNode) and inner.name.startswith("test"):
                    yield inner, f"{node.name}::{inner.name}"


def claimed_rows(docstring: str | None, place: str) -> list[int]:
    """The numbers in the last line of a docstring, where that line is about conformance."""
    lines = [line.strip() for line in (docstring or "").splitlines()]
    spoken = [line for line in lines if MENTION.match(line)]
    if not spoken:
        return []
    match = LINE.fullmatch(lines[-1])
    if match is None or len(spoken) > 1:
        # A line nearly right would otherwise be passed over, and the row stay unproven for ever.
        raise ConformanceError(
            f"{place}: {spoken[0]!r} should be the last line, such as 'Conformance: 57, 61-63.'"
        )
    numbers: list[int] = []
    for part in match[1].split(", "):
        first, _, last = part.partition("-")
        span = range(int(first), int(last or first) + 1)
        if not span or set(span) & set(numbers):
            raise ConformanceError(f"{place}: {part} runs backwards, or names a row again")
        numbers.extend(span)
    return numbers


def may_fail(function: FunctionNode) -> bool:
    """Whether a test is marked to be skipped or expected to fail, and so proves nothing."""
    marks = [ast.unparse(decorator) for decorator in function.decorator_list]
    return any(re.search(r"\bmark\.(skip|skipif|xfail)\b", mark) for mark in marks)


def render(sections: Sections, proven: Proofs) -> str:
    """The page in Markdown."""
    rows = [number for section in sections.values() for number in section]
    done = sum(1 for number in rows if proven.get(number))
    parts = [INTRO, f"{done} of {len(rows)} rows are proven by at least one test.\n"]
    for heading, section in sections.items():
        parts.append(f"## {heading}\n")
        parts.append("| # | What must hold | Proven by |\n| --- | --- | --- |")
        for number, text in section.items():
            links = ", ".join(_link(proof) for proof in proven.get(number, []))
            parts.append(f"| {number} | {text} | {links or 'not yet'} |")
        parts.append("")
    return "\n".join(parts)


def _link(proof: str) -> str:
    """The name of a test, leading from the page to its file."""
    path, _, name = proof.partition("::")
    return f"[`{name}`](../../{path})"


if __name__ == "__main__":
    page = render(SECTIONS, proofs(TESTS))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page, encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is written\n")
