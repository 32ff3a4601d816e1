"""This is where what somebody types into the search is read.

Words, phrases in quotes, `-words` that must not be there, and what narrows it down: `from:handle`,
`has:media|poll|link`, `is:reply|sensitive`, `in:library|public|all`, `after:` and `before:` with a
day (UTC).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import islice

from fedlearn.domain.ids import SECOND_MS, Millis
from fedlearn.domain.words import Only, Sought, words_of

MOST_PARTS = 16
LONGEST_QUERY = 500
PART = re.compile(
    r"""(?P<minus>-)?(?:(?P<operator>from|has|is|in|after|before):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))""",
    re.IGNORECASE,
)
ENCLOSED = frozenset({"media", "poll", "link"})
# What a post is like, and where it is: what one has had to do with, what is for everybody, or both.
ONLY: Mapping[str, frozenset[Only]] = {
    "is:reply": frozenset({Only.ANSWERS}),
    "is:sensitive": frozenset({Only.SENSITIVE}),
    "in:library": frozenset({Only.TAKEN_PART}),
    "in:public": frozenset({Only.PUBLIC}),
    "in:all": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. `since` and `until` are moments, the second one no more part of it."""

    sought: Sought = Sought()
    author: str | None = None
    since: Millis | None = None
    until: Millis | None = None
    only: frozenset[Only] = frozenset()

    @property
    def is_narrowed(self) -> bool:
        """Whether something is said that holds for posts only."""
        return bool(
            self.author or self.since is not None or self.until or self.sought.marks or self.only
        )


def read_query(text: str) -> Query:
    """What a text asks for. Whatever makes no sense as an operator is a word like others."""
    query = Query()
    for part in islice(PART.finditer(text[:LONGEST_QUERY]), MOST_PARTS):
        narrowed = _narrowed(query, part) if part["operator"] and not part["minus"] else None
        query = narrowed or _with_words(query, part)
    return query


def _narrowed(query: Query, part: re.Match[str]) -> Query | None:
    """The query with what an operator says; None where it says nothing."""
    value = (part["plain"] or part["quoted"] or "").lower()
    match part["operator"].lower():
        case "from":
            return replace(query, author=value.removeprefix("@")) if value else None
        case "has" if value in ENCLOSED:
            marks = tuple(dict.fromkeys([*query.sought.marks, value]))
            return replace(query, sought=replace(query.sought, marks=marks))
        case operator if f"{operator}:{value}" in ONLY:
            return replace(query, only=query.only | ONLY[f"{operator}:{value}"])
        case "after" if (day := _day(value)) is not None:
            return replace(query, since=day)
        case "before" if (day := _day(value)) is not None:
            return replace(query, until=day)
    return None


def _with_words(query: Query, part: re.Match[str]) -> Query:
    # "don't" is two words that follow each other, just as what stands in quotes.
    phrase = tuple(words_of(f"{part['operator'] or ''} {part['quoted'] or part['plain'] or ''}"))
    if not phrase:
        return query
    sought = query.sought
    if part["minus"]:
        sought = replace(sought, unwanted=(*sought.unwanted, phrase))
    else:
        sought = replace(sought, phrases=(*sought.phrases, phrase))
    return replace(query, sought=sought)


def _day(text: str) -> Millis | None:
    """When a day begins."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    at = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    return Millis(max(int(at) * SECOND_MS, 0))
