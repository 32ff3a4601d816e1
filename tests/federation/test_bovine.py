"""Conversations with a live server on bovine-herd, where dave is; alice is at alpha.

Dave's address says nothing of him, all that he shows must be asked for with a signature, his Accept
names a Follow by its id alone, and there is no shared inbox.
"""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from fedlearn.activitypub.fetch import ACCEPT
from fedlearn.domain.audience import Reach
from fedlearn.domain.notifications import NotificationKind
from fedlearn.settings import Settings
from tests.federation.live import Authority, LiveServer, introduce, run_live
from tests.peers.bovine import BovinePeer, run_bovine

HANDLE = "@alice@alpha.test"
ALICE = "https://alpha.test/users/alice"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def herd(authority: Authority) -> AsyncIterator[BovinePeer]:
    """A server on bovine-herd, which remembers all stories."""
    certificate, key = authority.certificate("herd.test")
    async with run_bovine(
        origin_host="herd.test", certificate=certificate, key=key, ca=authority.ca
    ) as peer:
        yield peer


@pytest.fixture
async def alpha(
    authority: Authority, settings_of: Callable[..., Settings], quick_keys: None
) -> AsyncIterator[LiveServer]:
    """A fedlearn server at alpha.test, where alice is."""
    async with run_live(settings_of("alpha.test"), authority) as server:
        await server.user("alice")
        yield server


async def test_conversation(alpha: LiveServer, herd: BovinePeer) -> None:
    """Each follows the other and is accepted, reads what the other posts, and is answered."""
    await introduce(alpha, herd)
    unsigned = await alpha.instance.client.get(herd.actor, accept=ACCEPT, signer=None)
    assert unsigned.status == 401

    await alpha.follow("alice", herd.handle)
    await alpha.until_following("alice", herd.actor)
    followed = await herd.wait_for("Follow", actor=ALICE)
    assert followed["signature"] == "cavage"
    note = await herd.note("Good morning")
    view = await alpha.until_home("alice", note)
    assert view.author.acct == "dave@herd.test"
    assert view.status.reach is Reach.PUBLIC
    assert "Good morning" in view.status.content

    follow = await herd.follow(HANDLE)
    accept = await herd.wait_for("Accept", actor=ALICE)
    assert accept["object"] == follow
    told = await alpha.until_told("alice", NotificationKind.FOLLOW)
    assert told.sender.acct == "dave@herd.test"
    posted = await alpha.post("alice", "Good evening")
    create = await herd.wait_for("Create", actor=ALICE, object=posted.status.uri)
    assert create["content"] == posted.status.content

    answer = await herd.note("Is it?", mention=HANDLE, reply=posted.status.uri)
    mentioned = await alpha.until_told("alice", NotificationKind.MENTION)
    assert mentioned.status is not None
    assert mentioned.status.status.uri == answer
    assert mentioned.status.status.in_reply_to_id == posted.id
    thanks = await alpha.reply("alice", answer, f"{herd.handle} nearly")
    got = await herd.wait_for("Create", actor=ALICE, object=thanks.status.uri)
    assert got["inReplyTo"] == answer

    assert set(alpha.deliveries_from_outside()) == {("cavage", 202)}
    assert await herd.troubles() == []
