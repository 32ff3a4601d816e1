"""This is where a rule of the place is described, and something that is said to everybody here."""

from dataclasses import dataclass

from fedlearn.domain.ids import Millis


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of the people here, in a sentence, and a hint at what that means."""

    id: int
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class AnnouncementReaction:
    """An emoji with which people answer an announcement: how many, and whether the reader does."""

    name: str
    count: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said to everybody here, from one moment to another. `content` is safe HTML."""

    id: int
    text: str
    content: str
    starts_at: Millis | None
    ends_at: Millis | None
    created_at: Millis
    updated_at: Millis
    reactions: tuple[AnnouncementReaction, ...] = ()

    def count_of(self, emoji: str) -> int:
        """How many answer with this emoji."""
        return next((one.count for one in self.reactions if one.name == emoji), 0)

    def is_shown(self, at: Millis) -> bool:
        """Whether its time is there and not over."""
        has_begun = self.starts_at is None or self.starts_at <= at
        return has_begun and (self.ends_at is None or self.ends_at > at)
