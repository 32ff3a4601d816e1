"""This is where people change what they have posted."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db.status_views import status_view
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import StatusId
from fedlearn.domain.statuses import Attachment, StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import statuses
from fedlearn.services.drafts import MOST_PICTURES, MediaDraft
from fedlearn.services.recordings import largest_upload
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.drafting import composer_values
from fedlearn.web.pages.forms import picture_fields, read_language, read_poll, text_of
from fedlearn.web.pages.in_place import go_on
from fedlearn.web.pages.lost import EDITED, keep, kept_form
from fedlearn.web.pages.pictures import read_media, too_large_in_all, upload_pictures
from fedlearn.web.pages.signing_in import ask_to_sign_in
from fedlearn.web.refusals import CAME_BACK, errors_of
from fedlearn.web.sessions import (
    FilesTooLarge,
    OtherSession,
    SignInNeeded,
    read_form,
    read_lost_form,
    require_user,
)
from fedlearn.web.templating import permalink, render_page


async def edit_page(request: Request) -> Response:
    """The form with which one's own post is changed."""
    actor = (await require_user(request)).actor
    view = await _own(request, actor, _status_id(request))
    return await _render(request, actor, view, _as_draft(view))


async def edit(request: Request) -> Response:
    """The changed post was sent."""
    status_id = _status_id(request)
    largest = largest_upload(instance_of(request))
    try:
        sent = await read_form(request, most_files=MOST_PICTURES, largest=largest)
    except SignInNeeded:
        lost = await read_lost_form(request, most_files=MOST_PICTURES, largest=largest)
        return await ask_to_sign_in(request, keep(lost, **{EDITED: str(status_id)}))
    except OtherSession as other:
        actor, errors = (await require_user(request)).actor, {"kept": _(CAME_BACK)}
        form = kept_form(keep(other.form).kept)
        return await render_edit(request, actor, status_id, form, status=403, errors=errors)
    except FilesTooLarge as error:
        actor, errors = (await require_user(request)).actor, too_large_in_all(request)
        return await render_edit(request, actor, status_id, error.form, status=413, errors=errors)
    return await _change(request, status_id, sent)


async def _change(request: Request, status_id: StatusId, sent: FormData) -> Response:
    instance, actor = instance_of(request), (await require_user(request)).actor
    view = await _own(request, actor, status_id)
    form, refused = await upload_pictures(instance, actor, sent)
    if text_of(form, "look"):
        return await _render(request, actor, view, form, errors=refused)
    try:
        await statuses.edit_status(
            instance,
            actor,
            view.id,
            text_of(form, "text"),
            text_of(form, "content_warning").strip(),
            poll=read_poll(form),
            media=read_media(form, refused),
            language=read_language(form),
            is_sensitive=bool(text_of(form, "is_sensitive")),
        )
    except Invalid as refusal:
        errors = errors_of(refusal, "text")
        return await _render(request, actor, view, form, status=422, errors=errors)
    return go_on(request, permalink(view))


async def render_edit(
    request: Request,
    actor: Actor,
    status_id: StatusId,
    draft: FormData,
    *,
    status: int,
    errors: Mapping[str, str],
) -> Response:
    """That form, with what was changed in it."""
    view = await _own(request, actor, status_id)
    return await _render(request, actor, view, draft, status=status, errors=errors)


async def _render(
    request: Request,
    actor: Actor,
    view: StatusView,
    draft: Mapping[str, Any],
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
) -> Response:
    instance = instance_of(request)
    async with instance.db.read() as connection:
        values = await composer_values(connection, instance, actor, draft)
    return await render_page(
        request,
        "edit.html",
        status=status,
        view=view,
        draft=draft,
        errors=errors or {},
        **values,
    )


async def _own(request: Request, actor: Actor, status_id: StatusId) -> StatusView:
    async with instance_of(request).db.read() as connection:
        view = await status_view(connection, actor.viewer, status_id)
    if view is None or view.author.id != actor.id or view.boost_of is not None:
        raise NotFound(_("There is no such post of yours."))
    return view


def _status_id(request: Request) -> StatusId:
    return StatusId(request.path_params["status_id"])


def _as_draft(view: StatusView) -> dict[str, str]:
    """A post as the form holds it."""
    status = view.status
    draft = {
        "text": status.source or "",
        "content_warning": status.content_warning,
        "is_sensitive": "on" if status.is_sensitive and not status.content_warning else "",
        "language": status.language or "",
    }
    if view.poll is not None:
        numbered = enumerate(view.poll.options, start=1)
        draft |= {f"option_{number}": option.title for number, option in numbered}
        draft["multiple"] = "on" if view.poll.is_multiple else ""
        draft["hides_totals"] = "on" if view.poll.hides_totals else ""
    for number, one in enumerate(view.attachments, start=1):
        draft |= picture_fields(number, _as_media(one))
    return draft


def _as_media(attachment: Attachment) -> MediaDraft:
    return MediaDraft(attachment.media_id or 0, attachment.description, attachment.focus)
