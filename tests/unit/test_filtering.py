"""The words of filters are found in texts, and only they."""

import pytest

from fedlearn.domain.filters import Filter, FilterContext, FilterId, Keyword, NewFilter
from fedlearn.domain.ids import ActorId, StatusId
from fedlearn.text.filtering import results_for


def a_filter(*keywords: Keyword) -> Filter:
    """Somebody's filter with these words."""
    says = NewFilter("Tired of it", frozenset({FilterContext.HOME}), keywords)
    return Filter(FilterId(1), ActorId(1), says)


@pytest.mark.parametrize(
    ("keyword", "whole_word", "text", "found"),
    [
        ("bee", True, "A BEE sits there", ["BEE"]),
        ("bee", True, "a beetle", []),
        ("bee", False, "a beetle", ["bee"]),
        ("bee", True, "bee-keeping", ["bee"]),
        ("bee", True, "bee_keeping", []),
        ("straße", True, "Die Straße.", ["Straße"]),
        ("straß", True, "Die Straße.", []),
        ("über", True, "u\u0308ber alles", ["über"]),
        ("ﬁsh", True, "fish", ["fish"]),
        ("пчела", True, "ПЧЕЛА!", ["ПЧЕЛА"]),
        ("蜂蜜", True, "我喜欢蜂蜜吗", ["蜂蜜"]),
        ("#bees", True, "see #bees", ["#bees"]),
        ("#bees", True, "see #beeswax", []),
        ("c++", True, "C++17 and C++", ["C++"]),
        ("(a|b)", True, "(a|b) a", ["(a|b)"]),
        ("two words", True, "two\n  words", ["two\n  words"]),
        ("🐝", True, "a🐝b", ["🐝"]),
        (" ", True, "nothing at all", []),
    ],
)
def test_words_are_found(keyword: str, *, whole_word: bool, text: str, found: list[str]) -> None:
    """Whatever the case and the spelling, and a whole word only where no letter stands beside it."""
    results = results_for([a_filter(Keyword(keyword, whole_word))], StatusId(1), [text])
    assert [match for result in results for match in result.matches] == found


def test_all_texts_and_keywords_count() -> None:
    """Each keyword is looked for in each text, each match is told once, and the longest wins."""
    one = a_filter(Keyword("bee"), Keyword("bee keeper"), Keyword("wasp"))
    other = a_filter(Keyword("whale"))
    [result] = results_for([one, other], StatusId(1), ["", "a wasp, a bee", "a bee keeper, a wasp"])
    assert result.filter == one
    assert result.matches == ("wasp", "bee", "bee keeper")
    # What ends one text and begins the next is no phrase of anybody.
    assert results_for([one], StatusId(1), ["no bee", "keeper"])[0].matches != ("bee keeper",)


def test_no_filters_find_nothing() -> None:
    """Without filters, and without keywords, nothing is found."""
    assert results_for([], StatusId(1), ["bees"]) == ()
    assert results_for([a_filter()], StatusId(1), ["bees"]) == ()
