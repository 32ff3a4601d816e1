"""This is where it is said how two people stand to each other."""

from dataclasses import dataclass

from fedlearn.domain.follows import Follow
from fedlearn.domain.ids import ActorId
from fedlearn.domain.mutes import Mute


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody here stands to somebody else, here or elsewhere."""

    other_id: ActorId
    follow: Follow | None = None
    followed_by: Follow | None = None
    blocks: bool = False
    blocked_by: bool = False
    mute: Mute | None = None
    blocks_domain: bool = False
    endorses: bool = False
    note: str = ""
