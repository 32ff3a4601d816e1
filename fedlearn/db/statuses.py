"""This is where statuses are remembered and changed.

What this module answers serves processing only. Whatever is shown to a reader comes from
db/status_views.py, and so passes the visibility predicate.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from fedlearn.db.actors import actor_of, actors_by_id
from fedlearn.db.database import Connection, Row
from fedlearn.db.details import attachments_of
from fedlearn.db.emojis import read_emojis, write_emojis
from fedlearn.db.paging import LAST
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.events import MOST_READERS_NAMED, Deleted, Edited, Posted
from fedlearn.domain.ids import ActorId, Millis, StatusId, Uri
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.domain.statuses import Attachment, Edit, Status
from fedlearn.errors import Unavailable


async def insert_status(connection: Connection, status: Status, *, is_local: bool) -> bool:
    """Keep a new status; False when it, or this actor's boost of the same, is known already.

    Replies that came before it and were waiting for it are joined to it. `Unavailable` when another
    status has its id, which time and chance have made: the next try makes another one.
    """
    inserted = await connection.fetch_one(
        """
        INSERT INTO status (
            id, uri, url, actor_id, is_local, reach, scope, content, source, content_warning,
            is_sensitive, language, in_reply_to_uri, in_reply_to_id, boost_of_id, conversation,
            published, edited_at, quote_policy, emojis, replies, context, told_favourites,
            told_boosts)
        VALUES (
            :id, :uri, :url, :actor_id, :is_local, :reach, :scope, :content, :source,
            :content_warning, :is_sensitive, :language, :in_reply_to_uri, :in_reply_to_id,
            :boost_of_id, :conversation, :published, :edited_at, :quote_policy, :emojis, :replies,
            :context, :told_favourites, :told_boosts)
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        **_columns(status),
        is_local=is_local,
    )
    if inserted is None:
        taken = await connection.fetch_one(
            "SELECT 1 AS one FROM status WHERE id = :id AND uri <> :uri",
            id=status.id,
            uri=status.uri,
        )
        if taken:
            raise Unavailable(f"the id {status.id} belongs to another post")
        return False
    await connection.execute(
        """
        UPDATE status SET in_reply_to_id = :id
        WHERE in_reply_to_uri = :uri AND in_reply_to_id IS NULL
        """,
        id=status.id,
        uri=status.uri,
    )
    is_answer = status.in_reply_to_uri is not None
    connection.announce(Posted(status.id, status.actor_id, status.reach, is_local, is_answer))
    return True


async def add_mentions(
    connection: Connection, status_id: StatusId, actor_ids: Iterable[ActorId], *, is_silent: bool
) -> list[ActorId]:
    """Name actors in a status; which of them were not named before.

    A silent mention lets an addressee read a post that does not name them.
    """
    new: list[ActorId] = []
    for actor_id in actor_ids:
        row = await connection.fetch_one(
            """
            INSERT INTO mention (status_id, actor_id, is_silent)
            VALUES (:status_id, :actor_id, :is_silent) ON CONFLICT DO NOTHING RETURNING actor_id
            """,
            status_id=status_id,
            actor_id=actor_id,
            is_silent=is_silent,
        )
        if row:
            new.append(ActorId(row["actor_id"]))
    return new


async def add_late_mention(connection: Connection, status_id: StatusId, actor_id: ActorId) -> None:
    """Name somebody who was found only after the status was shown."""
    await add_mentions(connection, status_id, [actor_id], is_silent=False)
    connection.announce(Edited(status_id))


async def named_in(connection: Connection, status_id: StatusId) -> list[ActorId]:
    """Who is named in a status."""
    rows = await connection.fetch_all(
        "SELECT actor_id FROM mention WHERE status_id = :id AND NOT is_silent", id=status_id
    )
    return [ActorId(row["actor_id"]) for row in rows]


async def remove_mentions_except(
    connection: Connection, status_id: StatusId, keep: Sequence[ActorId]
) -> None:
    """After an edit: those no longer named lose the mention."""
    await connection.execute(
        "DELETE FROM mention WHERE status_id = :id AND NOT (actor_id IN :keep)",
        id=status_id,
        keep=keep,
    )


async def replace_text(connection: Connection, before: Status, after: Status) -> None:
    """Store an edit, and keep what the status said and showed before."""
    shown = await attachments_of(connection, [before.id])
    await connection.execute(
        """
        INSERT INTO status_edit (
            status_id, content, content_warning, is_sensitive, attachments, created_at)
        VALUES (:id, :content, :content_warning, :is_sensitive, :attachments, :at)
        """,
        id=before.id,
        content=before.content,
        content_warning=before.content_warning,
        is_sensitive=before.is_sensitive,
        attachments=msgspec.json.encode(shown.get(before.id, [])).decode(),
        at=before.edited_at or before.published,
    )
    await connection.execute(
        """
        UPDATE status SET content = :content, source = :source, is_sensitive = :is_sensitive,
            content_warning = :content_warning, language = :language, edited_at = :edited_at,
            emojis = :emojis
        WHERE id = :id
        """,
        id=after.id,
        content=after.content,
        source=after.source,
        is_sensitive=after.is_sensitive,
        content_warning=after.content_warning,
        language=after.language,
        edited_at=after.edited_at,
        emojis=write_emojis(after.emojis),
    )
    connection.announce(Edited(after.id))


async def mark_sensitive(connection: Connection, status_id: StatusId) -> None:
    """Put the pictures of a post behind a warning here, whatever its author's server says."""
    await connection.execute("UPDATE status SET is_sensitive = true WHERE id = :id", id=status_id)
    connection.announce(Edited(status_id))


async def set_quote_policy(
    connection: Connection, status_id: StatusId, policy: QuotePolicy
) -> None:
    """Who may quote a post from now on."""
    await connection.execute(
        "UPDATE status SET quote_policy = :policy WHERE id = :id", id=status_id, policy=policy.value
    )
    connection.announce(Edited(status_id))


async def refresh_told(connection: Connection, told: Status) -> None:
    """What the author's server tells now besides the text: counts, and who may quote."""
    await connection.execute(
        """
        UPDATE status SET quote_policy = :quote_policy,
            told_favourites = coalesce(:favourites, told_favourites),
            told_boosts = coalesce(:boosts, told_boosts)
        WHERE id = :id
        """,
        id=told.id,
        quote_policy=told.quote_policy.value,
        favourites=told.told_favourites,
        boosts=told.told_boosts,
    )


async def edits_of(connection: Connection, status_id: StatusId) -> list[Edit]:
    """What a status said and showed before, oldest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM status_edit WHERE status_id = :id ORDER BY id", id=status_id
    )
    return [_edit_of(row) for row in rows]


async def mark_deleted(connection: Connection, status_id: StatusId, at: Millis) -> None:
    """Hide a status from everybody, until it is deleted or shown again."""
    row = await connection.fetch_one(
        "UPDATE status SET deleted_at = :at WHERE id = :id RETURNING actor_id, reach, scope",
        id=status_id,
        at=at,
    )
    _announce_end(connection, status_id, row, await _named_or_addressed(connection, status_id))


async def show_again(
    connection: Connection, status_id: StatusId, *, hidden_at: Millis | None = None
) -> Status | None:
    """End the hiding of a status; None where it is not hidden, or was so at another time."""
    row = await connection.fetch_one(
        """
        UPDATE status SET deleted_at = NULL
        WHERE id = :id AND deleted_at = coalesce(CAST(:at AS BIGINT), deleted_at) RETURNING *
        """,
        id=status_id,
        at=hidden_at,
    )
    return status_of(row) if row else None


async def is_hidden(connection: Connection, actor_id: ActorId, status_id: StatusId) -> bool:
    """Whether a status of this actor is about to be deleted."""
    row = await connection.fetch_one(
        """
        SELECT 1 AS one FROM status
        WHERE id = :id AND actor_id = :actor AND deleted_at IS NOT NULL
        """,
        id=status_id,
        actor=actor_id,
    )
    return row is not None


async def own_status(
    connection: Connection, actor_id: ActorId, status_id: StatusId
) -> Status | None:
    """A post of this actor that is not a boost, and not about to be deleted."""
    row = await connection.fetch_one(
        """
        SELECT * FROM status WHERE id = :id AND actor_id = :actor
            AND boost_of_id IS NULL AND deleted_at IS NULL
        """,
        id=status_id,
        actor=actor_id,
    )
    return status_of(row) if row else None


async def delete_status(connection: Connection, status_id: StatusId) -> None:
    """Remove a status with its boosts, likes, mentions and notifications."""
    named_ids = await _named_or_addressed(connection, status_id)
    row = await connection.fetch_one(
        "DELETE FROM status WHERE id = :id RETURNING actor_id, reach, scope", id=status_id
    )
    _announce_end(connection, status_id, row, named_ids)


async def _named_or_addressed(connection: Connection, status_id: StatusId) -> tuple[ActorId, ...]:
    rows = await connection.fetch_all(
        "SELECT actor_id FROM mention WHERE status_id = :id ORDER BY actor_id LIMIT :most",
        id=status_id,
        most=MOST_READERS_NAMED,
    )
    return tuple(ActorId(row["actor_id"]) for row in rows)


def _announce_end(
    connection: Connection, status_id: StatusId, row: Row | None, named_ids: tuple[ActorId, ...]
) -> None:
    """Those who may have a post before them learn that it is no more, if there was one."""
    if row is not None:
        author_id, reach, scope = ActorId(row["actor_id"]), Reach(row["reach"]), Scope(row["scope"])
        connection.announce(Deleted(status_id, author_id, reach, scope, named_ids))


async def status_by_uri(connection: Connection, uri: str) -> Status | None:
    """A status by its identity, for processing."""
    row = await connection.fetch_one("SELECT * FROM status WHERE uri = :uri", uri=uri)
    return status_of(row) if row else None


async def status_by_id(connection: Connection, status_id: StatusId) -> Status | None:
    """A status by its id, for processing."""
    row = await connection.fetch_one("SELECT * FROM status WHERE id = :id", id=status_id)
    return status_of(row) if row else None


async def boost_by(connection: Connection, actor_id: ActorId, status_id: StatusId) -> Status | None:
    """An actor's boost of a status."""
    row = await connection.fetch_one(
        "SELECT * FROM status WHERE boost_of_id = :status_id AND actor_id = :actor_id",
        status_id=status_id,
        actor_id=actor_id,
    )
    return status_of(row) if row else None


async def boosts_among(
    connection: Connection, actor_id: ActorId, ids: Sequence[StatusId]
) -> set[StatusId]:
    """Which of these are boosts by this actor."""
    rows = await connection.fetch_all(
        """
        SELECT id FROM status
        WHERE id IN :ids AND actor_id = :actor_id AND boost_of_id IS NOT NULL
        """,
        ids=ids,
        actor_id=actor_id,
    )
    return {StatusId(row["id"]) for row in rows}


async def local_boosters(connection: Connection, status_id: StatusId) -> list[Actor]:
    """Those people of ours who have boosted a post."""
    rows = await connection.fetch_all(
        """
        SELECT a.* FROM status b JOIN actor a ON a.id = b.actor_id
        WHERE b.boost_of_id = :id AND a.domain IS NULL
        """,
        id=status_id,
    )
    return [actor_of(row) for row in rows]


async def interested_actors(connection: Connection, status_id: StatusId) -> list[Actor]:
    """Who was named in a status, or took it up since: they must hear of its end.

    Those who boosted, liked, answered or quoted it, who voted in it, and whom it quotes.
    """
    rows = await connection.fetch_all(
        """
        SELECT actor_id FROM mention WHERE status_id = :id
        UNION SELECT actor_id FROM favourite WHERE status_id = :id
        UNION SELECT actor_id FROM status WHERE boost_of_id = :id OR in_reply_to_id = :id
        UNION SELECT actor_id FROM poll_vote WHERE status_id = :id
        UNION SELECT s.actor_id FROM quote q JOIN status s ON s.id = q.status_id
            WHERE q.quoted_id = :id
        UNION SELECT s.actor_id FROM quote q JOIN status s ON s.id = q.quoted_id
            WHERE q.status_id = :id
        """,
        id=status_id,
    )
    actors = await actors_by_id(connection, [row["actor_id"] for row in rows])
    return list(actors.values())


def status_of(row: Row) -> Status:
    """A status from a row of its table."""
    return Status(
        id=StatusId(row["id"]),
        uri=Uri(row["uri"]),
        url=row["url"],
        actor_id=ActorId(row["actor_id"]),
        reach=Reach(row["reach"]),
        scope=Scope(row["scope"]),
        content=row["content"],
        source=row["source"],
        content_warning=row["content_warning"],
        is_sensitive=bool(row["is_sensitive"]),
        language=row["language"],
        in_reply_to_uri=row["in_reply_to_uri"],
        in_reply_to_id=row["in_reply_to_id"],
        boost_of_id=row["boost_of_id"],
        conversation=Uri(row["conversation"]),
        published=Millis(row["published"]),
        edited_at=row["edited_at"],
        quote_policy=QuotePolicy(row["quote_policy"]),
        emojis=read_emojis(row["emojis"]),
        replies=row["replies"],
        context=row["context"],
        told_favourites=row["told_favourites"],
        told_boosts=row["told_boosts"],
    )


def _edit_of(row: Row) -> Edit:
    return Edit(
        content=row["content"],
        content_warning=row["content_warning"],
        created_at=Millis(row["created_at"]),
        is_sensitive=bool(row["is_sensitive"]),
        attachments=msgspec.json.decode(row["attachments"], type=tuple[Attachment, ...]),
    )


def _columns(status: Status) -> dict[str, Any]:
    columns = {name: getattr(status, name) for name in Status.__slots__}
    return columns | {"emojis": write_emojis(status.emojis)}


async def any_kept_inside(connection: Connection, ids: Sequence[int]) -> bool:
    """Whether one of these statuses is of scope `org`. Numbers that are too large are no ids."""
    ids = [one for one in ids if one < LAST]
    if not ids:
        return False
    row = await connection.fetch_one(
        "SELECT 1 AS one FROM status WHERE id IN :ids AND scope = 'org' LIMIT 1", ids=ids
    )
    return row is not None
