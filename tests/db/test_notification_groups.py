"""How notifications are gathered into groups."""

from fedlearn.db.database import Connection
from fedlearn.db.notification_groups import (
    Asked,
    count_unread_groups,
    group_with,
    groups_page,
    members_of_group,
)
from fedlearn.db.notifications import EVERY_KIND, notifications_page
from fedlearn.domain.notifications import NotificationKind
from tests.builders import local, says
from tests.db.test_notifications import tell


async def test_groups_are_those_that_the_keys_say(connection: Connection) -> None:
    """Each notification says the key of the group in which the database puts it."""
    alice, bob, dora = [await local(connection, name) for name in ("alice", "bob", "dora")]
    post, other = await says(connection, alice), await says(connection, alice)
    for sender in (bob, dora):
        await tell(connection, alice, sender)
        await tell(connection, alice, sender, NotificationKind.FAVOURITE, post)
        await tell(
            connection, alice, sender, NotificationKind.MENTION, await says(connection, sender)
        )
    await tell(connection, alice, bob, NotificationKind.BOOST, other, is_filtered=True)
    await tell(connection, bob, dora, NotificationKind.FAVOURITE, other)
    asked, of_bob = Asked(alice.viewer, EVERY_KIND), Asked(bob.viewer, EVERY_KIND)
    page = await groups_page(connection, asked, before=None, after=None, is_upward=False, limit=9)
    told = await notifications_page(connection, alice.viewer, before=None, limit=9)
    assert {one.key for one in page} == {one.group_key for one in told}
    assert sum(one.count for one in page) == len(told) == 6
    assert [one.latest_id for one in page] == sorted((one.latest_id for one in page), reverse=True)
    for group in page:
        assert await group_with(connection, asked, group.key) == group
        assert await group_with(connection, of_bob, group.key) is None
        members = await members_of_group(connection, asked, group.key)
        assert [one.group_key for one in told if one.id in dict(members)] == [
            group.key
        ] * group.count
        assert [sender for _, sender in members] == [one.id for one in group.senders]
    assert await count_unread_groups(connection, asked) == 4
    by_bob = Asked(alice.viewer, [NotificationKind.FOLLOW], sender_id=bob.id)
    [follows] = await groups_page(
        connection, by_bob, before=None, after=None, is_upward=False, limit=9
    )
    assert (follows.count, [one.id for one in follows.senders]) == (1, [bob.id])
