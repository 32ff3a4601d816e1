"""Somebody is kept out of their account, or has all their pictures folded; all else stays."""

import json
from collections.abc import Callable

import httpx
import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act
from fedlearn.domain.oauth import Application, read_scopes
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid
from fedlearn.services import attachments, list_feeds, measures, oauth, signing_in, warnings
from fedlearn.services.drafts import Draft, MediaDraft
from fedlearn.settings import Settings
from tests.api.apps import App, app_of
from tests.api.sockets import listening_to
from tests.clock import DAY, Clock
from tests.federation.authenticator import Authenticator, options_in
from tests.federation.browser import fill_sign_in, open_browser, sign_in
from tests.federation.forms import is_signed_in, send
from tests.federation.network import Network
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import PASSWORD, Server, run_server, settle
from tests.federation.test_desk import sits
from tests.federation.test_list_feeds import a_list, address_of
from tests.federation.test_measures import known
from tests.federation.test_scheduling import plan, waiting
from tests.federation.test_stewardship import done, person
from tests.pictures import png

BACK = "https://app.test/"
FOLDED = '<details class="warned">'
PICTURE = {"type": "Image", "mediaType": "image/png", "url": "https://peer.test/a.png"}


async def disable(server: Server, name: str) -> None:
    """Stewards keep somebody out."""
    await measures.disable(server.instance, TERMINAL, await server.actor(name))


# --- kept out ------------------------------------------------------------------------------------


async def test_browsers_of_the_disabled(alpha: Server) -> None:
    """They are signed out; neither password nor link nor passkey lets them in, until enabled."""
    browser = await sign_in(alpha, "alice")
    device = Authenticator("https://alpha.test", "alpha.test")
    options = options_in((await browser.get("/settings/security")).text)
    await send(
        browser, "/settings/security", "/settings/passkeys", credential=device.create(options)
    )
    await disable(alpha, "alice")
    assert not await is_signed_in(browser)
    user = await alpha.user("alice")
    link = await signing_in.make_sign_in_link(alpha.instance, user, by=TERMINAL)
    options = options_in((await browser.get("/sign-in")).text)
    for answer in (
        await fill_sign_in(browser, "alice"),
        await browser.post(link),
        await browser.post("/passkey", data={"credential": device.get(options)}),
    ):
        assert answer.status_code == 422
        assert "This account was disabled" in answer.text
    await measures.enable(alpha.instance, TERMINAL, user.actor)
    assert (await fill_sign_in(browser, "alice")).status_code == 303


async def test_disabled_after_the_password(alpha: Server) -> None:
    """A session or a token that comes to be meanwhile counts for nothing either."""
    user = await alpha.user("alice")
    await disable(alpha, "alice")
    wanted = read_scopes("read")
    app, _ = await oauth.register(alpha.instance, "An app", [BACK], wanted, "")
    _token, secret = await oauth.issue(alpha.instance, app, user, wanted)
    answer = await App(alpha, secret).ask("GET", "/v1/accounts/verify_credentials")
    assert answer.status_code == 401
    # Who asked for it was let in before the word was said.
    session = await signing_in.open_session(alpha.instance, user, "")
    browser = open_browser(alpha)
    browser.cookies.set("__Host-session", session, domain=alpha.host, path="/")
    assert not await is_signed_in(browser)


async def test_apps_of_the_disabled(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """What listens is cut off, and a password is worth no token."""
    settings = settings_of("alpha.test", password_grant=True)
    async with run_server(settings, network) as alpha:
        wanted = read_scopes("read")
        app, secret = await oauth.register(alpha.instance, "An app", [BACK], wanted, "")
        assert (await asks_for_token(alpha, app, secret)).status_code == 200
        async with listening_to(await app_of(alpha, "alice"), "user") as socket:
            await disable(alpha, "alice")
            assert await socket.ends() > 1000
        refused = await asks_for_token(alpha, app, secret)
        assert refused.json()["error"] == "invalid_grant"


async def asks_for_token(server: Server, app: Application, secret: str) -> httpx.Response:
    """An app that was given the password of alice wants a token for it."""
    await server.user("alice")
    form = {
        "grant_type": "password",
        "client_id": app.client_id,
        "client_secret": secret,
        "username": "alice",
        "password": PASSWORD,
        "scope": "read",
    }
    return await server.http.post("/oauth/token", data=form)


async def test_what_was_handed_out(alpha: Server) -> None:
    """The secret address of a feed shows nothing any more."""
    alice = await alpha.actor("alice")
    made = await a_list(alpha, "alice", "carol")
    await list_feeds.open_feed(alpha.instance, alice, made.id)
    address = await address_of(alpha, made)
    assert address
    assert (await alpha.get(address, "*/*")).status_code == 200
    await disable(alpha, "alice")
    assert (await alpha.get(address, "*/*")).status_code == 404


async def test_what_was_planned(alpha: Server, clock: Clock) -> None:
    """What they had planned to post is not posted while they are out, and waits for them."""
    await plan(alpha, "alice", Draft("later"))
    await disable(alpha, "alice")
    clock.forward(DAY)
    await settle(alpha)
    assert await alpha.home("alice") == []
    assert await waiting(alpha, "alice") == ["later"]


async def test_others_see_no_difference(alpha: Server, bob: Person) -> None:
    """Their profile and posts stay for people and servers; what comes for them is taken."""
    await reads(alpha, "alice", bob)
    post = await alpha.post("alice", "hello")
    await disable(alpha, "alice")
    assert "hello" in (await open_browser(alpha).get("/@alice")).text
    assert (await alpha.get("/users/alice")).status_code == 200
    assert (await alpha.get(post.status.uri)).status_code == 200
    note = bob.note("<p>for her</p>")
    await takes(alpha, bob, bob.activity("Create", note))
    assert note["id"] in [one.status.uri for one in await alpha.home("alice")]


async def test_only_people_here_are_disabled(alpha: Server, bob: Person) -> None:
    """Elsewhere nobody has a door of ours."""
    with pytest.raises(Invalid, match="Nobody here"):
        await measures.disable(alpha.instance, TERMINAL, await alpha.find(bob.handle))


# --- pictures ------------------------------------------------------------------------------------


async def test_pictures_of_somebody_here(alpha: Server) -> None:
    """Folded on pages, marked for apps and other servers, and as they were when it is over."""
    alice = await alpha.actor("alice")
    media = await attachments.upload(alpha.instance, alice, png(30))
    post = await alpha.post("alice", "see", media=(MediaDraft(media.id, "a bee"),))
    mine, others, page = (
        await app_of(alpha, "alice"),
        await app_of(alpha, "dan"),
        f"/@alice/{post.id}",
    )

    async def marked() -> list[bool]:
        html = (await open_browser(alpha).get(page)).text
        document = json.loads((await alpha.get(post.status.uri)).text)
        entity = await others.get(f"/v1/statuses/{post.id}")
        return [FOLDED in html, document["sensitive"], entity["sensitive"]]

    assert await marked() == [False, False, False]
    await measures.sensitize(alpha.instance, TERMINAL, alice)
    assert await marked() == [True, True, True]
    # What its author says of it is what an edit in their app says again.
    assert (await mine.get(f"/v1/statuses/{post.id}"))["sensitive"] is False
    assert (await others.get(f"/v1/statuses/{post.id}/history"))[0]["sensitive"] is True
    assert 'content="https://alpha.test/media' not in (await open_browser(alpha).get(page)).text
    await measures.unsensitize(alpha.instance, TERMINAL, alice)
    assert await marked() == [False, False, False]
    with pytest.raises(Invalid, match="not marked"):
        await measures.unsensitize(alpha.instance, TERMINAL, alice)


async def test_pictures_of_somebody_elsewhere(alpha: Server, bob: Person) -> None:
    """The same, also after their server has sent their profile anew."""
    await reads(alpha, "alice", bob)
    await measures.sensitize(alpha.instance, TERMINAL, await alpha.find(bob.handle))
    await takes(alpha, bob, bob.activity("Update", bob.document()))
    robin = await alpha.find(bob.handle)
    assert (await known(alpha, robin)).is_sensitized
    note = bob.note("<p>see</p>", attachment=PICTURE)
    await takes(alpha, bob, bob.activity("Create", note))
    await settle(alpha)
    assert FOLDED in (await (await sign_in(alpha, "alice")).get("/")).text
    (shown,) = await (await app_of(alpha, "alice")).get("/v1/timelines/home")
    assert shown["sensitive"] is True


# --- who does so ---------------------------------------------------------------------------------


async def test_by_buttons(alpha: Server) -> None:
    """Moderators press them on the page of an account, which says how it stands."""
    morris = await sits(alpha, "morris", Role.MODERATOR)
    alice = await alpha.actor("alice")
    page = f"/moderation/accounts/{alice.id}"
    for step, is_said in (
        ("disable", ("Active · Disabled<", "Enable again")),
        ("sensitize", ("Active · Disabled · All attachments marked as sensitive<",)),
        ("enable", ("Active · All attachments marked as sensitive<", "Mark attachments no more")),
        ("unsensitize", (">Active<", "Mark all attachments as sensitive")),
    ):
        wanted = {"text": "Because.", "reason": "stolen"}
        assert (await send(morris, page, f"{page}/{step}", **wanted)).status_code == 303
        shown = (await morris.get(page)).text
        assert all(words in shown for words in is_said), step
    again = await send(morris, page, f"{page}/enable")
    assert again.status_code == 422
    assert "@alice is not disabled." in again.text
    for state, is_found in (("disabled", True), ("sensitized", False)):
        await send(morris, page, f"{page}/disable")
        found = await morris.get("/moderation/accounts", params={"state": state})
        assert (page in found.text) is is_found
    acts = [Act.DISABLE, Act.UNSENSITIZE, Act.ENABLE, Act.SENSITIZE, Act.DISABLE]
    assert [act for act, _ in await done(alpha)] == acts
    assert (await (await sign_in(alpha, "dora")).post(f"{page}/enable")).status_code == 404
    told = [one.text for one in await warnings.warnings_of(alpha.instance, alice)]
    assert told == ["", "Because.", "Because."]


async def test_owners_are_spared(alpha: Server) -> None:
    """Nobody shuts an owner out of their own place."""
    olga = (await person(alpha, "olga", Role.OWNER)).user
    assert olga
    for act in (measures.disable, measures.sensitize):
        with pytest.raises(Invalid, match="owner"):
            await act(alpha.instance, TERMINAL, olga.actor)
