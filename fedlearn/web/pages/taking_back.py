"""This is where people delete their posts, think better of it, or write them anew."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import redrafts as db_redrafts
from fedlearn.domain.ids import StatusId
from fedlearn.domain.redrafts import RedraftId
from fedlearn.services import taking_back
from fedlearn.web.context import instance_of
from fedlearn.web.pages.drafting import composer_values, other_post
from fedlearn.web.pages.forms import back, fields_of, text_of
from fedlearn.web.sessions import local_path, read_form, require_user
from fedlearn.web.templating import permalink, render_page
from fedlearn.web.undoing import offering_undo, without_offer


async def delete(request: Request) -> Response:
    """A post is deleted; the page that follows offers to undo it."""
    form, me = await read_form(request), (await require_user(request)).actor
    status_id = StatusId(request.path_params["status_id"])
    await taking_back.delete_soon(instance_of(request), me, status_id)
    target = without_offer(local_path(text_of(form, "next")))
    if target.endswith(f"/{status_id}"):
        # It was deleted on its own page, which is no more.
        target = "/"
    return RedirectResponse(offering_undo(target, status_id), status_code=303)


async def undelete(request: Request) -> Response:
    """The post is there again, and so is whoever was about to delete it."""
    form, me = await read_form(request), (await require_user(request)).actor
    status_id = StatusId(request.path_params["status_id"])
    view = await taking_back.undelete(instance_of(request), me, status_id)
    return back(form, permalink(view), place=f"#s{status_id}")


async def redraft(request: Request) -> Response:
    """A post is deleted to be written anew; what it said is in the composer of the next page."""
    await read_form(request)
    me = (await require_user(request)).actor
    status_id = StatusId(request.path_params["status_id"])
    made = await taking_back.redraft(instance_of(request), me, status_id)
    return RedirectResponse(offering_undo(f"/redrafts/{made}", status_id), status_code=303)


async def redrafts_page(request: Request) -> Response:
    """What this person is writing anew, the latest first."""
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        kept = await db_redrafts.redrafts_of(connection, me.id)
    drafts = [(one, taking_back.draft_of(one)) for one in kept]
    return await render_page(request, "redrafts.html", drafts=drafts)


async def redraft_page(request: Request) -> Response:
    """The composer with what a post said and showed; it is here until it is posted again."""
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        kept = await taking_back.own_redraft(connection, me, _redraft_id(request))
        draft = taking_back.draft_of(kept)
        fields = fields_of(draft) | {"redraft": str(kept.id)}
        parent = await other_post(connection, me, draft.in_reply_to_id)
        quoted = await other_post(connection, me, draft.quoted_id)
        values = await composer_values(connection, instance_of(request), me, fields)
    return await render_page(
        request,
        "redraft.html",
        redraft=kept,
        parent=parent,
        quoted=quoted,
        draft=fields,
        errors={},
        **values,
    )


async def throw_away(request: Request) -> Response:
    """What was to be written anew is given up."""
    await read_form(request)
    me = (await require_user(request)).actor
    await taking_back.throw_away(instance_of(request), me, _redraft_id(request))
    return RedirectResponse("/redrafts", status_code=303)


def _redraft_id(request: Request) -> RedraftId:
    return RedraftId(request.path_params["redraft_id"])
