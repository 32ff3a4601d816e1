"""This is where it is said what a redraft is: a post taken back by its author to write it anew."""

from dataclasses import dataclass
from typing import NewType

from fedlearn.domain.ids import ActorId, Millis, StatusId

RedraftId = NewType("RedraftId", int)


@dataclass(frozen=True, slots=True)
class Redraft:
    """What a post said and showed, until it is posted again; `draft` is JSON of the services."""

    id: RedraftId
    owner_id: ActorId
    status_id: StatusId
    draft: str
    created_at: Millis
