"""Reports across servers: what others flag here, and what people here pass on."""

from typing import Any

import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.reports import Report
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import accounts, blocks, reports
from fedlearn.services.accounts import NewAccount
from tests.federation.browser import sign_in
from tests.federation.network import Network
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import reads, takes, told
from tests.federation.server import PASSWORD, Server, settle

ALICE, DORA = "https://alpha.test/users/alice", "https://alpha.test/users/dora"
Reported = dict[str, tuple[str, ...]]


@pytest.fixture
async def morris(alpha: Server) -> str:
    """Somebody who looks after alpha; their name."""
    wanted = NewAccount("morris", "morris@alpha.test", PASSWORD, role=Role.MODERATOR)
    await accounts.create_account(alpha.instance, wanted)
    for name in ("alice", "dora"):
        await alpha.user(name)
    return "morris"


async def all_reports(server: Server) -> list[Report]:
    """What was reported, the oldest first."""
    return list(reversed(await reports.all_reports(server.instance)))


async def reported(server: Server) -> Reported:
    """Who was reported, with which posts."""
    return {one.target.acct: one.statuses for one in await all_reports(server)}


def a_flag(person: Person, about: Any, content: str = "spam", **changes: Any) -> Document:
    """A report by another server."""
    return person.activity("Flag", about, content=content, to=None, cc=None, **changes)


# --- they report us --------------------------------------------------------------------------------


async def test_flag_makes_a_report_for_each_account(
    alpha: Server, bob: Person, morris: str
) -> None:
    """Accounts and posts that are flagged together become one report for each account here.

    Conformance: 173.
    """
    posts = [await alpha.post(name, "hello") for name in ("alice", "dora", "alice")]
    elsewhere = "https://other.test/users/mallory"
    about = [ALICE, elsewhere, *(post.status.uri for post in posts), "https://alpha.test/none"]
    await takes(alpha, bob, a_flag(bob, about, "x" * 6000))
    assert await reported(alpha) == {
        "alice": (posts[0].status.uri, posts[2].status.uri),
        "dora": (posts[1].status.uri,),
    }
    for one in await all_reports(alpha):
        assert one.comment == "x" * 5000
        assert one.reporter.uri == bob.uri
        assert (one.is_forwarded, one.resolved_at) == (False, None)
    assert await told(alpha, morris) == [(NotificationKind.REPORT, "bob@peer.test")]
    assert await told(alpha, "alice") == []


@pytest.mark.parametrize("about", [ALICE, [ALICE], {"id": ALICE, "type": "Person"}, "page"])
async def test_flag_in_many_shapes(alpha: Server, bob: Person, morris: str, about: Any) -> None:
    """One account may be named by its identity, in a list, embedded, or by its page."""
    about = "https://alpha.test/@alice" if about == "page" else about
    await takes(alpha, bob, a_flag(bob, about))
    assert await reported(alpha) == {"alice": ()}


async def test_posts_in_the_words(alpha: Server, bob: Person, morris: str) -> None:
    """Misskey names posts by their addresses in the text; those of ours are found there."""
    first, second = [await alpha.post("alice", "hello") for _ in range(2)]
    words = (
        f"Note: {first.status.uri}\nNote: {second.status.url}\nLocal Note: https://x.test/notes/1"
    )
    await takes(alpha, bob, a_flag(bob, ALICE, words))
    assert await reported(alpha) == {"alice": (first.status.uri, second.status.uri)}
    assert (await all_reports(alpha))[0].comment == words


async def test_flag_counts_once(alpha: Server, bob: Person, morris: str) -> None:
    """The same Flag again makes no second report, even if it is taken for a new one."""
    flag = a_flag(bob, ALICE)
    await takes(alpha, bob, flag)
    async with alpha.instance.db.write() as connection:
        await connection.execute("DELETE FROM received_activity")
    await takes(alpha, bob, flag)
    assert len(await all_reports(alpha)) == 1
    await takes(alpha, bob, a_flag(bob, ALICE))
    assert len(await all_reports(alpha)) == 2
    assert len(await told(alpha, morris)) == 1


async def test_flag_of_nobody_here(alpha: Server, bob: Person, peer: Peer, morris: str) -> None:
    """What names nobody of ours is dropped, and so is what the named actor did not sign."""
    inside = await alpha.post("alice", "inside", scope=Scope.ORG)
    dave = "https://other.test/users/dave"
    nobody: list[Any] = [dave, [], bob.uri, "https://alpha.test/actor", inside.status.uri]
    for about in nobody:
        await takes(alpha, bob, a_flag(bob, about))
    forged = a_flag(peer.person("carol"), ALICE)
    assert (await bob.deliver(alpha, forged)).status_code == 401
    await settle(alpha)
    assert await all_reports(alpha) == []
    assert await told(alpha, morris) == []


# --- we report them --------------------------------------------------------------------------------


async def test_report_is_passed_on(
    alpha: Server, bob: Person, peer: Peer, morris: str, network: Network
) -> None:
    """A report goes to the server of the account in the name of the instance, if that is wished."""
    await reads(alpha, "alice", bob)
    notes = [bob.note() for _ in range(2)]
    for note in notes:
        await takes(alpha, bob, bob.activity("Create", note))
    alice, target = await alpha.actor("alice"), await alpha.find(bob.handle)
    views = [await alpha.seen_by("alice", note["id"]) for note in notes]
    ids = [view.id for view in views if view]
    sent_so_far = len(network.exchanges)
    await reports.report(
        alpha.instance, alice, target, comment="look at this", status_ids=ids, forward=True
    )
    await settle(alpha)
    (flag,) = peer.got("Flag")
    assert flag["actor"] == alpha.instance.actor.uri
    assert flag["object"] == [bob.uri, *(note["id"] for note in notes)]
    assert flag["content"] == "look at this"
    (post,) = [one for one in network.exchanges[sent_so_far:] if one.request.method == "POST"]
    assert post.url == "https://peer.test/inbox"
    assert b"alice" not in post.body
    (kept,) = await all_reports(alpha)
    assert (kept.reporter, kept.target.uri, kept.is_forwarded) == (alice, bob.uri, True)
    assert await told(alpha, morris) == [(NotificationKind.REPORT, "alice")]


async def test_report_stays_here(alpha: Server, bob: Person, peer: Peer, morris: str) -> None:
    """Without the wish nothing is sent, nor about somebody here, whatever is wished."""
    post = await alpha.post("dora", "inside", scope=Scope.ORG)
    alice, dora = await alpha.actor("alice"), await alpha.actor("dora")
    bobs = await alpha.find(bob.handle)
    await reports.report(alpha.instance, alice, bobs, comment="")
    await reports.report(
        alpha.instance, alice, dora, comment=post.status.url, status_ids=[post.id], forward=True
    )
    await settle(alpha)
    assert peer.received == []
    assert await reported(alpha) == {"bob@peer.test": (), "dora": (post.status.uri,)}
    assert not [one for one in await all_reports(alpha) if one.is_forwarded]


async def test_report_takes_nothing_out_that_stays_inside(
    alpha: Server, bob: Person, network: Network, morris: str
) -> None:
    """Words that name a post of the organisation are not passed on; they may be reported here."""
    inside = await alpha.post("alice", "inside", scope=Scope.ORG)
    alice, target = await alpha.actor("alice"), await alpha.find(bob.handle)
    for words in (inside.status.uri, f"see {inside.status.url}."):
        with pytest.raises(Invalid):
            await reports.report(alpha.instance, alice, target, comment=words, forward=True)
    await settle(alpha)
    assert await all_reports(alpha) == []
    assert network.sent("POST", "peer.test") == []
    await reports.report(alpha.instance, alice, target, comment=inside.status.uri)
    await settle(alpha)
    assert len(await all_reports(alpha)) == 1
    assert network.sent("POST", "peer.test") == []


async def test_report_that_cannot_be_made(alpha: Server, bob: Person, morris: str) -> None:
    """Nobody reports themselves, posts of others than the reported, or what they cannot see."""
    alice, dora = await alpha.actor("alice"), await alpha.actor("dora")
    by_alice = await alpha.post("alice", "hello")
    hidden = await alpha.post("dora", "not for alice", reach=Reach.FOLLOWERS)
    for target, status_id, expected in (
        (alice, by_alice.id, Invalid),
        (dora, by_alice.id, Invalid),
        (dora, hidden.id, NotFound),
    ):
        with pytest.raises(expected):
            await reports.report(alpha.instance, alice, target, comment="", status_ids=[status_id])
    with pytest.raises(Invalid):
        await reports.report(alpha.instance, alice, dora, comment="x" * 5001)
    assert await all_reports(alpha) == []


async def test_report_is_resolved_once(alpha: Server, bob: Person, morris: str) -> None:
    """A report that was looked at is marked so, and there is none of another number.

    Who looks after the instance is told even of reports by somebody they have blocked.
    """
    me = await alpha.actor(morris)
    await blocks.block(alpha.instance, me, await alpha.find(bob.handle))
    await takes(alpha, bob, a_flag(bob, ALICE))
    assert await told(alpha, morris) == [(NotificationKind.REPORT, "bob@peer.test")]
    (one,) = await all_reports(alpha)
    await reports.resolve(alpha.instance, one.id, by=TERMINAL)
    assert (await all_reports(alpha))[0].resolved_at is not None
    for number in (one.id, one.id + 1):
        with pytest.raises(NotFound):
            await reports.resolve(alpha.instance, number, by=TERMINAL)


async def test_report_from_server_to_server(alpha: Server, beta: Server, morris: str) -> None:
    """Bob on beta reports a post of alice's, and whoever looks after alpha finds it."""
    await beta.user("bob")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    post = await alpha.post("alice", "hello")
    await settle(alpha, beta)
    view = await beta.seen_by("bob", post.status.uri)
    assert view
    alice = await beta.find("@alice@alpha.test")
    await reports.report(
        beta.instance,
        await beta.actor("bob"),
        alice,
        comment="not nice",
        status_ids=[view.id],
        forward=True,
    )
    await settle(alpha, beta)
    (kept,) = await all_reports(alpha)
    assert (kept.target.acct, kept.statuses) == ("alice", (post.status.uri,))
    assert kept.reporter.uri == beta.instance.actor.uri
    assert kept.comment == "not nice"
    assert (await told(alpha, morris))[0][0] is NotificationKind.REPORT
    page = await (await sign_in(alpha, morris)).get("/notifications")
    assert "reported an account" in page.text
