"""Pictures and formulas in HTML from elsewhere, and the words that stand for them."""

import time

import pytest

from fedlearn.text.replaced import in_words
from fedlearn.text.sanitize import sanitize, to_plain_text

PICTURE = "https://far.example/bee.png"


@pytest.mark.parametrize(
    ("markup", "clean"),
    [
        (f'<img src="{PICTURE}" alt="a bee">', f'<a href="{PICTURE}">a bee</a>'),
        (f"<IMG alt='a \"bee\"' SRC={PICTURE} />", f'<a href="{PICTURE}">a &quot;bee&quot;</a>'),
        (f'<img src="{PICTURE}">', f'<a href="{PICTURE}">Picture</a>'),
        (
            f'<img alt="" src="{PICTURE}?a=1&amp;b=2">',
            f'<a href="{PICTURE}?a=1&amp;b=2">Picture</a>',
        ),
        (f'<p><img class="emoji" alt="🐝" src="{PICTURE}"> hums</p>', "<p>🐝 hums</p>"),
        (
            f'<a href="{PICTURE}"><b>a</b> <img src="{PICTURE}" alt="x"></a><img src="{PICTURE}">',
            f'<a href="{PICTURE}"><b>a</b> x</a><a href="{PICTURE}">Picture</a>',
        ),
        (
            f'<a href="https://far.example/"><img src="{PICTURE}"></a>',
            '<a href="https://far.example/">Picture</a>',
        ),
        ('<img src="/relative.png" alt="a bee">', "a bee"),
        ('<img src="javascript:alert(1)" onerror="alert(1)" alt="a bee">', "a bee"),
        ("<img>", ""),
        (f'<img data-src="{PICTURE}" alt="lazy">', "lazy"),
        ("<image>", "<image>"),
    ],
)
def test_pictures_are_links_with_their_description(markup: str, clean: str) -> None:
    """A picture is a link to where it is; in a link, or small as a letter, it is its words alone."""
    assert in_words(markup) == clean


TEX = '<annotation encoding="application/x-tex">x^2 &lt; y</annotation>'


@pytest.mark.parametrize(
    ("markup", "clean"),
    [
        (
            f"<p>is <math><semantics><mi>x</mi>{TEX}</semantics></math>.</p>",
            "<p>is $x^2 &lt; y$.</p>",
        ),
        (f'<math display="block"><semantics>{TEX}</semantics></math>', "$$x^2 &lt; y$$"),
        (f"<MATH><semantics>{TEX}</semantics></MATH><math><mi>z</mi></math>", "$x^2 &lt; y$z"),
        ("<p><math><mi>x</mi></math></p>", "<p>x</p>"),
        ("x</math>", "x"),
        ("<math><semantics></semantics></math>y", "y"),
    ],
)
def test_formulas_are_the_tex_that_they_were(markup: str, clean: str) -> None:
    """A formula that comes with its TeX is shown as that; another as what is in it."""
    assert to_plain_text(sanitize(markup)) == to_plain_text(clean)
    assert in_words(clean) == clean


def test_descriptions_cannot_act() -> None:
    """What a picture or a formula says is text, whatever it says."""
    alt = "&lt;script&gt;alert(1)&lt;/script&gt;"
    clean = sanitize(f'<img src="{PICTURE}" alt="{alt}"><img src=x alt="\'onerror=alert(1)">')
    assert "<script" not in clean
    assert alt in clean
    tex = '<annotation encoding="application/x-tex">&lt;img src=x onerror=alert(1)&gt;</annotation>'
    assert "<img" not in sanitize(f"<math><semantics>{tex}</semantics></math>")


@pytest.mark.parametrize("junk", ["a", " ", "a ", "a=", '"', "='", "<math>", "</math>", "<img a"])
def test_large_junk_takes_little_time(junk: str) -> None:
    """A hundred kilobytes of anything inside of a picture or formula are read in bounded time."""
    started = time.thread_time()
    for before, after in (("<img src=x ", ">"), ("<math display ", "</math>"), ("<a ", "<img>")):
        in_words(before + junk * (100_000 // len(junk)) + after)
    assert time.thread_time() - started < 3
