"""This is where it is said how long, and how far, somebody does not want to hear of another."""

from dataclasses import dataclass

from fedlearn.domain.ids import ActorId, Millis


@dataclass(frozen=True, slots=True)
class Mute:
    """One actor keeps the posts of another off its timelines; for good, if it has no end."""

    target_id: ActorId
    hides_notifications: bool
    expires_at: Millis | None
