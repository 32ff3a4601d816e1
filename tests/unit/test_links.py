"""Links found in web pages and in host-meta, whatever their markup is like."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fedlearn.activitypub.links import MOST_READ, links_in, own_links_in

LINK = b'<link rel="alternate" type="application/activity+json" href="https://far.example/1">'
FOUND = [{"rel": "alternate", "type": "application/activity+json", "href": "https://far.example/1"}]


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><head>" + LINK + b"</head><body>hello</body></html>",
        b"<HTML><LINK Rel=alternate TYPE='application/activity+json'\nhref=https://far.example/1 />",
        b"<p><b><link" + LINK[5:],
        LINK + b"<![bogus[ ]]>",
        b"\xff\xfe" + LINK,
    ],
)
def test_links_are_found_in_any_markup(page: bytes) -> None:
    """Capitals, missing quotes, broken nesting and broken declarations do not hide a link."""
    assert links_in(page) == FOUND


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<!-- " + LINK + b" -->",
        b"<script>'" + LINK + b"'</script>",
        b"&lt;" + LINK[1:],
        b"<a" + LINK[5:],
        b" " * MOST_READ + LINK,
    ],
)
def test_what_is_no_link_is_none(page: bytes) -> None:
    """Comments, scripts, text and other elements are not links, nor is what stands far below."""
    assert links_in(page) == []


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (b'<a rel="me" href="https://a.example/">x</a>', ["https://a.example/"]),
        (
            b'<a href="https://a.example/" class=x rel="nofollow ME noopener">',
            ["https://a.example/"],
        ),
        (b'<link href=/@a rel=me><a rel="me" href="/b">', ["/@a", "/b"]),
        (b'<a rel="me">', []),
        (b'<a rel="meme" href="/a"><a rel="author" href="/b"><a href="/c">', []),
        (b'<!-- <a rel="me" href="/a"> --><script>"<a rel=me href=/a>"</script>', []),
    ],
)
def test_own_links(page: bytes, found: list[str]) -> None:
    """Links that lead to the same person are found in whatever order they say so."""
    assert own_links_in(page) == found


def test_entities_are_read_but_not_expanded_from_declarations() -> None:
    """Ampersands in addresses are read; entities that a document declares itself are not."""
    page = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><link href="https://far.example/?a=1&amp;b=&a;">'
    assert links_in(page) == [{"href": "https://far.example/?a=1&b=&a;"}]


@pytest.mark.parametrize(
    "piece", [b"<", b"<a ", b"<!--", b"<![", b"<a b='", b"</", b"&#", b"<script></", b"<link "]
)
def test_large_junk_takes_little_time(piece: bytes) -> None:
    """A hundred kilobytes of one thing are read in bounded time."""
    started = time.thread_time()
    links_in(piece * (100_000 // len(piece)))
    assert time.thread_time() - started < 5


@given(st.binary() | st.text(alphabet="<>![]-/'\"= alink\n&;#").map(str.encode))
@example(b"<![x")
@example(b"<![if")
@example(b"<!ELEMENT")
def test_no_page_breaks_the_reader(page: bytes) -> None:
    """Whatever a server sends for a page, links come out, or none."""
    assert all(isinstance(link, dict) for link in links_in(page))
