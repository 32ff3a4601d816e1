"""Hashtags are followed: public posts with them come home, where their reader may see them."""

import pytest

from fedlearn.domain.audience import Scope
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid
from fedlearn.services import blocks, followed_hashtags, moderation
from fedlearn.services.followed_hashtags import MOST_FOLLOWED
from tests.federation.browser import sign_in
from tests.federation.peer import Document, Peer, Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server, settle
from tests.federation.test_keeping import press


def about_bees(person: Person, text: str, **changes: object) -> Document:
    """A post with a hashtag."""
    tag = {"type": "Hashtag", "name": "#Bees", "href": "https://peer.test/tags/bees"}
    return person.activity("Create", person.note(f"<p>{text}</p>", tag=[tag], **changes))


async def at_home(alpha: Server, name: str) -> list[str]:
    """What the posts on a home timeline say, newest first."""
    return [view.status.content for view in await alpha.home(name)]


async def test_followed_hashtag_comes_home(alpha: Server, bob: Person, peer: Peer) -> None:
    """By the button on its page; of other servers what arrives, and of it only what is public."""
    await reads(alpha, "dora", bob)
    sent = len(peer.received)
    browser = await sign_in(alpha, "alice")
    assert "/tags/BEES/follow" in (await browser.get("/tags/BEES")).text
    answer = await press(browser, "/tags/BEES/follow", next="/tags/BEES")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tags/BEES")
    assert "/tags/bees/unfollow" in (await browser.get("/tags/bees")).text
    assert "/tags/bees" in (await browser.get("/lists")).text
    await takes(alpha, bob, about_bees(bob, "for all"))
    await takes(alpha, bob, about_bees(bob, "for followers", to=[bob.followers], cc=[]))
    await takes(alpha, bob, bob.activity("Create", bob.note("<p>no hashtag</p>")))
    await alpha.post("dora", "only here #bees", scope=Scope.ORG)
    said = " ".join(await at_home(alpha, "alice"))
    assert "for all" in said
    assert "only here" in said
    assert len(await alpha.home("alice")) == 2
    await press(browser, "/tags/bees/unfollow")
    assert await alpha.home("alice") == []
    await takes(alpha, bob, about_bees(bob, "later"))
    assert await alpha.home("alice") == []
    assert len(peer.received) == sent


async def test_hashtag_brings_whom_one_follows_no_more(alpha: Server, bob: Person) -> None:
    """An unfollow takes away what the follow has brought, and not what a hashtag has."""
    await reads(alpha, "alice", bob)
    browser = await sign_in(alpha, "alice")
    await press(browser, "/tags/bees/follow", next="/tags/bees")
    await takes(alpha, bob, about_bees(bob, "for all"))
    await takes(alpha, bob, bob.activity("Create", bob.note("<p>no hashtag</p>")))
    assert len(await alpha.home("alice")) == 2
    await alpha.unfollow("alice", bob.handle)
    [left] = await at_home(alpha, "alice")
    assert "for all" in left


async def test_hashtag_is_no_key(alpha: Server, bob: Person, peer: Peer) -> None:
    """Whoever is blocked, and what comes from a silenced domain, does not come home by a hashtag."""
    carol = peer.person("carol")
    for person in (bob, carol):
        await reads(alpha, "dora", person)
    alice = await alpha.actor("alice")
    await followed_hashtags.follow_hashtag(alpha.instance, alice, "bees")
    await blocks.block(alpha.instance, alice, await alpha.find(bob.handle))
    await settle(alpha)
    for person in (bob, carol):
        await takes(alpha, person, about_bees(person, "for all"))
    assert [view.author.acct for view in await alpha.home("alice")] == ["carol@peer.test"]
    await moderation.set_domain_policy(alpha.instance, "peer.test", Policy.SILENCE, by=TERMINAL)
    await takes(alpha, carol, about_bees(carol, "for all"))
    assert await alpha.home("alice") == []
    assert len(await alpha.home("dora")) == 3


async def test_what_is_no_hashtag(alpha: Server) -> None:
    """What cannot stand in a post is not followed, nor more hashtags than there can be."""
    alice, browser = await alpha.actor("alice"), await sign_in(alpha, "alice")
    for name in ("123", "two words", "a#b", "a-b"):
        with pytest.raises(Invalid):
            await followed_hashtags.follow_hashtag(alpha.instance, alice, name)
    assert (await press(browser, "/tags/12/follow")).status_code == 422
    assert (await browser.post("/tags/bees/follow", data={"csrf": "x"})).status_code == 403
    for number in range(MOST_FOLLOWED):
        await followed_hashtags.follow_hashtag(alpha.instance, alice, f"tag{number}")
    with pytest.raises(Invalid):
        await followed_hashtags.follow_hashtag(alpha.instance, alice, "bees")
