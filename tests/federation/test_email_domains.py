"""With addresses of some domains nobody signs up: admins say so on a page or from an app."""

from collections.abc import AsyncIterator, Callable

import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act
from fedlearn.domain.roles import TERMINAL, steward
from fedlearn.errors import NotFound
from fedlearn.services import accounts, email_domains, invitations, signing_up
from fedlearn.services.accounts import NewAccount
from fedlearn.services.email_domains import AddressRefused
from fedlearn.settings import Registration, Settings
from tests.api.apps import app_of
from tests.api.test_discovery import program
from tests.federation.forms import send
from tests.federation.network import Network
from tests.federation.server import PASSWORD, Server, run_server
from tests.federation.test_desk import sits
from tests.federation.test_stewardship import done, person

PATH, PAGE = "/v1/admin/email_domain_blocks", "/moderation/email-domains"


@pytest.fixture
async def place(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> AsyncIterator[Server]:
    """A server where anybody signs up."""
    settings = settings_of("place.test", registration=Registration.OPEN)
    async with run_server(settings, network) as server:
        yield server


async def signs_up(place: Server, name: str, email: str, invitation: str = "") -> None:
    """Somebody makes an account for themselves."""
    await signing_up.sign_up(place.instance, NewAccount(name, email, PASSWORD), invitation)


async def test_nobody_signs_up(place: Server) -> None:
    """Not with an address of the domain or below it, nor by an invitation; with others one does."""
    await email_domains.block(place.instance, TERMINAL, "Trash.example")
    link = await invitations.make_invitation(place.instance, by=TERMINAL)
    token = link.partition("invitation=")[2]
    for email in ("a@trash.example", "a@TRASH.example", "a@deep.trash.example"):
        with pytest.raises(AddressRefused):
            await signs_up(place, "dora", email, token)
    for email in ("a@notrash.example", "b@example"):
        await signs_up(place, email[0] + "_one", email)
    await email_domains.lift(place.instance, TERMINAL, "trash.example")
    await signs_up(place, "dora", "a@trash.example")
    written = [one for one in await done(place) if one[0] is not Act.INVITE]
    acts = [Act.TAKE_EMAILS, Act.BLOCK_EMAILS]
    assert written == [(act, "trash.example") for act in acts]


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("a@xn--mll-hoa.example", "ERR_BLOCKED"),
        ("a@m\N{LATIN SMALL LETTER U WITH DIAERESIS}ll.example", "ERR_BLOCKED"),
        ("a@M\N{LATIN CAPITAL LETTER U WITH DIAERESIS}LL.example", "ERR_BLOCKED"),
        ("a@deep.xn--mll-hoa\N{IDEOGRAPHIC FULL STOP}example", "ERR_BLOCKED"),
        ("a@xn--mll-hoa.example.", "ERR_INVALID"),
        ("a@xn--mll-hoa.example(not)", "ERR_INVALID"),
        ("a@muell.example", None),
    ],
)
async def test_spellings_of_a_domain(place: Server, email: str, code: str | None) -> None:
    """A domain is the same in whatever script it is typed, and nothing can be hung to it."""
    await email_domains.block(place.instance, TERMINAL, "xn--mll-hoa.example")
    answer = await (await program(place)).ask(
        "POST",
        "/v1/accounts",
        json={"username": "dora", "email": email, "password": PASSWORD, "agreement": True},
    )
    if code is None:
        assert answer.status_code == 200
    else:
        assert answer.json()["details"]["email"][0]["error"] == code


async def test_who_has_one_keeps_it(place: Server) -> None:
    """Nobody changes theirs to one; the same again is no change."""
    await signs_up(place, "dora", "dora@trash.example")
    await signs_up(place, "emil", "emil@example.org")
    await email_domains.block(place.instance, TERMINAL, "trash.example")
    dora, emil = await place.user("dora"), await place.user("emil")
    await accounts.change_email(place.instance, dora, "Dora@trash.example")
    with pytest.raises(AddressRefused):
        await accounts.change_email(place.instance, emil, "emil@trash.example")


async def test_page(alpha: Server) -> None:
    """Admins add and lift domains; what is no domain comes back, and moderators see nothing."""
    ada, morris = await sits(alpha, "ada", Role.ADMIN), await sits(alpha, "morris", Role.MODERATOR)
    assert (await send(ada, PAGE, PAGE, domain="trash.example")).status_code == 303
    assert ">trash.example<" in (await ada.get(PAGE)).text
    for wrong in ("not one", "trash.example"):
        refused = await send(ada, PAGE, PAGE, domain=wrong)
        assert refused.status_code == 422
        assert f'value="{wrong}"' in refused.text
    assert (await send(ada, PAGE, f"{PAGE}/lift", domain="trash.example")).status_code == 303
    assert (await send(ada, PAGE, f"{PAGE}/lift", domain="trash.example")).status_code == 404
    assert "trash.example" not in (await ada.get(PAGE)).text
    assert (await morris.get(PAGE)).status_code == 404
    by = steward(await alpha.user("morris"))
    with pytest.raises(NotFound):
        await email_domains.block(alpha.instance, by, "trash.example")


async def test_app(place: Server) -> None:
    """The same from an app; whoever is refused learns that it is for their address."""
    await person(place, "ada", Role.ADMIN)
    ada = await app_of(place, "ada")
    blocked = await ada.post(PATH, domain="trash.example")
    assert (blocked["domain"], blocked["history"]) == ("trash.example", [])
    one = f"{PATH}/{blocked['id']}"
    assert (await ada.get(PATH), await ada.get(one)) == ([blocked], blocked)
    for wrong in ({}, {"domain": "not one"}, {"domain": "trash.example"}):
        assert (await ada.ask("POST", PATH, json=wrong)).status_code == 422
    signing_up = {"username": "dora", "email": "a@trash.example", "password": PASSWORD}
    refused = await ada.ask("POST", "/v1/accounts", json={**signing_up, "agreement": True})
    assert [one["error"] for one in refused.json()["details"]["email"]] == ["ERR_BLOCKED"]
    assert (await ada.ask("DELETE", one)).json() == {}
    assert (await ada.ask("DELETE", one)).status_code == 404
    made = await ada.ask("POST", "/v1/accounts", json={**signing_up, "agreement": True})
    assert made.status_code == 200
