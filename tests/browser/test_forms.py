"""What forms refuse, and how they come back: asked without a browser, as an attacker would."""

import asyncio
import html
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from starlette.routing import Route
from typer.testing import CliRunner

from fedlearn import cli
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts, invitations, signing_in
from fedlearn.settings import Registration, Settings
from fedlearn.web.pages.statuses import ACTS
from fedlearn.web.routes import PAGES
from tests.federation.network import Network
from tests.federation.peer import Peer
from tests.federation.server import Server, run_server

PASSWORD = "correct horse battery"
ANYBODY_MAY_SEND = {
    "/sign-in",
    "/sign-in/{token}",
    "/passkey",
    "/second-step",
    "/sign-up",
    "/confirm/{token}",
    "/new-password",
    "/new-password/{token}",
    # Shows to whoever sent it what they wrote, and does nothing.
    "/statuses/resume",
}
# These come back with what was written; tests/federation/test_lost_drafts.py and test_lost_forms.py
# say how.
COMPOSERS = {"/statuses", "/statuses/1/edit", "/conversations", "/conversations/1"}
COMPOSERS |= {"/filters", "/lists", "/settings/profile"}
COMPOSERS |= {"/collections", "/collections/1/edit", "/collections/1/add"}
SIGNED_IN_FORMS = [
    re.sub(r"\{\w+:\w+\}", "1", route.path).replace("{act}", act)
    for route in PAGES
    if isinstance(route, Route)
    and "POST" in (route.methods or ())
    and route.path not in ANYBODY_MAY_SEND
    for act in (ACTS if "{act}" in route.path else [""])
]
ELSEWHERE = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "//[",
    "evil.example",
]


@pytest.fixture
async def place(settings_of: Callable[..., Settings], network: Network) -> AsyncIterator[Server]:
    """A server with forms that are soon too large."""
    async with run_server(settings_of("place.test", max_form_bytes=4096), network) as server:
        yield server


async def sign_in(server: Server, name: str) -> str:
    """Have the client of the server be this person from now on; the token for their forms."""
    token = await signing_in.open_session(server.instance, await server.user(name), "")
    server.http.cookies.set("__Host-session", token, domain=server.host, path="/")
    return field_of(await server.http.get("/settings"), "csrf")


def field_of(page: httpx.Response, name: str) -> str:
    """What a field of a page holds."""
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page.text)
    assert found is not None, page.text
    return html.unescape(found[1])


def is_page(response: httpx.Response, title: str) -> bool:
    """Whether the answer is a page of the product with this heading."""
    return f"<h1>{title}</h1>" in response.text and 'aria-label="Places"' in response.text


# --- who sends a form ------------------------------------------------------------------------------


async def test_form_without_token_is_refused(place: Server) -> None:
    """No form of somebody signed in does anything without the token of their session."""
    await sign_in(place, "ann")
    assert len(SIGNED_IN_FORMS) > 10
    for path in SIGNED_IN_FORMS:
        response = await place.http.post(path, data={"text": "not mine"})
        if path in COMPOSERS:
            assert response.status_code in {403, 404}, path
        else:
            assert response.status_code == 403, path
            # A script is told in its own way.
            is_script = path.startswith("/composer/")
            assert is_script or is_page(response, "This is not for you to do"), path
            assert "reload the page" in response.text, path
    assert await place.home("ann") == []


async def test_token_of_another_session_is_refused(place: Server) -> None:
    """The token of somebody else, or of one's own earlier session, opens nothing."""
    tokens = [await sign_in(place, "ann"), await sign_in(place, "bob"), "", "x" * 64, "ü"]
    own = await sign_in(place, "ann")
    for token in tokens:
        response = await place.http.post("/statuses", data={"csrf": token, "text": "hello"})
        assert response.status_code == 403, token
    response = await place.http.post("/statuses", data={"csrf": own, "text": "hello"})
    assert response.status_code == 303
    assert [view.author.acct for view in await place.home("ann")] == ["ann"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://place.test"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site", "origin": "https://other.place.test"},
        {"sec-fetch-site": "cross-site"},
    ],
)
async def test_form_from_elsewhere_is_refused(place: Server, headers: dict[str, str]) -> None:
    """A form that another site sent is refused, whatever it carries."""
    csrf = await sign_in(place, "ann")
    form = {"csrf": csrf, "text": "hello", "login": "ann", "password": PASSWORD}
    for path in ("/statuses", "/sign-in", "/sign-up", "/sign-in/token"):
        response = await place.http.post(path, data=form, headers=headers)
        assert response.status_code == 403, path
        assert is_page(response, "This is not for you to do"), path
        assert "set-cookie" not in response.headers, path


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "origin": "https://place.test"},
        {"sec-fetch-site": "none"},
        {"origin": "https://place.test"},
    ],
)
async def test_form_from_here_is_taken(place: Server, headers: dict[str, str]) -> None:
    """A form that a browser sent from a page of ours is taken."""
    csrf = await sign_in(place, "ann")
    form = {"csrf": csrf, "text": "hello"}
    assert (await place.http.post("/statuses", data=form, headers=headers)).status_code == 303


async def test_signing_in_comes_first(place: Server) -> None:
    """A stranger is led to sign in from a page, and told so by a form."""
    response = await place.http.get("/settings?x=1")
    assert response.status_code == 303
    assert response.headers["location"] == "/sign-in?next=%2Fsettings%3Fx%3D1"
    response = await place.http.post("/notifications/clear", data={"title": "hello"})
    assert response.status_code == 401
    assert is_page(response, "Please sign in")
    for path, field in {"/statuses": "text", "/lists": "title"}.items():
        response = await place.http.post(path, data={field: "hello"})
        assert response.status_code == 401
        assert is_page(response, "Sign in")


async def test_session_cookie_is_kept_close(place: Server) -> None:
    """No script reads the session, no other site and no subdomain sends or sets it."""
    await place.user("ann")
    response = await place.http.post("/sign-in", data={"login": "@ann", "password": PASSWORD})
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("__host-session=")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie


# --- where a form leads ----------------------------------------------------------------------------


@pytest.mark.parametrize("target", ELSEWHERE)
async def test_forms_lead_nowhere_else(place: Server, target: str) -> None:
    """After signing in, posting or liking one stays on this server, whatever `next` says."""
    await place.user("ann")
    form = {"login": "ann", "password": PASSWORD, "next": target}
    response = await place.http.post("/sign-in", data=form)
    assert (response.status_code, response.headers["location"]) == (303, "/")

    response = await place.http.get("/sign-in", params={"next": target})
    assert (response.status_code, response.headers["location"]) == (303, "/")

    csrf = field_of(await place.http.get("/settings"), "csrf")
    posted = await place.post("ann", "hello")
    form = {"csrf": csrf, "next": target}
    response = await place.http.post(f"/statuses/{posted.id}/favourite", data=form)
    assert (response.status_code, response.headers["location"]) == (303, f"/#s{posted.id}")


async def test_forms_lead_back(place: Server) -> None:
    """A form leads back to the page that it was on, and to the post that was pressed."""
    csrf = await sign_in(place, "ann")
    posted = await place.post("ann", "hello")
    page = await place.http.get("/@ann?before=9000000000000000000")
    target = field_of(page, "next")
    assert target == "/@ann?before=9000000000000000000"
    form = {"csrf": csrf, "next": target}
    response = await place.http.post(f"/statuses/{posted.id}/favourite", data=form)
    assert response.headers["location"] == f"{target}#s{posted.id}"


# --- how much, how often ---------------------------------------------------------------------------


async def test_too_large_form(place: Server) -> None:
    """A form over the limit is answered with a page that says so, whether it says its size or not."""
    csrf = await sign_in(place, "ann")
    form = {"csrf": csrf, "text": "x" * 5000}
    response = await place.http.post("/statuses", data=form)
    assert response.status_code == 413
    assert is_page(response, "That was too much")

    async def in_pieces() -> AsyncIterator[bytes]:
        yield f"csrf={csrf}&text=".encode()
        for _ in range(10):
            yield b"x" * 1000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = await place.http.post("/statuses", content=in_pieces(), headers=headers)
    assert response.status_code == 413
    assert is_page(response, "That was too much")


async def test_many_fields_and_files_are_refused(place: Server) -> None:
    """A form with more fields than any of ours, or more files than it takes, is not read to its end."""
    csrf = await sign_in(place, "ann")
    many = {"csrf": csrf, "text": "hello", **{f"field{n}": "x" for n in range(60)}}
    assert (await place.http.post("/statuses", data=many)).status_code == 400
    for path, taken in {"/lists": 0, "/statuses": 4}.items():
        files = [("text", ("note.txt", b"hello"))] * (taken + 1)
        response = await place.http.post(path, data={"csrf": csrf}, files=files)
        assert response.status_code == 400, path
        assert is_page(response, "This request was not understood"), path


async def test_sign_in_slows_down(settings_of: Callable[..., Settings], network: Network) -> None:
    """After twenty tries from one address even the right password waits; pages go on."""
    settings = settings_of("place.test", rate_limits=True)
    async with run_server(settings, network) as place:
        await place.user("ann")
        for _ in range(20):
            response = await place.http.post("/sign-in", data={"login": "ann", "password": "guess"})
            assert response.status_code == 422
        right = {"login": "ann", "password": PASSWORD}
        response = await place.http.post("/sign-in", data=right)
        assert response.status_code == 429
        assert 0 < int(response.headers["retry-after"]) <= 600
        assert is_page(response, "Sign in")
        assert "That was too often." in response.text
        assert "Try again in 10 minutes." in response.text
        assert (await place.http.get("/sign-in")).status_code == 200


# --- signing up ------------------------------------------------------------------------------------


@pytest.fixture
def open_place(
    settings_of: Callable[..., Settings], network: Network
) -> Callable[[Registration], Any]:
    """A server that lets people in as a test says."""
    return lambda mode: run_server(settings_of("place.test", registration=mode), network)


def application(**changes: str) -> dict[str, str]:
    """The form of somebody who wants an account."""
    return {"username": "dora", "email": "dora@example.org", "password": PASSWORD, **changes}


async def test_open_sign_up(open_place: Callable[[Registration], Any]) -> None:
    """Where anybody may sign up, one is signed in with that."""
    async with open_place(Registration.OPEN) as place:
        assert "/sign-up" in (await place.http.get("/sign-in")).text
        response = await place.http.post("/sign-up", data=application())
        assert (response.status_code, response.headers["location"]) == (303, "/")
        assert 'href="/@dora"' in (await place.http.get("/")).text


async def test_sign_up_with_approval(
    open_place: Callable[[Registration], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an operator lets people in, one says why, is thanked, waits, and is in after the command."""
    async with open_place(Registration.APPROVAL) as place:
        assert 'name="reason"' in (await place.http.get("/sign-up")).text
        for wrong in (" ", "x" * 421):
            refused = await place.http.post("/sign-up", data=application(reason=wrong))
            assert refused.status_code == 422
            assert 'id="error-reason"' in refused.text
            assert field_of(refused, "username") == "dora"
        response = await place.http.post("/sign-up", data=application(reason="I work here."))
        assert response.status_code == 200
        assert 'role="status">Thank you.' in response.text
        form = {"login": "dora", "password": PASSWORD}
        response = await place.http.post("/sign-in", data=form)
        assert response.status_code == 422
        assert "Your account waits for approval" in response.text
        assert field_of(response, "login") == "dora"

        settings = place.instance.settings
        for name in ("url", "data_dir", "keys_dir"):
            monkeypatch.setenv(f"FEDLEARN_{name.upper()}", str(getattr(settings, name)))
        done = await asyncio.to_thread(CliRunner().invoke, cli.app, ["user", "approve", "dora"])
        assert done.output == "@dora may sign in now.\n"
        assert (await place.http.post("/sign-in", data=form)).status_code == 303


async def test_sign_up_by_invitation(open_place: Callable[[Registration], Any]) -> None:
    """An invitation lets one person in, once, and survives a form that came back."""
    async with open_place(Registration.INVITE) as place:
        response = await place.http.post("/sign-up", data=application())
        assert response.status_code == 422
        assert "This invitation has been used or has run out." in response.text
        page = await place.http.get("/sign-up")
        assert "open the link that is in it" in page.text
        assert "<form" not in page.text

        link = await invitations.make_invitation(place.instance, by=TERMINAL)
        token = field_of(await place.http.get(link), "invitation")
        mistyped = application(invitation=token, email="nowhere")
        response = await place.http.post("/sign-up", data=mistyped)
        assert response.status_code == 422
        assert "This is not an e-mail address." in response.text
        assert field_of(response, "invitation") == token
        response = await place.http.post("/sign-up", data=application(invitation=token))
        assert response.status_code == 303

        place.http.cookies.clear()
        another = application(username="emil", email="emil@example.org", invitation=token)
        response = await place.http.post("/sign-up", data=another)
        assert response.status_code == 422
        assert "This invitation has been used or has run out." in response.text


async def test_closed_sign_up(place: Server) -> None:
    """Where accounts are made by the operator, there is no form, and none is taken."""
    assert "/sign-up" not in (await place.http.get("/sign-in")).text
    page = await place.http.get("/sign-up")
    assert "Accounts are made by the people who run this server." in page.text
    assert "<form" not in page.text
    assert (await place.http.post("/sign-up", data=application())).status_code == 422
    assert len(await accounts.all_users(place.instance)) == 0


# --- forms that come back --------------------------------------------------------------------------


async def test_sign_up_comes_back(open_place: Callable[[Registration], Any]) -> None:
    """What was wrong stands beside its field, what was written stays, but never the password."""
    async with open_place(Registration.OPEN) as place:
        await place.user("ann")
        wrong = application(username="ann", email='"><script>', password="a secret of mine")
        response = await place.http.post("/sign-up", data=wrong)
        assert response.status_code == 422
        assert "Somebody has this name already." in response.text
        assert "This is not an e-mail address." in response.text
        assert field_of(response, "username") == "ann"
        assert field_of(response, "email") == '"><script>'
        assert "<script>" not in response.text
        assert "a secret of mine" not in response.text
        short = await place.http.post("/sign-up", data=application(password="short"))
        assert "A password has at least 10 characters." in short.text


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"text": " \n "}, 422, "Write something first."),
        ({"audience": "martians"}, 422, "Choose who may see it."),
        ({"content_warning": "w" * 201}, 422, "A warning has at most 200 characters."),
        ({"in_reply_to_id": "x"}, 404, "There is no such post."),
        ({"in_reply_to_id": "9" * 19}, 404, "There is no such post."),
        ({"in_reply_to_id": "12345"}, 404, "There is no such post."),
        ({"text": "for @sefa@peer.test", "audience": "org"}, 422, "cannot see what stays"),
    ],
)
async def test_post_that_cannot_be(
    place: Server, peer: Peer, changes: dict[str, str], status: int, told: str
) -> None:
    """A post that cannot be is answered with a page that says why, and nothing is posted."""
    peer.person("sefa")
    csrf = await sign_in(place, "ann")
    form = {"csrf": csrf, "text": "hello", **changes}
    response = await place.http.post("/statuses", data=form)
    assert response.status_code == status
    assert told in html.unescape(response.text)
    assert await place.home("ann") == []


async def test_profile_comes_back(place: Server) -> None:
    """A profile that does not fit comes back as it was filled in, lock and all."""
    csrf = await sign_in(place, "ann")
    form = {"csrf": csrf, "name": "A" * 31, "bio": "One\n\nTwo", "is_locked": "on"}
    response = await place.http.post("/settings/profile", data=form)
    assert response.status_code == 422
    assert "At most 30 characters." in response.text
    assert field_of(response, "name") == "A" * 31
    assert ">One\n\nTwo</textarea>" in response.text
    assert 'name="is_locked" value="on" checked' in response.text


async def test_biography_keeps_its_lines(place: Server) -> None:
    """What was saved stands in the form again as it was typed: lines, links, signs."""
    csrf = await sign_in(place, "ann")
    bio = (
        "Bees & <b>wasps</b>\nin gardens\n\nhttps://example.org/a/very/long/path/to/follow?a=1&b=2"
    )
    form = {"csrf": csrf, "name": "Ann", "bio": bio, "is_locked": "on"}
    response = await place.http.post("/settings/profile", data=form)
    assert response.headers["location"] == "/@ann"
    page = await place.http.get("/settings")
    assert f">{bio}</textarea>" in html.unescape(page.text)
    assert 'name="is_locked" value="on" checked' in page.text


async def test_short_password_comes_back(place: Server) -> None:
    """A password that is too short changes nothing, and the profile beside it stays as it is."""
    csrf = await sign_in(place, "ann")
    await place.http.post("/settings/profile", data={"csrf": csrf, "is_locked": "on"})
    response = await place.http.post("/settings/password", data={"csrf": csrf, "password": "short"})
    assert response.status_code == 422
    assert "A password has at least 10 characters." in response.text
    assert 'name="is_locked" value="on" checked' in response.text


async def test_edit_comes_back(place: Server) -> None:
    """An edit that is too long comes back; a post of somebody else is not there to edit."""
    csrf = await sign_in(place, "ann")
    own, other = await place.post("ann", "hello"), await place.post("bob", "hello")
    form = {"csrf": csrf, "text": "x" * 501, "content_warning": ""}
    response = await place.http.post(f"/statuses/{own.id}/edit", data=form)
    assert response.status_code == 422
    assert "1 characters too many" in response.text
    assert f">{'x' * 501}</textarea>" in response.text
    for verb in ("edit", "delete"):
        response = await place.http.post(f"/statuses/{other.id}/{verb}", data={**form, "text": "x"})
        assert response.status_code == 404


async def test_wrong_method_is_a_page(place: Server) -> None:
    """An address that only takes forms answers a visitor with a page."""
    response = await place.http.get("/statuses", headers={"accept": "text/html"})
    assert response.status_code == 405
    assert is_page(response, "That cannot be done here")
    assert response.headers["allow"] == "POST"


async def test_declined_request_is_gone(place: Server) -> None:
    """Who is declined follows nobody, and the request leaves the notifications page."""
    csrf = await sign_in(place, "ann")
    await place.http.post("/settings/profile", data={"csrf": csrf, "is_locked": "on"})
    await place.user("bob")
    await place.follow("bob", "@ann@place.test")
    page = await place.http.get("/notifications")
    found = re.search(r'formaction="(/requests/\d+/reject)"', page.text)
    assert found is not None
    response = await place.http.post(found[1], data={"csrf": csrf})
    assert response.headers["location"] == "/notifications"
    assert "ask to follow" not in (await place.http.get("/notifications")).text
    assert "0 followers" in (await place.http.get("/@ann")).text
    assert (await place.http.post(found[1], data={"csrf": csrf})).status_code == 404


async def test_button_that_does_not_exist(place: Server) -> None:
    """An act that no button stands for is refused with a page, and does nothing."""
    own = await sign_in(place, "ann")
    posted = await place.post("ann", "hello")
    response = await place.http.post(f"/statuses/{posted.id}/explode", data={"csrf": own})
    assert response.status_code == 404
    assert is_page(response, "There is nothing here")
