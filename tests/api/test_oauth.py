"""How an app gets access: registered, asked for, agreed to by a person, and taken back."""

import hashlib
import re
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from fedlearn.services import signing_in
from tests.federation.server import Server

BACK = "oauth2redirect://org.example.app/"
OOB = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-of-rfc-7636"
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
Tokens = dict[str, str]


async def register(server: Server, **facts: object) -> dict[str, str]:
    """An app, as the server describes it."""
    wanted = {"client_name": "An app", "redirect_uris": f"{BACK} {OOB}", "scopes": "read write"}
    answer = await server.http.post("/api/v1/apps", json=wanted | facts)
    assert answer.status_code == 200, answer.text
    app: dict[str, str] = answer.json()
    return app


async def browser_of(server: Server, name: str) -> httpx.AsyncClient:
    """A browser in which somebody is signed in."""
    token = await signing_in.open_session(server.instance, await server.user(name), "")
    transport = httpx.ASGITransport(app=server.app)
    browser = httpx.AsyncClient(transport=transport, base_url=f"https://{server.host}")
    browser.cookies.set("__Host-session", token, domain=server.host, path="/")
    return browser


async def consent(
    server: Server, app: dict[str, str], *, answer: str = "yes", **asked: str
) -> httpx.Response:
    """What alice's browser gets when she has answered what an app asks."""
    wanted = {"client_id": app["client_id"], "redirect_uri": BACK, "response_type": "code"} | asked
    async with await browser_of(server, "alice") as browser:
        page = await browser.get("/oauth/authorize", params=wanted)
        assert page.status_code == 200, page.text
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        fields |= {"redirect_uri": wanted["redirect_uri"], "answer": answer}
        return await browser.post("/oauth/authorize", data=fields)


def code_of(answer: httpx.Response) -> str:
    """The code in the address to which a browser is led."""
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def fetch_token(server: Server, app: dict[str, str], **facts: str) -> httpx.Response:
    """What the app gets for a code."""
    wanted = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": BACK,
    }
    return await server.http.post("/oauth/token", data=wanted | facts)


def bearing(token: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"authorization": f"Bearer {token}"}


async def test_app_gets_what_a_person_agrees_to(alpha: Server) -> None:
    """Registered, agreed to and fetched, a token says for whom it speaks; given back it says nothing."""
    app = await register(alpha)
    answer = await consent(alpha, app, scope="read", state="kept as it is")
    assert answer.headers["location"].startswith(BACK)
    assert parse_qs(urlsplit(answer.headers["location"]).query)["state"] == ["kept as it is"]
    granted = (await fetch_token(alpha, app, code=code_of(answer))).json()
    assert (granted["token_type"], granted["scope"]) == ("Bearer", "read")
    assert isinstance(granted["created_at"], int)
    token = granted["access_token"]
    me = await alpha.http.get("/oauth/userinfo", headers=bearing(token))
    assert me.json()["preferred_username"] == "alice"

    taken = {"client_id": app["client_id"], "client_secret": app["client_secret"], "token": token}
    assert (await alpha.http.post("/oauth/revoke", data=taken)).json() == {}
    after = await alpha.http.get("/oauth/userinfo", headers=bearing(token))
    assert (after.status_code, after.json()) == (401, {"error": "The access token is invalid"})
    assert (await alpha.http.post("/oauth/revoke", data=taken)).status_code == 200


async def test_access_is_taken_away(alpha: Server) -> None:
    """A page in the settings lists who may act for one, and ends it; another's list has it not."""
    app = await register(alpha, client_name="Bee watcher")
    token = (await fetch_token(alpha, app, code=code_of(await consent(alpha, app)))).json()
    path = f"/settings/apps/{app['id']}/remove"
    for name, is_listed in (("bob", False), ("alice", True)):
        async with await browser_of(alpha, name) as browser:
            page = await browser.get("/settings/apps")
            assert ("Bee watcher" in page.text) is is_listed
            csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
            await browser.post(path, data={"csrf": csrf})
        me = await alpha.http.get("/oauth/userinfo", headers=bearing(token["access_token"]))
        assert me.status_code == (401 if is_listed else 200)


async def test_page_says_what_the_app_asks_for(alpha: Server) -> None:
    """The page names the app and its wishes in plain words, and lets the answer lead to the app."""
    app = await register(alpha, client_name="Bee watcher", scopes="read:statuses write:media")
    wanted = {"client_id": app["client_id"], "redirect_uri": BACK, "scope": "write:media"}
    async with await browser_of(alpha, "alice") as browser:
        page = await browser.get("/oauth/authorize", params=wanted)
    assert "May Bee watcher act for you?" in page.text
    assert "Upload pictures, videos and sounds" in page.text
    assert "Read posts" not in page.text
    assert "form-action" not in page.headers["content-security-policy"]
    stranger = await alpha.http.get("/oauth/authorize", params=wanted)
    assert stranger.status_code == 303
    assert stranger.headers["location"].startswith("/sign-in?next=%2Foauth%2Fauthorize%3F")


async def test_refusal_is_told_to_the_app(alpha: Server) -> None:
    """Who does not agree is led back too, and the app learns no more than that."""
    answer = await consent(alpha, await register(alpha), answer="no", state="s")
    assert answer.headers["location"] == f"{BACK}?error=access_denied&state=s"


async def test_code_by_hand(alpha: Server) -> None:
    """An app without a browser shows a code to copy, which works like any other."""
    app = await register(alpha)
    page = await consent(alpha, app, redirect_uri=OOB)
    found = re.search(r'<code class="code"[^>]*>([^<]+)</code>', page.text)
    assert found is not None
    token = await fetch_token(alpha, app, code=found[1], redirect_uri=OOB)
    assert token.status_code == 200


async def test_code_counts_once_and_for_its_app(alpha: Server) -> None:
    """A code is worth nothing the second time, to another app, or from another address."""
    app, other = await register(alpha), await register(alpha)
    code = code_of(await consent(alpha, app))
    assert (await fetch_token(alpha, app, code=code)).status_code == 200
    again = await fetch_token(alpha, app, code=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    of_other = {name: other[name] for name in ("client_id", "client_secret")}
    for wrong in ({"redirect_uri": OOB}, of_other):
        code = code_of(await consent(alpha, app))
        answer = await fetch_token(alpha, app, code=code, **wrong)
        assert answer.json()["error"] == "invalid_grant"


async def test_app_without_a_secret_shows_its_verifier(alpha: Server) -> None:
    """A public app gets its token for the verifier of its challenge, and for nothing else."""
    app = await register(alpha)
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    for verifier, status in ((VERIFIER, 200), ("another", 400), ("", 400)):
        code = code_of(await consent(alpha, app, **pkce))
        answer = await fetch_token(alpha, app, code=code, code_verifier=verifier, client_secret="")
        assert answer.status_code == status
    code = code_of(await consent(alpha, app))
    assert (await fetch_token(alpha, app, code=code, client_secret="")).status_code == 400
    code = code_of(await consent(alpha, app))
    wrong = await fetch_token(alpha, app, code=code, client_secret="wrong")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "asked",
    [
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "nobody"},
        {"scope": "admin:write"},
        {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
    ],
)
async def test_nobody_is_led_astray(alpha: Server, asked: dict[str, str]) -> None:
    """What an app did not register for ends on a page of ours, and leads nowhere."""
    app = await register(alpha)
    wanted = {"client_id": app["client_id"], "redirect_uri": BACK} | asked
    async with await browser_of(alpha, "alice") as browser:
        page = await browser.get("/oauth/authorize", params=wanted)
    assert page.status_code in {400, 401}
    assert "<h1>This app was not let in</h1>" in page.text
    assert "Go back to the app" in page.text
    assert "location" not in page.headers


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"client_name": " "}, "Name can't be blank"),
        ({"redirect_uris": "javascript:alert(1)"}, "Redirect URI"),
        ({"redirect_uris": "http://[x"}, "Redirect URI"),
        ({"redirect_uris": ""}, "Redirect URI"),
        ({"scopes": "read everything"}, "Scopes"),
        ({"website": "ftp://example.org"}, "Website"),
    ],
)
async def test_app_that_will_not_do(alpha: Server, facts: dict[str, str], field: str) -> None:
    """An app that could lead people astray, or says not who it is, is not registered."""
    wanted = {"client_name": "An app", "redirect_uris": OOB} | facts
    answer = await alpha.http.post("/api/v1/apps", data=wanted)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("Validation failed: ")
    assert field in answer.json()["error"]


async def test_all_that_will_not_do(alpha: Server) -> None:
    """Whatever is wrong with an app is said in one sentence."""
    wanted = {"client_name": "", "redirect_uris": "x", "website": "y", "scopes": "dance"}
    answer = await alpha.http.post("/api/v1/apps", json=wanted)
    assert answer.json()["error"] == (
        "Validation failed: Name can't be blank, Redirect URI must be a URI, "
        "Scopes doesn't match configured on the server, Website must be a URL"
    )


@pytest.mark.parametrize("spelling", ["json", "data", "params", "files"])
async def test_app_registers_in_any_spelling(alpha: Server, spelling: str) -> None:
    """JSON, a form, multipart and the query say the same."""
    wanted = {"client_name": "An app", "redirect_uris": OOB, "scopes": "read push"}
    body: dict[str, object] = {name: (None, value) for name, value in wanted.items()}
    sent = body if spelling == "files" else wanted
    answer = await alpha.http.post("/api/v1/apps", **{spelling: sent})  # type: ignore[arg-type]
    app = answer.json()
    assert (app["name"], app["scopes"], app["redirect_uris"]) == ("An app", ["push", "read"], [OOB])
    assert app["client_secret_expires_at"] == 0


async def test_app_speaks_for_itself(alpha: Server) -> None:
    """With its secret an app gets a token of its own, which speaks for nobody."""
    app = await register(alpha)
    basic = b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
    wanted = {"grant_type": "client_credentials", "scope": "read"}
    answer = await alpha.http.post(
        "/oauth/token", json=wanted, headers={"authorization": f"Basic {basic}"}
    )
    token = answer.json()["access_token"]
    known = await alpha.http.get("/api/v1/apps/verify_credentials", headers=bearing(token))
    assert known.json()["name"] == "An app"
    assert "client_secret" not in known.text
    refused = await alpha.http.get("/oauth/userinfo", headers=bearing(token))
    assert refused.status_code == 403


async def test_passwords_are_not_taken(alpha: Server) -> None:
    """Nobody types a password into an app, unless the operator lets test programs do so."""
    app = await register(alpha)
    wanted = {"username": "alice@alpha.test", "password": "x", "grant_type": "password"}
    answer = await fetch_token(alpha, app, **wanted)
    assert answer.json()["error"] == "unsupported_grant_type"


async def test_scripts_of_other_sites_may_ask(alpha: Server) -> None:
    """An app in a browser is let in without cookies, and reads the headers that it needs."""
    ask = {"origin": "https://elk.example", "access-control-request-method": "POST"}
    allowed = await alpha.http.request("OPTIONS", "/api/v1/apps", headers=ask)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in allowed.headers
    answer = await alpha.http.get("/api/v1/apps/verify_credentials")
    assert "Link" in answer.headers["access-control-expose-headers"]
    page = await alpha.http.get("/oauth/authorize")
    assert "access-control-allow-origin" not in page.headers


async def test_server_says_how_to_ask(alpha: Server) -> None:
    """The metadata document names our addresses and what is open."""
    said = (await alpha.http.get("/.well-known/oauth-authorization-server")).json()
    assert said["token_endpoint"] == f"https://{alpha.host}/oauth/token"
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert "password" not in said["grant_types_supported"]
