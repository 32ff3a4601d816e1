"""This is where a follow is described: pending until the followee accepts it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from fedlearn.domain.ids import ActorId, FollowId, Millis, Uri


class FollowState(StrEnum):
    """Whether the followee has said yes."""

    PENDING = "pending"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Follow:
    """One actor's wish to read another."""

    id: FollowId
    uri: Uri
    follower_id: ActorId
    followee_id: ActorId
    state: FollowState
    created_at: Millis
    notifies: bool = False  # the follower is told of each new post
    hides_boosts: bool = False  # at home the follower reads only what the followee wrote
    languages: tuple[str, ...] = ()  # and only in these, where it is said in which; () for all


@dataclass(frozen=True, slots=True)
class FollowWishes:
    """What somebody wants of whom they follow; what is None stays as it was."""

    notifies: bool | None = None
    hides_boosts: bool | None = None
    languages: tuple[str, ...] | None = None

    @property
    def concern_home(self) -> bool:
        """Whether something else belongs on the home timeline with them."""
        return self.hides_boosts is not None or self.languages is not None

    def applied_to(self, follow: Follow) -> Follow:
        """The follow as it is wanted."""
        return replace(
            follow,
            notifies=follow.notifies if self.notifies is None else self.notifies,
            hides_boosts=follow.hides_boosts if self.hides_boosts is None else self.hides_boosts,
            languages=follow.languages if self.languages is None else self.languages,
        )


ALL = FollowWishes()
