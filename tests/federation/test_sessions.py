"""Sessions end when they should."""

from fedlearn.services import accounts
from fedlearn.services.accounts import NewAccount
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import is_signed_in, send
from tests.federation.server import Server

NEW_PASSWORD = "another horse battery"


async def test_new_password_signs_out_every_other_browser(alpha: Server) -> None:
    """Who changes their password stays signed in; whoever else was in their account is out."""
    mine, theirs = await sign_in(alpha, "alice"), await sign_in(alpha, "alice")
    bobs = await sign_in(alpha, "bob")
    changed = await send(mine, "/settings", "/settings/password", password=NEW_PASSWORD)
    assert changed.status_code == 303
    assert await is_signed_in(mine)
    assert not await is_signed_in(theirs)
    assert await is_signed_in(bobs)
    stranger = open_browser(alpha)
    for password, status in ((NEW_PASSWORD, 303), ("correct horse battery", 422)):
        answer = await stranger.post("/sign-in", data={"login": "alice", "password": password})
        assert answer.status_code == status
    for browser in (mine, theirs, bobs, stranger):
        await browser.aclose()


async def test_who_has_no_password_signs_in_with_none(alpha: Server) -> None:
    """No word opens an account whose owner signs in by link alone."""
    await accounts.create_account(alpha.instance, NewAccount("carol", "carol@alpha.test"))
    async with open_browser(alpha) as stranger:
        for password in ("nobody has this password", "", "None"):
            answer = await stranger.post("/sign-in", data={"login": "carol", "password": password})
            assert answer.status_code == 422
