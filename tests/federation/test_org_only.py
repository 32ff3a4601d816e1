"""Posts that stay in the organisation: no other server and no stranger ever learns of one.

Each post carries a word that is nowhere else; that word, and the id of the post, must not get out.
tests/federation/test_canary.py asks every address for it.
"""

import json
import secrets

import httpx
import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Invalid, NotFound
from fedlearn.outbox.egress import EgressGuard, Leak
from fedlearn.outbox.publish import publish_to
from fedlearn.services import accounts, boosts, favourites, statuses
from tests.federation.network import Network
from tests.federation.peer import Peer, Person, signed_headers
from tests.federation.scenes import count, is_read_by, is_stored, reads, takes, told
from tests.federation.server import Server, settle

EVERY_REACH = pytest.mark.parametrize("reach", list(Reach))


@pytest.fixture
def canary() -> str:
    """A word that is nowhere else."""
    return f"canary{secrets.token_hex(8)}"


async def inside(
    alpha: Server, canary: str, reach: Reach = Reach.PUBLIC, **facts: object
) -> StatusView:
    """A post of alice's that stays in the organisation, with the word in all of its fields."""
    return await alpha.post(
        "alice",
        f"{canary} #{canary} #bees https://{canary}.example",
        content_warning=canary,
        scope=Scope.ORG,
        reach=reach,
        **facts,
    )


def assert_kept_inside(network: Network, canary: str, *views: StatusView) -> None:
    """Nothing that crossed the network holds the word or names the posts."""
    words = [canary, *(str(view.id) for view in views)]
    for exchange in network.exchanges:
        sent = exchange.url + str(exchange.request.headers) + exchange.body.decode()
        assert not [word for word in words if word in sent], exchange.url


def path_of(view: StatusView) -> str:
    """Where a post is, on its own server."""
    return httpx.URL(view.status.uri).path


# --- what is sent --------------------------------------------------------------------------------


@EVERY_REACH
async def test_nothing_is_sent(
    alpha: Server, bob: Person, network: Network, canary: str, reach: Reach
) -> None:
    """Posted, answered, edited, boosted, liked and deleted: followers elsewhere hear none of it."""
    await is_read_by(alpha, "alice", bob)
    await is_read_by(alpha, "carol", bob)
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")
    instance, received = alpha.instance, len(bob.peer.received)
    view = await alpha.post(
        "alice", f"{canary} @carol", scope=Scope.ORG, reach=reach, content_warning=canary
    )
    reply = await alpha.reply("carol", view.status.uri, f"{canary} @alice")
    await statuses.edit_status(instance, alice, view.id, f"{canary} changed @carol", canary)
    await favourites.favourite(instance, carol, view.id)
    shared = [await boosts.boost(instance, carol, view.id)] if reach.is_open else []
    await settle(alpha)
    await favourites.unfavourite(instance, carol, view.id)
    await boosts.unboost(instance, carol, view.id)
    await statuses.delete_status(instance, alice, view.id)
    await accounts.change_profile(instance, alice, name="Alice", bio="", is_locked=False)
    await settle(alpha)
    assert_kept_inside(network, canary, view, reply, *shared)
    # The way out was open: the profile got there, and an ordinary post does.
    assert [one["type"] for one in bob.peer.received[received:]] == ["Update"]
    await alpha.post("alice", "an ordinary post")
    await settle(alpha)
    assert len(bob.peer.got("Create")) == 1


async def test_answer_to_it_stays_inside(
    alpha: Server, bob: Person, network: Network, canary: str
) -> None:
    """An answer is never wider than what it answers, whatever its author chooses."""
    await is_read_by(alpha, "carol", bob)
    view = await inside(alpha, canary)
    reply = await alpha.reply("carol", view.status.uri, canary, scope=Scope.FED)
    deeper = await alpha.reply("carol", reply.status.uri, canary)
    assert [one.status.scope for one in (reply, deeper)] == [Scope.ORG, Scope.ORG]
    await settle(alpha)
    assert_kept_inside(network, canary, view, reply, deeper)
    assert bob.peer.got("Create") == []
    # An answer inside to a post that is open is counted inside only.
    question = await alpha.post("alice", "a question to all")
    await alpha.reply("carol", question.status.uri, canary, scope=Scope.ORG)
    await settle(alpha)
    assert await count(alpha, f"{path_of(question)}/replies") == 0
    assert (await alpha.get(f"{path_of(question)}/replies?page=true")).json()["items"] == []
    seen = await alpha.seen_by("alice", question.status.uri)
    assert seen is not None
    assert seen.replies == 1


async def test_outsiders_are_not_named(
    alpha: Server, bob: Person, network: Network, canary: str
) -> None:
    """Naming somebody of another server is refused, in a new post and in an edit."""
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    view = await inside(alpha, canary)
    for text in (f"{canary} @bob@peer.test", f"@carol @bob@peer.test {canary}"):
        with pytest.raises(Invalid) as refused:
            await alpha.post("alice", text, scope=Scope.ORG)
        assert "bob@peer.test" in refused.value.fields["text"]
        with pytest.raises(Invalid):
            await statuses.edit_status(alpha.instance, alice, view.id, text, "")
    reply = await alpha.reply("alice", view.status.uri, canary)
    with pytest.raises(Invalid):
        await alpha.reply("alice", reply.status.uri, f"{canary} @bob@peer.test")
    await settle(alpha)
    assert_kept_inside(network, canary, view, reply)
    # Somebody of one's own is named as ever.
    await alpha.user("carol")
    await alpha.post("alice", f"{canary} @carol", scope=Scope.ORG)
    assert await told(alpha, "carol") == [(NotificationKind.MENTION, "alice")]


# --- what can be fetched -------------------------------------------------------------------------


@EVERY_REACH
async def test_no_address_of_it_answers(
    alpha: Server, bob: Person, canary: str, reach: Reach
) -> None:
    """Its id, activity, collections and page are 404 for strangers and followers alike."""
    await is_read_by(alpha, "alice", bob)
    view = await inside(alpha, canary, reach)
    page = f"/@alice/{view.id}"
    below = ("", "/activity", "/replies", "/replies?page=true", "/likes", "/shares")
    for path in (*(path_of(view) + end for end in below), page, f"/contexts/{view.id}"):
        answers = [await alpha.get(path), await bob.get(alpha, path)]
        if path == page:
            answers.append(await alpha.get(path, "text/html"))
        for answer in answers:
            assert answer.status_code == 404, path
            assert canary not in answer.text
            assert str(view.id) not in answer.text
    # The same addresses of an ordinary post answer.
    open_post = await alpha.post("alice", "open")
    for end in below:
        assert (await alpha.get(path_of(open_post) + end)).status_code == 200, end
    assert (await alpha.get(f"/@alice/{open_post.id}", "text/html")).status_code == 200


async def test_no_address_answers_even_to_ourselves(alpha: Server, canary: str) -> None:
    """A request that is signed with a key of ours, which a redirect can bring about, sees no more."""
    carol = await alpha.actor("carol")
    key = await alpha.instance.keys.signing_key(carol)
    view = await inside(alpha, canary)
    open_post = await alpha.post("alice", "open")
    for one, status in ((view, 404), (open_post, 200)):
        for path in (path_of(one), f"{path_of(one)}/activity", f"/contexts/{one.id}"):
            headers = signed_headers(
                key.private, key.key_id, host=alpha.host, target=path, method="get"
            )
            answer = await alpha.get(path, **headers)
            assert answer.status_code == status, path
            assert canary not in answer.text


async def test_it_is_not_counted(alpha: Server, bob: Person, canary: str) -> None:
    """Outbox, conversation and NodeInfo list and count what is open, and nothing else."""
    await is_read_by(alpha, "alice", bob)
    public = await alpha.post("alice", "open")
    carol = await alpha.actor("carol")
    view = await inside(alpha, canary)
    await inside(alpha, canary, in_reply_to_id=public.id)
    await boosts.boost(alpha.instance, carol, view.id)
    assert await count(alpha, "/users/alice/outbox") == 1
    assert await count(alpha, "/users/carol/outbox") == 0
    for answer in (
        await alpha.get("/users/alice/outbox?page=true"),
        await bob.get(alpha, "/users/alice/outbox?page=true"),
        await alpha.get("/users/carol/outbox?page=true"),
        await alpha.get(httpx.URL(public.status.conversation).path),
        await bob.get(alpha, httpx.URL(public.status.conversation).path),
    ):
        assert answer.status_code == 200
        assert canary not in answer.text
        assert str(view.id) not in answer.text
        assert len(answer.json()["orderedItems"]) <= 1
    nodeinfo = (await alpha.get("/nodeinfo/2.1", "application/json")).json()
    assert nodeinfo["usage"]["localPosts"] == 1
    # Inside, it is all there.
    assert len(await alpha.home("alice")) == 3
    assert await alpha.seen_by("carol", view.status.uri) is not None


# --- what comes in about it ----------------------------------------------------------------------


async def test_nobody_outside_can_touch_it(
    alpha: Server, bob: Person, network: Network, canary: str
) -> None:
    """Who has guessed its id can neither like, boost nor answer it, and learns nothing by trying."""
    await is_read_by(alpha, "alice", bob)
    await reads(alpha, "alice", bob)
    view = await inside(alpha, canary)
    before = await told(alpha, "alice")
    sent = len(bob.peer.received)
    reply = bob.note("<p>I know about this</p>", inReplyTo=view.status.uri)
    for activity in (
        bob.activity("Like", view.status.uri),
        bob.activity("Announce", view.status.uri),
        bob.activity("Create", reply),
        bob.activity("Delete", view.status.uri),
        bob.activity("Update", reply | {"id": view.status.uri}),
    ):
        await takes(alpha, bob, activity)
    seen = await alpha.seen_by("alice", view.status.uri)
    assert seen is not None
    assert (seen.favourites, seen.boosts, seen.replies) == (0, 0, 0)
    assert await told(alpha, "alice") == before
    assert len(bob.peer.received) == sent
    # The answer is a post like any other: whoever answers it names no conversation of ours.
    assert await is_stored(alpha, reply["id"])
    answered = await alpha.reply("alice", reply["id"], "Do you?")
    assert str(view.id) not in answered.status.conversation
    await settle(alpha)
    create = bob.peer.got("Create")[-1]
    assert create["object"]["id"] == answered.status.uri
    assert str(view.id) not in json.dumps(create)


# --- the last lock -------------------------------------------------------------------------------


async def test_guard_searches_every_body(alpha: Server, canary: str) -> None:
    """Bytes that name such a post by id, page or conversation are refused; others pass."""
    view = await inside(alpha, canary)
    open_post = await alpha.post("alice", "open")
    guard = EgressGuard(alpha.instance.uris, alpha.instance.db)
    for uri in (view.status.uri, view.status.url, view.status.conversation):
        for body in (uri, f'{{"object":"{uri}"}}', f"<a href='{uri}#x'>", f"x{uri}/activity\x00"):
            for _ in range(2):
                with pytest.raises(Leak):
                    await guard(body.encode())
    for uri in (open_post.status.uri, open_post.status.url, f"https://other.test/@alice/{view.id}"):
        await guard(f'{{"object":"{uri}"}}'.encode())
    await guard(b"\xff\xfe no text at all")
    # No database could be asked for an id as large as this.
    too_large = "https://alpha.test/@alice/9999999999999999999"
    assert alpha.instance.uris.status_ids_in(too_large) == set()


async def test_slipped_activity_is_stopped_at_the_door(
    alpha: Server, bob: Person, network: Network, canary: str
) -> None:
    """An activity that should never have been queued is not sent, and says why it was not."""
    await is_read_by(alpha, "alice", bob)
    alice, follower = await alpha.actor("alice"), await alpha.find(bob.handle)
    view = await inside(alpha, canary)
    for about in (view.status.uri, {"id": "x", "content": f"see {view.status.url}"}):
        async with alpha.instance.db.write() as connection:
            await publish_to(
                connection,
                alpha.instance.settings.federation,
                sender=alice,
                activity=alice_says(about),
                to=[follower],
                order_key="slipped",
            )
    await settle(alpha)
    assert_kept_inside(network, canary, view)
    async with alpha.instance.db.read() as connection:
        rows = await connection.fetch_all("SELECT dead_at, last_error FROM delivery")
    assert len(rows) == 2
    for row in rows:
        assert row["dead_at"] is not None
        assert "organisation-only" in row["last_error"]
        assert canary not in row["last_error"]


def alice_says(about: object) -> dict[str, object]:
    """An activity that nobody should have made."""
    return {
        "id": "https://alpha.test/users/alice#slipped",
        "type": "Announce",
        "actor": "https://alpha.test/users/alice",
        "object": about,
    }


async def test_strangers_cannot_do_anything_with_it(
    alpha: Server, beta: Server, peer: Peer, canary: str
) -> None:
    """Somebody of another server cannot look it up there, and nobody else's pages show it."""
    await alpha.user("alice")
    await beta.follow("dave", "@alice@alpha.test")
    await settle(alpha, beta)
    view = await inside(alpha, canary)
    await settle(alpha, beta)
    assert await beta.home("dave") == []
    assert not await is_stored(beta, view.status.uri)
    for page in ("/", "/public", "/@alice", f"/@alice/{view.id}", "/@alice@alpha.test"):
        for server in (alpha, beta):
            assert canary not in (await server.get(page, "text/html")).text, page
    with pytest.raises(NotFound):
        await favourites.favourite(alpha.instance, await alpha.find("@dave@beta.test"), view.id)
