"""The HTML of our posts, held against what Mastodon's strict sanitiser lets through."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from tests.federation.peer import Peer, Person
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, settle

# What Mastodon keeps, as data: elements, their attributes, classes and schemes of links.
# fmt: off
ELEMENTS = {
    "p", "br", "span", "a", "abbr", "del", "s", "pre", "blockquote", "code", "b", "strong", "u",
    "sub", "sup", "i", "em", "h1", "h2", "h3", "h4", "h5", "ul", "ol", "li", "ruby", "rt", "rp",
}
SCHEMES = {
    "http", "https", "dat", "dweb", "ipfs", "ipns", "ssb", "gopher", "xmpp", "magnet", "gemini",
}
# fmt: on
ATTRIBUTES = {
    "a": {"href", "rel", "class", "title", "translate"},
    "abbr": {"title"},
    "span": {"class", "translate"},
    "blockquote": {"cite"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "p": {"class"},
}
CLASSES = re.compile(r"(?:h|p|u|dt|e)-.*|mention|hashtag|ellipsis|invisible|quote-inline")
REL_OF_ALL = {"nofollow", "noopener", "noreferrer"}  # set on every link, whatever it says
KEPT_REL = {"tag"}

Attributes = list[tuple[str, str | None]]
Piece = tuple[str, str, frozenset[tuple[str, str]]]


class Reader(HTMLParser):
    """Takes HTML apart: elements with their attributes, ends, and text."""

    def __init__(self, markup: str, *, strict: bool) -> None:
        super().__init__()
        self._strict = strict
        self.pieces: list[Piece] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """An element begins; a strict reader leaves out what Mastodon would."""
        if self._strict and not _is_kept(tag, attrs):
            return
        kept = [
            _kept(tag, name, value or "") if self._strict else (name, value or "")
            for name, value in attrs
            if name != "target"
        ]
        found = {_in_order(name, value) for name, value in filter(None, kept)}
        self.pieces.append(("begin", tag, frozenset(found)))

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if not self._strict or tag in ELEMENTS:
            self.pieces.append(("end", tag, frozenset()))

    def handle_data(self, data: str) -> None:
        """Text between them."""
        self.pieces.append(("text", data, frozenset()))


def _is_kept(tag: str, attrs: Attributes) -> bool:
    scheme = urlsplit(dict(attrs).get("href") or "").scheme
    return tag in ELEMENTS and (tag != "a" or scheme in SCHEMES)


def _kept(tag: str, name: str, value: str) -> tuple[str, str] | None:
    if name == "lang":
        return name, value
    if name not in ATTRIBUTES.get(tag, set()) or (name == "translate" and value != "no"):
        return None
    if name == "class":
        value = " ".join(word for word in value.split() if CLASSES.fullmatch(word))
    if name == "rel":
        value = " ".join(word for word in value.split() if word in KEPT_REL | REL_OF_ALL)
    return name, value


def _in_order(name: str, value: str) -> tuple[str, str]:
    return name, " ".join(sorted(value.split())) if name in {"class", "rel"} else value


def is_unchanged(markup: str) -> bool:
    """Whether all of it comes through."""
    return Reader(markup, strict=True).pieces == Reader(markup, strict=False).pieces


async def sent(alpha: Server, bob: Person, text: str, **facts: object) -> str:
    """The HTML of a post of alice's, as it reaches another server."""
    await alpha.post("alice", text, **facts)
    await settle(alpha)
    content = bob.peer.got("Create")[-1]["object"]["content"]
    assert isinstance(content, str)
    return content


async def test_our_html_passes_a_strict_sanitiser(alpha: Server, bob: Person, peer: Peer) -> None:
    """Mentions, hashtags, links long and short, lines and quotes come through as we wrote them.

    Conformance: 190.
    """
    await alpha.user("alice")
    await is_read_by(alpha, "alice", bob)
    quoted = await alpha.post("alice", "something to quote")
    long = f"https://example.org/{'a' * 60}?q=<&>&amp;r=\"'"
    text = f"Hello @bob@peer.test & <b>all</b>\nsee {long} and https://example.org\n\n#bees #Größe"
    content = await sent(alpha, bob, text, quoted_id=quoted.id)
    for part in (
        'class="quote-inline"',
        'class="u-url mention"',
        'class="h-card" translate="no"',
        'class="mention hashtag" rel="tag"',
        'class="invisible"',
        'class="ellipsis"',
        "<br>",
        "&lt;b&gt;",
    ):
        assert part in content, part
    assert is_unchanged(content)


@pytest.mark.parametrize(
    "markup",
    [
        "<div>x</div>",
        '<p style="color: red">x</p>',
        '<p class="quoted">x</p>',
        '<span class="h-card mine">x</span>',
        '<span translate="yes">x</span>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="/relative">x</a>',
        '<a href="https://x.example" rel="me">x</a>',
        '<a href="https://x.example" onclick="x">x</a>',
        '<img src="https://x.example/a.png">',
    ],
)
def test_what_would_not_pass_is_noticed(markup: str) -> None:
    """The sanitiser of this test changes what Mastodon's would change."""
    assert not is_unchanged(markup)
