"""This is where it is said what a filter is: words and posts that somebody will not read."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from fedlearn.domain.ids import ActorId, Millis, StatusId

FilterId = NewType("FilterId", int)


class FilterContext(StrEnum):
    """Where a filter counts: `home` are lists too, `public` are hashtags too."""

    HOME = "home"
    NOTIFICATIONS = "notifications"
    PUBLIC = "public"
    THREAD = "thread"
    ACCOUNT = "account"


class FilterAction(StrEnum):
    """What happens to such a post: it is folded under the title, left out, or its pictures are."""

    WARN = "warn"
    HIDE = "hide"
    BLUR = "blur"


@dataclass(frozen=True, slots=True)
class Keyword:
    """Words of a filter; `whole_word` when they count only where no letter stands beside them.

    `id` is there once it is kept; what a filter says does not depend on it.
    """

    text: str
    whole_word: bool = True
    id: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FilteredPost:
    """A single post that a filter speaks of, whatever it says."""

    id: int
    status_id: StatusId


@dataclass(frozen=True, slots=True)
class NewFilter:
    """A filter as somebody wishes it."""

    title: str
    contexts: frozenset[FilterContext]
    keywords: tuple[Keyword, ...]
    action: FilterAction = FilterAction.WARN
    expires_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of one person."""

    id: FilterId
    owner_id: ActorId
    says: NewFilter
    posts: tuple[FilteredPost, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterResult:
    """That a filter speaks of a post: for these words in it, or because it was named."""

    filter: Filter
    matches: tuple[str, ...]
    named: StatusId | None = None

    @property
    def hides(self) -> bool:
        """Whether the post is left out."""
        return self.filter.says.action is FilterAction.HIDE

    @property
    def folds(self) -> bool:
        """Whether the post stands folded under the title."""
        return self.filter.says.action is FilterAction.WARN

    @property
    def covers(self) -> bool:
        """Whether the pictures of the post are folded."""
        return self.filter.says.action is FilterAction.BLUR
