"""This is where it is said what a conversation is: the direct posts of one thread."""

from dataclasses import dataclass
from typing import NewType

from fedlearn.domain.actors import Actor
from fedlearn.domain.ids import ActorId, StatusId, Uri
from fedlearn.domain.statuses import StatusView

ConversationId = NewType("ConversationId", int)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Direct posts of one thread that somebody may read; `last_status_id` tells its place."""

    id: ConversationId
    owner_id: ActorId
    uri: Uri
    last_status_id: StatusId
    is_unread: bool


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation with the last post of it, and who else is in that."""

    conversation: Conversation
    last: StatusView
    people: tuple[Actor, ...]
