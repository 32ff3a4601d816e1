"""A known state for programs that are tried on an instance."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from fedlearn.domain.oauth import read_scopes
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid
from fedlearn.services import oauth
from fedlearn.services.seeding import plant, read_seed
from fedlearn.settings import Settings
from tests.api.apps import App
from tests.federation.network import Network
from tests.federation.server import Server, run_server

PASSWORD = "correct horse battery"
SEED: dict[str, Any] = {
    "apps": [{"name": "Suite", "client_id": "client", "client_secret": "secret"}],
    "users": [
        {
            "name": "greta",
            "email": "greta@place.test",
            "password": PASSWORD,
            "role": "admin",
            "id": 4711,
            "token": "greta-token",
            "display_name": "Greta",
        },
        {"name": "hugo", "email": "hugo@place.test", "token": "hugo-token", "scopes": "read"},
    ],
    "follows": [{"follower": "hugo", "followee": "greta"}],
    "posts": [
        {"author": "greta", "text": "Welcome"},
        {"author": "greta", "text": "In", "local_only": True},
    ],
}


async def test_known_state(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """Everybody and everything has the name, the number and the secret that the file gives it."""
    settings = settings_of("place.test", password_grant=True)
    async with run_server(settings, network) as place:
        await plant(place.instance, read_seed(json.dumps(SEED).encode()))
        greta, hugo = App(place, "greta-token"), App(place, "hugo-token")
        own = await greta.get("/v1/accounts/verify_credentials")
        assert (own["id"], own["display_name"], own["role"]["name"]) == ("4711", "Greta", "Admin")
        assert [one["acct"] for one in await greta.get("/v1/accounts/4711/followers")] == ["hugo"]
        home = await hugo.get("/v1/timelines/home")
        assert [one["content"] for one in home] == ["<p>In</p>", "<p>Welcome</p>"]
        assert [one["local_only"] for one in home] == [True, False]
        assert (await hugo.ask("POST", "/v1/statuses", json={"status": "x"})).status_code == 403
        form = {
            "grant_type": "password",
            "client_id": "client",
            "client_secret": "secret",
            "username": "greta@place.test",
            "password": PASSWORD,
            "scope": "read",
        }
        granted = await place.http.post("/oauth/token", data=form)
        assert granted.json()["scope"] == "read"
        wrong = await place.http.post("/oauth/token", data={**form, "client_secret": "guess"})
        assert wrong.status_code == 401
        with pytest.raises(Invalid, match="there is an app client already"):
            await plant(place.instance, read_seed(json.dumps(SEED).encode()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"follows": [{"follower": "hugo", "followee": "nobody"}]}, "nobody"),
        ({"posts": [{"author": "nobody", "text": "x"}]}, "nobody"),
        ({"posts": [{"author": "greta", "text": "x", "reach": "far"}]}, "reach"),
        ({"users": [{"name": "greta"}]}, "email"),
        ({"persons": []}, "persons"),
    ],
)
async def test_what_cannot_be_made(alpha: Server, changes: dict[str, Any], said: str) -> None:
    """It is said in a line what is wrong, before anything is made."""
    with pytest.raises(Invalid, match=said):
        await plant(alpha.instance, read_seed(json.dumps({**SEED, **changes}).encode()))
    answer = await alpha.http.get("/api/v1/accounts/lookup?acct=greta")
    assert answer.status_code == 404


async def test_token_from_the_terminal(alpha: Server) -> None:
    """A program gets what it was given and no more; its owner sees it, and can take that back."""
    user = await alpha.user("alice")
    token = await oauth.make_token(alpha.instance, user, read_scopes("read"), by=TERMINAL)
    app = App(alpha, token)
    assert (await app.get("/v1/accounts/verify_credentials"))["acct"] == "alice"
    assert (await app.ask("POST", "/v1/statuses", json={"status": "x"})).status_code == 403
    ((known, _used),) = await oauth.allowed_by(alpha.instance, user)
    await oauth.take_back(alpha.instance, user, known.application.id)
    assert (await app.ask("GET", "/v1/accounts/verify_credentials")).status_code == 401
    for scopes in ("", "read dance"):
        with pytest.raises(Invalid):
            await oauth.make_token(alpha.instance, user, read_scopes(scopes), by=TERMINAL)
