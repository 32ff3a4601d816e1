"""Posts are deleted as people do it: hidden at once, sent out ten seconds later, undone until then."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from fedlearn.domain.audience import Reach
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import taking_back
from fedlearn.services.drafts import Draft, PollDraft
from fedlearn.services.statuses import post_status
from fedlearn.worker import Worker
from tests.federation.browser import sign_in
from tests.federation.peer import Peer, Person
from tests.federation.scenes import is_read_by, is_stored
from tests.federation.server import Server, make_due, settle
from tests.federation.test_keeping import press
from tests.federation.test_pictures import BEE
from tests.federation.uploads import compose, newest, uploaded_files


async def test_deleting_waits_ten_seconds(alpha: Server, bob: Person, peer: Peer) -> None:
    """Nobody sees the post any more, nothing is sent yet; then the Delete goes out and it is gone."""
    await is_read_by(alpha, "alice", bob)
    view = await alpha.post("alice", "a slip")
    await settle(alpha)
    await taking_back.delete_soon(alpha.instance, view.author, view.id)
    await settle(alpha)
    assert await alpha.home("alice") == []
    assert (await alpha.get(view.status.uri)).status_code == 404
    assert peer.got("Delete") == []
    await make_due(alpha)
    # Another process may take it up: the wish is a row.
    await Worker(alpha.instance).run_until_idle()
    assert [one["object"]["id"] for one in peer.got("Delete")] == [view.status.uri]
    assert not await is_stored(alpha, view.status.uri)
    assert (await alpha.get(view.status.uri)).status_code == 410
    with pytest.raises(NotFound):
        await taking_back.undelete(alpha.instance, view.author, view.id)


async def test_undone_in_time(alpha: Server, bob: Person, peer: Peer) -> None:
    """The post is where it was, nobody elsewhere heard of it, and a later deletion counts anew."""
    await is_read_by(alpha, "alice", bob)
    view = await alpha.post("alice", "no slip")
    await taking_back.delete_soon(alpha.instance, view.author, view.id)
    restored = await taking_back.undelete(alpha.instance, view.author, view.id)
    assert restored == view
    assert await alpha.home("alice") == [view]
    await make_due(alpha)
    await settle(alpha)
    assert peer.got("Delete") == []
    assert await is_stored(alpha, view.status.uri)
    with pytest.raises(NotFound):
        await taking_back.undelete(alpha.instance, view.author, view.id)
    await taking_back.delete_soon(alpha.instance, view.author, view.id)
    await make_due(alpha)
    await settle(alpha)
    assert not await is_stored(alpha, view.status.uri)


async def test_only_ones_own(alpha: Server) -> None:
    """Nobody deletes, restores or writes anew what somebody else has posted, nor a boost."""
    view, carol = await alpha.post("alice", "mine"), await alpha.actor("carol")
    for act in (taking_back.delete_soon, taking_back.undelete, taking_back.redraft):
        with pytest.raises(NotFound):
            await act(alpha.instance, carol, view.id)
    await taking_back.delete_soon(alpha.instance, view.author, view.id)
    with pytest.raises(NotFound):
        await taking_back.undelete(alpha.instance, carol, view.id)
    assert await alpha.seen_by("alice", view.status.uri) is None
    made = await taking_back.undelete(alpha.instance, view.author, view.id)
    redraft_id = await taking_back.redraft(alpha.instance, view.author, made.id)
    with pytest.raises(NotFound):
        await taking_back.post_again(alpha.instance, carol, redraft_id, Draft("stolen"))
    with pytest.raises(NotFound):
        await taking_back.throw_away(alpha.instance, carol, redraft_id)


async def test_redraft_keeps_everything(alpha: Server) -> None:
    """Text, warning, audience, what is answered and quoted, answers and who may quote."""
    parent, quoted = await alpha.post("carol", "a question"), await alpha.post("carol", "a fact")
    draft = Draft(
        "an ansver",
        reach=Reach.UNLISTED,
        content_warning="spelling",
        language="en",
        in_reply_to_id=parent.id,
        quoted_id=quoted.id,
        poll=PollDraft(("yes", "no"), is_multiple=True, minutes=360),
    )
    alice = await alpha.actor("alice")
    view = await post_status(alpha.instance, alice, draft)
    redraft_id = await taking_back.redraft(alpha.instance, alice, view.id)
    async with alpha.instance.db.read() as connection:
        kept = await taking_back.own_redraft(connection, alice, redraft_id)
    assert taking_back.draft_of(kept) == draft
    await make_due(alpha)
    await settle(alpha)
    assert not await is_stored(alpha, view.status.uri)
    posted = await taking_back.post_again(alpha.instance, alice, redraft_id, Draft("an answer"))
    assert posted.status.source == "an answer"
    async with alpha.instance.db.read() as connection:
        with pytest.raises(NotFound):
            await taking_back.own_redraft(connection, alice, redraft_id)


@pytest.mark.parametrize(
    ("text", "adding", "kept"),
    [
        ("for you two", ("carol", "dora"), {"carol", "dora"}),
        ("of @dora, for you", ("carol",), {"carol"}),
        ("@carol @dora look", (), set()),
    ],
)
async def test_redraft_goes_to_the_same_people(
    alpha: Server, text: str, adding: tuple[str, ...], kept: set[str]
) -> None:
    """A direct post that is written anew goes to whom it went to, whether its text names them or not."""
    alice = await alpha.actor("alice")
    for name in ("carol", "dora"):
        await alpha.actor(name)
    draft = Draft(text, reach=Reach.DIRECT, adding=adding)
    view = await post_status(alpha.instance, alice, draft)
    went_to = {one.acct for one in view.mentions}
    redraft_id = await taking_back.redraft(alpha.instance, alice, view.id)
    browser = await sign_in(alpha, "alice")
    page = (await browser.get(f"/redrafts/{redraft_id}")).text
    held = re.search(r'name="adding"[^>]* value="([^"]*)"', page)
    handles = held[1] if held else ""
    assert {one.removeprefix("@") for one in handles.split()} == kept
    fields = {"redraft": str(redraft_id), "audience": "direct", "adding": handles}
    assert (await compose(browser, f"{text}!", **fields)).status_code == 303
    [conversation] = await alpha.conversations("alice")
    assert {one.acct for one in conversation.last.mentions} == went_to
    assert conversation.last.status.source == f"{text}!"


@pytest.mark.parametrize("is_late", [False, True])
async def test_redraft_keeps_pictures(alpha: Server, *, is_late: bool) -> None:
    """They are shown by the new post, be it posted at once or after the old one is gone."""
    browser = await sign_in(alpha, "alice")
    await compose(browser, "loook", BEE, alt=["a bee"])
    before = await newest(alpha, "alice")
    files = uploaded_files(alpha)
    redraft_id = await taking_back.redraft(alpha.instance, before.author, before.id)
    # Its author goes on seeing the picture, and nobody else.
    url = before.attachments[0].url
    assert (await browser.get(url)).status_code == 200
    assert (await alpha.get(url, accept="image/webp")).status_code == 404
    if is_late:
        await make_due(alpha)
        await settle(alpha)
        assert (await browser.get(url)).status_code == 200
    async with alpha.instance.db.read() as connection:
        kept = await taking_back.own_redraft(connection, before.author, redraft_id)
    draft = taking_back.draft_of(kept)
    with pytest.raises(Invalid):
        await taking_back.post_again(alpha.instance, before.author, redraft_id, Draft("  "))
    view = await taking_back.post_again(alpha.instance, before.author, redraft_id, draft)
    assert view.attachments == before.attachments
    assert uploaded_files(alpha) == files
    assert not await is_stored(alpha, before.status.uri)


async def test_undo_ends_the_redraft(alpha: Server) -> None:
    """Who undoes the deletion has the post again, its pictures in it, and nothing to write anew."""
    await compose(await sign_in(alpha, "alice"), "look", BEE)
    view = await newest(alpha, "alice")
    redraft_id = await taking_back.redraft(alpha.instance, view.author, view.id)
    assert await taking_back.undelete(alpha.instance, view.author, view.id) == view
    with pytest.raises(NotFound):
        await taking_back.throw_away(alpha.instance, view.author, redraft_id)
    await make_due(alpha)
    await settle(alpha)
    assert await newest(alpha, "alice") == view


# --- in pages ------------------------------------------------------------------------------------


async def test_page_offers_undo(alpha: Server) -> None:
    """The page after a deletion has a button that brings the post back, as long as it can be."""
    view = await alpha.post("alice", "a slip")
    browser = await sign_in(alpha, "alice")
    answer = await press(browser, f"/statuses/{view.id}/delete", next="/?before=9#x")
    assert answer.headers["location"] == f"/?before=9&deleted={view.id}"
    page = (await browser.get(f"/?deleted={view.id}")).text
    assert f'action="/statuses/{view.id}/undelete"' in page
    assert "a slip" not in page
    assert 'name="next" value="/"' in page
    # An address that somebody else sends round offers nothing.
    carol = await sign_in(alpha, "carol")
    assert "undelete" not in (await carol.get(f"/?deleted={view.id}")).text
    assert (await press(carol, f"/statuses/{view.id}/undelete")).status_code == 404
    answer = await press(browser, f"/statuses/{view.id}/undelete", next="/")
    assert answer.headers["location"] == f"/#s{view.id}"
    assert "a slip" in (await browser.get("/")).text
    assert "undelete" not in (await browser.get(f"/?deleted={view.id}")).text
    for odd in ("x", "9" * 30, "", "-1"):
        assert (await browser.get(f"/?deleted={odd}")).status_code == 200
    own_page = f"/@alice/{view.id}"
    answer = await press(browser, f"/statuses/{view.id}/delete", next=own_page)
    assert answer.headers["location"] == f"/?deleted={view.id}"
    await make_due(alpha)
    await settle(alpha)
    assert "undelete" not in (await browser.get(f"/?deleted={view.id}")).text
    assert (await press(browser, f"/statuses/{view.id}/undelete")).status_code == 404


async def test_composer_of_a_redraft(alpha: Server) -> None:
    """It holds what the post said and showed, waits on a page of its own, and posts it once."""
    browser = await sign_in(alpha, "alice")
    await compose(browser, "loook", BEE, alt=["a bee"], audience="unlisted", content_warning="buzz")
    before = await newest(alpha, "alice")
    answer = await press(browser, f"/statuses/{before.id}/redraft")
    address = answer.headers["location"].partition("?")[0]
    page = (await browser.get(answer.headers["location"])).text
    assert ">loook</textarea>" in page
    assert ">a bee</textarea>" in page
    assert 'value="buzz"' in page
    assert '<option value="unlisted" selected>' in page
    assert f'action="/statuses/{before.id}/undelete"' in page
    assert f'href="{address}"' in (await browser.get("/redrafts")).text
    redraft = address.rpartition("/")[2]
    [media] = re.findall(r'name="media_1" value="(\d+)"', page)
    fields = {"redraft": redraft, "media_1": media, "alt_1": "a bee", "audience": "unlisted"}
    # What cannot be posted comes back, and is not lost.
    answer = await compose(browser, "x" * 600, **fields)
    assert answer.status_code == 422
    assert f'name="redraft" value="{redraft}"' in answer.text
    for _ in range(2):
        # The same form sent twice posts once.
        answer = await compose(browser, "look", key="once", **fields)
        assert answer.status_code == 303
    assert len(await alpha.home("alice")) == 1
    view = await newest(alpha, "alice")
    assert (view.status.source, view.attachments) == ("look", before.attachments)
    assert not await is_stored(alpha, before.status.uri)
    assert (await browser.get(address)).status_code == 404


async def test_written_anew_for_later(alpha: Server) -> None:
    """What is written anew can be scheduled, with its pictures, also before the old one is gone."""
    browser = await sign_in(alpha, "alice")
    await compose(browser, "loook", BEE)
    before = await newest(alpha, "alice")
    answer = await press(browser, f"/statuses/{before.id}/redraft")
    address = answer.headers["location"].partition("?")[0]
    page = (await browser.get(address)).text
    [media] = re.findall(r'name="media_1" value="(\d+)"', page)
    at = datetime.now(UTC) + timedelta(days=2)
    answer = await compose(
        browser,
        "look",
        redraft=address.rpartition("/")[2],
        media_1=media,
        scheduled_at=f"{at:%Y-%m-%dT%H:%M}",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/scheduled")
    assert "look" in (await browser.get("/scheduled")).text
    assert (await browser.get(address)).status_code == 404
    assert not await is_stored(alpha, before.status.uri)
    assert len(uploaded_files(alpha)) == 2


async def test_redrafts_of_others(alpha: Server) -> None:
    """Nobody else opens, posts or throws away what somebody is writing anew."""
    view = await alpha.post("alice", "a secret slip")
    browser, carol = await sign_in(alpha, "alice"), await sign_in(alpha, "carol")
    assert (await press(carol, f"/statuses/{view.id}/redraft")).status_code == 404
    answer = await press(browser, f"/statuses/{view.id}/redraft")
    address = answer.headers["location"].partition("?")[0]
    assert (await carol.get(address)).status_code == 404
    assert "slip" not in (await carol.get("/redrafts")).text
    assert (await press(carol, f"{address}/throw-away")).status_code == 404
    assert (await press(browser, f"{address}/throw-away")).headers["location"] == "/redrafts"
    assert (await browser.get(address)).status_code == 404


async def test_author_is_suspended_meanwhile(alpha: Server, bob: Person, peer: Peer) -> None:
    """The post ends all the same, and nothing is sent of it."""
    await is_read_by(alpha, "alice", bob)
    view = await alpha.post("alice", "a slip")
    await settle(alpha)
    await taking_back.delete_soon(alpha.instance, view.author, view.id)
    async with alpha.instance.db.write() as connection:
        await connection.execute(
            "UPDATE actor SET suspended_at = 1 WHERE id = :id", id=view.author.id
        )
    await make_due(alpha)
    await settle(alpha)
    assert not await is_stored(alpha, view.status.uri)
    assert peer.got("Delete") == []
    async with alpha.instance.db.read() as connection:
        row = await connection.fetch_one("SELECT count(*) AS n FROM job WHERE dead_at IS NOT NULL")
    assert row is not None
    assert row["n"] == 0
