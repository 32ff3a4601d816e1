"""This is where the poll of one of our statuses is written as part of a Question."""

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.render.documents import timestamp
from fedlearn.domain.polls import Poll, PollOption


def render_poll(poll: Poll) -> Document:
    """What makes a Note a Question: its answers, how often each was chosen, and when it ends."""
    choices = "anyOf" if poll.is_multiple else "oneOf"
    question: Document = {
        "type": "Question",
        choices: [_render_option(option) for option in poll.options],
        "votersCount": poll.voters,
    }
    if poll.ends_at is not None:
        question["endTime"] = timestamp(poll.ends_at)
    if poll.closed_at is not None:
        question["closed"] = timestamp(poll.closed_at)
    return question


def _render_option(option: PollOption) -> Document:
    return {
        "type": "Note",
        "name": option.title,
        "replies": {"type": "Collection", "totalItems": option.votes},
    }
