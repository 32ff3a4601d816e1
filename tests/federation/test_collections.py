"""What others can page through: outbox, followers, pinned posts, replies, likes, conversations."""

import re
from typing import Any

import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.statuses import StatusView
from fedlearn.services import boosts, favourites
from tests.builders import says
from tests.federation.browser import sign_in
from tests.federation.peer import Document, Peer
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, settle

A_PAGE = 20
REPLIES_A_PAGE = 60
CSRF = re.compile(r'name="csrf" value="(\w+)"')


async def read(server: Server, address: str) -> Document:
    """A document that anybody may have."""
    answer = await server.get(address)
    assert answer.status_code == 200, address
    document: Document = answer.json()
    assert (
        document["id"] == f"https://{server.host}{address.removeprefix(f'https://{server.host}')}"
    )
    return document


async def read_pages(server: Server, address: str) -> list[list[Any]]:
    """The pages of a collection from the first to the last, each with its items."""
    collection = await read(server, address)
    pages: list[list[Any]] = []
    following = collection["first"]
    while following is not None:
        assert len(pages) < 10, "the pages never end"
        page = await read(server, following)
        assert page["type"] in {"CollectionPage", "OrderedCollectionPage"}
        assert page["partOf"] == collection["id"]
        pages.append(page["orderedItems"] if "orderedItems" in page else page["items"])
        following = page.get("next")
    return pages


# --- outbox ------------------------------------------------------------------------------------------


async def test_outbox_in_pages(alpha: Server, ids_in_order: None) -> None:
    """The outbox counts what it holds and shows it page by page, newest first, each post once."""
    alice = await alpha.actor("alice")
    async with alpha.instance.db.write() as connection:
        written = [await says(connection, alice, f"Post {n}") for n in range(A_PAGE + 5)]
    outbox = await read(alpha, "/users/alice/outbox")
    assert outbox["type"] == "OrderedCollection"
    assert outbox["totalItems"] == A_PAGE + 5
    assert "orderedItems" not in outbox
    pages = await read_pages(alpha, "/users/alice/outbox")
    assert [len(page) for page in pages] == [A_PAGE, 5]
    activities = [activity for page in pages for activity in page]
    shown = [activity["object"]["id"] for activity in activities]
    assert shown == [status.uri for status in reversed(written)]
    assert {activity["type"] for activity in activities} == {"Create"}
    assert {activity["actor"] for activity in activities} == {alice.uri}


async def test_outbox_of_a_full_page(alpha: Server) -> None:
    """Where the posts fill a page exactly, what follows is an empty page and the end."""
    alice = await alpha.actor("alice")
    async with alpha.instance.db.write() as connection:
        for number in range(A_PAGE):
            await says(connection, alice, f"Post {number}")
    pages = await read_pages(alpha, "/users/alice/outbox")
    assert [len(page) for page in pages] == [A_PAGE, 0]


@pytest.mark.parametrize("cursor", ["max_id=-1", "max_id=one", "max_id=" + "9" * 40, "max_id=²"])
async def test_pages_that_do_not_exist(alpha: Server, cursor: str) -> None:
    """A cursor that was never given out leads nowhere, and breaks nothing."""
    await alpha.user("alice")
    for collection in ("outbox", "followers"):
        answer = await alpha.get(f"/users/alice/{collection}?page=true&{cursor}")
        assert answer.status_code == 404, collection


async def test_outbox_is_for_everybody(alpha: Server, peer: Peer) -> None:
    """Only what anybody may read is in the outbox, be it asked for unsigned or by a follower.

    Conformance: 187.
    """
    alice, follower = await alpha.actor("alice"), peer.person("ann")
    await follower.deliver(alpha, follower.activity("Follow", alice.uri))
    await settle(alpha)
    posts = {reach: await alpha.post("alice", f"For {reach}", reach=reach) for reach in Reach}
    await alpha.post("alice", "@ann@peer.test only you", reach=Reach.DIRECT)
    secret = await alpha.post("alice", "Only for us", scope=Scope.ORG)
    for boosted in (posts[Reach.FOLLOWERS], secret, posts[Reach.PUBLIC]):
        await boosts.boost(alpha.instance, alice, boosted.id)
    outbox = await read(alpha, "/users/alice/outbox")
    assert (outbox["type"], outbox["totalItems"]) == ("OrderedCollection", 3)
    expected = {posts[Reach.PUBLIC].status.uri, posts[Reach.UNLISTED].status.uri}
    (plain,) = await read_pages(alpha, "/users/alice/outbox")
    signed = await follower.get(alpha, "/users/alice/outbox?page=true")
    for items in (plain, signed.json()["orderedItems"]):
        created = {one["object"]["id"] for one in items if one["type"] == "Create"}
        boosted_uris = {one["object"] for one in items if one["type"] == "Announce"}
        assert created == expected
        assert boosted_uris == {posts[Reach.PUBLIC].status.uri}
        assert len(items) == 3
    shown = (await alpha.get("/users/alice/outbox?page=true")).text
    for words in ("For followers", "For direct", "only you", "Only for us"):
        assert words not in shown


# --- followers, pinned posts, hashtags -----------------------------------------------------------------


async def test_followers_and_following(alpha: Server, beta: Server) -> None:
    """Followers and following are counted and listed on both sides; who only asked is not."""
    await alpha.user("alice")
    await beta.follow("bob", "@alice@alpha.test")
    await alpha.follow("carol", "@alice@alpha.test")
    assert (await read(beta, "/users/bob/following"))["totalItems"] == 0
    await settle(alpha, beta)
    followers = await read(alpha, "/users/alice/followers")
    assert (followers["type"], followers["totalItems"]) == ("OrderedCollection", 2)
    (page,) = await read_pages(alpha, "/users/alice/followers")
    assert set(page) == {"https://beta.test/users/bob", "https://alpha.test/users/carol"}
    assert (await read(beta, "/users/bob/following"))["totalItems"] == 1
    (page,) = await read_pages(beta, "/users/bob/following")
    assert page == ["https://alpha.test/users/alice"]
    assert await read_pages(beta, "/users/bob/followers") == [[]]


async def test_hidden_follows(alpha: Server, peer: Peer) -> None:
    """Who hides their follows shows how many there are, in no page; who follows is told no more.

    Conformance: 188.
    """
    alice, bob = await alpha.actor("alice"), peer.person("bob")
    await is_read_by(alpha, "alice", bob)
    browser = await sign_in(alpha, "alice")
    for hides in (True, False):
        csrf = CSRF.findall((await browser.get("/settings")).text)[0]
        form = {
            "csrf": csrf,
            "offered": "hides_follows",
            **({"hides_follows": "on"} if hides else {}),
        }
        answer = await browser.post("/settings/profile", data=form)
        assert answer.status_code == 303, answer.text
        await settle(alpha)
        assert peer.got("Update")[-1]["object"]["followers"] == f"{alice.uri}/followers"
        page = await browser.get("/settings")
        assert ('name="hides_follows" value="on" checked' in page.text) is hides
        for kind, total in (("followers", 1), ("following", 0)):
            collection = await read(alpha, f"/users/alice/{kind}")
            assert collection["totalItems"] == total
            assert ("first" in collection) is not hides
            for answer in (
                await alpha.get(f"/users/alice/{kind}?page=true"),
                await bob.get(alpha, f"/users/alice/{kind}?page=true"),
            ):
                assert answer.status_code == (404 if hides else 200)
                assert (bob.uri in answer.text) is (not hides and kind == "followers")
        assert len(peer.got("Update")) == (1 if hides else 2)


async def test_nothing_pinned(alpha: Server) -> None:
    """Who has pinned nothing has an empty collection, inline, and not a missing one."""
    await alpha.user("alice")
    for kind in ("featured", "tags"):
        collection = await read(alpha, f"/users/alice/{kind}")
        assert collection["type"] == "OrderedCollection"
        assert collection["totalItems"] == 0
        assert collection["orderedItems"] == []
    assert (await alpha.get("/users/alice/favourites")).status_code == 404
    assert (await alpha.get("/users/nobody/featured")).status_code == 404


async def test_of_the_gone_nothing_is_left(alpha: Server) -> None:
    """A deleted account has no collections any more."""
    await alpha.user("alice")
    await alpha.remove("alice")
    for kind in ("outbox", "followers", "following", "featured", "tags"):
        assert (await alpha.get(f"/users/alice/{kind}")).status_code == 404


# --- what belongs to a post ----------------------------------------------------------------------------


async def answers_to(server: Server, post: StatusView, path: str = "replies") -> list[list[str]]:
    """The pages of what answers a post."""
    return await read_pages(server, f"{post.status.uri}/{path}")


async def test_own_replies_come_first(alpha: Server, ids_in_order: None) -> None:
    """Whoever asks for replies gets those of the author first, and then the others, oldest first.

    An empty collection of pinned posts is served inline beside it.

    Conformance: 189.
    """
    for name in ("alice", "bob"):
        await alpha.user(name)
    post = await alpha.post("alice", "A thread begins")
    uris = []
    for name in ("bob", "alice", "bob", "alice"):
        answer = await alpha.reply(name, post.status.uri, f"{name} answers")
        uris.append(answer.status.uri)
    (page,) = await answers_to(alpha, post)
    assert page == [uris[1], uris[3], uris[0], uris[2]]
    assert (await read(alpha, f"{post.status.uri}/replies"))["totalItems"] == 4
    featured = await read(alpha, "/users/alice/featured")
    assert (featured["type"], featured["orderedItems"]) == ("OrderedCollection", [])


async def test_no_reply_is_lost_between_pages(alpha: Server, ids_in_order: None) -> None:
    """Over several pages every reply comes once, however those of the author lie among them."""
    alice, bob = await alpha.actor("alice"), await alpha.actor("bob")
    async with alpha.instance.db.write() as connection:
        question = await says(connection, alice, "Who is here?")
        own: list[str] = []
        others: list[str] = []
        for number in range(2 * REPLIES_A_PAGE + 10):
            is_own = number % 2 == 1
            answer = await says(connection, alice if is_own else bob, answers=question)
            (own if is_own else others).append(answer.uri)
    pages = await read_pages(alpha, f"{question.uri}/replies")
    assert [uri for page in pages for uri in page] == own + others
    assert [len(page) for page in pages] == [REPLIES_A_PAGE, REPLIES_A_PAGE, 10]


async def test_replies_for_whom_they_are_meant(alpha: Server, peer: Peer) -> None:
    """Private replies are listed and counted for those who may read them, and for nobody else."""
    alice, reader = await alpha.actor("alice"), peer.person("ann")
    post = await alpha.post("alice", "A thread begins")
    await reader.deliver(alpha, reader.activity("Follow", alice.uri))
    await settle(alpha)
    public = await alpha.reply("alice", post.status.uri, "For everybody")
    private = await alpha.reply("alice", post.status.uri, "For some", reach=Reach.FOLLOWERS)
    await alpha.reply("alice", post.status.uri, "For us", scope=Scope.ORG)
    (page,) = await answers_to(alpha, post)
    assert page == [public.status.uri]
    assert (await read(alpha, f"{post.status.uri}/replies"))["totalItems"] == 1
    path = post.status.uri.removeprefix("https://alpha.test")
    signed = await reader.get(alpha, f"{path}/replies?page=true")
    assert signed.json()["items"] == [public.status.uri, private.status.uri]


async def test_likes_and_shares_are_counted(alpha: Server, peer: Peer) -> None:
    """How many like or share a post is told, and not who they are."""
    await alpha.user("alice")
    post = await alpha.post("alice", "Like this")
    uri, fan = post.status.uri, peer.person("ann")
    for kind in ("Like", "Announce"):
        await fan.deliver(alpha, fan.activity(kind, uri))
    await settle(alpha)
    await favourites.favourite(alpha.instance, await alpha.actor("bob"), post.id)
    for kind, total in (("likes", 2), ("shares", 1)):
        collection = await read(alpha, f"{uri}/{kind}")
        assert collection["type"] == "Collection"
        assert collection["totalItems"] == total
        assert fan.uri not in str(collection)
    note = await read(alpha, uri)
    assert (note["likes"]["totalItems"], note["shares"]["totalItems"]) == (2, 1)
    assert (await alpha.get(f"{uri}/bookmarks")).status_code == 404


async def test_conversation_in_order(alpha: Server, beta: Server, ids_in_order: None) -> None:
    """The conversation that a post began lists what belongs to it, oldest first, for each reader."""
    await alpha.user("alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    post = await alpha.post("alice", "Who knows how bees see?")
    await settle(alpha, beta)
    answer = await beta.reply("bob", post.status.uri, "@alice@alpha.test In ultraviolet")
    await settle(alpha, beta)
    thanks = await alpha.reply("alice", answer.status.uri, "Thank you")
    await alpha.reply("alice", answer.status.uri, "Between us", reach=Reach.FOLLOWERS)
    await boosts.boost(alpha.instance, await alpha.actor("alice"), post.id)
    document = await read(alpha, post.status.conversation)
    assert document["type"] == "OrderedCollection"
    assert document["orderedItems"] == [post.status.uri, answer.status.uri, thanks.status.uri]
    assert document["totalItems"] == 3
    note = await read(alpha, thanks.status.uri)
    assert note["conversation"] == note["context"] == post.status.conversation
    assert (await alpha.get("/contexts/1")).status_code == 404


async def test_posts_of_others_have_no_collections_here(alpha: Server, peer: Peer) -> None:
    """What belongs to a post of another server is asked for there; here it has no address."""
    author, alice = peer.person("ann"), await alpha.actor("alice")
    note = author.note(cc=[alice.uri])
    await author.deliver(alpha, author.activity("Create", note))
    await settle(alpha)
    seen = await alpha.seen_by("alice", note["id"])
    assert seen is not None
    for name in ("ann", "alice", "ann@peer.test"):
        for inner in ("", "/replies", "/likes", "/activity"):
            answer = await alpha.get(f"/users/{name}/statuses/{seen.id}{inner}")
            assert answer.status_code == 404, (name, inner)
