"""Other servers ask who lives here: WebFinger and host-meta, as asked over the wire."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import httpx

from fedlearn.settings import Settings
from tests.federation.network import Network
from tests.federation.server import ACTIVITY_JSON, Server, run_server

JRD = "application/jrd+json"
XRD = "{http://docs.oasis-open.org/ns/xri/xrd-1.0}"
PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"


async def ask(server: Server, resource: str) -> httpx.Response:
    """What WebFinger answers about a resource."""
    return await server.http.get("/.well-known/webfinger", params={"resource": resource})


def links_of(answer: httpx.Response) -> dict[str, dict[str, str]]:
    """The links of an answer, by their relation."""
    assert answer.status_code == 200, answer.text
    return {link["rel"]: link for link in answer.json()["links"]}


async def test_handle_leads_to_its_actor(alpha: Server) -> None:
    """A handle is answered with its subject, and with a link to the very id that the actor has.

    Conformance: 1, 2.
    """
    await alpha.user("alice")
    answer = await ask(alpha, "acct:alice@alpha.test")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == JRD
    assert answer.json()["subject"] == "acct:alice@alpha.test"
    own = links_of(answer)["self"]
    assert own["type"] == ACTIVITY_JSON
    document = (await alpha.get(own["href"])).json()
    assert document["id"] == own["href"] == "https://alpha.test/users/alice"


async def test_links_for_people(alpha: Server) -> None:
    """The answer links the profile page, which is there, and says where one may follow from.

    Conformance: 3.
    """
    await alpha.user("alice")
    answer = await ask(alpha, "acct:alice@alpha.test")
    page = links_of(answer)[PROFILE_PAGE]
    assert page["type"] == "text/html"
    shown = await alpha.get(page["href"], accept="text/html")
    assert shown.status_code == 200
    assert shown.headers["content-type"].startswith("text/html")
    template = links_of(answer)[SUBSCRIBE]["template"]
    assert template == "https://alpha.test/authorize_interaction?uri={uri}"
    assert set(answer.json()["aliases"]) == {page["href"], links_of(answer)["self"]["href"]}


async def test_what_is_no_resource(alpha: Server) -> None:
    """Without a resource, or with one that is no handle and no address, the answer is 400.

    Conformance: 4.
    """
    await alpha.user("alice")
    for query in (
        "",
        "?resource=",
        "?resource=foo",
        "?resource=acct:alice",
        "?resource=acct:@alpha.test",
        "?resource=acct:alice@",
        "?resource=acct:alice@alpha.test@alpha.test",
        "?resource=mailto:alice@alpha.test",
        "?resource=ftp://alpha.test/users/alice",
        "?rel=self",
        f"?resource=https://alpha.test/users/{'a' * 3000}",
    ):
        answer = await alpha.http.get(f"/.well-known/webfinger{query}")
        assert answer.status_code == 400, query
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["error"]


async def test_who_does_not_live_here(alpha: Server) -> None:
    """Unknown people, and people of other domains, are answered with 404.

    Conformance: 5.
    """
    await alpha.user("alice")
    for resource in (
        "acct:nobody@alpha.test",
        "acct:alice@otherdomain",
        "acct:alice@sub.alpha.test",
        "acct:alice@alpha.test:8443",
        "https://alpha.test/users/nobody",
        "https://otherdomain/users/alice",
        "https://alpha.test/users/alice/statuses/1",
        "http://alpha.test/users/alice",
    ):
        answer = await ask(alpha, resource)
        assert answer.status_code == 404, resource
        assert "subject" not in answer.json()


async def test_deleted_account(alpha: Server) -> None:
    """Somebody whose account was deleted is answered with 410, under every name; others are not.

    Conformance: 6.
    """
    for name in ("alice", "bob"):
        await alpha.user(name)
    await alpha.remove("alice")
    for resource in ("acct:alice@alpha.test", "https://alpha.test/users/alice"):
        answer = await ask(alpha, resource)
        assert answer.status_code == 410
        assert "links" not in answer.json()
    assert (await ask(alpha, "acct:bob@alpha.test")).status_code == 200


async def test_actor_id_and_profile_page(alpha: Server) -> None:
    """The id of an actor and its profile page are answered as its handle is.

    Conformance: 7.
    """
    await alpha.user("alice")
    by_handle = await ask(alpha, "acct:alice@alpha.test")
    for resource in ("https://alpha.test/users/alice", "https://alpha.test/@alice"):
        answer = await ask(alpha, resource)
        assert answer.status_code == 200
        assert answer.json() == by_handle.json(), resource


async def test_capitals(alpha: Server) -> None:
    """However a handle is typed, its subject is written as its owner wrote it.

    Conformance: 8.
    """
    await alpha.user("Carol")
    for resource in (
        "acct:CAROL@alpha.test",
        "acct:carol@ALPHA.test",
        "acct:cArOl@Alpha.Test",
        "https://alpha.test/@CAROL",
        "https://alpha.test/users/carol",
    ):
        answer = await ask(alpha, resource)
        assert answer.json()["subject"] == "acct:Carol@alpha.test", resource
        assert links_of(answer)["self"]["href"] == "https://alpha.test/users/Carol", resource


async def test_open_where_documents_are_not(strict: Server) -> None:
    """Where documents are for signed requests only, those who ask the way need no signature.

    Conformance: 9.
    """
    await strict.user("alice")
    assert (await strict.get("/users/alice")).status_code == 401
    for path in (
        "/.well-known/webfinger?resource=acct:alice@strict.test",
        "/.well-known/host-meta",
        "/.well-known/host-meta.json",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.0",
        "/nodeinfo/2.1",
    ):
        answer = await strict.http.get(path)
        assert answer.status_code == 200, path


async def test_shape_of_the_query(alpha: Server) -> None:
    """In whatever order the parameters come, and how often, the link to the actor is there.

    Conformance: 11.
    """
    await alpha.user("alice")
    for query in (
        "resource=acct:alice@alpha.test&rel=self&rel=http://webfinger.net/rel/avatar",
        "rel=self&resource=acct:alice@alpha.test",
        f"rel={PROFILE_PAGE}&resource=acct:alice@alpha.test&rel=self",
        "resource=acct%3Aalice%40alpha.test",
        "format=jrd&resource=acct:alice@alpha.test",
    ):
        answer = await alpha.http.get(f"/.well-known/webfinger?{query}")
        assert links_of(answer)["self"]["href"] == "https://alpha.test/users/alice", query


async def test_split_domain(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None, alpha: Server
) -> None:
    """Where handles have another domain than the server, that is the one in every subject.

    A server elsewhere finds the account under either domain, and knows it by that of the handle.

    Conformance: 12.
    """

    async def redirect(request: httpx.Request) -> httpx.Response:
        target = f"https://social.example.org{request.url.raw_path.decode()}"
        return httpx.Response(301, headers={"location": target}, request=request)

    network.connect("example.org", redirect)
    settings = settings_of("social.example.org", handle_domain="example.org")
    async with run_server(settings, network) as social:
        await social.user("ann")
        for domain in ("example.org", "social.example.org"):
            answer = await ask(social, f"acct:ann@{domain}")
            assert answer.json()["subject"] == "acct:ann@example.org", domain
            own = links_of(answer)["self"]["href"]
            assert own == "https://social.example.org/users/ann", domain
        assert (await ask(social, "acct:ann@www.example.org")).status_code == 404
        document = (await social.get("/users/ann")).json()
        assert document["webfinger"] == "ann@example.org"
        for handle in ("@ann@social.example.org", "@ann@example.org"):
            assert (await alpha.find(handle)).acct == "ann@example.org", handle
        for handle in ("ann", "@ann@social.example.org", "Ann@Example.org"):
            found = await social.http.get("/api/v1/accounts/lookup", params={"acct": handle})
            assert found.json()["uri"] == own, handle


async def test_the_instance_itself(alpha: Server) -> None:
    """The domain as a name, and the address of the front page, mean the instance actor.

    Conformance: 13.
    """
    for resource in (
        "acct:alpha.test@alpha.test",
        "acct:ALPHA.TEST@alpha.test",
        "https://alpha.test/",
        "https://alpha.test",
        "https://alpha.test/actor",
    ):
        answer = await ask(alpha, resource)
        own = links_of(answer)["self"]["href"]
        assert own == "https://alpha.test/actor", resource
        assert answer.json()["subject"] == "acct:alpha.test@alpha.test", resource
    document = (await alpha.get("/actor")).json()
    assert document["type"] == "Application"
    assert (await ask(alpha, "https://beta.test/")).status_code == 404


async def test_the_instance_of_a_split_domain(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None
) -> None:
    """The instance actor answers to either domain of a split one."""
    settings = settings_of("social.example.org", handle_domain="example.org")
    async with run_server(settings, network) as social:
        for name in ("example.org", "social.example.org"):
            for domain in ("example.org", "social.example.org"):
                answer = await ask(social, f"acct:{name}@{domain}")
                own = links_of(answer)["self"]["href"]
                assert own == "https://social.example.org/actor", (name, domain)


async def test_host_meta(alpha: Server) -> None:
    """host-meta leads to WebFinger by a template, which works once it is filled in.

    Conformance: 14.
    """
    await alpha.user("alice")
    answer = await alpha.http.get("/.well-known/host-meta")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/xrd+xml"
    document = ET.fromstring(answer.text)
    assert document.tag == f"{XRD}XRD"
    (link,) = [link for link in document.findall(f"{XRD}Link") if link.get("rel") == "lrdd"]
    template = link.get("template", "")
    assert template.startswith("https://alpha.test/.well-known/webfinger?")
    filled = template.replace("{uri}", "acct%3Aalice%40alpha.test")
    found = await alpha.http.get(filled)
    assert found.json()["subject"] == "acct:alice@alpha.test"
    as_json = (await alpha.http.get("/.well-known/host-meta.json")).json()
    assert as_json["links"] == [{"rel": "lrdd", "template": template}]
