"""This is where the operator's own texts are read, when the server starts.

Who has written no rules and no privacy policy gets those in templates/_rules.html and
templates/_privacy.html. Without terms of service, or more about the place, there are none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from fedlearn.domain.ids import Millis, now
from fedlearn.errors import StartError
from fedlearn.settings import Settings
from fedlearn.text.markdown import markdown_to_html
from fedlearn.text.sanitize import SafeHtml


@dataclass(frozen=True, slots=True)
class Text:
    """What the operator says of something, as HTML, and when its file was changed last."""

    html: SafeHtml
    changed_at: Millis


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of service: from which day on they hold, and until which, if others follow."""

    html: SafeHtml
    since: date
    succeeded_by: date | None

    @property
    def are_in_force(self) -> bool:
        """Whether their day has come."""
        return self.since <= today()


@dataclass(frozen=True, slots=True)
class Texts:
    """What the operator says; None where nothing was written. Terms stand in order of time."""

    about: Text | None
    rules: Text | None
    privacy: Text | None
    terms: tuple[Terms, ...]

    @property
    def current_terms(self) -> Terms | None:
        """The terms of today; as long as none are in force, those that will be first."""
        begun = [one for one in self.terms if one.are_in_force]
        return next(iter(begun[-1:] or self.terms), None)

    def terms_of(self, day: str) -> Terms | None:
        """The terms that hold from this day on."""
        return next((one for one in self.terms if one.since.isoformat() == day), None)


def today() -> date:
    """The day by which terms come into force, the same everywhere."""
    return datetime.fromtimestamp(now() / 1000, UTC).date()


def read_texts(settings: Settings) -> Texts:
    """The texts that the settings name; `StartError` when one cannot be read."""
    return Texts(
        about=_text(settings.about_file),
        rules=_text(settings.rules_file),
        privacy=_text(settings.privacy_file),
        terms=tuple(_all_terms(settings.terms_dir)),
    )


def _text(path: Path | None) -> Text | None:
    if path is None:
        return None
    html = _read(path)
    return Text(html, Millis(int(path.stat().st_mtime * 1000)))


def _all_terms(folder: Path | None) -> Iterator[Terms]:
    """All terms in a folder, the oldest first."""
    if folder is None:
        return
    if not folder.is_dir():
        raise StartError(f"{folder} is no folder with terms of service")
    paths = {_day(path): path for path in folder.glob("*.md")}
    days = sorted(paths)
    for since, following in zip(days, [*days[1:], None], strict=False):
        yield Terms(_read(paths[since]), since, following)


def _day(path: Path) -> date:
    try:
        return datetime.strptime(path.stem, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise StartError(
            f"{path} is not named by the day from which it holds, such as 2026-10-01.md"
        ) from error


def _read(path: Path) -> SafeHtml:
    try:
        markup = markdown_to_html(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{path} cannot be read: {error}") from error
    # The page has a first heading of its own.
    return SafeHtml(markup.replace("<h1>", "<h2>").replace("</h1>", "</h2>"))
