"""How an audience becomes a list of inboxes."""

from dataclasses import replace

import pytest

from fedlearn.activitypub.uris import Uris
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, Millis, Uri
from fedlearn.outbox.recipients import Recipients, collapse
from tests.builders import OURS, profile_at

FAR, NEAR = Uri("https://far.example/inbox"), Uri("https://near.example/inbox")


def actor(handle: str, *, has_shared_inbox: bool = True) -> Actor:
    """Somebody on another server, or of ours where the handle has no domain."""
    name, _, domain = handle.partition("@")
    uris = Uris(f"https://{domain}", domain) if domain else OURS
    profile = replace(profile_at(uris, name), domain=domain or None)
    if not has_shared_inbox:
        profile = replace(profile, shared_inbox=None)
    return Actor(ActorId(1), profile, fetched_at=Millis(1), gone_at=None, suspended_at=None)


ROBIN, RO = actor("robin@far.example"), actor("ro@far.example")
LOU = actor("lou@near.example", has_shared_inbox=False)


def test_nobody() -> None:
    """Without recipients there is nothing to send."""
    assert collapse(Recipients(), is_for_many=True) == []
    assert collapse(Recipients(), is_for_many=False) == []


def test_what_is_for_many_goes_to_shared_inboxes() -> None:
    """People behind one shared inbox get one copy; who has none gets one of their own."""
    recipients = Recipients(people=(ROBIN, LOU, RO))
    assert collapse(recipients, is_for_many=True) == [FAR, LOU.profile.inbox]


def test_what_is_for_somebody_goes_to_their_own_inbox() -> None:
    """What is for named people only goes to each of them."""
    recipients = Recipients(people=(ROBIN, LOU, RO))
    own = [one.profile.inbox for one in (ROBIN, LOU, RO)]
    assert collapse(recipients, is_for_many=False) == own


def test_follower_who_is_also_named_gets_one_copy() -> None:
    """Somebody who follows and is named is behind the same inbox both times."""
    recipients = Recipients(follower_inboxes=(FAR, NEAR), people=(ROBIN, ROBIN))
    assert collapse(recipients, is_for_many=True) == [FAR, NEAR]


def test_nothing_comes_back_to_us() -> None:
    """Our own people get nothing over the wire."""
    recipients = Recipients(people=(actor("alice"), ROBIN))
    assert collapse(recipients, is_for_many=True) == [FAR]
    assert collapse(recipients, is_for_many=False) == [ROBIN.profile.inbox]


@pytest.mark.parametrize("end", ["gone_at", "suspended_at"])
def test_who_takes_part_no_more_gets_nothing(end: str) -> None:
    """Nothing is sent to who is gone or suspended; a neighbour still gets it."""
    ended = (
        replace(RO, gone_at=Millis(1)) if end == "gone_at" else replace(RO, suspended_at=Millis(1))
    )
    assert collapse(Recipients(people=(ended,)), is_for_many=True) == []
    assert collapse(Recipients(people=(ended, ROBIN)), is_for_many=True) == [FAR]
