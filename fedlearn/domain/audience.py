"""This is where it is said who may see a status: how far it reaches, and whether it may leave."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.ids import ActorId


class Reach(StrEnum):
    """How far a status reaches (Mastodon's visibility; its `private` is `followers` here)."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    DIRECT = "direct"

    @property
    def is_open(self) -> bool:
        """Whether anybody may read it who has its address."""
        return self in {Reach.PUBLIC, Reach.UNLISTED}


class Scope(StrEnum):
    """Whether a status may leave the instance. `org` never does."""

    FED = "fed"
    ORG = "org"


_WIDTH = {Reach.DIRECT: 0, Reach.FOLLOWERS: 1, Reach.UNLISTED: 2, Reach.PUBLIC: 3}


def narrower(one: Reach, other: Reach) -> Reach:
    """The one that fewer people see: a reply is never wider than its parent."""
    return min(one, other, key=_WIDTH.__getitem__)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose eyes a query looks through. Nobody in particular is `STRANGER`."""

    actor_id: ActorId | None
    is_local: bool


STRANGER = Viewer(actor_id=None, is_local=False)
