"""This is where people change what is said of them, and their password."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.errors import Invalid
from fedlearn.services import accounts
from fedlearn.text.sanitize import to_plain_text
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page


async def settings_page(request: Request) -> Response:
    """The forms."""
    profile = (await require_user(request)).actor.profile
    draft = {
        "name": profile.name,
        "bio": to_plain_text(profile.summary),
        "is_locked": "on" if profile.is_locked else "",
    }
    return await render_page(request, "settings.html", draft=draft, errors={})


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
        )
    except Invalid as error:
        return await render_page(
            request, "settings.html", status=422, draft=form, errors=error.fields
        )
    parts_of(request).documents.forget(f"actor {me.profile.username}")
    return RedirectResponse(f"/@{me.profile.username}", status_code=303)


async def change_password(request: Request) -> Response:
    """The password form was sent."""
    form, user = await read_form(request), await require_user(request)
    try:
        await accounts.change_password(instance_of(request), user, text_of(form, "password"))
    except Invalid as error:
        profile = user.actor.profile
        draft = {"name": profile.name, "bio": to_plain_text(profile.summary), "is_locked": ""}
        return await render_page(
            request, "settings.html", status=422, draft=draft, errors=error.fields
        )
    return RedirectResponse("/settings", status_code=303)
