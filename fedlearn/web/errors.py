"""This is where errors become answers: JSON for machines, a page for people."""

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.errors import (
    FetchError,
    Forbidden,
    Invalid,
    NotFound,
    RefusedActivity,
    RefusedDocument,
    RefusedGrant,
    Unavailable,
)
from fedlearn.text.languages import N_, _
from fedlearn.web.json import json
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.mastodon.callers import TokenNeeded
from fedlearn.web.mastodon.pagination import WrongPage
from fedlearn.web.middleware import added_headers
from fedlearn.web.negotiation import wants_activity, wants_page
from fedlearn.web.refusals import sentence_of
from fedlearn.web.sessions import SignInNeeded, current_user
from fedlearn.web.templating import render_failure, render_page

log = logging.getLogger(__name__)

FOR_APPS = "/api/"
# Whoever asks here is a machine, whatever it says it accepts.
MACHINE_PATHS = (
    FOR_APPS,
    "/inbox/",
    "/actor/",
    "/nodeinfo/",
    "/.well-known/",
    "/oauth/token/",
    "/oauth/revoke/",
    "/oauth/userinfo/",
    "/contexts/",
    "/oembed/",
    "/live/",
    "/composer/",
)
# Shown within pages, which have no use for another; but a picture can be opened by itself, too.
FILES = "/media/"
# What one caller must not see another may, so nothing in between may keep the refusal.
NOT_KEPT = {"cache-control": "private, no-store", "vary": "Accept, Signature"}
LATER = 60  # seconds
TITLES = {
    400: N_("This request was not understood"),
    401: N_("Please sign in"),
    403: N_("This is not for you to do"),
    404: N_("There is nothing here"),
    405: N_("That cannot be done here"),
    410: N_("This was deleted"),
    413: N_("That was too much"),
    422: N_("That did not work"),
    429: N_("A little slower, please"),
    500: N_("Something broke on our side"),
    502: N_("The other server did not answer well"),
    503: N_("Try again in a moment"),
}
# Where the error itself has nothing to say.
WHAT_TO_DO = {
    400: N_("Go back, and try it once more."),
    404: N_("The address may be mistyped, or what was here is gone."),
    405: N_("Go back, and try it from the page that you came from."),
    500: N_("It was noted, with its number. Try again in a moment."),
    503: N_("Something here is busy or full. Try it once more in a moment."),
}


async def answer(
    request: Request,
    status: int,
    message: str = "",
    headers: dict[str, str] | None = None,
    *,
    title: str | None = None,
) -> Response:
    """An error in the form that the caller can read."""
    if not is_for_machine(request):
        # Who sits there may have chosen another language than that of the browser.
        await current_user(request)
    message = message or _(WHAT_TO_DO.get(status, ""))
    if is_for_machine(request):
        body = msgspec.json.encode({"error": message})
        sent = {"content-type": "application/json", **NOT_KEPT, **(headers or {})}
        return Response(body, status_code=status, headers=sent)
    title = title or _(TITLES.get(status, TITLES[422]))
    return await render_page(
        request, "error.html", status=status, headers=headers, title=title, message=message
    )


def is_for_machine(request: Request) -> bool:
    """Whether the caller is a program."""
    path = request.url.path
    if path.startswith(FILES):
        return not wants_page(request)
    is_inbox = path.startswith("/users/") and request.method == "POST"
    return f"{path}/".startswith(MACHINE_PATHS) or is_inbox or wants_activity(request)


async def _not_found(request: Request, error: Exception) -> Response:
    return await answer(request, 404, str(error))


async def _forbidden(request: Request, error: Exception) -> Response:
    return await answer(request, 403, str(error))


async def _invalid(request: Request, error: Exception) -> Response:
    return await answer(request, 422, str(error))


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedActivity) else 400
    headers = {"retry-after": str(LATER)} if status == 503 else None
    return await answer(request, status, str(error), headers)


async def _token_needed(request: Request, error: Exception) -> Response:
    headers = {"www-authenticate": 'Bearer realm="fedlearn", error="invalid_token"'}
    return await answer(request, 401, str(error), headers)


async def _wrong_page(request: Request, error: Exception) -> Response:
    return await answer(request, 400, str(error))


async def _refused_grant(request: Request, error: Exception) -> Response:
    """To people a page: a redirect to an app that has not shown itself would be a trap."""
    if not isinstance(error, RefusedGrant):
        raise error
    if not is_for_machine(request):
        message = _(
            "%(reason)s Nothing was given to it. Go back to the app, and begin there once more.",
            reason=str(error),
        )
        title = _("This app was not let in")
        return await answer(request, error.status, message, title=title)
    body = {"error": error.error, "error_description": str(error)}
    headers = {"www-authenticate": "Basic"} if error.status == 401 else {}
    return json(body, status=error.status, headers={**NOT_KEPT, **headers})


async def _far_side(request: Request, error: Exception) -> Response:
    said = str(error) if is_for_machine(request) else sentence_of(error)
    return await answer(request, 502, said)


def note_trouble(request: Request, error: Exception) -> None:
    """The exact words are for programs, and for whoever looks after the server."""
    log.warning("request %s failed: %s", request.scope["fedlearn.request_id"], error)


async def _unavailable(request: Request, error: Exception) -> Response:
    wait = error.retry_after if isinstance(error, Unavailable | TooManyRequests) else 30
    headers = {"retry-after": str(wait)}
    if isinstance(error, TooManyRequests):
        return await answer(request, 429, str(error), headers)
    note_trouble(request, error)
    return await answer(request, 503, str(error) if is_for_machine(request) else "", headers)


async def _sign_in(request: Request, error: Exception) -> Response:
    if is_for_machine(request) or request.method != "GET":
        return await answer(request, 401, str(error))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(path, safe='')}", status_code=303)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    # Starlette says in English what is wrong, which programs are content with.
    said = f"{error.detail}." if is_for_machine(request) else ""
    if error.status_code == 404 and request.url.path.startswith(FOR_APPS):
        said = "Record not found"  # as of an id that nothing has
    headers = dict(error.headers) if error.headers else None
    return await answer(request, error.status_code, said, headers)


async def _unforeseen(request: Request, error: Exception) -> Response:
    request_id = request.scope["fedlearn.request_id"]
    log.error("request %s failed", request_id, exc_info=error)
    if is_for_machine(request):
        message = _(
            "It was noted. If you report it, name the request %(request_id)s.",
            request_id=request_id,
        )
        response = await answer(request, 500, message)
    else:
        response = render_failure(
            request, "error.html", status=500, title=_(TITLES[500]), message=_(WHAT_TO_DO[500])
        )
    # Such an answer is given outside of everything that adds to answers.
    response.raw_headers += added_headers(request.scope, response.raw_headers)
    return response


EXCEPTION_HANDLERS: dict[
    int | type[Exception], Callable[[Request, Exception], Awaitable[Response]]
] = {
    NotFound: _not_found,
    Forbidden: _forbidden,
    Invalid: _invalid,
    RefusedActivity: _refused,
    FetchError: _far_side,
    RefusedDocument: _far_side,
    Unavailable: _unavailable,
    TooManyRequests: _unavailable,
    SignInNeeded: _sign_in,
    TokenNeeded: _token_needed,
    WrongPage: _wrong_page,
    RefusedGrant: _refused_grant,
    HTTPException: _http,
    Exception: _unforeseen,
}
