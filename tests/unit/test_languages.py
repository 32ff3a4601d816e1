"""In which language pages and letters are, and that every translation fits its sentence."""

from pathlib import Path

import pytest

from fedlearn.text.languages import (
    _,
    amount,
    gigabytes,
    language,
    languages,
    ngettext,
    percent,
    preferred,
    speaking,
    spoken,
)
from tests.translations import (
    catalogs,
    forms_of,
    is_translated,
    places,
    read_catalog,
    sentences,
)


@pytest.mark.parametrize(
    ("accept_language", "code"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("xx, de;q=0.3", "de"),
        ("en;q=0.2, de;q=0.7", "de"),
        ("de;q=0, en", "en"),
        ("*", "en"),
        (";;;,=,q=x", "en"),
        ("de;q=nonsense, en", "en"),
    ],
)
def test_browser_is_listened_to(accept_language: str, code: str) -> None:
    """Of our languages the one is taken that the browser likes best; English when it likes none."""
    assert preferred(accept_language) == code


def test_language_ends_with_what_it_is_for() -> None:
    """A letter is written in one language, and afterwards things are as before."""
    assert spoken().code == "en"
    with speaking("de"):
        assert (_("Sign in"), spoken().direction) == ("Anmelden", "ltr")
    assert _("Sign in") == "Sign in"


def test_values_stand_in_sentences() -> None:
    """Values come into their places; a number says which form is taken."""
    assert _("At most %(most)s characters.", most=5) == "At most 5 characters."
    assert ngettext("%(num)s person", "%(num)s people", 1) == "1 person"
    assert ngettext("%(num)s person", "%(num)s people", 2) == "2 people"
    assert _("") == ""


def test_numbers_are_written_as_the_language_does() -> None:
    """Thousands are set apart, alone and in a sentence; shares and sizes look as they are used to."""
    people = "%(num)s person", "%(num)s people"
    assert (amount(1234567), ngettext(*people, 1234)) == ("1,234,567", "1,234 people")
    assert (percent(50), gigabytes(12_340_000_000)) == ("50%", "12.3 GB")
    with speaking("de"):
        assert (amount(1234567), percent(50)) == ("1.234.567", "50\N{NO-BREAK SPACE}%")
        assert gigabytes(1_234_000_000_000) == "1.234,0 GB"
        assert ngettext("%(num)s follower", "%(num)s followers", 2345) == "2.345 Follower"


def test_other_languages_are_refused() -> None:
    """A language without a catalog cannot be spoken."""
    assert languages()[0] == "en"
    with pytest.raises(KeyError):
        language("xx")


def test_sources_are_marked() -> None:
    """What people read is found in templates and in modules."""
    found = {message.id for message in sentences() if message.id}
    assert {"Sign in", "Please sign in first.", "There is nothing here"} <= found


@pytest.mark.parametrize("path", list(catalogs()), ids=lambda path: path.stem)
def test_translations_have_the_same_places(path: Path) -> None:
    """A translation has places for the same values as its sentence, so that none is lost."""
    for message in read_catalog(path):
        originals = [message.id] if isinstance(message.id, str) else [*message.id]
        wanted = set.union(*(places(one) for one in originals)) - {"num"}
        for form in filter(None, forms_of(message)):
            assert places(form) - {"num"} == wanted, message.id


@pytest.mark.parametrize("path", list(catalogs()), ids=lambda path: path.stem)
def test_language_is_complete(path: Path) -> None:
    """Every sentence that people read is there in each language, and none that nobody reads."""
    catalog = read_catalog(path)
    assert {one.id for one in catalog} == {one.id for one in sentences()}, (
        "run `python -m tests.translations`"
    )
    waiting = [one.id for one in catalog if one.id and not is_translated(one)]
    assert waiting == [], f"translate these in {path.name}"
