"""This is where a relay is described: a server that passes public posts on to many others."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.ids import Millis, Uri


class RelayState(StrEnum):
    """What a relay has said to our wish to take part."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class RelayStyle(StrEnum):
    """Which of two customs a relay has.

    `mastodon`: an inbox that takes a Follow of the public collection, and whole activities.
    `litepub`: an actor that is followed itself, and takes and gives Announce.
    """

    MASTODON = "mastodon"
    LITEPUB = "litepub"


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay that we have asked. `actor_uri` is who speaks for it, once that is known."""

    inbox: Uri
    actor_uri: Uri | None
    follow_uri: Uri
    style: RelayStyle
    state: RelayState
    created_at: Millis
