"""What somebody takes along: all that is theirs, and nothing that is another's."""

import csv
import io
import json
from contextlib import aclosing
from typing import Any
from zipfile import ZipFile

import httpx

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.collections import CollectionDraft
from fedlearn.services import boosts, collections, domain_blocks, lists, mutes
from fedlearn.services.archive import archive_of
from tests.clock import HOUR, Clock
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import field_of, send
from tests.federation.peer import Person
from tests.federation.scenes import reads
from tests.federation.server import PASSWORD, Server
from tests.federation.uploads import compose, newest
from tests.pictures import photograph

PAGE, ACTION = "/settings/leave", "/settings/archive"


def opened(answer: httpx.Response) -> ZipFile:
    """The file that was sent."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "private, no-store"
    archive = ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def rows(archive: ZipFile, name: str) -> list[list[str]]:
    """A table in it."""
    return list(csv.reader(io.StringIO(archive.read(name).decode())))


async def test_all_that_is_hers(alpha: Server, bob: Person) -> None:
    """Every post whoever may see it, boosts, pictures, the profile, and tables that others read."""
    await reads(alpha, "alice", bob)
    me, carol = await alpha.actor("alice"), await alpha.actor("carol")
    for reach in Reach:
        for scope in Scope:
            await alpha.post("alice", f"{reach} {scope}", reach=reach, scope=scope)
    others = await alpha.post("carol", "by carol")
    await alpha.post("carol", "@alice a secret of carol", reach=Reach.DIRECT)
    await boosts.boost(alpha.instance, me, others.id)
    made = await lists.create_list(alpha.instance, me, "Birds, and more")
    await lists.add_member(alpha.instance, me, made.id, carol)
    recommended = CollectionDraft("Beekeepers")
    await collections.create_collection(alpha.instance, me, recommended, [me])
    await mutes.mute(alpha.instance, me, carol)
    await domain_blocks.block_domain(alpha.instance, me, "spam.example")
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        await compose(browser, "look", ("bee.jpg", photograph(), "image/jpeg"))
        picture = (await newest(alpha, "alice")).attachments[0].url
        answer = await send(browser, PAGE, ACTION)
        disposition = answer.headers["content-disposition"]
        assert disposition == 'attachment; filename="alice-alpha.test.zip"'
        archive = opened(answer)
    assert archive.read(f"media/{picture.rpartition('/')[2]}").startswith(b"RIFF")
    outbox: dict[str, Any] = json.loads(archive.read("outbox.json"))
    assert outbox["type"] == "OrderedCollection"
    kinds = [one["type"] for one in outbox["orderedItems"]]
    assert (kinds.count("Create"), kinds.count("Announce")) == (9, 1)
    said = json.dumps(outbox)
    for reach in Reach:
        for scope in Scope:
            assert f"{reach} {scope}" in said
    assert "secret of carol" not in said
    assert json.loads(archive.read("actor.json"))["id"] == me.uri
    assert rows(archive, "following_accounts.csv") == [["Account address"], [bob.handle[1:]]]
    assert rows(archive, "lists.csv") == [["Birds, and more", "carol@alpha.test"]]
    assert rows(archive, "collections.csv") == [["Beekeepers", "alice@alpha.test"]]
    assert rows(archive, "muted_accounts.csv") == [["Account address"], ["carol@alpha.test"]]
    assert rows(archive, "blocked_domains.csv") == [["#domain"], ["spam.example"]]


async def test_nobody_else_gets_it(alpha: Server, clock: Clock) -> None:
    """It takes the session, the token of its forms, and a proof that is not old."""
    await alpha.post("alice", "mine", reach=Reach.DIRECT)
    async with open_browser(alpha) as stranger:
        assert (await stranger.post(ACTION)).status_code == 401
        assert (await stranger.get(ACTION)).status_code in {404, 405}
    async with aclosing(await sign_in(alpha, "carol")) as other:
        archive = opened(await send(other, PAGE, ACTION))
        assert b"mine" not in archive.read("outbox.json")
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        assert (await browser.post(ACTION, data={"csrf": "x"})).status_code == 403
        clock.forward(HOUR)
        question = await send(browser, PAGE, ACTION)
        assert "<h1>Is it you?</h1>" in question.text
        form = {"csrf": field_of(question.text, "csrf"), "proof": PASSWORD}
        form |= {"proof_page": field_of(question.text, "proof_page"), "proof_action": ""}
        # A download leaves the page as it is, so the way back is to where its button stands.
        assert (await browser.post("/prove", data=form)).headers["location"] == PAGE
        opened(await send(browser, PAGE, ACTION))


async def test_more_than_a_page(alpha: Server) -> None:
    """Many posts come in pieces, and are whole all the same; whoever goes away early breaks nothing."""
    for number in range(205):
        await alpha.post("alice", f"post {number}")
    actor = await alpha.actor("alice")
    pieces = [piece async for piece in archive_of(alpha.instance, actor)]
    assert len(pieces) > 3
    archive = ZipFile(io.BytesIO(b"".join(pieces)))
    items = json.loads(archive.read("outbox.json"))["orderedItems"]
    assert len({one["id"] for one in items}) == 205
    begun = archive_of(alpha.instance, actor)
    await anext(begun)
    await begun.aclose()
