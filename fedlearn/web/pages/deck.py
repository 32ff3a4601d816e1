"""This is where people read several timelines side by side, and arrange them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import lists as db_lists
from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection
from fedlearn.db.notifications import notifications_page
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, ListId, StatusId
from fedlearn.domain.lists import PeopleList
from fedlearn.domain.notifications import NotificationView
from fedlearn.domain.statuses import StatusView
from fedlearn.domain.streams import Stream, StreamKind, read_stream
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import deck
from fedlearn.services.lists import keep_mine_fresh, own_list
from fedlearn.services.reading import unfiltered
from fedlearn.services.streams import Asking, prepare, stream_page
from fedlearn.text.languages import N_, _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import cursor_of, text_of
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import answer_with_part, render_page

A_COLUMN = 10
# What each kind is called, with its icon; and where it is read alone.
KINDS = {
    StreamKind.HOME: (N_("Home"), "home", "/"),
    StreamKind.NOTIFICATIONS: (N_("Notifications"), "bell", "/notifications"),
    StreamKind.PUBLIC: (N_("Public here"), "public", "/public"),
    StreamKind.FEDERATED: (N_("Public everywhere"), "public", "/public/all"),
    StreamKind.REMOTE: (N_("Other servers"), "public", "/public/remote"),
    StreamKind.BOOKMARKS: (N_("Bookmarks"), "bookmark", "/bookmarks"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is shown. `older` is the cursor of the next page."""

    stream: Stream
    title: str
    icon: str
    address: str
    views: Sequence[StatusView] = ()
    told: Sequence[NotificationView] = ()
    older: int | None = None

    @property
    def older_address(self) -> str:
        """Where what is older is read without script."""
        joint = "&" if "?" in self.address else "?"
        return f"{self.address}{joint}before={self.older}"

    @property
    def piece_address(self) -> str:
        """Where what is older is fetched from."""
        return "/deck/piece?" + urlencode({"stream": str(self.stream), "before": self.older})


async def deck_page(
    request: Request,
    *,
    status: int = 200,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    """All columns, each with its latest posts, and what else can be one."""
    me = (await require_user(request)).actor
    instance = instance_of(request)
    async with instance.db.read() as connection:
        streams = await deck.deck_of(connection, me)
    await prepare(instance, streams)
    listed = {ListId(one.number) for one in streams if one.kind is StreamKind.LIST}
    await keep_mine_fresh(instance, me, listed)
    async with instance.db.read() as connection:
        columns = [await _column(request, connection, me, stream, None) for stream in streams]
        mine = await db_lists.lists_of(connection, me.id)
    return await render_page(
        request,
        "deck.html",
        status=status,
        columns=[column for column in columns if column is not None],
        choices=_choices(streams, mine),
        typed=typed or {"kind": "", "of": ""},
        errors=errors or {},
    )


async def deck_piece(request: Request) -> Response:
    """What is older in a column, for a page that is open."""
    me = (await require_user(request)).actor
    stream, before = read_stream(request.query_params.get("stream", "")), cursor_of(request)
    if stream is None or stream.kind in deck.NO_COLUMN or before is None:
        raise NotFound(_("There is no such column."))
    await prepare(instance_of(request), [stream])
    async with instance_of(request).db.read() as connection:
        column = await _column(request, connection, me, stream, before)
    if column is None:
        raise NotFound(_("There is no such column."))
    return await answer_with_part(request, "piece.html", column=column, here="/deck")


async def add_column(request: Request) -> Response:
    """A column was chosen, or typed; what will not do comes back with what is wrong beside it."""
    form, me = await read_form(request), (await require_user(request)).actor
    instance, chosen = instance_of(request), text_of(form, "stream")
    kind, of = text_of(form, "kind"), text_of(form, "of")
    try:
        if chosen:
            stream = _named(chosen)
        else:
            stream = await deck.read_column(instance, me, kind, of)
        columns = await deck.add_column(instance, me, stream)
    except Invalid as error:
        typed = {"kind": kind, "of": of}
        return await deck_page(request, status=422, typed=typed, errors=error.fields)
    return _back_to(columns, stream)


async def remove_column(request: Request) -> Response:
    """A column is no longer wanted."""
    form, me = await read_form(request), (await require_user(request)).actor
    await deck.remove_column(instance_of(request), me, _named(text_of(form, "stream")))
    return RedirectResponse("/deck", status_code=303)


async def move_column(request: Request) -> Response:
    """A column goes one place to the left or to the right."""
    form, me = await read_form(request), (await require_user(request)).actor
    by = -1 if "left" in form else 1
    stream = _named(text_of(form, "left") or text_of(form, "right"))
    return _back_to(await deck.move_column(instance_of(request), me, stream, by), stream)


def _named(text: str) -> Stream:
    stream = read_stream(text)
    if stream is None:
        raise NotFound(_("There is no such column."))
    return stream


def _back_to(columns: Sequence[Stream], stream: Stream) -> RedirectResponse:
    place = f"#column-{columns.index(stream) + 1}" if stream in columns else ""
    return RedirectResponse(f"/deck{place}", status_code=303)


def _choices(streams: Sequence[Stream], lists: Sequence[PeopleList]) -> list[tuple[Stream, str]]:
    """What can be added by pressing a button: what needs no words, and is not there yet."""
    fixed = [(Stream(kind), _(title)) for kind, (title, _icon, _address) in KINDS.items()]
    own = [(Stream(StreamKind.LIST, str(one.id)), one.title) for one in lists]
    return [(stream, title) for stream, title in [*fixed, *own] if stream not in streams]


async def _column(
    request: Request, connection: Connection, me: Actor, stream: Stream, before: StatusId | None
) -> Column | None:
    """A column with its posts; None where what it is of is no more."""
    try:
        title, icon, address = await _named_as(connection, me, stream)
    except NotFound:
        return None
    if stream.kind is StreamKind.NOTIFICATIONS:
        told = await notifications_page(connection, me.viewer, before=before, limit=A_COLUMN)
        older = told[-1].id if len(told) == A_COLUMN else None
        told = await unfiltered(connection, me.viewer, told)
        return Column(stream, title, icon, address, told=told, older=older)
    asking = Asking(instance_of(request), connection, me, stream)
    page = await stream_page(asking, before=before, limit=A_COLUMN)
    # Bookmarks are in the order in which they were set; only their own page leafs through them.
    older = None if stream.kind is StreamKind.BOOKMARKS else page.older
    return Column(stream, title, icon, address, views=page.views, older=older)


async def _named_as(connection: Connection, me: Actor, stream: Stream) -> tuple[str, str, str]:
    """What a column is called, its icon, where it is read alone; `NotFound` where it is gone."""
    match stream.kind:
        case StreamKind.LIST:
            listed = await own_list(connection, me, ListId(stream.number))
            return listed.title, "followers", f"/lists/{listed.id}"
        case StreamKind.HASHTAG:
            return f"#{stream.of}", "public", f"/tags/{quote(stream.of, safe='')}"
        case StreamKind.SEARCH:
            return stream.of, "search", "/search?" + urlencode({"q": stream.of})
        case StreamKind.PROFILE:
            actors = await actors_by_id(connection, [ActorId(stream.number)])
            if not actors:
                raise NotFound(_("There is no such column."))
            [actor] = actors.values()
            return actor.display_name, "person", f"/@{actor.acct}"
        case kind:
            title, icon, address = KINDS[kind]
            return _(title), icon, address
