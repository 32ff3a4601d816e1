"""This is where it is kept what was read lately of posts and people: what is the same for all.

Who may see a post is never kept: that is asked each time, and the answer says in which state the
post is. What it has no column for, such as a link preview or its author's name, is told by events:
at once in this process, by others within a moment. Nothing is kept longer than a minute.

What somebody reads who has begun before a change must not be kept after it, so whoever begins to
read gets a `Recollection`, which takes no more once anything was forgotten. Writers get none: what
they see may never be committed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fedlearn.db.lately import Lately
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.events import Anything, Deleted, Described, Edited, Event
from fedlearn.domain.ids import ActorId, Millis, StatusId
from fedlearn.domain.statuses import Attachment, Mention, Preview, Status

MOST_STATUSES = 4_000
MOST_ACTORS = 4_000
REMEMBERED_FOR = 60  # seconds


class State(NamedTuple):
    """The columns of a status by which it is known whether what is remembered of it is still so."""

    edited_at: Millis | None
    in_reply_to_id: StatusId | None
    boost_of_id: StatusId | None
    quote_policy: str
    told_favourites: int | None
    told_boosts: int | None


@dataclass(frozen=True, slots=True)
class WholeStatus:
    """A status with what belongs to it for whoever reads it, as it was in this state."""

    state: State
    status: Status
    mentions: tuple[Mention, ...]
    hashtags: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    preview: Preview | None
    has_poll: bool
    has_quote: bool

    @property
    def leads_further(self) -> bool:
        """Whether a poll, a quote, or the author of a page is to be read besides."""
        is_by_somebody = self.preview is not None and self.preview.creator_id is not None
        return self.has_poll or self.has_quote or is_by_somebody


class Memory:
    """What is remembered in this process of one database."""

    def __init__(self) -> None:
        self.statuses: Lately[StatusId, WholeStatus] = Lately(MOST_STATUSES, REMEMBERED_FOR)
        self.actors: Lately[ActorId, Actor] = Lately(MOST_ACTORS, REMEMBERED_FOR)
        self.counts: Lately[tuple[bool, StatusId], Mapping[str, int]] = Lately(
            MOST_STATUSES, REMEMBERED_FOR
        )
        self.times_changed = 0

    def hear(self, events: Iterable[Event]) -> None:
        """This was committed: what it concerns is read anew."""
        for event in events:
            match event:
                case Edited(status_id) | Deleted(status_id):
                    self.statuses.forget(status_id)
                case Described(actor_id):
                    self.actors.forget(actor_id)
                case Anything():
                    self.statuses.clear()
                    self.actors.clear()
                case _:
                    continue
            self.times_changed += 1


class Recollection:
    """The memory, for somebody who begins to read now; without one, nothing is remembered."""

    def __init__(self, memory: Memory | None = None) -> None:
        self._memory = memory
        self._seen: dict[Viewer, dict[StatusId, State]] = {}
        self._began_at = memory.times_changed if memory else 0

    def status(self, status_id: StatusId, state: State) -> WholeStatus | None:
        """A status that is in this state."""
        found = self._memory.statuses.get(status_id) if self._memory else None
        return found if found is not None and found.state == state else None

    def actor(self, actor_id: ActorId) -> Actor | None:
        """Somebody."""
        return self._memory.actors.get(actor_id) if self._memory else None

    def counts_of(
        self, ids: Iterable[StatusId], *, is_local: bool
    ) -> dict[StatusId, Mapping[str, int]]:
        """What was counted of these in the last minute, of what very many have taken up."""
        if not self._memory:
            return {}
        known = {one: self._memory.counts.get((is_local, one)) for one in ids}
        return {one: counts for one, counts in known.items() if counts is not None}

    def keep_counts(self, counted: Mapping[StatusId, Mapping[str, int]], *, is_local: bool) -> None:
        """So much was counted now."""
        if self._memory:
            for status_id, counts in counted.items():
                self._memory.counts.put((is_local, status_id), counts)

    def seen_by(self, viewer: Viewer) -> dict[StatusId, State]:
        """Which statuses this reader may see, as far as that was asked in this transaction."""
        return self._seen.get(viewer, {})

    def keep_seen(self, viewer: Viewer, found: Mapping[StatusId, State]) -> None:
        """This reader may see these: whoever reads one state need not ask twice."""
        if self._memory:
            self._seen.setdefault(viewer, {}).update(found)

    def keep_statuses(self, found: Iterable[WholeStatus]) -> None:
        """These were read."""
        if self._memory and self._began_at == self._memory.times_changed:
            for one in found:
                self._memory.statuses.put(one.status.id, one)

    def keep_actors(self, found: Iterable[Actor]) -> None:
        """So were these."""
        if self._memory and self._began_at == self._memory.times_changed:
            for one in found:
                self._memory.actors.put(one.id, one)


NOTHING = Recollection()
