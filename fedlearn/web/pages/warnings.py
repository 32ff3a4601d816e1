"""This is where people read what those have to say to them who look after the instance."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.services import warnings
from fedlearn.services.warnings import WHAT_WAS_DONE
from fedlearn.web.context import instance_of
from fedlearn.web.sessions import require_user
from fedlearn.web.templating import render_page


async def warnings_page(request: Request) -> Response:
    """Every message, the latest first."""
    me = (await require_user(request)).actor
    shown = await warnings.warnings_of(instance_of(request), me)
    return await render_page(request, "warnings.html", shown=shown, what_was_done=WHAT_WAS_DONE)
