"""What would take an account away from its owner wants a proof of who they are that is not old."""

import re
from contextlib import aclosing
from html import unescape

import httpx
import pyotp
import pytest

from fedlearn.domain.ids import now
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts, passkeys, second_step, signing_in
from fedlearn.services.accounts import NewAccount
from tests.clock import HOUR, MINUTE, SECOND, Clock
from tests.federation.authenticator import Authenticator, options_in
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import field_of, is_signed_in, send
from tests.federation.server import PASSWORD, Server

SECURITY = "/settings/security"
SECOND_STEP = "/settings/second-step"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def is_question(answer: httpx.Response) -> bool:
    """Whether the page asks who it is."""
    return answer.status_code == 401 and "<h1>Is it you?</h1>" in answer.text


def carried(page: str) -> dict[str, str]:
    """What the form of the question carries along."""
    form = page.partition('action="/prove"')[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in HIDDEN.findall(form)}


async def answer_with(
    browser: httpx.AsyncClient, question: httpx.Response, **proof: str
) -> httpx.Response:
    """Answer the question, and go on as browsers do: a form that is sent on is sent again."""
    form = {**carried(question.text), **proof}
    answer = await browser.post("/prove", data=form)
    if answer.status_code == 307:
        return await browser.post(answer.headers["location"], data=form)
    return answer


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("/settings/password", {"password": "another horse battery"}),
        ("/settings/email", {"email": "new@peer.test"}),
        ("/settings/passkeys", {"credential": "{}"}),
        ("/settings/passkeys/remove", {"passkey": "x"}),
        (f"{SECURITY}/sign-out-others", {}),
        (f"{SECOND_STEP}/begin", {}),
        (SECOND_STEP, {"code": "000000"}),
        (f"{SECOND_STEP}/off", {"code": "000000"}),
        ("/settings/leave", {"username": "alice"}),
        ("/settings/move", {"handle": "@bob@peer.test"}),
    ],
)
async def test_old_session_is_asked_again(
    alpha: Server, clock: Clock, action: str, fields: dict[str, str]
) -> None:
    """A browser that was left open for an hour changes nothing; the question shows no secret."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        clock.forward(HOUR)
        question = await send(browser, SECURITY, action, **fields)
        assert is_question(question)
        for secret in ("another horse battery", "000000", "{}"):
            assert f'value="{secret}"' not in question.text
        alice = await alpha.user("alice")
        assert alice.email == "alice@alpha.test"
        assert not await second_step.is_on(alpha.instance, alice)
        assert await passkeys.passkeys_of(alpha.instance, alice) == []
        assert await is_signed_in(browser)
        async with open_browser(alpha) as other:
            form = {"login": "alice", "password": PASSWORD}
            assert (await other.post("/sign-in", data=form)).status_code == 303


async def test_form_goes_on_after_the_password(alpha: Server, clock: Clock) -> None:
    """What was typed need not be typed again; a wrong password keeps it, too, and changes nothing."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        clock.forward(HOUR)
        question = await send(browser, SECURITY, "/settings/email", email="new@peer.test")
        assert carried(question.text)["email"] == "new@peer.test"
        wrong = await browser.post("/prove", data={**carried(question.text), "proof": "x"})
        assert wrong.status_code == 422
        assert "That is not right." in wrong.text
        assert (await alpha.user("alice")).email == "alice@alpha.test"
        done = await answer_with(browser, wrong, proof=PASSWORD)
        assert done.headers["location"] == f"{SECURITY}?done=email"
        assert (await alpha.user("alice")).email == "new@peer.test"
        clock.forward(HOUR - 1)
        again = await send(browser, SECURITY, "/settings/email", email="third@peer.test")
        assert again.status_code == 303
        clock.forward(1)
        assert is_question(await send(browser, SECURITY, "/settings/email", email="a@peer.test"))


async def test_secret_is_typed_again(alpha: Server, clock: Clock) -> None:
    """A new password is put into no page: the proof leads to the form in which it is typed."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        clock.forward(HOUR)
        question = await send(
            browser, "/settings", "/settings/password", password="another horse battery"
        )
        done = await answer_with(browser, question, proof=PASSWORD)
        assert done.headers["location"] == "/settings"
        changed = await send(
            browser, "/settings", "/settings/password", password="another horse battery"
        )
        assert changed.status_code == 303


async def test_code_or_passkey_is_proof(alpha: Server, clock: Clock) -> None:
    """A code of the second step and one's own passkey prove it as well; another's passkey does not."""
    device = Authenticator("https://alpha.test", "alpha.test")
    theirs = Authenticator("https://alpha.test", "alpha.test", name=b"of somebody else")
    mallory = await sign_in(alpha, "mallory")
    async with aclosing(mallory), aclosing(await sign_in(alpha, "alice")) as browser:
        for one, made in ((browser, device), (mallory, theirs)):
            options = options_in((await one.get(SECURITY)).text)
            await send(one, SECURITY, "/settings/passkeys", credential=made.create(options))
        await send(browser, SECURITY, f"{SECOND_STEP}/begin")
        found = re.search(r"<code>(\w{32})</code>", (await browser.get(SECOND_STEP)).text)
        assert found
        codes = pyotp.TOTP(found[1])
        await send(browser, SECOND_STEP, SECOND_STEP, code=codes.at(now() // SECOND))
        clock.forward(HOUR)
        page = await browser.get("/prove?next=/notifications")
        stolen = theirs.get(options_in(page.text))
        wrong = await answer_with(browser, page, credential=stolen)
        assert wrong.status_code == 422
        done = await answer_with(browser, page, proof=codes.at(now() // SECOND))
        assert done.headers["location"] == "/notifications"
        assert (await browser.get("/prove?next=/notifications")).status_code == 303
        clock.forward(HOUR)
        page = await browser.get("/prove?next=//evil.test/")
        done = await answer_with(browser, page, credential=device.get(options_in(page.text)))
        assert done.headers["location"] == "/"


async def test_nobody_else_answers_the_question(alpha: Server, clock: Clock) -> None:
    """It takes the session and the token of its forms, and proves that session alone."""
    mine, other = await sign_in(alpha, "alice"), await sign_in(alpha, "alice")
    clock.forward(HOUR)
    async with aclosing(mine), aclosing(other), open_browser(alpha) as stranger:
        assert (await stranger.post("/prove", data={"proof": PASSWORD})).status_code == 401
        assert (await mine.post("/prove", data={"proof": PASSWORD})).status_code == 403
        await answer_with(mine, await mine.get("/prove?next=/"), proof=PASSWORD)
        assert (await mine.get("/prove?next=/")).status_code == 303
        assert (await other.get("/prove?next=/")).status_code == 200


async def test_who_has_nothing_to_show(alpha: Server, clock: Clock) -> None:
    """Who signs in by link alone is told how to go on; a new link is proof."""
    user = await accounts.create_account(alpha.instance, NewAccount("carol", "carol@alpha.test"))
    async with open_browser(alpha) as browser:
        await browser.post(await signing_in.make_sign_in_link(alpha.instance, user, by=TERMINAL))
        clock.forward(HOUR)
        page = await browser.get("/prove?next=/settings")
        assert "The people who run this server can make you a sign-in link" in page.text
        assert 'name="proof"' not in page.text
        clock.forward(MINUTE)
        csrf = field_of((await browser.get(SECURITY)).text, "csrf")
        refused = await browser.post("/prove", data={"csrf": csrf, "proof": "None"})
        assert refused.status_code == 422
        await browser.post(await signing_in.make_sign_in_link(alpha.instance, user, by=TERMINAL))
        assert (await browser.get("/prove?next=/settings")).status_code == 303
