"""This is where it is known who sits at the browser, and that a form was sent by that person."""

import hashlib
import hmac
from urllib.parse import urlsplit

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.actors import User
from fedlearn.errors import FedlearnError, Forbidden, Invalid
from fedlearn.services import signing_in
from fedlearn.web.body import counted_request
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.limits import Rate

DAY = 24 * 3600
MOST_FIELDS = 50


class SignInNeeded(FedlearnError):
    """Only somebody who has signed in may see this."""


async def current_user(request: Request) -> User | None:
    """Who is signed in, if anybody."""
    if not hasattr(request.state, "user"):
        token = session_token(request)
        instance = instance_of(request)
        request.state.user = await signing_in.user_of_session(instance, token) if token else None
    user: User | None = request.state.user
    return user


async def require_user(request: Request) -> User:
    """Who is signed in; else `SignInNeeded`."""
    user = await current_user(request)
    if user is None:
        raise SignInNeeded("Please sign in first.")
    return user


async def read_form(request: Request, *, most_files: int = 0) -> FormData:
    """The form of somebody signed in, which must carry the token of their session.

    With it may come so many files; the caller closes the form when they are read.
    """
    await require_user(request)
    form = await read_open_form(request, most_files=most_files)
    expected = csrf_token(request)
    # As bytes: of text only ASCII can be compared, and anybody may send anything.
    if not hmac.compare_digest(str(form.get("csrf", "")).encode(), expected.encode()):
        await form.close()
        raise Forbidden("This form is from another session: reload the page and send it again.")
    return form


async def read_open_form(request: Request, *, most_files: int = 0) -> FormData:
    """The form of anybody, sent from a page of ours and not too large."""
    _refuse_foreign_origin(request)
    _refuse_other_charsets(request)
    await parts_of(request).limits.spend(Rate.FORMS, request.client.host if request.client else "")
    settings = instance_of(request).settings
    limit = settings.max_form_bytes
    pictures = most_files * settings.max_image_bytes if _can_hold_files(request) else 0
    counted = counted_request(request, limit + pictures)
    return await counted.form(max_files=most_files, max_fields=MOST_FIELDS, max_part_size=limit)


def csrf_token(request: Request) -> str:
    """The token that forms of this session carry; "" without a session."""
    token = session_token(request)
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest() if token else ""


def session_token(request: Request) -> str:
    """The secret in the session cookie."""
    return request.cookies.get(_cookie_name(request), "")


def set_session(request: Request, response: Response, token: str) -> None:
    """Remember the session in the browser."""
    settings = instance_of(request).settings
    response.set_cookie(
        _cookie_name(request),
        token,
        max_age=settings.session_days * DAY,
        httponly=True,
        secure=settings.is_https,
        samesite="lax",
    )


def forget_session(request: Request, response: Response) -> None:
    """Remove the session from the browser."""
    is_https = instance_of(request).settings.is_https
    response.delete_cookie(_cookie_name(request), httponly=True, secure=is_https, samesite="lax")


def local_path(target: str, default: str = "/") -> str:
    """Where to go next, if that is a page of ours; never another site's."""
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    try:
        # Browsers leave out tabs and line ends, as this does: "/\t/evil.example" is another site.
        host = urlsplit(target).netloc
    except ValueError:
        return default
    return default if host else target


def _cookie_name(request: Request) -> str:
    # The prefix makes browsers refuse it from subdomains and over plain http.
    return "__Host-session" if instance_of(request).settings.is_https else "session"


def _refuse_other_charsets(request: Request) -> None:
    """Browsers send our forms as UTF-8; some codecs of Python make texts that nobody can store."""
    _, options = parse_options_header(request.headers.get("content-type"))
    if options.get(b"charset", b"utf-8").lower() != b"utf-8":
        raise Invalid("This form is not in UTF-8.")


def _can_hold_files(request: Request) -> bool:
    media_type, _ = parse_options_header(request.headers.get("content-type"))
    return media_type == b"multipart/form-data"


def _refuse_foreign_origin(request: Request) -> None:
    """Browsers say where a form comes from; older ones say only the origin."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        is_own = site in {"same-origin", "none"}
    else:
        is_own = origin in {None, instance_of(request).uris.origin}
    if not is_own:
        raise Forbidden("This form was sent from another site.")
