"""This is where reach becomes `to` and `cc`, and the other way round."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fedlearn.activitypub.uris import PUBLIC
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import Uri

# Lemmy and others write these too; we send the full IRI only.
SPELLINGS_OF_PUBLIC = frozenset({PUBLIC, "as:Public", "Public"})


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an activity is addressed to on the wire."""

    to: tuple[Uri, ...]
    cc: tuple[Uri, ...]


def addressed(reach: Reach, followers: Uri, named: Iterable[Uri]) -> Audience:
    """The addresses of a post: named people come along whatever its reach."""
    people = tuple(dict.fromkeys(named))
    match reach:
        case Reach.PUBLIC:
            return Audience((PUBLIC,), (followers, *people))
        case Reach.UNLISTED:
            return Audience((followers,), (PUBLIC, *people))
        case Reach.FOLLOWERS:
            return Audience((followers,), people)
        case Reach.DIRECT:
            return Audience(people, ())


def reach_of(to: Sequence[str], cc: Sequence[str], followers: str | None) -> Reach:
    """How far a received post reaches; in doubt, the narrower.

    `followers` is the author's own collection: that of anybody else opens nothing. Some servers put
    the followers in cc only; that is read as a post for followers.
    """
    if SPELLINGS_OF_PUBLIC.intersection(to):
        return Reach.PUBLIC
    if SPELLINGS_OF_PUBLIC.intersection(cc):
        return Reach.UNLISTED
    if followers and followers in {*to, *cc}:
        return Reach.FOLLOWERS
    return Reach.DIRECT
