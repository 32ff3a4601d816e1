"""Entity of how two people stand to each other: Relationship."""

from fedlearn.domain.follows import FollowState
from fedlearn.domain.relations import Standing
from fedlearn.web.mastodon.entities.describing import Entity, end_of


def relationship_entity(standing: Standing) -> Entity:
    """Relationship."""
    mine, theirs, mute = standing.follow, standing.followed_by, standing.mute
    return {
        "id": str(standing.other_id),
        "following": mine is not None and mine.state is FollowState.ACCEPTED,
        "requested": mine is not None and mine.state is FollowState.PENDING,
        "followed_by": theirs is not None and theirs.state is FollowState.ACCEPTED,
        "requested_by": theirs is not None and theirs.state is FollowState.PENDING,
        "showing_reblogs": mine is not None and not mine.hides_boosts,
        "notifying": mine is not None and mine.notifies,
        "languages": list(mine.languages) if mine else [],
        "blocking": standing.blocks,
        "blocked_by": standing.blocked_by,
        "muting": mute is not None,
        "muting_notifications": mute is not None and mute.hides_notifications,
        "muting_expires_at": end_of(mute.expires_at) if mute else None,
        "domain_blocking": standing.blocks_domain,
        "endorsed": standing.endorses,
        "note": standing.note,
    }
