"""Where a status may go: the first lock of organisation-only posts."""

from dataclasses import replace

import pytest

from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import ActorId, Millis, Uri
from fedlearn.outbox.publish import plan_delivery
from fedlearn.outbox.recipients import Recipients
from tests.builders import OURS, a_status, profile_at
from tests.unit.test_recipients import LOU, ROBIN

FAR = Uri("https://far.example/inbox")
ALICE = Actor(
    ActorId(1),
    replace(profile_at(OURS, "alice"), domain=None),
    fetched_at=Millis(1),
    gone_at=None,
    suspended_at=None,
)


@pytest.mark.parametrize("reach", list(Reach))
def test_organisation_post_goes_nowhere(reach: Reach) -> None:
    """A post of the organisation has no inboxes, whoever is said to be its recipient."""
    status = a_status(ALICE, reach=reach, scope=Scope.ORG)
    assert plan_delivery(status, Recipients((FAR,), (ROBIN, LOU))) == []


@pytest.mark.parametrize("reach", list(Reach))
def test_other_posts_go_to_their_recipients(reach: Reach) -> None:
    """A post that may leave goes to followers and people, however far it reaches."""
    status = a_status(ALICE, reach=reach)
    inboxes = plan_delivery(status, Recipients((FAR,), (ROBIN, LOU)))
    assert inboxes == [FAR, LOU.profile.inbox]


def test_post_for_named_people_goes_to_their_own_inboxes() -> None:
    """Without followers to reach, a post goes to the people in it and to no shared inbox."""
    status = a_status(ALICE, reach=Reach.DIRECT)
    inboxes = plan_delivery(status, Recipients(people=(ROBIN, LOU)))
    assert inboxes == [ROBIN.profile.inbox, LOU.profile.inbox]
