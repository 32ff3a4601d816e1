"""Markdown from elsewhere: what it becomes, and that nothing in it can act."""

import re
import time

import pytest

from fedlearn.remote.content import LONGEST_MARKDOWN
from fedlearn.text.format import link_to
from fedlearn.text.markdown import markdown_to_html
from fedlearn.text.sanitize import sanitize

BEES = "https://far.example/bees"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("They **dance**.", "<p>They <strong>dance</strong>.</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        (
            f"see {BEES}, and @ann@far.example #bees",
            f"<p>see {link_to(BEES)}, and @ann@far.example #bees</p>",
        ),
        (f"[see]({BEES})", f'<p><a href="{BEES}">see</a></p>'),
        (f"[{BEES}]({BEES})", f'<p><a href="{BEES}">{BEES}</a></p>'),
        (f"<{BEES}>", f'<p><a href="{BEES}">{BEES}</a></p>'),
        (f"`{BEES}`", f"<p><code>{BEES}</code></p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>"),
        (f"![a bee]({BEES})", f'<p>!<a href="{BEES}">a bee</a></p>'),
        ("", ""),
    ],
)
def test_markdown_becomes_html(text: str, html: str) -> None:
    """Emphasis, lines and links; addresses that just stand there are links, too."""
    assert markdown_to_html(text).strip() == sanitize(html)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        'https://far.example/"onmouseover="alert(1)',
        "https://far.example/<script>alert(1)</script>",
    ],
)
def test_markdown_cannot_act(text: str) -> None:
    """Tags are text, and no address runs anything."""
    html = markdown_to_html(text)
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert not re.search("<[^>]*onmouseover", html)


@pytest.mark.parametrize("junk", ["*", "[", "_ ", "`", "https://", "> ", "- ", "@a"])
def test_large_junk_takes_little_time(junk: str) -> None:
    """As much of one thing as is read at all is read in bounded time."""
    started = time.thread_time()
    markdown_to_html(junk * (LONGEST_MARKDOWN // len(junk)))
    assert time.thread_time() - started < 3
