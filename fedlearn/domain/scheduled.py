"""This is where a post is described that is to be sent later."""

from dataclasses import dataclass

from fedlearn.domain.ids import ActorId, Millis


@dataclass(frozen=True, slots=True)
class ScheduledStatus:
    """What somebody wants to post, and when. `params` is the draft as JSON text.

    `failure` says why it could not be posted when its time had come.
    """

    id: int
    actor_id: ActorId
    params: str
    scheduled_at: Millis
    failure: str | None = None
