"""This is where it is said what an app wants to be woken for, and how it is reached (Web Push)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from fedlearn.domain.ids import ActorId
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.oauth import TokenId

PushId = NewType("PushId", int)


class PushPolicy(StrEnum):
    """Of whose deeds somebody wants to hear at once."""

    ALL = "all"
    FOLLOWED = "followed"
    FOLLOWER = "follower"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PushKeys:
    """With what a message is sealed so that only the app reads it (RFC 8291, section 3)."""

    p256dh: bytes  # an uncompressed point on P-256
    auth: bytes


@dataclass(frozen=True, slots=True)
class PushWishes:
    """What an app wants to be woken for."""

    alerts: frozenset[NotificationKind] = frozenset()
    policy: PushPolicy = PushPolicy.ALL


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """How one app of a person is reached. `is_standard` is RFC 8291; else the draft before it.

    The token of the app is kept sealed, since apps find by it whose notification came.
    """

    id: PushId
    token_id: TokenId
    owner_id: ActorId
    endpoint: str
    keys: PushKeys
    wishes: PushWishes
    is_standard: bool
    sealed_token: bytes
