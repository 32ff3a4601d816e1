"""Our actors, posts and activities as the documents that peers get."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import structs

from fedlearn.activitypub import values
from fedlearn.activitypub.audience import SPELLINGS_OF_PUBLIC, reach_of
from fedlearn.activitypub.jsonld import AS, CONTEXT, Document, expand
from fedlearn.activitypub.keys import SigningKey, public_pem
from fedlearn.activitypub.render.activities import (
    render_announce,
    render_answer,
    render_create,
    render_delete,
    render_follow,
    render_like,
    render_undo,
    render_update,
    render_update_actor,
)
from fedlearn.activitypub.render.actors import render_actor
from fedlearn.activitypub.render.documents import (
    render_collection,
    render_page,
    timestamp,
    with_context,
)
from fedlearn.activitypub.render.polls import render_vote
from fedlearn.activitypub.render.quotes import (
    render_authorization,
    render_quote_answer,
    render_quote_request,
    render_revocation,
)
from fedlearn.activitypub.render.statuses import render_note
from fedlearn.activitypub.uris import PUBLIC, Uris, host_of
from fedlearn.activitypub.vocabulary.activities import read_activity
from fedlearn.activitypub.vocabulary.actors import read_actor
from fedlearn.activitypub.vocabulary.notes import read_note
from fedlearn.domain.actors import Actor, ActorKind, ProfileField, PublicKey
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import ActorId, Millis, StatusId, Uri
from fedlearn.domain.media import Focus
from fedlearn.domain.polls import Poll, PollOption
from fedlearn.domain.quotes import QuotePolicy, QuoteState
from fedlearn.domain.statuses import Attachment, Mention, QuoteView, StatusView
from tests.builders import OURS, a_status, profile_at
from tests.clock import DAY, SECOND

POSTED = Millis(1_767_268_800_000)  # 2026-01-01T12:00:00Z
FAR = Uris("https://far.example", "far.example")


def person(number: int, username: str, uris: Uris = OURS, **changes: Any) -> Actor:
    """Somebody, of ours where nothing else is said."""
    domain = None if uris is OURS else uris.domain
    profile = replace(
        profile_at(uris, username), **{"domain": domain, "published": POSTED, **changes}
    )
    return Actor(ActorId(number), profile, fetched_at=POSTED, gone_at=None, suspended_at=None)


ALICE = person(1, "alice")
ROBIN = person(2, "robin", FAR)
ROSA = person(3, "rosa", FAR)
FOLLOWERS = f"{ALICE.uri}/followers"
QUOTED = Uri("https://far.example/users/robin/statuses/17")
WORD = Uri("https://far.example/users/robin/quote_authorizations/1")


def mention(actor: Actor) -> Mention:
    """Somebody named in a post."""
    return Mention(actor.id, actor.uri, actor.profile.url, actor.acct)


def view(reach: Reach = Reach.PUBLIC, *, author: Actor = ALICE, **changes: Any) -> StatusView:
    """A post of Alice's that names Robin."""
    uri = Uri(f"{author.uri}/statuses/17")
    status = replace(
        a_status(author, "hello @robin", reach=reach, at=POSTED),
        id=StatusId(17),
        uri=uri,
        url=f"{author.profile.url}/17",
        source="hello @robin",
        conversation=Uri(f"{uri}/conversation"),
    )
    return StatusView(
        **{"status": status, "author": author, "mentions": (mention(ROBIN),), **changes}
    )


def full_view(reach: Reach = Reach.PUBLIC) -> StatusView:
    """A post with everything that one can have."""
    plain = view(reach)
    status = replace(
        plain.status,
        content_warning="careful",
        is_sensitive=True,
        in_reply_to_uri=Uri("https://far.example/notes/0"),
        in_reply_to_id=StatusId(5),
        edited_at=Millis(POSTED + DAY),
    )
    picture = Attachment(
        media_type="image/png",
        url="https://our.example/media/bee.png",
        description="a bee",
        blurhash="UeKUpFxuo~R%0nW;WCnhF6RjaJt757oJodS$",
        width=640,
        height=480,
        focus=Focus(0.5, -0.25),
    )
    return structs.replace(
        plain,
        status=status,
        hashtags=("bees", "grün"),
        attachments=(picture, replace(picture, blurhash=None, width=None, height=None, focus=None)),
        in_reply_to_author=ROSA,
        poll=Poll(
            options=(PollOption("honey", 2), PollOption("wax", 1)),
            is_multiple=True,
            ends_at=Millis(POSTED + DAY),
            closed_at=Millis(POSTED + DAY),
            voters=2,
        ),
        quote=QuoteView(QuoteState.ACCEPTED, QUOTED, WORD, view(author=ROBIN)),
        boosts=2,
        favourites=3,
    )


def boost(reach: Reach = Reach.PUBLIC) -> StatusView:
    """Alice's boost of a post by Robin."""
    boosted = view(author=ROBIN, mentions=())
    plain = view(reach, mentions=())
    status = replace(plain.status, boost_of_id=boosted.id, content="", source=None)
    return structs.replace(plain, status=status, boost_of=boosted)


@pytest.fixture(scope="session")
def rendered_actor(key: SigningKey) -> Document:
    """Alice, of whom everything is said that can be, as peers get her."""
    alice = person(
        1,
        "alice",
        name="Alice",
        summary="<p>bees</p>",
        fields=(ProfileField("Web", '<a href="https://alice.example/">alice.example</a>'),),
        also_known_as=("https://old.example/users/alice",),
        moved_to=Uri("https://new.example/users/alice"),
        is_locked=True,
        is_indexable=True,
    )
    return actor_document(alice, key)


def actor_document(actor: Actor, key: SigningKey) -> Document:
    """An actor as it stands alone."""
    shown = PublicKey(Uri(f"{actor.uri}#main-key"), actor.uri, public_pem(key.private))
    return with_context(render_actor(actor, shown, OURS))


def all_activities() -> Iterator[Document]:
    """One of each kind of what we deliver, as full as it gets."""
    for reach in Reach:
        yield render_create(full_view(reach), OURS)
        yield render_update(full_view(reach), OURS)
        yield render_delete(full_view(reach))
        yield render_announce(boost(reach))
    follow = render_follow(f"{ALICE.uri}#follows/1", ALICE.uri, ROBIN.uri)
    like = render_like(f"{ALICE.uri}#likes/1", ALICE, view(author=ROBIN, mentions=()))
    theirs = render_follow("https://far.example/follows/1", ROBIN.uri, ALICE.uri)
    yield follow
    yield like
    for undone in (follow, like, render_announce(boost())):
        yield render_undo(undone)
    for answer in ("Accept", "Reject"):
        yield render_answer(answer, f"{ALICE.uri}#{answer}/1", theirs)
    asked = view(author=ROBIN, mentions=())
    yield render_vote(f"{ALICE.uri}#votes/1", ALICE.uri, asked, "honey")
    for reach in (Reach.PUBLIC, Reach.FOLLOWERS):
        mine = full_view(reach)
        note = render_note(mine, OURS)
        yield render_quote_request(f"{ALICE.uri}#quote_requests/1", mine, asked, note)
    request = render_quote_request("https://far.example/quotes/1", asked, view(), {"id": QUOTED})
    for word in (OURS.quote_authorization("alice", 1), None):
        yield render_quote_answer(f"{ALICE.uri}#quote_answers/1", request, ALICE.uri, word)
    yield render_revocation(OURS.quote_authorization("alice", 1), view(), ROBIN.uri)


ACTIVITIES = [
    pytest.param(document, id=f"{number}-{document['type']}")
    for number, document in enumerate(all_activities())
]


# --- actors --------------------------------------------------------------------------------------


def test_actor_has_what_peers_read(rendered_actor: Document) -> None:
    """Every property that some peer insists on is there, and each has the type that it insists on.

    Conformance: 42.
    """
    shapes = {
        str: (
            "id type preferredUsername webfinger name summary url published inbox outbox followers "
            "following featured featuredTags featuredCollections movedTo"
        ),
        bool: (
            "manuallyApprovesFollowers discoverable indexable memorial showMedia "
            "showRepliesInMedia showFeatured"
        ),
        list: "@context attachment tag alsoKnownAs assertionMethod",
        dict: "publicKey endpoints interactionPolicy",
    }
    expected = {name: kind for kind, names in shapes.items() for name in names.split()}
    assert {name: type(value) for name, value in rendered_actor.items()} == expected
    assert rendered_actor["webfinger"] == "alice@our.example"
    assert rendered_actor["attachment"] == [
        {
            "type": "PropertyValue",
            "name": "Web",
            "value": '<a href="https://alice.example/">alice.example</a>',
        }
    ]


def test_actor_speaks_activitystreams(rendered_actor: Document) -> None:
    """The literal IRI stands in the context, where peers look for it, and security beside it."""
    assert rendered_actor["@context"][:2] == [AS, "https://w3id.org/security/v1"]


def test_key_belongs_to_the_actor(rendered_actor: Document) -> None:
    """One key object, owned by the actor, in SPKI PEM, RSA of 2048 bits.

    Conformance: 43.
    """
    key = rendered_actor["publicKey"]
    assert set(key) == {"id", "owner", "publicKeyPem"}
    assert key["owner"] == rendered_actor["id"]
    assert key["id"] == f"{rendered_actor['id']}#main-key"
    assert key["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----")
    read = serialization.load_pem_public_key(key["publicKeyPem"].encode())
    assert isinstance(read, RSAPublicKey)
    assert read.key_size >= 2048


def test_all_addresses_are_on_one_host(rendered_actor: Document) -> None:
    """Inbox, collections, shared inbox and page are where the actor itself is.

    Conformance: 44.
    """
    names = ("id", "inbox", "outbox", "followers", "following", "featured", "url")
    addresses = [rendered_actor[name] for name in names]
    addresses.append(rendered_actor["endpoints"]["sharedInbox"])
    assert {host_of(address) for address in addresses} == {"our.example"}


def test_actor_of_whom_nothing_is_said_is_complete(key: SigningKey) -> None:
    """Empty texts are strings, switches are booleans, lists are empty, and nothing is null.

    Conformance: 46.
    """
    plain = actor_document(person(1, "alice", is_discoverable=False), key)
    assert (plain["name"], plain["summary"]) == ("", "")
    for name in ("manuallyApprovesFollowers", "discoverable", "indexable"):
        assert plain[name] is False
    assert (plain["attachment"], plain["tag"], plain["alsoKnownAs"]) == ([], [], [])
    assert None not in plain.values()
    assert "movedTo" not in plain


@pytest.mark.parametrize("at", [POSTED, POSTED + 43_199_999, POSTED - 43_200_000, 0, 1])
def test_actor_was_published_at_midnight(at: int, key: SigningKey) -> None:
    """The day on which somebody came is shown, and not the hour.

    Conformance: 47.
    """
    published = actor_document(person(1, "alice", published=Millis(at)), key)["published"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00(\.0+)?Z", published)
    assert published[:10] == timestamp(Millis(at))[:10]


def test_moments_are_written_as_peers_read_them() -> None:
    """In ISO 8601 and UTC, with a `Z`."""
    assert re.fullmatch(r"2026-01-01T12:00:00(\.\d+)?Z", timestamp(POSTED))
    assert values.moment(timestamp(Millis(POSTED + SECOND))) == POSTED + SECOND


def test_we_read_our_own_actors(rendered_actor: Document) -> None:
    """A peer with our rules finds all in it that we say."""
    read = read_actor(rendered_actor)
    assert (read.uri, read.username, read.webfinger) == (ALICE.uri, "alice", "alice@our.example")
    assert (read.kind, read.is_locked, read.is_indexable) == (ActorKind.PERSON, True, True)
    assert read.moved_to == "https://new.example/users/alice"
    assert [key.uri for key in read.keys] == [f"{ALICE.uri}#main-key", f"{ALICE.uri}#multikey"]
    assert len({key.pem for key in read.keys}) == 1


# --- posts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "to", "cc"),
    [
        (Reach.PUBLIC, [PUBLIC], [FOLLOWERS, ROBIN.uri]),
        (Reach.UNLISTED, [FOLLOWERS], [PUBLIC, ROBIN.uri]),
        (Reach.FOLLOWERS, [FOLLOWERS], [ROBIN.uri]),
        (Reach.DIRECT, [ROBIN.uri], []),
    ],
)
def test_each_reach_is_addressed_as_peers_expect(
    reach: Reach, to: list[str], cc: list[str]
) -> None:
    """Activity and object say the same, and nothing narrower than unlisted names Public.

    Conformance: 177.
    """
    for activity in (
        render_create(view(reach), OURS),
        render_update(edited(view(reach)), OURS),
    ):
        for document in (activity, activity["object"]):
            assert (document["to"], document["cc"]) == (to, cc)
    deleted = render_delete(view(reach))
    assert (deleted["to"], deleted["cc"]) == (to, cc)
    if not reach.is_open:
        assert SPELLINGS_OF_PUBLIC.isdisjoint(strings(render_create(view(reach), OURS)))
    assert reach_of(to, cc, FOLLOWERS) is reach


def strings(value: Any) -> Iterator[str]:
    """Every string in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def edited(plain: StatusView, after: int = DAY) -> StatusView:
    """The same post, edited so long after it was posted."""
    return structs.replace(plain, status=replace(plain.status, edited_at=Millis(POSTED + after)))


def test_note_has_what_peers_read() -> None:
    """A full post, property by property."""
    shown = structs.replace(full_view(), poll=None)
    note = render_note(shown, OURS)
    uri = shown.status.uri
    assert note["type"] == "Note"
    assert (note["id"], note["url"]) == (uri, shown.status.url)
    assert (note["attributedTo"], note["published"]) == (ALICE.uri, timestamp(POSTED))
    assert (note["summary"], note["sensitive"]) == ("careful", True)
    assert note["inReplyTo"] == note["inReplyToAtomUri"] == "https://far.example/notes/0"
    assert note["content"] == "<p>hello @robin</p>"
    assert note["contentMap"] == {"en": note["content"]}
    assert note["source"] == {"content": "hello @robin", "mediaType": "text/plain"}
    assert note["conversation"] == note["context"] == shown.status.conversation
    assert note["likes"] == {"id": f"{uri}/likes", "type": "Collection", "totalItems": 3}
    assert note["shares"] == {"id": f"{uri}/shares", "type": "Collection", "totalItems": 2}
    assert note["replies"]["first"]["next"] == f"{uri}/replies?page=true"
    assert "directMessage" not in note
    assert note["attachment"] == [
        {
            "type": "Document",
            "mediaType": "image/png",
            "url": "https://our.example/media/bee.png",
            "name": "a bee",
            "summary": "a bee",
            "blurhash": "UeKUpFxuo~R%0nW;WCnhF6RjaJt757oJodS$",
            "width": 640,
            "height": 480,
            "focalPoint": [0.5, -0.25],
        },
        {
            "type": "Document",
            "mediaType": "image/png",
            "url": "https://our.example/media/bee.png",
            "name": "a bee",
            "summary": "a bee",
        },
    ]


def test_plain_note_leaves_out_what_it_has_not() -> None:
    """Nothing is null but `summary` and `inReplyTo`, for which peers look."""
    shown = view()
    shown = structs.replace(shown, status=replace(shown.status, language=None, source=None))
    note = render_note(shown, OURS)
    assert [name for name, value in note.items() if value is None] == ["summary", "inReplyTo"]
    assert not {"contentMap", "source", "updated", "inReplyToAtomUri"} & set(note)
    assert (note["attachment"], note["sensitive"]) == ([], False)


def test_who_is_named_is_tagged() -> None:
    """Mentions carry full handles, of our own people too; hashtags link to our pages of them."""
    bob = person(4, "bob")
    shown = structs.replace(view(), mentions=(mention(ROBIN), mention(bob)), hashtags=("grün",))
    assert render_note(shown, OURS)["tag"] == [
        {"type": "Mention", "href": ROBIN.uri, "name": "@robin@far.example"},
        {"type": "Mention", "href": bob.uri, "name": "@bob@our.example"},
        {"type": "Hashtag", "href": "https://our.example/tags/gr%C3%BCn", "name": "#grün"},
    ]


@pytest.mark.parametrize("reach", [Reach.PUBLIC, Reach.UNLISTED])
def test_whom_one_answers_is_told(reach: Reach) -> None:
    """The author of what an open post answers is addressed and tagged, once, though not named."""
    answering = structs.replace(view(reach), in_reply_to_author=ROSA)
    note = render_note(answering, OURS)
    assert ROSA.uri in note["cc"]
    tag = {"type": "Mention", "href": ROSA.uri, "name": "@rosa@far.example"}
    assert note["tag"].count(tag) == 1
    named = structs.replace(view(reach), in_reply_to_author=ROBIN)
    assert render_note(named, OURS)["tag"] == render_note(view(reach), OURS)["tag"]
    alone = structs.replace(view(reach), in_reply_to_author=ALICE)
    assert render_note(alone, OURS) == render_note(view(reach), OURS)


@pytest.mark.parametrize("reach", [Reach.FOLLOWERS, Reach.DIRECT])
def test_narrow_answer_tells_nobody_new(reach: Reach) -> None:
    """Where a post is for few, whom it answers learns of it only if named."""
    answering = structs.replace(view(reach), in_reply_to_author=ROSA)
    assert ROSA.uri not in set(strings(render_create(answering, OURS)))


@pytest.mark.parametrize(
    ("reach", "is_direct"),
    [(Reach.PUBLIC, None), (Reach.UNLISTED, None), (Reach.FOLLOWERS, False), (Reach.DIRECT, True)],
)
def test_narrow_posts_say_whether_they_are_direct(reach: Reach, is_direct: bool | None) -> None:  # noqa: FBT001
    """Peers that know `directMessage` need not guess."""
    assert render_note(view(reach), OURS).get("directMessage") is is_direct


@pytest.mark.parametrize("after", [1, 500, SECOND, DAY])
def test_edit_is_newer_than_the_post(after: int) -> None:
    """An edit has a later `updated` than `published`, however quick, and an activity of its own.

    Conformance: 183.
    """
    shown = edited(view(), after)
    update, create = render_update(shown, OURS), render_create(view(), OURS)
    assert update["type"] == "Update"
    assert update["object"]["updated"] > update["object"]["published"]
    assert update["object"]["published"] == create["object"]["published"]
    assert update["id"].startswith(f"{shown.status.uri}#updates/")
    assert update["object"]["id"] == shown.status.uri
    later = render_update(edited(view(), after + 1), OURS)
    assert len({update["id"], later["id"], create["id"]}) == 3


def test_we_read_our_own_posts() -> None:
    """A peer with our rules finds all in a post that we say."""
    activity = read_activity(with_context(render_create(full_view(), OURS)))
    assert (activity.kind, activity.actor) == ("Create", ALICE.uri)
    assert activity.object is not None
    note = read_note(activity.object, activity)
    assert (note.content, note.language, note.summary) == ("<p>hello @robin</p>", "en", "careful")
    assert [tag.name for tag in note.mentions] == ["@robin@far.example", "@rosa@far.example"]
    assert note.hashtags == ("bees", "grün")
    assert [one.description for one in note.attachments] == ["a bee", "a bee"]
    assert (note.published, note.updated) == (POSTED, POSTED + DAY)


def test_word_is_sent_while_it_holds() -> None:
    """A quote names its authorization once it is agreed to, and no more once that is taken back."""
    for state in QuoteState:
        quote = QuoteView(state, QUOTED, WORD, None)
        note = render_note(view(quote=quote), OURS)
        assert note["quote"] == QUOTED
        assert note.get("quoteAuthorization") == (WORD if state is QuoteState.ACCEPTED else None)
        claim = read_note(note).quote
        assert claim
        assert (claim.uri, claim.is_legacy) == (QUOTED, False)


@pytest.mark.parametrize("reach", Reach)
def test_policy_is_no_wider_than_the_post(reach: Reach) -> None:
    """Whom we let quote is said in each post; what is not for everybody only its author quotes."""
    said = {}
    for policy in QuotePolicy:
        plain = view(reach)
        status = replace(plain.status, quote_policy=policy)
        note = render_note(structs.replace(plain, status=status), OURS)
        (said[policy],) = note["interactionPolicy"]["canQuote"]["automaticApproval"]
    nobody = ALICE.uri
    assert said == {
        QuotePolicy.PUBLIC: PUBLIC if reach.is_open else nobody,
        QuotePolicy.FOLLOWERS: FOLLOWERS if reach.is_open else nobody,
        QuotePolicy.NOBODY: nobody,
    }


def test_we_read_our_own_polls() -> None:
    """A peer with our rules finds in a poll all that we say; a post without one is a Note."""
    full = full_view()
    assert read_note(render_note(full, OURS)).poll == full.poll
    single = structs.replace(
        full, poll=Poll((PollOption("a"), PollOption("b")), False, Millis(POSTED))
    )
    note = render_note(single, OURS)
    assert (note["type"], read_note(note).poll) == ("Question", single.poll)
    assert render_note(view(), OURS)["type"] == "Note"


# --- activities ----------------------------------------------------------------------------------


@pytest.mark.parametrize("document", ACTIVITIES)
def test_every_activity_has_the_shape_that_peers_take(document: Document) -> None:
    """Public in full, lists as lists, nothing nested deep.

    Conformance: 180.
    """
    assert not {"as:Public", "Public"} & set(strings(document))
    for part in parts(document):
        for name in ("to", "cc", "tag", "attachment"):
            assert isinstance(part.get(name, []), list)
    assert depth(with_context(document)) <= 8
    assert isinstance(document["to"], list)
    assert isinstance(document["cc"], list)


def parts(value: Any) -> Iterator[Document]:
    """Every object in a document, itself included."""
    if isinstance(value, dict):
        yield value
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from parts(item)


def depth(value: Any) -> int:
    """How deep a document is nested."""
    if isinstance(value, list | dict):
        return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)
    return 0


@pytest.mark.parametrize("document", ACTIVITIES)
def test_every_activity_names_who_and_what(document: Document) -> None:
    """An id on the actor's host, the actor as a plain string, and no blind addressees."""
    assert isinstance(document["actor"], str)
    assert host_of(document["id"]) == host_of(document["actor"])
    assert document["object"]
    for part in parts(document):
        assert not {"bto", "bcc"} & set(part)
    nulls = {name for part in parts(document) for name, value in part.items() if value is None}
    assert nulls <= {"summary", "inReplyTo"}


def test_delete_leaves_a_tombstone() -> None:
    """What is gone is named and typed; nothing of what it said goes along."""
    deleted = render_delete(full_view())
    uri = full_view().status.uri
    assert deleted["object"]["type"] == "Tombstone"
    assert set(deleted["object"]) == {"id", "type", "atomUri"}
    assert deleted["id"].startswith(ALICE.uri)
    assert uri.startswith(ALICE.uri)
    assert "hello" not in str(deleted)


def test_boost_names_the_post_alone() -> None:
    """An Announce has the identity of the boost, and of the post not more than its identity."""
    shown = boost()
    announce = render_announce(shown)
    assert shown.boost_of is not None
    assert announce["type"] == "Announce"
    assert announce["id"] == shown.status.uri
    assert announce["object"] == shown.boost_of.status.uri
    assert announce["to"] == [PUBLIC]
    assert announce["cc"] == [FOLLOWERS, ROBIN.uri]
    with pytest.raises(ValueError, match="only a boost"):
        render_announce(view())


@pytest.mark.parametrize("kind", ["Accept", "Reject"])
def test_answer_embeds_the_whole_follow(kind: str) -> None:
    """Threads and Misskey take no less: id, type, actor and object, as the follower sent them."""
    follow = render_follow("https://far.example/follows/1", ROBIN.uri, ALICE.uri)
    answer = render_answer(kind, f"{ALICE.uri}#answers/1", follow)
    assert (answer["type"], answer["actor"], answer["to"]) == (kind, ALICE.uri, [ROBIN.uri])
    assert answer["object"] == follow
    assert {"id", "type", "actor", "object"} <= set(answer["object"])


def test_undo_embeds_what_it_undoes() -> None:
    """The activity that is taken back is there whole, and goes to whom it went to."""
    for activity in (
        render_follow(f"{ALICE.uri}#follows/1", ALICE.uri, ROBIN.uri),
        render_announce(boost()),
    ):
        undo = render_undo(activity)
        assert undo["object"] == activity
        assert (undo["to"], undo["cc"]) == (activity["to"], activity["cc"])
        assert undo["id"] != activity["id"]
        assert undo["id"].count("#") == 1


def test_changed_profile_goes_to_everybody(rendered_actor: Document) -> None:
    """An Update of an actor carries the whole actor, to the public and the followers."""
    update = render_update_actor(rendered_actor, Uri(FOLLOWERS), POSTED)
    assert (update["type"], update["actor"]) == ("Update", ALICE.uri)
    assert update["object"] == rendered_actor
    assert (update["to"], update["cc"]) == ([PUBLIC], [FOLLOWERS])
    assert update["id"].startswith(f"{ALICE.uri}#updates/")


# --- collections ---------------------------------------------------------------------------------


def test_collection_shows_what_it_is_given() -> None:
    """Paged, whole, or only counted; a hidden one has nowhere to begin."""
    uri = f"{ALICE.uri}/followers"
    counted = render_collection(uri, 3)
    assert counted == {"id": uri, "type": "OrderedCollection", "totalItems": 3}
    assert render_collection(uri, 3, first=f"{uri}?page=1") == {
        **counted,
        "first": f"{uri}?page=1",
    }
    assert render_collection(uri, 0, items=[])["orderedItems"] == []


def test_page_of_a_collection_leads_on() -> None:
    """A page says what it is part of and, where there is more, what comes next."""
    uri = f"{ALICE.uri}/outbox"
    last = render_page(f"{uri}?page=2", uri, ["a", "b"])
    assert last["partOf"] == uri
    assert last["orderedItems"] == ["a", "b"]
    assert "next" not in last
    assert render_page(uri, uri, [], next_page=f"{uri}?page=3")["next"] == f"{uri}?page=3"


# --- what the terms mean -------------------------------------------------------------------------

KEYWORDS = {"id": "@id", "type": "@type", "@context": "@context"}


def test_json_ld_readers_lose_nothing(rendered_actor: Document) -> None:
    """Every property and type of what we send is a term of the context that we send with it.

    Conformance: 45.
    """
    documents = [rendered_actor, *map(with_context, all_activities())]
    collection = render_collection(FOLLOWERS, 3, first=f"{FOLLOWERS}?page=1", items=["x:1"])
    page = render_page(f"{FOLLOWERS}?page=1", FOLLOWERS, ["x:1"], next_page="x:2")
    word = render_authorization(OURS.quote_authorization("alice", 1), view(), QUOTED)
    documents += map(with_context, (collection, page, word))
    # A map of languages has languages for names.
    sent = {
        name for document in documents for part in parts(without_context(document)) for name in part
    }
    for name in sent - {*KEYWORDS, "en"}:
        assert meanings(name), f"{name} means nothing to a JSON-LD reader"
    for document in documents:
        assert document["@context"] == CONTEXT
        for part in parts(expand(document)):
            # Values have a single type, things have a list of them.
            for kind in values.items(part.get("@type")):
                assert kind.startswith("http"), f"the type {kind} means nothing"


def without_context(document: Document) -> Document:
    """A document but for its context."""
    return {name: value for name, value in document.items() if name != "@context"}


def meanings(name: str) -> list[str]:
    """The IRIs that a term of ours expands to; none when it would be lost."""
    probe = {"@context": CONTEXT, name: {"en": "x"} if name.endswith("Map") else "x:y"}
    return [iri for part in expand(probe) for iri in part if iri.startswith("http")]


def test_unknown_term_would_be_noticed() -> None:
    """What is not in the context is lost, and the test above would say so."""
    assert meanings("discoverable") == ["http://joinmastodon.org/ns#discoverable"]
    assert meanings("undefined") == []
