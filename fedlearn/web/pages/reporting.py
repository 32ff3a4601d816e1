"""This is where people report somebody, with what shows it, to those who look after the place."""

from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import actors as db_actors
from fedlearn.db import blocks as db_blocks
from fedlearn.db import collections as db_collections
from fedlearn.db import mutes as db_mutes
from fedlearn.db import timelines as db_timelines
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.collections import CollectionView
from fedlearn.domain.ids import ActorId, CollectionId, StatusId
from fedlearn.domain.reports import ReportCategory
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import reports, rules
from fedlearn.text.languages import N_, _
from fedlearn.web.context import instance_of
from fedlearn.web.convertors import number_in
from fedlearn.web.pages.forms import LONGEST_NUMBER, key_of, status_id_of, text_of
from fedlearn.web.pages.profiles import with_page
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

MOST_POSTS = 10
NAMED = ("actor", "status", "collection")
CATEGORIES = {
    ReportCategory.SPAM: N_("It is spam: advertising, fraud, or answers to everybody"),
    ReportCategory.VIOLATION: N_("It breaks a rule of this place"),
    ReportCategory.LEGAL: N_("I think that it is against the law"),
    ReportCategory.OTHER: N_("Something else"),
}


async def report_page(request: Request) -> Response:
    """The form, for somebody, or for one post or collection of theirs."""
    asked = request.query_params
    named = FormData([(name, asked[name]) for name in NAMED if asked.get(name)])
    return await _render(request, named)


async def report(request: Request) -> Response:
    """The form was sent."""
    form = await read_form(request, page=_render)
    me = (await require_user(request)).actor
    target = await _target(request, me, text_of(form, "actor"))
    try:
        await reports.report(
            instance_of(request),
            me,
            target,
            comment=text_of(form, "comment").strip(),
            status_ids=_chosen(form),
            collection_ids=_collections(form),
            category=_category(text_of(form, "category")),
            rule_ids=_numbers(form, "rule"),
            forward=bool(text_of(form, "forward")),
            key=key_of(form),
        )
    except Invalid as refusal:
        return await _render(request, form, refusal)
    return RedirectResponse(f"/report/sent?actor={target.id}", status_code=303)


async def sent_page(request: Request) -> Response:
    """The report is on its way; what one can do besides."""
    me = (await require_user(request)).actor
    target = await _target(request, me, request.query_params.get("actor", ""))
    async with instance_of(request).db.read() as connection:
        mute = await db_mutes.mute_of(connection, me.id, target.id)
        is_blocked = await db_blocks.is_blocked(connection, me.id, target.id)
    return await render_page(
        request, "report_sent.html", target=target, mute=mute, is_blocked=is_blocked
    )


async def _render(request: Request, form: FormData, refusal: Refusal | None = None) -> Response:
    me, chosen = (await require_user(request)).actor, _chosen(form)
    target = await _target(request, me, text_of(form, "actor"))
    return await render_page(
        request,
        "report.html",
        **as_answer(refusal),
        target=target,
        posts=await _posts(request, me, target, chosen),
        chosen=set(chosen),
        collections=await _collections_of(request, me, target, _collections(form)),
        categories=list(CATEGORIES.items()),
        category=text_of(form, "category"),
        rules=await rules.rules(instance_of(request)),
        broken=set(_numbers(form, "rule")),
        comment=text_of(form, "comment"),
        key=text_of(form, "key"),
        forward=text_of(form, "forward"),
        longest_comment=reports.LONGEST_COMMENT,
        errors=errors_of(refusal),
    )


async def _target(request: Request, me: Actor, actor_id: str) -> Actor:
    """Whom a report is about; `NotFound` for oneself, as for nobody."""
    target_id = ActorId(status_id_of(actor_id))
    async with instance_of(request).db.read() as connection:
        target = with_page(await db_actors.actor_by_id(connection, target_id))
    if target.id == me.id:
        raise NotFound(_("You cannot report yourself."))
    return target


async def _posts(
    request: Request, me: Actor, target: Actor, chosen: Sequence[StatusId]
) -> list[StatusView]:
    """What can be reported with somebody: what was chosen, and the latest, if one sees it."""
    async with instance_of(request).db.read() as connection:
        latest = await db_timelines.author_page(
            connection, me.viewer, target.id, before=None, limit=MOST_POSTS
        )
        views = await status_views(connection, me.viewer, [*chosen, *latest])
    own = {view.id: view for view in views if view.author.id == target.id and not view.boost_of}
    return list(own.values())


async def _collections_of(
    request: Request, me: Actor, target: Actor, chosen: Sequence[CollectionId]
) -> list[CollectionView]:
    """The collections from whose pages somebody is reported, if one sees them."""
    async with instance_of(request).db.read() as connection:
        views = await db_collections.collection_views(connection, me.viewer, chosen)
    return [view for view in views.values() if view.owner.id == target.id]


def _collections(form: FormData) -> list[CollectionId]:
    numbers = [number_in(str(one)) for one in form.getlist("collection")]
    return [CollectionId(one) for one in numbers if one is not None]


def _chosen(form: FormData) -> list[StatusId]:
    return [status_id_of(one) for one in form.getlist("status") if isinstance(one, str)]


def _category(chosen: str) -> ReportCategory:
    try:
        return ReportCategory(chosen)
    except ValueError:
        message = _("Choose what is wrong.")
        raise Invalid(message, {"category": message}) from None


def _numbers(form: FormData, name: str) -> list[int]:
    """The numbers that were ticked; what is none was not on the form."""
    values = [one for one in form.getlist(name) if isinstance(one, str)]
    return [int(one) for one in values if one.isdecimal() and len(one) <= LONGEST_NUMBER]
