"""The documents speak of what exists: files, headings, settings, commands, packages."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from fedlearn.settings import PREFIX, Settings
from tests import commands_page

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {"node_modules", ".venv"}
PACKAGES = ROOT / "docs" / "reference" / "packages.md"

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`+[^`\n]+`+")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
VARIABLE = re.compile(rf"\b{PREFIX}([A-Z][A-Z0-9_]*)")
COMMAND = re.compile(r"\bfedlearn (?!fedlearn\b)([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")
ROW = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.MULTILINE)


def documents(folder: Path = ROOT) -> Iterator[Path]:
    """Every page of ours; not those that come with packages of others."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in NOT_OURS:
            continue
        if path.is_dir():
            yield from documents(path)
        elif path.suffix == ".md":
            yield path


DOCUMENTS = list(documents())
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
# What operators copy speaks of settings and commands, too.
COPIED = [*(ROOT / "deploy").iterdir(), ROOT / "Dockerfile"]


def code(markdown: str) -> str:
    """The code of a page, in blocks and within lines."""
    spans = SPAN.findall(FENCE.sub("", markdown))
    return "\n".join([*FENCE.findall(markdown), *spans])


def anchors(markdown: str) -> set[str]:
    """What a link can name behind a #, as forges make it from headings."""
    headings = HEADING.findall(FENCE.sub("", markdown))
    return {re.sub(r"[^\w\- ]", "", text).strip().lower().replace(" ", "-") for text in headings}


def broken_links(page: Path) -> Iterator[str]:
    """The links of a page that lead nowhere in the tree."""
    # Code may stand in the text of a link, so only blocks are left out.
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        place, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = (page.parent / place).resolve() if place else page
        if not path.exists() or (anchor and anchor not in anchors(path.read_text("utf-8"))):
            yield target


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    """Each link to a file or a heading of the tree finds it."""
    assert list(broken_links(ROOT / name)) == []


@pytest.mark.parametrize("path", [*DOCUMENTS, *COPIED], ids=lambda path: path.name)
def test_settings_exist(path: Path) -> None:
    """Each variable that a page or a file for operators names is a setting."""
    known = {one.name.upper() for one in fields(Settings)}
    assert set(VARIABLE.findall(path.read_text(encoding="utf-8"))) - known == set()


@pytest.mark.parametrize("name", NAMES)
def test_commands_exist(name: str) -> None:
    """Each command that a page shows is one that can be typed."""
    known = {words for words, _ in commands_page.commands()}
    groups = {words.partition(" ")[0] for words in known if " " in words}
    for first, second in COMMAND.findall(code((ROOT / name).read_text(encoding="utf-8"))):
        typed = f"{first} {second}" if first in groups and second else first
        assert typed in known | groups, f"fedlearn {typed}"


def test_every_command_is_shown() -> None:
    """The README leads to a page with every command, and that page has them."""
    page = commands_page.PAGE.read_text(encoding="utf-8")
    for name, _ in commands_page.commands():
        assert f"## fedlearn {name}\n" in page


def requirements() -> set[str]:
    """Every package that pyproject.toml names."""
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = tables["project"]
    lists = [
        project["dependencies"],
        *project["optional-dependencies"].values(),
        *tables["dependency-groups"].values(),
    ]
    found = (REQUIREMENT.match(one) for each in lists for one in each)
    return {match.group().lower() for match in found if match}


def test_packages_are_listed_with_their_purpose() -> None:
    """The page of packages has each that the project asks for, and no other."""
    rows = dict(ROW.findall(PACKAGES.read_text(encoding="utf-8")))
    assert set(rows) == requirements()
    assert all(len(purpose.split()) > 1 for purpose in rows.values())


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("[a](missing.md)", ["missing.md"]),
        ("![a](missing.png)", ["missing.png"]),
        ("[`a`](here.md#nowhere)", ["here.md#nowhere"]),
        ("# A `b` C!\n[a](#a-b-c) [b](here.md#a-b-c) [c](https://example.org/missing.md)", []),
        ("```\n[a](missing.md)\n```", []),
    ],
)
def test_broken_links_are_noticed(tmp_path: Path, markdown: str, found: list[str]) -> None:
    """What leads nowhere is found; what is elsewhere, or an example, is left alone."""
    page = tmp_path / "here.md"
    page.write_text(markdown, encoding="utf-8")
    assert list(broken_links(page)) == found


def test_commands_are_found_in_code_only() -> None:
    """Blocks and spans are searched, the words between are not."""
    text = (
        "fedlearn is kind: `fedlearn user list`\n```\ndocker exec fedlearn fedlearn doctor\n```\n"
    )
    assert sorted(COMMAND.findall(code(text))) == [("doctor", ""), ("user", "list")]
