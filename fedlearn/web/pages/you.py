"""This is where people change what is said of them, and their password."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import Profile
from fedlearn.domain.media import ProfilePicture
from fedlearn.errors import Invalid
from fedlearn.services import accounts, profile_pictures, signing_in
from fedlearn.text.sanitize import to_plain_text
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.pictures import read_files
from fedlearn.web.sessions import read_form, require_user, session_token
from fedlearn.web.templating import render_page

NOTICES = {"password": "Your password was changed."}


async def settings_page(request: Request) -> Response:
    """The forms."""
    profile = (await require_user(request)).actor.profile
    notice = NOTICES.get(request.query_params.get("changed", ""), "")
    return await _render_settings(request, _as_draft(profile), notice=notice)


async def change_profile(request: Request) -> Response:
    """The profile form was sent."""
    form, me = await read_form(request), (await require_user(request)).actor
    try:
        await accounts.change_profile(
            instance_of(request),
            me,
            name=text_of(form, "name"),
            bio=text_of(form, "bio"),
            is_locked=bool(text_of(form, "is_locked")),
            hides_follows=bool(text_of(form, "hides_follows")),
            is_discoverable=bool(text_of(form, "is_discoverable")),
            is_indexable=bool(text_of(form, "is_indexable")),
        )
    except Invalid as error:
        return await _render_settings(request, form, errors=error.fields)
    parts_of(request).documents.forget(f"actor {me.profile.username}")
    return RedirectResponse(f"/@{me.profile.username}", status_code=303)


async def change_pictures(request: Request) -> Response:
    """The form with the pictures of the profile was sent, or one of them is to go."""
    form = await read_form(request, most_files=len(ProfilePicture))
    me = (await require_user(request)).actor
    removed = [place for place in ProfilePicture if text_of(form, "remove") == place]
    chosen = await read_files(form, ProfilePicture)
    try:
        await profile_pictures.change_pictures(instance_of(request), me, chosen, removed)
    except Invalid as error:
        return await _render_settings(request, _as_draft(me.profile), errors=error.fields)
    parts_of(request).documents.forget(f"actor {me.profile.username}")
    return RedirectResponse(f"/@{me.profile.username}", status_code=303)


async def change_password(request: Request) -> Response:
    """The password form was sent."""
    form, user = await read_form(request), await require_user(request)
    try:
        await signing_in.change_password(
            instance_of(request), user, text_of(form, "password"), session_token(request)
        )
    except Invalid as error:
        draft = _as_draft(user.actor.profile)
        return await _render_settings(request, draft, errors=error.fields)
    return RedirectResponse("/settings?changed=password", status_code=303)


def _as_draft(profile: Profile) -> dict[str, str]:
    """A profile as the form holds it."""
    return {
        "name": profile.name,
        "bio": _as_typed(profile.summary),
        "is_locked": "on" if profile.is_locked else "",
        "hides_follows": "on" if profile.hides_follows else "",
        "is_discoverable": "on" if profile.is_discoverable else "",
        "is_indexable": "on" if profile.is_indexable else "",
    }


def _as_typed(markup: str) -> str:
    """The text of a biography, with the lines and paragraphs that its author made."""
    paragraphs = markup.removesuffix("</p>").split("</p>")
    return "\n\n".join(
        "\n".join(to_plain_text(line) for line in paragraph.split("<br>"))
        for paragraph in paragraphs
    )


async def _render_settings(
    request: Request,
    draft: Mapping[str, Any],
    *,
    errors: dict[str, str] | None = None,
    notice: str = "",
) -> Response:
    return await render_page(
        request,
        "settings.html",
        status=422 if errors else 200,
        draft=draft,
        errors=errors or {},
        notice=notice,
    )
