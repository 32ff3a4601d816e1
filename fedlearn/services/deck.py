"""This is where people arrange the timelines that they read side by side."""

from collections.abc import Callable

from fedlearn.db import deck as db_deck
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ListId
from fedlearn.domain.streams import Stream, StreamKind
from fedlearn.errors import FetchError, Invalid, NotFound, RefusedDocument
from fedlearn.instance import Instance
from fedlearn.services.lists import own_list
from fedlearn.services.lookup import look_up
from fedlearn.text.languages import _

MOST_COLUMNS = 12
# What somebody finds who has not chosen yet, or has removed everything.
AT_FIRST = [
    Stream(StreamKind.HOME),
    Stream(StreamKind.NOTIFICATIONS),
    Stream(StreamKind.PUBLIC),
]
# A conversation ends; it is no place to keep an eye on.
NO_COLUMN = frozenset({StreamKind.THREAD, StreamKind.CONVERSATION})


async def deck_of(connection: Connection, owner: Actor) -> list[Stream]:
    """The columns of somebody's deck."""
    return await db_deck.columns_of(connection, owner.id) or list(AT_FIRST)


async def add_column(instance: Instance, owner: Actor, stream: Stream) -> list[Stream]:
    """Another column, at the end, unless it is there; `Invalid`, by field, beyond the limit."""
    if stream.kind in NO_COLUMN:
        raise NotFound(_("There is no such column."))
    async with instance.db.write() as connection:
        if stream.kind is StreamKind.LIST:
            await own_list(connection, owner, ListId(stream.number))
        columns = await deck_of(connection, owner)
        if stream in columns:
            return columns
        if len(columns) >= MOST_COLUMNS:
            message = _("A deck has at most %(num)s columns.", num=MOST_COLUMNS)
            raise Invalid(message, {"of": message})
        columns = [*columns, stream]
        await db_deck.replace_columns(connection, owner.id, columns)
    return columns


async def remove_column(instance: Instance, owner: Actor, stream: Stream) -> None:
    """A column goes. Without any, the deck is as it was at first."""
    await _arrange(instance, owner, lambda columns: [one for one in columns if one != stream])


async def move_column(instance: Instance, owner: Actor, stream: Stream, by: int) -> list[Stream]:
    """A column goes so many places to the right, or to the left."""

    def moved(columns: list[Stream]) -> list[Stream]:
        if stream not in columns:
            return columns
        place = max(0, columns.index(stream) + by)
        others = [one for one in columns if one != stream]
        return [*others[:place], stream, *others[place:]]

    return await _arrange(instance, owner, moved)


async def read_column(instance: Instance, owner: Actor, kind: str, of: str) -> Stream:
    """The column that somebody means by a kind and what they typed; `Invalid`, by field."""
    of = of.strip()
    try:
        found = Stream(StreamKind(kind), of)
    except ValueError:
        raise Invalid(_("Choose what to add."), {"kind": _("Choose what to add.")}) from None
    if not of:
        message = _("Say which.")
        raise Invalid(message, {"of": message})
    if found.kind is StreamKind.HASHTAG:
        return Stream(StreamKind.HASHTAG, of.removeprefix("#").lower())
    if found.kind is StreamKind.PROFILE:
        return Stream(StreamKind.PROFILE, str((await _person(instance, owner, of)).id))
    return found


async def _person(instance: Instance, reader: Actor, handle: str) -> Actor:
    try:
        found = await look_up(instance, reader, handle)
    except (Invalid, NotFound, FetchError, RefusedDocument):
        found = None
    if not isinstance(found, Actor):
        message = _("Nobody was found by this name.")
        raise Invalid(message, {"of": message})
    return found


async def _arrange(
    instance: Instance, owner: Actor, change: Callable[[list[Stream]], list[Stream]]
) -> list[Stream]:
    async with instance.db.write() as connection:
        columns = change(await deck_of(connection, owner))
        await db_deck.replace_columns(connection, owner.id, columns)
    return columns
