"""What people keep away from themselves: who is muted never knows, and a domain can be blocked."""

import pytest

from fedlearn.domain.notifications import NotificationKind
from fedlearn.errors import Invalid
from fedlearn.services import domain_blocks, mutes
from tests.clock import HOUR, Clock
from tests.federation.browser import sign_in
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import count, is_read_by, reads, takes, told
from tests.federation.server import Server, settle
from tests.federation.test_keeping import press


async def named(alpha: Server, person: Person) -> Document:
    """A post that names alice."""
    uri = (await alpha.actor("alice")).uri
    mention = {"type": "Mention", "href": uri, "name": "@alice@alpha.test"}
    return person.activity("Create", person.note("<p>hello</p>", cc=[uri], tag=[mention]))


async def does_all(alpha: Server, person: Person, uri: str) -> None:
    """Somebody likes, boosts and answers a post, and names its author."""
    await takes(alpha, person, person.activity("Like", uri))
    await takes(alpha, person, person.activity("Announce", uri))
    await takes(alpha, person, await named(alpha, person))


async def test_muted_person_notifies_nobody(alpha: Server, bob: Person, peer: Peer) -> None:
    """Likes, boosts and mentions by a muted person are kept but not told; those of others are."""
    carol = peer.person("carol")
    post = await alpha.post("alice", "hello")
    alice = await alpha.actor("alice")
    await mutes.mute(alpha.instance, alice, await alpha.find(bob.handle))
    for person in (bob, carol):
        await does_all(alpha, person, post.status.uri)
    view = await alpha.seen_by("alice", post.status.uri)
    assert view
    assert (view.favourites, view.boosts) == (2, 2)
    assert {acct for _, acct in await told(alpha, "alice")} == {"carol@peer.test"}
    assert len(await told(alpha, "alice")) == 3


async def test_mute_with_notifications(alpha: Server, bob: Person) -> None:
    """Who wishes so is still told of what a muted person does."""
    alice = await alpha.actor("alice")
    await mutes.mute(alpha.instance, alice, await alpha.find(bob.handle), hides_notifications=False)
    await takes(alpha, bob, await named(alpha, bob))
    assert await told(alpha, "alice") == [(NotificationKind.MENTION, "bob@peer.test")]


async def test_blocked_people_are_listed(alpha: Server, bob: Person) -> None:
    """Whom one blocks is found where one keeps people away, by nobody else, and unblocked there."""
    browser, other = await sign_in(alpha, "alice"), await sign_in(alpha, "carol")
    people = [await alpha.actor("ann"), await alpha.find(bob.handle)]
    for person in people:
        await press(browser, f"/actors/{person.id}/block")
    page = (await browser.get("/muted")).text
    assert page.index("@ann") < page.index("@bob@peer.test")
    act = f"/actors/{people[1].id}/unblock"
    assert act in page
    assert act not in (await other.get("/muted")).text
    answer = await press(browser, act, next="/muted")
    assert (answer.status_code, answer.headers["location"]) == (303, "/muted")
    page = (await browser.get("/muted")).text
    assert act not in page
    assert f"/actors/{people[0].id}/unblock" in page
    for window in (browser, other):
        await window.aclose()


async def test_mute_by_the_form(alpha: Server, bob: Person, peer: Peer, clock: Clock) -> None:
    """On a profile a person mutes for an hour; the follow stays, nothing is sent, and it ends."""
    await reads(alpha, "alice", bob)
    await takes(alpha, bob, bob.activity("Create", bob.note()))
    browser, actor = await sign_in(alpha, "alice"), await alpha.find(bob.handle)
    sent = len(peer.received)
    act, profile = f"/actors/{actor.id}", f"/@{actor.acct}"
    assert (await browser.post(f"{act}/mute", data={"csrf": "x"})).status_code == 403
    assert len(await alpha.home("alice")) == 1
    assert f"{act}/mute" in (await browser.get(profile)).text
    answer = await press(browser, f"{act}/mute", seconds="3600", notifications="on")
    assert (answer.status_code, answer.headers["location"]) == (303, profile)
    assert await alpha.home("alice") == []
    for page in (profile, "/muted"):
        assert f"{act}/unmute" in (await browser.get(page)).text
    shown = (await browser.get(profile)).text
    assert "Following" in shown
    assert "timelines. You are told nothing of what they do. They do not know." in shown
    clock.forward(HOUR)
    assert len(await alpha.home("alice")) == 1
    assert f"{act}/unmute" not in (await browser.get("/muted")).text
    await press(browser, f"{act}/mute")
    assert await alpha.home("alice") == []
    await press(browser, f"{act}/unmute")
    assert len(await alpha.home("alice")) == 1
    await settle(alpha)
    assert len(peer.received) == sent


async def test_mutes_that_make_no_sense(alpha: Server, bob: Person) -> None:
    """Nobody mutes themselves, nor for a time that is none."""
    browser, actor = await sign_in(alpha, "alice"), await alpha.find(bob.handle)
    alice = await alpha.actor("alice")
    for who, seconds in ((alice, "0"), (actor, "-1"), (actor, "soon"), (actor, "9" * 30)):
        answer = await press(browser, f"/actors/{who.id}/mute", seconds=seconds)
        assert answer.status_code == 422
    with pytest.raises(Invalid):
        await mutes.mute(alpha.instance, alice, actor, seconds=10**9)


async def test_blocked_domain(alpha: Server, bob: Person, peer: Peer) -> None:
    """Follows from and to a domain end on both sides; what comes from there is not shown or told."""
    await reads(alpha, "alice", bob)
    await is_read_by(alpha, "alice", bob)
    await reads(alpha, "dora", bob)
    post = await alpha.post("alice", "hello")
    await takes(alpha, bob, bob.activity("Create", bob.note()))
    browser = await sign_in(alpha, "alice")
    answer = await press(browser, "/domain-blocks", domain=" Peer.Test ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/muted")
    await settle(alpha)
    assert [one["object"]["type"] for one in peer.got("Undo")] == ["Follow"]
    assert [one["object"]["type"] for one in peer.got("Reject")] == ["Follow"]
    for page in ("/users/alice/followers", "/users/alice/following"):
        assert await count(alpha, page) == 0
    assert [one.id for one in await alpha.home("alice")] == [post.id]
    assert len(await alpha.home("dora")) == 1
    await does_all(alpha, bob, post.status.uri)
    assert await told(alpha, "alice") == []
    await takes(alpha, bob, bob.activity("Follow", (await alpha.actor("alice")).uri))
    assert len(peer.got("Reject")) == 2
    with pytest.raises(Invalid):
        await alpha.follow("alice", bob.handle)
    assert "Unblock peer.test" in (await browser.get(f"/@{bob.handle.removeprefix('@')}")).text
    await press(browser, "/domain-blocks/remove", domain="peer.test")
    await is_read_by(alpha, "alice", bob)
    assert await count(alpha, "/users/alice/followers") == 1
    assert [kind for kind, _ in await told(alpha, "alice")] == [NotificationKind.FOLLOW]


async def test_domains_that_cannot_be_blocked(alpha: Server) -> None:
    """What is no domain comes back in the form with what is wrong; our own stays with us."""
    browser = await sign_in(alpha, "alice")
    for domain in ("not a domain", "", "alpha.test"):
        answer = await press(browser, "/domain-blocks", domain=domain)
        assert answer.status_code == 422
        assert 'id="error-domain"' in answer.text
    with pytest.raises(Invalid):
        await domain_blocks.block_domain(alpha.instance, await alpha.actor("alice"), "<b>")
