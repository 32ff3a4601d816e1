"""Markup of the kind that has fooled sanitisers, read again by a parser that is not the sanitiser's."""

import html
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedlearn.text import sanitize as sanitize_module
from fedlearn.text.sanitize import ATTRIBUTES, TAGS, sanitize, to_plain_text
from tests.hostile.searching import grows_no_faster_than_its_input, search

# fmt: off
STRANGE_TAGS = [
    "script", "style", "svg", "math", "mtext", "mglyph", "annotation-xml", "foreignObject", "desc",
    "table", "tr", "td", "caption", "colgroup", "form", "input", "button", "select", "option",
    "textarea", "title", "noscript", "template", "iframe", "noembed", "noframes", "plaintext", "xmp",
    "object", "embed", "img", "image", "video", "body", "html", "head", "frameset", "base", "meta",
    "link", "marquee", "nobr", "font", "details", "dialog", "x-y", "p:q",
]
# fmt: on
STRANGE_ATTRIBUTES = [
    "href='javascript:alert(1)'",
    "href=' &#106;ava&Tab;script:alert(1)'",
    "href='java\nscript:alert(1)'",
    "href='data:text/html,<script>alert(1)</script>'",
    "href='https://far.example/\"><script>'",
    "href='//far.example/'",
    "href='/settings'",
    "href=https://far.example/",
    "cite='vbscript:x'",
    "onclick='alert(1)'",
    "onmouseover=alert(1)//",
    "style='position:fixed'",
    "class='mention card h-card'",
    "class='mention&#10;visible'",
    "id=acts",
    "name=csrf",
    "form=acts",
    "formaction=/statuses/1/delete",
    "lang='\"><script>alert(1)</script>'",
    "title='&quot;onload=alert(1)'",
    "xlink:href='javascript:alert(1)'",
    "srcdoc='<script>'",
    "src=https://far.example/pixel.gif",
    "rel=me",
    "target=_top",
    "value=1",
    "start=-5",
    "/",
    "=",
    "`",
]
STRANGE_TEXTS = [
    "<!--", "-->", "--!>", "<![CDATA[", "]]>", "<?xml", "<!DOCTYPE html", "</", "<", ">", "&", '"',
    "'", "&lt;script&gt;", "&amp;lt;", "&#0;", "&#x202e;", "&#60;", "&notit;", "\x00", "\x0c",
    "\u202e", "\ufeff", "</p>", "</svg>", "</style>", "</title><script>", "text", " ",
]  # fmt: skip

tags = st.sampled_from([*sorted(TAGS), *STRANGE_TAGS])
attributes = st.lists(st.sampled_from(STRANGE_ATTRIBUTES), max_size=3).map(" ".join)
markup = st.lists(
    st.one_of(
        st.builds("<{} {}>".format, tags, attributes),
        st.builds("</{}>".format, tags),
        st.sampled_from(STRANGE_TEXTS),
        st.text(max_size=6),
    ),
    max_size=25,
).map("".join)

GIVEN_TO_LINKS = {"rel", "target"}
SCHEMES = ("https://", "http://", "mailto:", "xmpp:", "gemini:", "magnet:", "tel:")


def elements(fragment: str) -> Iterator[Element]:
    """What a browser would build of a fragment inside a page."""
    tree: Any = html5lib.parseFragment(fragment, container="div", namespaceHTMLElements=False)
    for element in tree.iter():
        if isinstance(element.tag, str) and element.tag != "DOCUMENT_FRAGMENT":
            yield element


def assert_harmless(fragment: str) -> None:
    """Only tags, attributes and addresses that are kept on purpose."""
    for element in elements(fragment):
        assert element.tag in TAGS, fragment
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(element.tag, set())
        assert set(element.attrib) <= allowed | GIVEN_TO_LINKS, fragment
        for name in ("href", "cite"):
            if name in element.attrib:
                assert element.attrib[name].strip().lower().startswith(SCHEMES), fragment
        if element.tag == "a":
            assert element.attrib["rel"] == "nofollow noopener noreferrer"


@search(250)
@given(text=markup)
def test_nothing_that_acts_is_left(text: str) -> None:
    """Another parser finds nothing in what is kept but what is kept on purpose."""
    clean = sanitize(text)
    assert_harmless(clean)
    assert sanitize(clean) == clean
    # Each tag and each special character has a form of limited length.
    assert len(clean) <= 120 * len(text) + 120


@search(120)
@given(text=markup)
def test_plain_text_is_plain(text: str) -> None:
    """A name or a warning, put into a page as the templates do, brings no element with it."""
    shown = html.escape(to_plain_text(text))
    assert list(elements(shown)) == []


LONG = ["<b>", "<a href='https://x/'>", "<ul><li>", "<i><p>", "<a>", "<table><a>", "<ruby><rt>"]
LONG += ["&", "&amp;", "<!--", "<b ", "<p lang='a' ", "<svg><style><a>", "x ", "[[[", "\x00", "<"]


@pytest.mark.parametrize("piece", LONG)
def test_time_grows_with_the_markup(piece: str) -> None:
    """Eight times the markup takes about eight times as long, up to what a post may have."""
    length = 12_000 // len(piece)
    assert grows_no_faster_than_its_input(lambda size: sanitize(piece * size), length)
    assert grows_no_faster_than_its_input(lambda size: to_plain_text(piece * size), length)


class Failing:
    """A cleaner that gives up."""

    def clean(self, _markup: str) -> str:
        """Fail as a cleaner may."""
        raise ValueError("no")


@search(50)
@given(text=markup)
def test_text_is_shown_when_the_sanitiser_fails(text: str) -> None:
    """What cannot be cleaned is shown with its tags in sight, and they do nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sanitize_module, "_cleaner", Failing)
        patch.setattr(sanitize_module, "_stripper", Failing)
        shown = sanitize(text)
        assert html.unescape(shown) == html.unescape(html.escape(text, quote=False))
        assert list(elements(shown)) == []
        assert list(elements(html.escape(to_plain_text(text)))) == []


def test_the_other_parser_would_notice() -> None:
    """The check itself finds what a sanitiser with other rules lets through."""
    for let_through in (
        nh3.clean("<img src=x>", tags={"img"}, attributes={"img": {"src"}}),
        '<a href="javascript:alert(1)" rel="nofollow noopener noreferrer">x</a>',
        '<p onclick="x">',
        "<b><script>",
    ):
        with pytest.raises(AssertionError):
            assert_harmless(let_through)
