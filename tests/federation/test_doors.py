"""A new password shuts every door: whatever let somebody into the account before opens nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from fedlearn.domain.oauth import Application
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid, RefusedGrant
from fedlearn.services import mail_links, measures, oauth, second_step, signing_in
from fedlearn.services.oauth import Wish
from fedlearn.settings import MailSecurity, Settings
from tests.federation.authenticator import Authenticator, options_in
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import is_signed_in, send
from tests.federation.mailbox import Mailbox, open_mailbox
from tests.federation.network import Network
from tests.federation.server import Server, run_server, settle

BACK = "https://app.test/"
NEW_PASSWORD = "another horse battery"
SECURITY = "/settings/security"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server that takes everything."""
    async with open_mailbox() as box:
        yield box


@pytest.fixture
async def alpha(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None, mailbox: Mailbox
) -> AsyncIterator[Server]:
    """A fedlearn server at alpha.test that sends mail."""
    settings = settings_of(
        "alpha.test",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security=MailSecurity.NONE,
    )
    async with run_server(settings, network) as server:
        yield server


@dataclass(frozen=True)
class Doors:
    """What somebody has in hand who was in the account."""

    half_sign_in: str
    link: str
    application: Application
    code: str
    token: str


async def open_doors(server: Server, name: str) -> Doors:
    """Somebody has given a password, was given a link, and let an app in, fetched and not."""
    instance, user = server.instance, await server.user(name)
    app, _ = await oauth.register(instance, "An app", [BACK], frozenset(), "")
    link = await signing_in.make_sign_in_link(instance, user, by=TERMINAL)
    return Doors(
        half_sign_in=await second_step.begin_sign_in(instance, user),
        link=link.rpartition("/")[2],
        application=app,
        code=await oauth.agree(instance, user, Wish(app, BACK, app.scopes)),
        token=(await oauth.issue(instance, app, user, app.scopes))[1],
    )


async def open_still(server: Server, doors: Doors) -> list[str]:
    """Through which of them one still gets in."""
    found = []
    try:
        await second_step.finish_sign_in(server.instance, doors.half_sign_in, "000000")
    except Invalid as error:
        # A field is named when another code may be tried.
        found += ["half sign-in"] if error.fields else []
    async with open_browser(server) as browser:
        found += ["link"] if (await browser.post(f"/sign-in/{doors.link}")).is_redirect else []
    found += ["code"] if await is_taken(server, doors) else []
    is_known = await oauth.caller_with(server.instance, doors.token) is not None
    return found + (["token"] if is_known else [])


async def is_taken(server: Server, doors: Doors) -> bool:
    """Whether an app still gets a token for its code."""
    try:
        await oauth.token_for_code(
            server.instance,
            doors.application,
            code=doors.code,
            redirect_uri=BACK,
            verifier="",
            has_secret=True,
        )
    except RefusedGrant:
        return False
    return True


async def choose_by_mail(server: Server, mailbox: Mailbox) -> None:
    """Alice forgot her password, and chooses another by the link in a mail."""
    await mail_links.ask_for_password_link(server.instance, "alice")
    await settle(server)
    async with open_browser(server) as browser:
        done = await browser.post(mailbox.path(), data={"password": NEW_PASSWORD})
    assert "Your password was changed" in done.text


@pytest.mark.parametrize("how", ["by mail", "in the settings", "suspended", "disabled"])
async def test_every_door_is_shut(alpha: Server, mailbox: Mailbox, how: str) -> None:
    """Neither half a sign-in nor a link, a code or a token gets in; those of others still do."""
    hers, bobs = await open_doors(alpha, "alice"), await open_doors(alpha, "bob")
    alice = await alpha.user("alice")
    if how == "by mail":
        await choose_by_mail(alpha, mailbox)
    elif how == "in the settings":
        async with aclosing(await sign_in(alpha, "alice")) as mine:
            await send(mine, "/settings", "/settings/password", password=NEW_PASSWORD)
            assert await is_signed_in(mine)
    elif how == "disabled":
        await measures.disable(alpha.instance, TERMINAL, alice.actor)
        await measures.enable(alpha.instance, TERMINAL, alice.actor)
    else:
        await measures.suspend(alpha.instance, TERMINAL, alice.actor)
        await measures.unsuspend(alpha.instance, TERMINAL, alice.actor)
    assert await open_still(alpha, hers) == []
    assert await open_still(alpha, bobs) == ["half sign-in", "link", "code", "token"]


async def test_new_password_by_mail_removes_passkeys(alpha: Server, mailbox: Mailbox) -> None:
    """Who added a passkey to her account is rid of by the link in the letter, which says so."""
    device = Authenticator("https://alpha.test", "alpha.test")
    async with aclosing(await sign_in(alpha, "alice")) as theirs:
        options = options_in((await theirs.get(SECURITY)).text)
        await send(theirs, SECURITY, "/settings/passkeys", credential=device.create(options))
    await settle(alpha)
    letter = " ".join(mailbox.letters[0].get_content().split())
    assert "removes all passkeys: https://alpha.test/new-password" in letter
    await choose_by_mail(alpha, mailbox)
    async with open_browser(alpha) as browser:
        options = options_in((await browser.get("/sign-in")).text)
        answer = await browser.post("/passkey", data={"credential": device.get(options)})
        assert answer.status_code == 422
        form = {"login": "alice", "password": NEW_PASSWORD}
        assert (await browser.post("/sign-in", data=form)).status_code == 303


async def test_app_that_is_removed_while_it_fetches_its_token(alpha: Server) -> None:
    """What she takes back in the moment in which an app comes with its code, is taken back."""
    hers = await open_doors(alpha, "alice")
    fetched, _ = await asyncio.gather(
        oauth.token_for_code(
            alpha.instance,
            hers.application,
            code=hers.code,
            redirect_uri=BACK,
            verifier="",
            has_secret=True,
        ),
        oauth.take_back(alpha.instance, await alpha.user("alice"), hers.application.id),
    )
    assert await oauth.caller_with(alpha.instance, fetched[1]) is None


async def test_app_that_is_removed_fetches_no_token(alpha: Server) -> None:
    """What she takes back from an app, it cannot fetch afterwards either."""
    hers = await open_doors(alpha, "alice")
    await oauth.take_back(alpha.instance, await alpha.user("alice"), hers.application.id)
    assert await open_still(alpha, hers) == ["half sign-in", "link"]
