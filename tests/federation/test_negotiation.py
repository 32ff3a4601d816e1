"""Who gets what under one address: documents and pages, signed and unsigned, kept or not."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import boosts, statuses
from fedlearn.services.moderation import set_domain_policy
from fedlearn.settings import Federation, Settings
from tests.federation.browser import PAGE, open_browser
from tests.federation.network import Network
from tests.federation.peer import AS, Peer
from tests.federation.server import ACTIVITY_JSON, Server, run_server, settle

LD_JSON = f'application/ld+json; profile="{AS}"'


def path_of(uri: str) -> str:
    """An address without its origin."""
    return urlsplit(uri).path


async def every_document(server: Server) -> list[str]:
    """The addresses of one document of each kind that a server has, of people who did it all."""
    for name in ("alice", "bob"):
        await server.user(name)
    await server.follow("bob", "@alice@" + server.host)
    post = await server.post("alice", "Look, @bob and #bees")
    await server.reply("bob", post.status.uri, "Where?")
    boost = await boosts.boost(server.instance, await server.actor("bob"), post.id)
    actor, status = "/users/alice", path_of(post.status.uri)
    return [
        actor,
        *(f"{actor}/{name}" for name in ("outbox", "followers", "following", "featured", "tags")),
        *(f"{actor}/{name}?page=true" for name in ("outbox", "followers", "following")),
        status,
        *(f"{status}/{name}" for name in ("activity", "replies", "likes", "shares")),
        f"{status}/replies?page=true",
        path_of(boost.status.uri),
        path_of(post.status.conversation),
        "/actor",
        *(f"/actor/{name}" for name in ("outbox", "followers", "following", "featured", "tags")),
    ]


# --- the form of an answer -------------------------------------------------------------------------


FORMS = (
    ("application/activity+json", ACTIVITY_JSON),
    ("Application/Activity+JSON", ACTIVITY_JSON),
    ("application/activity+json; charset=utf-8", ACTIVITY_JSON),
    (LD_JSON, LD_JSON),
    (f'application/ld+json;profile="https://example.org/other {AS}"', LD_JSON),
    (f"{ACTIVITY_JSON}, {LD_JSON}", ACTIVITY_JSON),
    (f"{LD_JSON}, {ACTIVITY_JSON};q=0.9", LD_JSON),
    (f"text/html;q=0.5, {ACTIVITY_JSON}", ACTIVITY_JSON),
    (f"text/html; q=0.5, {ACTIVITY_JSON}; q=0.9", ACTIVITY_JSON),
    (f"{ACTIVITY_JSON}, text/html;q=0.1", ACTIVITY_JSON),
    ("text/html", None),
    (PAGE, None),
    ("*/*", None),
    ("", None),
    ("image/webp", None),
    ("application/activity", None),
    ("application/xhtml+xml", None),
    (f"text/html, {ACTIVITY_JSON};q=0.9", None),
    (f"text/html, {ACTIVITY_JSON}; q=0.9", None),
    (f"text/html, {ACTIVITY_JSON} ; Q=0.9", None),
    (f"text/html; q=0.9, {LD_JSON}; q=0.8", None),
    (f"{ACTIVITY_JSON};q=0", None),
    (f"{ACTIVITY_JSON};q=often, text/html;q=0.1", None),
)


async def test_form_of_actor_and_note(alpha: Server) -> None:
    """Who wants ActivityPub at least as much as a page gets it, in the type asked for.

    Conformance: 25.
    """
    await alpha.user("alice")
    post = await alpha.post("alice", "Read me")
    for address in ("/@alice", f"/@alice/{post.id}", "/users/alice", path_of(post.status.uri)):
        for accept, expected in FORMS:
            answer = await alpha.get(address, accept=accept)
            assert "Accept" in answer.headers["vary"], (address, accept)
            if expected is not None:
                assert answer.status_code == 200, (address, accept)
                assert answer.headers["content-type"] == expected, (address, accept)
                assert answer.json()["id"].startswith("https://alpha.test/users/alice")
                continue
            if answer.status_code == 302:
                answer = await alpha.get(answer.headers["location"], accept=accept)
            assert answer.status_code == 200, (address, accept)
            assert answer.headers["content-type"].startswith("text/html"), (address, accept)


async def test_page_names_its_document(alpha: Server) -> None:
    """The page of a note says in its head where the document is; that of a private one does not.

    Conformance: 26.
    """
    await alpha.user("alice")
    public = await alpha.post("alice", "For all to see")
    page = await alpha.get(f"/@alice/{public.id}", accept="text/html")
    assert page.status_code == 200
    uri = public.status.uri
    assert page.headers["link"] == f'<{uri}>; rel="alternate"; type="application/activity+json"'
    assert f'<link rel="alternate" type="application/activity+json" href="{uri}">' in page.text
    assert (await alpha.get(uri)).json()["id"] == uri
    profile = await alpha.get("/@alice", accept="text/html")
    assert "<https://alpha.test/users/alice>" in profile.headers["link"]
    for facts in ({"reach": Reach.FOLLOWERS}, {"reach": Reach.DIRECT}, {"scope": Scope.ORG}):
        hidden = await alpha.post("alice", "For some to see", **facts)
        page = await alpha.get(f"/@alice/{hidden.id}", accept="text/html")
        assert page.status_code == 404, facts
        assert "link" not in page.headers, facts


async def test_no_redirects_for_machines(alpha: Server) -> None:
    """Whoever wants ActivityPub is never sent on; people are led to a page.

    Conformance: 28.
    """
    addresses = await every_document(alpha)
    post = (await alpha.home("alice"))[-1]
    for accept in (ACTIVITY_JSON, LD_JSON):
        for address in (*addresses, "/@alice", f"/@alice/{post.id}"):
            answer = await alpha.get(address, accept=accept)
            assert answer.status_code == 200, address
    for address in ("/users/alice", path_of(post.status.uri)):
        assert (await alpha.get(address, accept="text/html")).status_code == 302, address


async def test_every_document_has_its_context(alpha: Server) -> None:
    """Each document of ours, the grave of a post too, says that it speaks ActivityStreams.

    Conformance: 33.
    """
    addresses = await every_document(alpha)
    for address in addresses:
        answer = await alpha.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["content-type"] == ACTIVITY_JSON, address
        assert AS in answer.json()["@context"], address
    lost = await alpha.post("alice", "Soon gone")
    await statuses.delete_status(alpha.instance, await alpha.actor("alice"), lost.id)
    grave = await alpha.get(lost.status.uri)
    assert grave.status_code == 410
    assert AS in grave.json()["@context"]


async def test_scripts_of_any_origin_may_read(alpha: Server) -> None:
    """What is open to programs is open to those in browsers too; pages with forms are not.

    Conformance: 10.
    """
    documents = await every_document(alpha)
    discovery = [
        "/.well-known/webfinger?resource=acct:alice@alpha.test",
        "/.well-known/webfinger?resource=acct:nobody@alpha.test",
        "/.well-known/webfinger",
        "/.well-known/host-meta",
        "/.well-known/host-meta.json",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.0",
        "/nodeinfo/2.1",
    ]
    for address in (*documents, *discovery):
        answer = await alpha.get(address, origin="https://reader.example")
        assert answer.headers["access-control-allow-origin"] == "*", address
        assert "access-control-allow-credentials" not in answer.headers, address
    for address in ("/", "/sign-in", "/settings", "/search"):
        answer = await alpha.get(address, accept="text/html", origin="https://reader.example")
        assert "access-control-allow-origin" not in answer.headers, address


# --- who may read ------------------------------------------------------------------------------------


def parts_of(post: Any) -> list[str]:
    """Every address that tells something of a post."""
    path = path_of(post.status.uri)
    inner = [f"{path}/{name}" for name in ("activity", "replies", "likes", "shares")]
    return [path, *inner, f"{path}/replies?page=true", f"/@alice/{post.id}"]


@pytest.mark.parametrize(
    "facts",
    [
        {"reach": Reach.FOLLOWERS},
        {"reach": Reach.DIRECT},
        {"reach": Reach.PUBLIC, "scope": Scope.ORG},
    ],
)
async def test_private_posts_are_not_there(alpha: Server, facts: dict[str, Any]) -> None:
    """To whom a post is not meant for, it looks like one that never was, whatever they ask for.

    Conformance: 29.
    """
    await alpha.user("alice")
    post = await alpha.post("alice", "Between us", **facts)
    public = await alpha.post("alice", "For everybody")
    for address in (*parts_of(post), path_of(post.status.conversation)):
        never = await alpha.get(address.replace(str(post.id), str(post.id - 1)))
        answer = await alpha.get(address)
        assert answer.status_code == never.status_code == 404, address
        assert answer.content == never.content, address
        assert "Between us" not in (await alpha.get(address, accept="text/html")).text, address
    for address in (*parts_of(public), path_of(public.status.conversation)):
        assert (await alpha.get(address)).status_code == 200, address


async def test_private_post_and_its_readers(alpha: Server, peer: Peer) -> None:
    """A post for followers is shown to the signature of a follower, and to nobody else's.

    Conformance: 30.
    """
    alice = await alpha.actor("alice")
    follower, stranger = peer.person("ann"), peer.person("max")
    await follower.deliver(alpha, follower.activity("Follow", alice.uri))
    await settle(alpha)
    post = await alpha.post("alice", "For those who follow me", reach=Reach.FOLLOWERS)
    path = path_of(post.status.uri)
    shown = await follower.get(alpha, path)
    assert shown.status_code == 200
    assert shown.json()["content"] == "<p>For those who follow me</p>"
    assert (await stranger.get(alpha, path)).status_code == 404
    forged = await follower.get(alpha, path, changes={"date": "Thu, 01 Jan 2026 00:00:00 GMT"})
    assert forged.status_code == 404
    borrowed = await stranger.get(alpha, path, parameters={"keyId": follower.key_id})
    assert borrowed.status_code == 404
    await set_domain_policy(alpha.instance, "peer.test", Policy.BLOCK, by=TERMINAL)
    assert (await follower.get(alpha, path)).status_code in {403, 404}


async def test_direct_post_and_its_readers(alpha: Server, peer: Peer) -> None:
    """A direct post is shown to the signature of whom it names, and not to that of a follower."""
    alice = await alpha.actor("alice")
    named, follower = peer.person("ann"), peer.person("max")
    await follower.deliver(alpha, follower.activity("Follow", alice.uri))
    await settle(alpha)
    post = await alpha.post("alice", "@ann@peer.test listen", reach=Reach.DIRECT)
    path = path_of(post.status.uri)
    assert (await named.get(alpha, path)).status_code == 200
    assert (await follower.get(alpha, path)).status_code == 404


async def test_grave_of_a_post(alpha: Server) -> None:
    """A deleted post answers 410 with a Tombstone, without a word of what it said.

    Conformance: 31.
    """
    alice = await alpha.actor("alice")
    post = await alpha.post("alice", "I did not mean it")
    assert (await alpha.get(post.status.uri)).status_code == 200
    await statuses.delete_status(alpha.instance, alice, post.id)
    answer = await alpha.get(post.status.uri)
    assert answer.status_code == 410
    assert answer.json()["type"] == "Tombstone"
    assert answer.json()["id"] == post.status.uri
    for address in parts_of(post):
        for accept in (ACTIVITY_JSON, "text/html"):
            gone = await alpha.get(address, accept=accept)
            if gone.status_code == 302:
                gone = await alpha.get(gone.headers["location"], accept=accept)
            assert gone.status_code in {404, 410}, address
            assert "mean it" not in gone.text, address


@pytest.mark.parametrize("facts", [{"reach": Reach.FOLLOWERS}, {"scope": Scope.ORG}])
async def test_private_posts_have_no_grave(alpha: Server, facts: dict[str, Any]) -> None:
    """That a private post has been deleted tells nobody that there was one."""
    alice = await alpha.actor("alice")
    post = await alpha.post("alice", "Between us", **facts)
    await statuses.delete_status(alpha.instance, alice, post.id)
    assert (await alpha.get(post.status.uri)).status_code == 404


@pytest.mark.parametrize("kind", ["Delete", "Undo"])
async def test_nobody_digs_graves_for_others(alpha: Server, peer: Peer, kind: str) -> None:
    """Another server cannot make an address of ours look like that of a deleted post."""
    await alpha.user("alice")
    post = await alpha.post("alice", "Between us", reach=Reach.FOLLOWERS)
    stranger = peer.person("max")
    taken_back = {"type": "Announce", "id": post.status.uri, "actor": stranger.uri}
    about = post.status.uri if kind == "Delete" else taken_back
    await stranger.deliver(alpha, stranger.activity(kind, about))
    await settle(alpha)
    assert (await alpha.get(post.status.uri)).status_code == 404


# --- who may keep it -----------------------------------------------------------------------------------


async def test_what_may_be_kept(strict: Server, peer: Peer) -> None:
    """Where documents are for signed requests only, nothing in between keeps one for another.

    Conformance: 27.
    """
    addresses = [one for one in await every_document(strict) if not one.startswith("/actor")]
    reader = peer.person("ann")
    for address in addresses:
        shown = await reader.get(strict, address)
        assert shown.status_code == 200, address
        refused = await strict.get(address)
        assert refused.status_code == 401, address
        for answer in (shown, refused):
            assert "Signature" in answer.headers["vary"], address
            assert answer.headers["cache-control"] == "private, no-store", address


async def test_public_documents_may_be_kept_for_a_while(alpha: Server, peer: Peer) -> None:
    """An open document asked for without a signature may be kept; asked for with one it may not.

    A refusal, the grave of a post and what is private are never kept for others.
    """
    alice = await alpha.actor("alice")
    open_post = await alpha.post("alice", "For everybody")
    lost = await alpha.post("alice", "Soon gone")
    await statuses.delete_status(alpha.instance, alice, lost.id)
    reader = peer.person("ann")
    private = await alpha.post("alice", "@ann@peer.test for you", reach=Reach.DIRECT)
    for uri in (alice.uri, open_post.status.uri, lost.status.uri):
        plain, signed = await alpha.get(uri), await reader.get(alpha, path_of(uri))
        assert plain.headers["cache-control"] == "public, max-age=60", uri
        assert signed.headers["cache-control"] == "private, no-store", uri
        assert {"Accept", "Signature"} <= set(plain.headers["vary"].split(", ")), uri
    shown = await reader.get(alpha, path_of(private.status.uri))
    hidden = await alpha.get(private.status.uri)
    assert (shown.status_code, hidden.status_code) == (200, 404)
    for answer in (shown, hidden):
        assert answer.headers["cache-control"] == "private, no-store"


async def test_unchanged_actor_is_not_sent_again(alpha: Server) -> None:
    """Who has an actor document already hears that it has not changed."""
    await alpha.user("alice")
    first = await alpha.get("/users/alice")
    again = await alpha.get("/users/alice", **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await alpha.get("/users/alice", **{"if-none-match": '"another"'})
    assert other.json() == first.json()


# --- authorized fetch ----------------------------------------------------------------------------------


async def test_unsigned_requests_are_refused(strict: Server) -> None:
    """In authorized fetch, an unsigned request is answered 401 as JSON, be there something or not."""
    addresses = [one for one in await every_document(strict) if not one.startswith("/actor")]
    private = await strict.post("alice", "Between us", reach=Reach.FOLLOWERS)
    answers = [
        await strict.get(address)
        for address in (*addresses, path_of(private.status.uri), "/users/nobody", "/@alice")
    ]
    for answer in answers:
        assert answer.status_code == 401, answer.url
        assert answer.headers["content-type"] == "application/json", answer.url
        assert answer.content == answers[0].content, answer.url
    assert "signed" in answers[0].json()["error"]


async def test_signed_requests_are_answered(strict: Server, peer: Peer) -> None:
    """In authorized fetch a good signature opens the door, a bad or unwelcome one does not."""
    alice = await strict.actor("alice")
    path = path_of(alice.uri)
    reader = peer.person("ann")
    assert (await reader.get(strict, path)).json()["id"] == alice.uri
    tampered = await reader.get(strict, path, parameters={"signature": "bm90IHRoaXM="})
    assert tampered.status_code == 401
    elsewhere = await reader.get(strict, path, changes={"host": "other.test"})
    assert elsewhere.status_code == 401
    await set_domain_policy(strict.instance, "peer.test", Policy.BLOCK, by=TERMINAL)
    refused = await reader.get(strict, path)
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/json"


async def test_people_still_have_pages(strict: Server) -> None:
    """Authorized fetch is about documents: a browser sees profile and post as ever."""
    await strict.user("alice")
    post = await strict.post("alice", "For everybody")
    browser = open_browser(strict)
    for address in ("/@alice", f"/@alice/{post.id}"):
        page = await browser.get(address)
        assert page.status_code == 200, address
        assert "For everybody" in page.text, address


async def test_two_guarded_servers_meet(
    network: Network, settings_of: Callable[..., Settings], quick_keys: None, strict: Server
) -> None:
    """Two servers that both demand signatures can follow and read each other all the same."""
    settings = settings_of("stern.test", authorized_fetch=True)
    async with run_server(settings, network) as stern:
        await strict.user("alice")
        await stern.follow("bob", "@alice@strict.test")
        await settle(strict, stern)
        post = await strict.post("alice", "Behind two doors")
        await settle(strict, stern)
        assert [view.status.uri for view in await stern.home("bob")] == [post.status.uri]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"authorized_fetch": True},
        {"federation": Federation.ALLOWLIST},
        {"federation": Federation.CLOSED},
        {"federation": Federation.CLOSED, "authorized_fetch": True},
    ],
)
async def test_instance_actor_is_open(
    network: Network,
    settings_of: Callable[..., Settings],
    quick_keys: None,
    changes: dict[str, Any],
) -> None:
    """The instance actor is shown to everybody in every mode, else nobody could check its key.

    Conformance: 32.
    """
    async with run_server(settings_of("delta.test", **changes), network) as delta:
        for accept in (ACTIVITY_JSON, LD_JSON, "*/*", "text/html"):
            answer = await delta.get("/actor", accept=accept)
            assert answer.status_code == 200, accept
            assert answer.headers["content-type"] == ACTIVITY_JSON, accept
        document = answer.json()
        assert document["id"] == document["publicKey"]["owner"] == "https://delta.test/actor"
        assert document["type"] == "Application"
        assert document["preferredUsername"] == "delta.test"
        is_guarded = delta.instance.settings.authorized_fetch
        await delta.user("alice")
        assert (await delta.get("/users/alice")).status_code == (401 if is_guarded else 200)


async def test_ids_that_cannot_exist_are_not_found(alpha: Server) -> None:
    """A number that no post could have is no address of ours, and no error of the database."""
    await alpha.user("alice")
    huge = "9" * 40
    for path in (f"/users/alice/statuses/{huge}", f"/@alice/{huge}", f"/contexts/{huge}"):
        for accept in (ACTIVITY_JSON, "text/html"):
            assert (await alpha.get(path, accept=accept)).status_code == 404, path
    assert (await alpha.get("/users/alice/outbox?page=true&max_id=" + huge)).status_code == 404


async def test_our_own_signature_is_taken(strict: Server) -> None:
    """A server that demands signatures takes those of its own actors, as `fetch` sends them."""
    await strict.user("alice")
    signer = await strict.instance.own_signing_key()
    document = await strict.instance.fetcher.fetch(f"https://{strict.host}/users/alice", signer)
    assert document["preferredUsername"] == "alice"
    assert (await strict.get("/users/alice")).status_code == 401
