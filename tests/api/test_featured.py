"""What somebody's profile leads to, what they note down of others, and whom they send away."""

from fedlearn.domain.audience import Reach
from fedlearn.services import follows
from fedlearn.services.featured import MOST_HASHTAGS
from tests.api.apps import app_of
from tests.federation.peer import Person
from tests.federation.scenes import takes
from tests.federation.server import Server, settle


async def test_notes_are_for_oneself(alpha: Server) -> None:
    """What somebody notes down of another stands in their own relationship with them alone."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    carol = (await alpha.actor("carol")).id
    path = f"/v1/accounts/{carol}/note"
    assert (await alice.post(path, comment=" Knows bees "))["note"] == "Knows bees"
    for app, note in ((alice, "Knows bees"), (bob, "")):
        (known,) = await app.get("/v1/accounts/relationships", **{"id[]": [str(carol)]})
        assert known["note"] == note
    assert (await alice.ask("POST", path, data={"comment": "x" * 2001})).status_code == 422
    assert (await alice.post(path))["note"] == ""


async def test_whom_somebody_recommends(alpha: Server) -> None:
    """Whom one follows can be shown on one's profile, to everybody; and no longer than that."""
    alice, stranger = await app_of(alpha, "alice"), await app_of(alpha)
    me, bob, carol = [await alpha.actor(name) for name in ("alice", "bob", "carol")]
    refused = await alice.ask("POST", f"/v1/accounts/{bob.id}/endorse")
    assert refused.status_code == 422
    for one in (bob, carol):
        await follows.follow(alpha.instance, me, one)
    assert (await alice.post(f"/v1/accounts/{bob.id}/endorse"))["endorsed"] is True
    assert (await alice.post(f"/v1/accounts/{carol.id}/pin"))["endorsed"] is True
    shown = f"/v1/accounts/{me.id}/endorsements"
    assert [one["acct"] for one in await stranger.get(shown)] == ["carol", "bob"]
    first = await stranger.ask("GET", shown, params={"limit": 1})
    older = first.headers["link"].partition("<")[2].partition(">")[0].partition("/api")[2]
    rest = await stranger.ask("GET", older)
    assert [one["acct"] for one in rest.json()] == ["bob"]
    await follows.unfollow(alpha.instance, me, carol)
    assert [one["acct"] for one in await alice.get("/v1/endorsements")] == ["bob"]
    assert (await alice.post(f"/v1/accounts/{bob.id}/unendorse"))["endorsed"] is False
    assert await stranger.get(shown) == []
    assert (await stranger.ask("GET", "/v1/endorsements")).status_code == 401


async def test_hashtags_on_a_profile(alpha: Server) -> None:
    """Hashtags that somebody shows lead to their posts, and are counted as the reader sees them."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    me = await alpha.actor("alice")
    for reach in (Reach.PUBLIC, Reach.UNLISTED, Reach.FOLLOWERS):
        await alpha.post("alice", "About #Bees", reach=reach)
    await alpha.post("bob", "About #bees")
    (offered,) = await alice.get("/v1/featured_tags/suggestions")
    assert (offered["name"], offered["featuring"]) == ("bees", False)
    made = await alice.post("/v1/featured_tags", name="#Bees")
    assert (made["name"], made["statuses_count"]) == ("bees", "2")
    assert made["url"] == "https://alpha.test/@alice/tagged/bees"
    assert len(made["last_status_at"]) == len("2026-01-01")
    assert await alice.get("/v1/featured_tags/suggestions") == []
    assert await bob.get(f"/v1/accounts/{me.id}/featured_tags") == [made]
    assert await bob.get("/v1/featured_tags") == []
    assert (await alice.get("/v1/tags/bees"))["featuring"] is True
    assert (await bob.get("/v1/tags/bees"))["featuring"] is False
    collection = (await alpha.get("/users/alice/tags")).json()
    assert collection["orderedItems"] == [{"type": "Hashtag", "href": made["url"], "name": "#bees"}]
    path = f"/v1/featured_tags/{made['id']}"
    assert (await bob.ask("DELETE", path)).status_code == 404
    assert (await alice.ask("DELETE", path)).json() == {}
    assert await alice.get("/v1/featured_tags") == []


async def test_not_too_many_hashtags(alpha: Server) -> None:
    """A profile has room for some hashtags, which the server says; what is no hashtag is refused."""
    alice = await app_of(alpha, "alice")
    told = await alice.get("/v2/instance")
    assert told["configuration"]["accounts"]["max_featured_tags"] == MOST_HASHTAGS
    for number in range(MOST_HASHTAGS):
        assert (await alice.post(f"/v1/tags/bees{number}/feature"))["featuring"] is True
    for wrong in ("wasps", "no tag", ""):
        refused = await alice.ask("POST", "/v1/featured_tags", json={"name": wrong})
        assert refused.status_code == 422, wrong
    assert (await alice.post("/v1/tags/bees0/unfeature"))["featuring"] is False
    assert (await alice.post("/v1/featured_tags", name="wasps"))["name"] == "wasps"


async def test_follower_is_sent_away(alpha: Server, bob: Person) -> None:
    """Who is removed from the followers follows no more, and their server is told."""
    me = await alpha.actor("alice")
    await takes(alpha, bob, bob.activity("Follow", me.uri))
    alice, them = await app_of(alpha, "alice"), await alpha.find(bob.handle)
    path = f"/v1/accounts/{them.id}"
    (before,) = await alice.get("/v1/accounts/relationships", **{"id[]": [str(them.id)]})
    assert before["followed_by"] is True
    for _ in range(2):
        after = await alice.post(f"{path}/remove_from_followers")
        assert after["followed_by"] is False
    await settle(alpha)
    assert len(bob.peer.got("Reject")) == 1


async def test_profile_page_shows_it(alpha: Server) -> None:
    """Hashtags and people stand on the profile page for everybody; a note for who wrote it."""
    alice, other = await app_of(alpha, "alice"), await alpha.actor("bob")
    await alpha.follow("alice", "bob@alpha.test")
    await alice.post(f"/v1/accounts/{other.id}/endorse")
    await alice.post("/v1/tags/bees/feature")
    await alice.post(f"/v1/accounts/{other.id}/note", comment="Knows wasps")
    tagged = await alpha.post("alice", "They sleep #bees")
    await alpha.post("alice", "Nothing of the kind")
    page = (await alpha.get("/@alice", "text/html")).text
    assert "alice recommends:" in page
    assert 'href="/@bob"' in page
    assert 'href="/@alice/tagged/bees"' in page
    there = (await alpha.get("/@alice/tagged/Bees", "text/html")).text
    assert f"/@alice/{tagged.id}" in there
    assert "Nothing of the kind" not in there
    assert "Knows wasps" not in (await alpha.get("/@bob", "text/html")).text
    assert (await alpha.get("/@nobody/tagged/bees", "text/html")).status_code == 404
