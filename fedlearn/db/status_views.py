"""This is where statuses are gathered for a reader, with all that belongs to them.

A page of statuses costs a fixed number of queries, however long it is. Which of them this reader
may see is asked each time. Every query that can tell something of a status has the visibility
predicate in it, counts too; what is the same for all readers is read once that is known.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fedlearn.db.counts import Counts, counts_of
from fedlearn.db.database import Connection
from fedlearn.db.memory import State, WholeStatus
from fedlearn.db.polls import polls_of
from fedlearn.db.quotes import quotes_of
from fedlearn.db.reactions import reactions_to
from fedlearn.db.visibility import VISIBLE, eyes
from fedlearn.db.wanted import WANTED, wishes
from fedlearn.db.whole_statuses import (
    STATE,
    note_seen,
    states_in,
    whole_actors,
    whole_statuses,
)
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.ids import ActorId, StatusId
from fedlearn.domain.polls import Poll
from fedlearn.domain.quotes import Quote, QuoteState
from fedlearn.domain.statuses import Preview, QuoteView, ReactionView, StatusView


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
    seen = await _seen(connection, viewer, ids)
    if not seen:
        return []
    statuses = await whole_statuses(connection, seen)
    quotes = await quotes_of(connection, [one for one in statuses if statuses[one].has_quote])
    agreed = [one.quoted_id for one in quotes.values() if one.quoted_id and _is_agreed(one)]
    quoted = await whole_statuses(connection, await _seen(connection, viewer, agreed))
    details = _Details(statuses | quoted, quotes=quotes, quoted=set(quoted))
    await _gather(connection, viewer, details)
    return [details.view(one) for one in ids if _is_shown(seen, one)]


async def shown_among(
    connection: Connection, viewer: Viewer, ids: Sequence[StatusId]
) -> list[StatusId]:
    """Those of these statuses that this viewer may see, in this order, as `status_views` would."""
    seen = await _seen(connection, viewer, ids)
    return [one for one in ids if _is_shown(seen, one)]


def _is_shown(seen: Mapping[StatusId, State], status_id: StatusId) -> bool:
    """Whether a viewer who may see all of these is shown one: a boost only with what it boosts."""
    state = seen.get(status_id)
    return state is not None and (state.boost_of_id is None or state.boost_of_id in seen)


def _is_agreed(quote: Quote) -> bool:
    return quote.state is QuoteState.ACCEPTED


@dataclass
class _Details:
    """All that belongs to a handful of statuses, by the id of the status."""

    statuses: dict[StatusId, WholeStatus]
    quotes: dict[StatusId, Quote]
    quoted: set[StatusId]
    authors: Mapping[ActorId, Actor] = field(default_factory=dict)
    parents: dict[StatusId, WholeStatus] = field(default_factory=dict)
    wanted: set[StatusId] = field(default_factory=set)
    polls: dict[StatusId, Poll] = field(default_factory=dict)
    reactions: dict[StatusId, list[ReactionView]] = field(default_factory=dict)
    counts: Mapping[StatusId, Counts] = field(default_factory=dict)
    own: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def author_ids(self) -> list[ActorId]:
        """Who wrote these, what they answer, and the pages to which they lead."""
        whole = [*self.statuses.values(), *self.parents.values()]
        named = (one.preview.creator_id for one in whole if one.preview)
        return list({one.status.actor_id for one in whole} | {one for one in named if one})

    def with_poll(self) -> list[StatusId]:
        """Those that are polls, or answer one."""
        return [one for one, whole in (self.statuses | self.parents).items() if whole.has_poll]

    def view(self, status_id: StatusId) -> StatusView:
        """One of the statuses with what belongs to it."""
        whole = self.statuses[status_id]
        status = whole.status
        parent = self.parents.get(status.in_reply_to_id) if status.in_reply_to_id else None
        counts, own = self.counts.get(status_id, {}), self.own.get(status_id, ())
        if not (counts or own or parent or status.boost_of_id or whole.leads_further):
            return self._alone(whole)
        return StatusView(
            status=status,
            author=self.authors[status.actor_id],
            mentions=whole.mentions,
            hashtags=whole.hashtags,
            attachments=whole.attachments,
            preview=whole.preview,
            creator=self._creator(whole.preview),
            poll=self.polls.get(status_id),
            quote=self._quote(self.quotes.get(status_id)),
            reactions=tuple(self.reactions.get(status_id, ())),
            in_reply_to_author=self.authors[parent.status.actor_id] if parent else None,
            in_reply_to=self._answered(parent) if parent else None,
            boost_of=self.view(status.boost_of_id) if status.boost_of_id else None,
            replies=counts.get("replies", 0),
            boosts=max(counts.get("boosts", 0), status.told_boosts or 0),
            favourites=max(counts.get("favourites", 0), status.told_favourites or 0),
            quotes=counts.get("quotes", 0),
            favourited="favourited" in own,
            boosted="boosted" in own,
            pinned="pinned" in own,
            bookmarked="bookmarked" in own,
            muted="muted" in own,
        )

    def _alone(self, whole: WholeStatus) -> StatusView:
        """One to which nothing else belongs, as most are: the same in less time."""
        return StatusView(
            whole.status,
            self.authors[whole.status.actor_id],
            whole.mentions,
            whole.hashtags,
            whole.attachments,
            whole.preview,
            boosts=whole.status.told_boosts or 0,
            favourites=whole.status.told_favourites or 0,
        )

    def _creator(self, preview: Preview | None) -> Actor | None:
        creator_id = preview.creator_id if preview else None
        return self.authors.get(creator_id) if creator_id else None

    def _answered(self, parent: WholeStatus) -> StatusView | None:
        """What is answered, and no further: posts can answer each other in a circle."""
        if parent.status.id not in self.wanted:
            return None
        return StatusView(
            status=parent.status,
            author=self.authors[parent.status.actor_id],
            hashtags=parent.hashtags,
            attachments=parent.attachments,
            poll=self.polls.get(parent.status.id),
        )

    def _quote(self, quote: Quote | None) -> QuoteView | None:
        if quote is None:
            return None
        shown = _is_agreed(quote) and quote.quoted_id in self.quoted
        view = self.view(quote.quoted_id) if shown and quote.quoted_id else None
        return QuoteView(quote.state, quote.quoted_uri, quote.authorization_uri, view)


async def _seen(
    connection: Connection, viewer: Viewer, ids: Sequence[StatusId]
) -> dict[StatusId, State]:
    """Those of these statuses that the viewer may see, and of what they boost, with their state."""
    seen = await _seen_alone(connection, viewer, ids)
    boosted = [state.boost_of_id for state in seen.values() if state.boost_of_id is not None]
    return seen | await _seen_alone(connection, viewer, boosted)


async def _seen_alone(
    connection: Connection, viewer: Viewer, ids: Sequence[StatusId]
) -> dict[StatusId, State]:
    known = connection.memory.seen_by(viewer)
    if unknown := [one for one in ids if one not in known]:
        rows = await connection.fetch_all(
            f"SELECT s.id, {STATE} FROM status s WHERE s.id IN :ids AND {VISIBLE}",
            ids=unknown,
            **eyes(viewer),
        )
        known = known | note_seen(connection, viewer, rows)
    return {one: known[one] for one in ids if one in known}


async def _gather(connection: Connection, viewer: Viewer, details: _Details) -> None:
    ids = list(details.statuses)
    await _read_parents(connection, viewer, details)
    details.authors = await whole_actors(connection, details.author_ids())
    if with_poll := details.with_poll():
        # A filter may speak of what is answered, too.
        details.polls = await polls_of(connection, with_poll, viewer.actor_id)
    details.counts = await counts_of(connection, viewer, ids)
    if with_reaction := [one for one in ids if "reactions" in details.counts.get(one, {})]:
        details.reactions = await reactions_to(connection, with_reaction)
    if viewer.actor_id is not None:
        await _read_own_marks(connection, viewer.actor_id, ids, details)


async def _read_parents(connection: Connection, viewer: Viewer, details: _Details) -> None:
    """What these answer, where the viewer may see that, and whether they want to be shown it."""
    whole = details.statuses.values()
    answered = list({one.status.in_reply_to_id for one in whole if one.status.in_reply_to_id})
    if not answered:
        return
    rows = await connection.fetch_all(
        f"""
        SELECT s.id, {STATE}, {WANTED} AS is_wanted FROM status s
        WHERE s.id IN :ids AND {VISIBLE}
        """,
        ids=answered,
        **wishes(viewer),
    )
    details.parents = await whole_statuses(connection, states_in(rows))
    details.wanted = {StatusId(row["id"]) for row in rows if row["is_wanted"]}


async def _read_own_marks(
    connection: Connection, actor_id: ActorId, ids: Sequence[StatusId], details: _Details
) -> None:
    rows = await connection.fetch_all(
        """
        SELECT 'favourited' AS what, status_id AS id FROM favourite
        WHERE actor_id = :actor AND status_id IN :ids
        UNION ALL
        SELECT 'boosted', boost_of_id FROM status WHERE actor_id = :actor AND boost_of_id IN :ids
        UNION ALL
        SELECT 'pinned', status_id FROM pin WHERE actor_id = :actor AND status_id IN :ids
        UNION ALL
        SELECT 'bookmarked', status_id FROM bookmark WHERE actor_id = :actor AND status_id IN :ids
        UNION ALL
        SELECT 'muted', s.id FROM status s JOIN muted_thread t ON t.conversation = s.conversation
        WHERE t.owner_id = :actor AND s.id IN :ids
        """,
        actor=actor_id,
        ids=ids,
    )
    for row in rows:
        details.own[row["id"]].add(row["what"])
