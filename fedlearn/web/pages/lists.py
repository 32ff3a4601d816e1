"""This is where people read those whom they gathered on a list, and tend their lists."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import lists as db_lists
from fedlearn.db.followed_hashtags import hashtags_followed_by
from fedlearn.domain.actors import Actor
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import ListId
from fedlearn.domain.lists import RepliesPolicy
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services import list_feeds, lists
from fedlearn.services.reading import read_page
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import cursor_of, size_of, text_of
from fedlearn.web.pages.profiles import actor_in_path
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import local_path, read_form, require_user
from fedlearn.web.templating import render_page


async def lists_page(request: Request) -> Response:
    """This person's lists, a form for another one, and the hashtags that they follow."""
    return await _render_lists(request, FormData())


async def _render_lists(
    request: Request, form: FormData, refusal: Refusal | None = None
) -> Response:
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        mine = await db_lists.lists_of(connection, me.id)
        hashtags = await hashtags_followed_by(connection, me.id)
    return await render_page(
        request,
        "lists.html",
        **as_answer(refusal),
        lists=mine,
        hashtags=hashtags,
        typed=text_of(form, "title"),
        errors=errors_of(refusal),
    )


async def create_list(request: Request) -> Response:
    """A list was named; a name that will not do comes back with what is wrong beside it."""
    form = await read_form(request, page=_render_lists)
    me = (await require_user(request)).actor
    try:
        made = await lists.create_list(instance_of(request), me, text_of(form, "title"))
    except Invalid as refusal:
        return await _render_lists(request, form, refusal)
    return RedirectResponse(f"/lists/{made.id}", status_code=303)


async def list_page(request: Request) -> Response:
    """What those on a list post, newest first, and who they are."""
    return await _render_list(request)


async def _render_list(
    request: Request, form: FormData | None = None, refusal: Refusal | None = None
) -> Response:
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        shown = await lists.own_list(connection, me, _list_id(request))
        members = await db_lists.members_of(connection, shown.id)
        page = await read_page(
            connection,
            me.viewer,
            FilterContext.HOME,
            partial(db_lists.list_page, connection, me.viewer, shown.id),
            before=cursor_of(request),
            limit=size_of(request),
        )
    if request.method == "GET":
        await lists.keep_fresh(instance_of(request), shown)
    return await render_page(
        request,
        "list.html",
        **as_answer(refusal),
        shown=shown,
        members=members,
        feed_was_changed="feed" in request.query_params,
        views=page.views,
        older=page.older,
        feed=list_feeds.feed_of(instance_of(request), shown),
        typed=shown.title if form is None else text_of(form, "title"),
        errors=errors_of(refusal),
    )


async def rename_list(request: Request) -> Response:
    """A list was given another name."""
    form = await read_form(request, page=_render_list)
    me, title = (await require_user(request)).actor, text_of(form, "title")
    try:
        await lists.rename_list(instance_of(request), me, _list_id(request), title)
    except Invalid as refusal:
        return await _render_list(request, form, refusal)
    return RedirectResponse(f"/lists/{_list_id(request)}", status_code=303)


async def change_list(request: Request) -> Response:
    """Somebody chose which answers stand on a list, and whether its members leave their home."""
    form, me = await read_form(request), (await require_user(request)).actor
    chosen = text_of(form, "replies_policy")
    if chosen not in set(RepliesPolicy):
        message = _("Choose which replies stand on it.")
        return await _render_list(request, None, Invalid(message, {"replies_policy": message}))
    await lists.change_list(
        instance_of(request),
        me,
        _list_id(request),
        RepliesPolicy(chosen),
        is_exclusive=bool(text_of(form, "exclusive")),
    )
    return RedirectResponse(f"/lists/{_list_id(request)}", status_code=303)


async def delete_list(request: Request) -> Response:
    """A list is given up."""
    await read_form(request)
    me = (await require_user(request)).actor
    await lists.delete_list(instance_of(request), me, _list_id(request))
    return RedirectResponse("/lists", status_code=303)


async def open_feed(request: Request) -> Response:
    """The owner wants to read a list in a reader of feeds, or wants another address for that."""
    return await _change_feed(request, list_feeds.open_feed)


async def close_feed(request: Request) -> Response:
    """The address of the feed is to work no more."""
    return await _change_feed(request, list_feeds.close_feed)


async def _change_feed(
    request: Request, act: Callable[[Instance, Actor, ListId], Awaitable[object]]
) -> Response:
    await read_form(request)
    me, list_id = (await require_user(request)).actor, _list_id(request)
    await act(instance_of(request), me, list_id)
    return RedirectResponse(f"/lists/{list_id}?feed=shown", status_code=303)


async def add_member(request: Request) -> Response:
    """Somebody is put on a list."""
    return await _change_members(request, lists.add_member)


async def remove_member(request: Request) -> Response:
    """Somebody is taken off a list."""
    return await _change_members(request, lists.remove_member)


async def _change_members(
    request: Request, act: Callable[[Instance, Actor, ListId, Actor], Awaitable[object]]
) -> Response:
    form, me = await read_form(request), (await require_user(request)).actor
    other, list_id = await actor_in_path(request), _list_id(request)
    await act(instance_of(request), me, list_id, other)
    page = local_path(text_of(form, "next"), f"/lists/{list_id}").partition("?")[0]
    # The page it leads back to says what was done.
    return RedirectResponse(f"{page}?list={list_id}", status_code=303)


def _list_id(request: Request) -> ListId:
    return ListId(request.path_params["list_id"])
