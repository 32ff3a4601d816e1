"""Entity of direct posts of one thread: Conversation."""

from fedlearn.domain.conversations import ConversationView
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.describing import Describing, Entity
from fedlearn.web.mastodon.entities.statuses import status_entity


def conversation_entity(of: Describing, view: ConversationView) -> Entity:
    """Conversation: who is in it besides the reader, or the reader, who is in it alone."""
    people = view.people or (view.last.author,)
    return {
        "id": str(view.conversation.id),
        "unread": view.conversation.is_unread,
        "accounts": [account_entity(of, one) for one in people],
        "last_status": status_entity(of, view.last),
    }
