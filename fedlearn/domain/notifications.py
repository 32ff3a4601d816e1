"""This is where it is said what people are told about."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Millis
from fedlearn.domain.statuses import StatusView


class NotificationKind(StrEnum):
    """The types of the Mastodon API that exist here, and Pleroma's for a reaction."""

    MENTION = "mention"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    BOOST = "reblog"
    FAVOURITE = "favourite"
    REACTION = "emoji_reaction"
    POLL = "poll"
    QUOTE = "quote"
    REPORT = "admin.report"


@dataclass(frozen=True, slots=True)
class NotificationView:
    """Something that happened to a person, as they are shown it."""

    id: int
    kind: NotificationKind
    sender: Actor
    status: StatusView | None
    created_at: Millis
    is_read: bool
