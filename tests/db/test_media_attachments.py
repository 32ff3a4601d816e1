"""How it is remembered which pictures people have uploaded, and who may have them."""

from dataclasses import replace

import pytest

from fedlearn.db import media_attachments as db_media_attachments
from fedlearn.db import statuses as db_statuses
from fedlearn.db.database import Connection
from fedlearn.db.details import add_attachments, attachments_of
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import STRANGER, Reach, Scope, Viewer
from fedlearn.domain.ids import Millis, snowflake
from fedlearn.domain.media import MediaAttachment, MediaState, Picture, Run
from fedlearn.domain.statuses import Attachment
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


async def test_uploads_of_ones_own(connection: Connection) -> None:
    """Somebody finds what they have uploaded, in a post or not; nobody else's."""
    alice, carol = await local(connection), await local(connection, "carol")
    media = await uploads(connection, alice)
    find = db_media_attachments.media_of_owner
    assert await find(connection, alice.id, [media.id, 7]) == [media]
    assert await find(connection, carol.id, [media.id]) == []
    status = await says(connection, alice)
    await db_media_attachments.take_media(connection, status.id, [media.id])
    assert await find(connection, alice.id, [media.id]) == [media]
    usable = db_media_attachments.usable_media
    assert await usable(connection, alice.id, status.id, [media.id]) == {media.id: media}
    other = await says(connection, alice)
    assert await usable(connection, alice.id, other.id, [media.id]) == {}


async def test_upload_that_is_taken_back(connection: Connection) -> None:
    """What stands nowhere can be forgotten by its owner, and its room is free; all other stays."""
    alice, carol = await local(connection), await local(connection, "carol")
    size, take_back = db_media_attachments.bytes_of_uploads, db_media_attachments.delete_untaken
    free, shown = [MediaAttachment(snowflake(), token, PICTURE) for token in ("f" * 32, "s" * 32)]
    assert await size(connection, alice.id) == 0
    for media in (free, shown):
        await db_media_attachments.insert_media_attachment(connection, media, alice.id, 1 << 40)
    status = await says(connection, alice)
    await db_media_attachments.take_media(connection, status.id, [shown.id])
    assert await size(connection, alice.id) == 1 << 41
    assert await size(connection, carol.id) == 0
    assert await take_back(connection, carol.id, free.id) == []
    assert await take_back(connection, alice.id, shown.id) == []
    assert await take_back(connection, alice.id, free.id) == [free]
    assert await take_back(connection, alice.id, free.id) == []
    assert await size(connection, alice.id) == 1 << 40


async def test_film_is_ready_or_is_not(connection: Connection) -> None:
    """What waits becomes a film, or fails with a reason, once; what it takes is counted anew."""
    alice = await local(connection)
    waits = MediaAttachment(
        snowflake(), "w", Picture("video/mp4", 0, 0, ""), run=Run(0), state=MediaState.WAITING
    )
    fails = replace(waits, id=snowflake(), token="f")
    for media in (waits, fails):
        await db_media_attachments.insert_media_attachment(connection, media, alice.id, 500)
    assert await db_media_attachments.count_unfinished(connection, alice.id) == 2
    ready = replace(
        waits,
        picture=Picture("video/mp4", 64, 48, "LKO2"),
        run=Run(1.5, 90_000, "30/1", loops=True),
        state=MediaState.READY,
    )
    assert await db_media_attachments.finish_media(connection, ready, 70)
    assert await db_media_attachments.media_by_id(connection, waits.id) == ready
    await db_media_attachments.fail_media(connection, fails.id, "It is broken.")
    failed = replace(fails, state=MediaState.FAILED, failure="It is broken.")
    assert await db_media_attachments.media_by_id(connection, fails.id) == failed
    assert await db_media_attachments.bytes_of_uploads(connection, alice.id) == 70
    assert await db_media_attachments.count_unfinished(connection, alice.id) == 0
    for media in (ready, replace(failed, state=MediaState.READY)):
        assert not await db_media_attachments.finish_media(connection, media, 1)
    await db_media_attachments.fail_media(connection, ready.id, "no")
    assert await db_media_attachments.media_by_id(connection, ready.id) == ready

    status = await says(connection, alice)
    shown = Attachment("video/mp4", "https://a.test/x.mp4", media_id=ready.id)
    await add_attachments(connection, status.id, [shown])
    found = await attachments_of(connection, [status.id])
    assert found[status.id] == [replace(shown, run=ready.run)]


async def test_upload_has_other_files(connection: Connection) -> None:
    """For its owner, as long as it is as it was known and no post has taken it."""
    alice, carol = await local(connection), await local(connection, "carol")
    media = await uploads(connection, alice)
    shown = replace(PICTURE, blurhash="LEHV")
    made = replace(media, token="b" * 32, picture=shown)
    change = db_media_attachments.change_token
    assert not await change(connection, carol.id, media, made, 5)
    assert await change(connection, alice.id, media, made, 5)
    assert not await change(connection, alice.id, media, made, 5)
    assert await db_media_attachments.media_by_id(connection, media.id) == made
    assert await db_media_attachments.bytes_of_uploads(connection, alice.id) == 5
    status = await says(connection, alice)
    await db_media_attachments.take_media(connection, status.id, [media.id])
    assert not await change(connection, alice.id, made, media, 5)
