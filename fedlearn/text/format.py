"""This is where what a person typed becomes the HTML of a post, in the form that peers expect."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fedlearn.text.mentions import Token, TokenKind, tokens
from fedlearn.text.sanitize import LINK_REL, SafeHtml

PARAGRAPHS = re.compile(r"\n{2,}")
SHOWN_OF_URL = 30


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


def format_quote(url: str) -> SafeHtml:
    """What stands before a text that quotes a post, for those who cannot show the post itself."""
    address = html.escape(url)
    return SafeHtml(f'<p class="quote-inline">RE: <a href="{address}">{address}</a></p>')


def link_to(url: str) -> str:
    """An address, of which only the telling part is shown."""
    scheme, _, rest = url.partition("://")
    shown, hidden = rest[:SHOWN_OF_URL], rest[SHOWN_OF_URL:]
    kind = "ellipsis" if hidden else ""
    shown, hidden = html.escape(shown), html.escape(hidden)
    return (
        f'<a href="{html.escape(url)}" rel="{LINK_REL}" target="_blank">'
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
