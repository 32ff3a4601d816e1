"""This is where a script of ours gets what came of a form, for a page that stays open."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach
from fedlearn.domain.statuses import StatusView
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.pages.drafting import composer_values, other_post
from fedlearn.web.pages.forms import status_id_of, text_of
from fedlearn.web.sessions import local_path
from fedlearn.web.templating import permalink, render_part

PRIVATE = {"cache-control": "private, no-store", "vary": "Accept, Accept-Language, Cookie"}
NOTHING_WRITTEN: Mapping[str, str] = {}


def is_in_place(request: Request) -> bool:
    """Whether a script of ours has sent the form, and the page stays open."""
    return request.headers.get("accept") == "application/json"


def go_on(request: Request, path: str) -> Response:
    """What was sent is to be looked at on another page; a script goes there by itself."""
    return _leads_to(path) if is_in_place(request) else RedirectResponse(path, status_code=303)


def _leads_to(path: str) -> Response:
    return json({"next": path}, status=201, headers={**PRIVATE, "location": path})


async def posted_in_place(
    request: Request, author: Actor, form: FormData, posted: StatusView
) -> Response:
    """The card of the new post, and a composer with nothing in it."""
    is_reply = bool(text_of(form, "in_reply_to_id"))
    if posted.status.reach is Reach.DIRECT and not is_reply:
        # A message stands on no timeline.
        return _leads_to(permalink(posted))
    card = await render_part(request, "cards.html", views=[posted])
    composer = await _composer(request, author, form, NOTHING_WRITTEN, {})
    return json({"card": card, "composer": composer}, headers=PRIVATE)


async def refused_in_place(
    request: Request, author: Actor, form: FormData, errors: Mapping[str, str]
) -> Response:
    """The composer as it was filled in, with what is wrong beside each field."""
    composer = await _composer(request, author, form, form, errors)
    return json({"composer": composer}, status=422, headers=PRIVATE)


async def _composer(
    request: Request,
    author: Actor,
    form: FormData,
    draft: Mapping[str, object],
    errors: Mapping[str, str],
) -> str:
    instance = instance_of(request)
    async with instance.db.read() as connection:
        parent = await _named(connection, author, text_of(form, "in_reply_to_id"))
        quoted = await _named(connection, author, text_of(form, "quoted_id")) if draft else None
        values = await composer_values(connection, instance, author, draft)
    return await render_part(
        request,
        "composer_part.html",
        draft=draft,
        errors=errors,
        parent=parent,
        quoted=quoted,
        next=local_path(text_of(form, "next")),
        **values,
    )


async def _named(connection: Connection, author: Actor, text: str) -> StatusView | None:
    return await other_post(connection, author, status_id_of(text) if text else None)
