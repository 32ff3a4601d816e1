"""This is where designers see each part of the pages in each of its states: /dev/components.

What it shows is made up here, out of plain examples; the parts are those of the product. It is
there only where a setting says so.
"""

import re
from dataclasses import replace
from typing import Any

from markupsafe import Markup
from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.actors import Actor, ActorKind, Profile
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.filters import (
    Filter,
    FilterContext,
    FilterId,
    FilterResult,
    Keyword,
    NewFilter,
)
from fedlearn.domain.habits import Habits
from fedlearn.domain.ids import DAY_MS, HOUR_MS, ActorId, Millis, StatusId, Uri, now
from fedlearn.domain.media import SMALL
from fedlearn.domain.notifications import NotificationKind, NotificationView
from fedlearn.domain.polls import Poll, PollOption
from fedlearn.domain.quotes import QuoteState
from fedlearn.domain.rules import Announcement
from fedlearn.domain.scheduled import ScheduledStatus
from fedlearn.domain.statuses import (
    Attachment,
    Preview,
    QuoteView,
    ReactionView,
    Status,
    StatusView,
)
from fedlearn.errors import NotFound
from fedlearn.services.drafts import Draft
from fedlearn.services.scheduling import ScheduledView
from fedlearn.text.languages import _
from fedlearn.web.context import instance_of
from fedlearn.web.templating import render_page

REFERENCES = re.compile(r'( (?:id|for|aria-describedby|aria-labelledby)=")')
# What a reader of Arabic or Hebrew may see; names and words in Latin letters stand among it.
TEXTS = {
    "ltr": (
        "The reading jumped because my chair touched the bench. Change one thing at a time.",
        "How do you learn a tool that everybody else has used for years?",
    ),
    "rtl": (
        "ماذا تعلمت اليوم؟ غيّرت شيئًا واحدًا في كل مرة (v2.1).",
        "איך לומדים כלי שכולם כבר מכירים? @lab כתבה על זה.",
    ),
}
NAMES = {
    "ltr": ("Electronics lab", "Reading group", "Help desk"),
    "rtl": ("مختبر الإلكترونيات", "קבוצת קריאה", "Help desk"),
}
WITHOUT_VIEW = (QuoteState.PENDING, QuoteState.REVOKED)
SHAPES = {"wide": (1200, 675), "tall": (675, 1200), "square": (900, 900)}


async def components_page(request: Request) -> Response:
    """Each part in each state, light and dark, from left to right or from right to left."""
    _refuse_unless_wished(request)
    direction = "rtl" if request.query_params.get("dir") == "rtl" else "ltr"
    made = Examples(instance_of(request).uris.origin, direction)
    return await render_page(
        request,
        "components.html",
        direction=direction,
        made=made,
        apart=apart,
        my_language="en",
        my_habits=Habits(),
        errors={},
    )


async def example_picture(request: Request) -> Response:
    """A picture to try layouts with, in one of a few shapes."""
    _refuse_unless_wished(request)
    name = request.path_params["name"].partition(".")[0].removesuffix(SMALL)
    if name not in SHAPES:
        raise NotFound
    width, height = SHAPES[name]
    return Response(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}"><rect width="100%" height="100%" fill="#9cc3c3"/>'
        '<circle cx="50%" cy="50%" r="20%" fill="#2f6f70"/></svg>',
        media_type="image/svg+xml",
    )


def apart(part: str, prefix: str) -> Markup:
    """A part whose names clash with none of the same part beside it, and that takes no focus."""
    part = part.replace(" autofocus", "")
    return Markup(REFERENCES.sub(rf"\1{prefix}", part))  # noqa: S704 - made by our templates


def _refuse_unless_wished(request: Request) -> None:
    if not instance_of(request).settings.dev_pages:
        raise NotFound(_("There is no such page."))


class Examples:
    """People and posts that nobody wrote, for a page that shows how such look."""

    def __init__(self, origin: str, direction: str) -> None:
        self._origin = origin
        self._at = now()
        self._texts = TEXTS[direction]
        self._next = 100
        self.lab, self.readers, self.helpdesk = (
            self._actor(number, handle, name)
            for number, (handle, name) in enumerate(
                zip(("lab", "readers", "help.desk@a.example"), NAMES[direction], strict=True), 1
            )
        )

    @property
    def audiences(self) -> list[tuple[str, StatusView]]:
        """A post for each audience."""
        return [
            ("Everyone", self.post()),
            ("Quiet", self.post(reach=Reach.UNLISTED)),
            ("Followers", self.post(reach=Reach.FOLLOWERS)),
            ("Only people named", self.post(reach=Reach.DIRECT)),
            ("Only here", self.post(scope=Scope.ORG)),
        ]

    @property
    def kinds(self) -> list[tuple[str, StatusView]]:
        """Posts of each kind, besides plain ones."""
        plain = self.post()
        return [
            ("Done with: boosted, liked", self.post(boosted=True, favourited=True, replies=12)),
            ("One's own", self.post(author=self.lab, pinned=True, bookmarked=True)),
            ("Boost", structs.replace(self.post(author=self.helpdesk), boost_of=plain)),
            (
                "Reply",
                self.post(in_reply_to_author=self.lab, in_reply_to=self.post(author=self.lab)),
            ),
            ("Edited, of another server", self.post(author=self.helpdesk, edited_at=self._at)),
            ("Warning", self.post(content_warning=self._texts[1])),
            ("Long, folded", self.post(text=" ".join(self._texts * 18))),
            ("Filtered", self.post(filtered=(self._filtered(),))),
            ("Reactions", self.post(reactions=(ReactionView("🐝", None, 3),))),
        ]

    @property
    def enclosing(self) -> list[tuple[str, StatusView]]:
        """Posts with something in them."""
        shown = self.post(author=self.lab)
        uri = shown.status.uri
        card = Preview("https://example.org/bees", self._texts[1], self._texts[0])
        accepted = QuoteView(QuoteState.ACCEPTED, uri, None, shown)
        pending, ended = (replace(accepted, state=state, view=None) for state in WITHOUT_VIEW)
        author = replace(
            self.lab, profile=replace(self.lab.profile, attribution_domains=("example.org",))
        )
        written = replace(card, creator_id=author.id)
        pictured = replace(card, image=self._picture("wide").url)
        return [
            ("Poll, to be voted on", self.post(poll=self._poll())),
            ("Poll, several answers", self.post(poll=self._poll(is_multiple=True))),
            ("Poll, voted", self.post(poll=self._poll(own_choices=frozenset({1})))),
            ("Poll, over", self.post(poll=self._poll(closed_at=self._at))),
            ("Quote", self.post(quote=accepted)),
            (
                "Quote, not agreed yet",
                self.post(quote=pending),
            ),
            ("Quote, gone", self.post(quote=ended)),
            ("Link", self.post(preview=card)),
            ("Link to a page of somebody", self.post(preview=written, creator=author)),
            (
                "Link with a picture",
                self.post(preview=pictured),
            ),
            *((f"Pictures: {many}", self._with_pictures(many)) for many in range(1, 5)),
            ("Sensitive picture", self._with_pictures(1, is_sensitive=True)),
        ]

    @property
    def picture_url(self) -> str:
        """Where an uploaded picture is."""
        return self._picture("wide").url

    @property
    def planned(self) -> list[tuple[str, ScheduledView]]:
        """What is to be posted later."""
        later = Millis(self._at + DAY_MS)
        waiting = ScheduledStatus(1, self.lab.id, "", later)
        failed = replace(waiting, id=2, failure="The post that it answers is gone.")
        draft = Draft(self._texts[0])
        return [
            ("To be posted later", ScheduledView(waiting, draft, ())),
            ("Could not be posted", ScheduledView(failed, draft, ())),
        ]

    @property
    def announcement(self) -> Announcement:
        """What is said to everybody."""
        content = f"<p>{self._texts[1]}</p>"
        return Announcement(1, self._texts[1], content, None, None, self._at, self._at)

    @property
    def told(self) -> list[tuple[str, NotificationView]]:
        """A notification of each kind."""
        return [
            (
                kind.value,
                NotificationView(number, kind, self.readers, self.post(), self._at, number > 2),
            )
            for number, kind in enumerate(NotificationKind)
        ]

    def post(self, *, author: Actor | None = None, text: str = "", **facts: Any) -> StatusView:
        """A post with these facts, of the status or of how it is seen."""
        self._next += 1
        status_id = StatusId(self._next)
        of_status = {name: facts.pop(name) for name in list(facts) if name in Status.__slots__}
        writer = author or self.readers
        status = Status(
            id=status_id,
            uri=Uri(f"{self._origin}/dev/components#{status_id}"),
            url=f"{self._origin}/dev/components",
            actor_id=writer.id,
            reach=Reach.PUBLIC,
            scope=Scope.FED,
            content=f"<p>{text or self._texts[status_id % 2]}</p>",
            source=None,
            content_warning="",
            is_sensitive=False,
            language=None,
            in_reply_to_uri=None,
            in_reply_to_id=None,
            boost_of_id=None,
            conversation=Uri(f"{self._origin}/contexts/{status_id}"),
            published=Millis(self._at - 3 * HOUR_MS),
            edited_at=None,
        )
        counts = {"replies": 2, "boosts": 1, "favourites": 14} if status_id % 2 else {}
        return StatusView(
            replace(status, **of_status),
            writer,
            **{**counts, **facts},
        )

    def _actor(self, number: int, handle: str, name: str) -> Actor:
        username, _at, domain = handle.partition("@")
        uri = Uri(f"{self._origin}/users/{username}")
        profile = Profile(
            kind=ActorKind.PERSON,
            username=username,
            domain=domain or None,
            uri=uri,
            url=f"{self._origin}/@{username}",
            name=name,
            summary="",
            inbox=uri,
            shared_inbox=None,
            outbox=None,
            followers=None,
            following=None,
            featured=None,
            avatar=None,
            header=None,
            fields=(),
            also_known_as=(),
            moved_to=None,
            is_locked=False,
            is_discoverable=True,
            is_indexable=True,
            published=self._at,
        )
        return Actor(ActorId(number), profile, self._at, None, None)

    def _filtered(self) -> FilterResult:
        wanted = NewFilter("Chairs", frozenset(FilterContext), (Keyword("chair"),))
        return FilterResult(Filter(FilterId(1), self.lab.id, wanted), ("chair",))

    def _poll(self, **facts: Any) -> Poll:
        options = (
            PollOption(self._texts[1], 8),
            PollOption(self._texts[0][:24], 3),
            PollOption("2", 0),
        )
        held = Poll(options, is_multiple=False, ends_at=Millis(self._at + DAY_MS), voters=11)
        return replace(held, **facts)

    def _picture(self, name: str) -> Attachment:
        width, height = SHAPES[name]
        url = f"{self._origin}/dev/pictures/{name}.webp"
        return Attachment("image/webp", url, "A circle on a plain ground", None, width, height)

    def _with_pictures(self, many: int, **facts: Any) -> StatusView:
        names = ("wide", "square", "tall", "square")[:many]
        return self.post(attachments=tuple(map(self._picture, names)), **facts)
