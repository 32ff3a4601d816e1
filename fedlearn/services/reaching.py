"""This is where it is found out whom a post would reach, before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedlearn.db import follows as db_follows
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.instance import Instance
from fedlearn.remote.actors import is_ours, known_by_handle, read_typed

# Whoever has more is told that they are many.
MOST_COUNTED = 500
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many follow somebody, and on how many servers; `is_more` when not all were counted."""

    followers: int
    servers: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody named in a text that is being written. `host` is empty for who is here.

    Nobody is asked elsewhere before the post is sent, so of most nothing but the handle is known.
    """

    handle: str
    host: str
    name: str = ""


async def crowd_of(connection: Connection, author: Actor) -> Crowd:
    """Who would get a post for followers."""
    followers, servers = await db_follows.count_reached(connection, author.id, MOST_COUNTED + 1)
    return Crowd(min(followers, MOST_COUNTED), servers, is_more=followers > MOST_COUNTED)


async def people_named(instance: Instance, handles: Sequence[str]) -> list[NamedPerson]:
    """Those whom these handles, without their first @, may mean."""
    async with instance.db.read() as connection:
        found = [await _named(connection, instance, one) for one in handles[:MOST_NAMED]]
    return list(dict.fromkeys(one for one in found if one is not None))


async def _named(connection: Connection, instance: Instance, typed: str) -> NamedPerson | None:
    handle = read_typed(instance, typed)
    if handle is None:
        return None
    actor = await known_by_handle(instance, connection, handle)
    name = actor.display_name if actor and actor.is_active else ""
    if is_ours(instance, handle):
        return NamedPerson(handle.name, "", name)
    return NamedPerson(f"{handle.name}@{handle.domain}", handle.domain, name)
