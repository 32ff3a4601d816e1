"""The changes of the schema form one line: each has one that comes before, and one that comes after."""

import re
from pathlib import Path

import fedlearn

VERSIONS = Path(fedlearn.__path__[0]) / "db" / "migrations" / "versions"
LINKS = re.compile(r'^revision = "(\w+)"\ndown_revision = (?:None|"(\w+)")$', re.MULTILINE)


def test_versions_form_one_line() -> None:
    """Nothing comes after the same version twice, so that there is one newest version."""
    files = sorted(VERSIONS.glob("0*.py"))
    links = dict(LINKS.findall("\n".join(file.read_text(encoding="utf-8") for file in files)))
    assert sorted(links) == [file.stem for file in files]
    assert len(set(links.values())) == len(links)
    assert set(links.values()) - {""} <= set(links)
