"""Reads what can be translated out of the sources, and brings the catalogs up to date.

`python -m tests.translations` does so; what is new in a catalog is then empty, and waits for somebody
who speaks the language. tests/unit/test_translations.py fails until nothing waits.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import fedlearn

PACKAGE = Path(fedlearn.__path__[0])
CATALOGS = PACKAGE / "text" / "catalogs"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
# What says when, by whom and with which program: git knows it better.
HEADERS_THAT_PASS = (
    "Project-Id-Version",
    "Report-Msgid-Bugs-To",
    "POT-Creation-Date",
    "PO-Revision-Date",
    "Last-Translator",
    "Language-Team",
    "Generated-By",
)
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
PASSING = tuple(f'"{name}'.encode() for name in HEADERS_THAT_PASS)
PLACE = re.compile(r"%\((\w+)\)s|%%")


def sentences() -> Catalog:
    """Everything that people read, as it stands in the sources."""
    found = Catalog()
    for file, _line, message, _comments, _context in extract_from_dir(
        PACKAGE, METHODS, OPTIONS, KEYWORDS
    ):
        found.add(message, locations=[(file, 0)])
    return found


def catalogs() -> Iterator[Path]:
    """The file of each language."""
    yield from sorted(CATALOGS.glob("*.po"))


def read_catalog(path: Path) -> Catalog:
    """A language's sentences."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def written(catalog: Catalog) -> bytes:
    """A catalog as its file holds it."""
    file = BytesIO()
    catalog.header_comment = ""
    write_po(file, catalog, width=100, no_location=True, sort_output=True)
    lines = file.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(PASSING)).lstrip()


def is_translated(message: Message) -> bool:
    """Whether a sentence says something in each of its forms."""
    return all(forms_of(message))


def forms_of(message: Message) -> list[str]:
    """What a sentence is in this language: one form, or one for each kind of number."""
    return [message.string or ""] if isinstance(message.string, str | None) else [*message.string]


def places(sentence: str) -> set[str]:
    """Which values a sentence has places for."""
    return {match.group(1) for match in PLACE.finditer(sentence) if match.group(1)}


def main() -> None:
    """Bring every catalog up to date."""
    current = sentences()
    for path in catalogs():
        catalog = read_catalog(path)
        catalog.update(current, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path.write_bytes(written(catalog))
        waiting = sum(1 for one in catalog if one.id and not is_translated(one))
        sys.stdout.write(f"{path.name}: of {len(catalog)} sentences {waiting} wait\n")


if __name__ == "__main__":
    main()
