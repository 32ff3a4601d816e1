"""This is where the words of filters are found in what people write.

Letters count alike in upper and lower case, and in all spellings of one sign that Unicode knows.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from fedlearn.domain.filters import Filter, FilterResult, Keyword
from fedlearn.domain.ids import StatusId

PATTERNS_REMEMBERED = 1024
MOST_MATCHES = 10
# Letters of scripts that put blanks between words: not Thai, Lao, Burmese, Khmer, Han and kana.
LETTER = re.compile(r"(?![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff])\w")


def results_for(
    filters: Iterable[Filter], status_id: StatusId, texts: Sequence[str]
) -> tuple[FilterResult, ...]:
    """Which of these filters speak of a post that says this, each with the words that it found."""
    said = "\n".join(_spelled(text) for text in texts)
    found = [
        FilterResult(one, _matches(one.says.keywords, said), _named(one, status_id))
        for one in filters
    ]
    return tuple(one for one in found if one.matches or one.named)


def _named(one: Filter, status_id: StatusId) -> StatusId | None:
    return status_id if any(post.status_id == status_id for post in one.posts) else None


def _matches(keywords: tuple[Keyword, ...], said: str) -> tuple[str, ...]:
    pattern = _pattern(keywords)
    if pattern is None:
        return ()
    return tuple(dict.fromkeys(one.group() for one in pattern.finditer(said)))[:MOST_MATCHES]


@lru_cache(maxsize=PATTERNS_REMEMBERED)
def _pattern(keywords: tuple[Keyword, ...]) -> re.Pattern[str] | None:
    """One pattern for all keywords of a filter, the longest first; None where there are none."""
    longest_first = sorted(keywords, key=lambda keyword: -len(keyword.text))
    parts = [_part(keyword) for keyword in longest_first if keyword.text.strip()]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _part(keyword: Keyword) -> str:
    text = _spelled(keyword.text.strip())
    # However many blanks, and line ends too, stand between the words of a phrase.
    part = r"\s+".join(re.escape(word) for word in text.split())
    if not keyword.whole_word:
        return part
    # What begins with a sign that is no letter ("#bees") needs no boundary there.
    before = r"(?<!\w)" if LETTER.match(text[0]) else ""
    after = r"(?!\w)" if LETTER.match(text[-1]) else ""
    return f"{before}{part}{after}"


def _spelled(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
