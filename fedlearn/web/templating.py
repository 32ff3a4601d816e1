"""This is where pages are made from templates, with what every page shows."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from importlib import resources
from typing import Any

import jinja2
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fedlearn.db import accounts as db_accounts
from fedlearn.db import announcements as db_announcements
from fedlearn.db import notifications as db_notifications
from fedlearn.db import reports as db_reports
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.emojis import Emoji
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.media import Focus, small_address
from fedlearn.domain.polls import Poll
from fedlearn.domain.roles import Permission, may
from fedlearn.domain.rules import Announcement
from fedlearn.domain.statuses import StatusView
from fedlearn.services.drafts import MOST_PICTURES
from fedlearn.services.placeholders import tint_of
from fedlearn.text.emojis import with_pictures
from fedlearn.text.folding import folding
from fedlearn.text.format import without_quote
from fedlearn.text.languages import (
    _,
    amount,
    clock,
    gigabytes,
    languages,
    percent,
    said,
    said_of_many,
    spoken,
)
from fedlearn.text.moments import time_zones, write_local
from fedlearn.text.sanitize import SafeHtml, to_plain_text
from fedlearn.text.tongues import is_tongue, tongues
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.moments import MUTE_LENGTHS, POLL_LENGTHS, ago, day, exact, iso, of_calendar
from fedlearn.web.packing import pack, takes_gzip
from fedlearn.web.sessions import csrf_token, current_user, prolong_session, require_user
from fedlearn.web.undoing import undo_offered, without_offer
from fedlearn.web.who_sees import NOBODY, who_sees

PREVIEW = 80
LONGEST_SIZE = 4
KEY_BYTES = 12


async def render_page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """A page, with who is signed in and what is new for them."""
    user = await current_user(request)
    unread, undo, waits, looks_after = 0, None, 0, False
    announced: list[Announcement] = []
    if user is not None:
        async with instance_of(request).db.read() as connection:
            unread = await db_notifications.count_unread(connection, user.actor.id)
            undo = await undo_offered(connection, request, user.actor)
            announced = await db_announcements.shown_announcements(connection, user.actor.id)
            if looks_after := may(user.role, Permission.VIEW_DASHBOARD):
                waits = await db_reports.count_open(connection)
                waits += await db_accounts.count_pending(connection)
    me = user.actor if user else None
    values |= {"me": me, "unread": unread, "undo": undo, "announced": announced}
    values |= {"looks_after": looks_after, "waits": waits}
    values["lively"] = await parts_of(request).lively.read(instance_of(request).db)
    if user is not None:
        values |= _habits(user)
    response = _respond(request, template, status, headers, values)
    prolong_session(request, response)
    return response


def render_failure(request: Request, template: str, *, status: int, **values: Any) -> Response:
    """A page that asks the database nothing, which may be what failed; so nobody is named."""
    nobody: dict[str, Any] = {"me": None, "undo": None, "announced": [], "lively": []}
    return _respond(request, template, status, {}, {**nobody, "failed": True, **values})


def _respond(
    request: Request,
    template: str,
    status: int,
    headers: Mapping[str, str] | None,
    values: Mapping[str, Any],
) -> Response:
    html = _html(request, template, values)
    # A page shows what one person may see, so nothing in between may keep it.
    vary = "Accept, Accept-Encoding, Accept-Language, Cookie"
    sent = {"cache-control": "private, no-store", "vary": vary, **(headers or {})}
    if not takes_gzip(request):
        return HTMLResponse(html, status_code=status, headers=sent)
    sent["content-encoding"] = "gzip"
    return HTMLResponse(pack(html.encode()), status_code=status, headers=sent)


def render_text(request: Request, template: str) -> str:
    """A text of ours without the page that it stands on."""
    return _html(request, template, {})


async def render_part(request: Request, template: str, **values: Any) -> str:
    """A part of a page that somebody signed in has open already."""
    return _html(request, template, await _for_part(request, values))


async def answer_with_part(request: Request, template: str, **values: Any) -> Response:
    """The same as an answer of its own, for a script of that page."""
    return _respond(request, template, 200, None, await _for_part(request, values))


async def _for_part(request: Request, values: Mapping[str, Any]) -> dict[str, Any]:
    user = await require_user(request)
    # A part has no address: where its forms lead back to, its page says.
    return {"me": user.actor, "here": "/", **_habits(user), **values}


def _habits(user: User) -> dict[str, Any]:
    """How the reader posts where they say nothing else."""
    return {"my_language": user.posting_language, "my_habits": user.habits}


def _html(request: Request, template: str, values: Mapping[str, Any]) -> str:
    instance, parts = instance_of(request), parts_of(request)
    media, assets = parts.proxied.path_of, parts.assets
    everywhere = {
        "settings": instance.settings,
        "uris": instance.uris,
        "path": request.url.path,
        "here": _here(request),
        "same_size": _same_size(request),
        "moment": now(),
        "csrf": csrf_token(request),
        "request_id": request.scope["fedlearn.request_id"],
        "media": media,
        "takes_films": instance.ffmpeg is not None,
        "asset": assets.address,
        "logo": assets.address(assets.logo),
        "has_terms": bool(parts.texts.terms),
        "pictured": partial(pictured, media),
    }
    return _environment().get_template(template).render({**everywhere, **values})


def _here(request: Request) -> str:
    """Where forms of this page lead back to; a page that answers a form has no address."""
    if request.method != "GET":
        return "/"
    return without_offer(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


def _same_size(request: Request) -> str:
    """What a link to older posts takes along: how many the reader wants on a page."""
    text = request.query_params.get("limit", "")
    return f"&limit={int(text)}" if text.isdecimal() and len(text) < LONGEST_SIZE else ""


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(resources.files("fedlearn.web") / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(said, said_of_many, newstyle=True)  # type: ignore[attr-defined]
    # The same as those of Jinja, at a third of the time; a page of posts has hundreds.
    environment.globals |= {"_": sentence, "gettext": sentence, "ngettext": sentence_of_many}
    environment.filters |= {
        "ago": ago,
        "amount": amount,
        "day": day,
        "gigabytes": gigabytes,
        "percent": percent,
        "iso": iso,
        "of_calendar": of_calendar,
        "over": over,
        "local_time": write_local,
        "is_past": is_past,
        "focus_class": focus_class,
        "exact": exact,
        "plain": to_plain_text,
        "preview": preview,
        "tint": tint_of,
        "folding": folding,
        # Only content that text/ has made safe is given to this filter.
        "safe_html": Markup,
    }
    environment.globals |= {
        "audience": audience_words,
        "page_of": page_of,
        "page_of_actor": page_of_actor,
        "poll_lengths": POLL_LENGTHS,
        "mute_lengths": MUTE_LENGTHS,
        "most_pictures": MOST_PICTURES,
        "small": small_address,
        "icon_of": icon_of,
        "icon_in_button": icon_in_button,
        "new_key": new_key,
        "who_sees": who_sees,
        "nobody": NOBODY,
        "tongues": tongues,
        "few_tongues": few_tongues,
        "clock": clock,
        "time_zones": time_zones,
        "language": spoken,
    }
    return environment


def sentence(message: str, **values: object) -> Markup:
    """A sentence in the reader's language, with values in its places, as HTML."""
    text = Markup(said(message))  # noqa: S704 - sentences are ours
    return text % values if values or "%" in message else text


def sentence_of_many(one: str, many: str, num: int, **values: object) -> Markup:
    """A sentence that depends on a number, which is its `%(num)s`, too, as HTML."""
    return Markup(said_of_many(one, many, num)) % {"num": amount(num), **values}  # noqa: S704


@lru_cache(maxsize=256)
def icon_of(name: str) -> Markup:
    """One of the pictures that stand at the top of every page; nobody reads it aloud."""
    return Markup('<svg aria-hidden="true"><use href="#i-{}"/></svg>').format(name)


@lru_cache(maxsize=256)
def icon_in_button(name: str) -> Markup:
    """The same within a button or an image, which is one picture to everybody anyway."""
    return Markup('<svg><use href="#i-{}"/></svg>').format(name)


def pictured(media: Callable[[str], str], markup: str, emojis: Sequence[Emoji]) -> Markup:
    """HTML that is safe already, or a plain text, with pictures for custom emoji in it."""
    text = SafeHtml(markup if isinstance(markup, Markup) else str(escape(markup)))
    return Markup(with_pictures(text, {one.name: media(one.url) for one in emojis}))  # noqa: S704


def is_past(at: Millis) -> bool:
    """Whether a moment has come."""
    return at <= now()


def new_key() -> str:
    """What tells a form from all others, so that it does nothing when it is sent again."""
    return secrets.token_urlsafe(KEY_BYTES)


def few_tongues(*likely: str | None) -> list[str]:
    """The languages that are offered first: those likely, and those of the pages."""
    codes = dict.fromkeys([*likely, spoken().code, *languages()])
    return [code for code in codes if code and is_tongue(code)]


def focus_class(focus: Focus | None) -> str:
    """The names by which the stylesheet knows, in steps of a tenth, what stays visible."""
    if focus is None:
        return ""
    return f"focus-x-{round((focus.x + 1) * 5)} focus-y-{round((1 - focus.y) * 5)}"


def over(poll: Poll) -> bool:
    """Whether nobody can vote in a poll any more."""
    return poll.is_over(now())


def preview(markup: str) -> str:
    """The first words of a post."""
    text = to_plain_text(without_quote(markup))
    return text if len(text) <= PREVIEW else text[: PREVIEW - 1].rstrip() + "…"


def audience_words(view: StatusView) -> tuple[str, str]:
    """Who sees a post: the name of its mark, and the words for it."""
    if view.status.scope is Scope.ORG:
        return "org", _("Only here: never leaves this server")
    return {
        Reach.PUBLIC: ("public", _("Everyone")),
        Reach.UNLISTED: ("unlisted", _("Everyone, kept out of public timelines")),
        Reach.FOLLOWERS: ("followers", _("Followers")),
        Reach.DIRECT: ("direct", _("Only people named")),
    }[view.status.reach]


@jinja2.pass_context
def page_of(context: Context, view: StatusView) -> str:
    """Where the reader of a page finds a post: strangers go to the server that has it."""
    is_shown = context.get("me") or view.author.is_local
    return permalink(view) if is_shown else view.status.url


@jinja2.pass_context
def page_of_actor(context: Context, actor: Actor) -> str:
    """Where the reader of a page finds somebody, likewise."""
    is_shown = context.get("me") or actor.is_local
    return f"/@{actor.acct}" if is_shown else actor.profile.url


def permalink(view: StatusView) -> str:
    """The page of a post on this server, be it ours or another's."""
    return f"/@{view.author.acct}/{view.id}"
