"""This is where the composer is sent: at once or for later, by itself or by a script of ours."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.actors import Actor, User
from fedlearn.domain.ids import Millis
from fedlearn.domain.redrafts import RedraftId
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound, Unavailable
from fedlearn.instance import Instance
from fedlearn.services import scheduling, statuses
from fedlearn.services.drafts import MOST_PICTURES, Draft
from fedlearn.services.recordings import largest_upload
from fedlearn.services.taking_back import make_way, post_again, throw_away
from fedlearn.text.languages import N_, _
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import number_in
from fedlearn.web.errors import note_trouble
from fedlearn.web.pages.editing import render_edit
from fedlearn.web.pages.forms import key_of, read_draft, read_time, status_id_of, text_of
from fedlearn.web.pages.home import render_home
from fedlearn.web.pages.in_place import go_on, is_in_place, posted_in_place, refused_in_place
from fedlearn.web.pages.lost import EDITED, keep, kept_form, read_going_on
from fedlearn.web.pages.pictures import read_media, too_large_in_all, upload_pictures
from fedlearn.web.pages.signing_in import ask_to_sign_in
from fedlearn.web.pages.statuses import render_thread
from fedlearn.web.refusals import CAME_BACK, errors_of
from fedlearn.web.sessions import (
    FilesTooLarge,
    OtherSession,
    SignInNeeded,
    current_user,
    local_path,
    read_form,
    read_lost_form,
    read_open_form,
    require_user,
)
from fedlearn.web.templating import permalink

LATER = "/scheduled"
STILL_HERE = N_("It could not be sent. What you wrote is still here: try again in a moment.")
WHAT_IT_IS_FOR = {"in_reply_to_id", "quoted_id", "redraft", "scheduled_id"}


async def post_status(request: Request) -> Response:
    """The composer was sent; what cannot be posted comes back with what is wrong beside it."""
    largest = largest_upload(instance_of(request))
    try:
        sent = await read_form(request, most_files=MOST_PICTURES, largest=largest)
    except SignInNeeded:
        lost = await read_lost_form(request, most_files=MOST_PICTURES, largest=largest)
        return await ask_to_sign_in(request, keep(lost))
    except OtherSession as other:
        return await _render_kept(request, kept_form(keep(other.form).kept), status=403)
    except FilesTooLarge as error:
        user, errors = await require_user(request), too_large_in_all(request)
        return await _come_back(request, user, error.form, errors, status=413)
    return await _take(request, sent)


async def _take(request: Request, sent: FormData) -> Response:
    """What was sent is posted, put off, looked at, or comes back."""
    instance, user, form = instance_of(request), await require_user(request), sent
    try:
        form, refused = await upload_pictures(instance, user.actor, sent)
        if text_of(form, "look"):
            return await _come_back(request, user, form, refused, status=200)
        return await _send(request, user, form, refused)
    except Invalid as error:
        errors = errors_of(error, "text")
        if is_in_place(request) and not _has_own_page(form):
            return await refused_in_place(request, user.actor, form, errors)
        return await _come_back(request, user, form, errors, status=422)
    except NotFound as error:
        if is_in_place(request):
            raise
        return await _come_back(request, user, _alone(form), {"text": str(error)}, status=404)
    except Unavailable as trouble:
        if is_in_place(request):
            raise
        note_trouble(request, trouble)
        return await _come_back(request, user, form, {"text": _(STILL_HERE)}, status=503)


def _alone(form: FormData) -> FormData:
    """What was written, without what it was for: that is gone, or not for who sends it."""
    return FormData([one for one in form.multi_items() if one[0] not in WHAT_IT_IS_FOR])


async def _send(
    request: Request, user: User, form: FormData, refused: Mapping[str, str]
) -> Response:
    instance = instance_of(request)
    draft = replace(read_draft(form), media=read_media(form, refused))
    at = read_time(form, user.time_zone)
    if at is not None:
        await _schedule(instance, user, form, draft, at)
        return go_on(request, LATER)
    posted = await _post(instance, user.actor, form, draft)
    if is_in_place(request) and not _has_own_page(form):
        return await posted_in_place(request, user.actor, form, posted)
    return go_on(request, local_path(text_of(form, "next"), permalink(posted)))


def _has_own_page(form: FormData) -> bool:
    """Whether it is what was to come later, or was deleted to be written anew."""
    return bool(text_of(form, "scheduled_id") or text_of(form, "redraft"))


async def _post(instance: Instance, author: Actor, form: FormData, draft: Draft) -> StatusView:
    """Post what is new, what was to come later, or what was deleted to be written anew."""
    if redraft_id := number_in(text_of(form, "redraft")):
        redraft = RedraftId(redraft_id)
        return await post_again(instance, author, redraft, draft, key=key_of(form))
    return await statuses.post_status(
        instance,
        author,
        draft,
        key=key_of(form),
        scheduled_id=number_in(text_of(form, "scheduled_id")) or None,
    )


async def _schedule(
    instance: Instance, user: User, form: FormData, draft: Draft, at: Millis
) -> None:
    scheduled_id = number_in(text_of(form, "scheduled_id"))
    redraft = RedraftId(number_in(text_of(form, "redraft")) or 0)
    is_kept = redraft and await make_way(instance, user.actor, redraft)
    if scheduled_id:
        await scheduling.change_scheduled(instance, user.actor, scheduled_id, at, draft)
    else:
        await scheduling.schedule(instance, user.actor, draft, at, key=key_of(form))
    if is_kept:
        await throw_away(instance, user.actor, redraft)


async def resume(request: Request) -> Response:
    """Somebody signed in again, and what they had written comes back; it is not posted by that."""
    sent = read_going_on(await read_open_form(request))
    if await current_user(request) is None:
        return await ask_to_sign_in(request, sent)
    return await _render_kept(request, kept_form(sent.kept), status=200)


async def _render_kept(request: Request, form: FormData, *, status: int) -> Response:
    """The composer with what was written in another session."""
    user = await require_user(request)
    errors = {"kept": _(CAME_BACK)}
    edited = text_of(form, EDITED)
    try:
        if edited:
            return await render_edit(
                request, user.actor, status_id_of(edited), form, status=status, errors=errors
            )
        return await _come_back(request, user, form, errors, status=status)
    except NotFound:
        return await _come_back(request, user, _alone(form), errors, status=status)


async def _come_back(
    request: Request, user: User, form: FormData, errors: Mapping[str, str], *, status: int
) -> Response:
    """The form as it was filled in, on the page where it belongs."""
    if parent := text_of(form, "in_reply_to_id"):
        return await render_thread(
            request,
            user.actor.viewer,
            status_id_of(parent),
            status=status,
            draft=form,
            errors=dict(errors),
        )
    return await render_home(request, user.actor, status=status, draft=form, errors=dict(errors))
