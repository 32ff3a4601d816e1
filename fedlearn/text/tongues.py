"""This is where the languages are named in which people write; pages speak only a few of them."""

from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

from fedlearn.text.languages import spoken

SHORT = 2
# Living languages that have no code of two letters, and that people write in.
LONG = frozenset(
    {"ast", "ckb", "fil", "gsw", "hsb", "dsb", "haw", "kab", "ksh", "lmo", "nds", "sco", "szl"}
    | {"vec", "yue", "pap", "scn", "tok", "zgh", "chr", "frr", "smj", "sma", "smn", "sms"}
)


def tongues() -> Mapping[str, str]:
    """The languages that can be chosen: their names in the language spoken, by their codes."""
    return _named(spoken().code)


def is_tongue(code: str) -> bool:
    """Whether this is the code of a language that can be chosen."""
    return code in _named("en")


@lru_cache(maxsize=32)
def _named(code: str) -> Mapping[str, str]:
    locale = Locale.parse(code, sep="-")
    named = {
        one: name for one, name in locale.languages.items() if len(one) == SHORT or one in LONG
    }
    return dict(sorted(named.items(), key=lambda pair: pair[1].casefold()))
