"""This is where people see which apps act for them, and take that back."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.oauth import ApplicationId
from fedlearn.services import oauth
from fedlearn.web.context import instance_of
from fedlearn.web.scopes import scope_words
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page


async def apps_page(request: Request) -> Response:
    """Each app with what it may do, and when it last did something."""
    user = await require_user(request)
    allowed = [
        (token, scope_words(token.scopes), used_at)
        for token, used_at in await oauth.allowed_by(instance_of(request), user)
    ]
    return await render_page(request, "apps.html", allowed=allowed)


async def remove_app(request: Request) -> Response:
    """An app is to do nothing any more."""
    await read_form(request)
    application_id = ApplicationId(request.path_params["application_id"])
    await oauth.take_back(instance_of(request), await require_user(request), application_id)
    return RedirectResponse("/settings/apps", status_code=303)
