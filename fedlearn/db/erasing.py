"""This is where what is left of somebody who is gone is removed."""

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId


async def erase_traces(connection: Connection, actor_id: ActorId) -> None:
    """Remove what a gone actor said and did, whom it followed and blocked, and what was told."""
    for statement in (
        "DELETE FROM status WHERE actor_id = :id",
        "DELETE FROM favourite WHERE actor_id = :id",
        "DELETE FROM bookmark WHERE actor_id = :id",
        "DELETE FROM reaction WHERE actor_id = :id",
        "DELETE FROM poll_vote WHERE actor_id = :id",
        "DELETE FROM quote_authorization WHERE quoting_actor_id = :id",
        "DELETE FROM home_entry WHERE owner_id = :id",
        "DELETE FROM block WHERE actor_id = :id OR target_id = :id",
        "DELETE FROM marker WHERE owner_id = :id",
        "DELETE FROM push_subscription WHERE owner_id = :id",
        "DELETE FROM unwanted_suggestion WHERE owner_id = :id OR target_id = :id",
        "DELETE FROM mute WHERE actor_id = :id OR target_id = :id",
        "DELETE FROM domain_block WHERE actor_id = :id",
        "DELETE FROM filter WHERE owner_id = :id",
        "DELETE FROM redraft WHERE owner_id = :id",
        "DELETE FROM direct_conversation WHERE owner_id = :id",
        "DELETE FROM people_list WHERE owner_id = :id",
        "DELETE FROM people_collection WHERE owner_id = :id",
        "DELETE FROM collection_item WHERE actor_id = :id",
        "DELETE FROM deck_column WHERE owner_id = :id",
        "DELETE FROM followed_hashtag WHERE actor_id = :id",
        "DELETE FROM featured_hashtag WHERE owner_id = :id",
        "DELETE FROM endorsement WHERE owner_id = :id OR target_id = :id",
        "DELETE FROM personal_note WHERE owner_id = :id OR target_id = :id",
        "DELETE FROM muted_thread WHERE owner_id = :id",
        "DELETE FROM list_member WHERE actor_id = :id",
        "DELETE FROM follow WHERE follower_id = :id OR followee_id = :id",
        "DELETE FROM notification WHERE sender_id = :id OR owner_id = :id",
        "DELETE FROM announcement_dismissal WHERE actor_id = :id",
        "DELETE FROM announcement_reaction WHERE actor_id = :id",
        "DELETE FROM invitation WHERE made_by = :id",
        "DELETE FROM notification_policy WHERE actor_id = :id",
        "DELETE FROM notification_permission WHERE sender_id = :id OR owner_id = :id",
    ):
        await connection.sweep(statement, id=actor_id)
