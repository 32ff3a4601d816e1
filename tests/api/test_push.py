"""Web Push: apps are woken by what their people are told, and learn no more than that."""

from typing import Any

import http_ece  # type: ignore[import-untyped]
import jwt
import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.services import favourites, notifications, oauth
from tests.api.apps import App, app_of
from tests.api.phone import ENDPOINT, Phone, sender_of
from tests.federation.network import Network
from tests.federation.server import Server, settle

PATH = "/v1/push/subscription"
MENTIONS: dict[str, Any] = {"alerts": {"mention": True}}


@pytest.fixture
def phone(network: Network) -> Phone:
    """A phone that can be woken."""
    made = Phone()
    network.connect("push.test", made.take)
    return made


async def is_told(server: Server, text: str = "@alice Do bees sleep?", **facts: Any) -> None:
    """Alice is mentioned by bob, and whatever comes of it has happened."""
    await server.post("bob", text, **facts)
    await settle(server)


@pytest.mark.parametrize("sealing", ["aes128gcm", "aesgcm"])
async def test_an_app_is_woken(alpha: Server, phone: Phone, sealing: str) -> None:
    """What comes can be opened by the app alone, and says who sent it; both ways of sealing work."""
    app, is_standard = await app_of(alpha, "alice"), sealing == "aes128gcm"
    asked = phone.subscription(standard=is_standard)
    made = await app.post(PATH, subscription=asked, data=MENTIONS)
    assert (made["endpoint"], made["standard"], made["policy"]) == (ENDPOINT, is_standard, "all")
    assert made["alerts"]["mention"]
    assert not made["alerts"]["follow"]
    assert await app.get(PATH) == made
    await is_told(alpha)
    (woken,) = phone.taken
    assert woken.headers["content-encoding"] == sealing
    said = phone.opened(woken)
    (listed,) = await app.get("/v1/notifications")
    assert said == {
        "access_token": app.token,
        "preferred_locale": "en",
        "notification_id": int(listed["id"]),
        "notification_type": "mention",
        "icon": listed["account"]["avatar"],
        "title": "bob mentioned you",
        "body": "@alice Do bees sleep?",
    }
    key, claims = sender_of(woken)
    instance = await app.get("/v2/instance")
    known = instance["configuration"]["vapid"]["public_key"]
    assert known == made["server_key"]
    assert known == (await app.get("/v1/apps/verify_credentials"))["vapid_key"]
    assert known.rstrip("=") == key
    assert claims["sub"] == "https://alpha.test"
    assert woken.headers["ttl"] == "172800"
    # Not by another phone, nor once something was changed on its way.
    with pytest.raises(http_ece.ECEException):
        Phone().opened(woken)
    woken.headers["authorization"] = woken.headers["authorization"].replace(".", ".x", 1)
    with pytest.raises(jwt.InvalidTokenError):
        sender_of(woken)


async def test_what_is_wanted(alpha: Server, phone: Phone) -> None:
    """Only of what is wanted, and of whom, an app is told; and no more once it said so."""
    app = await app_of(alpha, "alice")
    post = await alpha.post("alice", "Do you like it?")
    form = {"subscription[endpoint]": ENDPOINT, "data[alerts][mention]": "true"}
    for name, value in phone.subscription()["keys"].items():
        form[f"subscription[keys][{name}]"] = value
    answer = await app.ask("POST", PATH, data=form)
    assert answer.json()["standard"] is False
    await favourites.favourite(alpha.instance, await alpha.actor("bob"), post.id)
    await settle(alpha)
    assert phone.taken == []
    for policy, is_woken in (("none", False), ("followed", False), ("follower", True)):
        changed = await app.ask("PUT", PATH, json={"data": {**MENTIONS, "policy": policy}})
        assert changed.json()["policy"] == policy
        if policy == "follower":
            await alpha.follow("bob", "alice@alpha.test")
        phone.taken.clear()
        await is_told(alpha)
        assert bool(phone.taken) is is_woken, policy
    phone.taken.clear()
    assert (await app.ask("DELETE", PATH)).status_code == 200
    assert (await app.ask("GET", PATH)).status_code == 404
    await is_told(alpha)
    assert phone.taken == []


@pytest.mark.parametrize(
    ("facts", "title", "body"),
    [
        ({"reach": Reach.DIRECT}, "bob mentioned you", ""),
        ({"reach": Reach.FOLLOWERS}, "bob mentioned you", ""),
        ({"scope": Scope.ORG}, "Something is new", ""),
        ({"content_warning": "Bees"}, "bob mentioned you", "Bees"),
    ],
)
async def test_what_is_for_some(
    alpha: Server, phone: Phone, facts: dict[str, Any], title: str, body: str
) -> None:
    """Of what not everybody may read, only the number is told."""
    app = await app_of(alpha, "alice")
    await app.post(PATH, subscription=phone.subscription(), data=MENTIONS)
    await is_told(alpha, "@alice canary", **facts)
    (woken,) = phone.taken
    said = phone.opened(woken)
    assert (said["title"], said["body"]) == (title, body)
    assert "canary" not in str(said)


async def test_what_was_seen_meanwhile(alpha: Server, phone: Phone) -> None:
    """Nobody is woken for what they have seen."""
    app = await app_of(alpha, "alice")
    await app.post(PATH, subscription=phone.subscription(), data=MENTIONS)
    await alpha.post("bob", "@alice Do bees sleep?")
    await notifications.mark_read(alpha.instance, await alpha.actor("alice"))
    await settle(alpha)
    assert phone.taken == []


@pytest.mark.parametrize(
    ("status", "after"), [(201, 200), (404, 404), (410, 404), (429, 200), (503, 200)]
)
async def test_how_a_service_answers(alpha: Server, phone: Phone, status: int, after: int) -> None:
    """A phone that is no more is forgotten; a service that is in trouble is asked again later."""
    app = await app_of(alpha, "alice")
    await app.post(PATH, subscription=phone.subscription(), data=MENTIONS)
    phone.status = status
    await is_told(alpha)
    assert len(phone.taken) == 1
    assert (await app.ask("GET", PATH)).status_code == after


async def test_a_token_is_taken_back(alpha: Server, phone: Phone) -> None:
    """With the access of an app ends that it is woken; nothing sent holds a token any more."""
    app = await app_of(alpha, "alice")
    await app.post(PATH, subscription=phone.subscription(), data=MENTIONS)
    ((token, _used),) = await oauth.allowed_by(alpha.instance, await alpha.user("alice"))
    await oauth.take_back(alpha.instance, await alpha.user("alice"), token.application.id)
    await is_told(alpha)
    assert phone.taken == []


async def test_the_token_is_not_stored_in_the_open(alpha: Server, phone: Phone) -> None:
    """What the database holds of a subscription opens no account."""
    app = await app_of(alpha, "alice")
    await app.post(PATH, subscription=phone.subscription(), data=MENTIONS)
    async with alpha.instance.db.read() as connection:
        (row,) = await connection.fetch_all("SELECT * FROM push_subscription")
    assert app.token
    assert app.token not in str([row[name] for name in ("endpoint", "alerts", "sealed_token")])


WRONG: list[dict[str, Any]] = [
    {"endpoint": ""},
    {"endpoint": "http://push.test/x"},
    {"endpoint": "https://"},
    {"endpoint": "https://push.test/" + "x" * 3000},
    {"keys": {}},
    {"keys": {"p256dh": "x", "auth": "y"}},
    {"keys": {"p256dh": "BAAA" * 22, "auth": "AAAAAAAAAAAAAAAAAAAAAA"}},
    {"keys": "none"},
]


async def test_what_cannot_be_reached(alpha: Server, phone: Phone) -> None:
    """A subscription that nobody could be reached by is refused; nor may every app have one."""
    app = await app_of(alpha, "alice")
    for changes in WRONG:
        body = {"subscription": phone.subscription(**changes), "data": MENTIONS}
        assert (await app.ask("POST", PATH, json=body)).status_code == 422, changes
    body = {"subscription": phone.subscription(), "data": {"policy": "some"}}
    assert (await app.ask("POST", PATH, json=body)).status_code == 422
    assert (await app.ask("GET", PATH)).status_code == 404
    for other, status in (
        (await app_of(alpha, "alice", "read write"), 403),
        (App(alpha, None), 401),
    ):
        for method in ("GET", "POST", "PUT", "DELETE"):
            assert (await other.ask(method, PATH)).status_code == status


async def test_no_address_within(alpha: Server) -> None:
    """Where the server itself stands, nobody has it send messages to."""
    app = await app_of(alpha, "alice")
    phone = Phone()
    asked = phone.subscription(endpoint="https://127.0.0.1/x")
    await app.post(PATH, subscription=asked, data=MENTIONS)
    await is_told(alpha)
    assert phone.taken == []
