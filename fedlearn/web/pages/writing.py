"""This is where scripts of the composer ask for something while somebody writes.

Only those who have signed in may ask, and nothing is changed by it but that a picture is uploaded.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.actors import Actor
from fedlearn.domain.rates import Rate
from fedlearn.errors import Invalid, TooLarge
from fedlearn.services.reaching import MOST_NAMED, crowd_of, people_named
from fedlearn.services.recordings import largest_upload, take_in
from fedlearn.services.search import hashtags_called, people_called
from fedlearn.text.emoji_names import emojis_called
from fedlearn.text.languages import _, ngettext
from fedlearn.text.tongues import tongues
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.convertors import number_in
from fedlearn.web.json import json
from fedlearn.web.pages.forms import AUDIENCES, text_of
from fedlearn.web.pages.pictures import (
    PLACES,
    look_of,
    read_files,
    too_large_in_all,
    uploads_in,
)
from fedlearn.web.sessions import FilesTooLarge, read_form, require_user
from fedlearn.web.templating import render_part
from fedlearn.web.who_sees import warning_of, who_sees

PRIVATE = {"cache-control": "private, no-store", "vary": "Accept-Language, Cookie"}
LONGEST_BEGINNING = 50
MOST_OPTIONS = 8
Options = Sequence[Mapping[str, str]]


async def get_audience(request: Request) -> Response:
    """Who will see a post with this audience in which these people are named."""
    me, instance = await _writer(request), instance_of(request)
    audience = request.query_params.get("audience", "")
    if audience not in AUDIENCES:
        raise Invalid(_("Choose who may see it."))
    named = await people_named(instance, request.query_params.getlist("name")[:MOST_NAMED])
    async with instance.db.read() as connection:
        crowd = await crowd_of(connection, me)
    says = who_sees(audience, crowd, instance.settings.name, named)
    return _answer({"says": says, "warning": warning_of(audience, named)})


async def get_completions(request: Request) -> Response:
    """Who or what begins so: people, hashtags or emojis."""
    me = await _writer(request)
    beginning = request.query_params.get("text", "")[:LONGEST_BEGINNING]
    match request.query_params.get("kind"):
        case "@":
            options = await _people(request, me, beginning)
        case "#":
            options = await _hashtags(request, me, beginning)
        case _:
            options = [
                {"value": emoji, "label": emoji, "note": name}
                for emoji, name in emojis_called(beginning, MOST_OPTIONS)
            ]
    told = ngettext("%(num)s suggestion", "%(num)s suggestions", len(options))
    return _answer({"options": options, "told": told})


async def get_languages(request: Request) -> Response:
    """All languages that can be said of a post, in the order of their names."""
    await _writer(request)
    return _answer(tongues())


async def get_pictures(request: Request) -> Response:
    """Uploads of before, as the composer shows them."""
    me, instance = await _writer(request), instance_of(request)
    async with instance.db.read() as connection:
        found = await uploads_in(connection, instance, me, request.query_params)
    asked = ((number, request.query_params.get(f"media_{number}", "")) for number in PLACES)
    shown = [(number, media_id, found[media_id]) for number, media_id in asked if media_id in found]
    return _answer({"html": await render_part(request, "picture_rows.html", shown=shown)})


async def post_picture(request: Request) -> Response:
    """A picture was chosen: it is uploaded, and comes back as the composer shows it."""
    try:
        largest = largest_upload(instance_of(request))
        form = await read_form(request, most_files=1, largest=largest)
    except FilesTooLarge as error:
        raise TooLarge(too_large_in_all(request)["pictures"]) from error
    me, instance = await _writer(request), instance_of(request)
    number = number_in(text_of(form, "number"))
    chosen = await read_files(form, ["picture"])
    if number not in PLACES or not chosen:
        raise Invalid(_("Choose a file."))
    media = await take_in(instance, me, chosen["picture"])
    shown = [(number, str(media.id), look_of(instance, media))]
    return _answer({"html": await render_part(request, "picture_rows.html", shown=shown)})


async def _writer(request: Request) -> Actor:
    user = await require_user(request)
    await parts_of(request).limits.spend(Rate.WRITING, str(user.id))
    return user.actor


def _answer(value: Any) -> Response:
    return json(value, headers=PRIVATE)


async def _people(request: Request, me: Actor, beginning: str) -> Options:
    media = parts_of(request).proxied.path_of
    return [
        {
            "value": f"@{one.acct}",
            "label": one.display_name,
            "note": f"@{one.acct}",
            "picture": media(one.profile.avatar) if one.profile.avatar else "",
        }
        for one in await people_called(instance_of(request), me, beginning)
    ]


async def _hashtags(request: Request, me: Actor, beginning: str) -> Options:
    return [
        {
            "value": f"#{name}",
            "label": f"#{name}",
            "note": ngettext("%(num)s post lately", "%(num)s posts lately", count),
        }
        for name, count in await hashtags_called(instance_of(request), me, beginning)
    ]
