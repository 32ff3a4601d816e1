"""This is where the poll of a received Question is read."""

from itertools import islice

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.domain.ids import Millis, now
from fedlearn.domain.polls import Poll, PollOption

FEWEST_OPTIONS = 2
MOST_OPTIONS = 500
LONGEST_TITLE = 500


def read_poll(document: Document) -> Poll | None:
    """The poll in a Question; None for what is none, or offers no choice.

    `closed` may be a time, or true once the poll is over.
    """
    if values.kind(document) != "Question":
        return None
    many = document.get("anyOf")
    listed = islice(values.objects(many or document.get("oneOf")), MOST_OPTIONS)
    options = tuple(_option(one) for one in listed)
    if len(options) < FEWEST_OPTIONS:
        return None
    return Poll(
        options=options,
        is_multiple=bool(many),
        ends_at=values.moment(document.get("endTime")),
        closed_at=_closed_at(document),
        voters=_voters(document, options, is_multiple=bool(many)),
    )


def _option(document: Document) -> PollOption:
    replies = next(values.objects(document.get("replies")), {})
    votes = values.number(replies.get("totalItems")) or 0
    return PollOption(values.text(document.get("name"), LONGEST_TITLE), max(votes, 0))


def _closed_at(document: Document) -> Millis | None:
    closed = document.get("closed")
    return values.moment(closed) or (now() if values.flag(closed) else None)


def _voters(document: Document, options: tuple[PollOption, ...], *, is_multiple: bool) -> int:
    """How many people voted: as told, else as many as chose something, where each chose once."""
    told = values.number(document.get("votersCount"))
    if told is not None:
        return max(told, 0)
    return 0 if is_multiple else sum(option.votes for option in options)
