"""Letters to people: that their account was changed, or that somebody else gave their address."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import httpx
import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid
from fedlearn.services import (
    accounts,
    cleaning,
    mail_links,
    measures,
    passkeys,
    second_step,
    signing_in,
    stewardship,
    warnings,
)
from fedlearn.services.accounts import NewAccount
from fedlearn.settings import MailSecurity, Registration, Settings
from tests.api.apps import app_of
from tests.clock import DAY, Clock
from tests.federation.authenticator import Authenticator, options_in
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import send
from tests.federation.mailbox import Mailbox, open_mailbox
from tests.federation.network import Network
from tests.federation.server import PASSWORD, Server, run_server, settle
from tests.federation.test_stewardship import person

ADDRESS = "alice@alpha.test"
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
    """A fedlearn server at alpha.test that sends mail, where anybody may sign up."""
    settings = settings_of(
        "alpha.test",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security=MailSecurity.NONE,
        registration=Registration.OPEN,
        contact_email="help@alpha.test",
    )
    async with run_server(settings, network) as server:
        yield server


async def sign_up(server: Server, name: str, email: str) -> httpx.Response:
    """Somebody makes an account."""
    async with open_browser(server) as browser:
        form = {"username": name, "email": email, "password": PASSWORD}
        return await browser.post("/sign-up", data=form)


def sent(mailbox: Mailbox) -> list[tuple[str, str]]:
    """To whom letters went, and what each says first."""
    return [(one["to"], one.get_content().partition(".")[0]) for one in mailbox.letters]


async def test_what_moderators_say(alpha: Server, mailbox: Mailbox) -> None:
    """They are told by mail, unless the app of a moderator says that they are not to be."""
    await person(alpha, "morris", Role.MODERATOR)
    app, alice = await app_of(alpha, "morris"), await alpha.actor("alice")
    action = f"/v1/admin/accounts/{alice.id}/action"
    for text, by_mail in (("Please stop", False), ("Stop", True)):
        await app.post(action, type="none", text=text, send_email_notification=by_mail)
    await app.post(action, type="silence", send_email_notification="false")
    await settle(alpha)
    (letter,) = mailbox.letters
    assert letter["to"] == ADDRESS
    assert "Stop" in letter.get_content().split()
    told = await warnings.warnings_of(alpha.instance, alice)
    assert [one.text for one in told] == ["", "Stop", "Please stop"]


# --- what was changed ------------------------------------------------------------------------------


async def test_password_was_changed(alpha: Server, mailbox: Mailbox) -> None:
    """Its owner hears of it, with what to do if it was somebody else; by mail or in the settings."""
    alice = await alpha.user("alice")
    await signing_in.change_password(alpha.instance, alice, "another horse battery", "")
    await settle(alpha)
    assert sent(mailbox) == [(ADDRESS, "The password was changed")]
    text = mailbox.letters[0].get_content()
    assert "https://alpha.test/new-password" in text
    assert "help@alpha.test" in text
    await mail_links.ask_for_password_link(alpha.instance, "alice")
    await settle(alpha)
    token = mailbox.path().rpartition("/")[2]
    await mail_links.choose_password(alpha.instance, token, "a third horse battery")
    await settle(alpha)
    assert sent(mailbox)[-1] == (ADDRESS, "The password was changed")


async def test_passkey_and_second_step(alpha: Server, mailbox: Mailbox) -> None:
    """A new passkey and a second step that is no more are told, too."""
    device = Authenticator("https://alpha.test", "alpha.test")
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        options = options_in((await browser.get(SECURITY)).text)
        await send(browser, SECURITY, "/settings/passkeys", credential=device.create(options))
    alice = await alpha.user("alice")
    assert await passkeys.passkeys_of(alpha.instance, alice)
    await stewardship.forget_second_step(alpha.instance, alice, by=TERMINAL)
    await settle(alpha)
    assert sent(mailbox) == [
        (ADDRESS, "A passkey was added, which signs in without the password"),
        (ADDRESS, "The second step was turned off: the password is enough to sign in"),
    ]


async def test_change_that_was_refused_is_not_told(alpha: Server, mailbox: Mailbox) -> None:
    """Nobody is alarmed over what did not happen."""
    alice = await alpha.user("alice")
    with pytest.raises(Invalid):
        await signing_in.change_password(alpha.instance, alice, "short", "")
    with pytest.raises(Invalid):
        await second_step.turn_off(alpha.instance, alice, "000000")
    await settle(alpha)
    assert mailbox.letters == []


# --- addresses of others ---------------------------------------------------------------------------


async def test_nobody_learns_whose_address_it_is(alpha: Server, mailbox: Mailbox) -> None:
    """Who signs up with a taken address gets the same answer; its owner gets a letter, not a link."""
    await alpha.user("alice")
    free = await sign_up(alpha, "mallory", "free@peer.test")
    taken = await sign_up(alpha, "mallet", ADDRESS.upper())
    assert (free.status_code, taken.status_code) == (200, 200)
    for one, name, email in (
        (free, "mallory", "free@peer.test"),
        (taken, "mallet", ADDRESS.upper()),
    ):
        assert one.text.count(email) == 1
        assert "Open the link that we sent" in one.text
        assert f'value="{name}"' in one.text
    # Nor does the name tell: it is taken in both cases, and neither is to be seen.
    for name in ("mallory", "mallet"):
        again = await sign_up(alpha, name, "third@peer.test")
        assert "Somebody has this name already." in again.text
        assert (await alpha.get(f"/users/{name}")).status_code == 404
    await settle(alpha)
    assert [letter["to"] for letter in mailbox.letters] == ["free@peer.test", ADDRESS]
    text = mailbox.letters[-1].get_content()
    assert "It belongs to @alice already, so nothing was changed." in text
    assert "/confirm/" not in text
    assert "mallet" not in text


async def test_change_to_an_address_of_somebody_else(alpha: Server, mailbox: Mailbox) -> None:
    """The same for who changes their address: the answer is that of a free one, and nothing changes."""
    await alpha.user("alice")
    async with aclosing(await sign_in(alpha, "bob")) as browser:
        answers = [
            await send(browser, SECURITY, "/settings/email", email=email)
            for email in ("free@peer.test", ADDRESS)
        ]
    assert [one.headers["location"] for one in answers] == [f"{SECURITY}?done=asked"] * 2
    await settle(alpha)
    assert [letter["to"] for letter in mailbox.letters] == ["free@peer.test", ADDRESS]
    assert "/confirm/" not in mailbox.letters[-1].get_content()


async def test_first_to_confirm_has_the_address(alpha: Server, mailbox: Mailbox) -> None:
    """Of two who typed one address only one gets it, by whatever way the other tries to confirm."""
    for name in ("carol", "mallory"):
        await sign_up(alpha, name, "one@peer.test")
    await settle(alpha)
    tokens = [letter.get_content().split("/confirm/")[1].split()[0] for letter in mailbox.letters]
    await mail_links.confirm_email(alpha.instance, tokens[0])
    with pytest.raises(Invalid, match="Somebody else has this address"):
        await mail_links.confirm_email(alpha.instance, tokens[1])
    await mail_links.ask_for_password_link(alpha.instance, "mallory")
    await settle(alpha)
    token = mailbox.path().rpartition("/")[2]
    with pytest.raises(Invalid, match="Somebody else has this address"):
        await mail_links.choose_password(alpha.instance, token, "a third horse battery")
    mallory = await alpha.user("mallory")
    link = await signing_in.make_sign_in_link(alpha.instance, mallory, by=TERMINAL)
    async with open_browser(alpha) as browser:
        assert (await browser.post(link)).status_code == 422


async def test_without_mail_the_form_says_so(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """Where nobody can be told by mail, an address counts at once, and so the form must say it."""
    settings = settings_of("gamma.test", registration=Registration.OPEN)
    async with run_server(settings, network) as gamma:
        await gamma.user("alice")
        answer = await sign_up(gamma, "mallory", "alice@gamma.test")
        assert answer.status_code == 422
        assert "Somebody has this address already." in answer.text


# --- who never confirms ----------------------------------------------------------------------------


async def test_unconfirmed_account_is_removed(alpha: Server, clock: Clock) -> None:
    """After a week the name is free again; who has confirmed, or was made by the operator, stays."""
    await alpha.user("alice")
    await sign_up(alpha, "carol", "carol@peer.test")
    clock.forward(7 * DAY)
    await cleaning.clean_up(alpha.instance)
    assert [one.actor.acct for one in await accounts.all_users(alpha.instance)] == [
        "alice",
        "carol",
    ]
    clock.forward(1)
    await cleaning.clean_up(alpha.instance)
    assert [one.actor.acct for one in await accounts.all_users(alpha.instance)] == ["alice"]
    again = NewAccount("carol", "other@peer.test", PASSWORD)
    assert (await accounts.create_account(alpha.instance, again)).actor.acct == "carol"
    assert (await alpha.get("/users/carol")).status_code == 200


async def opens_link(server: Server, path: str, **fields: str) -> None:
    """Somebody follows a link in a letter."""
    async with open_browser(server) as browser:
        assert (await browser.post(path, data=fields)).status_code in {200, 303}


async def test_silenced_before_they_confirm(alpha: Server, mailbox: Mailbox) -> None:
    """Whom moderators silence before their address is confirmed is there once it is."""
    await sign_up(alpha, "carol", "carol@peer.test")
    await settle(alpha)
    carol = await accounts.find_user(alpha.instance, "carol")
    await measures.silence(alpha.instance, TERMINAL, carol.actor)
    await opens_link(alpha, mailbox.path())
    assert (await alpha.get("/users/carol")).status_code == 200


async def test_suspended_before_they_confirm(alpha: Server, mailbox: Mailbox) -> None:
    """Whom moderators suspend stays away with a confirmed address, until that is taken back."""
    await sign_up(alpha, "carol", "carol@peer.test")
    carol = await accounts.find_user(alpha.instance, "carol")
    await measures.suspend(alpha.instance, TERMINAL, carol.actor)
    await mail_links.ask_for_password_link(alpha.instance, "carol")
    await settle(alpha)
    await opens_link(alpha, mailbox.path(), password=PASSWORD)
    assert (await alpha.get("/users/carol")).status_code == 404
    await measures.unsuspend(alpha.instance, TERMINAL, carol.actor)
    assert (await alpha.get("/users/carol")).status_code == 200
