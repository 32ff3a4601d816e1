"""This is where a form comes back when it was not its session that sent it.

Who is signed out signs in first, and what they wrote goes along. `read_form` is told which page
shows the form again; what that cannot show, since it is gone or not for who has signed in now, is
refused.
"""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.errors import NotFound
from fedlearn.web.errors import answer
from fedlearn.web.pages.lost import LEFT_OUT, keep, written_in
from fedlearn.web.pages.signing_in import ask_to_sign_in
from fedlearn.web.sessions import OtherSession, SessionLost


async def keep_what_was_written(request: Request, error: Exception) -> Response:
    """What `SessionLost` leads to: the form to sign in with, which has the other one in it."""
    if not isinstance(error, SessionLost):
        raise error
    if not _is_written(error.form):
        return await answer(request, error.status, str(error))
    going_on = keep(error.form, request.url.path)
    return await ask_to_sign_in(request, going_on, status=error.status)


async def bring_back(request: Request, error: Exception) -> Response:
    """What `OtherSession` leads to: the form, filled in, if its page shows it again."""
    if not isinstance(error, OtherSession):
        raise error
    written = written_in(error.form)
    if error.page is not None and _is_written(written):
        try:
            return await error.page(request, written, error)
        except NotFound:
            return await answer(request, 403, str(error))
    return await answer(request, 403, str(error))


def _is_written(form: FormData) -> bool:
    """Whether it is more than a button."""
    return any(value for name, value in form.multi_items() if name not in LEFT_OUT)
