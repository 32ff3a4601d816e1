"""This is where what a post of another server says becomes HTML that may stand in a page.

A Note or Question says it itself, below its title if it has one, as in forums. Of anything else
(Article, Page, Event, Video …) its title, when and where it takes place, its summary or text, and a
link are shown.
"""

import html

from fedlearn.activitypub.vocabulary.events import Happening
from fedlearn.activitypub.vocabulary.notes import NoteDocument
from fedlearn.text.format import link_to
from fedlearn.text.markdown import markdown_to_html
from fedlearn.text.sanitize import SafeHtml, sanitize, to_plain_text

NATIVE_KINDS = frozenset({"Note", "Question"})
LONGEST_WARNING = 500
LONGEST_MARKDOWN = 30_000  # a longer text is shown as it is: reading it would take too long


def content_of(note: NoteDocument) -> SafeHtml:
    """The text of a post, safe to show."""
    name = html.escape(to_plain_text(note.name))
    title = f"<p><strong>{name}</strong></p>" if name else ""
    if note.kind in NATIVE_KINDS:
        return SafeHtml(title + _body(note))
    when = _when_and_where(note.happening)
    return sanitize(f"{title}{when}{_lead(note)}<p>{link_to(note.url)}</p>")


def _lead(note: NoteDocument) -> str:
    """What invites to read on: the summary if that says anything, else the text itself.

    The summary of an event tells when and where it is once more, and what it is not.
    """
    if not _says_something(note.summary, note.name):
        return _body(note)
    return sanitize(note.summary) + (_body(note) if note.kind == "Event" else "")


def _says_something(summary: str, title: str) -> bool:
    """Whether a summary says more than the title and hashtags (Mbin, Funkwhale)."""
    words = [word for word in to_plain_text(summary).split() if not word.startswith("#")]
    said = " ".join(words).removesuffix("...").removesuffix("…")
    return bool(said) and not to_plain_text(title).startswith(said)


def warning_of(note: NoteDocument) -> str:
    """The content warning; other kinds than Note use `summary` for a lead, not for a warning."""
    return to_plain_text(note.summary)[:LONGEST_WARNING] if note.kind in NATIVE_KINDS else ""


def _body(note: NoteDocument) -> SafeHtml:
    match note.media_type:
        case "text/markdown" if len(note.content) <= LONGEST_MARKDOWN:
            return markdown_to_html(note.content)
        case "text/markdown" | "text/plain":
            lines = html.escape(note.content).replace("\n", "<br>")
            return SafeHtml(f"<p>{lines}</p>")
    return sanitize(note.content)


def _when_and_where(happening: Happening | None) -> str:
    if happening is None:
        return ""
    time = f"{happening.begins} to {happening.ends}" if happening.ends else happening.begins
    place = f"<br>{html.escape(to_plain_text(happening.place))}" if happening.place else ""
    return f"<p>{time}{place}</p>"
