"""This is where it is said by which words and marks a row is found.

A mark is a word that nobody wrote: who wrote a post, what it encloses, where a person is.
"""

from collections.abc import Iterable
from enum import StrEnum

from fedlearn.domain.ids import ActorId
from fedlearn.domain.words import leads_on, said


class Has(StrEnum):
    """What a post can enclose, as people ask for it."""

    MEDIA = "media"
    POLL = "poll"
    LINK = "link"


OURS = "ours"
DISCOVERABLE = "discoverable"


def author_mark(actor_id: ActorId) -> str:
    """The mark of what an actor wrote."""
    return f"author{actor_id}"


def words_of_status(content: str, content_warning: str, enclosed: Iterable[str]) -> str:
    """What a post says; `enclosed` are descriptions of its media, and the answers of its poll."""
    return said(markup=[content], plain=[content_warning, *enclosed])


def marks_of_status(author: ActorId, content: str, encloses: Iterable[str]) -> str:
    """The marks of a post."""
    has = {*encloses, Has.LINK.value} if leads_on(content) else set(encloses)
    return " ".join([author_mark(author), *sorted(has)])


def words_of_actor(username: str, domain: str | None, name: str, summary: str) -> str:
    """By what somebody is found: the name, the handle, and what they say of themselves."""
    return said(markup=[summary], plain=[name, username, domain or ""])


def marks_of_actor(domain: str | None, *, is_discoverable: bool) -> str:
    """Whether somebody is of ours, or wishes to be found."""
    return " ".join(
        [*([OURS] if domain is None else []), *([DISCOVERABLE] if is_discoverable else [])]
    )
