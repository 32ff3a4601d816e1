"""This is where it is said what a collection is: people whom somebody recommends on a subject.

ActivityPub has collections of many kinds; in code these are always called people's collections.
"""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.actors import Actor, ActorKind
from fedlearn.domain.ids import ActorId, CollectionId, ItemId, Millis, moment_of


class ItemState(StrEnum):
    """Whether somebody stands in a collection, with the words of the Mastodon API."""

    ACCEPTED = "accepted"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class CollectionDraft:
    """What is said of a collection. One that is not discoverable is found by its address alone."""

    name: str
    description: str = ""
    language: str | None = None
    tag: str | None = None  # a hashtag in lower case, without its #
    is_sensitive: bool = False
    is_discoverable: bool = True


@dataclass(frozen=True, slots=True)
class PeopleCollection:
    """A collection as it is stored."""

    id: CollectionId
    owner_id: ActorId
    said: CollectionDraft
    updated_at: Millis

    @property
    def created_at(self) -> Millis:
        """When it was made."""
        return moment_of(self.id)


@dataclass(frozen=True, slots=True)
class CollectionItem:
    """Somebody who stands in a collection."""

    id: ItemId
    actor: Actor
    state: ItemState

    @property
    def created_at(self) -> Millis:
        """When they were put in."""
        return moment_of(self.id)


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A collection as one reader sees it: whose it is, and who stands in it, the first first."""

    collection: PeopleCollection
    owner: Actor
    items: tuple[CollectionItem, ...]

    def item_of(self, actor_id: ActorId | None) -> CollectionItem | None:
        """The place of somebody in it."""
        return next((one for one in self.items if one.actor.id == actor_id), None)


def can_be_featured(actor: Actor, by: Actor | None = None) -> bool:
    """Whether somebody may be put into another's collection: who wants to be found, may.

    So far only people of ours are asked. Oneself one may always put in.
    """
    profile = actor.profile
    is_found = actor.is_local and actor.is_active and not actor.is_silenced
    is_person = profile.kind is not ActorKind.APPLICATION and profile.moved_to is None
    return is_found and is_person and (profile.is_discoverable or actor == by)
