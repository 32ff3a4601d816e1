"""Pictures of a post that was sent are changed: others, in another order, cut at another point."""

import pytest

from fedlearn.db import statuses as db_statuses
from fedlearn.domain.media import Focus
from fedlearn.domain.statuses import Edit, StatusView
from fedlearn.errors import Invalid
from fedlearn.services import attachments, statuses
from fedlearn.services.drafts import MediaDraft
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, settle
from tests.federation.uploads import uploaded_files
from tests.pictures import png


async def upload(server: Server, name: str, width: int) -> int:
    """Somebody uploads a picture that is told by its width."""
    media = await attachments.upload(server.instance, await server.actor(name), png(width))
    return media.id


async def edits(server: Server, view: StatusView) -> list[Edit]:
    """What a post was before."""
    async with server.instance.db.read() as connection:
        return await db_statuses.edits_of(connection, view.id)


async def test_peer_is_told_where_a_picture_may_be_cut(alpha: Server, bob: Person) -> None:
    """The point that stays visible goes out as Mastodon has it, and is kept as others send it."""
    await is_read_by(alpha, "alice", bob)
    media = MediaDraft(await upload(alpha, "alice", 40), "A bee", Focus(-0.5, 0.25))
    view = await alpha.post("alice", "look", media=(media,))
    await settle(alpha)
    [sent] = bob.peer.got("Create")[-1]["object"]["attachment"]
    assert sent["focalPoint"] == [-0.5, 0.25]
    assert view.attachments[0].focus == Focus(-0.5, 0.25)


async def test_others_in_another_order(alpha: Server, bob: Person) -> None:
    """An edit adds, removes, reorders and describes; peers get it, and what was before is kept."""
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    one, two, three = [await upload(alpha, "alice", width) for width in (10, 20, 30)]
    first = await alpha.post(
        "alice", "look", media=(MediaDraft(one, "one"), MediaDraft(two, "two"))
    )
    new = (MediaDraft(three, "three", Focus(1, -1)), MediaDraft(one, "one of them"))
    second = await statuses.edit_status(alpha.instance, alice, first.id, "look", "", media=new)
    found = [(one.width, one.description, one.focus) for one in second.attachments]
    assert found == [(30, "three", Focus(1, -1)), (10, "one of them", None)]
    await settle(alpha)
    sent = bob.peer.got("Update")[-1]["object"]["attachment"]
    assert [(one["width"], one["name"]) for one in sent] == [(30, "three"), (10, "one of them")]
    [before] = await edits(alpha, second)
    assert before.attachments == first.attachments
    # What a post showed once can be looked at, and comes back.
    third = await statuses.edit_status(
        alpha.instance, alice, first.id, "look", "", media=(MediaDraft(two),)
    )
    assert [one.width for one in third.attachments] == [20]
    assert [len(one.attachments) for one in await edits(alpha, third)] == [2, 2]
    await statuses.delete_status(alpha.instance, alice, first.id)
    assert uploaded_files(alpha) == []


async def test_edit_that_says_nothing_of_pictures(alpha: Server) -> None:
    """Pictures, language and the mark of what is sensitive stay as they were."""
    alice = await alpha.actor("alice")
    media = (MediaDraft(await upload(alpha, "alice", 10), "A bee", Focus(0, 0)),)
    post = await alpha.post("alice", "one", media=media, language="de", is_sensitive=True)
    edited = await statuses.edit_status(alpha.instance, alice, post.id, "two", "")
    assert edited.attachments == post.attachments
    assert (edited.status.language, edited.status.is_sensitive) == ("de", True)
    changed = await statuses.edit_status(
        alpha.instance, alice, post.id, "two", "", language="en", is_sensitive=False
    )
    assert (changed.status.language, changed.status.is_sensitive) == ("en", False)
    warned = await statuses.edit_status(alpha.instance, alice, post.id, "two", "Bees")
    assert warned.status.is_sensitive
    calm = await statuses.edit_status(alpha.instance, alice, post.id, "two", "")
    assert not calm.status.is_sensitive
    assert [one.is_sensitive for one in await edits(alpha, calm)] == [True, True, False, True]


async def test_pictures_stand_for_themselves(alpha: Server, bob: Person) -> None:
    """A post may have pictures and no text, as long as it has pictures."""
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    media = (MediaDraft(await upload(alpha, "alice", 10), "A bee"),)
    post = await alpha.post("alice", "", media=media)
    assert post.status.content == ""
    await settle(alpha)
    assert bob.peer.got("Create")[-1]["object"]["content"] == ""
    with pytest.raises(Invalid) as refusal:
        await statuses.edit_status(alpha.instance, alice, post.id, " ", "", media=())
    assert refusal.value.fields == {"text": "Write something first."}
    await statuses.edit_status(alpha.instance, alice, post.id, "a bee", "", media=())


async def test_pictures_of_others(alpha: Server) -> None:
    """Nobody puts into their post what somebody else has uploaded, or what another post shows."""
    alice = await alpha.actor("alice")
    carols, taken = await upload(alpha, "carol", 10), await upload(alpha, "alice", 20)
    await alpha.post("alice", "mine", media=(MediaDraft(taken),))
    post = await alpha.post("alice", "look")
    for media_id in (carols, taken, 7):
        with pytest.raises(Invalid) as refusal:
            await statuses.edit_status(
                alpha.instance, alice, post.id, "look", "", media=(MediaDraft(media_id),)
            )
        assert set(refusal.value.fields) == {"pictures"}
    assert await edits(alpha, post) == []


async def test_length_is_counted_as_on_mastodon(alpha: Server) -> None:
    """A long address costs no more than a short one; one character too many is still refused."""
    address = "https://example.org/" + "a" * 600
    await alpha.post("alice", f"{address} {'x' * 476}")
    with pytest.raises(Invalid) as refusal:
        await alpha.post("alice", f"{address} {'x' * 477}")
    assert "1 characters too many" in refusal.value.fields["text"]
