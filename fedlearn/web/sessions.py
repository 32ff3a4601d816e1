"""This is where it is known who sits at the browser, and that a form was sent by that person."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.actors import User
from fedlearn.domain.audience import STRANGER, Viewer
from fedlearn.domain.rates import Rate
from fedlearn.errors import FedlearnError, Forbidden, Invalid, TooLarge
from fedlearn.services import signing_in
from fedlearn.text.languages import _, speak, spoken
from fedlearn.web.body import form_request
from fedlearn.web.context import address_of, instance_of, parts_of

DAY = 24 * 3600
MOST_FIELDS = 50
TOO_LARGE_BY = 8  # times; of forms larger than that the text is lost, too


class SignInNeeded(FedlearnError):
    """Only somebody who has signed in may see this."""


class SessionLost(SignInNeeded):
    """The session ended over a form; `form` is what was written, to be brought back."""

    status = 401

    def __init__(self, message: str, form: FormData) -> None:
        super().__init__(message)
        self.form = form


class ProofNeeded(FedlearnError):
    """Only somebody may do this who has shown lately who they are.

    `form` is what they sent, `page` where they are led if that cannot be sent again.
    """

    def __init__(self, page: str, form: FormData | None) -> None:
        super().__init__(_("Show first that it is still you."))
        self.page = page
        self.form = form


class OtherSession(Forbidden):
    """A form was made in another session than it came from; `form` is what was written.

    `page` shows it again, where it is of those that come back.
    """

    def __init__(self, form: FormData, page: "FilledIn | None" = None) -> None:
        message = _("This form is from another session: reload the page and send it again.")
        super().__init__(message)
        self.form = form
        self.page = page


# The page of a form, as it was filled in and with why it was not taken.
FilledIn = Callable[[Request, FormData, OtherSession], Awaitable[Response]]


class FilesTooLarge(TooLarge):
    """The files of a form are too large in all, and were let go by; `form` is what was written.

    `fields` says where files were that are too large by themselves.
    """

    def __init__(self, message: str, form: FormData, fields: list[str]) -> None:
        super().__init__(message)
        self.form = form
        self.fields = fields


async def current_user(request: Request) -> User | None:
    """Who is signed in, if anybody."""
    if not hasattr(request.state, "user"):
        token, instance = session_token(request), instance_of(request)
        found = await signing_in.user_of_session(instance, token) if token else None
        request.state.user, request.state.is_prolonged = found or (None, False)
    user: User | None = request.state.user
    if user is not None:
        speak(user.locale or spoken().code, user.time_zone)
    return user


async def current_viewer(request: Request) -> Viewer:
    """With whose eyes a page is made: those of who is signed in, else of a stranger."""
    user = await current_user(request)
    return user.actor.viewer if user else STRANGER


async def require_user(request: Request) -> User:
    """Who is signed in; else `SignInNeeded`."""
    user = await current_user(request)
    if user is None:
        raise SignInNeeded(_("Please sign in first."))
    return user


async def read_form(
    request: Request, *, most_files: int = 0, largest: int = 0, page: FilledIn | None = None
) -> FormData:
    """The form of somebody signed in, which must carry the token of their session.

    With it may come so many files; the caller closes the form when they are read. Where those are
    too large, `FilesTooLarge` has the rest of the form. With a `page` what was written comes back
    when the session was lost over it (`web/pages/lost.py`).
    """
    try:
        await require_user(request)
    except SignInNeeded as error:
        if page is None:
            raise
        lost = await read_lost_form(request, most_files=most_files, largest=largest)
        raise SessionLost(str(error), lost) from error
    try:
        form = await read_open_form(request, most_files=most_files, largest=largest)
    except TooLarge as error:
        if not most_files:
            raise
        form, fields = await _read_without_files(
            request, most_files, TOO_LARGE_BY * _room(request, most_files, largest)
        )
        _refuse_other_session(request, form, page)
        raise FilesTooLarge(str(error), form, fields) from error
    try:
        _refuse_other_session(request, form, page)
    except OtherSession:
        await form.close()
        raise
    return form


async def read_open_form(request: Request, *, most_files: int = 0, largest: int = 0) -> FormData:
    """The form of anybody, sent from a page of ours and not too large."""
    _refuse_foreign_origin(request)
    await parts_of(request).limits.spend(Rate.FORMS, address_of(request))
    settings = instance_of(request).settings
    limit = settings.max_form_bytes
    files = _room(request, most_files, largest) if _can_hold_files(request) else 0
    counted = form_request(request, limit + files)
    return await counted.form(max_files=most_files, max_fields=MOST_FIELDS, max_part_size=limit)


async def read_lost_form(request: Request, *, most_files: int, largest: int = 0) -> FormData:
    """What was written in a form that cannot be taken; its files go by, and are kept nowhere."""
    room = _room(request, most_files, largest)
    form, _fields = await _read_without_files(request, most_files, room)
    return form


def _room(request: Request, most_files: int, largest: int) -> int:
    """How many bytes the files of a form may have: so many pictures, or the largest of all."""
    return max(most_files * instance_of(request).settings.max_image_bytes, largest)


async def _read_without_files(
    request: Request, most_files: int, room: int
) -> tuple[FormData, list[str]]:
    """What was written, and where files were that are too large; in all they have room for that."""
    _refuse_foreign_origin(request)
    await parts_of(request).limits.spend(Rate.FORMS, address_of(request))
    settings = instance_of(request).settings
    limit = settings.max_form_bytes
    if not _can_hold_files(request):
        return await form_request(request, limit).form(max_fields=MOST_FIELDS), []
    counted = form_request(request, limit + room)
    reader = WithoutFiles(
        request.headers,
        counted.stream(),
        max_files=most_files,
        max_fields=MOST_FIELDS,
        max_part_size=limit,
    )
    try:
        form = await reader.parse()
    except MultiPartException as error:
        raise Invalid(_("This form cannot be read.")) from error
    await form.close()
    most = settings.max_image_bytes
    return form, [name for name, size in reader.sizes.items() if size > most]


class WithoutFiles(MultiPartParser):
    """Reads the texts of a form and lets its files go by; `sizes` says how large those were."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.sizes: Counter[str] = Counter()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """A piece of a text or a file has come."""
        if self._current_part.file is None:
            super().on_part_data(data, start, end)
        else:
            self.sizes[self._current_part.field_name] += end - start


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


def prolong_session(request: Request, response: Response) -> None:
    """Let the browser, too, keep for longer a session that was prolonged for this request."""
    if getattr(request.state, "is_prolonged", False):
        set_session(request, response, session_token(request))


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


def _refuse_other_session(request: Request, form: FormData, page: FilledIn | None) -> None:
    # As bytes: of text only ASCII can be compared, and anybody may send anything.
    token, expected = str(form.get("csrf", "")), csrf_token(request)
    if not hmac.compare_digest(token.encode(), expected.encode()):
        raise OtherSession(form, page)


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
        raise Forbidden(_("This form was sent from another site."))
