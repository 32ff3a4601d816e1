"""This is where a follow is described: pending until the followee accepts it."""

from dataclasses import dataclass
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
