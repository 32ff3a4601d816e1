"""What is read in a search, and how texts become words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedlearn.domain.ids import DAY_MS
from fedlearn.domain.words import LONGEST_WORD, MOST_WORDS, leads_on, said, words_of
from fedlearn.text.queries import MOST_PARTS, read_query

NEW_YEAR = 1_767_225_600_000  # 2026-01-01, UTC


def test_words_and_phrases() -> None:
    """Words, phrases, and what must not be there; a quote that is not closed ends with the text."""
    query = read_query('Honey "two words" -wasps -"no more" don\'t "to the end')
    assert query.sought.phrases == (
        ("honey",),
        ("two", "words"),
        ("don", "t"),
        ("to", "the", "end"),
    )
    assert query.sought.unwanted == (("wasps",), ("no", "more"))


def test_operators() -> None:
    """Who, what, and from when."""
    query = read_query(
        "FROM:@Alice@far.example has:media has:poll after:2026-01-01 before:2026-01-02"
    )
    assert query.author == "alice@far.example"
    assert query.sought.marks == ("media", "poll")
    assert (query.since, query.until) == (NEW_YEAR, NEW_YEAR + DAY_MS)
    assert query.is_narrowed
    assert not read_query("bees").is_narrowed


@pytest.mark.parametrize(
    "text", ["has:nothing", "before:yesterday", "after:2026-13-01", "before:", "-from:alice"]
)
def test_what_is_no_operator(text: str) -> None:
    """What makes no sense as an operator is words."""
    query = read_query(text)
    assert not query.is_narrowed
    assert query.sought.phrases or query.sought.unwanted


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """Whatever is typed, what is sought is a few words of letters and digits."""
    sought = read_query(text).sought
    phrases = [*sought.phrases, *sought.unwanted]
    assert len(phrases) <= MOST_PARTS
    assert all(word.isalnum() for phrase in phrases for word in phrase)


def test_words_of_a_text() -> None:
    """Case, accents, tags and entities are no part of words; lengths have ends."""
    markup = "<p>Käse &amp; <b>Brot</b></p><p>日本 ok_go</p>"
    assert said(markup=[markup], plain=["ALT"]) == "kase brot 日 本 ok go alt"
    assert words_of("a" * 1000) == ["a" * LONGEST_WORD]
    assert len(words_of("a " * 10_000)) == MOST_WORDS


def test_links() -> None:
    """A link to somewhere else is one; a mention and a hashtag are none."""
    assert leads_on('<p><a href="https://far.example" rel="nofollow">far</a></p>')
    assert not leads_on('<a href="x" class="mention hashtag" rel="tag">#bees</a>')
    assert not leads_on('<a class="u-url mention" href="x">@bob</a> no link')
