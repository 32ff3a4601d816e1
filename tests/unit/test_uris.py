"""Our addresses, made and read back; and which addresses speak for the same server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedlearn.activitypub.uris import (
    Uris,
    host_of,
    joined,
    origin_of,
    same_origin,
    without_fragment,
)
from fedlearn.domain.ids import StatusId

OURS = Uris(origin="https://our.example", domain="our.example")
SPLIT = Uris(origin="https://social.our.example", domain="our.example")


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://far.example/users/robin", "https://far.example"),
        ("https://FAR.example:443/", "https://far.example"),
        ("http://far.example:80", "http://far.example"),
        ("https://far.example:8443/x", "https://far.example:8443"),
        ("http://far.example:443/", "http://far.example:443"),
        ("https://far.example?x#y", "https://far.example"),
    ],
)
def test_origin_is_scheme_host_and_port(uri: str, origin: str) -> None:
    """Capitals and the usual port make no difference; any other port does."""
    assert origin_of(uri) == origin


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "far.example",
        "//far.example/",
        "https://",
        "https:far.example",
        "https://user@far.example/",
        "https://our.example@far.example/",
        "https://far.example:99999/",
        "https://far.example:x/",
        "https://[::1",
        "ftp://far.example/",
        "javascript:alert(1)",
        "acct:robin@far.example",
        "data:text/html,x",
    ],
)
def test_unsound_address_has_no_origin(uri: str) -> None:
    """What cannot be fetched speaks for nobody, not even for itself."""
    assert origin_of(uri) is None
    assert host_of(uri) == ""
    assert not same_origin(uri, uri)


def test_same_origin_is_strict() -> None:
    """Another scheme, port, subdomain or parent is another server."""
    mine = "https://far.example/1"
    assert same_origin(mine, "https://far.example/2#x")
    for other in (
        "http://far.example/1",
        "https://far.example:8443/1",
        "https://www.far.example/1",
        "https://example/1",
        "https://far.example.evil.example/1",
    ):
        assert not same_origin(mine, other)


@given(st.text() | st.text().map(lambda text: f"https://{text}"))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text has an origin or none."""
    origin = origin_of(text)
    assert origin is None or origin.startswith(("https://", "http://"))
    assert joined("https://far.example/", text) is None or isinstance(text, str)
    assert "#" not in without_fragment(text)


def test_link_leads_from_where_it_stands() -> None:
    """Relative links are read from their document; broken ones lead nowhere."""
    assert joined("https://far.example/a/b", "c") == "https://far.example/a/c"
    assert joined("https://far.example/a/b", "//other.example/") == "https://other.example/"
    assert joined("https://far.example/a/b", "https://[::1") is None


def test_key_is_looked_for_in_its_document() -> None:
    """Of a keyId with a fragment the document is fetched; one without is fetched as it is."""
    assert without_fragment("https://far.example/robin#main-key") == "https://far.example/robin"
    path = "https://far.example/robin/main-key"
    assert without_fragment(path) == path


# --- ours ----------------------------------------------------------------------------------------


def test_actor_is_read_back_from_its_addresses() -> None:
    """Identity and page of an actor lead to its name, with or without a slash at the end."""
    for uri in (OURS.actor("alice"), OURS.profile("alice"), f"{OURS.actor('alice')}/"):
        assert OURS.username_of(uri) == "alice"
    assert OURS.username_of("https://our.example/users/a.b-c_d") == "a.b-c_d"


@pytest.mark.parametrize(
    "uri",
    [
        "https://far.example/users/alice",
        "https://our.example.far.example/users/alice",
        "https://our-example/users/alice",
        "https://our.example/users/alice/inbox",
        "https://our.example/users/",
        "https://our.example/users/a/b",
        "https://our.example/users/alice#main-key",
        "http://our.example/users/alice",
        "alice",
    ],
)
def test_other_addresses_are_nobody(uri: str) -> None:
    """What is not ours, or not an actor, leads to no name; a dot in our domain is a dot."""
    assert OURS.username_of(uri) is None


def test_instance_actor_has_the_name_of_the_domain() -> None:
    """It is found under its identity, and under the origin itself (FEP-d556)."""
    assert OURS.actor("our.example") == OURS.instance_actor
    for uri in (OURS.instance_actor, "https://our.example", "https://our.example/"):
        assert OURS.username_of(uri) == "our.example"


def test_handles_may_have_a_domain_of_their_own() -> None:
    """With a split domain, handles name one host and identities the other."""
    assert SPLIT.handle("alice") == "alice@our.example"
    assert SPLIT.actor("alice") == "https://social.our.example/users/alice"
    assert SPLIT.is_ours("https://social.our.example/users/alice")
    assert not SPLIT.is_ours("https://our.example/users/alice")


def test_statuses_are_found_in_a_text() -> None:
    """Identities and pages of our statuses are seen wherever they stand; those of others are not."""
    text = (
        f'{{"a":"{OURS.status("alice", StatusId(17))}","b":"{OURS.status_page("bob", StatusId(18))}'
        ' https://far.example/users/alice/statuses/19 https://our.example/users/alice/20"}'
    )
    assert OURS.status_ids_in(text) == {17, 18}


def test_hashtag_page_is_an_address() -> None:
    """A hashtag in any script makes a sound address."""
    assert OURS.hashtag("grün") == "https://our.example/tags/gr%C3%BCn"
