"""This is where people keep posts with certain words away, and where such posts are found out.

Nobody is told. One's own posts are never filtered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from msgspec import structs

from fedlearn.db import filters as db_filters
from fedlearn.db.database import Connection
from fedlearn.db.status_views import shown_among
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.events import FiltersChanged
from fedlearn.domain.filters import (
    Filter,
    FilterContext,
    FilteredPost,
    FilterId,
    FilterResult,
    Keyword,
    NewFilter,
)
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.text.filtering import results_for
from fedlearn.text.languages import _
from fedlearn.text.sanitize import to_plain_text

MOST_FILTERS = 50
MOST_KEYWORDS = 15
LONGEST_KEYWORD = 100
LONGEST_TITLE = 100
MOST_POSTS = 100


async def create_filter(
    instance: Instance, owner: Actor, wanted: NewFilter, *, may_be_empty: bool = False
) -> Filter:
    """A new filter; `Invalid`, by field, for what is none or beyond the limits.

    It may have no words yet where these are sent one by one.
    """
    wanted = _checked(wanted, may_be_empty=may_be_empty)
    async with instance.db.write() as connection:
        if await db_filters.count_filters(connection, owner.id) >= MOST_FILTERS:
            message = _(
                "You have %(most)s filters, which is as many as there can be.",
                most=MOST_FILTERS,
            )
            raise Invalid(message, {"title": message})
        connection.announce(FiltersChanged(owner.id))
        return await db_filters.insert_filter(connection, owner.id, wanted)


async def change_filter(
    instance: Instance,
    owner: Actor,
    filter_id: FilterId,
    wanted: NewFilter,
    *,
    may_be_empty: bool = False,
) -> None:
    """A filter says something else from now on; `Invalid` as for a new one."""
    async with instance.db.write() as connection:
        known = await own_filter(connection, owner, filter_id)
        wanted = _checked(wanted, may_be_empty=may_be_empty or bool(known.posts))
        await db_filters.replace_filter(connection, replace(known, says=wanted))
        connection.announce(FiltersChanged(owner.id))


async def name_post(
    instance: Instance, owner: Actor, filter_id: FilterId, status_id: StatusId
) -> FilteredPost:
    """A filter is to speak of a post, whatever it says; `NotFound` for one that is not seen."""
    async with instance.db.write() as connection:
        known = await own_filter(connection, owner, filter_id)
        if not await shown_among(connection, owner.viewer, [status_id]):
            raise NotFound(_("There is no such post."))
        if len(known.posts) >= MOST_POSTS:
            raise Invalid(_("A filter has at most %(most)s posts.", most=MOST_POSTS))
        await db_filters.insert_post(connection, filter_id, status_id)
        connection.announce(FiltersChanged(owner.id))
        known = await own_filter(connection, owner, filter_id)
    return next(one for one in known.posts if one.status_id == status_id)


async def forget_post(instance: Instance, owner: Actor, post_id: int) -> None:
    """A filter speaks of a post no more."""
    async with instance.db.write() as connection:
        own(await db_filters.filter_with_post(connection, post_id), owner)
        await db_filters.delete_post(connection, post_id)
        connection.announce(FiltersChanged(owner.id))


async def delete_filter(instance: Instance, owner: Actor, filter_id: FilterId) -> None:
    """Read again what the filter kept away."""
    async with instance.db.write() as connection:
        await own_filter(connection, owner, filter_id)
        await db_filters.delete_filter(connection, filter_id)
        connection.announce(FiltersChanged(owner.id))


async def own_filter(connection: Connection, owner: Actor, filter_id: FilterId) -> Filter:
    """A filter of this person's own; `NotFound` for any other."""
    return own(await db_filters.filter_by_id(connection, filter_id), owner)


def own(found: Filter | None, owner: Actor) -> Filter:
    """A filter that was found, if it is this person's own; `NotFound` for any other or none."""
    if found is None or found.owner_id != owner.id:
        raise NotFound(_("There is no such filter of yours."))
    return found


async def filters_for(
    connection: Connection, viewer: Viewer, context: FilterContext | None
) -> Sequence[Filter]:
    """The filters of a reader that count in a place, or in any; a stranger has none."""
    if viewer.actor_id is None:
        return ()
    return await db_filters.filters_in_force(connection, viewer.actor_id, context)


def filtered(
    filters: Sequence[Filter], viewer: Viewer, views: Sequence[StatusView]
) -> list[StatusView]:
    """What is left of these posts, each with the filters that speak of it."""
    if not filters:
        return list(views)
    marked = [_marked(filters, viewer, view) for view in views]
    return [view for view in marked if not any(one.hides for one in view.filtered)]


async def filtered_in(
    connection: Connection, viewer: Viewer, context: FilterContext, views: Sequence[StatusView]
) -> list[StatusView]:
    """What is left of these posts in a place, each with the filters that speak of it."""
    return filtered(await filters_for(connection, viewer, context), viewer, views)


def results_in(
    filters: Sequence[Filter], viewer: Viewer, outer: StatusView
) -> tuple[FilterResult, ...]:
    """Which of a reader's filters speak of a post, or of what it boosts."""
    view = outer.boost_of or outer
    if not filters or view.author.id == viewer.actor_id:
        return ()
    return results_for(filters, view.id, list(_said(view)))


def _marked(filters: Sequence[Filter], viewer: Viewer, outer: StatusView) -> StatusView:
    """A post with the filters that speak of it, without what it answers if they speak of that."""
    view = outer.boost_of or outer
    if view.in_reply_to and results_in(filters, viewer, view.in_reply_to):
        view = structs.replace(view, in_reply_to=None)
    view = structs.replace(view, filtered=results_in(filters, viewer, view))
    return structs.replace(outer, boost_of=view, filtered=view.filtered) if outer.boost_of else view


def _said(view: StatusView) -> Iterator[str]:
    """All that is said in a post: its text, its warning, answers, pictures, and what it quotes."""
    yield view.status.content_warning
    yield to_plain_text(view.status.content)
    if view.poll is not None:
        yield from (option.title for option in view.poll.options)
    yield from (attachment.description for attachment in view.attachments)
    # Posts of other servers may have hashtags that do not stand in their text.
    yield from (f"#{name}" for name in view.hashtags)
    if view.quote is not None and view.quote.view is not None:
        yield from _said(view.quote.view)


def _checked(wanted: NewFilter, *, may_be_empty: bool) -> NewFilter:
    """A filter with what is blank left out; `Invalid`, by field, where something is missing."""
    title = wanted.title.strip()
    keywords = tuple(
        replace(one, text=one.text.strip()) for one in wanted.keywords if one.text.strip()
    )
    wrong = {
        "title": _wrong_title(title),
        "contexts": "" if wanted.contexts else _("Choose where it counts."),
        "keywords": "" if may_be_empty and not keywords else _wrong_keywords(keywords),
    }
    if errors := {field: message for field, message in wrong.items() if message}:
        raise Invalid(next(iter(errors.values())), errors)
    return replace(wanted, title=title, keywords=tuple(dict.fromkeys(keywords)))


def _wrong_title(title: str) -> str:
    if 0 < len(title) <= LONGEST_TITLE:
        return ""
    return _("Give it a name of at most %(most)s characters.", most=LONGEST_TITLE)


def _wrong_keywords(keywords: Sequence[Keyword]) -> str:
    if not keywords:
        return _("Write down at least one word.")
    if len(keywords) > MOST_KEYWORDS:
        return _("A filter has at most %(most)s words or phrases.", most=MOST_KEYWORDS)
    if any(len(one.text) > LONGEST_KEYWORD for one in keywords):
        return _(
            "A word or phrase has at most %(most)s characters.",
            most=LONGEST_KEYWORD,
        )
    return ""
