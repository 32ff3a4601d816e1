"""Another server sends a person of ours here with something to follow or to answer."""

from urllib.parse import quote

import httpx

from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.services.moderation import set_domain_policy
from tests.federation.browser import fill_sign_in, open_browser, sign_in
from tests.federation.network import Network
from tests.federation.peer import Peer
from tests.federation.server import Server


def interaction(uri: str) -> str:
    """Where another server sends people, as our WebFinger template says."""
    return f"/authorize_interaction?uri={quote(uri, safe='')}"


async def arrive(browser: httpx.AsyncClient, address: str) -> httpx.Response:
    """The page to which an address leads."""
    answer = await browser.get(address)
    for _ in range(5):
        if answer.status_code != 303:
            return answer
        answer = await browser.get(answer.headers["location"])
    raise AssertionError("it never arrives")


async def test_strangers_cause_no_fetch(alpha: Server, peer: Peer, network: Network) -> None:
    """Whoever is not signed in is asked to, and whatever they brought is not even looked at.

    Who is signed in is led to the person or the post, which is fetched.

    Conformance: 15.
    """
    ann = peer.person("ann")
    note = ann.note("<p>Answer me</p>")
    stranger, impostor = open_browser(alpha), open_browser(alpha)
    impostor.cookies.set("__Host-session", "nobody has this session", domain="alpha.test")
    things = (ann.uri, note["id"], "acct:ann@peer.test", "ann@peer.test", "https://127.0.0.1/")
    for browser in (stranger, impostor):
        for uri in things:
            answer = await browser.get(interaction(uri))
            assert answer.status_code == 303, uri
            assert answer.headers["location"].startswith("/sign-in?next="), uri
            page = await arrive(browser, interaction(uri))
            assert page.status_code == 200
            assert 'name="password"' in page.text
    assert network.exchanges == []

    alice = await sign_in(alpha, "alice")
    for uri in (ann.uri, "acct:ann@peer.test", "ann@peer.test"):
        page = await arrive(alice, interaction(uri))
        assert page.url.path == "/@ann@peer.test", uri
        assert page.status_code == 200
    page = await arrive(alice, interaction(note["id"]))
    assert page.url.path.startswith("/@ann@peer.test/")
    assert "Answer me" in page.text
    assert peer.asked_for(httpx.URL(note["id"]).path) > 0


async def test_signing_in_leads_back(alpha: Server, peer: Peer) -> None:
    """Who signs in on the way arrives where they wanted to go."""
    ann = peer.person("ann")
    await alpha.user("alice")
    browser = open_browser(alpha)
    asked = await browser.get(interaction(ann.uri))
    target = httpx.URL(f"https://alpha.test{asked.headers['location']}").params["next"]
    signed_in = await fill_sign_in(browser, "alice", target)
    assert signed_in.headers["location"] == interaction(ann.uri)
    page = await arrive(browser, signed_in.headers["location"])
    assert page.url.path == "/@ann@peer.test"
    assert ">Follow<" in page.text


async def test_form_cannot_lead_elsewhere(alpha: Server) -> None:
    """A sign-in that was prepared by somebody else does not end on their site."""
    await alpha.user("alice")
    for target in ("https://evil.test/", "//evil.test/", "/\\evil.test/", "javascript:alert(1)"):
        browser = open_browser(alpha)
        answer = await fill_sign_in(browser, "alice", target)
        assert answer.headers["location"] == "/", target
        shown = await open_browser(alpha).get("/sign-in", params={"next": target})
        assert "evil.test" not in shown.text


async def test_nothing_to_be_found(alpha: Server, peer: Peer, network: Network) -> None:
    """What leads nowhere is said plainly; a blocked server is not asked at all."""
    browser = await sign_in(alpha, "alice")
    for uri, status in (
        ("https://peer.test/nothing", 404),
        ("https://alpha.test/users/nobody", 404),
        ("https://alpha.test/users/alice/statuses/1", 404),
        ("no address", 422),
        ("", 422),
        ("https://[::1/", 422),
    ):
        answer = await browser.get(interaction(uri))
        assert answer.status_code == status, uri
        assert 'role="alert"' in answer.text, uri
    await set_domain_policy(alpha.instance, "peer.test", Policy.BLOCK, by=TERMINAL)
    ann = peer.person("ann")
    network.exchanges.clear()
    for uri in (ann.uri, "ann@peer.test"):
        assert (await browser.get(interaction(uri))).status_code == 404
    assert network.exchanges == []


async def test_our_own_people_and_posts(alpha: Server, network: Network) -> None:
    """What lives here is found without asking anybody, by its id or by its page."""
    await alpha.user("bob")
    post = await alpha.post("bob", "At home")
    browser = await sign_in(alpha, "alice")
    for uri in ("https://alpha.test/users/bob", "https://alpha.test/@bob", "bob@alpha.test"):
        assert (await arrive(browser, interaction(uri))).url.path == "/@bob", uri
    for uri in (post.status.uri, post.status.url):
        page = await arrive(browser, interaction(uri))
        assert page.url.path == f"/@bob/{post.id}"
        assert "At home" in page.text
    assert network.exchanges == []
