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
    Unavailable,
)
from fedlearn.web.limits import TooManyRequests
from fedlearn.web.middleware import added_headers
from fedlearn.web.negotiation import wants_activity
from fedlearn.web.sessions import SignInNeeded
from fedlearn.web.templating import render_failure, render_page

log = logging.getLogger(__name__)

# Whoever asks here is a machine, whatever it says it accepts.
MACHINE_PATHS = (
    "/api/",
    "/inbox/",
    "/actor/",
    "/nodeinfo/",
    "/.well-known/",
    "/oauth/",
    "/contexts/",
    "/media/",
    "/oembed/",
)
# What one caller must not see another may, so nothing in between may keep the refusal.
NOT_KEPT = {"cache-control": "private, no-store", "vary": "Accept, Signature"}
LATER = 60  # seconds
TITLES = {
    400: "This request was not understood",
    401: "Please sign in",
    403: "This is not for you to do",
    404: "There is nothing here",
    405: "That cannot be done here",
    410: "This was deleted",
    413: "That was too much",
    422: "That did not work",
    429: "A little slower, please",
    500: "Something broke on our side",
    502: "The other server did not answer well",
    503: "Try again in a moment",
}
# Where the error itself has nothing to say.
WHAT_TO_DO = {
    404: "The address may be mistyped, or what was here is gone.",
    405: "Go back, and try it from the page that you came from.",
    500: "It was noted, with its number. Try again in a moment.",
}


async def answer(
    request: Request, status: int, message: str, headers: dict[str, str] | None = None
) -> Response:
    """An error in the form that the caller can read."""
    if is_for_machine(request):
        body = msgspec.json.encode({"error": message})
        sent = {"content-type": "application/json", **NOT_KEPT, **(headers or {})}
        return Response(body, status_code=status, headers=sent)
    title = TITLES.get(status, "That did not work")
    return await render_page(
        request, "error.html", status=status, headers=headers, title=title, message=message
    )


def is_for_machine(request: Request) -> bool:
    """Whether the caller is a program."""
    path = request.url.path
    is_inbox = path.startswith("/users/") and request.method == "POST"
    return f"{path}/".startswith(MACHINE_PATHS) or is_inbox or wants_activity(request)


async def _not_found(request: Request, error: Exception) -> Response:
    return await answer(request, 404, str(error) or WHAT_TO_DO[404])


async def _forbidden(request: Request, error: Exception) -> Response:
    return await answer(request, 403, str(error))


async def _invalid(request: Request, error: Exception) -> Response:
    return await answer(request, 422, str(error))


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedActivity) else 400
    headers = {"retry-after": str(LATER)} if status == 503 else None
    return await answer(request, status, str(error), headers)


async def _far_side(request: Request, error: Exception) -> Response:
    return await answer(request, 502, str(error))


async def _unavailable(request: Request, error: Exception) -> Response:
    wait = error.retry_after if isinstance(error, Unavailable | TooManyRequests) else 30
    status = 429 if isinstance(error, TooManyRequests) else 503
    return await answer(request, status, str(error), {"retry-after": str(wait)})


async def _sign_in(request: Request, error: Exception) -> Response:
    if is_for_machine(request) or request.method != "GET":
        return await answer(request, 401, str(error))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?next={quote(path, safe='')}", status_code=303)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    message = WHAT_TO_DO.get(error.status_code, f"{error.detail}.")
    headers = dict(error.headers) if error.headers else None
    return await answer(request, error.status_code, message, headers)


async def _unforeseen(request: Request, error: Exception) -> Response:
    request_id = request.scope["fedlearn.request_id"]
    log.error("request %s failed", request_id, exc_info=error)
    if is_for_machine(request):
        message = f"It was noted. If you report it, name the request {request_id}."
        response = await answer(request, 500, message)
    else:
        response = render_failure(
            request, "error.html", status=500, title=TITLES[500], message=WHAT_TO_DO[500]
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
    HTTPException: _http,
    Exception: _unforeseen,
}
