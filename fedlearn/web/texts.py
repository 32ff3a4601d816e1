"""This is where the operator's own words on rules and privacy are read, when the server starts.

Who has written none gets those in templates/_rules.html and templates/_privacy.html.
"""

from dataclasses import dataclass
from pathlib import Path

from fedlearn.errors import StartError
from fedlearn.settings import Settings
from fedlearn.text.markdown import markdown_to_html
from fedlearn.text.sanitize import SafeHtml


@dataclass(frozen=True, slots=True)
class Texts:
    """What the operator says, as HTML; None where nothing was written."""

    rules: SafeHtml | None
    privacy: SafeHtml | None


def read_texts(settings: Settings) -> Texts:
    """The texts that the settings name; `StartError` when one cannot be read."""
    return Texts(rules=_read(settings.rules_file), privacy=_read(settings.privacy_file))


def _read(path: Path | None) -> SafeHtml | None:
    if path is None:
        return None
    try:
        markup = markdown_to_html(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"{path} cannot be read: {error}") from error
    # The page has a first heading of its own.
    return SafeHtml(markup.replace("<h1>", "<h2>").replace("</h1>", "</h2>"))
