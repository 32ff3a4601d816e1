"""Whom and what somebody may find: suggestions, the directory, what is lively, and joining."""

from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from fedlearn.db.lively import DayOfUse, days_of_hashtags
from fedlearn.domain.audience import Scope
from fedlearn.domain.oauth import read_scopes
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts, blocks, favourites, invitations, oauth
from fedlearn.settings import Registration, Settings
from fedlearn.web.mastodon import tags
from tests.api.apps import OUT_OF_BAND, App, app_of
from tests.federation.network import Network
from tests.federation.peer import Peer
from tests.federation.server import Server, run_server, settle

SIGN_UP = {
    "username": "dora",
    "email": "dora@place.test",
    "password": "correct horse battery",
    "agreement": True,
    "locale": "de",
}


async def is_hidden(server: Server, name: str) -> None:
    """Somebody here does not want to be found."""
    actor = await server.actor(name)
    await accounts.publish_profile(server.instance, actor, is_discoverable=False)


async def test_suggestions(alpha: Server) -> None:
    """Whom friends follow comes first, then who is new; never who is followed, blocked or hidden."""
    alice = await app_of(alpha, "alice")
    for name in ("bob", "carol", "dora", "emil", "fred"):
        await alpha.actor(name)
    await is_hidden(alpha, "greta")
    await alpha.follow("alice", "bob@alpha.test")
    await alpha.follow("bob", "carol@alpha.test")
    await blocks.block(alpha.instance, await alpha.actor("alice"), await alpha.actor("emil"))
    found = await alice.get("/v2/suggestions")
    assert [(one["account"]["acct"], one["sources"]) for one in found] == [
        ("carol", ["friends_of_friends"]),
        ("fred", []),
        ("dora", []),
    ]
    assert [one["acct"] for one in await alice.get("/v1/suggestions", limit=2)] == ["carol", "fred"]
    for name in ("carol", "fred"):
        gone = await alice.ask("DELETE", f"/v1/suggestions/{(await alpha.actor(name)).id}")
        assert gone.status_code == 200
    assert [one["acct"] for one in await alice.get("/v1/suggestions")] == ["dora"]


async def test_directory(alpha: Server) -> None:
    """Everybody here who wants to be found, by their latest public post or by when they came."""
    nobody = await app_of(alpha)
    for name in ("bob", "carol"):
        await alpha.actor(name)
    await is_hidden(alpha, "greta")
    assert [one["acct"] for one in await nobody.get("/v1/directory", order="new")] == [
        "carol",
        "bob",
    ]
    await alpha.post("bob", "Hello")
    assert [one["acct"] for one in await nobody.get("/v1/directory")] == ["bob", "carol"]
    assert [one["acct"] for one in await nobody.get("/v1/directory", offset=1)] == ["carol"]
    assert (await nobody.ask("GET", "/v1/directory", params={"offset": -1})).status_code == 400


async def test_every_hashtag_tells_how_it_was_used(
    alpha: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where several stand together they are counted in one question; what is inside counts not."""
    alice = await app_of(alpha, "alice")
    for name in ("bees", "hornets"):
        await alice.post(f"/v1/tags/{name}/follow")
        await alpha.post("alice", f"Look #{name}")
    await alpha.post("carol", "Only here #hornets", scope=Scope.ORG)
    asked: list[Sequence[str]] = []

    async def days(*about: Any) -> list[DayOfUse]:
        asked.append(about[-1])
        return await days_of_hashtags(*about)

    monkeypatch.setattr(tags, "days_of_hashtags", days)
    for found in (
        await alice.get("/v1/followed_tags"),
        (await alice.get("/v2/search", q="bee"))["hashtags"],
        await alice.get("/v1/featured_tags/suggestions"),
    ):
        for tag in found:
            lines = [(day["accounts"], day["uses"]) for day in tag["history"]]
            assert lines == [("1", "1"), *[("0", "0")] * 6]
            assert tag["following"] is True
    assert [sorted(names) for names in asked] == [
        ["bees", "hornets"],
        ["bees"],
        ["bees", "hornets"],
    ]


async def test_what_is_lively(alpha: Server) -> None:
    """Hashtags of several people, day by day, and posts that several took up; one alone is not."""
    nobody = await app_of(alpha)
    for name in ("bob", "carol"):
        await alpha.post(name, "Look #bees")
    await alpha.post("bob", "Look #wasps")
    view = await alpha.post("alice", "Do bees sleep?")
    (tag,) = await nobody.get("/v1/trends/tags")
    assert (tag["name"], len(tag["history"])) == ("bees", 7)
    assert (tag["history"][0]["accounts"], tag["history"][0]["uses"]) == ("2", "2")
    assert int(tag["history"][0]["day"]) % 86_400 == 0
    assert await nobody.get("/v1/trends") == [tag]
    assert (await nobody.get("/v1/tags/Bees"))["history"] == tag["history"]
    unused = (await nobody.get("/v1/tags/hornets"))["history"]
    assert [(one["accounts"], one["uses"]) for one in unused] == [("0", "0")] * 7
    assert [one["day"] for one in unused] == [one["day"] for one in tag["history"]]
    assert await nobody.get("/v1/trends/tags", offset=1) == []
    assert await nobody.get("/v1/trends/statuses") == []
    for name in ("bob", "carol"):
        await favourites.favourite(alpha.instance, await alpha.actor(name), view.id)
    assert [one["id"] for one in await nobody.get("/v1/trends/statuses")] == [str(view.id)]


async def test_links_that_are_shared(alpha: Server, peer: Peer) -> None:
    """A page that several lead to is told with its days, and nothing of what one alone does."""
    for name in ("bees", "wasps"):
        answer = httpx.Response(200, html=f"<title>All about {name}</title>")
        peer.answers[f"/{name}"] = answer
    nobody = await app_of(alpha)
    for name in ("alice", "bob"):
        await alpha.post(name, "https://peer.test/bees")
    await alpha.post("bob", "https://peer.test/wasps")
    await alpha.post("alice", "https://peer.test/wasps", scope=Scope.ORG)
    assert await nobody.get("/v1/trends/links") == []
    await settle(alpha)
    (link,) = await nobody.get("/v1/trends/links")
    assert (link["url"], link["title"]) == ("https://peer.test/bees", "All about bees")
    lines = [(day["accounts"], day["uses"]) for day in link["history"]]
    assert lines == [("2", "2"), *[("0", "0")] * 6]
    assert await nobody.get("/v1/trends/links", offset=1) == []


async def test_what_the_server_says(alpha: Server) -> None:
    """Texts of the server are there for apps, too."""
    nobody = await app_of(alpha)
    assert "cookie" in (await nobody.get("/v1/instance/privacy_policy"))["content"]
    said = await nobody.get("/v1/instance/extended_description")
    assert said == {"updated_at": None, "content": ""}
    assert await nobody.get("/v1/instance/translation_languages") == {}


async def program(server: Server, scopes: str = "read write") -> App:
    """An app that acts for nobody yet."""
    wanted = read_scopes(scopes)
    app, _ = await oauth.register(server.instance, "An app", [OUT_OF_BAND], wanted, "")
    _, secret = await oauth.issue(server.instance, app, None, wanted)
    return App(server, secret)


async def test_signing_up(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """Where everybody may join, an app makes an account and acts for it at once."""
    settings = settings_of("place.test", registration=Registration.OPEN)
    async with run_server(settings, network) as place:
        app = await program(place)
        made = await app.post("/v1/accounts", **SIGN_UP)
        assert (made["token_type"], made["scope"]) == ("Bearer", "read write")
        dora = App(place, made["access_token"])
        assert (await dora.get("/v1/accounts/verify_credentials"))["acct"] == "dora"
        assert (await dora.post("/v1/statuses", status="Here I am"))["account"]["acct"] == "dora"
        assert (await place.user("dora")).locale == "de"
        taken = await app.ask("POST", "/v1/accounts", data={**SIGN_UP, "agreement": "true"})
        assert taken.status_code == 422
        found = {name: one[0]["error"] for name, one in taken.json()["details"].items()}
        assert found == {"username": "ERR_TAKEN", "email": "ERR_TAKEN"}
        nothing = (await app.ask("POST", "/v1/accounts")).json()
        blank = {"error": "ERR_BLANK", "description": "can't be blank"}
        assert nothing["details"] == {
            "username": [blank],
            "email": [blank, {"error": "ERR_INVALID", "description": "is invalid"}],
            "password": [blank],
            "agreement": [{"error": "ERR_ACCEPTED", "description": "must be accepted"}],
        }
        for changes, code in (
            ({"username": "no blanks"}, {"username": "ERR_INVALID"}),
            ({"username": "Admin"}, {"username": "ERR_RESERVED"}),
            ({"username": "emil", "email": "nowhere"}, {"email": "ERR_INVALID"}),
        ):
            wrong = {**SIGN_UP, "email": "emil@place.test", **changes}
            refused = (await app.ask("POST", "/v1/accounts", json=wrong)).json()
            assert {name: one[0]["error"] for name, one in refused["details"].items()} == code
        short = {**SIGN_UP, "username": "emil", "email": "emil@place.test", "password": "x"}
        refused = (await app.ask("POST", "/v1/accounts", json=short)).json()
        assert refused["details"]["password"][0]["error"] == "ERR_TOO_SHORT"
        reader = await program(place, "read")
        assert (await reader.ask("POST", "/v1/accounts", json=SIGN_UP)).status_code == 403


@pytest.mark.parametrize("mode", [Registration.CLOSED, Registration.INVITE, Registration.APPROVAL])
async def test_signing_up_where_not_everybody_may(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None, mode: Registration
) -> None:
    """Closed is closed; an invitation lets in; who waits for a yes has a token that opens nothing."""
    async with run_server(settings_of("place.test", registration=mode), network) as place:
        app = await program(place)
        answer = await app.ask("POST", "/v1/accounts", json={**SIGN_UP, "reason": "I work here."})
        if mode is Registration.CLOSED:
            assert answer.status_code == 403
        elif mode is Registration.APPROVAL:
            for reason, error in ((" ", "ERR_BLANK"), ("x" * 421, "ERR_TOO_LONG")):
                emil = {**SIGN_UP, "username": "emil", "email": "emil@place.test", "reason": reason}
                refused = await app.ask("POST", "/v1/accounts", json=emil)
                assert refused.status_code == 422
                details = refused.json()["details"]
                assert {name: one[0]["error"] for name, one in details.items()} == {"reason": error}
            assert (await app.get("/v2/instance"))["registrations"]["reason_required"] is True
            waiting = App(place, answer.json()["access_token"])
            refused = await waiting.ask("GET", "/v1/accounts/verify_credentials")
            assert (refused.status_code, "pending approval" in refused.text) == (403, True)
            assert await waiting.get("/v1/emails/check_confirmation") is True
            refused = await waiting.ask("POST", "/v1/emails/confirmations")
            assert refused.status_code == 403
        else:
            assert answer.status_code == 422
            link = await invitations.make_invitation(place.instance, by=TERMINAL)
            code: dict[str, Any] = {"invite_code": link.partition("invitation=")[2]}
            made = await app.post("/v1/accounts", **SIGN_UP, **code)
            dora = App(place, made["access_token"])
            assert (await dora.get("/v1/accounts/verify_credentials"))["acct"] == "dora"
