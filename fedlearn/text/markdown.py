"""This is where Markdown from elsewhere becomes HTML, which is then made safe like any other."""

from markdown_it import MarkdownIt

from fedlearn.text.sanitize import SafeHtml, sanitize

# HTML inside of Markdown is shown as text; pictures are links, as everywhere.
_reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")


def markdown_to_html(text: str) -> SafeHtml:
    """HTML of a Markdown text."""
    return sanitize(_reader.render(text))
