"""Emojis that are found while somebody writes their name."""

import pytest

from fedlearn.text.emoji_names import emojis_called, is_emoji


@pytest.mark.parametrize(
    ("beginning", "emoji", "name"),
    [
        ("honeyb", "🐝", "honeybee"),
        ("red_ap", "🍎", "red apple"),
        ("Rocket", "🚀", "rocket"),
        ("thumbs up", "👍", "thumbs up sign"),
        ("umbr", "☂️", "umbrella"),
    ],
)
def test_by_its_name(beginning: str, emoji: str, name: str) -> None:
    """A name that begins so comes first, whatever stands between its words."""
    assert emojis_called(beginning, 8)[0] == (emoji, name)


def test_by_a_word_of_its_name() -> None:
    """Any word of a name will do; there are never more than were asked for, and shorter come first."""
    names = [name for _, name in emojis_called("heart", 5)]
    assert len(names) == 5
    assert all(name.startswith("heart") or " heart" in name for name in names)


@pytest.mark.parametrize("nothing", ["", "  ", "_", "xyzzy", "<script>", "x" * 10_000])
def test_what_has_no_emoji(nothing: str) -> None:
    """Whatever is no name finds none."""
    assert emojis_called(nothing, 8) == []


@pytest.mark.parametrize("text", ["🐝", "❤️", "👩‍🚀", "👍🏽", "🇩🇪"])
def test_what_is_an_emoji(text: str) -> None:
    """One sign to the eye may be several characters."""
    assert is_emoji(text)


@pytest.mark.parametrize("text", ["", "a", "🐝a", ":bee:", "1", "\u200d", "🐝" * 33, "<b>"])
def test_what_is_no_emoji(text: str) -> None:
    """Letters, what only joins signs, and whole rows of them are none."""
    assert not is_emoji(text)
