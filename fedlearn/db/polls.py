"""This is where polls, their answers, and who chose which are remembered."""

from collections.abc import Iterable, Sequence

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId, Millis, StatusId, now, snowflake
from fedlearn.domain.polls import Poll, PollOption


async def store_poll(connection: Connection, status_id: StatusId, poll: Poll) -> None:
    """The poll of a status, new or as its author's server tells it now."""
    await connection.execute(
        """
        INSERT INTO poll (status_id, is_multiple, ends_at, closed_at, voters, hides_totals)
        VALUES (:id, :is_multiple, :ends_at, :closed_at, :voters, :hides_totals)
        ON CONFLICT (status_id) DO UPDATE SET is_multiple = excluded.is_multiple,
            ends_at = excluded.ends_at, closed_at = excluded.closed_at, voters = excluded.voters
        """,
        id=status_id,
        is_multiple=poll.is_multiple,
        ends_at=poll.ends_at,
        closed_at=poll.closed_at,
        voters=poll.voters,
        hides_totals=poll.hides_totals,
    )
    await connection.execute_many(
        """
        INSERT INTO poll_option (status_id, position, title, votes)
        VALUES (:id, :position, :title, :votes)
        ON CONFLICT (status_id, position) DO UPDATE SET votes = excluded.votes
        """,
        [
            {"id": status_id, "position": position, "title": option.title, "votes": option.votes}
            for position, option in enumerate(poll.options)
        ],
    )


async def set_hides_totals(
    connection: Connection, status_id: StatusId, *, hides_totals: bool
) -> None:
    """Whether it is told only at the end how often each answer was chosen."""
    await connection.execute(
        "UPDATE poll SET hides_totals = :hides_totals WHERE status_id = :id",
        id=status_id,
        hides_totals=hides_totals,
    )


async def delete_poll(connection: Connection, status_id: StatusId) -> None:
    """An edit has given a status other answers, or none: what was voted is void."""
    await connection.execute("DELETE FROM poll WHERE status_id = :id", id=status_id)


async def poll_of(connection: Connection, status_id: StatusId) -> Poll | None:
    """The poll of a status, as nobody in particular sees it."""
    return (await polls_of(connection, [status_id], None)).get(status_id)


async def poll_to_vote_in(
    connection: Connection, status_id: StatusId, actor_id: ActorId
) -> Poll | None:
    """The poll of a status with what this actor chose; until the end of this nobody else votes."""
    await connection.fetch_one(
        "SELECT status_id FROM poll WHERE status_id = :id FOR UPDATE", id=status_id
    )
    return (await polls_of(connection, [status_id], actor_id)).get(status_id)


async def polls_of(
    connection: Connection, ids: Sequence[StatusId], viewer_id: ActorId | None
) -> dict[StatusId, Poll]:
    """The polls of these statuses, with what the viewer chose."""
    rows = await connection.fetch_all("SELECT * FROM poll WHERE status_id IN :ids", ids=ids)
    if not rows:
        return {}
    with_poll = [StatusId(row["status_id"]) for row in rows]
    options = await _options_of(connection, with_poll)
    chosen = await _choices_of(connection, with_poll, viewer_id) if viewer_id else {}
    return {
        StatusId(row["status_id"]): Poll(
            options=tuple(options.get(row["status_id"], ())),
            is_multiple=bool(row["is_multiple"]),
            ends_at=row["ends_at"],
            closed_at=row["closed_at"],
            voters=int(row["voters"]),
            own_choices=frozenset(chosen.get(row["status_id"], ())),
            hides_totals=bool(row["hides_totals"]),
        )
        for row in rows
    }


async def add_vote(
    connection: Connection, status_id: StatusId, actor_id: ActorId, position: int, uri: str
) -> bool:
    """Somebody chose an answer; False when they had chosen it before."""
    row = await connection.fetch_one(
        """
        INSERT INTO poll_vote (id, status_id, actor_id, position, uri, created_at)
        VALUES (:id, :status_id, :actor_id, :position, :uri, :at)
        ON CONFLICT DO NOTHING RETURNING id
        """,
        id=snowflake(),
        status_id=status_id,
        actor_id=actor_id,
        position=position,
        uri=uri,
        at=now(),
    )
    return row is not None


async def count_votes(connection: Connection, status_id: StatusId) -> None:
    """Tell anew what was voted in a poll of ours, from the votes themselves."""
    await connection.execute(
        """
        UPDATE poll_option SET votes = (
            SELECT count(*) FROM poll_vote v
            WHERE v.status_id = poll_option.status_id AND v.position = poll_option.position)
        WHERE status_id = :id
        """,
        id=status_id,
    )
    await connection.execute(
        """
        UPDATE poll SET voters = (
            SELECT count(DISTINCT v.actor_id) FROM poll_vote v WHERE v.status_id = poll.status_id)
        WHERE status_id = :id
        """,
        id=status_id,
    )


async def close_poll(connection: Connection, status_id: StatusId, at: Millis) -> bool:
    """A poll is over; False when it was already, or is no more."""
    changed = await connection.execute(
        "UPDATE poll SET closed_at = :at WHERE status_id = :id AND closed_at IS NULL",
        id=status_id,
        at=at,
    )
    return changed > 0


async def local_voters(connection: Connection, status_id: StatusId) -> list[ActorId]:
    """Who of ours has voted in a poll."""
    rows = await connection.fetch_all(
        """
        SELECT DISTINCT v.actor_id FROM poll_vote v JOIN actor a ON a.id = v.actor_id
        WHERE v.status_id = :id AND a.domain IS NULL
        """,
        id=status_id,
    )
    return [ActorId(row["actor_id"]) for row in rows]


async def _options_of(
    connection: Connection, ids: Iterable[StatusId]
) -> dict[StatusId, list[PollOption]]:
    rows = await connection.fetch_all(
        "SELECT * FROM poll_option WHERE status_id IN :ids ORDER BY status_id, position",
        ids=list(ids),
    )
    options: dict[StatusId, list[PollOption]] = {}
    for row in rows:
        option = PollOption(row["title"], int(row["votes"]))
        options.setdefault(StatusId(row["status_id"]), []).append(option)
    return options


async def _choices_of(
    connection: Connection, ids: Iterable[StatusId], viewer_id: ActorId
) -> dict[StatusId, list[int]]:
    rows = await connection.fetch_all(
        "SELECT status_id, position FROM poll_vote WHERE actor_id = :actor AND status_id IN :ids",
        actor=viewer_id,
        ids=list(ids),
    )
    chosen: dict[StatusId, list[int]] = {}
    for row in rows:
        chosen.setdefault(StatusId(row["status_id"]), []).append(int(row["position"]))
    return chosen
