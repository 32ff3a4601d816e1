"""This is where a report is described: somebody asks the moderators to look at an account."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import CollectionId, Millis, Uri
from fedlearn.domain.rules import Rule


class ReportCategory(StrEnum):
    """What is wrong, in the words of the Mastodon API."""

    SPAM = "spam"
    LEGAL = "legal"
    VIOLATION = "violation"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Report:
    """What moderators are asked to look at. The reporter may be the actor of another server."""

    id: int
    reporter: Actor
    target: Actor
    comment: str
    statuses: tuple[Uri, ...]
    is_forwarded: bool
    created_at: Millis
    resolved_at: Millis | None
    category: ReportCategory = ReportCategory.OTHER
    rules: tuple[Rule, ...] = ()  # those that were broken, the reporter says
    assigned_to: Actor | None = None  # who of the moderators looks at it
    resolved_by: Actor | None = None
    collections: tuple[CollectionId, ...] = ()


class ReportState(StrEnum):
    """Which reports are listed."""

    OPEN = "open"
    MINE = "mine"  # open, and assigned to who asks
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class ReportNote:
    """What a moderator says to the others about a report."""

    author: Actor
    text: str
    created_at: Millis
