"""Forms of people who are not signed in yet: no other site can send them in their name.

There is no session to which a token could be bound. What protects them is what browsers say of
where a form comes from: else somebody could be signed in to an account of the attacker, unawares.
"""

import httpx
import pytest

from tests.federation.browser import open_browser
from tests.federation.server import PASSWORD, Server

FORMS = (
    "/sign-in",
    "/sign-in/token",
    "/second-step",
    "/passkey",
    "/sign-up",
    "/new-password",
    "/new-password/token",
    "/confirm/token",
    "/statuses/resume",
)
FIELDS = {
    "login": "alice",
    "username": "emil",
    "email": "emil@mail.test",
    "password": PASSWORD,
    "code": "123456",
}
ELSEWHERE = (
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {"sec-fetch-site": "same-site", "origin": "https://other.alpha.test"},
    # Older browsers say only this; "null" comes from a frame that hides where it is.
    {"origin": "https://evil.example"},
    {"origin": "null"},
)


@pytest.mark.parametrize("path", FORMS)
async def test_no_other_site_sends_them(alpha: Server, path: str) -> None:
    """They are refused whatever is in them, and nobody is signed in by that."""
    await alpha.user("alice")
    async with open_browser(alpha) as browser:
        for headers in ELSEWHERE:
            answer = await browser.post(path, data=FIELDS, headers=headers)
            assert answer.status_code == 403, headers
            assert "This form was sent from another site." in answer.text
            assert "set-cookie" not in answer.headers
        own = await browser.post(path, data=FIELDS, headers={"sec-fetch-site": "same-origin"})
        assert own.status_code != 403


async def test_cookie_of_the_session_is_for_forms_from_here(alpha: Server) -> None:
    """Nor does a browser send the cookie of somebody signed in along with what others send."""
    await alpha.user("alice")
    async with open_browser(alpha) as browser:
        answer: httpx.Response = await browser.post("/sign-in", data=FIELDS)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    for word in ("SameSite=lax", "HttpOnly", "Secure", "Path=/"):
        assert word.lower() in cookie.lower()
