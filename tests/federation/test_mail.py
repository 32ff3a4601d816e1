"""Mail: passwords are renewed and addresses confirmed by links, through a real mail server."""

import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from email.headerregistry import Address

import httpx
import pytest

from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid, Unavailable
from fedlearn.services import accounts, mail, measures, sign_ups, stewardship, warnings
from fedlearn.services.mail import Letter
from fedlearn.settings import MailSecurity, Registration, Settings
from tests.clock import HOUR, MINUTE, Clock
from tests.federation import mailbox as boxes
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import is_signed_in, send
from tests.federation.live import Authority
from tests.federation.mailbox import Mailbox, open_mailbox
from tests.federation.network import Network
from tests.federation.server import PASSWORD, Server, make_due, run_server, settle

NEW_PASSWORD = "another horse battery"
HELLO = Letter("alice@peer.test", "Hello", "How are you?\n")


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server that takes everything."""
    async with open_mailbox() as box:
        yield box


@pytest.fixture
async def alpha(
    network: Network,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    mailbox: Mailbox,
) -> AsyncIterator[Server]:
    """A fedlearn server at alpha.test that sends mail, where anybody may sign up."""
    settings = settings_of(
        "alpha.test",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security=MailSecurity.NONE,
        registration=Registration.OPEN,
    )
    async with run_server(settings, network) as server:
        yield server


async def try_to_sign_in(server: Server, login: str, password: str) -> int:
    """With which status signing in is answered."""
    async with open_browser(server) as browser:
        form = {"login": login, "password": password}
        return (await browser.post("/sign-in", data=form)).status_code


async def ask_for_link(server: Server, login: str) -> httpx.Response:
    """Somebody says that they forgot their password."""
    async with open_browser(server) as browser:
        answer = await browser.post("/new-password", data={"login": login})
        return await browser.get(answer.headers["location"]) if answer.is_redirect else answer


async def follow_link(server: Server, path: str, **fields: str) -> httpx.Response:
    """Open a link of a mail, and send the form that is there."""
    async with open_browser(server) as browser:
        assert (await browser.get(path)).status_code == 200
        return await browser.post(path, data=fields)


# --- a new password --------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["alice", "@alice", " ALICE@alpha.test "])
async def test_new_password_by_mail(alpha: Server, mailbox: Mailbox, login: str) -> None:
    """The link in the mail lets her choose a password, and signs every browser out."""
    mine = await sign_in(alpha, "alice")
    asked = await ask_for_link(alpha, login)
    assert "a mail with a link is on its way" in asked.text
    await settle(alpha)
    assert [letter["to"] for letter in mailbox.letters] == ["alice@alpha.test"]
    done = await follow_link(alpha, mailbox.path(), password=NEW_PASSWORD)
    assert "Your password was changed" in done.text
    assert not await is_signed_in(mine)
    assert await try_to_sign_in(alpha, "alice", PASSWORD) == 422
    assert await try_to_sign_in(alpha, "alice", NEW_PASSWORD) == 303
    await mine.aclose()


async def test_nobody_learns_who_has_an_account(alpha: Server, mailbox: Mailbox) -> None:
    """Who asks for somebody unknown gets the same answer, and no mail goes out."""
    await alpha.user("alice")
    known, unknown = [await ask_for_link(alpha, name) for name in ("alice", "mallory")]
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    await settle(alpha)
    assert len(mailbox.letters) == 1


async def test_link_works_once_and_not_for_long(
    alpha: Server, mailbox: Mailbox, clock: Clock
) -> None:
    """A link that was used, was overtaken by another, has run out, or was made up, changes nothing."""
    await alpha.user("alice")
    paths = []
    for _ in range(2):
        await ask_for_link(alpha, "alice")
        await settle(alpha)
        paths.append(mailbox.path())
    short = await follow_link(alpha, paths[0], password="short")
    assert "A password has at least 10 characters." in short.text
    assert "was changed" in (await follow_link(alpha, paths[0], password=NEW_PASSWORD)).text
    for path in (*paths, "/new-password/made-up", paths[0].replace("new-password", "confirm")):
        refused = await follow_link(alpha, path, password="a third horse battery")
        assert refused.status_code == 422
        assert "has been used or has run out" in refused.text
    await ask_for_link(alpha, "alice")
    await settle(alpha)
    clock.forward(60 * MINUTE)
    assert (await follow_link(alpha, mailbox.path(), password="a third horse")).status_code == 422
    assert await try_to_sign_in(alpha, "alice", NEW_PASSWORD) == 303


async def test_no_token_waits_in_the_database(alpha: Server, mailbox: Mailbox) -> None:
    """What is stored, before and after a mail went out, opens no account."""
    await alpha.user("alice")
    await ask_for_link(alpha, "alice")
    await settle(alpha)
    token = mailbox.path().rpartition("/")[2]
    async with alpha.instance.db.read() as connection:
        links = await connection.fetch_all("SELECT token_hash, email FROM mail_link")
        jobs = await connection.fetch_all("SELECT payload FROM job")
    assert [link["email"] for link in links] == ["alice@alpha.test"]
    stored = [link["token_hash"] for link in links] + [job["payload"] for job in jobs]
    assert not [text for text in stored if token in text]


# One account by its name and by its address, and another one.
ASKED_FOR = (*("alice", "alice@gamma.test") * 2, "@alice", "Alice ", "bob")


async def test_asking_too_often(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """Nobody fills the mailbox of somebody else; who asks is told when to try again."""
    settings = settings_of("gamma.test", rate_limits=True, mail_host="127.0.0.1")
    async with run_server(settings, network) as server:
        await server.user("alice")
        answers = [await ask_for_link(server, name) for name in ASKED_FOR]
        assert [one.status_code for one in answers] == [200] * 5 + [429, 200]
        assert "Try again in 60 minutes." in answers[5].text
        assert 'id="login" name="login" value="Alice "' in answers[5].text
        assert answers[5].headers["retry-after"].isdecimal()


async def test_without_mail(network: Network, settings_of: Callable[..., Settings]) -> None:
    """Where no mail is sent the page says whom to ask, and an address counts at once."""
    async with run_server(settings_of("gamma.test"), network) as server:
        async with open_browser(server) as stranger:
            page = await stranger.get("/new-password")
        assert "The people who run it can make you a sign-in link." in page.text
        alice = await sign_in(server, "alice")
        await send(alice, "/settings/security", "/settings/email", email="a@peer.test")
        assert (await accounts.find_user(server.instance, "alice")).email == "a@peer.test"
        await alice.aclose()


# --- addresses -------------------------------------------------------------------------------------


async def sign_up(server: Server, email: str = "carol@peer.test") -> httpx.Response:
    """Carol makes an account."""
    async with open_browser(server) as browser:
        form = {"username": "carol", "email": email, "password": PASSWORD}
        return await browser.post("/sign-up", data=form)


async def test_address_is_confirmed_first(alpha: Server, mailbox: Mailbox) -> None:
    """Who signs up gets a mail; until its link is opened they can neither sign in nor be found."""
    assert "carol@peer.test" in (await sign_up(alpha)).text
    await settle(alpha)
    assert [letter["to"] for letter in mailbox.letters] == ["carol@peer.test"]
    assert await try_to_sign_in(alpha, "carol", PASSWORD) == 422
    assert (await alpha.get("/users/carol")).status_code == 404
    assert "Your address is confirmed." in (await follow_link(alpha, mailbox.path())).text
    assert await try_to_sign_in(alpha, "carol", PASSWORD) == 303
    assert (await alpha.get("/users/carol")).status_code == 200
    assert (await follow_link(alpha, mailbox.path())).status_code == 422


async def test_confirmed_and_approved(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None, mailbox: Mailbox
) -> None:
    """Where an operator lets each in, both must happen, in whichever order."""
    settings = settings_of(
        "gamma.test",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security=MailSecurity.NONE,
        registration=Registration.APPROVAL,
    )
    async with run_server(settings, network) as server:
        for name in ("carol", "dave"):
            async with open_browser(server) as browser:
                form = {"username": name, "email": f"{name}@peer.test", "password": PASSWORD}
                await browser.post("/sign-up", data={**form, "reason": "I work here."})
        await settle(server)
        paths = {letter["to"]: boxes.path_in(letter) for letter in mailbox.letters}
        confirmed = await follow_link(server, paths["carol@peer.test"])
        assert "once your account has been approved" in confirmed.text
        dave = await accounts.find_user(server.instance, "dave")
        await sign_ups.approve(server.instance, dave, by=TERMINAL)
        for name in ("carol", "dave"):
            assert await try_to_sign_in(server, name, PASSWORD) == 422
            assert (await server.get(f"/users/{name}")).status_code == 404
        await follow_link(server, paths["dave@peer.test"])
        carol = await accounts.find_user(server.instance, "carol")
        await sign_ups.approve(server.instance, carol, by=TERMINAL)
        for name in ("carol", "dave"):
            assert await try_to_sign_in(server, name, PASSWORD) == 303
            assert (await server.get(f"/users/{name}")).status_code == 200


async def test_confirmation_runs_out(alpha: Server, mailbox: Mailbox, clock: Clock) -> None:
    """An old link confirms nothing; a new password does, since it went to the same address."""
    await sign_up(alpha)
    await settle(alpha)
    clock.forward(48 * HOUR)
    assert (await follow_link(alpha, mailbox.path())).status_code == 422
    assert await try_to_sign_in(alpha, "carol", PASSWORD) == 422
    await ask_for_link(alpha, "carol")
    await settle(alpha)
    await follow_link(alpha, mailbox.path(), password=NEW_PASSWORD)
    assert await try_to_sign_in(alpha, "carol", NEW_PASSWORD) == 303


async def test_another_address(alpha: Server, mailbox: Mailbox) -> None:
    """An address changes once its owner has opened the link; the form says what will not do."""
    await alpha.user("bob")
    alice = await sign_in(alpha, "alice")
    answer = await send(alice, "/settings/security", "/settings/email", email="no address")
    assert answer.status_code == 422
    assert 'value="no address"' in answer.text
    assert "not an e-mail" in answer.text
    await send(alice, "/settings/security", "/settings/email", email="new@peer.test")
    await settle(alpha)
    assert [letter["to"] for letter in mailbox.letters] == ["new@peer.test"]
    assert await try_to_sign_in(alpha, "new@peer.test", PASSWORD) == 422
    await follow_link(alpha, mailbox.path())
    await settle(alpha)
    assert mailbox.letters[-1]["to"] == "alice@alpha.test"
    assert "The e-mail address was changed." in mailbox.letters[-1].get_content()
    assert await try_to_sign_in(alpha, "new@peer.test", PASSWORD) == 303
    assert await try_to_sign_in(alpha, "alice@alpha.test", PASSWORD) == 422
    await alice.aclose()


async def test_link_to_an_old_address(alpha: Server, mailbox: Mailbox) -> None:
    """Whoever reads her old mail cannot choose a password once her address is another."""
    alice = await sign_in(alpha, "alice")
    await ask_for_link(alpha, "alice")
    await settle(alpha)
    old = mailbox.path()
    await send(alice, "/settings/security", "/settings/email", email="new@peer.test")
    await settle(alpha)
    await follow_link(alpha, mailbox.path())
    assert (await follow_link(alpha, old, password=NEW_PASSWORD)).status_code == 422
    await alice.aclose()


# --- the mail server -------------------------------------------------------------------------------


async def test_mail_is_tried_again(alpha: Server, mailbox: Mailbox) -> None:
    """A mail server that is busy is asked again; what it refuses for good is given up."""
    await alpha.user("alice")
    mailbox.answer = "451 later"
    await ask_for_link(alpha, "alice")
    await settle(alpha)
    assert not mailbox.letters
    mailbox.answer = "250 OK"
    await make_due(alpha)
    await settle(alpha)
    assert len(mailbox.letters) == 1
    mailbox.answer = "550 nobody of that name"
    await ask_for_link(alpha, "alice")
    await settle(alpha)
    async with alpha.instance.db.read() as connection:
        dead = await connection.fetch_all("SELECT last_error FROM job WHERE dead_at IS NOT NULL")
    assert [row["last_error"] for row in dead] == [
        "the mail server refused the address alice@alpha.test"
    ]


async def test_letter_says_whom_it_is_from(mailbox: Mailbox) -> None:
    """It comes from the instance by name, and says to machines that it is one, too."""
    settings = Settings(
        url="https://alpha.test",
        name="Größe, Ltd.",
        contact_email="help@alpha.test",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security=MailSecurity.NONE,
    )
    await mail.send(settings, HELLO)
    letter = mailbox.letters[0]
    assert letter["from"].addresses == (Address("Größe, Ltd.", addr_spec="help@alpha.test"),)
    assert (letter["subject"], letter.get_content().strip()) == ("Hello", "How are you?")
    assert letter["auto-submitted"] == "auto-generated"
    for address in ("a@peer.test, b@peer.test", "a\r\nBcc: b@peer.test", "<a@peer.test>", "a"):
        with pytest.raises(Invalid):
            await mail.send(settings, replace(HELLO, to=address))
    assert len(mailbox.letters) == 1


# The mail server of the test finds it unwise to ask for a password before STARTTLS, TLS or not.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", [MailSecurity.TLS, MailSecurity.STARTTLS])
async def test_mail_server_with_tls_and_a_password(
    authority: Authority, security: MailSecurity
) -> None:
    """The name and password go by TLS alone; a wrong one, or a stranger's certificate, stops it."""
    certificate, key = authority.certificate("localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    facts = {"authenticator": boxes.let_in, "auth_required": True}
    facts |= {"tls_context": context, "require_starttls": True}
    if security is MailSecurity.TLS:
        facts |= {"tls_context": None, "require_starttls": False, "auth_require_tls": False}
    async with open_mailbox(
        tls=context if security is MailSecurity.TLS else None, **facts
    ) as mailbox:
        settings = Settings(
            mail_host="localhost",
            mail_port=mailbox.port,
            mail_security=security,
            mail_user=boxes.USER,
            mail_password=boxes.PASSWORD,
            ca_file=authority.ca,
        )
        await mail.send(settings, HELLO)
        await mail.greet(settings)
        assert len(mailbox.letters) == 1
        for wrong in ({"mail_password": "x"}, {"ca_file": None}, {"mail_port": 1}):
            with pytest.raises(Unavailable):
                await mail.send(replace(settings, **wrong), HELLO)
        assert len(mailbox.letters) == 1


async def test_moderators_write_by_mail(alpha: Server, mailbox: Mailbox) -> None:
    """Who is warned or suspended reads why, in their language; no moderator is named."""
    alice = await alpha.user("alice")
    await warnings.warn(alpha.instance, TERMINAL, alice.actor, "Please be kind.")
    await settle(alpha)
    (letter,) = mailbox.letters
    assert (letter["to"], letter["subject"]) == (
        "alice@alpha.test",
        "About your account on fedlearn",
    )
    assert "Please be kind." in letter.get_content()
    await measures.suspend(alpha.instance, TERMINAL, alice.actor, text="That was too much.")
    await settle(alpha)
    words = mailbox.letters[-1].get_content()
    assert "Your account was suspended" in words
    assert "That was too much." in words


async def test_who_is_let_in_hears_of_it(alpha: Server, mailbox: Mailbox) -> None:
    """With the way to the sign-in; and who forgot their password gets a link from an admin."""
    wanted = accounts.NewAccount("dora", "dora@peer.test", PASSWORD)
    dora = await accounts.create_account(alpha.instance, wanted, approved=False)
    await sign_ups.approve(alpha.instance, dora, by=TERMINAL)
    await settle(alpha)
    assert mailbox.letters[-1]["subject"] == "Welcome to fedlearn"
    assert mailbox.path() == "/sign-in"
    assert await stewardship.send_password_link(alpha.instance, TERMINAL, dora) == ""
    await settle(alpha)
    assert mailbox.path().startswith("/new-password/")
