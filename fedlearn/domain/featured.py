"""This is where it is said what somebody's profile leads to."""

from dataclasses import dataclass

from fedlearn.domain.ids import Millis


@dataclass(frozen=True, slots=True)
class FeaturedHashtag:
    """A hashtag that somebody shows on their profile, with their own posts that have it."""

    id: int
    name: str
    posts: int
    last_at: Millis | None
