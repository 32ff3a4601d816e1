"""The map in ARCHITECTURE.md shows the code as it is."""

import pkgutil
import re
import tomllib
from pathlib import Path
from types import FunctionType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "fedlearn"
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {found[1]: found[2] for found in SECTION.finditer(PAGE)}
DOTTED = re.compile(r"`([a-z_0-9]+(?:\.[A-Za-z_0-9]+)+)`")
PATH = re.compile(r"`(fedlearn/[\w/.]+)`")
TABLE = re.compile(r"CREATE TABLE (\w+)")
JOURNEYS = sorted(set(DOTTED.findall(SECTIONS["Journeys"])))


def packages_and_modules() -> list[str]:
    """Each package of the tree, and each module of its top, as the page should name them."""
    modules = [path for path in PACKAGE.glob("*.py") if path.name != "__init__.py"]
    packages = [path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE]
    names = [path.relative_to(ROOT).as_posix() for path in modules]
    return sorted([*names, *(f"{path.relative_to(ROOT).as_posix()}/" for path in packages)])


@pytest.mark.parametrize("place", packages_and_modules())
def test_every_package_is_on_the_map(place: str) -> None:
    """Each package, and each module beside them, is named in the table of the tree."""
    inside_db = place.removeprefix("fedlearn/db/")
    assert f"`{place}`" in SECTIONS["The tree"] or (
        place.startswith("fedlearn/db/migrations/") and f"`{inside_db}`" in SECTIONS["The tree"]
    )


@pytest.mark.parametrize("place", sorted(set(PATH.findall(PAGE))))
def test_paths_on_the_page_exist(place: str) -> None:
    """Where the page sends somebody, there is something, but for the migration yet to come."""
    assert (ROOT / place).exists() or place.endswith("0003_what_it_does.py")


@pytest.mark.parametrize("name", JOURNEYS)
def test_steps_of_journeys_exist(name: str) -> None:
    """Each step of a journey is a function, a method or a class of the code."""
    step = pkgutil.resolve_name(f"fedlearn.{name}")
    assert isinstance(step, FunctionType | type)


def test_journeys_have_steps() -> None:
    """The names above were found at all."""
    assert {"inbox.process.process", "outbox.deliver.deliver"} <= set(JOURNEYS)


def test_layers_are_those_of_the_contract() -> None:
    """The layers on the page are those that the import-linter holds, in the same order."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = configuration["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    block = re.search(r"```\n(.+?)```", SECTIONS["Layers"], re.DOTALL)
    assert block
    assert block[1].splitlines() == layers


def test_tables_are_those_of_the_schema() -> None:
    """The table of tables has each table of the migrations, and no other."""
    versions = (PACKAGE / "db" / "migrations" / "versions").glob("*.py")
    made = {name for path in versions for name in TABLE.findall(path.read_text(encoding="utf-8"))}
    lines = re.findall(r"^\| (`.+?`) \|", SECTIONS["Data"], re.MULTILINE)
    shown = {name for line in lines for name in re.findall(r"`(\w+)`", line)}
    assert shown == made
