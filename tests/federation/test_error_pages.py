"""Errors are pages of the place with a number to pass on; programs get JSON, as ever."""

import logging
from collections.abc import Callable
from contextlib import aclosing

import httpx
import pytest

from fedlearn.domain.rates import Rate, often
from fedlearn.settings import Registration, Settings
from tests.federation.browser import PAGE, open_browser, sign_in
from tests.federation.network import Network
from tests.federation.server import ACTIVITY_JSON, Server, run_server


def is_a_page(answer: httpx.Response, status: int, title: str) -> None:
    """See that an error is a page of the place that names its request."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert f"<h1>{title}</h1>" in answer.text
    assert f"name the request <code>{answer.headers['x-request-id']}</code>" in answer.text


def is_json(answer: httpx.Response, status: int) -> None:
    """See that an error is JSON that says one thing."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["error"]


async def test_nothing_there(alpha: Server) -> None:
    """An address where nothing is, or nobody, is a page to people and JSON to programs."""
    for path in ("/nothing/of/the/kind", "/@nobody", "/@nobody.atom"):
        is_a_page(await alpha.get(path, PAGE), 404, "There is nothing here")
        is_json(await alpha.get(path, ACTIVITY_JSON), 404)
    is_json(await alpha.get("/users/nobody/inbox/x"), 404)


async def test_picture_that_is_not_there(alpha: Server) -> None:
    """Who opens a picture that is gone sees a page; within a page, and to programs, it is JSON."""
    for path in (f"/media/{'0' * 32}.webp", "/media/proxy/x/y", "/media/nothing"):
        is_a_page(await alpha.get(path, PAGE), 404, "There is nothing here")
        for accept in ("image/avif,image/webp,*/*;q=0.8", ACTIVITY_JSON, "*/*", ""):
            is_json(await alpha.get(path, accept), 404)


async def test_form_of_another_session(alpha: Server) -> None:
    """A button that is not this session's is refused with a page that says what to do."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        answer = await browser.post("/notifications/read", data={"csrf": "of another"})
    is_a_page(answer, 403, "This is not for you to do")
    assert "reload the page" in answer.text


async def test_too_often(
    network: Network,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who sends forms without end gets a page that says when to come back."""
    settings = settings_of("busy.test", rate_limits=True, contact_email="help@busy.test")
    monkeypatch.setattr(Rate.FORMS, "_value_", often(2, minutes=5))
    async with run_server(settings, network) as busy, open_browser(busy) as browser:
        form = {"login": "alice", "password": "a wrong one"}
        answers = [await browser.post("/sign-in", data=form) for _ in range(3)]
    is_a_page(answers[-1], 429, "A little slower, please")
    assert int(answers[-1].headers["retry-after"]) > 0
    assert 'href="mailto:help@busy.test"' in answers[-1].text


WAIT = "That was too often. Try again in"


@pytest.mark.parametrize(
    "tried",
    [
        ("/sign-in", {"login": "alice", "password": "a wrong one"}, 'value="alice"'),
        ("/sign-up", {"username": "Mallory", "email": "m@peer.test"}, 'value="m@peer.test"'),
        ("/new-password", {"login": "alice"}, 'value="alice"'),
        ("/new-password/x", {"password": "another horse"}, "New password"),
        ("/confirm/x", {}, ">Confirm</button>"),
        ("/second-step", {"token": "x", "code": "1"}, 'name="code"'),
        ("/passkey", {"credential": "x"}, 'id="login"'),
        ("/sign-in/x", {}, 'id="login"'),
    ],
)
async def test_tried_too_often(
    network: Network,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    tried: tuple[str, dict[str, str], str],
) -> None:
    """The form itself comes back, with what was typed, and says how long to wait."""
    path, form, kept = tried
    settings = settings_of(
        "busy.test", rate_limits=True, mail_host="127.0.0.1", registration=Registration.OPEN
    )
    async with run_server(settings, network) as busy, open_browser(busy) as browser:
        await busy.user("alice")
        address = Rate.SIGN_IN, "127.0.0.1"
        for _ in range(20):
            await busy.app.state.parts.limits.spend(*address)
        answer = await browser.post(path, data=form)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert WAIT in answer.text
    assert kept in answer.text
    assert "another horse" not in answer.text


async def test_one_account_has_one_count(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """Guesses at a name and at its address count together, from wherever they come."""
    async with run_server(settings_of("busy.test", rate_limits=True), network) as busy:
        await busy.user("alice")
        answers = []
        for number, login in enumerate(("alice", "@Alice", "alice@busy.test") * 7):
            transport = httpx.ASGITransport(busy.app, client=(f"192.0.2.{number}", 1))
            async with httpx.AsyncClient(transport=transport, base_url="https://busy.test") as one:
                form = {"login": login, "password": f"guess {number}"}
                answers.append(await one.post("/sign-in", data=form))
    assert [one.status_code for one in answers] == [422] * 20 + [429]
    assert 'value="alice@busy.test"' in answers[-1].text


async def test_something_breaks(alpha: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Though nobody can be told who asks, there is a page of the place, and an entry in the log."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        async with alpha.instance.db.write() as connection:
            await connection.execute("ALTER TABLE session RENAME TO lost_session")
            await connection.execute("ALTER TABLE actor RENAME TO lost_actor")
        with caplog.at_level(logging.ERROR, logger="fedlearn.web.errors"):
            answer = await browser.get("/")
    is_a_page(answer, 500, "Something broke on our side")
    assert f"request {answer.headers['x-request-id']} failed" in caplog.text
    assert "Sign in" not in answer.text
    asked = await alpha.get("/users/alice")
    is_json(asked, 500)
    assert asked.headers["x-request-id"] in asked.json()["error"]
