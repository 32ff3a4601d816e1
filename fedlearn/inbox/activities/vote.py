"""Votes: somebody on another server chooses answers in a poll.

A vote is a Create of a Note that has a name instead of a content. GoToSocial sends several choices
as a list in one Create.
"""

from collections.abc import Sequence

from fedlearn.activitypub.uris import same_origin
from fedlearn.activitypub.vocabulary.activities import Activity
from fedlearn.activitypub.vocabulary.notes import NoteDocument, read_note
from fedlearn.db import polls as db_polls
from fedlearn.db.status_views import status_view_by_uri
from fedlearn.domain.ids import now
from fedlearn.domain.polls import Poll
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.polls import keep_votes


async def on_vote(
    instance: Instance, activity: Activity, first: NoteDocument, sender: Sender
) -> Outcome:
    """Count what its sender chose in a poll of ours; no post comes of it."""
    notes = [read_note(one, activity) for one in activity.objects] or [first]
    votes = [note for note in notes if _is_vote_of(note, first, sender)]
    async with instance.db.write() as connection:
        view = await status_view_by_uri(connection, sender.actor.viewer, first.in_reply_to or "")
        if view is None or not view.author.is_local or view.author.id == sender.actor.id:
            return Ignored("it votes in nothing of ours in which its sender may vote")
        poll = await db_polls.poll_to_vote_in(connection, view.id, sender.actor.id)
        if poll is None:
            return Ignored("it votes in what is no poll")
        if poll.is_over(now()):
            return Ignored("the poll is over")
        if poll.own_choices and not poll.is_multiple:
            return Ignored("its sender has voted before")
        chosen = _chosen(poll, votes)
        if not chosen:
            return Ignored("it chooses none of the answers")
        await keep_votes(connection, view, sender.actor, chosen)
    return DONE


def _is_vote_of(note: NoteDocument, first: NoteDocument, sender: Sender) -> bool:
    is_own = sender.actor.uri in note.attributed_to and same_origin(note.uri, sender.actor.uri)
    return is_own and note.is_vote and note.in_reply_to == first.in_reply_to


def _chosen(poll: Poll, votes: Sequence[NoteDocument]) -> dict[int, str]:
    """The positions that are chosen, each with the identity of its vote; one, where one counts."""
    positions = {option.title: position for position, option in enumerate(poll.options)}
    chosen = [(positions[one.name], one.uri) for one in votes if one.name in positions]
    return dict(chosen if poll.is_multiple else chosen[:1])
