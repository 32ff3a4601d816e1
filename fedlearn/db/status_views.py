"""This is where statuses are gathered for a reader, with all that belongs to them.

A page of statuses costs a fixed number of queries, however long it is. Every one that can tell
something of a status has the visibility predicate in it, counts too.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from fedlearn.db.actors import actors_by_id
from fedlearn.db.bookmarks import bookmarked_among
from fedlearn.db.database import Connection
from fedlearn.db.pins import pinned_among
from fedlearn.db.polls import polls_of
from fedlearn.db.quotes import quotes_of
from fedlearn.db.reactions import reactions_to
from fedlearn.db.statuses import status_of
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, StatusId, Uri
from fedlearn.domain.polls import Poll
from fedlearn.domain.quotes import Quote, QuoteState
from fedlearn.domain.statuses import (
    Attachment,
    Mention,
    Preview,
    QuoteView,
    ReactionView,
    Status,
    StatusView,
)


async def status_view(
    connection: Connection, viewer: Viewer, status_id: StatusId
) -> StatusView | None:
    """One status as this viewer sees it, or None."""
    views = await status_views(connection, viewer, [status_id])
    return views[0] if views else None


async def status_view_by_uri(connection: Connection, viewer: Viewer, uri: str) -> StatusView | None:
    """One status by its identity, as this viewer sees it, or None."""
    row = await connection.fetch_one("SELECT id FROM status WHERE uri = :uri", uri=uri)
    return await status_view(connection, viewer, StatusId(row["id"])) if row else None


async def status_views(
    connection: Connection, viewer: Viewer, ids: Sequence[StatusId]
) -> list[StatusView]:
    """These statuses in this order, without those that the viewer may not see.

    A boost is left out with what it boosts. A quote shows what it quotes, but not what that quotes.
    """
    shown = await _visible(connection, viewer, ids)
    boosted = [status.boost_of_id for status in shown.values() if status.boost_of_id is not None]
    statuses = shown | (await _visible(connection, viewer, boosted) if boosted else {})
    quotes = await quotes_of(connection, list(statuses))
    agreed = [one.quoted_id for one in quotes.values() if one.quoted_id and _is_agreed(one)]
    quoted = await _visible(connection, viewer, agreed) if agreed else {}
    details = await _gather(connection, viewer, statuses | quoted)
    details.quotes, details.quoted = quotes, set(quoted)
    return [
        details.view(shown[status_id])
        for status_id in ids
        if status_id in shown and shown[status_id].boost_of_id in {None, *statuses}
    ]


def _is_agreed(quote: Quote) -> bool:
    return quote.state is QuoteState.ACCEPTED


@dataclass
class _Details:
    """All that belongs to a handful of statuses, by the id of the status."""

    statuses: dict[StatusId, Status]
    authors: dict[ActorId, Actor] = field(default_factory=dict)
    parents: dict[StatusId, ActorId] = field(default_factory=dict)
    mentions: dict[int, list[Mention]] = field(default_factory=lambda: defaultdict(list))
    hashtags: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    attachments: dict[int, list[Attachment]] = field(default_factory=lambda: defaultdict(list))
    previews: dict[int, Preview] = field(default_factory=dict)
    polls: dict[StatusId, Poll] = field(default_factory=dict)
    reactions: dict[StatusId, list[ReactionView]] = field(default_factory=dict)
    quotes: dict[StatusId, Quote] = field(default_factory=dict)
    quoted: set[StatusId] = field(default_factory=set)
    replies: dict[int, int] = field(default_factory=dict)
    boosts: dict[int, int] = field(default_factory=dict)
    favourites: dict[int, int] = field(default_factory=dict)
    favourited: set[int] = field(default_factory=set)
    boosted: set[int] = field(default_factory=set)
    pinned: set[int] = field(default_factory=set)
    bookmarked: set[int] = field(default_factory=set)

    def view(self, status: Status) -> StatusView:
        """One of the statuses with what belongs to it."""
        parent = self.parents.get(status.in_reply_to_id) if status.in_reply_to_id else None
        boost_of = self.statuses[status.boost_of_id] if status.boost_of_id else None
        return StatusView(
            status=status,
            author=self.authors[status.actor_id],
            mentions=tuple(self.mentions[status.id]),
            hashtags=tuple(self.hashtags[status.id]),
            attachments=tuple(self.attachments[status.id]),
            preview=self.previews.get(status.id),
            poll=self.polls.get(status.id),
            quote=self._quote(self.quotes.get(status.id)),
            reactions=tuple(self.reactions.get(status.id, ())),
            in_reply_to_author=self.authors.get(parent) if parent else None,
            boost_of=self.view(boost_of) if boost_of else None,
            replies=self.replies.get(status.id, 0),
            boosts=max(self.boosts.get(status.id, 0), status.told_boosts or 0),
            favourites=max(self.favourites.get(status.id, 0), status.told_favourites or 0),
            favourited=status.id in self.favourited,
            boosted=status.id in self.boosted,
            pinned=status.id in self.pinned,
            bookmarked=status.id in self.bookmarked,
        )

    def _quote(self, quote: Quote | None) -> QuoteView | None:
        if quote is None:
            return None
        shown = _is_agreed(quote) and quote.quoted_id in self.quoted
        view = self.view(self.statuses[quote.quoted_id]) if shown and quote.quoted_id else None
        return QuoteView(quote.state, quote.quoted_uri, quote.authorization_uri, view)


async def _visible(
    connection: Connection, viewer: Viewer, ids: Sequence[StatusId]
) -> dict[StatusId, Status]:
    rows = await connection.fetch_all(
        f"SELECT s.* FROM status s WHERE s.id IN :ids AND {VISIBLE}", ids=ids, **eyes(viewer)
    )
    return {StatusId(row["id"]): status_of(row) for row in rows}


async def _gather(
    connection: Connection, viewer: Viewer, statuses: dict[StatusId, Status]
) -> _Details:
    details = _Details(statuses)
    if not statuses:
        return details
    ids = list(statuses)
    await _read_authors(connection, viewer, details)
    await _read_mentions(connection, ids, details)
    await _read_hashtags(connection, ids, details)
    await _read_attachments(connection, ids, details)
    await _read_previews(connection, ids, details)
    details.polls = await polls_of(connection, ids, viewer.actor_id)
    details.reactions = await reactions_to(connection, ids)
    await _read_counts(connection, viewer, ids, details)
    if viewer.actor_id is not None:
        await _read_own_marks(connection, viewer.actor_id, ids, details)
    return details


async def _read_authors(connection: Connection, viewer: Viewer, details: _Details) -> None:
    """Who wrote these, and who wrote what they answer, where the viewer may see that."""
    parent_ids = {s.in_reply_to_id for s in details.statuses.values() if s.in_reply_to_id}
    parents = await _visible(connection, viewer, list(parent_ids))
    details.parents = {parent.id: parent.actor_id for parent in parents.values()}
    wanted = {s.actor_id for s in details.statuses.values()} | set(details.parents.values())
    details.authors = await actors_by_id(connection, list(wanted))


async def _read_mentions(connection: Connection, ids: list[StatusId], details: _Details) -> None:
    rows = await connection.fetch_all(
        """
        SELECT m.status_id, a.id, a.uri, a.url, a.username, a.domain
        FROM mention m JOIN actor a ON a.id = m.actor_id
        WHERE m.status_id IN :ids AND NOT m.is_silent ORDER BY m.status_id, a.id
        """,
        ids=ids,
    )
    for row in rows:
        domain = f"@{row['domain']}" if row["domain"] else ""
        details.mentions[row["status_id"]].append(
            Mention(ActorId(row["id"]), Uri(row["uri"]), row["url"], row["username"] + domain)
        )


async def _read_hashtags(connection: Connection, ids: list[StatusId], details: _Details) -> None:
    rows = await connection.fetch_all(
        "SELECT status_id, name FROM hashtag WHERE status_id IN :ids ORDER BY name", ids=ids
    )
    for row in rows:
        details.hashtags[row["status_id"]].append(row["name"])


async def _read_attachments(connection: Connection, ids: list[StatusId], details: _Details) -> None:
    rows = await connection.fetch_all(
        "SELECT * FROM attachment WHERE status_id IN :ids ORDER BY status_id, position", ids=ids
    )
    for row in rows:
        details.attachments[row["status_id"]].append(
            Attachment(
                media_type=row["media_type"],
                url=row["url"],
                description=row["description"],
                blurhash=row["blurhash"],
                width=row["width"],
                height=row["height"],
            )
        )


async def _read_previews(connection: Connection, ids: list[StatusId], details: _Details) -> None:
    rows = await connection.fetch_all("SELECT * FROM preview WHERE status_id IN :ids", ids=ids)
    for row in rows:
        details.previews[row["status_id"]] = Preview(
            row["url"], row["title"], row["description"], row["image"]
        )


async def _read_counts(
    connection: Connection, viewer: Viewer, ids: list[StatusId], details: _Details
) -> None:
    replies = await connection.fetch_all(
        f"""
        SELECT s.in_reply_to_id AS id, count(*) AS n FROM status s
        WHERE s.in_reply_to_id IN :ids AND {VISIBLE} GROUP BY s.in_reply_to_id
        """,
        ids=ids,
        **eyes(viewer),
    )
    boosts = await connection.fetch_all(
        f"""
        SELECT s.boost_of_id AS id, count(*) AS n FROM status s
        WHERE s.boost_of_id IN :ids AND {VISIBLE} GROUP BY s.boost_of_id
        """,
        ids=ids,
        **eyes(viewer),
    )
    favourites = await connection.fetch_all(
        """
        SELECT status_id AS id, count(*) AS n FROM favourite
        WHERE status_id IN :ids GROUP BY status_id
        """,
        ids=ids,
    )
    details.replies = {row["id"]: row["n"] for row in replies}
    details.boosts = {row["id"]: row["n"] for row in boosts}
    details.favourites = {row["id"]: row["n"] for row in favourites}


async def _read_own_marks(
    connection: Connection, actor_id: ActorId, ids: Sequence[StatusId], details: _Details
) -> None:
    favourited = await connection.fetch_all(
        "SELECT status_id AS id FROM favourite WHERE actor_id = :actor AND status_id IN :ids",
        actor=actor_id,
        ids=ids,
    )
    boosted = await connection.fetch_all(
        "SELECT boost_of_id AS id FROM status WHERE actor_id = :actor AND boost_of_id IN :ids",
        actor=actor_id,
        ids=ids,
    )
    details.favourited = {row["id"] for row in favourited}
    details.boosted = {row["id"] for row in boosted}
    details.pinned = await pinned_among(connection, actor_id, ids)
    details.bookmarked = await bookmarked_among(connection, actor_id, ids)
