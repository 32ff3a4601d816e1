"""Entity of polls: Poll."""

from fedlearn.domain.ids import now
from fedlearn.domain.statuses import StatusView
from fedlearn.web.mastodon.entities.describing import Describing, Entity, emoji_entity, moment


def poll_entity(of: Describing, view: StatusView) -> Entity:
    """Poll: the answers of a post. Its author counts as somebody who has voted."""
    poll = view.poll
    if poll is None:
        raise AssertionError("only a post with a poll is asked for it")
    is_author = view.author.id == of.viewer.actor_id
    is_told = poll.tells_totals(now())
    ends_at = poll.closed_at if poll.ends_at is None else poll.ends_at
    return {
        "id": str(view.id),
        "expires_at": moment(ends_at) if ends_at is not None else None,
        "expired": poll.is_over(now()),
        "multiple": poll.is_multiple,
        "votes_count": sum(option.votes for option in poll.options),
        "voters_count": poll.voters,
        "options": [
            {"title": one.title, "votes_count": one.votes if is_told else None}
            for one in poll.options
        ],
        "emojis": [emoji_entity(of, one) for one in view.status.emojis],
        "voted": bool(poll.own_choices) or is_author,
        "own_votes": sorted(poll.own_choices),
    }
