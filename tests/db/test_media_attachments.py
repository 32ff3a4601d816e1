"""How it is remembered which pictures people have uploaded, and who may have them."""

import pytest

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach, Scope, Viewer
from fedlearn.domain.ids import Millis, snowflake
from fedlearn.domain.media import MediaAttachment, Picture
from tests.builders import follows, local, remote, says
from tests.clock import Clock

PICTURE = Picture("image/webp", 600, 300, "LKO2")
TOKEN = "a" * 32


async def uploads(connection: Connection, owner: Actor, token: str = TOKEN) -> MediaAttachment:
    """Somebody uploads a picture."""
    media = MediaAttachment(snowflake(), token, PICTURE)
    await db_media_attachments.insert_media_attachment(connection, media, owner.id)
    return media


async def may_have(connection: Connection, viewer: Viewer) -> bool | None:
    """Whether the picture is for everybody; None for whom it is not there."""
    found = await db_media_attachments.media_attachment_for(connection, viewer, TOKEN)
    return found[1] if found else None


async def test_picture_waits_for_its_owner(connection: Connection) -> None:
    """Until a post takes it, only its owner finds it; afterwards no other post can take it."""
    alice, carol = await local(connection), await local(connection, "carol")
    media = await uploads(connection, alice)
    assert await may_have(connection, alice.viewer) is False
    assert await may_have(connection, carol.viewer) is None
    assert await may_have(connection, STRANGER) is None
    waiting = db_media_attachments.waiting_media
    assert await waiting(connection, alice.id, [media.id, 7]) == {media.id: media}
    assert await waiting(connection, carol.id, [media.id]) == {}
    status = await says(connection, alice)
    await db_media_attachments.take_media(connection, status.id, [media.id])
    assert await waiting(connection, alice.id, [media.id]) == {}
    assert await db_media_attachments.media_of_status(connection, status.id) == [media]


@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("scope", list(Scope))
async def test_who_may_have_a_picture(connection: Connection, reach: Reach, scope: Scope) -> None:
    """One that may leave has only its address to protect it; one that stays, whoever sees the post."""
    alice, carol = await local(connection), await local(connection, "carol")
    dan, bob = await local(connection, "dan"), await remote(connection, "bob@peer.test")
    await follows(connection, carol, alice)
    await follows(connection, bob, alice)
    media = await uploads(connection, alice)
    status = await says(connection, alice, reach=reach, scope=scope)
    await db_media_attachments.take_media(connection, status.id, [media.id])
    readers = (alice, carol, dan, bob)
    found = [await may_have(connection, one) for one in (*(a.viewer for a in readers), STRANGER)]
    if scope is Scope.FED:
        assert found == [reach.is_open] * 5
    else:
        sees = [True, reach is not Reach.DIRECT, reach.is_open, False, False]
        assert found == [False if one else None for one in sees]


async def test_picture_on_a_profile(connection: Connection, clock: Clock) -> None:
    """While its owner's profile names it, it is for everybody and stays; then it is like any other."""
    url = f"https://our.example/media/{TOKEN}.webp"
    alice = await local(connection, avatar=url)
    media = await uploads(connection, alice)
    before = Millis(clock.now + 1)
    assert await may_have(connection, STRANGER) is True
    assert await db_media_attachments.untaken_media(connection, before, 9) == []
    await local(connection, header=url)
    assert await may_have(connection, STRANGER) is True
    await local(connection)
    await local(connection, "carol", avatar=url)  # names what is not hers
    assert await may_have(connection, STRANGER) is None
    assert await db_media_attachments.untaken_media(connection, before, 9) == [media]


async def test_what_belongs_to_no_post(connection: Connection, clock: Clock) -> None:
    """What was uploaded long ago and is shown nowhere, or no more, is found; the rest is not."""
    alice = await local(connection)
    kept, lost, idle = [await uploads(connection, alice, token) for token in ("k", "l", "i")]
    shown, gone = await says(connection, alice), await says(connection, alice)
    await db_media_attachments.take_media(connection, shown.id, [kept.id])
    await db_media_attachments.take_media(connection, gone.id, [lost.id])
    await db_statuses.delete_status(connection, gone.id)
    before = Millis(clock.now + 1)
    assert await db_media_attachments.untaken_media(connection, clock.now, 9) == []
    assert await db_media_attachments.untaken_media(connection, before, 9) == [lost, idle]
    assert await db_media_attachments.untaken_media(connection, before, 1) == [lost]
    assert await db_media_attachments.known_tokens(connection, ["k", "l", "x"]) == {"k", "l"}
    await db_media_attachments.delete_media_attachments(connection, [lost.id])
    assert await db_media_attachments.known_tokens(connection, ["k", "l", "x"]) == {"k"}
