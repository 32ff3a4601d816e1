"""This is where it is said what can have happened: hints for those who watch, by ids alone.

A hint tells where to look again. What a reader may see of it is asked of the database each time, so
a hint that is lost costs a moment and never shows too much. The one word in them is an emoji below
an announcement, which everybody here may read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec import Struct

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import ActorId, StatusId, UserId

# Who reads at home what many follow is not told one by one.
MOST_READERS_NAMED = 50


class Posted(Struct, frozen=True, tag="posted", array_like=True):
    """A post or a boost is stored."""

    status_id: StatusId
    author_id: ActorId
    reach: Reach
    is_local: bool
    is_answer: bool


class PutHome(Struct, frozen=True, tag="home", array_like=True):
    """A post stands on home timelines; None where there are too many to name."""

    reader_ids: tuple[ActorId, ...] | None


class Messaged(Struct, frozen=True, tag="messaged", array_like=True):
    """A direct post joined conversations of these people."""

    owner_ids: tuple[ActorId, ...]


class Edited(Struct, frozen=True, tag="edited", array_like=True):
    """A post says something else now."""

    status_id: StatusId


class Described(Struct, frozen=True, tag="described", array_like=True):
    """Somebody describes themselves otherwise now, or is treated otherwise.

    Only what is remembered hears of this: on open pages it is no news.
    """

    actor_id: ActorId


class Deleted(Struct, frozen=True, tag="deleted", array_like=True):
    """A post is gone. Nothing else is left of it to tell by who may have seen it."""

    status_id: StatusId
    author_id: ActorId
    reach: Reach
    scope: Scope
    named_ids: tuple[ActorId, ...]


class Told(Struct, frozen=True, tag="told", array_like=True):
    """Somebody has a new notification, or has seen some of theirs, or lost one."""

    owner_id: ActorId


class SignedOut(Struct, frozen=True, tag="signed_out", array_like=True):
    """A session of somebody has ended."""

    user_id: UserId


class TokenEnded(Struct, frozen=True, tag="token_ended", array_like=True):
    """An app may do no more what it was allowed."""

    token_id: int


class FiltersChanged(Struct, frozen=True, tag="filters", array_like=True):
    """Somebody wants to see something else, or no more, of what they are shown."""

    owner_id: ActorId


class Announced(Struct, frozen=True, tag="announced", array_like=True):
    """Something is said to everybody here, said otherwise, or not any more."""

    announcement_id: int


class Reacted(Struct, frozen=True, tag="reacted", array_like=True):
    """Somebody has answered an announcement with this emoji, or taken that back."""

    announcement_id: int
    emoji: str


class Anything(Struct, frozen=True, tag="anything", array_like=True):
    """Something happened that nobody can name: another process wrote, or too much at once."""


Event = (
    Posted
    | PutHome
    | Messaged
    | Edited
    | Described
    | Deleted
    | Told
    | SignedOut
    | TokenEnded
    | FiltersChanged
    | Announced
    | Reacted
    | Anything
)


@dataclass(slots=True)
class News:
    """What happened within a moment, sorted so that each reader finds quickly what is theirs."""

    is_anything: bool = False
    at_many_homes: bool = False
    at_homes_of: set[ActorId] = field(default_factory=set)
    messaged: set[ActorId] = field(default_factory=set)
    posted: set[StatusId] = field(default_factory=set)
    authors: set[ActorId] = field(default_factory=set)
    has_public_from_here: bool = False
    has_public_from_elsewhere: bool = False
    has_answers: bool = False
    edited: set[StatusId] = field(default_factory=set)
    deleted: dict[StatusId, Deleted] = field(default_factory=dict)
    told: set[ActorId] = field(default_factory=set)
    signed_out: set[UserId] = field(default_factory=set)
    ended_tokens: set[int] = field(default_factory=set)
    filtered_anew: set[ActorId] = field(default_factory=set)
    announced: set[int] = field(default_factory=set)
    reacted: set[tuple[int, str]] = field(default_factory=set)

    def is_at_home_of(self, reader_id: ActorId) -> bool:
        """Whether something may stand on this person's home timeline that stood not there."""
        return self.is_anything or self.at_many_homes or reader_id in self.at_homes_of


def news_of(events: Iterable[Event]) -> News:
    """These events, sorted."""
    news = News()
    for event in events:
        match event:
            case Posted():
                _sort_post(news, event)
            case PutHome(reader_ids):
                news.at_many_homes |= reader_ids is None
                news.at_homes_of.update(reader_ids or ())
            case Messaged(owner_ids):
                news.messaged.update(owner_ids)
            case Edited(status_id):
                news.edited.add(status_id)
            case Deleted():
                news.deleted[event.status_id] = event
            case Told(owner_id):
                news.told.add(owner_id)
            case SignedOut(user_id):
                news.signed_out.add(user_id)
            case TokenEnded(token_id):
                news.ended_tokens.add(token_id)
            case FiltersChanged(owner_id):
                news.filtered_anew.add(owner_id)
            case Announced() | Reacted():
                _sort_announcement(news, event)
            case Anything():
                news.is_anything = True
    return news


def _sort_post(news: News, event: Posted) -> None:
    news.posted.add(event.status_id)
    news.authors.add(event.author_id)
    news.has_answers |= event.is_answer
    if event.reach is Reach.PUBLIC:
        news.has_public_from_here |= event.is_local
        news.has_public_from_elsewhere |= not event.is_local


def _sort_announcement(news: News, event: Announced | Reacted) -> None:
    if isinstance(event, Announced):
        news.announced.add(event.announcement_id)
    else:
        news.reacted.add((event.announcement_id, event.emoji))
