"""Hashtags lead somewhere: to a page of the public posts that bear them."""

from fedlearn.domain.audience import Reach, Scope
from tests.federation.peer import Peer
from tests.federation.scenes import reads, takes
from tests.federation.server import Server


async def test_hashtag_of_a_post_leads_to_its_page(alpha: Server) -> None:
    """The link in a post leads to a page that shows it, however the hashtag is written."""
    posted = await alpha.post("alice", "Bees see ultraviolet #Bees")
    assert 'href="https://alpha.test/tags/bees"' in posted.status.content
    for path in ("/tags/bees", "/tags/BEES"):
        page = await alpha.get(path, accept="text/html")
        assert page.status_code == 200
        assert "Bees see ultraviolet" in page.text
    assert "Bees see ultraviolet" not in (await alpha.get("/tags/wasps", accept="text/html")).text


async def test_strangers_see_only_what_is_public_and_from_here(alpha: Server, peer: Peer) -> None:
    """Neither narrower posts, nor those kept inside, nor those of other servers are shown."""
    bob = peer.person("bob")
    await reads(alpha, "alice", bob)
    tag = {"type": "Hashtag", "name": "#bees", "href": "https://peer.test/tags/bees"}
    await takes(alpha, bob, bob.activity("Create", bob.note("<p>from bob</p>", tag=[tag])))
    await alpha.post("alice", "for followers #bees", reach=Reach.FOLLOWERS)
    await alpha.post("alice", "only here #bees", scope=Scope.ORG)
    await alpha.post("alice", "for all #bees")
    page = (await alpha.get("/tags/bees", accept="text/html")).text
    assert "for all" in page
    for kept in ("from bob", "for followers", "only here"):
        assert kept not in page
