"""This is where it is described what moderators say to somebody, and what they did with it."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.ids import ActorId, Millis


class Consequence(StrEnum):
    """What a message goes with: words of the Mastodon API, as far as it has one."""

    NONE = "none"
    DELETE_POSTS = "delete_statuses"
    MARK_SENSITIVE = "mark_statuses_as_sensitive"
    REMOVE_COLLECTION = "remove_collection"  # a word of ours
    DISABLE = "disable"
    SENSITIVE = "sensitive"
    SILENCE = "silence"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class AccountWarning:
    """A message of the moderators to somebody."""

    id: int
    actor_id: ActorId
    consequence: Consequence
    text: str
    report_id: int | None
    created_at: Millis
