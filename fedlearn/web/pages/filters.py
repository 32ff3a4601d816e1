"""This is where people say which words they do not want to read."""

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import filters as db_filters
from fedlearn.domain.filters import (
    Filter,
    FilterAction,
    FilterContext,
    FilterId,
    Keyword,
    NewFilter,
)
from fedlearn.domain.ids import Millis, now
from fedlearn.errors import Invalid
from fedlearn.services import filters
from fedlearn.services.filters import MOST_KEYWORDS
from fedlearn.text.languages import N_, _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

PAGE = "/filters"
MINUTE, HOUR, DAY = 60, 3600, 86_400
KEEP = "keep"  # of an end that was set before
# For how long a filter can count, in seconds.
LENGTHS = (
    (0, N_("For good")),
    (30 * MINUTE, N_("For 30 minutes")),
    (HOUR, N_("For an hour")),
    (6 * HOUR, N_("For 6 hours")),
    (12 * HOUR, N_("For 12 hours")),
    (DAY, N_("For a day")),
    (7 * DAY, N_("For a week")),
)
PLACES = {
    FilterContext.HOME: N_("At home and on lists"),
    FilterContext.NOTIFICATIONS: N_("In notifications"),
    FilterContext.PUBLIC: N_("Among public posts and hashtags"),
    FilterContext.THREAD: N_("In threads"),
    FilterContext.ACCOUNT: N_("On profiles"),
}
EMPTY_ROWS = 3
Draft = Mapping[str, object]


async def filters_page(request: Request) -> Response:
    """This person's filters, those whose time is over, too."""
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        mine = await db_filters.filters_of(connection, me.id)
    return await render_page(
        request, "filters.html", filters=mine, places=PLACES, at=now(), longest=filters.MOST_FILTERS
    )


async def new_filter_page(request: Request) -> Response:
    """The form for a new filter."""
    await require_user(request)
    draft = {place.value: "on" for place in FilterContext} | {"whole_1": "on"}
    return await _render_new(request, draft)


async def create_filter(request: Request) -> Response:
    """A filter was described; what will not do comes back with what is wrong beside it."""
    form = await read_form(request, page=_render_new)
    me = (await require_user(request)).actor
    try:
        await filters.create_filter(instance_of(request), me, _read_filter(form, None))
    except Invalid as refusal:
        return await _render_new(request, form, refusal)
    return RedirectResponse(PAGE, status_code=303)


async def filter_page(request: Request) -> Response:
    """The form with which a filter is changed."""
    return await _render_known(request)


async def change_filter(request: Request) -> Response:
    """The changed filter was sent."""
    form = await read_form(request, page=_render_known)
    me, known = (await require_user(request)).actor, await _own_filter(request)
    try:
        wanted = _read_filter(form, known.says)
        await filters.change_filter(instance_of(request), me, known.id, wanted)
    except Invalid as refusal:
        return await _render_known(request, form, refusal)
    return RedirectResponse(PAGE, status_code=303)


async def delete_filter(request: Request) -> Response:
    """A filter is given up."""
    await read_form(request)
    me = (await require_user(request)).actor
    await filters.delete_filter(instance_of(request), me, _filter_id(request))
    return RedirectResponse(PAGE, status_code=303)


async def _render_new(request: Request, draft: Draft, refusal: Refusal | None = None) -> Response:
    return await _render(request, None, draft, refusal)


async def _render_known(
    request: Request, draft: Draft | None = None, refusal: Refusal | None = None
) -> Response:
    known = await _own_filter(request)
    return await _render(request, known, draft or _fields_of(known.says), refusal)


async def _render(
    request: Request, known: Filter | None, draft: Draft, refusal: Refusal | None
) -> Response:
    filled = [number for number in range(1, MOST_KEYWORDS + 1) if draft.get(f"keyword_{number}")]
    rows = min(MOST_KEYWORDS, max(filled, default=0) + EMPTY_ROWS)
    return await render_page(
        request,
        "filter.html",
        **as_answer(refusal),
        known=known,
        draft=draft,
        rows=rows,
        places=PLACES,
        lengths=LENGTHS,
        errors=errors_of(refusal),
    )


def _read_filter(form: FormData, known: NewFilter | None) -> NewFilter:
    numbers = range(1, MOST_KEYWORDS + 1)
    return NewFilter(
        title=text_of(form, "title"),
        contexts=frozenset(place for place in FilterContext if text_of(form, place.value)),
        keywords=tuple(
            Keyword(text_of(form, f"keyword_{number}"), bool(text_of(form, f"whole_{number}")))
            for number in numbers
        ),
        action=_action_of(text_of(form, "action")),
        expires_at=_end_of(text_of(form, "seconds"), known),
    )


def _action_of(chosen: str) -> FilterAction:
    return FilterAction(chosen) if chosen in set(FilterAction) else FilterAction.WARN


def _end_of(chosen: str, known: NewFilter | None) -> Millis | None:
    if chosen == KEEP and known is not None:
        return known.expires_at
    if chosen not in {str(seconds) for seconds, _words in LENGTHS}:
        message = _("Choose how long.")
        raise Invalid(message, {"seconds": message})
    return Millis(now() + int(chosen) * 1000) if int(chosen) else None


def _fields_of(says: NewFilter) -> dict[str, str]:
    """A filter by the names of the fields of its form."""
    fields = {"title": says.title, "action": says.action.value}
    fields |= {place.value: "on" for place in says.contexts}
    fields["seconds"] = KEEP if says.expires_at else "0"
    for number, one in enumerate(says.keywords, start=1):
        fields |= {f"keyword_{number}": one.text, f"whole_{number}": "on" if one.whole_word else ""}
    return fields


async def _own_filter(request: Request) -> Filter:
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        return await filters.own_filter(connection, me, _filter_id(request))


def _filter_id(request: Request) -> FilterId:
    return FilterId(request.path_params["filter_id"])
