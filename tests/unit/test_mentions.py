"""Handles, hashtags and addresses found in what people type."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fedlearn.text.mentions import Token, TokenKind, handles_in, hashtags_in, tokens

# What makes trouble, between letters of several scripts.
PIECES = st.lists(
    st.sampled_from(
        [
            "@", "#", "alice", "@alice", "@alice@our.example", "#bees", "https://", "http://x.example",
            "https://far.example/a_(b)", ")", "(", ".", ",", "!", "…", " ", "\n", "-", "_", "1", "é",
            "漢字", "/", ":", "8443", "&", "'", '"', "<", ">", "`", "?q=1", "www.", "://", "]",
        ]
    )
).map("".join)  # fmt: skip
TEXTS = st.text() | PIECES


def put_together(token: Token) -> str:
    """A token as it was typed."""
    mark = {TokenKind.MENTION: "@", TokenKind.HASHTAG: "#"}.get(token.kind, "")
    return mark + token.value


@given(TEXTS)
@example("https://far.example/...@alice")
@example("(https://far.example/a_(b)).")
def test_tokens_are_the_text(text: str) -> None:
    """The pieces of a text, put together again, are the text."""
    assert "".join(map(put_together, tokens(text))) == text


@given(TEXTS)
def test_tokens_are_what_they_say(text: str) -> None:
    """Addresses begin with their scheme; names and hashtags are never empty."""
    for token in tokens(text):
        match token.kind:
            case TokenKind.URL:
                assert token.value.startswith(("https://", "http://"))
                assert not set(token.value) & set(" \n<>\"'`")
            case TokenKind.MENTION | TokenKind.HASHTAG:
                assert token.value
                assert not set(token.value) & set(" \n<>\"'#")


def found(text: str, kind: TokenKind) -> list[str]:
    """The values of one kind."""
    return [token.value for token in tokens(text) if token.kind is kind]


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@alice", ["alice"]),
        ("hi @alice!", ["alice"]),
        ("@alice@far.example", ["alice@far.example"]),
        ("@alice@far.example.", ["alice@far.example"]),
        ("(@alice@localhost:3000)", ["alice@localhost:3000"]),
        ("@a.b-c_d, @é", ["a.b-c_d", "é"]),
        ("@alice @bob @alice", ["alice", "bob"]),
        ("¿@alice?", ["alice"]),
        ("@alice.", ["alice"]),
        ("@alice-", ["alice"]),
        ("@alice@", ["alice"]),
        ("@alice's", ["alice"]),
        ("mail alice@far.example", []),
        ("https://far.example/@alice", []),
        ("x/@alice", []),
        ("@@alice", []),
        ("@ alice", []),
        ("@", []),
        ("@-alice", []),
    ],
)
def test_handles_are_found(text: str, handles: list[str]) -> None:
    """Names with and without a domain; not in mail addresses, nor in other addresses."""
    assert handles_in(text) == handles


@pytest.mark.parametrize(
    ("text", "hashtags"),
    [
        ("#bees", ["bees"]),
        ("#Bees and #bees", ["bees"]),
        ("#grün #漢字 #c4e", ["grün", "漢字", "c4e"]),
        ("(#bees)", ["bees"]),
        ("#bees.", ["bees"]),
        ("#bees-and-flowers", ["bees"]),
        ("#2026bees", ["2026bees"]),
        ("#2026", []),
        ("#_", []),
        ("#", []),
        ("a#b", []),
        ("&#39;", []),
        ("https://far.example/#bees", []),
    ],
)
def test_hashtags_are_found(text: str, hashtags: list[str]) -> None:
    """In any script, with a letter in them, in small letters; not in addresses."""
    assert hashtags_in(text) == hashtags


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("https://far.example", ["https://far.example"]),
        ("see https://far.example/a?b=c&d=e#f.", ["https://far.example/a?b=c&d=e#f"]),
        ("(https://far.example/)", ["https://far.example/"]),
        ("https://far.example/wiki/Bee_(insect)", ["https://far.example/wiki/Bee_(insect)"]),
        ("(https://far.example/Bee_(insect))", ["https://far.example/Bee_(insect)"]),
        ("https://far.example/Bee_(insect), and", ["https://far.example/Bee_(insect)"]),
        ("https://far.example/a…", ["https://far.example/a"]),
        ("https://far.example!?", ["https://far.example"]),
        ('"https://far.example"', ["https://far.example"]),
        ("<https://far.example>", ["https://far.example"]),
        ("https://far.example/@alice#bees", ["https://far.example/@alice#bees"]),
        ("http://a.example https://b.example", ["http://a.example", "https://b.example"]),
        ("https://münchen.example/ü", ["https://münchen.example/ü"]),
        ("https://", []),
        ("https://...", []),
        ("https://)", []),
        ("ftp://far.example", []),
        ("javascript:alert(1)", []),
        ("far.example", []),
    ],
)
def test_addresses_are_found(text: str, urls: list[str]) -> None:
    """What ends a sentence is not part of an address; a bracket that the address opened is."""
    assert found(text, TokenKind.URL) == urls


@pytest.mark.parametrize(
    "piece", ["@", "#", "@a", "#1", "@a@", "https://", "@a-", "#a ", "<", "[[[", "https://a)"]
)
def test_large_junk_takes_little_time(piece: str) -> None:
    """Over a hundred kilobytes of one thing are read in bounded time."""
    text = piece * (120_000 // len(piece))
    started = time.thread_time()
    assert "".join(map(put_together, tokens(text))) == text
    assert time.thread_time() - started < 5
