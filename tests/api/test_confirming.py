"""Who signs up in an app has to confirm their address, and may have mistyped it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from fedlearn.domain.rates import Rate
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import measures
from fedlearn.settings import MailSecurity, Registration, Settings
from tests.api.apps import App, app_of
from tests.api.test_discovery import SIGN_UP, program
from tests.federation.browser import open_browser
from tests.federation.mailbox import Mailbox, open_mailbox, path_in
from tests.federation.network import Network
from tests.federation.server import Server, run_server, settle

CONFIRMATIONS = "/v1/emails/confirmations"
CHECK = "/v1/emails/check_confirmation"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server that takes everything."""
    async with open_mailbox() as box:
        yield box


def settings_with(mailbox: Mailbox, settings_of: Callable[..., Settings], **more: Any) -> Settings:
    """Settings of a server that sends mail, where anybody may sign up."""
    return settings_of(
        "place.test",
        mail_host="127.0.0.1",
        mail_port=mailbox.port,
        mail_security=MailSecurity.NONE,
        registration=Registration.OPEN,
        **more,
    )


@pytest.fixture
async def place(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None, mailbox: Mailbox
) -> AsyncIterator[Server]:
    """A server that sends mail, where anybody may sign up."""
    async with run_server(settings_with(mailbox, settings_of), network) as server:
        yield server


async def newcomer(place: Server) -> App:
    """An app of somebody who has just signed up."""
    made = await (await program(place)).post("/v1/accounts", **SIGN_UP)
    return App(place, made["access_token"])


async def opens(place: Server, path: str) -> int:
    """Somebody presses the button behind a link; how that is answered."""
    async with open_browser(place) as browser:
        return (await browser.post(path)).status_code


async def test_another_mail(place: Server, mailbox: Mailbox) -> None:
    """Until the address is confirmed an app may ask for the mail again, and for nothing else."""
    dora = await newcomer(place)
    refused = await dora.ask("GET", "/v1/accounts/verify_credentials")
    assert (refused.status_code, "confirmed e-mail" in refused.text) == (403, True)
    assert (await dora.ask("POST", "/v1/statuses", json={"status": "x"})).status_code == 403
    assert await dora.get(CHECK) is False
    await settle(place)
    assert await dora.post(CONFIRMATIONS) == {}
    await settle(place)
    assert [one["to"] for one in mailbox.letters] == ["dora@place.test"] * 2
    first, second = map(path_in, mailbox.letters)
    assert await opens(place, first) == 422
    assert await opens(place, second) == 200
    assert await dora.get(CHECK) is True
    assert (await dora.get("/v1/accounts/verify_credentials"))["acct"] == "dora"
    assert (await dora.ask("POST", CONFIRMATIONS)).status_code == 403


async def test_another_address(place: Server, mailbox: Mailbox) -> None:
    """A mistyped address is corrected: the link that went there, or still would, counts no more."""
    dora = await newcomer(place)
    await settle(place)
    assert await dora.post(CONFIRMATIONS, email="dora@peer.test") == {}
    await settle(place)
    wrong, right = mailbox.letters
    assert right["to"] == "dora@peer.test"
    assert await opens(place, path_in(wrong)) == 422
    assert await opens(place, path_in(right)) == 200
    assert (await place.user("dora")).email == "dora@peer.test"


async def test_another_address_before_the_mail_is_sent(place: Server, mailbox: Mailbox) -> None:
    """Who corrects it quickly gets one mail, and a stranger none."""
    dora = await newcomer(place)
    await dora.post(CONFIRMATIONS, email="dora@peer.test")
    await settle(place)
    assert [one["to"] for one in mailbox.letters] == ["dora@peer.test"]


@pytest.mark.parametrize("email", ["", "nowhere", "a b@peer.test", "x" * 250 + "@peer.test"])
async def test_no_address(place: Server, mailbox: Mailbox, email: str) -> None:
    """What is no address is refused, and no mail is sent but the first."""
    dora = await newcomer(place)
    refused = await dora.ask("POST", CONFIRMATIONS, json={"email": email})
    assert (refused.status_code, refused.json()["error"]) == (
        422,
        "Validation failed: Email is invalid",
    )
    await settle(place)
    assert [one["to"] for one in mailbox.letters] == ["dora@place.test"]


async def test_who_may_ask(place: Server, mailbox: Mailbox) -> None:
    """Strangers, apps without the scope, those who are in and whom moderators keep out may not."""
    dora, stranger = await newcomer(place), await app_of(place)
    assert (await stranger.ask("POST", CONFIRMATIONS)).status_code == 401
    assert (await stranger.ask("GET", CHECK)).status_code == 401
    reader = await app_of(place, "erin", "read")
    assert (await reader.ask("POST", CONFIRMATIONS)).status_code == 403
    assert await reader.get(CHECK) is True
    await measures.suspend(place.instance, TERMINAL, (await place.user("dora")).actor)
    for method, path in (("POST", CONFIRMATIONS), ("GET", CHECK)):
        assert (await dora.ask(method, path)).status_code == 401


async def test_nobody_gets_letters_without_end(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None, mailbox: Mailbox
) -> None:
    """However many accounts somebody makes, and however they spell an address, it gets a few."""
    settings = settings_with(mailbox, settings_of, rate_limits=True)
    async with run_server(settings, network) as place:
        app, codes = await program(place), []
        for number in range(Rate.MAIL.value.amount + 1):
            named = {"username": f"dora{number}", "email": f"d.ora+{number}@place.test"}
            codes.append((await app.ask("POST", "/v1/accounts", json=SIGN_UP | named)).status_code)
        assert codes == [200] * Rate.MAIL.value.amount + [429]
        emil = {"username": "emil", "email": "emil@place.test"}
        made = (await app.ask("POST", "/v1/accounts", json=SIGN_UP | emil)).json()
        other = App(place, made["access_token"])
        refused = await other.ask("POST", CONFIRMATIONS, json={"email": "dora@PLACE.test"})
        assert refused.status_code == 429
        assert (await other.ask("POST", CONFIRMATIONS)).status_code == 200
