"""Errors are pages of the place with a number to pass on; programs get JSON, as ever."""

import logging
from collections.abc import Callable
from contextlib import aclosing

import httpx
import pytest

from fedlearn.settings import Settings
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


async def test_form_of_another_session(alpha: Server) -> None:
    """A form that is not this session's is refused with a page that says what to do."""
    async with aclosing(await sign_in(alpha, "alice")) as browser:
        answer = await browser.post("/statuses", data={"text": "x", "csrf": "of another"})
    is_a_page(answer, 403, "This is not for you to do")
    assert "reload the page" in answer.text


async def test_too_often(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """Who tries to sign in too often gets a page that says when to come back."""
    settings = settings_of("busy.test", rate_limits=True, contact_email="help@busy.test")
    async with run_server(settings, network) as busy, open_browser(busy) as browser:
        form = {"login": "alice", "password": "a wrong one"}
        answers = [await browser.post("/sign-in", data=form) for _ in range(21)]
    is_a_page(answers[-1], 429, "A little slower, please")
    assert int(answers[-1].headers["retry-after"]) > 0
    assert 'href="mailto:help@busy.test"' in answers[-1].text


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
