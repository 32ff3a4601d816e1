"""What people type, as the HTML that peers expect."""

import html
import re

import pytest
from hypothesis import example, given

from fedlearn.text.format import Named, format_field, format_status, lone_url
from fedlearn.text.sanitize import LINK_REL, sanitize, to_plain_text
from tests.unit.test_mentions import TEXTS

ALICE = Named("https://our.example/@alice", "alice")
ROBIN = Named("https://far.example/@robin", "robin")
NAMED = {"alice": ALICE, "robin@far.example": ROBIN}

ALICE_HTML = (
    '<span class="h-card" translate="no"><a href="https://our.example/@alice" '
    'class="u-url mention">@<span>alice</span></a></span>'
)
ROBIN_HTML = (
    '<span class="h-card" translate="no"><a href="https://far.example/@robin" '
    'class="u-url mention">@<span>robin</span></a></span>'
)
BEES_HTML = (
    '<a href="https://our.example/tags/bees" class="mention hashtag" rel="tag">'
    "#<span>Bees</span></a>"
)


def hashtag_url(name: str) -> str:
    """Where a hashtag of these tests leads."""
    return f"https://our.example/tags/{name}"


def formatted(text: str) -> str:
    """The HTML of a text by somebody who knows Alice and Robin."""
    return format_status(text, NAMED, hashtag_url)


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("hello", "<p>hello</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("one\n\ntwo\n\n\n\nthree", "<p>one</p><p>two</p><p>three</p>"),
        ("one\r\n\r\ntwo\r\nthree", "<p>one</p><p>two<br>three</p>"),
        ("\n\n  hello  \n\n", "<p>hello</p>"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_lines_and_paragraphs(text: str, markup: str) -> None:
    """A line break is one, an empty line ends a paragraph, and the ends are trimmed."""
    assert formatted(text) == markup


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "a & b", "\"x\" 'y'", "&lt;", "<b>bold</b>", "1 < 2 > 0"]
)
def test_text_stays_text(text: str) -> None:
    """What looks like markup is shown, not obeyed."""
    assert formatted(text) == f"<p>{html.escape(text)}</p>"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("@alice", ALICE_HTML),
        ("@Alice!", f"{ALICE_HTML}!"),
        ("hi @robin@far.example.", f"hi {ROBIN_HTML}."),
        ("@ROBIN@far.EXAMPLE", ROBIN_HTML),
        ("@robin", "@robin"),
        ("@nobody@far.example", "@nobody@far.example"),
        ("alice@our.example", "alice@our.example"),
    ],
)
def test_known_people_are_linked(text: str, markup: str) -> None:
    """Whoever is known is linked, in whatever capitals; whoever is not stays text."""
    assert formatted(text) == f"<p>{markup}</p>"


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        (
            "#Bees!",
            f"{BEES_HTML}!",
        ),
        ("#2026", "#2026"),
        ("a#b", "a#b"),
    ],
)
def test_hashtags_are_linked(text: str, markup: str) -> None:
    """A hashtag is shown as it was typed, and leads to the one page of its name."""
    assert formatted(text) == f"<p>{markup}</p>"


def link(address: str, shown: str, hidden: str = "") -> str:
    """How an address is written."""
    scheme = address.partition("://")[0]
    kind = "ellipsis" if hidden else ""
    return (
        f'<a href="{address}" rel="{LINK_REL}" target="_blank">'
        f'<span class="invisible">{scheme}://</span><span class="{kind}">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("https://far.example", link("https://far.example", "far.example")),
        ("(http://far.example/a).", f"({link('http://far.example/a', 'far.example/a')})."),
        (
            "https://far.example/?a=b&c=d",
            link("https://far.example/?a=b&amp;c=d", "far.example/?a=b&amp;c=d"),
        ),
        (
            "https://far.example/0123456789012345678901234567890",
            link(
                "https://far.example/0123456789012345678901234567890",
                "far.example/012345678901234567",
                "8901234567890",
            ),
        ),
        ("https://...", "https://..."),
    ],
)
def test_addresses_are_linked(text: str, markup: str) -> None:
    """Of a long address the first thirty characters are shown; a screen reader gets all of it."""
    assert formatted(text) == f"<p>{markup}</p>"


def test_quotes_cannot_break_out_of_an_attribute() -> None:
    """An address or a name with quotes in it stays inside its attribute."""
    wicked = Named('https://far.example/"onclick="x', "<b>")
    markup = format_status('https://a.example/"onclick=x @w', {"w": wicked}, hashtag_url)
    assert 'href="https://a.example/"' in markup
    assert 'href="https://far.example/&quot;onclick=&quot;x"' in markup
    assert "<b>" not in markup


def classes(markup: str) -> list[str]:
    """The classes in a piece of HTML, in order."""
    return re.findall(r'class="([^"]+)"', markup)


def test_our_html_survives_sanitising() -> None:
    """Mentions, hashtags and shortened links keep their classes and addresses at peers like us."""
    text = "hi @alice and @robin@far.example, see https://far.example/0123456789012345678901 #Bees"
    markup = formatted(text)
    clean = sanitize(markup)
    assert classes(clean) == classes(markup)
    assert re.findall(r'href="([^"]*)"', clean) == re.findall(r'href="([^"]*)"', markup)
    assert clean.count('translate="no"') == 2
    assert to_plain_text(clean) == to_plain_text(markup)
    assert (
        to_plain_text(markup)
        == "hi @alice and @robin, see https://far.example/0123456789012345678901 #Bees"
    )


@given(TEXTS)
@example("a\rb\x00c\x0b")
def test_formatting_is_safe_and_loses_nothing(text: str) -> None:
    """Whatever is typed, all of its words are there, and a sanitiser finds nothing to take away."""
    markup = format_status(text, {}, hashtag_url)
    assert words(markup) == text.split()
    clean = sanitize(markup)
    assert classes(clean) == classes(markup)
    assert words(clean) == words(markup.replace("\x00", ""))


def words(markup: str) -> list[str]:
    """What one reads of a piece of HTML."""
    spaced = markup.replace("<br>", "\n").replace("</p>", "\n")
    return html.unescape(re.sub(r"<[^>]*>", "", spaced)).split()


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (" https://a.example/b ", "https://a.example/b"),
        ("https://a.example, and more", None),
        ("at https://a.example", None),
        ("https://a.example https://b.example", None),
        ("a.example", None),
        ("", None),
    ],
)
def test_lone_url(text: str, url: str | None) -> None:
    """An address counts as such when nothing else stands in the text."""
    assert lone_url(text) == url


@given(TEXTS)
@example("<b>&amp; https://a.example/?a=1&b=2 @alice #bees")
def test_field_reads_as_it_was_typed(text: str) -> None:
    """A line of a profile has the words that were typed, safe, and its links say whose they are."""
    typed = " ".join(text.replace("\0", "").split())  # which no database keeps
    made = format_field(typed, hashtag_url)
    assert to_plain_text(made) == typed
    links = re.findall(r'<a href="https?:[^"]*" rel="([^"]*)" target', made)
    assert set(links) <= {"me nofollow noopener"}
    assert to_plain_text(sanitize(made)) == to_plain_text(made)
