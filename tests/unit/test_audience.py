"""Whom a post is addressed to, and how far a post that comes in reaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedlearn.activitypub.audience import addressed, reach_of
from fedlearn.activitypub.uris import PUBLIC
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import Uri

FOLLOWERS = Uri("https://our.example/users/alice/followers")
ROBIN = Uri("https://far.example/users/robin")
ROSA = Uri("https://far.example/users/rosa")
OTHERS = "https://far.example/users/robin/followers"


@pytest.mark.parametrize(
    ("reach", "to", "cc"),
    [
        (Reach.PUBLIC, [PUBLIC], [FOLLOWERS, ROBIN, ROSA]),
        (Reach.UNLISTED, [FOLLOWERS], [PUBLIC, ROBIN, ROSA]),
        (Reach.FOLLOWERS, [FOLLOWERS], [ROBIN, ROSA]),
        (Reach.DIRECT, [ROBIN, ROSA], []),
    ],
)
def test_each_reach_has_its_addresses(reach: Reach, to: list[Uri], cc: list[Uri]) -> None:
    """Who is named comes along whatever the reach, each once; nothing narrower names Public."""
    audience = addressed(reach, FOLLOWERS, [ROBIN, ROSA, ROBIN])
    assert (list(audience.to), list(audience.cc)) == (to, cc)


@given(st.sampled_from(Reach), st.lists(st.sampled_from([ROBIN, ROSA])))
def test_addresses_are_read_back_as_they_were_meant(reach: Reach, named: list[Uri]) -> None:
    """What we send with a reach, a reader with our rules takes for just that reach."""
    audience = addressed(reach, FOLLOWERS, named)
    assert reach_of(audience.to, audience.cc, FOLLOWERS) is reach


@pytest.mark.parametrize("public", [PUBLIC, "as:Public", "Public"])
def test_public_has_three_spellings(public: str) -> None:
    """Each spelling of Public means public in `to` and unlisted in `cc`, whatever else is there."""
    assert reach_of([public, FOLLOWERS], [ROBIN], FOLLOWERS) is Reach.PUBLIC
    assert reach_of([public], [public], FOLLOWERS) is Reach.PUBLIC
    assert reach_of([FOLLOWERS, ROBIN], [public], FOLLOWERS) is Reach.UNLISTED


@pytest.mark.parametrize("odd", ["public", "as:public", f"{PUBLIC}/", "AS:Public", PUBLIC.lower()])
def test_other_spellings_open_nothing(odd: str) -> None:
    """What only looks like Public is an address like any other."""
    assert reach_of([odd], [odd], FOLLOWERS) is Reach.DIRECT


@pytest.mark.parametrize(("to", "cc"), [([FOLLOWERS], []), ([ROBIN], [FOLLOWERS])])
def test_followers_are_meant_in_either_list(to: list[str], cc: list[str]) -> None:
    """The author's followers in `to`, or as some write in `cc`, make a post for followers."""
    assert reach_of(to, cc, FOLLOWERS) is Reach.FOLLOWERS


@pytest.mark.parametrize(("to", "cc"), [([ROBIN], []), ([], [ROBIN]), ([], []), ([OTHERS], [])])
def test_addressees_alone_are_direct(to: list[str], cc: list[str]) -> None:
    """Without Public and the author's own followers a post is direct; in doubt, too."""
    assert reach_of(to, cc, FOLLOWERS) is Reach.DIRECT


def test_followers_of_somebody_else_open_nothing() -> None:
    """Neither another's collection nor the lack of any makes a post visible to followers."""
    assert reach_of([OTHERS], [], FOLLOWERS) is Reach.DIRECT
    assert reach_of([FOLLOWERS], [], None) is Reach.DIRECT
    assert reach_of([""], [], "") is Reach.DIRECT
