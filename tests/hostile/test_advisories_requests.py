"""Advisories about requests that a server was made to send: each attack beside what is honest.

docs/explanation/security.md has a row for each. That an address is asked at all is seen at a socket of
this machine: with the guard nobody comes, and where an operator allows the network somebody does.
"""

import json
from collections.abc import Callable

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.db.hosts import HostHealth, host_health, store_health
from fedlearn.domain.ids import DAY_MS, Millis, now
from fedlearn.services.cleaning import DEAD_DELIVERIES_KEPT_MS, clean_up
from fedlearn.settings import Settings
from tests.federation.peer import AS, Peer, Person, signed_headers
from tests.federation.scenes import takes
from tests.federation.server import Server, settle
from tests.hostile.inside import Inside, inside, reason_in_log
from tests.keys import all_keys

SettingsOf = Callable[..., Settings]


async def assert_out_of_reach(
    settings_of: SettingsOf, address: str, spellings: list[str] | None = None
) -> None:
    """Neither a name that leads to an address nor the address itself is asked, by search or key."""
    async with inside(settings_of, address) as scene:
        literal = f"[{address}]" if ":" in address else address
        for host in ("evil.test", literal, *(spellings or [])):
            why = await scene.reason(f"https://{host}:{scene.port}/users/x")
            assert "public address" in why or "not an address" in why, host
            assert (await says_by_inbox(scene, host)).status_code == 401
        assert scene.visits == 0


async def says_by_inbox(scene: Inside, host: str) -> httpx.Response:
    """How the server answers a delivery with a keyId on this host."""
    actor = f"https://{host}:{scene.port}/users/x"
    body = json.dumps({"@context": AS, "type": "Like", "actor": actor, "object": "x"}).encode()
    key = all_keys()[-1]
    ours = scene.server.host
    headers = signed_headers(key, f"{actor}#k", host=ours, target="/inbox", body=body)
    return await scene.server.http.post("/inbox", content=body, headers=headers)


async def assert_allowed_is_reached(settings_of: SettingsOf) -> None:
    """The same requests go through where an operator says that they may: the test would notice."""
    async with inside(settings_of, "127.0.0.1", is_allowed=True) as scene:
        address = f"https://evil.test:{scene.port}/users/x"
        answer = await scene.browser.get("/search", params={"q": address})
        assert answer.status_code == 404
        assert scene.visits == 1
        assert (await says_by_inbox(scene, "evil.test")).status_code == 503
        assert scene.visits == 2


async def test_cve_2026_22245_ghsa_xfrj_c749_jxxq_ranges_that_were_missing(
    settings_of: SettingsOf, quick_keys: None
) -> None:
    """Ranges that lists forget: this network, shared, benchmarking, protocol, reserved, multicast."""
    for number, address in enumerate(
        ["0.1.2.3", "100.64.0.1", "198.18.0.1", "192.0.0.8", "240.0.0.1", "224.0.0.1", "fd00::1"]
    ):
        await assert_out_of_reach(_fresh(settings_of, number), address)
    await assert_allowed_is_reached(_fresh(settings_of, 99))


def _fresh(settings_of: SettingsOf, number: int) -> SettingsOf:
    """Settings with folders of their own."""

    def make(host: str, **changes: object) -> Settings:
        return settings_of(f"{number}.{host}", **changes)

    return make


async def test_ghsa_crr4_7rm4_8gpw_no_address_at_all(
    settings_of: SettingsOf, quick_keys: None
) -> None:
    """`::` and 0.0.0.0 are this machine to a kernel, however they are written."""
    await assert_out_of_reach(_fresh(settings_of, 1), "::", ["[0:0:0:0:0:0:0:0]", "[::0.0.0.0]"])
    await assert_out_of_reach(_fresh(settings_of, 2), "0.0.0.0", ["0", "0x0", "00.0.0.0"])
    await assert_allowed_is_reached(_fresh(settings_of, 3))


async def test_ghsa_xx55_4rrg_8xg6_address_behind_an_address(
    settings_of: SettingsOf, quick_keys: None
) -> None:
    """IPv4 inside IPv6: mapped, translated (NAT64) and tunnelled (6to4) addresses are looked into."""
    for number, address in enumerate(
        ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::"]
    ):
        await assert_out_of_reach(_fresh(settings_of, number), address)
    await assert_allowed_is_reached(_fresh(settings_of, 99))


async def test_ghsa_vwhj_3g83_v276_compatible_addresses(
    settings_of: SettingsOf, quick_keys: None
) -> None:
    """The old way to write IPv4 as IPv6, `::127.0.0.1`, leads nowhere either."""
    await assert_out_of_reach(_fresh(settings_of, 1), "::127.0.0.1", ["[::7f00:1]"])
    await assert_out_of_reach(_fresh(settings_of, 2), "::a9fe:a9fe")
    await assert_allowed_is_reached(_fresh(settings_of, 3))


async def test_cve_2024_39687_document_loader(settings_of: SettingsOf, quick_keys: None) -> None:
    """A document, an actor or a key at a private address is not loaded, nor plain http at all."""
    await assert_out_of_reach(_fresh(settings_of, 1), "127.0.0.1", ["localhost", "127.1"])
    await assert_out_of_reach(_fresh(settings_of, 2), "169.254.169.254")
    async with inside(_fresh(settings_of, 3), "127.0.0.1", is_allowed=True) as scene:
        assert "not https" in await scene.reason(f"http://evil.test:{scene.port}/users/x")
        assert scene.visits == 0
    await assert_allowed_is_reached(_fresh(settings_of, 4))


async def test_cve_2025_23221_webfinger_lookups(
    alpha: Server, evil: Peer, browser: httpx.AsyncClient, settings_of: SettingsOf
) -> None:
    """WebFinger follows no redirect without end, and none inside; nor host-meta, nor a handle."""
    path = "/.well-known/webfinger"
    for location in (path, "https://127.0.0.1/", "https://[::1]/", "https://localhost/"):
        evil.requests.clear()
        evil.answers[path] = httpx.Response(302, headers={"location": location})
        answer = await browser.get("/search", params={"q": "@mallory@evil.test"})
        assert answer.status_code == 404
        assert len(evil.requests) <= 4
    del evil.answers[path]
    template = "https://127.0.0.1/?{uri}"
    page = f'<XRD><Link rel="lrdd" template="{template}"/></XRD>'
    evil.answers["/.well-known/host-meta"] = httpx.Response(200, text=page)
    assert "not a public address" in await reason_in_log(browser, "@nobody@evil.test")
    async with inside(_fresh(settings_of, 1), "127.0.0.1") as scene:
        assert "public address" in await scene.reason(f"@x@evil.test:{scene.port}")
        assert scene.visits == 0
    evil.person("mallory")
    answer = await browser.get("/search", params={"q": "@mallory@evil.test"})
    assert answer.status_code == 303


async def test_cve_2026_50131_special_ranges(settings_of: SettingsOf, quick_keys: None) -> None:
    """Documentation, relays and tunnels (Teredo) are nobody's address, and are not asked."""
    for number, address in enumerate(
        ["203.0.113.7", "192.88.99.1", "255.255.255.255", "2001::1", "2001:db8::1", "fe80::1"]
    ):
        await assert_out_of_reach(_fresh(settings_of, number), address)
    await assert_allowed_is_reached(_fresh(settings_of, 99))


async def test_cve_2026_62857_links_in_nodeinfo(
    alpha: Server, bob: Person, evil: Peer, mallory: Person
) -> None:
    """The addresses in a server's NodeInfo are followed by nobody here: we do not ask for it.

    Whatever else its documents link to is not asked either when somebody of it writes to us.
    """
    links = [
        {"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": "https://10.0.0.1/"}
    ]
    evil.answers["/.well-known/nodeinfo"] = httpx.Response(200, json={"links": links})
    mallory.changes = {
        "url": "https://10.0.0.2/",
        "icon": {"type": "Image", "url": "https://10.0.0.3/"},
    }
    await takes(alpha, mallory, mallory.activity("Follow", (await alpha.actor("alice")).uri))
    assert evil.asked_for("/.well-known/nodeinfo") == 0
    assert evil.got("Accept")


async def test_cve_2026_77632_signed_redirects(
    alpha: Server, bob: Person, evil: Peer, browser: httpx.AsyncClient, settings_of: SettingsOf
) -> None:
    """Every hop of a signed request is held against the guard; an honest redirect is followed."""
    for location in (
        "https://127.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/",
    ):
        evil.answers["/x"] = httpx.Response(302, headers={"location": location})
        assert "not a public address" in await reason_in_log(browser, "https://evil.test/x")
    evil.answers["/x"] = httpx.Response(302, headers={"location": bob.uri})
    assert (await browser.get("/search", params={"q": "https://evil.test/x"})).status_code == 303


async def test_cve_2025_25194_handles_with_more_than_a_domain(
    settings_of: SettingsOf, quick_keys: None
) -> None:
    """What stands behind the @ of a handle is a domain: no path, no query, no other host."""
    async with inside(_fresh(settings_of, 1), "127.0.0.1") as scene:
        for domain in ("127.0.0.1", "localhost", "2130706433", "0", "lvh.me"):
            answer = await scene.browser.get("/search", params={"q": f"@x@{domain}:{scene.port}"})
            assert answer.status_code == 404, domain
        for domain in ("evil.test/admin?", "evil.test#", "user@evil.test", "[::1]", "evil.test\\x"):
            answer = await scene.browser.get("/search", params={"q": f"@x@{domain}"})
            # Most are no handle at all, so they are sought as words.
            assert answer.status_code in {200, 404, 422}, domain
        assert scene.visits == 0
    await assert_allowed_is_reached(_fresh(settings_of, 2))


async def test_cve_2026_27477_services_that_register_themselves(
    alpha: Server, browser: httpx.AsyncClient
) -> None:
    """Nobody registers a service here whose address we would then ask; there is no such door."""
    for path in ("/api/fasp/registration", "/fasp", "/.well-known/nodeinfo"):
        for client in (alpha.http, browser):
            answer = await client.post(path, json={"baseUrl": "https://127.0.0.1/", "name": "x"})
            assert answer.status_code in {404, 405}, path


async def test_cve_2026_69132_state_for_each_host_that_fails(
    alpha: Server, mallory: Person, evil: Peer
) -> None:
    """Hosts that fail are forgotten a month later, however many names one server has.

    One that failed lately is still left alone.
    """
    old = (now() - DEAD_DELIVERIES_KEPT_MS) // DAY_MS - 1
    async with alpha.instance.db.write() as connection:
        for number in range(50):
            health = HostHealth(9, Millis(now() + DAY_MS), 9, old)
            await store_health(connection, f"{number}.evil.test", health)
        lately = HostHealth(9, Millis(now() + DAY_MS), 9, now() // DAY_MS)
        await store_health(connection, "lately.test", lately)
    await clean_up(alpha.instance)
    async with alpha.instance.db.read() as connection:
        assert await host_health(connection, "7.evil.test") is None
        assert await host_health(connection, "lately.test") == lately


async def test_keys_that_fail_are_few_and_short(
    alpha: Server, mallory: Person, peer_keys: list[RSAPrivateKey]
) -> None:
    """What is remembered of keys that failed is bounded: a keyId of any length is no address."""
    body = json.dumps(mallory.activity("Like", "x")).encode()
    for key_id in (f"{mallory.uri}/{'x' * 5000}", f"{mallory.uri}#nobody"):
        headers = signed_headers(
            peer_keys[0], key_id, host="alpha.test", target="/inbox", body=body
        )
        answer = await alpha.http.post("/inbox", content=body, headers=headers)
        assert answer.status_code == 401
    await settle(alpha)
    assert list(alpha.instance.known_keys.refused) == [f"{mallory.uri}#nobody"]
