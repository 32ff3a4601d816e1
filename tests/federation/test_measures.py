"""What moderators do to one account, here and elsewhere, and what everybody else sees of it."""

import pytest

from fedlearn.db import audit as db_audit
from fedlearn.domain.actors import Actor, OwnKey, Role
from fedlearn.domain.audit import Act, AuditEntry, AuditFilter
from fedlearn.domain.media import ProfilePicture
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.roles import TERMINAL, Steward, steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import (
    accounts,
    attachments,
    cleaning,
    measures,
    profile_pictures,
    sign_ups,
    warnings,
)
from fedlearn.services.accounts import NewAccount
from fedlearn.services.drafts import MediaDraft
from tests.clock import DAY, Clock
from tests.federation.browser import fill_sign_in, open_browser, sign_in
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by, is_stored, reads, takes, told
from tests.federation.server import PASSWORD, Server, settle
from tests.pictures import png


async def as_steward(server: Server, name: str, role: Role) -> Steward:
    """Somebody who looks after the server."""
    wanted = NewAccount(name, f"{name}@{server.host}", PASSWORD, role=role)
    return steward(await accounts.create_account(server.instance, wanted))


@pytest.fixture
async def morris(alpha: Server) -> Steward:
    """A moderator of alpha."""
    return await as_steward(alpha, "morris", Role.MODERATOR)


async def log(server: Server) -> list[AuditEntry]:
    """What was done, the latest first."""
    async with server.instance.db.read() as connection:
        return await db_audit.audit_page(connection, AuditFilter(), before=None, limit=40)


async def known(server: Server, actor: Actor) -> Actor:
    """Somebody as they are known now."""
    found = await server.known(actor.uri)
    assert found is not None
    return found


# --- silence -------------------------------------------------------------------------------------


async def test_silenced_here_is_heard_by_followers(alpha: Server, morris: Steward) -> None:
    """Who follows somebody reads on; others find nothing, and are told of nothing they do."""
    alice = await alpha.actor("alice")
    await alpha.user("dan")
    await alpha.follow("carol", "alice@alpha.test")
    await measures.silence(alpha.instance, morris, alice, text="Too loud.", reason="spam")
    post = await alpha.post("alice", "hello #bees @dan")
    assert await alpha.seen_by("carol", post.status.uri) is not None
    assert await alpha.seen_by("alice", post.status.uri) is not None
    assert await alpha.seen_by("dan", post.status.uri) is not None  # who is named in it
    assert await alpha.seen_by("morris", post.status.uri) is None
    assert await told(alpha, "dan") == []
    for name, finds in (("morris", False), ("carol", False)):
        browser = await sign_in(alpha, name)
        for page in ("/public", "/tags/bees"):
            assert ("hello" in (await browser.get(page)).text) is finds
    assert "hello" not in (await open_browser(alpha).get("/@alice")).text
    assert (await log(alpha))[0].done.reason == "spam"
    await measures.unsilence(alpha.instance, morris, alice)
    assert await alpha.seen_by("morris", post.status.uri) is not None


async def test_silenced_follower_waits(alpha: Server, morris: Steward) -> None:
    """Somebody silenced has to ask whom they want to follow."""
    alice = await alpha.actor("alice")
    await alpha.user("dan")
    await measures.silence(alpha.instance, morris, alice)
    await alpha.follow("alice", "dan@alpha.test")
    post = await alpha.post("dan", "hello")
    assert [view.status.uri for view in await alpha.home("alice")] == []
    assert await alpha.seen_by("alice", post.status.uri) is not None


async def test_silenced_elsewhere(alpha: Server, bob: Person, morris: Steward) -> None:
    """One actor of another server is silenced like a whole domain; a neighbour is not."""
    carol = bob.peer.person("carol")
    await measures.silence(alpha.instance, morris, await alpha.find(bob.handle))
    ours = await alpha.post("alice", "hello")
    for person in (bob, carol):
        await takes(alpha, person, person.activity("Like", ours.status.uri))
    assert await told(alpha, "alice") == [(NotificationKind.FAVOURITE, "carol@peer.test")]


# --- suspension ----------------------------------------------------------------------------------


async def test_suspended_here(alpha: Server, bob: Person, morris: Steward) -> None:
    """They are signed out and shut out, and nobody sees them; followers' servers are told."""
    await is_read_by(alpha, "alice", bob)
    alice, post = await alpha.actor("alice"), await alpha.post("alice", "hello")
    await settle(alpha)
    browser = await sign_in(alpha, "alice")
    reader = await sign_in(alpha, "dan")
    await measures.suspend(alpha.instance, morris, alice, reason="spam")
    await settle(alpha)
    assert (await browser.get("/settings")).status_code == 303
    answer = await fill_sign_in(open_browser(alpha), "alice")
    assert answer.status_code == 422
    assert "This account was suspended" in answer.text
    for visitor in (reader, open_browser(alpha)):
        assert (await visitor.get("/@alice")).status_code == 404
        assert (await visitor.get(f"/@alice/{post.id}")).status_code == 404
        assert "hello" not in (await visitor.get("/public")).text
    assert (await alpha.get("/users/alice")).status_code == 404
    assert await alpha.seen_by("dan", post.status.uri) is None
    update = bob.peer.got("Update")[-1]
    assert (update["object"]["id"], update["object"]["suspended"]) == (alice.uri, True)


async def test_suspended_here_can_come_back(alpha: Server, bob: Person, morris: Steward) -> None:
    """For a while all is as it was when the word is taken back: posts, followers, password."""
    await is_read_by(alpha, "alice", bob)
    alice, post = await alpha.actor("alice"), await alpha.post("alice", "hello")
    await measures.suspend(alpha.instance, morris, alice)
    with pytest.raises(Invalid, match="already"):
        await measures.suspend(alpha.instance, morris, alice)
    await measures.unsuspend(alpha.instance, morris, alice, reason="a mistake")
    await settle(alpha)
    assert bob.peer.got("Update")[-1]["object"]["suspended"] is False
    assert await alpha.seen_by("dan", post.status.uri) is not None
    assert (await (await sign_in(alpha, "alice")).get("/settings")).status_code == 200
    assert (await alpha.get("/users/alice")).status_code == 200
    acts = [(one.done.act, one.by and one.by.acct) for one in await log(alpha)]
    assert acts[:2] == [(Act.UNSUSPEND, "morris"), (Act.SUSPEND, "morris")]
    with pytest.raises(Invalid, match="not suspended"):
        await measures.unsuspend(alpha.instance, morris, alice)


async def test_pictures_of_the_suspended(alpha: Server, morris: Steward) -> None:
    """In a post and on their profile: given to who looks at what they did, and to all afterwards."""
    alice = await alpha.actor("alice")
    await profile_pictures.change_pictures(alpha.instance, alice, {ProfilePicture.AVATAR: png(30)})
    media = await attachments.upload(alpha.instance, alice, png(40))
    post = await alpha.post("alice", "hello", media=(MediaDraft(media.id),))
    avatar = (await alpha.actor("alice")).profile.avatar
    assert avatar is not None
    pictures = [avatar, post.attachments[0].url]
    readers = [open_browser(alpha), await sign_in(alpha, "dan"), await sign_in(alpha, "morris")]

    async def answers() -> list[list[int]]:
        return [[(await one.get(picture)).status_code for picture in pictures] for one in readers]

    await measures.suspend(alpha.instance, morris, alice)
    assert await answers() == [[404, 404], [404, 404], [200, 200]]
    kept = (await readers[-1].get(avatar)).headers["cache-control"]
    assert kept.startswith("private")
    await measures.unsuspend(alpha.instance, morris, alice)
    assert await answers() == [[200, 200]] * 3
    for one in readers:
        await one.aclose()


async def test_suspension_taken_back_lets_nobody_in(alpha: Server, morris: Steward) -> None:
    """Who was never let in still waits, and other servers do not learn of them."""
    wanted = NewAccount("emil", "emil@alpha.test", PASSWORD)
    emil = (await accounts.create_account(alpha.instance, wanted, approved=False)).actor
    await measures.suspend(alpha.instance, morris, emil)
    await sign_ups.approve(alpha.instance, await alpha.user("emil"), by=morris)
    assert (await alpha.get("/users/emil")).status_code == 404
    await measures.unsuspend(alpha.instance, morris, emil)
    assert (await alpha.get("/users/emil")).status_code == 200
    wanted = NewAccount("fay", "fay@alpha.test", PASSWORD)
    fay = (await accounts.create_account(alpha.instance, wanted, approved=False)).actor
    await measures.suspend(alpha.instance, morris, fay)
    await measures.unsuspend(alpha.instance, morris, fay)
    assert (await alpha.get("/users/fay")).status_code == 404


async def test_suspended_here_is_erased_in_the_end(
    alpha: Server, bob: Person, morris: Steward, clock: Clock
) -> None:
    """After thirty days nothing is left of them, and every server is told."""
    await is_read_by(alpha, "alice", bob)
    alice, post = await alpha.actor("alice"), await alpha.post("alice", "hello")
    await measures.suspend(alpha.instance, morris, alice)
    clock.forward(30 * DAY)
    await cleaning.clean_up(alpha.instance)
    assert await is_stored(alpha, post.status.uri)
    clock.forward(1)
    await cleaning.clean_up(alpha.instance)
    assert not await is_stored(alpha, post.status.uri)
    last = (await log(alpha))[0]
    assert (last.done.act, last.agent, last.by) == (Act.DELETE_ACCOUNT, "server", None)
    with pytest.raises(NotFound):
        await accounts.find_user(alpha.instance, "alice")


async def test_suspension_taken_back_at_the_last_moment(
    alpha: Server, morris: Steward, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is let back in while cleaning is about to erase them, stays."""
    alice, post = await alpha.actor("alice"), await alpha.post("alice", "hello")
    await measures.suspend(alpha.instance, morris, alice)
    clock.forward(31 * DAY)
    stored_key = alpha.instance.keys.stored_key

    async def meanwhile(actor: Actor) -> OwnKey:
        await measures.unsuspend(alpha.instance, morris, alice)
        return await stored_key(actor)

    monkeypatch.setattr(alpha.instance.keys, "stored_key", meanwhile)
    await measures.erase_suspended(alpha.instance)
    assert await is_stored(alpha, post.status.uri)
    assert (await log(alpha))[0].done.act is Act.UNSUSPEND


async def test_suspended_elsewhere(alpha: Server, bob: Person, morris: Steward) -> None:
    """What somebody of another server has here is removed at once, and nothing more is taken."""
    await reads(alpha, "alice", bob)
    note, another = bob.note("<p>hello</p>"), bob.note("<p>again</p>")
    await takes(alpha, bob, bob.activity("Create", note))
    actor = await alpha.find(bob.handle)
    await measures.suspend(alpha.instance, morris, actor)
    await takes(alpha, bob, bob.activity("Create", another))
    assert not await is_stored(alpha, note["id"])
    assert not await is_stored(alpha, another["id"])
    assert (await known(alpha, actor)).is_active is False
    with pytest.raises(Invalid, match="cannot be followed"):
        await alpha.follow("alice", bob.handle)
    await measures.unsuspend(alpha.instance, morris, actor)
    await alpha.follow("alice", bob.handle)


# --- who may do it, and to whom ------------------------------------------------------------------


async def test_nobody_acts_upon_who_stands_above_them(alpha: Server, morris: Steward) -> None:
    """A moderator cannot touch another, an admin can; nobody touches an owner, nor anybody, a user."""
    ada = await as_steward(alpha, "ada", Role.ADMIN)
    owner = await as_steward(alpha, "olga", Role.OWNER)
    user = steward(await alpha.user("alice"))
    assert ada.user
    assert morris.user
    assert owner.user
    for target in (ada.user, morris.user, owner.user):
        with pytest.raises(Invalid, match="below yours"):
            await measures.silence(alpha.instance, morris, target.actor)
    with pytest.raises(NotFound):
        await measures.silence(alpha.instance, user, morris.user.actor)
    with pytest.raises(Invalid, match="owner"):
        await measures.suspend(alpha.instance, TERMINAL, owner.user.actor)
    await measures.silence(alpha.instance, ada, morris.user.actor)
    assert (await known(alpha, morris.user.actor)).is_silenced
    with pytest.raises(Invalid, match="nobody any more"):
        await measures.suspend(alpha.instance, ada, alpha.instance.actor)


async def test_warned(alpha: Server, bob: Person, morris: Steward) -> None:
    """A message of the moderators comes from the server, not from one of them; nothing is done."""
    alice = await alpha.actor("alice")
    await warnings.warn(alpha.instance, morris, alice, " Please be kind. ")
    assert await told(alpha, "alice") == [(NotificationKind.WARNING, "alpha.test")]
    (one,) = await warnings.warnings_of(alpha.instance, alice)
    assert (one.text, one.consequence) == ("Please be kind.", "none")
    browser = await sign_in(alpha, "alice")
    assert 'href="/warnings"' in (await browser.get("/notifications")).text
    assert "Please be kind." in (await browser.get("/warnings")).text
    assert "Please be kind." not in (await (await sign_in(alpha, "dan")).get("/warnings")).text
    for actor, text in ((alice, " "), (alice, "x" * 2001), (await alpha.find(bob.handle), "hi")):
        with pytest.raises(Invalid):
            await warnings.warn(alpha.instance, morris, actor, text)
    with pytest.raises(NotFound):
        await warnings.warn(alpha.instance, steward(await alpha.user("dan")), alice, "hi")


async def test_notifications_by_the_suspended_are_hidden(alpha: Server, morris: Steward) -> None:
    """What somebody did is told no more while they are suspended, and again when they are back."""
    alice = await alpha.actor("alice")
    await alpha.user("dan")
    await alpha.follow("alice", "dan@alpha.test")
    assert await told(alpha, "dan") == [(NotificationKind.FOLLOW, "alice")]
    await measures.suspend(alpha.instance, morris, alice)
    assert await told(alpha, "dan") == []
    await measures.unsuspend(alpha.instance, morris, alice)
    assert await told(alpha, "dan") == [(NotificationKind.FOLLOW, "alice")]
