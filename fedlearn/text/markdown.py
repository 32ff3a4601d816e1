"""This is where Markdown from elsewhere becomes HTML, which is then made safe like any other."""

from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from fedlearn.text import mentions
from fedlearn.text.format import link_to
from fedlearn.text.sanitize import SafeHtml, sanitize

# HTML inside of Markdown is shown as text; pictures are links, as everywhere.
_reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")


def markdown_to_html(text: str) -> SafeHtml:
    """HTML of a Markdown text, in which addresses are links, as its writer will expect."""
    blocks = _reader.parse(text)
    for block in blocks:
        if block.children:
            block.children = list(_with_links(block.children))
    return sanitize(_reader.renderer.render(blocks, _reader.options, {}))


def _with_links(pieces: Iterable[Token]) -> Iterator[Token]:
    """Pieces of a line; what stands in a link stays as it is."""
    depth = 0
    for piece in pieces:
        depth += piece.nesting if piece.type in {"link_open", "link_close"} else 0
        if piece.type == "text" and depth == 0:
            yield from map(_linked, mentions.tokens(piece.content))
        else:
            yield piece


def _linked(token: mentions.Token) -> Token:
    match token.kind:
        case mentions.TokenKind.URL:
            return Token("html_inline", "", 0, content=link_to(token.value))
        case mentions.TokenKind.HASHTAG:
            return Token("text", "", 0, content=f"#{token.value}")
        case mentions.TokenKind.MENTION:
            return Token("text", "", 0, content=f"@{token.value}")
    return Token("text", "", 0, content=token.value)
