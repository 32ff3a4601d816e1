"""With some e-mail addresses nobody signs up, however they are spelt."""

from collections.abc import AsyncIterator, Callable

import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act
from fedlearn.domain.roles import TERMINAL, steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import accounts, canonical_emails, deletion, measures
from fedlearn.services.accounts import NewAccount
from fedlearn.settings import Registration, Settings
from fedlearn.text.emails import canonical_email, canonical_hash
from tests.api.apps import app_of
from tests.federation.network import Network
from tests.federation.server import PASSWORD, Server, run_server
from tests.federation.test_email_domains import signs_up
from tests.federation.test_stewardship import done, person

PATH = "/v1/admin/canonical_email_blocks"
EMAIL, OTHER_SPELLING = "dora.doe@example.org", "D.o.r.a.Doe+again@EXAMPLE.org"


@pytest.fixture
async def place(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> AsyncIterator[Server]:
    """A server where anybody signs up."""
    settings = settings_of("place.test", registration=Registration.OPEN)
    async with run_server(settings, network) as server:
        yield server


@pytest.mark.parametrize(
    ("email", "canonical"),
    [
        ("Test@Example.com", "test@example.com"),
        ("te.s.t+more+still@example.com", "test@example.com"),
        ("a@first.example@second", "a@first.example@second"),
        ("nothing", "nothing@"),
        ("test@example.com.", "test@example.com"),
        ("test@m\N{LATIN SMALL LETTER U WITH DIAERESIS}ll.example", "test@xn--mll-hoa.example"),
        (f"test@{'x' * 70}.example", f"test@{'x' * 70}.example"),
    ],
)
def test_what_spellings_have_in_common(email: str, canonical: str) -> None:
    """As Mastodon has it, so that hashes can be handed from one server to another."""
    assert canonical_email(email) == canonical


def test_hash() -> None:
    """It is SHA-256 of that, in small letters."""
    known = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"
    assert canonical_hash("t.est+1@Example.com") == known


async def test_address_of_the_suspended(place: Server) -> None:
    """It is not taken as long as they are suspended, nor when they are erased then."""
    await signs_up(place, "dora", EMAIL)
    dora = await place.user("dora")
    await measures.suspend(place.instance, TERMINAL, dora.actor)
    with pytest.raises(Invalid, match="not taken"):
        await signs_up(place, "emil", OTHER_SPELLING)
    for spelling in ("dora.doe(again)@example.org", '"dora.doe"@example.org', f"{EMAIL}."):
        with pytest.raises(Invalid, match="not an e-mail"):
            await signs_up(place, "emil", spelling)
    await signs_up(place, "emil", "emil@example.org")
    with pytest.raises(Invalid, match="not taken"):
        await accounts.change_email(place.instance, await place.user("emil"), OTHER_SPELLING)
    await measures.unsuspend(place.instance, TERMINAL, dora.actor)
    await signs_up(place, "fritz", OTHER_SPELLING)
    await measures.suspend(place.instance, TERMINAL, dora.actor)
    await deletion.delete_account(place.instance, dora, by=TERMINAL)
    with pytest.raises(Invalid, match="not taken"):
        await signs_up(place, "gustav", EMAIL)


async def test_address_that_was_only_typed(place: Server) -> None:
    """Nobody shuts out an address that has not proven to be theirs."""
    wanted = NewAccount("dora", EMAIL, PASSWORD)
    dora = await accounts.create_account(place.instance, wanted, confirmed=False)
    await measures.suspend(place.instance, TERMINAL, dora.actor)
    await signs_up(place, "emil", EMAIL)


async def test_app(place: Server) -> None:
    """Admins add one as such or by its hash, try others, and take it off again."""
    await person(place, "ada", Role.ADMIN)
    ada = await app_of(place, "ada")
    blocked = await ada.post(PATH, email=EMAIL)
    assert blocked == {"id": blocked["id"], "canonical_email_hash": canonical_hash(EMAIL)}
    other = await ada.post(PATH, canonical_email_hash="A" * 64)
    assert other["canonical_email_hash"] == "a" * 64
    one = f"{PATH}/{blocked['id']}"
    assert (await ada.get(PATH), await ada.get(one)) == ([other, blocked], blocked)
    assert await ada.get(PATH, max_id=other["id"]) == [blocked]
    assert await ada.post(f"{PATH}/test", email=OTHER_SPELLING) == [blocked]
    assert await ada.post(f"{PATH}/test", email="emil@example.org") == []
    for wrong in ({}, {"email": OTHER_SPELLING}, {"canonical_email_hash": "x"}):
        assert (await ada.ask("POST", PATH, json=wrong)).status_code == 422, wrong
    assert (await ada.ask("POST", f"{PATH}/test", json={})).status_code == 422
    signing_up = {"username": "dora", "email": OTHER_SPELLING, "password": PASSWORD}
    refused = await ada.ask("POST", "/v1/accounts", json={**signing_up, "agreement": True})
    assert [said["error"] for said in refused.json()["details"]["email"]] == ["ERR_TAKEN"]
    assert (await ada.ask("DELETE", one)).json() == {}
    assert (await ada.ask("DELETE", one)).status_code == 404
    made = await ada.ask("POST", "/v1/accounts", json={**signing_up, "agreement": True})
    assert made.status_code == 200
    acts = [Act.TAKE_ADDRESS, Act.BLOCK_ADDRESS, Act.BLOCK_ADDRESS]
    assert [act for act, _ in await done(place)] == acts


async def test_moderators_may_not(alpha: Server) -> None:
    """What is for admins alone is refused by the service, too."""
    morris = (await person(alpha, "morris", Role.MODERATOR)).user
    assert morris
    with pytest.raises(NotFound):
        await canonical_emails.block(alpha.instance, steward(morris), canonical_hash(EMAIL))
