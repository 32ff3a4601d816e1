"""From some IP addresses nobody comes in, or signs up, or only after somebody has looked."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from starlette.types import Message, Scope

from fedlearn.db import hub as hub_module
from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import now
from fedlearn.domain.ip_blocks import Severity
from fedlearn.domain.roles import TERMINAL, steward
from fedlearn.errors import Invalid, NotFound, Unavailable
from fedlearn.services import invitations, ip_blocks
from fedlearn.services.ip_blocks import Said
from fedlearn.settings import Registration, Settings
from fedlearn.web.barrier import POLICY_VIOLATION
from fedlearn.web.context import Parts
from tests.api.apps import App, app_of
from tests.api.sockets import listening_to
from tests.clock import DAY, Clock
from tests.federation.browser import PAGE as ACCEPT
from tests.federation.forms import send
from tests.federation.listening import listening, session_of
from tests.federation.network import Network
from tests.federation.server import PASSWORD, Server, run_server
from tests.federation.test_desk import sits
from tests.federation.test_stewardship import done, person

PATH, PAGE = "/v1/admin/ip_blocks", "/moderation/ip-blocks"
SHUT_OUT, NEIGHBOUR = "192.0.2.7", "192.0.3.7"


@pytest.fixture
async def place(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> AsyncIterator[Server]:
    """A server where anybody signs up."""
    settings = settings_of("place.test", registration=Registration.OPEN)
    async with run_server(settings, network) as server:
        yield server


def parts(server: Server) -> Parts:
    """The parts of a server."""
    found: Parts = server.app.state.parts
    return found


async def block(server: Server, said: str, severity: Severity, **more: Any) -> None:
    """Whoever runs the server says something of a range."""
    what = Said(said, severity, **more)
    await ip_blocks.block(server.instance, TERMINAL, what, own_address="")
    parts(server).ip_blocks.forget()


def comes_from(server: Server, address: str) -> httpx.AsyncClient:
    """A browser at some IP address."""
    transport = httpx.ASGITransport(server.app, client=(address, 50_000))
    url = server.instance.settings.url
    return httpx.AsyncClient(transport=transport, base_url=url, headers={"accept": ACCEPT})


async def statuses(server: Server, address: str, *paths: str) -> set[int]:
    """How somebody is answered who comes from there."""
    async with aclosing(comes_from(server, address)) as browser:
        return {(await browser.get(path)).status_code for path in paths}


# --- shut out ------------------------------------------------------------------------------------


async def test_nothing_is_answered(place: Server) -> None:
    """Neither pages nor apps nor other servers get anything; a neighbour gets all of it."""
    await place.user("alice")
    ours = ("/about", "/sign-in", "/api/v1/instance", "/@alice", "/.well-known/nodeinfo")
    await block(place, "192.0.2.0/24", Severity.NO_ACCESS)
    assert await statuses(place, SHUT_OUT, *ours, "/nothing", "/inbox") == {403}
    assert await statuses(place, NEIGHBOUR, *ours) == {200}
    async with aclosing(comes_from(place, SHUT_OUT)) as browser:
        page = await browser.get("/about")
        assert page.text == "Nobody is let in here from your IP address."
        assert page.headers["x-request-id"]
        assert (await browser.get("/api/v1/instance")).json() == {"error": "Forbidden"}
        assert (await browser.post("/inbox", content=b"{}")).status_code == 403


async def test_one_address_of_a_network(place: Server) -> None:
    """Of IPv6, too, a single address can be meant, and not all that begin like it."""
    await block(place, "2001:db8::7", Severity.NO_ACCESS)
    assert await statuses(place, "2001:db8::7", "/about") == {403}
    assert await statuses(place, "2001:db8::8", "/about") == {200}


async def test_no_socket(place: Server) -> None:
    """A socket is not opened either."""
    await block(place, SHUT_OUT, Severity.NO_ACCESS)
    sent: list[Message] = []
    scope: Scope = {
        "type": "websocket",
        "path": "/api/v1/streaming",
        "client": (SHUT_OUT, 1),
        "headers": [],
        "query_string": b"",
        "subprotocols": [],
    }

    async def take(message: Message) -> None:
        sent.append(message)

    await place.app(scope, nothing_comes, take)
    assert [one["type"] for one in sent] == ["websocket.close"]


async def nothing_comes() -> Message:
    """What the server is told after the beginning."""
    return {"type": "websocket.connect"}


async def test_who_listens_already(place: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app and a page that are open hear on, until it is said of where they call from."""
    monkeypatch.setattr(hub_module, "PAUSE", 0.02)
    alice, session = await app_of(place, "alice"), await session_of(place, "alice")
    async with (
        listening_to(alice, "user") as socket,
        listening(place, session, ["home"]) as page,
    ):
        assert await page.begins() == 200
        await block(place, "198.51.100.0/24", Severity.NO_ACCESS)
        await place.post("alice", "Is anybody there?")
        await socket.hears("update")
        await page.hears("arrived", stream="home")
        await block(place, "192.0.2.0/24", Severity.NO_ACCESS)
        assert await socket.ends() == POLICY_VIOLATION
        await page.hears("signed-out")


@pytest.mark.parametrize(
    "said", ["::ffff:192.0.2.7", "::ffff:192.0.2.0/120", "::ffff:c000:200/120"]
)
async def test_older_net_in_newer_words(place: Server, said: str) -> None:
    """A range of the older net is one, however it is written, for all and for who names it."""
    await block(place, said, Severity.NO_ACCESS)
    assert await statuses(place, SHUT_OUT, "/about") == {403}
    assert await statuses(place, NEIGHBOUR, "/about") == {200}
    what = Said("::ffff:198.51.100.0/120", Severity.NO_ACCESS)
    with pytest.raises(Invalid, match="shut yourself out"):
        await ip_blocks.block(place.instance, TERMINAL, what, own_address="198.51.100.3")


async def test_it_ends(place: Server, clock: Clock) -> None:
    """After its time a word holds no more, and the range can be named anew."""
    until = now() + DAY
    await block(place, SHUT_OUT, Severity.NO_ACCESS, expires_at=until)
    assert await statuses(place, SHUT_OUT, "/about") == {403}
    clock.forward(2 * DAY)
    parts(place).ip_blocks.forget()
    assert await statuses(place, SHUT_OUT, "/about") == {200}
    assert await ip_blocks.ip_blocks(place.instance, TERMINAL) == []
    await block(place, SHUT_OUT, Severity.NO_ACCESS)
    assert await statuses(place, SHUT_OUT, "/about") == {403}


async def test_database_that_is_away(place: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was known last holds on, and who asks for what needs no database is answered."""
    await block(place, SHUT_OUT, Severity.NO_ACCESS)
    assert await statuses(place, SHUT_OUT, "/robots.txt") == {403}

    def away() -> None:
        raise Unavailable("the database is away")

    class Away:
        read = staticmethod(away)

    cache = parts(place).ip_blocks
    cache.forget()
    db: Any = Away()
    assert await cache.severity_of(db, SHUT_OUT) is Severity.NO_ACCESS
    assert await cache.severity_of(db, NEIGHBOUR) is None


async def test_questions(place: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is asked once for many requests."""
    asked = []
    db = place.instance.db
    read = db.read
    cache = parts(place).ip_blocks
    cache.forget()

    class Counting:
        def read(self) -> Any:
            asked.append(1)
            return read()

    counting: Any = Counting()
    for number in range(20):
        await cache.severity_of(counting, f"192.0.2.{number}")
    assert len(asked) == 1


# --- signing up ----------------------------------------------------------------------------------


async def signs_up(browser: httpx.AsyncClient, name: str, invitation: str = "") -> httpx.Response:
    """Somebody fills in the form."""
    form = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    return await browser.post("/sign-up", data={**form, "invitation": invitation})


async def asks_for_account(place: Server, address: str, name: str) -> httpx.Response:
    """An app signs somebody up."""
    app = await app_of(place, "alice")
    body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    async with aclosing(comes_from(place, address)) as browser:
        return await browser.post(
            "/api/v1/accounts",
            json={**body, "agreement": True},
            headers={"authorization": f"Bearer {app.token}"},
        )


async def test_nobody_signs_up(place: Server) -> None:
    """Not by the form, not by an invitation, not in an app; all else is as for others."""
    await block(place, "192.0.2.0/24", Severity.NO_SIGN_UP)
    token = (await invitations.make_invitation(place.instance, by=TERMINAL)).partition("=")[2]
    async with aclosing(comes_from(place, SHUT_OUT)) as browser:
        for invitation in ("", token):
            refused = await signs_up(browser, "dora", invitation)
            assert refused.status_code == 422
            assert "Nobody signs up from where you are." in refused.text
        assert (await browser.get("/about")).status_code == 200
    answer = await asks_for_account(place, SHUT_OUT, "dora")
    assert (answer.status_code, answer.json()) == (403, {"error": "This action is not allowed"})
    assert (await asks_for_account(place, NEIGHBOUR, "dora")).status_code == 200
    async with aclosing(comes_from(place, NEIGHBOUR)) as browser:
        assert (await signs_up(browser, "emil")).status_code == 303


async def test_who_signs_up_waits(place: Server) -> None:
    """Where others are let in at once, and also with an invitation, they wait for somebody."""
    await block(place, "192.0.2.0/24", Severity.APPROVAL)
    token = (await invitations.make_invitation(place.instance, by=TERMINAL)).partition("=")[2]
    async with aclosing(comes_from(place, SHUT_OUT)) as browser:
        # They may say why; others are not asked, and an app does not know that they will wait.
        assert 'name="reason"' in (await browser.get("/sign-up")).text
        assert 'name="reason"' not in (await place.http.get("/sign-up")).text
        assert "once your account has been approved" in (await signs_up(browser, "dora")).text
        assert "approved" in (await signs_up(browser, "emil", token)).text
    made = await asks_for_account(place, SHUT_OUT, "fritz")
    app = App(place, made.json()["access_token"])
    assert (await app.ask("GET", "/v1/accounts/verify_credentials")).status_code == 403
    for name in ("dora", "emil", "fritz"):
        assert (await place.user(name)).approved_at is None


# --- who says so ---------------------------------------------------------------------------------


async def test_page(alpha: Server) -> None:
    """Admins add and lift ranges; what is none comes back, and moderators see nothing."""
    ada, morris = await sits(alpha, "ada", Role.ADMIN), await sits(alpha, "morris", Role.MODERATOR)
    wanted = {"ip": "192.0.2.9/24", "severity": "no_access", "expires_in": "2", "comment": "spam"}
    assert (await send(ada, PAGE, PAGE, **wanted)).status_code == 303
    page = (await ada.get(PAGE)).text
    assert "192.0.2.0/24" in page
    assert "Nobody comes in at all" in page
    assert await statuses(alpha, SHUT_OUT, "/about") == {403}
    for wrong in (
        {"ip": "not one"},
        {"ip": "192.0.2.0/24"},
        {"severity": "harsh"},
        {"expires_in": "0"},
        {"comment": "x" * 1001},
        {"ip": "127.0.0.0/8"},
    ):
        refused = await send(ada, PAGE, PAGE, **(wanted | {"ip": "198.51.100.0/24"} | wrong))
        assert refused.status_code == 422, wrong
        assert 'role="alert"' in refused.text, wrong
    (known,) = await ip_blocks.ip_blocks(alpha.instance, TERMINAL)
    assert known.expires_at is not None
    for status in (303, 404):
        answer = await send(ada, PAGE, f"{PAGE}/lift", block=str(known.id))
        assert answer.status_code == status
    assert await statuses(alpha, SHUT_OUT, "/about") == {200}
    assert (await morris.get(PAGE)).status_code == 404
    by = steward(await alpha.user("morris"))
    with pytest.raises(NotFound):
        await ip_blocks.lift(alpha.instance, by, known.id)
    acts = [(Act.LIFT_IP_BLOCK, "192.0.2.0/24"), (Act.BLOCK_IP, "192.0.2.0/24")]
    assert await done(alpha) == acts


async def test_app(alpha: Server) -> None:
    """The same from an app, and what is left out of a change stays."""
    await person(alpha, "ada", Role.ADMIN)
    ada = await app_of(alpha, "ada")
    made = await ada.post(PATH, ip="192.0.2.7", severity="sign_up_block", comment="spam")
    assert made == {
        "id": made["id"],
        "ip": "192.0.2.7/32",
        "severity": "sign_up_block",
        "comment": "spam",
        "created_at": made["created_at"],
        "expires_at": None,
    }
    one = f"{PATH}/{made['id']}"
    assert (await ada.get(PATH), await ada.get(one)) == ([made], made)
    for wrong in (
        {"ip": ""},
        {"ip": "x"},
        {"severity": ""},
        {"severity": "x"},
        {"ip": "192.0.2.7"},
        {"expires_in": -1},
        {"ip": "127.0.0.1", "severity": "no_access"},
    ):
        body = {"ip": "198.51.100.1", "severity": "no_access", **wrong}
        assert (await ada.ask("POST", PATH, json=body)).status_code == 422, wrong
    other = await ada.post(PATH, ip="2001:db8::/32", severity="no_access", expires_in=3600)
    assert other["expires_at"] > other["created_at"]
    changed = (await ada.ask("PUT", one, json={"severity": "no_access"})).json()
    assert changed == made | {"severity": "no_access"}
    assert await statuses(alpha, SHUT_OUT, "/about") == {403}
    taken = await ada.ask("PUT", one, json={"ip": other["ip"]})
    assert taken.status_code == 422
    timed = (await ada.ask("PUT", one, json={"expires_in": 60, "comment": ""})).json()
    assert (timed["comment"], timed["ip"]) == ("", "192.0.2.7/32")
    assert timed["expires_at"]
    assert [entry["id"] for entry in await ada.get(PATH, limit=1)] == [other["id"]]
    assert (await ada.ask("DELETE", one)).json() == {}
    assert (await ada.ask("DELETE", one)).status_code == 404
    assert await statuses(alpha, SHUT_OUT, "/about") == {200}
    assert [act for act, _ in await done(alpha)] == [
        *[Act.LIFT_IP_BLOCK, Act.CHANGE_IP_BLOCK, Act.CHANGE_IP_BLOCK],
        *[Act.BLOCK_IP, Act.BLOCK_IP],
    ]
