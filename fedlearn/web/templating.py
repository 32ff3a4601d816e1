"""This is where pages are made from templates, with what every page shows."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fedlearn.db import notifications as db_notifications
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.emojis import Emoji
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.media import ENDING, SMALL
from fedlearn.domain.polls import Poll
from fedlearn.domain.statuses import StatusView
from fedlearn.services.drafts import MOST_PICTURES
from fedlearn.text.emojis import with_pictures
from fedlearn.text.sanitize import SafeHtml, to_plain_text
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.sessions import csrf_token, current_user

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800
PREVIEW = 80
# For how long somebody can be muted, in seconds.
MUTE_LENGTHS = (
    (0, "For good"),
    (HOUR, "For an hour"),
    (8 * HOUR, "For 8 hours"),
    (DAY, "For a day"),
    (WEEK, "For a week"),
    (30 * DAY, "For 30 days"),
)
# For how long a poll can be held, in minutes.
POLL_LENGTHS = (
    (5, "5 minutes"),
    (30, "30 minutes"),
    (60, "1 hour"),
    (360, "6 hours"),
    (720, "12 hours"),
    (1440, "1 day"),
    (4320, "3 days"),
    (10_080, "7 days"),
    (43_200, "30 days"),
)
TINTS = 6  # as many as fedlearn.css has for initials


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
    unread = 0
    if user is not None:
        async with instance_of(request).db.read() as connection:
            unread = await db_notifications.count_unread(connection, user.actor.id)
    me = user.actor if user else None
    values |= {"me": me, "unread": unread}
    return _respond(request, template, status, headers, values)


def render_failure(request: Request, template: str, *, status: int, **values: Any) -> Response:
    """A page that asks the database nothing, which may be what failed; so nobody is named."""
    return _respond(request, template, status, {}, {"me": None, "failed": True, **values})


def _respond(
    request: Request,
    template: str,
    status: int,
    headers: Mapping[str, str] | None,
    values: Mapping[str, Any],
) -> Response:
    instance, media = instance_of(request), parts_of(request).proxied.path_of
    html = (
        _environment()
        .get_template(template)
        .render(
            settings=instance.settings,
            uris=instance.uris,
            path=request.url.path,
            here=_here(request),
            csrf=csrf_token(request),
            request_id=request.scope["fedlearn.request_id"],
            media=media,
            pictured=partial(pictured, media),
            **values,
        )
    )
    # A page shows what one person may see, so nothing in between may keep it.
    sent = {"cache-control": "private, no-store", "vary": "Accept, Cookie", **(headers or {})}
    return HTMLResponse(html, status_code=status, headers=sent)


def _here(request: Request) -> str:
    """Where forms of this page lead back to; a page that answers a form has no address."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(resources.files("fedlearn.web") / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ago": ago,
        "iso": iso,
        "over": over,
        "exact": exact,
        "plain": to_plain_text,
        "preview": preview,
        "tint": tint,
        # Only content that text/ has made safe is given to this filter.
        "safe_html": Markup,
    }
    environment.globals |= {
        "audience": audience_words,
        "permalink": permalink,
        "poll_lengths": POLL_LENGTHS,
        "mute_lengths": MUTE_LENGTHS,
        "most_pictures": MOST_PICTURES,
        "small": small,
    }
    return environment


def pictured(media: Callable[[str], str], markup: str, emojis: Sequence[Emoji]) -> Markup:
    """HTML that is safe already, or a plain text, with pictures for custom emoji in it."""
    text = SafeHtml(markup if isinstance(markup, Markup) else str(escape(markup)))
    return Markup(with_pictures(text, {one.name: media(one.url) for one in emojis}))  # noqa: S704


def small(url: str) -> str:
    """Where the small version of a picture of ours is."""
    return url.removesuffix(ENDING) + SMALL + ENDING


def iso(at: Millis) -> str:
    """A moment for machines."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(at: Millis) -> str:
    """A moment for people who want to know exactly."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%d %B %Y, %H:%M UTC")


def ago(at: Millis) -> str:
    """A moment as people say it: "now", "5m", "3h", "2d", then the date."""
    seconds = max(0, (now() - at) // 1000)
    if seconds < MINUTE:
        return "now"
    if seconds < HOUR:
        return f"{seconds // MINUTE}m"
    if seconds < DAY:
        return f"{seconds // HOUR}h"
    if seconds < WEEK:
        return f"{seconds // DAY}d"
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%d %b %Y")


def over(poll: Poll) -> bool:
    """Whether nobody can vote in a poll any more."""
    return poll.is_over(now())


def preview(markup: str) -> str:
    """The first words of a post."""
    text = to_plain_text(markup)
    return text if len(text) <= PREVIEW else text[: PREVIEW - 1].rstrip() + "…"


def tint(name: str) -> int:
    """Which colour the initial of somebody has: the same on every page, and on every server."""
    return zlib.crc32(name.encode()) % TINTS


def audience_words(view: StatusView) -> tuple[str, str]:
    """Who sees a post: the name of its mark, and the words for it."""
    if view.status.scope is Scope.ORG:
        return "org", "Only here: never leaves this server"
    return {
        Reach.PUBLIC: ("public", "Everyone"),
        Reach.UNLISTED: ("unlisted", "Everyone, kept out of public timelines"),
        Reach.FOLLOWERS: ("followers", "Followers"),
        Reach.DIRECT: ("direct", "Only people named"),
    }[view.status.reach]


def permalink(view: StatusView) -> str:
    """The page of a post on this server, be it ours or another's."""
    return f"/@{view.author.acct}/{view.id}"
