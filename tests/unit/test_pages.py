"""What a web page says of itself."""

import pytest

from fedlearn.activitypub.client import Answer
from fedlearn.activitypub.pages import LONGEST_DESCRIPTION, LONGEST_TITLE, describe
from fedlearn.domain.statuses import Preview

URL = "https://a.example/x/page"


def described(markup: str, *, encoding: str = "utf-8", kind: str = "text/html") -> Preview | None:
    """What is read in a page."""
    found = describe(Answer(URL, 200, kind, markup.encode(encoding)))
    return found.preview if found else None


def title_of(markup: str, **how: str) -> str | None:
    """Only the title of it."""
    found = described(markup, **how)
    return found.title if found else None


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<title>Bees</title>", "Bees"),
        ("<TITLE>\n Bees\t&lt;3 </TITLE><svg><title>Icon</title></svg>", "Bees <3"),
        ('<title>Page</title><meta property="og:title" content="Bees">', "Bees"),
        ('<meta name="og:title" content="Bees"><meta name="og:title" content="Wasps">', "Bees"),
        ('<title>Page</title><meta property="og:title" content=" ">', "Page"),
        ('<meta content="Bees" name="twitter:title">', "Bees"),
        ("<title>Be\x00es\x1b[0m</title>", "Be es [0m"),
        ("<title>Bees</title><![x", "Bees"),
        ("<title>Bees", "Bees"),
        ("<meta><meta property><meta content=x>", None),
        ("", None),
    ],
)
def test_title(markup: str, title: str | None) -> None:
    """A page has the title that it gives others, else its own; none makes it no page to show."""
    assert title_of(markup) == title


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "shift_jis", "big5"])
def test_alphabet(encoding: str) -> None:
    """A page is read in the alphabet that its server names, else in the one that it names."""
    word = "Bienen 蜂" if encoding in {"utf-8", "shift_jis", "big5"} else "Bienenstöcke"
    plain = f"<title>{word}</title>"
    assert title_of(plain, encoding=encoding, kind=f'text/html; charset="{encoding}"') == word
    says = f"<meta charset='{encoding}'>{plain}"
    assert title_of(says, encoding=encoding) == word


@pytest.mark.parametrize("charset", ["zlib", "punycode", "unicode_escape", "no-such", "utf-7"])
def test_alphabet_that_is_none(charset: str) -> None:
    """Whatever else is named, is not what the page is read with."""
    assert title_of(r"<title>Bees \x41 +AEE-</title>", kind=f"text/html; charset={charset}") == (
        r"Bees \x41 +AEE-"
    )


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("/bee.png", "https://a.example/bee.png"),
        ("bee.png", "https://a.example/x/bee.png"),
        ("//b.example/bee.png", "https://b.example/bee.png"),
        ("javascript:alert(1)", None),
        ("data:image/png;base64,AAAA", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_picture(image: str, found: str | None) -> None:
    """A picture is one with an address of the web."""
    seen = described(f'<title>x</title><meta property="og:image" content="{image}">')
    assert seen is not None
    assert seen.image == found


def test_what_is_said_at_length() -> None:
    """Of long words there is a beginning."""
    seen = described(f"<title>{'x' * 9999}</title><meta name=description content='{'y' * 9999}'>")
    assert seen == Preview(URL, "x" * LONGEST_TITLE, "y" * LONGEST_DESCRIPTION)


def test_what_is_no_page() -> None:
    """Only pages are read."""
    for kind in ("text/plain", "image/svg+xml", "application/json", "xtext/html", ""):
        assert described("<title>x</title>", kind=kind) is None
    assert title_of("<title>x</title>", kind="APPLICATION/XHTML+XML; charset=utf-8") == "x"


@pytest.mark.parametrize(
    ("named", "creator"),
    [
        ("@ann@far.example", "ann@far.example"),
        (" ann@FAR.example ", "ann@far.example"),
        ("ann", None),
        ("https://far.example/@ann", None),
        ("", None),
    ],
)
def test_who_has_written_a_page(named: str, creator: str | None) -> None:
    """A page names its author by a handle; anything else names nobody."""
    markup = f'<title>Bees</title><meta name="fediverse:creator" content="{named}">'
    found = describe(Answer(URL, 200, "text/html", markup.encode()))
    assert found
    assert (str(found.creator) if found.creator else None) == creator
