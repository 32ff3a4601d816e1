"""Stories of people who sign in to an app: it leads them here, and they answer, and are led back."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import expect

from tests.api.apps import OUT_OF_BAND
from tests.browser.conftest import Visit
from tests.browser.visitor import TWO_DEVICES
from tests.federation.server import PASSWORD, Server

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("device", TWO_DEVICES, indirect=True),
]

OWN_SCHEME = "org.example.app://back"
App = dict[str, str]


async def register(server: Server, *back: str) -> App:
    """An app, as the server describes it."""
    wanted = {"client_name": "Bee watcher", "redirect_uris": "\n".join(back), "scopes": "read"}
    app: App = (await server.http.post("/api/v1/apps", json=wanted)).json()
    return app


def page_for(app: App, back: str) -> str:
    """Where the app leads somebody."""
    asked = {"client_id": app["client_id"], "redirect_uri": back, "response_type": "code"}
    return f"/oauth/authorize?{urlencode(asked | {'state': 'as it was'})}"


async def name_for(server: Server, app: App, code: str, back: str) -> str:
    """For whom the app acts with a code."""
    facts = {name: app[name] for name in ("client_id", "client_secret")}
    wanted = {**facts, "grant_type": "authorization_code", "code": code, "redirect_uri": back}
    token = (await server.http.post("/oauth/token", data=wanted)).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    answer = await server.http.get("/api/v1/accounts/verify_credentials", headers=headers)
    return str(answer.json()["acct"])


async def test_allowed_from_the_beginning(alpha: Server, visit: Visit, who: str) -> None:
    """Who is not signed in is asked for their password first, then whether they agree, then led on."""
    await alpha.user(who)
    visitor = await visit(alpha)
    back = f"{visitor.origin}/about"
    app = await register(alpha, back)
    await visitor.go(page_for(app, back))
    await visitor.write(login=who, password=PASSWORD)
    await visitor.press("Sign in", visitor.page.locator("main"))
    await visitor.sees("May Bee watcher act for you?")
    await visitor.press("Allow it")
    told = parse_qs(urlsplit(visitor.page.url).query)
    assert told["state"] == ["as it was"]
    assert await name_for(alpha, app, told["code"][0], back) == who
    await visitor.go("/settings/apps")
    await visitor.sees("Bee watcher")


async def test_denied(alpha: Server, visit: Visit, who: str) -> None:
    """Who does not agree is led back as well, and no app acts for them."""
    visitor = await visit(alpha, who)
    back = f"{visitor.origin}/about"
    await visitor.go(page_for(await register(alpha, back), back))
    await visitor.press("Do not allow it")
    told = parse_qs(urlsplit(visitor.page.url).query)
    assert told == {"error": ["access_denied"], "state": ["as it was"]}
    await visitor.go("/settings/apps")
    await visitor.misses("Bee watcher")


async def test_code_to_copy(alpha: Server, visit: Visit, who: str) -> None:
    """An app without a browser of its own gets the code that they copy from the page."""
    visitor = await visit(alpha, who)
    app = await register(alpha, OUT_OF_BAND)
    await visitor.go(page_for(app, OUT_OF_BAND))
    await visitor.press("Allow it")
    await visitor.sees("Copy this into Bee watcher.")
    code = await visitor.page.locator("code.code").text_content()
    assert await name_for(alpha, app, code or "", OUT_OF_BAND) == who


async def test_scheme_of_its_own(alpha: Server, visit: Visit, who: str) -> None:
    """The browser hands an address of the app's own scheme to the system, with the code in it."""
    visitor = await visit(alpha, who)
    app = await register(alpha, OWN_SCHEME)
    await visitor.go(page_for(app, OWN_SCHEME))
    async with visitor.page.expect_request(re.compile(re.escape(OWN_SCHEME))) as leading:
        await visitor.page.get_by_role("button", name="Allow it", exact=True).click()
    address = (await leading.value).url
    told = parse_qs(urlsplit(address).query)
    assert await name_for(alpha, app, told["code"][0], OWN_SCHEME) == who
    await expect(visitor.page.get_by_role("button", name="Allow it", exact=True)).to_be_visible()
    visitor.complaints = [one for one in visitor.complaints if address not in one]
    # The browser asks now whether it may open the app, and lets nothing through to this window.
    await visitor.page.close()
