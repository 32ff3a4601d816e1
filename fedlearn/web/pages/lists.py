"""This is where people read those whom they gathered on a list, and tend their lists."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import lists as db_lists
from fedlearn.db.followed_hashtags import hashtags_followed_by
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ListId
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services import lists
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import back, cursor_of, text_of
from fedlearn.web.pages.profiles import actor_in_path
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

A_PAGE = 20


async def lists_page(
    request: Request, *, status: int = 200, typed: str = "", errors: dict[str, str] | None = None
) -> Response:
    """This person's lists, a form for another one, and the hashtags that they follow."""
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        mine = await db_lists.lists_of(connection, me.id)
        hashtags = await hashtags_followed_by(connection, me.id)
    return await render_page(
        request,
        "lists.html",
        status=status,
        lists=mine,
        hashtags=hashtags,
        typed=typed,
        errors=errors or {},
    )


async def create_list(request: Request) -> Response:
    """A list was named; a name that will not do comes back with what is wrong beside it."""
    form, me = await read_form(request), (await require_user(request)).actor
    title = text_of(form, "title")
    try:
        made = await lists.create_list(instance_of(request), me, title)
    except Invalid as error:
        return await lists_page(request, status=422, typed=title, errors=error.fields)
    return RedirectResponse(f"/lists/{made.id}", status_code=303)


async def list_page(
    request: Request,
    *,
    status: int = 200,
    typed: str | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    """What those on a list post, newest first, and who they are."""
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        shown = await lists.own_list(connection, me, _list_id(request))
        members = await db_lists.members_of(connection, shown.id)
        ids = await db_lists.list_page(
            connection, me.viewer, shown.id, before=cursor_of(request), limit=A_PAGE
        )
        views = await status_views(connection, me.viewer, ids)
    return await render_page(
        request,
        "list.html",
        status=status,
        shown=shown,
        members=members,
        views=views,
        older=ids[-1] if len(ids) == A_PAGE else None,
        typed=shown.title if typed is None else typed,
        errors=errors or {},
    )


async def rename_list(request: Request) -> Response:
    """A list was given another name."""
    form, me = await read_form(request), (await require_user(request)).actor
    title = text_of(form, "title")
    try:
        await lists.rename_list(instance_of(request), me, _list_id(request), title)
    except Invalid as error:
        return await list_page(request, status=422, typed=title, errors=error.fields)
    return RedirectResponse(f"/lists/{_list_id(request)}", status_code=303)


async def delete_list(request: Request) -> Response:
    """A list is given up."""
    await read_form(request)
    me = (await require_user(request)).actor
    await lists.delete_list(instance_of(request), me, _list_id(request))
    return RedirectResponse("/lists", status_code=303)


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
    return back(form, f"/lists/{list_id}")


def _list_id(request: Request) -> ListId:
    return ListId(request.path_params["list_id"])
