"""Sessions end when they should."""

import asyncio
import threading
from typing import Literal

import pytest
from argon2 import PasswordHasher

from fedlearn.services import accounts, oauth, signing_in
from fedlearn.services.accounts import NewAccount
from tests.clock import DAY, MINUTE, Clock
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import field_of, is_signed_in, send
from tests.federation.server import PASSWORD, Server

NEW_PASSWORD = "another horse battery"


class Patient(PasswordHasher):
    """It is done only when it may go on."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.began, self.may_go_on = threading.Event(), threading.Event()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        """How it is stored, after a while."""
        self.wait()
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - its name
        """Whether it is the one, after a while."""
        self.wait()
        return super().verify(hash, password)

    def wait(self) -> None:
        """Say that it has begun, and wait."""
        self.began.set()
        assert self.may_go_on.wait(5), "nobody was served meanwhile"


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


async def test_used_session_goes_on(alpha: Server, clock: Clock) -> None:
    """A session that is used ends neither here nor in the browser; one that is not does in both."""
    days, browser = alpha.instance.settings.session_days, await sign_in(alpha, "alice")
    for _ in range(3):
        clock.forward(days * DAY * 2 // 3)
        page = await browser.get("/")
        assert f"Max-Age={days * 24 * 3600};" in page.headers["set-cookie"]
        assert "set-cookie" not in (await browser.get("/")).headers
        assert await is_signed_in(browser)
    clock.forward(days * DAY + MINUTE)
    assert not await is_signed_in(browser)
    await browser.aclose()


async def test_who_has_no_password_signs_in_with_none(alpha: Server) -> None:
    """No word opens an account whose owner signs in by link alone."""
    await accounts.create_account(alpha.instance, NewAccount("carol", "carol@alpha.test"))
    async with open_browser(alpha) as stranger:
        for password in ("nobody has this password", "", "None"):
            answer = await stranger.post("/sign-in", data={"login": "carol", "password": password})
            assert answer.status_code == 422


async def test_new_password_ends_what_apps_may(alpha: Server) -> None:
    """Whoever was in the account may have let an app in: with the password that ends, for her alone."""
    instance = alpha.instance
    app, _ = await oauth.register(instance, "An app", ["https://app.test/"], frozenset(), "")
    secrets = {}
    for name in ("alice", "bob"):
        user = await alpha.user(name)
        _, secrets[name] = await oauth.issue(instance, app, user, app.scopes)
    await signing_in.change_password(instance, await alpha.user("alice"), NEW_PASSWORD, "")
    assert await oauth.caller_with(instance, secrets["alice"]) is None
    assert await oauth.caller_with(instance, secrets["bob"]) is not None


@pytest.mark.parametrize("what", ["/sign-in", "/settings/password", "/prove"])
async def test_others_are_served_while_a_password_is_looked_at(
    alpha: Server, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """It takes long by intention: meanwhile others read, and post."""
    browser, hasher = await sign_in(alpha, "alice"), Patient()
    await alpha.user("bob")
    csrf = field_of((await browser.get("/settings")).text, "csrf")
    form = {"csrf": csrf, "login": "alice", "password": PASSWORD, "proof": PASSWORD}
    monkeypatch.setattr("fedlearn.services.passwords._hasher", hasher)
    answer = asyncio.create_task(browser.post(what, data=form))
    assert await asyncio.to_thread(hasher.began.wait, 5)
    async with asyncio.timeout(4):
        await alpha.post("bob", "meanwhile")
    hasher.may_go_on.set()
    assert (await answer).status_code == 303
    await browser.aclose()
