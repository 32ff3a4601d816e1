"""This is where a report is described: somebody asks the moderators to look at an account."""

from dataclasses import dataclass

from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import Millis, Uri


@dataclass(frozen=True, slots=True)
class Report:
    """What moderators are asked to look at. The reporter may be the actor of another server."""

    id: int
    reporter: Actor
    target: Actor
    comment: str
    statuses: tuple[Uri, ...]
    is_forwarded: bool
    created_at: Millis
    resolved_at: Millis | None
