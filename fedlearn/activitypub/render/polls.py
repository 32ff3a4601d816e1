"""This is where polls of ours are written as part of a Question, and votes as what they are."""

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.documents import timestamp
from fedlearn.domain.ids import Uri, now
from fedlearn.domain.polls import Poll, PollOption
from fedlearn.domain.statuses import StatusView


def render_poll(poll: Poll) -> Document:
    """What makes a Note a Question: its answers, how often each was chosen, and when it ends."""
    choices, is_told = "anyOf" if poll.is_multiple else "oneOf", poll.tells_totals(now())
    question: Document = {
        "type": "Question",
        choices: [_render_option(option, is_told=is_told) for option in poll.options],
        "votersCount": poll.voters,
    }
    if poll.ends_at is not None:
        question["endTime"] = timestamp(poll.ends_at)
    if poll.closed_at is not None:
        question["closed"] = timestamp(poll.closed_at)
    return question


def render_vote(uri: str, voter: Uri, view: StatusView, title: str) -> Document:
    """The choice of an answer: a Note without content, for nobody but the author of the poll."""
    audience: Document = {"to": [view.author.uri], "cc": []}
    return {
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": voter,
        **audience,
        "object": {
            "id": uri,
            "type": "Note",
            "attributedTo": voter,
            "inReplyTo": view.status.uri,
            "name": title,
            **audience,
        },
    }


def _render_option(option: PollOption, *, is_told: bool) -> Document:
    return {
        "type": "Note",
        "name": option.title,
        "replies": {"type": "Collection", "totalItems": option.votes if is_told else 0},
    }
