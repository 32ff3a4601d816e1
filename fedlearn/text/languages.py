"""This is where sentences are said in the language of whom they are for.

Sentences stand in the code in English, marked with `_`; what they are in another language stands in
catalogs/, one file for each (GNU gettext). The language belongs to what is going on: to a request,
or to the writing of a letter. Nothing chosen means English.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import BytesIO
from typing import Literal

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

CATALOGS = resources.files("fedlearn.text") / "catalogs"
SOURCE = "en"  # the language of the code


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which pages are shown, by its code (BCP 47)."""

    code: str
    locale: Locale
    catalog: NullTranslations

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """How its lines run."""
        return "rtl" if self.locale.text_direction == "rtl" else "ltr"

    @property
    def name(self) -> str:
        """What it calls itself."""
        return self.locale.get_display_name() or self.code


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The codes of all languages that pages can be shown in, the source first."""
    translated = (one.name.removesuffix(".po") for one in CATALOGS.iterdir())
    return (SOURCE, *sorted(translated))


@lru_cache(maxsize=32)
def language(code: str) -> Language:
    """The language with this code; `KeyError` for one in which pages are not shown."""
    if code not in languages():
        raise KeyError(code)
    return Language(code, Locale.parse(code, sep="-"), _catalog(code))


def _catalog(code: str) -> NullTranslations:
    if code == SOURCE:
        return NullTranslations()
    with (CATALOGS / f"{code}.po").open("rb") as source:
        catalog = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


_spoken: ContextVar[Language | None] = ContextVar("spoken", default=None)
_clock: ContextVar[str] = ContextVar("clock", default="UTC")


def spoken() -> Language:
    """The language of what is going on."""
    return _spoken.get() or language(SOURCE)


def clock() -> str:
    """The time zone of what is going on (IANA)."""
    return _clock.get()


def speak(code: str, time_zone: str = "UTC") -> None:
    """From here on, until this request or job is over, say it in this language, by this clock."""
    _spoken.set(language(code))
    _clock.set(time_zone)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within, say it in this language: a letter is for somebody else than who causes it."""
    before = _spoken.set(language(code))
    try:
        yield
    finally:
        _spoken.reset(before)


def preferred(accept_language: str) -> str:
    """Which of our languages a browser likes best (RFC 9110, section 12.5.4)."""
    ranges = [one.partition(";") for one in accept_language.split(",")]
    weighed = sorted(ranges, key=lambda parts: _weight(parts[2]), reverse=True)
    wanted = [parts[0].strip() for parts in weighed if _weight(parts[2]) > 0]
    try:
        return negotiate_locale(wanted, languages(), sep="-") or SOURCE
    except (UnknownLocaleError, ValueError):
        return SOURCE


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def said(message: str) -> str:
    """A sentence in the language spoken, its places still empty."""
    return str(spoken().catalog.gettext(message)) if message else ""


def said_of_many(one: str, many: str, num: int) -> str:
    """A sentence that depends on a number, its places still empty."""
    return str(spoken().catalog.ngettext(one, many, num))


def _(message: str, **values: object) -> str:
    """A sentence in the language spoken, with values in its `%(name)s` places."""
    return said(message) % values if values else said(message)


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """A sentence that depends on a number, which is its `%(num)s`, too."""
    return said_of_many(one, many, num) % {"num": amount(num), **values}


def amount(number: int) -> str:
    """A number as the language spoken writes it."""
    return _amount(number, spoken().code)


def percent(share: int) -> str:
    """So many of a hundred, likewise."""
    return _percent(share, spoken().code)


def gigabytes(size: int) -> str:
    """A size in bytes, likewise."""
    locale = spoken().locale
    return _("%(number)s GB", number=format_decimal(size / 1e9, "#,##0.0", locale=locale))


# A page of posts has hundreds of them, and most are small.
@lru_cache(maxsize=4096)
def _amount(number: int, code: str) -> str:
    return format_decimal(number, locale=language(code).locale)


@lru_cache(maxsize=256)
def _percent(share: int, code: str) -> str:
    return format_percent(share / 100, locale=language(code).locale)


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools know
    """Mark a sentence that stands in a table, and is translated where it is shown."""
    return message
