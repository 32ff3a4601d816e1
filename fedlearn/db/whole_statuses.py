"""This is where statuses are read with what belongs to them whoever reads them.

Only those are asked for whose reader may see them: this module does not ask again. What was read
lately comes from memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fedlearn.db.actors import actors_by_id
from fedlearn.db.database import Connection, Row
from fedlearn.db.details import attachments_of, previews_of
from fedlearn.db.memory import State, WholeStatus
from fedlearn.db.statuses import status_of
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, StatusId, Uri
from fedlearn.domain.statuses import Mention, Preview

# The columns of a status `s` that say in which state it is.
STATE = ", ".join(f"s.{column}" for column in State._fields)
WIDTH = 1 + len(State._fields)


def states_in(rows: Iterable[Row]) -> dict[StatusId, State]:
    """In which state statuses are, by their ids, from rows that begin with `s.id` and `STATE`."""
    found = (tuple(row) for row in rows)
    return {StatusId(one[0]): State._make(one[1:WIDTH]) for one in found}


def note_seen(connection: Connection, viewer: Viewer, rows: Iterable[Row]) -> dict[StatusId, State]:
    """Remember to the end of the transaction that this reader may see the statuses of these rows.

    Only for answers of questions that have `VISIBLE` in them, with the eyes of this reader.
    """
    states = states_in(rows)
    connection.memory.keep_seen(viewer, states)
    return states


async def whole_statuses(
    connection: Connection, states: Mapping[StatusId, State]
) -> dict[StatusId, WholeStatus]:
    """These statuses, which are in these states."""
    memory = connection.memory
    known = {one: memory.status(one, state) for one, state in states.items()}
    found = {one: whole for one, whole in known.items() if whole is not None}
    if len(found) < len(states):
        missing = {one: state for one, state in states.items() if one not in found}
        read = await _read(connection, missing)
        memory.keep_statuses(read.values())
        found |= read
    return found


async def whole_actors(connection: Connection, ids: Iterable[ActorId]) -> dict[ActorId, Actor]:
    """These people."""
    memory = connection.memory
    known = {one: memory.actor(one) for one in ids}
    found = {one: actor for one, actor in known.items() if actor is not None}
    if len(found) < len(known):
        read = await actors_by_id(connection, [one for one in known if one not in found])
        memory.keep_actors(read.values())
        found |= read
    return found


async def creators_of(connection: Connection, previews: Sequence[Preview]) -> list[Actor | None]:
    """Whom each of these pages names as its author."""
    named = await whole_actors(connection, {one.creator_id for one in previews if one.creator_id})
    return [named.get(one.creator_id) if one.creator_id else None for one in previews]


async def _read(
    connection: Connection, states: Mapping[StatusId, State]
) -> dict[StatusId, WholeStatus]:
    ids = list(states)
    rows = await connection.fetch_all(
        """
        SELECT s.*,
            EXISTS (SELECT 1 FROM poll p WHERE p.status_id = s.id) AS has_poll,
            EXISTS (SELECT 1 FROM quote q WHERE q.status_id = s.id) AS has_quote
        FROM status s WHERE s.id IN :ids
        """,
        ids=ids,
    )
    mentions = await _mentions_in(connection, ids)
    hashtags = await _hashtags_of(connection, ids)
    attachments = await attachments_of(connection, ids)
    previews = await previews_of(connection, ids)
    return {
        status.id: WholeStatus(
            state=states[status.id],
            status=status,
            mentions=tuple(mentions[status.id]),
            hashtags=tuple(hashtags[status.id]),
            attachments=tuple(attachments.get(status.id, ())),
            preview=previews.get(status.id),
            has_poll=bool(row["has_poll"]),
            has_quote=bool(row["has_quote"]),
        )
        for row in rows
        for status in (status_of(row),)
    }


async def _mentions_in(
    connection: Connection, ids: Sequence[StatusId]
) -> Mapping[StatusId, list[Mention]]:
    rows = await connection.fetch_all(
        """
        SELECT m.status_id, a.id, a.uri, a.url, a.username, a.domain
        FROM mention m JOIN actor a ON a.id = m.actor_id
        WHERE m.status_id IN :ids AND NOT m.is_silent ORDER BY m.status_id, a.id
        """,
        ids=ids,
    )
    found: dict[StatusId, list[Mention]] = defaultdict(list)
    for row in rows:
        domain = f"@{row['domain']}" if row["domain"] else ""
        found[row["status_id"]].append(
            Mention(ActorId(row["id"]), Uri(row["uri"]), row["url"], row["username"] + domain)
        )
    return found


async def _hashtags_of(
    connection: Connection, ids: Sequence[StatusId]
) -> Mapping[StatusId, list[str]]:
    rows = await connection.fetch_all(
        "SELECT status_id, name FROM hashtag WHERE status_id IN :ids ORDER BY name", ids=ids
    )
    found: dict[StatusId, list[str]] = defaultdict(list)
    for row in rows:
        found[row["status_id"]].append(row["name"])
    return found
