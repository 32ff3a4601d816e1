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


def content_of(note: NoteDocument) -> SafeHtml:
    """The text of a post, safe to show."""
    name = html.escape(to_plain_text(note.name))
    title = f"<p><strong>{name}</strong></p>" if name else ""
    if note.kind in NATIVE_KINDS:
        return SafeHtml(title + _body(note))
    lead = sanitize(note.summary) if note.summary else _body(note)
    when = _when_and_where(note.happening)
    return sanitize(f"{title}{when}{lead}<p>{link_to(note.url)}</p>")


def warning_of(note: NoteDocument) -> str:
    """The content warning; other kinds than Note use `summary` for a lead, not for a warning."""
    return to_plain_text(note.summary)[:LONGEST_WARNING] if note.kind in NATIVE_KINDS else ""


def _body(note: NoteDocument) -> SafeHtml:
    match note.media_type:
        case "text/markdown":
            return markdown_to_html(note.content)
        case "text/plain":
            lines = html.escape(note.content).replace("\n", "<br>")
            return SafeHtml(f"<p>{lines}</p>")
    return sanitize(note.content)


def _when_and_where(happening: Happening | None) -> str:
    if happening is None:
        return ""
    time = f"{happening.begins} to {happening.ends}" if happening.ends else happening.begins
    place = f"<br>{html.escape(to_plain_text(happening.place))}" if happening.place else ""
    return f"<p>{time}{place}</p>"
