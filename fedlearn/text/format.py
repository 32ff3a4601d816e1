"""This is where what a person typed becomes the HTML of a post, in the form that peers expect."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fedlearn.text.mentions import Token, TokenKind, tokens
from fedlearn.text.sanitize import LINK_REL, SafeHtml, to_plain_text

PARAGRAPHS = re.compile(r"\n{2,}")
SHOWN_OF_URL = 30
# "me" lets other servers verify that both are one person's.
OWN_LINK_REL = "me nofollow noopener"
LINK = re.compile(
    r'<a (?![^>]*\bclass="[^"]*\b(?:mention|hashtag)\b)[^>]*\bhref="(https?://[^"]+)"'
)
QUOTE = re.compile(r'<p class="quote-inline">.*?</p>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody named in a text: where the link goes, and the name that is shown."""

    url: str
    username: str


def format_status(
    text: str, named: Mapping[str, Named], hashtag_url: Callable[[str], str]
) -> SafeHtml:
    """HTML of a plain text: paragraphs, links, hashtags, and mentions of those in `named`.

    `named` maps a handle as it was typed, in lower case, to whom it means; any other stays text.
    """

    def piece(token: Token) -> str:
        match token.kind:
            case TokenKind.URL:
                return link_to(token.value)
            case TokenKind.HASHTAG:
                return _hashtag(token.value, hashtag_url(token.value.lower()))
            case TokenKind.MENTION:
                person = named.get(token.value.lower())
                return _mention(person) if person else html.escape(f"@{token.value}")
        return html.escape(token.value)

    text = text.replace("\r\n", "\n").strip()
    paragraphs = PARAGRAPHS.split(text) if text else []
    formatted = ("".join(map(piece, tokens(paragraph))) for paragraph in paragraphs)
    return SafeHtml("".join(f"<p>{one.replace(chr(10), '<br>')}</p>" for one in formatted))


def format_field(text: str, hashtag_url: Callable[[str], str]) -> SafeHtml:
    """HTML of one line of a profile, whose links say that they lead to the same person."""

    def piece(token: Token) -> str:
        match token.kind:
            case TokenKind.URL:
                return link_to(token.value, rel=OWN_LINK_REL)
            case TokenKind.HASHTAG:
                return _hashtag(token.value, hashtag_url(token.value.lower()))
            case TokenKind.MENTION:
                return html.escape(f"@{token.value}")
        return html.escape(token.value)

    return SafeHtml("".join(map(piece, tokens(text))))


def as_typed(markup: str) -> str:
    """The text of a biography, with the lines and paragraphs that its author made."""
    paragraphs = markup.removesuffix("</p>").split("</p>")
    return "\n\n".join(
        "\n".join(to_plain_text(line) for line in paragraph.split("<br>"))
        for paragraph in paragraphs
    )


def lone_url(text: str) -> str | None:
    """The address that is all there is in a text."""
    pieces = [token for token in tokens(text.strip()) if token.value]
    is_lone = len(pieces) == 1 and pieces[0].kind is TokenKind.URL
    return pieces[0].value if is_lone else None


def first_url(text: str) -> str | None:
    """The address that a text names first."""
    return next((one.value for one in tokens(text) if one.kind is TokenKind.URL), None)


def first_link(markup: str) -> str | None:
    """The address of the web to which HTML leads first, but not to people, hashtags or quotes."""
    found = LINK.search(without_quote(markup))
    return html.unescape(found[1]) if found else None


def format_quote(url: str) -> SafeHtml:
    """What stands before a text that quotes a post, for those who cannot show the post itself."""
    address = html.escape(url)
    return SafeHtml(f'<p class="quote-inline">RE: <a href="{address}">{address}</a></p>')


def without_quote(markup: str) -> str:
    """The text without what stands before it for those who cannot show the post that it quotes."""
    return QUOTE.sub("", markup, count=1)


def link_to(url: str, *, rel: str = LINK_REL) -> str:
    """An address, of which only the telling part is shown."""
    scheme, _, rest = url.partition("://")
    shown, hidden = rest[:SHOWN_OF_URL], rest[SHOWN_OF_URL:]
    kind = "ellipsis" if hidden else ""
    shown, hidden = html.escape(shown), html.escape(hidden)
    return (
        f'<a href="{html.escape(url)}" rel="{rel}" target="_blank">'
        f'<span class="invisible">{scheme}://</span><span class="{kind}">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )


def _hashtag(name: str, url: str) -> str:
    return (
        f'<a href="{html.escape(url)}" class="mention hashtag" rel="tag">'
        f"#<span>{html.escape(name)}</span></a>"
    )


def _mention(person: Named) -> str:
    return (
        f'<span class="h-card" translate="no"><a href="{html.escape(person.url)}" '
        f'class="u-url mention">@<span>{html.escape(person.username)}</span></a></span>'
    )
