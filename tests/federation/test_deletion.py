"""Somebody leaves for good: what is left of them here, and what other servers hear."""

from contextlib import aclosing
from typing import Any

import pytest

from fedlearn.db import blocks as db_blocks
from fedlearn.domain.actors import Role
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import accounts, blocks, deletion, favourites, follows, signing_in
from fedlearn.services.accounts import NewAccount
from tests.clock import MINUTE, Clock
from tests.federation.browser import fill_sign_in, open_browser, sign_in
from tests.federation.forms import field_of, is_signed_in, send
from tests.federation.network import Network
from tests.federation.peer import PUBLIC, Peer, Person
from tests.federation.scenes import is_read_by, is_stored, takes
from tests.federation.server import PASSWORD, Server, make_due, settle
from tests.federation.wire import check_cavage

ALICE = "https://alpha.test/users/alice"


async def test_every_server_is_told(
    alpha: Server, bob: Person, peer: Peer, network: Network, peer_keys: list[Any]
) -> None:
    """Each server that we know gets one Delete, signed with the key of who is gone."""
    other = Peer(network, "other.test", peer_keys[1:])
    for person in (bob, peer.person("carol")):
        await is_read_by(alpha, "alice", person)
    await alpha.find(other.person("dave").handle)
    alone = other.person("erin", endpoints=None)
    await alpha.find(alone.handle)
    pem = (await alpha.get("/users/alice")).json()["publicKey"]["publicKeyPem"]
    await alpha.remove("alice")
    await settle(alpha)
    assert len(peer.got("Delete")) == 1
    sent = [one for one in network.exchanges if b'"Delete"' in one.body]
    assert {one.url for one in sent} == {
        "https://peer.test/inbox",
        "https://other.test/inbox",
        f"{alone.uri}/inbox",
    }
    assert len(sent) == 3
    for one in sent:
        assert "digest" in check_cavage(one.request, pem)
    (delete,) = peer.got("Delete")
    assert delete == {**delete, "actor": ALICE, "object": ALICE, "to": [PUBLIC]}


async def test_what_is_left(alpha: Server, bob: Person) -> None:
    """The account answers 410 with a Tombstone, its posts are gone; of others nothing is."""
    await is_read_by(alpha, "alice", bob)
    posts = [await alpha.post(name, "hello") for name in ("alice", "dora")]
    await favourites.favourite(alpha.instance, await alpha.actor("alice"), posts[1].id)
    await alpha.remove("alice")
    answer = await alpha.get("/users/alice")
    assert answer.status_code == 410
    assert "application/activity+json" in answer.headers["content-type"]
    tombstone = answer.json()
    assert (tombstone["id"], tombstone["type"]) == (ALICE, "Tombstone")
    assert tombstone["formerType"] == "Person"
    assert "publicKey" not in tombstone
    assert (await alpha.get("/@Alice")).status_code == 410
    assert (await alpha.get("/@alice", "text/html")).status_code == 404
    webfinger = await alpha.get("/.well-known/webfinger?resource=acct:alice@alpha.test")
    assert webfinger.status_code == 410
    for path in (posts[0].status.uri, f"{ALICE}/followers", f"{ALICE}/outbox"):
        assert (await alpha.get(path.removeprefix("https://alpha.test"))).status_code == 404
    # An inbox never says 410: some servers would give up on the whole of us.
    like = bob.activity("Like", posts[1].status.uri)
    assert (await bob.deliver(alpha, like, "/users/alice/inbox")).status_code == 404
    await takes(alpha, bob, bob.activity("Follow", ALICE))
    view = await alpha.seen_by("dora", posts[1].status.uri)
    assert view
    assert (view.favourites, await is_stored(alpha, posts[0].status.uri)) == (0, False)
    assert (await alpha.get("/users/dora")).status_code == 200


async def test_nobody_signs_in_any_more(alpha: Server) -> None:
    """Sessions end, the password opens nothing, and nobody gets the name; the address is free."""
    browser = await sign_in(alpha, "alice")
    user = await alpha.user("alice")
    link = await signing_in.make_sign_in_link(alpha.instance, user, by=TERMINAL)
    assert (await browser.get("/settings")).status_code == 200
    await alpha.remove("alice")
    assert (await browser.get("/settings")).status_code == 303
    assert (await fill_sign_in(open_browser(alpha), "alice")).status_code != 303
    with pytest.raises(Invalid):
        await signing_in.use_sign_in_link(alpha.instance, link.rpartition("/")[2])
    with pytest.raises(NotFound):
        await accounts.find_user(alpha.instance, "alice")
    with pytest.raises(Invalid) as refused:
        await accounts.create_account(alpha.instance, NewAccount("Alice", user.email))
    assert set(refused.value.fields) == {"username"}
    await accounts.create_account(alpha.instance, NewAccount("alicia", user.email))


async def test_nothing_comes_after_the_end(
    alpha: Server, bob: Person, peer: Peer, network: Network
) -> None:
    """What waited for a server when somebody left is not sent; the news that they left is."""
    await is_read_by(alpha, "alice", bob)
    await is_read_by(alpha, "dora", bob)
    network.unplug("peer.test")
    for name in ("alice", "dora"):
        await alpha.post(name, "hello")
    await settle(alpha)
    await alpha.remove("alice")
    network.plug_in("peer.test")
    await make_due(alpha)
    await settle(alpha)
    kinds = sorted((one["type"], one["actor"].rpartition("/")[2]) for one in peer.received)
    assert kinds == [
        ("Accept", "alice"),
        ("Accept", "dora"),
        ("Create", "dora"),
        ("Delete", "alice"),
    ]


async def test_owner_stays(alpha: Server) -> None:
    """The account that owns the instance cannot be deleted."""
    owner = await accounts.ensure_owner(alpha.instance)
    assert owner.role is Role.OWNER
    with pytest.raises(Invalid):
        await deletion.delete_account(alpha.instance, owner)
    assert (await alpha.get("/users/owner")).status_code == 200


async def test_two_servers_forget(alpha: Server, beta: Server) -> None:
    """Who leaves alpha is gone from beta, with their posts, and whom they blocked there is free."""
    await alpha.user("alice")
    for name in ("bob", "carol"):
        await beta.user(name)
        await beta.follow(name, "@alice@alpha.test")
    await settle(alpha, beta)
    post = await alpha.post("alice", "hello")
    carol = await alpha.find("@carol@beta.test")
    await blocks.block(alpha.instance, await alpha.actor("alice"), carol)
    await settle(alpha, beta)
    assert len(await beta.home("bob")) == 1
    await alpha.remove("alice")
    await settle(alpha, beta)
    assert await beta.home("bob") == []
    assert not await is_stored(beta, post.status.uri)
    gone, carol = await beta.known(ALICE), await beta.actor("carol")
    assert gone
    assert gone.gone_at is not None
    async with beta.instance.db.read() as connection:
        assert not await db_blocks.is_blocked(connection, gone.id, carol.id)
    with pytest.raises(Invalid):
        await follows.follow(beta.instance, carol, gone)


# --- by the person themselves ----------------------------------------------------------------------


async def test_somebody_deletes_their_account(alpha: Server, bob: Person, peer: Peer) -> None:
    """They type their name, are signed out and gone; a typing error or another's name changes nothing."""
    await is_read_by(alpha, "alice", bob)
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        page = await browser.get("/settings/leave")
        assert "nobody can have the name <b>@alice</b> again" in page.text
        for wrong in ("", "alic", "dora"):
            answer = await send(browser, "/settings/leave", "/settings/leave", username=wrong)
            assert answer.status_code == 422
            assert "Type alice here, if you are sure." in answer.text
        assert (await alpha.get("/users/alice")).status_code == 200
        answer = await send(browser, "/settings/leave", "/settings/leave", username="@Alice")
        assert answer.headers["location"] == "/sign-in?left=yes"
        assert "Your account is deleted." in (await browser.get("/sign-in?left=yes")).text
        assert not await is_signed_in(browser)
    assert (await alpha.get("/users/alice")).status_code == 410
    await settle(alpha)
    assert len(peer.got("Delete")) == 1


async def test_deleting_wants_a_proof_of_minutes(alpha: Server, clock: Clock) -> None:
    """Ten minutes after signing in the password is asked for, and then it goes on."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        clock.forward(10 * MINUTE)
        question = await send(browser, "/settings/leave", "/settings/leave", username="alice")
        assert question.status_code == 401
        assert "<h1>Is it you?</h1>" in question.text
        form = {
            "csrf": field_of(question.text, "csrf"),
            "proof_page": field_of(question.text, "proof_page"),
            "proof_action": field_of(question.text, "proof_action"),
            "username": field_of(question.text, "username"),
            "proof": PASSWORD,
        }
        on = await browser.post("/prove", data=form)
        assert (on.status_code, on.headers["location"]) == (307, "/settings/leave")
        assert (await alpha.get("/users/alice")).status_code == 200
        gone = await browser.post(on.headers["location"], data=form)
        assert gone.headers["location"] == "/sign-in?left=yes"
    assert (await alpha.get("/users/alice")).status_code == 410


async def test_owner_finds_no_button(alpha: Server) -> None:
    """Who owns the server is told why not, and cannot do it by hand either."""
    owner = await accounts.create_account(
        alpha.instance, NewAccount("olive", "olive@alpha.test", PASSWORD, role=Role.OWNER)
    )
    async with aclosing(await sign_in(alpha, "olive")) as browser:
        page = await browser.get("/settings/leave")
        assert "You own this server" in page.text
        assert 'action="/settings/leave"' not in page.text
        csrf = field_of((await browser.get("/settings")).text, "csrf")
        form = {"csrf": csrf, "username": "olive"}
        assert (await browser.post("/settings/leave", data=form)).status_code == 422
    assert (await alpha.user("olive")).id == owner.id
