"""This is where a timeline is found by the name under which it is watched, and asked for its posts.

A page and what is added to it while it is open come from the same question, so nobody is shown
anything by the one that the other would not show them.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from fedlearn.db import lists as db_lists
from fedlearn.db import profiles as db_profiles
from fedlearn.db import threads as db_threads
from fedlearn.db import timelines as db_timelines
from fedlearn.db.database import Connection
from fedlearn.db.direct_posts import conversations_page, direct_page
from fedlearn.db.kept import kept_page
from fedlearn.db.notifications import notifications_page
from fedlearn.db.status_views import shown_among, status_views
from fedlearn.db.statuses import boosts_among
from fedlearn.domain.actors import Actor
from fedlearn.domain.conversations import ConversationId
from fedlearn.domain.events import News
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import ActorId, ListId, Millis, StatusId, snowflake_from
from fedlearn.domain.statuses import StatusView
from fedlearn.domain.streams import Stream, StreamKind
from fedlearn.instance import Instance
from fedlearn.services.conversations import own_conversation
from fedlearn.services.filters import filtered, filtered_in, filters_for
from fedlearn.services.lists import own_list
from fedlearn.services.reading import Page, read_page, unfiltered
from fedlearn.services.search import catch_up, found_posts
from fedlearn.text.queries import read_query

MOST_ANSWERS = 200
MOST_ASKED_FOR_EACH = 5


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for which stream, inside which transaction; for what is new, since when."""

    instance: Instance
    connection: Connection
    reader: Actor
    stream: Stream
    since: Millis = Millis(0)


class Ids(Protocol):
    """What stands on a stream below a post: so many ids, newest first."""

    async def __call__(
        self, asking: Asking, *, before: StatusId | None, limit: int
    ) -> Sequence[StatusId]:
        """The ids."""


Concern = Callable[[News, Asking], Awaitable[bool]]


async def _home(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    viewer = asking.reader.viewer
    return await db_timelines.home_page(asking.connection, viewer, before=before, limit=limit)


async def _public(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    viewer = asking.reader.viewer
    return await db_timelines.public_page(asking.connection, viewer, before=before, limit=limit)


async def _remote(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    viewer = asking.reader.viewer
    return await db_timelines.remote_page(asking.connection, viewer, before=before, limit=limit)


async def _federated(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    viewer = asking.reader.viewer
    return await db_timelines.federated_page(asking.connection, viewer, before=before, limit=limit)


async def _list(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    viewer, list_id = asking.reader.viewer, ListId(asking.stream.number)
    await own_list(asking.connection, asking.reader, list_id)
    return await db_lists.list_page(asking.connection, viewer, list_id, before=before, limit=limit)


async def _hashtag(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    viewer, name = asking.reader.viewer, asking.stream.of
    return await db_timelines.hashtag_page(
        asking.connection, viewer, name, before=before, limit=limit
    )


async def _search(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    query = read_query(asking.stream.of)
    # Further down there may be thousands to look through, at each new post.
    query = replace(query, since=max(query.since or Millis(0), asking.since))
    return await found_posts(
        asking.instance, asking.connection, asking.reader, query, before=before, limit=limit
    )


async def _profile(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    viewer, author_id = asking.reader.viewer, ActorId(asking.stream.number)
    return await db_profiles.posts_page(
        asking.connection, viewer, author_id, before=before, limit=limit
    )


async def _thread(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    """The latest answers; a conversation is told from its beginning, so they come last."""
    root = StatusId(asking.stream.number)
    ids = await db_threads.descendants(asking.connection, asking.reader.viewer, root)
    return [one for one in reversed(ids) if before is None or one < before][:limit]


async def _conversation(
    asking: Asking, *, before: StatusId | None, limit: int
) -> Sequence[StatusId]:
    conversation_id = ConversationId(asking.stream.number)
    found = await own_conversation(asking.connection, asking.reader, conversation_id)
    viewer = asking.reader.viewer
    return await direct_page(asking.connection, viewer, found.uri, before=before, limit=limit)


async def _conversations(
    asking: Asking, *, before: StatusId | None, limit: int
) -> Sequence[StatusId]:
    """The latest post of each conversation."""
    found = await conversations_page(
        asking.connection, asking.reader.viewer, before=before, limit=limit
    )
    return [one.last.id for one in found]


async def _is_in_their_messages(news: News, asking: Asking) -> bool:
    return news.is_anything or asking.reader.id in news.messaged


async def _bookmarks(asking: Asking, *, before: StatusId | None, limit: int) -> Sequence[StatusId]:
    """The latest ones; where the next begin only their own page knows."""
    viewer = asking.reader.viewer
    kept = await kept_page(asking.connection, "bookmark", viewer, before=None, limit=limit)
    return [] if before else [status_id for _, status_id in kept]


async def _never(_news: News, _asking: Asking) -> bool:
    return False


async def _is_at_home(news: News, asking: Asking) -> bool:
    return news.is_at_home_of(asking.reader.id)


async def _is_public_here(news: News, _asking: Asking) -> bool:
    return news.is_anything or news.has_public_from_here


async def _is_public_elsewhere(news: News, _asking: Asking) -> bool:
    return news.is_anything or news.has_public_from_elsewhere


async def _is_public(news: News, _asking: Asking) -> bool:
    return news.is_anything or news.has_public_from_here or news.has_public_from_elsewhere


async def _is_by_a_member(news: News, asking: Asking) -> bool:
    list_id = ListId(asking.stream.number)
    return news.is_anything or await db_lists.has_any(asking.connection, list_id, news.authors)


async def _is_by_them(news: News, asking: Asking) -> bool:
    return news.is_anything or asking.stream.number in news.authors


async def _is_an_answer(news: News, _asking: Asking) -> bool:
    return news.is_anything or news.has_answers


async def _is_posted(news: News, _asking: Asking) -> bool:
    return news.is_anything or bool(news.authors)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the posts of a kind of stream come from, which filters count, and when to look.

    `has_news_alone`: what joins it was posted at that moment, so there is no need to look further.
    """

    ids: Ids
    context: FilterContext
    concerns: Concern
    has_news_alone: bool = False


SOURCES = {
    StreamKind.HOME: Source(_home, FilterContext.HOME, _is_at_home, has_news_alone=True),
    StreamKind.PUBLIC: Source(_public, FilterContext.PUBLIC, _is_public_here, has_news_alone=True),
    StreamKind.REMOTE: Source(
        _remote, FilterContext.PUBLIC, _is_public_elsewhere, has_news_alone=True
    ),
    StreamKind.FEDERATED: Source(_federated, FilterContext.PUBLIC, _is_public, has_news_alone=True),
    StreamKind.LIST: Source(_list, FilterContext.HOME, _is_by_a_member, has_news_alone=True),
    StreamKind.HASHTAG: Source(_hashtag, FilterContext.PUBLIC, _is_public, has_news_alone=True),
    StreamKind.SEARCH: Source(_search, FilterContext.PUBLIC, _is_posted),
    StreamKind.PROFILE: Source(_profile, FilterContext.ACCOUNT, _is_by_them, has_news_alone=True),
    StreamKind.CONVERSATION: Source(_conversation, FilterContext.THREAD, _is_in_their_messages),
    StreamKind.CONVERSATIONS: Source(_conversations, FilterContext.THREAD, _is_in_their_messages),
    StreamKind.BOOKMARKS: Source(_bookmarks, FilterContext.HOME, _never),
    StreamKind.THREAD: Source(_thread, FilterContext.THREAD, _is_an_answer),
}


async def prepare(instance: Instance, streams: Sequence[Stream]) -> None:
    """See to it that these can be asked: what was posted a moment ago is found by words, too."""
    if any(stream.kind is StreamKind.SEARCH for stream in streams):
        await catch_up(instance)


async def concerns(news: News, asking: Asking) -> bool:
    """Whether something may stand on this stream that stood not there before."""
    if asking.stream.kind is StreamKind.NOTIFICATIONS:
        return news.is_anything or asking.reader.id in news.told
    return await SOURCES[asking.stream.kind].concerns(news, asking)


async def stream_page(asking: Asking, *, before: StatusId | None, limit: int) -> Page:
    """A page of this stream, as its own page would show it."""
    source = SOURCES[asking.stream.kind]
    return await read_page(
        asking.connection,
        asking.reader.viewer,
        source.context,
        partial(source.ids, asking),
        before=before,
        limit=limit,
    )


async def cards(asking: Asking, ids: Sequence[StatusId]) -> list[StatusView]:
    """These posts as this reader sees them on this stream; those not for them are missing."""
    viewer = asking.reader.viewer
    views = await status_views(asking.connection, viewer, ids)
    context = SOURCES[asking.stream.kind].context
    return await filtered_in(asking.connection, viewer, context, views)


async def latest(asking: Asking, limit: int, *, since: Millis) -> Sequence[int]:
    """The ids on this stream since then, newest first; `NotFound` for what is somebody else's.

    Of a conversation all: answers may come in long after they were written.
    """
    if asking.stream.kind is StreamKind.NOTIFICATIONS:
        told = await notifications_page(
            asking.connection, asking.reader.viewer, before=None, limit=limit
        )
        left = await unfiltered(asking.connection, asking.reader.viewer, told)
        return [one.id for one in left if one.created_at > since]
    if asking.stream.kind is StreamKind.THREAD:
        return await _thread(asking, before=None, limit=MOST_ANSWERS)
    asking = replace(asking, since=since)
    ids = await SOURCES[asking.stream.kind].ids(asking, before=None, limit=limit)
    return [one for one in ids if one > snowflake_from(since)]


async def arrivals(asking: Asking, news: News, limit: int, *, since: Millis) -> Sequence[int]:
    """The ids on this stream that may be new, newest first: where that is enough, of what is news.

    With many people on many streams most have nothing but the one post that was just written.
    """
    source = SOURCES.get(asking.stream.kind)
    is_told = not news.is_anything and len(news.posted) <= MOST_ASKED_FOR_EACH
    if not (source and source.has_news_alone and is_told):
        return await latest(asking, limit, since=since)
    posted = [one for one in sorted(news.posted, reverse=True) if one > snowflake_from(since)]
    return await standing_among(asking, posted)


async def standing_among(asking: Asking, ids: Iterable[StatusId]) -> list[StatusId]:
    """Those of these posts that stand on this stream themselves, and not only a boost of them."""
    timeline = SOURCES[asking.stream.kind].ids
    return [one for one in ids if one in await timeline(asking, before=StatusId(one + 1), limit=1)]


async def wanted_among(asking: Asking, ids: Sequence[int]) -> Sequence[int]:
    """Those of these that are shown on this stream, to this reader, with their filters.

    What they boosted themselves is no news to them.
    """
    if asking.stream.kind is StreamKind.NOTIFICATIONS:
        return ids
    viewer = asking.reader.viewer
    shown = await shown_among(asking.connection, viewer, [StatusId(one) for one in ids])
    boosted = await boosts_among(asking.connection, asking.reader.id, shown)
    shown = [one for one in shown if one not in boosted]
    filters = await filters_for(asking.connection, viewer, SOURCES[asking.stream.kind].context)
    if not shown or not filters:
        return shown
    views = await status_views(asking.connection, viewer, shown)
    return [view.id for view in filtered(filters, viewer, views)]
