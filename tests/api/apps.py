"""Apps that act for people here, and what they send and get."""

from dataclasses import dataclass
from typing import Any

import httpx

from fedlearn.domain.oauth import BRANCHES, read_scopes
from fedlearn.services import oauth
from tests.federation.server import Server

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
ALL = " ".join([*BRANCHES, "follow", "push", "profile"])


async def all_allowed(server: Server, name: str, scopes: str = ALL) -> str:
    """The token of an app that may do all of this for somebody."""
    wanted = read_scopes(scopes)
    app, _secret = await oauth.register(server.instance, "An app", [OUT_OF_BAND], wanted, "")
    _token, secret = await oauth.issue(server.instance, app, await server.user(name), wanted)
    return secret


@dataclass
class App:
    """An app that acts for somebody, or for nobody."""

    server: Server
    token: str | None

    async def get(self, path: str, **query: Any) -> Any:
        """What the server answers; it must be well."""
        answer = await self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        """The same for something that is done."""
        answer = await self.ask("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """The answer, be it well or not; always JSON."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= how.pop("headers", {})
        answer = await self.server.http.request(method, f"/api{path}", headers=headers, **how)
        assert answer.headers["content-type"].startswith("application/json")
        return answer


async def app_of(server: Server, name: str | None = None, scopes: str = ALL) -> App:
    """An app in which somebody is signed in; without a name it is anybody's."""
    return App(server, await all_allowed(server, name, scopes) if name else None)
