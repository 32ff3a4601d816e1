"""This is where it is said what people are told about, and what they want to be told."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.actors import Actor
from fedlearn.domain.collections import CollectionView
from fedlearn.domain.ids import Millis, StatusId
from fedlearn.domain.statuses import StatusView


class NotificationKind(StrEnum):
    """The types of the Mastodon API that exist here, Pleroma's for a reaction, and one of ours.

    `not_posted` says that something scheduled could not be posted.
    """

    MENTION = "mention"
    STATUS = "status"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    BOOST = "reblog"
    FAVOURITE = "favourite"
    REACTION = "emoji_reaction"
    POLL = "poll"
    QUOTE = "quote"
    UPDATE = "update"
    QUOTED_UPDATE = "quoted_update"
    ADDED_TO_COLLECTION = "added_to_collection"
    COLLECTION_UPDATE = "collection_update"
    NOT_POSTED = "not_posted"
    REPORT = "admin.report"
    SIGN_UP = "admin.sign_up"
    WARNING = "moderation_warning"

    @property
    def is_for_moderators(self) -> bool:
        """Whether only those who look after the instance are told."""
        return self.value.startswith("admin.")


# What can be told together, and for how long.
GROUPED = (NotificationKind.FAVOURITE, NotificationKind.BOOST, NotificationKind.FOLLOW)
GROUPED_FOR_MS = 12 * 3_600_000


class Verdict(StrEnum):
    """What becomes of a notification: it is told, put aside, or not even kept."""

    ACCEPT = "accept"
    FILTER = "filter"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class NotificationPolicy:
    """What somebody wants to be told: which kinds not at all, and what of people they do not know.

    The groups are those of the Mastodon API.
    """

    unwanted: frozenset[NotificationKind] = frozenset()
    for_not_following: Verdict = Verdict.ACCEPT
    for_not_followers: Verdict = Verdict.ACCEPT
    for_new_accounts: Verdict = Verdict.ACCEPT
    for_private_mentions: Verdict = Verdict.ACCEPT
    for_limited_accounts: Verdict = Verdict.DROP


@dataclass(frozen=True, slots=True)
class NotificationView:
    """Something that happened to a person, as they are shown it."""

    id: int
    kind: NotificationKind
    sender: Actor
    status: StatusView | None
    created_at: Millis
    is_read: bool
    collection: CollectionView | None = None

    @property
    def group_key(self) -> str:
        """What it has in common with others that are told together with it."""
        if self.kind not in GROUPED:
            return f"ungrouped-{self.id}"
        status_id = self.status.id if self.status else 0
        return f"{self.kind}-{status_id}-{self.created_at // GROUPED_FOR_MS}"


@dataclass(frozen=True, slots=True)
class NotificationGroup:
    """What several people did, told as one: to the same post, and not long after each other.

    `senders` are those who did it last. A kind that is not grouped makes groups of one.
    """

    key: str
    kind: NotificationKind
    count: int
    first_id: int
    latest_id: int
    latest_at: Millis
    senders: tuple[Actor, ...]
    status: StatusView | None
    collection: CollectionView | None = None


@dataclass(frozen=True, slots=True)
class NotificationRequest:
    """What was put aside of one sender: how much, and when the first and the latest was."""

    sender: Actor
    count: int
    latest_id: int
    latest_at: Millis
    first_at: Millis
    last_status_id: StatusId | None
