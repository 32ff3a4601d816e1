"""Addresses on our server for files of others: made by us only, and read back unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fedlearn.activitypub.uris import Uris
from fedlearn.web.proxied import PROXY, ProxiedPaths

OURS = ProxiedPaths(Uris("https://our.example", "our.example"), b"k" * 32)
URL = "https://far.example/files/café.png?size=large#top"


def taken_apart(path: str) -> tuple[str, str]:
    """The token and the address in a path."""
    token, address = path.removeprefix(f"{PROXY}/").split("/")
    return token, address


@given(some.text(min_size=1).map("https://far.example/{}".format))
def test_path_leads_back(url: str) -> None:
    """Any address comes back as it was, out of a path without anything that needs escaping."""
    path = OURS.path_of(url)
    assert path.replace("/", "").replace("-", "").replace("_", "").isalnum()
    assert OURS.url_of(*taken_apart(path)) == url


def test_only_we_can_make_a_path() -> None:
    """Another token, another address, or another server's key leads nowhere."""
    token, address = taken_apart(OURS.path_of(URL))
    _, other = taken_apart(OURS.path_of("https://10.0.0.1/"))
    theirs = ProxiedPaths(OURS.uris, b"x" * 32)
    assert OURS.url_of(token, other) is None
    assert OURS.url_of("A" + token[1:] if token[0] != "A" else "B" + token[1:], address) is None
    assert OURS.url_of(token[:-1], address) is None
    assert theirs.url_of(token, address) is None
    assert OURS.url_of(token, address) == URL


@pytest.mark.parametrize("address", ["", "A", "=", "é", "_w", "%00", "a" * 10_000])
def test_nonsense_leads_nowhere(address: str) -> None:
    """What cannot be read is no path of ours, and no error."""
    assert OURS.url_of("é", address) is None


def test_our_own_files_stay_where_they_are() -> None:
    """What is ours is not fetched from ourselves."""
    own = "https://our.example/media/1.png"
    assert OURS.path_of(own) == own
    assert OURS.path_of("https://our.example.evil.example/1.png").startswith(PROXY)


def test_key_is_not_shown() -> None:
    """The key is not in what is written to a log."""
    assert "kkk" not in repr(OURS)
