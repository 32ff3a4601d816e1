"""This is where what changed becomes events, as apps know them.

What each of them carries is said in https://docs.joinmastodon.org/methods/streaming/#events.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
from starlette.requests import HTTPConnection

from fedlearn.db.database import Connection
from fedlearn.db.direct_posts import conversations_page
from fedlearn.db.notifications import notifications_page
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId
from fedlearn.domain.rules import Announcement
from fedlearn.domain.streams import Stream
from fedlearn.services.live import (
    MOST_AT_ONCE,
    Announced,
    Arrived,
    Change,
    Edited,
    FilteredAnew,
    Gone,
    Reacted,
    Unread,
)
from fedlearn.services.streams import Asking, cards, standing_among
from fedlearn.web.context import instance_of
from fedlearn.web.mastodon.announcements import announcement_entity
from fedlearn.web.mastodon.channels import CONVERSATIONS, HOME, NOTIFICATIONS, Channel
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.conversations import conversation_entity
from fedlearn.web.mastodon.entities.notifications import TOLD_TO_APPS
from fedlearn.web.mastodon.entities.statuses import status_entity
from fedlearn.web.mastodon.told import notification_entities


@dataclass(frozen=True, slots=True)
class Event:
    """What an app is told on a channel; `payload` is an entity as JSON, an id, or nothing."""

    channel: Channel
    name: str
    payload: str | None = None


async def events_of(
    request: HTTPConnection, reader: Actor, channels: Collection[Channel], change: Change
) -> list[Event]:
    """What an app that listens to these channels for somebody is told of a change."""
    async with instance_of(request).db.read() as connection:
        telling = _Telling(request, connection, reader, channels)
        match change:
            case Arrived(stream, ids):
                found = await telling.arrivals(stream, ids)
            case Edited(ids):
                found = await telling.edits(ids)
            case Gone(ids):
                found = telling.deletions(ids)
            case Announced(shown, gone):
                found = telling.announcements(shown, gone)
            case Reacted():
                found = telling.reaction(change)
            case FilteredAnew():
                found = [Event(channel, "filters_changed") for channel in telling.with_home()]
            case Unread():
                found = []
    return found


@dataclass(frozen=True, slots=True)
class _Telling:
    request: HTTPConnection
    connection: Connection
    reader: Actor
    channels: Collection[Channel]

    async def arrivals(self, stream: Stream, ids: Sequence[int]) -> list[Event]:
        """What is new on a stream of ours."""
        if stream == NOTIFICATIONS:
            return await self.notifications(ids)
        if stream == CONVERSATIONS:
            return await self.conversations([StatusId(one) for one in ids])
        return await self.posts("update", stream, [StatusId(one) for one in ids])

    async def posts(self, name: str, stream: Stream, ids: Sequence[StatusId]) -> list[Event]:
        """Posts that stand on a timeline, on each channel that carries it."""
        views = await cards(self._asking(stream), ids)
        of = await describing(self.request, self.connection, self.reader.viewer, views=views)
        payloads = {view.id: _json(status_entity(of, view)) for view in views}
        return [
            Event(channel, name, payloads[view.id])
            for view in views
            for channel in self._with(stream)
            if channel.wants(view)
        ]

    async def edits(self, ids: Sequence[StatusId]) -> list[Event]:
        """Posts that say something else now, on the timelines where they stand."""
        found: list[Event] = []
        for stream in {one.timeline for one in self._with_posts() if one.timeline}:
            standing = await standing_among(self._asking(stream), ids)
            found += await self.posts("status.update", stream, standing)
        return found

    async def notifications(self, ids: Sequence[int]) -> list[Event]:
        """What the reader is told."""
        viewer = self.reader.viewer
        latest = await notifications_page(
            self.connection, viewer, before=None, limit=MOST_AT_ONCE, kinds=TOLD_TO_APPS
        )
        told = [one for one in reversed(latest) if one.id in ids]
        entities = await notification_entities(self.request, self.connection, viewer, told)
        return [
            Event(channel, "notification", _json(one))
            for one in entities
            for channel in self._with(NOTIFICATIONS)
        ]

    async def conversations(self, ids: Sequence[StatusId]) -> list[Event]:
        """Conversations in which these posts are the latest."""
        viewer = self.reader.viewer
        found = await conversations_page(
            self.connection, viewer, before=StatusId(max(ids) + 1), limit=MOST_AT_ONCE
        )
        told = [one for one in reversed(found) if one.last.id in ids]
        of = await describing(
            self.request,
            self.connection,
            viewer,
            views=[one.last for one in told],
            actors=[actor for one in told for actor in one.people],
        )
        return [
            Event(channel, "conversation", _json(conversation_entity(of, one)))
            for one in told
            for channel in self._with(CONVERSATIONS)
        ]

    def announcements(self, shown: Sequence[Announcement], gone: Sequence[int]) -> list[Event]:
        """What is said to everybody, where somebody reads at home."""
        said = [("announcement", _json(announcement_entity(one))) for one in shown]
        said += [("announcement.delete", str(one)) for one in gone]
        return [Event(channel, *one) for one in said for channel in self.with_home()]

    def reaction(self, reacted: Reacted) -> list[Event]:
        """How many answer an announcement with an emoji now."""
        payload = _json(
            {
                "name": reacted.emoji,
                "count": reacted.count,
                "announcement_id": str(reacted.announcement_id),
            }
        )
        return [Event(channel, "announcement.reaction", payload) for channel in self.with_home()]

    def with_home(self) -> list[Channel]:
        """The channels of what is for this reader."""
        return self._with(HOME)

    def deletions(self, ids: Sequence[StatusId]) -> list[Event]:
        """Posts that are no more, on each channel where they may have stood."""
        channels = self._with_posts()
        return [Event(channel, "delete", str(one)) for one in ids for channel in channels]

    def _with_posts(self) -> list[Channel]:
        return [one for one in self.channels if one.timeline not in {None, CONVERSATIONS}]

    def _with(self, stream: Stream) -> list[Channel]:
        return [one for one in self.channels if stream in one.streams]

    def _asking(self, stream: Stream) -> Asking:
        return Asking(instance_of(self.request), self.connection, self.reader, stream)


def _json(entity: object) -> str:
    return msgspec.json.encode(entity).decode()
