"""This is where it is found out what changed for somebody who keeps looking at a page.

News are hints; what comes of them is asked of the database at that moment, through the eyes of this
reader. So a stream tells nothing that a page would not.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from fedlearn.db import follows as db_follows
from fedlearn.db import notifications as db_notifications
from fedlearn.db.announcements import shown_announcements
from fedlearn.db.database import Connection
from fedlearn.db.hub import Listener
from fedlearn.db.status_views import shown_among
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.audience import Reach
from fedlearn.domain.conversations import ConversationId
from fedlearn.domain.events import Anything, Deleted, News, news_of
from fedlearn.domain.ids import ActorId, ListId, Millis, StatusId, now, snowflake_from
from fedlearn.domain.rules import Announcement
from fedlearn.domain.streams import Stream, StreamKind
from fedlearn.errors import NotFound
from fedlearn.instance import Instance
from fedlearn.services.access import Access
from fedlearn.services.conversations import own_conversation
from fedlearn.services.lists import own_list
from fedlearn.services.streams import Asking, arrivals, concerns, latest, prepare, wanted_among

# After so many seconds without news it is seen to that the reader may still watch.
BREATH = 15.0
# More than that is not counted, nor put into a page: who missed so much opens it anew.
MOST_AT_ONCE = 40
# Ids are given before posts are committed, so one may show a moment late.
LATE_MS = 10_000
MOST_REMEMBERED = 400


@dataclass(frozen=True, slots=True)
class Arrived:
    """Posts, or notifications, that are new on a stream, oldest first; more than all at the end."""

    stream: Stream
    ids: Sequence[int]
    is_too_much: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """Posts that say something else now."""

    ids: Sequence[StatusId]


@dataclass(frozen=True, slots=True)
class Gone:
    """Posts that are no more."""

    ids: Sequence[StatusId]


@dataclass(frozen=True, slots=True)
class Unread:
    """How many notifications wait to be seen."""

    count: int


@dataclass(frozen=True, slots=True)
class FilteredAnew:
    """The reader's filters are others now."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What is said to everybody now, and the numbers of what is not said any more."""

    shown: Sequence[Announcement]
    gone: Sequence[int]


@dataclass(frozen=True, slots=True)
class Reacted:
    """So many answer an announcement with this emoji now."""

    announcement_id: int
    emoji: str
    count: int


Change = Arrived | Edited | Gone | Unread | FilteredAnew | Announced | Reacted


class SignedOut(Exception):
    """What let the reader in counts no more, and so the stream ends."""


async def refuse_streams_of_others(
    instance: Instance, reader: Actor, streams: Sequence[Stream]
) -> None:
    """`NotFound` when one of these is a list or conversation of somebody else."""
    async with instance.db.read() as connection:
        for stream in streams:
            if stream.kind is StreamKind.LIST:
                await own_list(connection, reader, ListId(stream.number))
            elif stream.kind is StreamKind.CONVERSATION:
                await own_conversation(connection, reader, ConversationId(stream.number))


class Watch:
    """What one reader watches, and what they know of it already."""

    def __init__(
        self,
        instance: Instance,
        user: User,
        access: Access,
        streams: Sequence[Stream] = (),
        since: Millis | None = None,
    ) -> None:
        self._instance = instance
        self._user = user
        self._access = access
        self._streams = tuple(streams)
        self._since = Millis(min(since or now(), now()) - LATE_MS)
        self._known: dict[Stream, set[int]] = {}
        self._unread: int | None = None

    async def begin(self) -> list[Change]:
        """What has come since the page was made."""
        return await self._look(news_of([Anything()]))

    async def turn_to(self, streams: Collection[Stream]) -> None:
        """Watch these from now on. What stands on them already is no news."""
        fresh = [one for one in streams if one not in self._streams]
        await prepare(self._instance, fresh)
        async with self._instance.db.read() as connection:
            for stream in fresh:
                asking = Asking(self._instance, connection, self._user.actor, stream)
                found = await latest(asking, MOST_REMEMBERED, since=self._since)
                self._known[stream] = set(found)
        self._streams = tuple(streams)

    async def next(self, listener: Listener) -> list[Change]:
        """What changes next; nothing, now and then. `CutOff` or `SignedOut` at the end."""
        news = await listener.next(BREATH)
        is_in_doubt = news is None or news.is_anything or self._access.may_have_ended(news)
        if is_in_doubt and not await self._access.holds():
            raise SignedOut
        return await self._look(news) if news else []

    async def _look(self, news: News) -> list[Change]:
        if news.authors or news.is_anything:
            await prepare(self._instance, self._streams)
        changes: list[Change] = []
        async with self._instance.db.read() as connection:
            for stream in self._streams:
                changes += await self._arrived(connection, news, stream)
            changes += await self._edited(connection, news)
            changes += await self._gone(connection, news)
            changes += await self._told(connection, news)
            changes += await self._announced(connection, news)
        if self._user.actor.id in news.filtered_anew:
            changes.append(FilteredAnew())
        return changes

    async def _arrived(
        self, connection: Connection, news: News, stream: Stream
    ) -> Sequence[Arrived]:
        """What is on this stream now and was not before."""
        asking = Asking(self._instance, connection, self._user.actor, stream)
        try:
            if not await concerns(news, asking):
                return ()
            found = await arrivals(asking, news, MOST_AT_ONCE + 1, since=self._since)
            fresh = [one for one in found if self._is_fresh(stream, one)]
            shown = await wanted_among(asking, fresh)
        except NotFound:
            # The list or conversation was given up while its page was open.
            return ()
        self._remember(stream, found)
        if not shown:
            return ()
        return (Arrived(stream, shown[MOST_AT_ONCE - 1 :: -1], len(shown) > MOST_AT_ONCE),)

    def _is_fresh(self, stream: Stream, one: int) -> bool:
        """Whether something on a stream is news, and not what the page showed at its beginning."""
        if stream.kind is StreamKind.THREAD and stream not in self._known:
            return one > snowflake_from(self._since)
        return one not in self._known.get(stream, ())

    def _remember(self, stream: Stream, found: Sequence[int]) -> None:
        known = self._known.get(stream, set()) | set(found)
        self._known[stream] = set(sorted(known)[-MOST_REMEMBERED:])

    async def _edited(self, connection: Connection, news: News) -> Sequence[Edited]:
        ids = await shown_among(connection, self._user.actor.viewer, sorted(news.edited))
        return (Edited(ids),) if ids else ()

    async def _gone(self, connection: Connection, news: News) -> Sequence[Gone]:
        deleted = news.deleted.values()
        followed = await self._followed(connection, deleted) if deleted else set()
        ids = [one.status_id for one in deleted if self._may_have_seen(one, followed)]
        return (Gone(ids),) if ids else ()

    async def _followed(self, connection: Connection, deleted: Iterable[Deleted]) -> set[ActorId]:
        authors = {one.author_id for one in deleted if one.reach is Reach.FOLLOWERS}
        return await db_follows.followed_among(connection, self._user.actor.id, sorted(authors))

    def _may_have_seen(self, deleted: Deleted, followed: set[ActorId]) -> bool:
        """Whether this reader could see a post while it was there; else they hear nothing of it."""
        me = self._user.actor.id
        return (
            deleted.reach.is_open
            or deleted.author_id == me
            or me in deleted.named_ids
            or (deleted.reach is Reach.FOLLOWERS and deleted.author_id in followed)
        )

    async def _announced(self, connection: Connection, news: News) -> Sequence[Announced | Reacted]:
        if not (news.announced or news.reacted):
            return ()
        shown = {one.id: one for one in await shown_announcements(connection, self._user.actor.id)}
        reactions = [
            Reacted(known, emoji, shown[known].count_of(emoji))
            for known, emoji in sorted(news.reacted)
            if known in shown
        ]
        if not news.announced:
            return reactions
        now_said = [one for one in shown.values() if one.id in news.announced]
        return (Announced(now_said, sorted(news.announced - shown.keys())), *reactions)

    async def _told(self, connection: Connection, news: News) -> Sequence[Unread]:
        me = self._user.actor.id
        # What is deleted takes notifications of it along.
        if not (news.is_anything or me in news.told or news.deleted):
            return ()
        count = await db_notifications.count_unread(connection, me)
        if count == self._unread:
            return ()
        self._unread = count
        return (Unread(count),)
