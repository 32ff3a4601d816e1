"""Deliveries that are signed properly, and hold what no honest server would send.

Whatever comes, the answer is 202 or a reason, the work that follows ends, and what is stored is whole.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.federation.peer import AS, PUBLIC, Document, Peer, Person
from tests.federation.scenes import reads, refusal, takes
from tests.federation.server import Server
from tests.hostile.linked_data import with_linked_data_signature
from tests.hostile.searching import search
from tests.hostile.soundness import Overseer
from tests.hostile.strategies import as_bytes, broken, changed

REFUSALS = {400, 401, 413, 415}


def samples(bob: Person, alice: str, post: str) -> list[Document]:
    """An activity of each type that is understood, or will be; of posts three."""
    rich = bob.note(
        summary="careful",
        sensitive=True,
        updated="2026-01-02T10:00:00Z",
        inReplyTo=post,
        conversation=f"{bob.uri}/talk",
        contentMap={"en": "<p>hello</p>"},
        cc=[bob.followers, alice],
        tag=[
            {"type": "Mention", "href": alice, "name": "@alice@alpha.test"},
            {"type": "Hashtag", "href": f"{bob.uri}/tags/bees", "name": "#bees"},
            {"type": "Emoji", "name": ":cat:", "icon": {"type": "Image", "url": f"{bob.uri}/c"}},
        ],
        attachment=[
            {
                "type": "Document",
                "mediaType": "image/png",
                "url": f"https://{bob.peer.host}/a.png",
                "name": "a picture",
                "blurhash": "LEHV6nWB2yk8pyo0adR*",
                "width": 800,
                "height": 600,
            }
        ],
    )
    question = bob.note(
        type="Question",
        oneOf=[{"type": "Note", "name": "yes", "replies": {"type": "Collection", "totalItems": 3}}],
        endTime="2027-01-01T00:00:00Z",
        votersCount=3,
        quote=post,
        quoteUri=post,
        interactionPolicy={"canQuote": {"automaticApproval": [PUBLIC]}},
    )
    article = bob.note(type="Article", name="A title", summary="<p>lead</p>", url=[{"href": post}])
    follow = bob.activity("Follow", alice)
    return [
        bob.activity("Create", rich),
        bob.activity("Create", question),
        bob.activity("Create", article),
        bob.activity("Update", rich),
        bob.activity("Update", bob.document()),
        bob.activity("Delete", {"id": rich["id"], "type": "Tombstone"}),
        follow,
        bob.activity("Accept", {**follow, "actor": alice, "object": bob.uri}),
        bob.activity("Reject", {**follow, "actor": alice, "object": bob.uri}),
        bob.activity("Announce", post),
        bob.activity("Like", post, content="🐝", tag=[]),
        bob.activity("EmojiReact", post, content=":cat:"),
        bob.activity("Undo", follow),
        bob.activity("Add", rich["id"], target=f"{bob.uri}/featured"),
        bob.activity("Block", alice),
        bob.activity("Flag", [alice, post], content="bad"),
        bob.activity("Move", bob.uri, target=f"https://{bob.peer.host}/users/bobby"),
        bob.activity("QuoteRequest", post, instrument=question),
        bob.activity("Announce", bob.activity("Create", rich)),
        bob.activity("Dislike", post),
        with_linked_data_signature(bob.activity("Create", bob.note()), bob),
    ]


async def met(alpha: Server, peer: Peer) -> Person:
    """Somebody new whom alice reads and who reads alice: most effects are within reach."""
    person = peer.person(f"p{next(peer.numbers)}")
    await reads(alpha, "alice", person)
    follow = person.activity("Follow", (await alpha.actor("alice")).uri)
    await takes(alpha, person, follow)
    return person


@pytest.fixture
async def post(alpha: Server) -> str:
    """A post by alice."""
    return (await alpha.post("alice", "hello")).status.uri


KINDS = st.integers(0, 20)
ALICE = "https://alpha.test/users/alice"


@search(60)
@given(data=st.data())
async def test_changed_activities(
    data: st.DataObject,
    post: str,
    alpha: Server,
    peer: Peer,
    overseer: Overseer,
) -> None:
    """No field of another type, length or meaning makes more of an activity than a refusal."""
    person = await met(alpha, peer)
    activity = samples(person, ALICE, post)[data.draw(KINDS)]
    answer = await person.deliver(alpha, as_bytes(data.draw(changed(activity))))
    assert answer.status_code in {202, *REFUSALS}, answer.text
    if answer.status_code != 202:
        refusal(answer)
    await overseer.looks_over()
    if data.draw(st.integers(0, 7)) == 0:
        await overseer.opens_pages()


@search(30)
@given(data=st.data())
async def test_broken_bodies(
    data: st.DataObject, post: str, alpha: Server, peer: Peer, overseer: Overseer
) -> None:
    """Bytes that are no JSON, or JSON that says two things at once, are refused or mean one thing."""
    person = await met(alpha, peer)
    body = data.draw(broken(as_bytes(samples(person, ALICE, post)[data.draw(KINDS)])))
    path = data.draw(st.sampled_from(["/inbox", "/users/alice/inbox", "/actor/inbox"]))
    answer = await person.deliver(alpha, body, path)
    assert answer.status_code in {202, *REFUSALS}, answer.text
    await overseer.looks_over()


@search(30)
@given(data=st.data())
async def test_changed_actors(
    data: st.DataObject,
    alpha: Server,
    peer: Peer,
    overseer: Overseer,
) -> None:
    """The document of an actor may hold anything: it is read, or its deliveries are refused."""
    name = f"p{next(peer.numbers)}"
    person = peer.person(name)
    person.changes = data.draw(changed(_described(person)))
    answer = await person.deliver(alpha, person.activity("Follow", ALICE))
    assert answer.status_code in {202, *REFUSALS, 503}, answer.text
    await overseer.looks_over()
    if data.draw(st.integers(0, 7)) == 0:
        await overseer.opens_pages()


def _described(person: Person) -> dict[str, Any]:
    return person.document() | {
        "nameMap": {"en": "Somebody"},
        "icon": {"type": "Image", "url": f"{person.uri}/icon.png"},
        "attachment": [{"type": "PropertyValue", "name": "Web", "value": "<a href='x'>x</a>"}],
        "alsoKnownAs": [f"{person.uri}/old"],
        "published": "2026-01-01T00:00:00Z",
        "manuallyApprovesFollowers": False,
        "webfinger": f"{person.name}@{person.peer.host}",
        "assertionMethod": [
            {
                "id": f"{person.uri}#k",
                "type": "Multikey",
                "controller": person.uri,
                "publicKeyMultibase": "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            }
        ],
    }


@search(30)
@given(data=st.data())
async def test_changed_documents_that_are_fetched(
    data: st.DataObject, post: str, alpha: Server, peer: Peer, overseer: Overseer
) -> None:
    """A post that is named by its id alone may turn out to be anything when it is fetched."""
    person = await met(alpha, peer)
    note = samples(person, ALICE, post)[data.draw(st.integers(0, 2))]["object"]
    peer.documents[note["id"]] = data.draw(changed({"@context": AS, **note}))
    kind = data.draw(st.sampled_from(["Create", "Update", "Announce"]))
    assert (await person.deliver(alpha, person.activity(kind, note["id"]))).status_code == 202
    await overseer.looks_over()


@search(12)
@given(data=st.data())
async def test_changed_collections(
    data: st.DataObject, alpha: Server, bob: Person, peer: Peer, overseer: Overseer
) -> None:
    """What a server lists as a conversation or as answers may be anything: some is asked for at most."""
    await reads(alpha, "alice", bob)
    replies = f"{bob.uri}/replies/{next(peer.numbers)}"
    context = f"{replies}/context"
    note, answer = bob.note(replies=replies, context=context), bob.note()
    page: Document = {
        "id": f"{replies}/page",
        "type": "CollectionPage",
        "partOf": replies,
        "next": f"{replies}/page",
        "items": [answer["id"], answer, {"id": note["id"]}],
    }
    for address, kind in ((replies, "Collection"), (context, "OrderedCollection")):
        listed = {
            "@context": AS,
            "id": address,
            "type": kind,
            "first": page,
            "items": [answer["id"]],
        }
        peer.documents[address] = data.draw(changed(listed))
    peer.documents[page["id"]] = data.draw(changed({"@context": AS, **page}))
    peer.requests.clear()
    await takes(alpha, bob, bob.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    assert (await overseer.browser.get(f"/@bob@peer.test/{view.id}")).status_code == 200
    await overseer.looks_over()
    assert len(peer.requests) < 250
    await overseer.opens_pages()
