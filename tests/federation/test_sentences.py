"""What goes wrong is told to people in their language, and to machines as it is."""

import logging
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from fedlearn.db import lists as db_lists
from fedlearn.domain.actors import Role
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Unavailable
from fedlearn.services import reports
from fedlearn.services.moderation import set_domain_policy
from fedlearn.services.preferences import choose_locale
from fedlearn.services.stewardship import change_role
from tests.federation.browser import sign_in
from tests.federation.forms import field_of
from tests.federation.network import Network
from tests.federation.peer import Peer
from tests.federation.server import Server
from tests.federation.test_keeping import press

NO_DOMAIN = "„not one“ ist keine Domain, etwa social.example.org."


@pytest.fixture
async def german(alpha: Server) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of alice, who likes German best and looks after the server."""
    browser = await sign_in(alpha, "alice")
    await change_role(alpha.instance, await alpha.user("alice"), Role.ADMIN, by=TERMINAL)
    browser.headers["accept-language"] = "de"
    yield browser
    await browser.aclose()


async def test_what_is_no_domain(german: httpx.AsyncClient) -> None:
    """Wherever a domain is typed, what is none comes back with the same sentence."""
    csrf = field_of((await german.get("/muted")).text, "csrf")
    blocked = await german.post("/domain-blocks", data={"csrf": csrf, "domain": "Not one"})
    looked_at = await german.get("/moderation/domains/edit?domain=not one")
    brought = await german.post(
        "/moderation/domains/import",
        data={"csrf": csrf, "policy": "block"},
        files={"file": ("list.csv", b"#domain\nnot one\n", "text/csv")},
    )
    for answer in (blocked, looked_at, brought):
        assert NO_DOMAIN in answer.text


async def test_what_goes_wrong_elsewhere(
    alpha: Server, german: httpx.AsyncClient, peer: Peer, network: Network
) -> None:
    """Who looks for something, or moves, is told in a sentence what its server made of it."""
    peer.answers["/gone"] = httpx.Response(410)
    peer.answers["/secret"] = httpx.Response(403)
    peer.answers["/page"] = httpx.Response(200, html="<p>hello</p>")
    await set_domain_policy(alpha.instance, "bad.test", Policy.BLOCK, by=TERMINAL)
    network.unplug("away.test")
    for typed, said in (
        ("@nobody@peer.test", "Unter diesem Namen oder dieser Adresse gibt es nichts."),
        ("@nobody", "Unter diesem Namen oder dieser Adresse gibt es nichts."),
        ("@ann@away.test", "Der andere Server antwortet gerade nicht."),
        ("@ann@bad.test", "Dieser Server spricht mit jenem nicht."),
        ("https://peer.test/gone", "Dort wurde es gelöscht."),
        ("https://peer.test/secret", "Der andere Server gibt es nicht heraus."),
        ("https://peer.test/page", "lässt sich hier nicht anzeigen."),
    ):
        page = (await german.get("/search", params={"q": typed})).text
        assert said in page, typed
        if typed.startswith("@"):
            assert said in (await press(german, "/settings/aliases", alias=typed)).text, typed


async def test_errors_speak_one_language(
    alpha: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error page is in the language that its reader has chosen, from its title to its end.

    What is wrong with the server itself stands in its log, and people are told what to do.
    """
    user = await alpha.user("alice")
    await choose_locale(alpha.instance, user, "de")
    browser = await sign_in(alpha, "alice")
    browser.headers["accept-language"] = "en"
    csrf = field_of((await browser.get("/settings")).text, "csrf")
    crowded = {f"field {n}": (None, "x") for n in range(60)}
    for answer, title, todo in (
        (await browser.get("/nothing"), "Hier ist nichts", "vertippt"),
        (await browser.get("/media/nothing"), "Hier ist nichts", "vertippt"),
        (await browser.get("/oauth/authorize"), "eingelassen", "nicht bekannt"),
        (await browser.get("/@nobody"), "Hier ist nichts", "Konto"),
        (await browser.put("/settings"), "Das geht hier nicht", "Geh zurück"),
        (await browser.post("/lists", files=crowded), "Anfrage", "Geh zurück"),
    ):
        assert title in answer.text.partition("<h1>")[2].partition("</h1>")[0]
        assert todo in answer.text

    async def refuse(*_: object) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(db_lists, "insert_list", refuse)
    with caplog.at_level(logging.WARNING, logger="fedlearn.web.errors"):
        answer = await browser.post("/lists", data={"csrf": csrf, "title": "x"})
    assert answer.status_code == 503
    assert "Hier ist gerade etwas überlastet oder voll." in answer.text
    assert "the disk is full" not in answer.text
    assert "the disk is full" in caplog.text


async def test_what_was_done(alpha: Server, german: httpx.AsyncClient) -> None:
    """The audit log speaks the language of who reads it: of reports, roles and domains, too."""
    bob = await alpha.actor("bob")
    await reports.report(alpha.instance, await alpha.actor("alice"), bob, comment="rude")
    [waiting] = await reports.all_reports(alpha.instance)
    await reports.resolve(alpha.instance, waiting.id, by=TERMINAL)
    await set_domain_policy(alpha.instance, "bad.test", Policy.BLOCK, by=TERMINAL)
    log = (await german.get("/moderation/audit")).text
    assert f"Meldung {waiting.id}" in log
    assert "Vorher: <bdi>Mitglied</bdi>, Danach: <bdi>Admin</bdi>" in log
    assert "Von nun an: <bdi>Blockiert</bdi>" in log
    page = await press(german, f"/moderation/reports/{waiting.id}/resolve")
    assert f"Eine offene Meldung {waiting.id} gibt es nicht." in page.text


async def test_what_is_not_there(alpha: Server, german: httpx.AsyncClient) -> None:
    """That a feed is closed is told in the language of who opens it."""
    assert "Diesen Feed gibt es nicht." in (await german.get("/lists/1/0.atom")).text


async def test_one_of_many(alpha: Server, german: httpx.AsyncClient) -> None:
    """Where there is one, it is called one; of whom only the day is known, only that is said."""
    await alpha.follow("bob", "alice@alpha.test")
    alice = await alpha.actor("alice")
    page = (await german.get(f"/moderation/accounts/{alice.id}")).text
    assert "1 Follower, folgt 0" in page
    assert re.search(r"<dt>Zuletzt hier</dt><dd>\d\d\.\d\d\.\d{4}</dd>", page)
    german.headers["accept-language"] = "en"
    page = (await german.get(f"/moderation/accounts/{alice.id}")).text
    assert "1 follower, follows 0" in page
    assert re.search(r"<dt>Last here</dt><dd>\w{3} \d{1,2}, \d{4}</dd>", page)
