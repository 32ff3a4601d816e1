"""This is where a test opens a browser and signs in as people do: by the form, with a cookie."""

import httpx

from tests.federation.server import PASSWORD, Server

PAGE = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def open_browser(server: Server) -> httpx.AsyncClient:
    """A browser in which nobody is signed in; it keeps cookies, and follows no redirects."""
    transport = httpx.ASGITransport(server.app, raise_app_exceptions=False)
    url = server.instance.settings.url
    return httpx.AsyncClient(transport=transport, base_url=url, headers={"accept": PAGE})


async def sign_in(server: Server, name: str) -> httpx.AsyncClient:
    """A browser in which this person is signed in; they get an account if they have none."""
    await server.user(name)
    browser = open_browser(server)
    answer = await fill_sign_in(browser, name)
    assert answer.status_code == 303, answer.text
    return browser


async def fill_sign_in(browser: httpx.AsyncClient, name: str, target: str = "/") -> httpx.Response:
    """Fill in the form and send it; it leads to `target`."""
    form = {"login": name, "password": PASSWORD, "next": target}
    return await browser.post("/sign-in", data=form, headers={"sec-fetch-site": "same-origin"})
