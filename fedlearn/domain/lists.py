"""This is where it is said what a list of people is."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.ids import ActorId, ListId, Millis


class RepliesPolicy(StrEnum):
    """Which answers of its members stand on a list, besides those to oneself and to themselves."""

    FOLLOWED = "followed"
    LIST = "list"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PeopleList:
    """People whose posts somebody reads together, be they followed or not.

    What those on an exclusive list post does not stand at home. `opened_at` is when it was last
    read, more or less.
    """

    id: ListId
    owner_id: ActorId
    title: str
    feed_nonce: str | None = None  # which of the addresses that its feed has had is the one
    replies_policy: RepliesPolicy = RepliesPolicy.LIST
    is_exclusive: bool = False
    opened_at: Millis | None = None
