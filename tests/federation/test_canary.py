"""Words that must not get out: every address of the router is asked, every byte sent is read."""

from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.statuses import StatusView
from tests.federation.canary import (
    Secret,
    a_stranger,
    paths,
    post_secret,
    sent,
    signed_by,
    signed_in,
    stir,
    told,
    told_to_intruders,
)
from tests.federation.network import Network
from tests.federation.peer import Peer, Person
from tests.federation.scenes import is_read_by, reads, takes
from tests.federation.server import Server, settle

IN_DOCUMENTS = {"text", "hashtag", "link", "warning", "alt_text", "file_name", "poll_option"}
IN_PAGES = {"text", "hashtag", "link", "warning", "alt_text", "file_name", "poll_option"}


@pytest.fixture
def eve(network: Network, peer_keys: list[RSAPrivateKey]) -> Person:
    """Somebody on a server where nobody follows anybody here."""
    return Peer(network, "stranger.test", peer_keys[1:]).person("eve")


@pytest.fixture
def dan(network: Network, peer_keys: list[RSAPrivateKey]) -> Person:
    """Somebody else, on a server of his own."""
    return Peer(network, "third.test", peer_keys[2:]).person("dan")


async def pesters(alpha: Server, person: Person, view: StatusView) -> None:
    """Somebody who has guessed the address of a post tries all that one can do with one."""
    uri = view.status.uri
    reply = person.note("<p>I know</p>", inReplyTo=uri)
    quote = person.note("<p>see this</p>", quote=uri)
    vote = person.note("", name="something else", inReplyTo=uri, to=[view.author.uri])
    for activity in (
        person.activity("Like", uri),
        person.activity("EmojiReact", uri, content="🐝"),
        person.activity("Announce", uri),
        person.activity("Create", reply),
        person.activity("Create", quote),
        person.activity("Create", vote),
        person.activity("QuoteRequest", uri, instrument=quote),
        person.activity("Flag", [view.author.uri, uri], content="rude"),
        person.activity("Add", uri, target=f"{person.uri}/featured"),
        person.activity("Update", reply | {"id": uri}),
        person.activity("Delete", uri),
    ):
        await takes(alpha, person, activity)


def all_of(learned: Mapping[str, set[str]]) -> set[str]:
    """What was told, wherever that was."""
    return set().union(*learned.values())


async def test_what_stays_in_the_organisation(
    alpha: Server, bob: Person, eve: Person, network: Network
) -> None:
    """No stranger, server or follower elsewhere learns a word or an id; its author sees it all."""
    await is_read_by(alpha, "alice", bob)
    await is_read_by(alpha, "carol", bob)
    await reads(alpha, "alice", bob)
    secret = Secret()
    opened = await alpha.post("alice", "open to all")
    for reach in Reach:
        inside = {"reach": reach, "scope": Scope.ORG}
        view = await post_secret(alpha, "alice", secret, **inside)
        await post_secret(alpha, "carol", secret, in_reply_to_id=opened.id, **inside)
        if reach.is_open:
            await stir(alpha, "alice", "carol", secret, view.status.uri)
        for person in (bob, eve):
            await pesters(alpha, person, view)
    assert await told_to_intruders(alpha, secret) == {}
    for asker in (a_stranger(alpha), signed_by(alpha, bob), signed_by(alpha, eve)):
        assert await told(alpha, asker, secret) == {}
    assert sent(network, secret) == {}
    known_inside = all_of(await told(alpha, await signed_in(alpha, "alice"), secret))
    assert known_inside >= IN_PAGES | {"picture"}
    assert "in_file" not in known_inside


async def test_what_is_for_followers(
    alpha: Server, bob: Person, eve: Person, network: Network
) -> None:
    """Followers learn it, here and elsewhere; nobody else does, and no other server is told."""
    await is_read_by(alpha, "alice", bob)
    await alpha.follow("carol", "@alice@alpha.test")
    await alpha.user("frank")
    secret = Secret()
    view = await post_secret(alpha, "alice", secret, reach=Reach.FOLLOWERS)
    await stir(alpha, "alice", "carol", secret, view.status.uri)
    await settle(alpha)
    await pesters(alpha, eve, view)
    assert await told_to_intruders(alpha, secret) == {}
    for asker in (a_stranger(alpha), signed_by(alpha, eve), await signed_in(alpha, "frank")):
        assert await told(alpha, asker, secret) == {}
    assert all_of(await told(alpha, signed_by(alpha, bob), secret)) >= IN_DOCUMENTS
    assert all_of(await told(alpha, await signed_in(alpha, "carol"), secret)) >= IN_PAGES
    assert set(sent(network, secret)) == {"peer.test"}


async def test_what_is_for_named_people(
    alpha: Server, bob: Person, eve: Person, dan: Person, network: Network
) -> None:
    """Whoever is named learns it; followers do not, and their servers hear nothing of it."""
    await is_read_by(alpha, "alice", bob)
    await alpha.follow("frank", "@alice@alpha.test")
    await alpha.user("carol")
    secret = Secret()
    view = await post_secret(alpha, "alice", secret, f"@carol {dan.handle}", reach=Reach.DIRECT)
    await settle(alpha)
    for person in (bob, eve):
        await pesters(alpha, person, view)
    assert await told_to_intruders(alpha, secret) == {}
    for asker in (
        a_stranger(alpha),
        signed_by(alpha, bob),
        signed_by(alpha, eve),
        await signed_in(alpha, "frank"),
    ):
        assert await told(alpha, asker, secret) == {}
    assert all_of(await told(alpha, signed_by(alpha, dan), secret)) >= IN_DOCUMENTS
    assert all_of(await told(alpha, await signed_in(alpha, "carol"), secret)) >= IN_PAGES
    assert set(sent(network, secret)) == {"third.test"}


async def test_what_is_open_is_found(alpha: Server, bob: Person, network: Network) -> None:
    """The same search finds every word of an open post: where it finds nothing, there is nothing."""
    await is_read_by(alpha, "alice", bob)
    secret = Secret()
    view = await post_secret(alpha, "alice", secret)
    await stir(alpha, "alice", "carol", secret, view.status.uri)
    await settle(alpha)
    learned = await told(alpha, a_stranger(alpha), secret)
    assert all_of(learned) >= IN_DOCUMENTS | {str(view.id)}
    document, page = f"/users/alice/statuses/{view.id}", f"/@alice/{view.id}"
    assert learned[document] >= IN_DOCUMENTS
    assert learned[page] >= IN_PAGES
    assert {"/users/alice/outbox?page=true", "/public", "/@alice"} <= set(learned)
    assert sent(network, secret)["peer.test"] >= IN_DOCUMENTS
    assert "in_file" not in all_of(learned) | all_of(sent(network, secret))


async def test_gap_that_nobody_explained(alpha: Server) -> None:
    """An address with a gap of a new kind fails the search until it is said what stands there."""
    with pytest.raises(AssertionError, match="say in gaps_of"):
        list(paths({"username": ["alice"]}, "GET"))
