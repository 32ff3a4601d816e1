"""This is where people begin and end what is between them and others, by buttons and requests."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import follows as db_follows
from fedlearn.domain.actors import Actor
from fedlearn.domain.follows import FollowWishes
from fedlearn.domain.ids import FollowId
from fedlearn.instance import Instance
from fedlearn.services import blocks, featured, follows, mutes, personal_notes
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import back, text_of
from fedlearn.web.pages.profiles import actor_in_path
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page


async def follow(request: Request) -> Response:
    """Follow somebody, and back."""
    return await _deal_with(request, follows.follow)


async def unfollow(request: Request) -> Response:
    """Follow somebody no more."""
    return await _deal_with(request, follows.unfollow)


async def block(request: Request) -> Response:
    """Have nothing to do with somebody."""
    return await _deal_with(request, blocks.block)


async def unblock(request: Request) -> Response:
    """Have nothing against somebody any more."""
    return await _deal_with(request, blocks.unblock)


async def unmute(request: Request) -> Response:
    """Hear of somebody again."""
    return await _deal_with(request, mutes.unmute)


async def endorse(request: Request) -> Response:
    """Show somebody on one's profile."""
    return await _deal_with(request, featured.endorse)


async def unendorse(request: Request) -> Response:
    """Show somebody no more."""
    return await _deal_with(request, featured.unendorse)


async def remove_follower(request: Request) -> Response:
    """Let somebody read one's posts at home no more."""
    return await _deal_with(request, follows.remove_follower)


async def _deal_with(
    request: Request, act: Callable[[Instance, Actor, Actor], Awaitable[object]]
) -> Response:
    form, me = await read_form(request), (await require_user(request)).actor
    other = await actor_in_path(request)
    await act(instance_of(request), me, other)
    return back(form, f"/@{other.acct}")


async def note_down(request: Request) -> Response:
    """Keep something in mind of somebody, for oneself alone."""
    form, me = await read_form(request), (await require_user(request)).actor
    other = await actor_in_path(request)
    await personal_notes.note_down(instance_of(request), me, other, text_of(form, "note"))
    return back(form, f"/@{other.acct}")


async def tell_of_posts(request: Request) -> Response:
    """Be told of each post by somebody whom one follows, or no more."""
    form, me = await read_form(request), (await require_user(request)).actor
    other = await actor_in_path(request)
    notifies = bool(text_of(form, "notifies"))
    await follows.wish(instance_of(request), me, other, FollowWishes(notifies=notifies))
    return back(form, f"/@{other.acct}")


async def hide_boosts(request: Request) -> Response:
    """Read at home only what somebody writes, not what they boost."""
    return await _deal_with(request, partial(follows.wish, wishes=FollowWishes(hides_boosts=True)))


async def show_boosts(request: Request) -> Response:
    """Read at home what they boost, too."""
    return await _deal_with(request, partial(follows.wish, wishes=FollowWishes(hides_boosts=False)))


async def requests_page(request: Request) -> Response:
    """Who waits for this person's yes."""
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        waiting = await db_follows.pending_followers(connection, me.id)
    return await render_page(request, "requests.html", waiting=waiting)


async def accept_request(request: Request) -> Response:
    """Let somebody follow who asked to."""
    return await _answer_request(request, accept=True)


async def reject_request(request: Request) -> Response:
    """Do not let somebody follow who asked to."""
    return await _answer_request(request, accept=False)


async def _answer_request(request: Request, *, accept: bool) -> Response:
    form, me = await read_form(request), (await require_user(request)).actor
    follow_id = FollowId(request.path_params["follow_id"])
    await follows.answer_request(instance_of(request), me, follow_id, accept=accept)
    return back(form, "/notifications")
