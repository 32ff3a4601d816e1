"""Activities, actors and posts as other servers write them, read in all their shapes."""

import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from fedlearn.activitypub.jsonld import AS, Document
from fedlearn.activitypub.keys import SigningKey, public_pem, read_public_pem
from fedlearn.activitypub.uris import PUBLIC
from fedlearn.activitypub.vocabulary.activities import MOST_ADDRESSEES, read_activity
from fedlearn.activitypub.vocabulary.actors import MOST_KEYS, key_owner, read_actor, read_keys
from fedlearn.activitypub.vocabulary.attachments import MOST_ATTACHMENTS, read_attachments
from fedlearn.activitypub.vocabulary.notes import Tagged, read_note
from fedlearn.domain.actors import ActorKind, PublicKey
from fedlearn.domain.ids import Uri
from fedlearn.domain.media import Focus
from fedlearn.errors import RefusedDocument
from tests.unit.strategies import json_values
from tests.unit.test_multikeys import ZERO_SEED_MULTIKEY, multibase

ROBIN = Uri("https://far.example/users/robin")
NOTE = Uri("https://far.example/notes/1")
ALICE = Uri("https://our.example/users/alice")


@pytest.fixture(scope="session")
def pem(key: SigningKey) -> str:
    """A public key as actors show it."""
    return public_pem(key.private)


def actor(**changes: Any) -> Document:
    """An actor document with nothing odd about it but the changes."""
    return {
        "@context": [AS, "https://w3id.org/security/v1"],
        "id": ROBIN,
        "type": "Person",
        "preferredUsername": "robin",
        "name": "Robin",
        "summary": "<p>hello</p>",
        "url": "https://far.example/@robin",
        "inbox": f"{ROBIN}/inbox",
        "outbox": f"{ROBIN}/outbox",
        "followers": f"{ROBIN}/followers",
        "following": f"{ROBIN}/following",
        "featured": f"{ROBIN}/featured",
        "endpoints": {"sharedInbox": "https://far.example/inbox"},
        "published": "2026-01-01T00:00:00Z",
        **changes,
    }


def note(**changes: Any) -> Document:
    """A post with nothing odd about it but the changes."""
    return {
        "@context": AS,
        "id": NOTE,
        "type": "Note",
        "attributedTo": ROBIN,
        "to": [PUBLIC],
        "cc": [f"{ROBIN}/followers"],
        "content": "<p>hello</p>",
        "url": "https://far.example/@robin/1",
        "published": "2026-01-01T12:00:00Z",
        **changes,
    }


# --- activities ----------------------------------------------------------------------------------


def follow(**changes: Any) -> Document:
    """A Follow."""
    return {"id": f"{ROBIN}#follow/1", "type": "Follow", "actor": ROBIN, "object": ALICE, **changes}


@pytest.mark.parametrize(
    "document",
    [
        follow(),
        follow(actor={"id": ROBIN, "type": "Person"}),
        follow(actor=[ROBIN]),
        follow(object={"id": ALICE}),
        follow(object=[ALICE]),
        follow(type="as:Follow"),
        follow(type=["Follow"]),
    ],
)
def test_activity_is_read_in_each_shape(document: Document) -> None:
    """Actor and object may be identities, objects or lists; the type may be spelled out."""
    activity = read_activity(document)
    assert (activity.kind, activity.actor, activity.object_uri) == ("Follow", ROBIN, ALICE)
    assert activity.uri == f"{ROBIN}#follow/1"


def test_embedded_object_is_handed_on() -> None:
    """What came embedded is there with its type; of an identity alone there is no more."""
    embedded = read_activity(follow(type="Create", object=note()))
    assert embedded.object == note()
    assert embedded.object_kind == "Note"
    alone = read_activity(follow())
    assert alone.object is None
    assert alone.object_kind == ""


@pytest.mark.parametrize("changes", [{"type": None}, {"type": 5}, {"actor": None}, {"actor": {}}])
def test_activity_without_type_or_actor_is_refused(changes: Document) -> None:
    """Nobody does it, or nothing is done."""
    with pytest.raises(RefusedDocument, match="type or an actor"):
        read_activity(follow(**changes))


def test_activity_may_lack_an_id() -> None:
    """Some activities have no identity of their own; they are read all the same."""
    assert read_activity(follow(id=None)).uri is None


# --- actors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ActorKind)
def test_each_kind_of_actor_is_read(kind: ActorKind) -> None:
    """Persons, services, applications, groups and organizations can all take part."""
    read = read_actor(actor(type=kind.value))
    assert read.kind is kind
    assert (read.uri, read.username, read.name) == (ROBIN, "robin", "Robin")
    assert read.shared_inbox == "https://far.example/inbox"
    assert read.published == 1_767_225_600_000


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Note"},
        {"type": "Tombstone"},
        {"type": None},
        {"inbox": None},
        {"inbox": ""},
        {"inbox": "https://other.example/inbox"},
        {"inbox": "http://far.example/inbox"},
        {"@context": None},
        {"@context": "https://w3id.org/security/v1"},
        {"id": None},
        {"preferredUsername": None},
        {"preferredUsername": ""},
        {"preferredUsername": 5},
        {"preferredUsername": "x" * 3000},
    ],
    ids=str,
)
def test_actor_that_cannot_take_part_is_refused(changes: Document) -> None:
    """Of unknown type, without an inbox of its own, a name, or the language of ActivityStreams.

    Conformance: 48.
    """
    with pytest.raises(RefusedDocument):
        read_actor(actor(**changes))
    read_actor(actor())


def test_page_on_another_host_is_not_linked() -> None:
    """An actor whose page is elsewhere is kept, and its identity is linked instead.

    Conformance: 49.
    """
    assert read_actor(actor()).url == "https://far.example/@robin"
    for url in (
        "https://www.far.example/@robin",
        "https://bank.example/",
        "javascript:alert(1)",
        None,
    ):
        assert read_actor(actor(url=url)).url == ROBIN


def test_page_is_chosen_among_links() -> None:
    """Of several addresses the HTML page is taken."""
    links = [
        {"type": "Link", "mediaType": "application/x-mpegURL", "href": "https://far.example/v"},
        {"type": "Link", "mediaType": "text/html", "href": "https://far.example/page"},
    ]
    assert read_actor(actor(url=links)).url == "https://far.example/page"
    assert read_actor(actor(url=links[:1])).url == "https://far.example/v"


def test_addresses_on_other_hosts_are_dropped() -> None:
    """Collections and the shared inbox count only on the actor's own server."""
    names = ("outbox", "followers", "following", "featured")
    foreign = dict.fromkeys(names, "https://other.example/x")
    read = read_actor(actor(**foreign, endpoints={"sharedInbox": "https://other.example/inbox"}))
    assert [getattr(read, name) for name in (*names, "shared_inbox")] == [None] * 5
    whole = read_actor(actor())
    assert [getattr(whole, name) for name in names] == [f"{ROBIN}/{name}" for name in names]


def test_what_is_too_much_is_cut() -> None:
    """Long names and summaries, a 51st field and a 257th alias are cut off, not refused.

    Conformance: 50.
    """
    field = {"type": "PropertyValue", "name": "n" * 3000, "value": "v" * 3000}
    read = read_actor(
        actor(
            name="x" * 3000,
            summary="x" * 30_000,
            attachment=[field] * 51,
            alsoKnownAs=[f"https://old.example/{number}" for number in range(257)],
        )
    )
    assert len(read.name) == 2048
    assert len(read.summary) == 20_480
    assert [(len(name), len(value)) for name, value in read.fields] == [(2047, 2047)] * 50
    assert len(read.also_known_as) == 256


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "PropertyValue", "name": "Web", "value": "far.example"},
        [{"type": "PropertyValue", "name": "Web", "value": "far.example"}],
        [None, 5, {"type": "schema:PropertyValue", "name": "Web", "value": "far.example"}],
        [
            {"type": "PropertyValue", "name": "", "value": "nameless"},
            {"type": "Image", "name": "no field"},
            {"type": "PropertyValue", "name": "Web", "value": "far.example"},
        ],
    ],
)
def test_fields_are_read_in_each_shape(attachment: Any) -> None:
    """A single field is like a list of one; what is no field is passed over."""
    assert read_actor(actor(attachment=attachment)).fields == (("Web", "far.example"),)


PICTURE = "https://far.example/robin.png"


@pytest.mark.parametrize(
    "icon",
    [
        {"type": "Image", "mediaType": "image/png", "url": PICTURE},
        [{"type": "Image", "url": PICTURE}, {"type": "Image", "url": "https://far.example/2"}],
        {"type": "Link", "href": PICTURE},
        PICTURE,
        {"type": "Image", "url": {"type": "Link", "href": PICTURE}},
        {"type": "Image", "url": [{"type": "Link", "href": PICTURE}]},
        [{"type": "Image", "url": "javascript:alert(1)"}, PICTURE],
        [None, "data:image/png;base64,AAAA", {"type": "Image"}, PICTURE],
    ],
)
def test_picture_is_found_in_each_shape(icon: Any) -> None:
    """A list, a Link or a string will do; what is no web address is passed over.

    Conformance: 52.
    """
    assert read_actor(actor(icon=icon)).avatar == PICTURE
    assert read_actor(actor(image=icon)).header == PICTURE
    for unsound in ("javascript:alert(1)", "data:image/png;base64,AAAA", "", None, 5):
        assert read_actor(actor(icon=unsound)).avatar is None
        assert read_actor(actor(icon={"type": "Image", "url": unsound})).avatar is None


def test_switches_are_off_unless_they_are_on() -> None:
    """What is absent or is not quite true counts as false."""
    on = read_actor(actor(manuallyApprovesFollowers=True, discoverable=True, indexable=True))
    assert (on.is_locked, on.is_discoverable, on.is_indexable) == (True, True, True)
    off = read_actor(actor(manuallyApprovesFollowers="yes", discoverable=1))
    assert (off.is_locked, off.is_discoverable, off.is_indexable) == (False, False, False)


def test_texts_may_be_null_or_mapped() -> None:
    """Null names are empty; a map of languages stands in for a text."""
    read = read_actor(actor(name=None, summary=None, summaryMap={"de": "hallo"}))
    assert (read.name, read.summary) == ("", "hallo")


# --- keys ----------------------------------------------------------------------------------------


def main_key(pem: str, **changes: Any) -> Document:
    """A key as an actor lists it."""
    return {"id": f"{ROBIN}#main-key", "owner": ROBIN, "publicKeyPem": pem, **changes}


def test_key_is_read_alone_or_in_a_list(pem: str) -> None:
    """One object, or a list with one, or one beside others that cannot be used."""
    mine = PublicKey(Uri(f"{ROBIN}#main-key"), ROBIN, pem)
    assert read_actor(actor(publicKey=main_key(pem))).keys == (mine,)
    listed = [None, "https://far.example/users/robin#other", {}, main_key(pem)]
    assert read_actor(actor(publicKey=listed)).keys == (mine,)


@pytest.mark.parametrize(
    "changes",
    [
        {"owner": "https://far.example/users/rosa"},
        {"owner": None},
        {"id": "https://other.example/users/robin#main-key"},
        {"id": None},
        {"publicKeyPem": "no key"},
        {"publicKeyPem": None},
        {"publicKeyPem": 5},
    ],
    ids=str,
)
def test_key_that_is_not_its_own_is_passed_over(changes: Document, pem: str) -> None:
    """A key of somebody else, on another server, or that cannot be read is no key of this actor."""
    assert read_actor(actor(publicKey=main_key(pem, **changes))).keys == ()
    assert len(read_actor(actor(publicKey=main_key(pem))).keys) == 1


def test_multikey_alone_is_enough(ed25519: Ed25519PrivateKey) -> None:
    """An actor with a Multikey and no older key can sign; the key is kept as PEM."""
    raw = ed25519.public_key().public_bytes_raw()
    multikey = {
        "id": f"{ROBIN}#ed25519-key",
        "type": "Multikey",
        "controller": ROBIN,
        "publicKeyMultibase": multibase(b"\xed\x01" + raw),
    }
    (found,) = read_actor(actor(assertionMethod=[multikey])).keys
    assert (found.uri, found.owner) == (f"{ROBIN}#ed25519-key", ROBIN)
    assert read_public_pem(found.pem).verifies(ed25519.sign(b"words"), b"words")
    foreign = {**multikey, "controller": "https://other.example/users/robin"}
    assert read_actor(actor(assertionMethod=[foreign])).keys == ()


def test_both_kinds_of_keys_are_read(pem: str) -> None:
    """Keys of either kind are listed side by side, and no more than a few of them."""
    multikey = {
        "id": f"{ROBIN}#ed25519-key",
        "controller": ROBIN,
        "publicKeyMultibase": ZERO_SEED_MULTIKEY,
    }
    document = actor(publicKey=main_key(pem), assertionMethod=multikey)
    assert [key.uri for key in read_keys(document, ROBIN)] == [
        f"{ROBIN}#main-key",
        f"{ROBIN}#ed25519-key",
    ]
    many = actor(publicKey=[main_key(pem, id=f"{ROBIN}#{number}") for number in range(1000)])
    assert len(read_keys(many, ROBIN)) == MOST_KEYS


@pytest.mark.parametrize(
    ("document", "key_id"),
    [
        (actor(), f"{ROBIN}#main-key"),
        (main_key(""), f"{ROBIN}#main-key"),
        ({"id": ROBIN, "publicKey": main_key("")}, f"{ROBIN}#main-key"),
        (
            {"id": ROBIN, "publicKey": main_key("", id=f"{ROBIN}/main-key")},
            f"{ROBIN}/main-key",
        ),
        ({"id": f"{ROBIN}#key", "controller": ROBIN}, f"{ROBIN}#key"),
    ],
    ids=["actor", "key", "stub", "stub under a path", "multikey"],
)
def test_owner_of_a_key_is_found(document: Document, key_id: str) -> None:
    """Under a keyId stands an actor, the key itself, or a stub of an actor as GoToSocial has it."""
    assert key_owner(document, key_id) == ROBIN


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"id": f"{ROBIN}#other-key", "owner": ROBIN},
        {"id": ROBIN, "publicKey": main_key("", id=f"{ROBIN}#other-key")},
        {"id": f"{ROBIN}#main-key"},
        {"id": f"{ROBIN}#main-key", "owner": 5},
    ],
)
def test_other_document_names_no_owner(document: Document) -> None:
    """A document that is not about the key, or names no owner, leads to nobody."""
    assert key_owner(document, f"{ROBIN}#main-key") is None


# --- posts ---------------------------------------------------------------------------------------


def test_note_is_read() -> None:
    """All that a post says comes out, typed."""
    read = read_note(
        note(
            summary="careful",
            sensitive=True,
            inReplyTo="https://far.example/notes/0",
            conversation="tag:far.example,2026:1",
            updated="2026-01-01T12:30:00+0000",
        )
    )
    assert (read.uri, read.kind, read.attributed_to) == (NOTE, "Note", (ROBIN,))
    assert (read.to, read.cc) == ((PUBLIC,), (f"{ROBIN}/followers",))
    assert (read.content, read.summary, read.is_sensitive) == ("<p>hello</p>", "careful", True)
    assert read.in_reply_to == "https://far.example/notes/0"
    assert read.conversation == "tag:far.example,2026:1"
    assert (read.published, read.updated) == (1_767_268_800_000, 1_767_270_600_000)
    assert read.url == "https://far.example/@robin/1"


@pytest.mark.parametrize(
    "kind", ["Article", "Page", "Event", "Video", "Audio", "Image", "Question"]
)
def test_posts_of_other_kinds_are_read(kind: str) -> None:
    """What others post besides notes has a title."""
    assert read_note(note(type=kind, name="A title")).name == "A title"


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Person"},
        {"type": "Tombstone"},
        {"type": None},
        {"id": None},
        {"attributedTo": None},
        {"attributedTo": []},
        {"attributedTo": [{}]},
    ],
    ids=str,
)
def test_what_is_no_post_is_refused(changes: Document) -> None:
    """Of unknown type, without an identity or without an author."""
    with pytest.raises(RefusedDocument):
        read_note(note(**changes))


@pytest.mark.parametrize(
    "author", [ROBIN, {"id": ROBIN}, [ROBIN], [{"type": "Person", "id": ROBIN}, None]]
)
def test_author_is_read_in_each_shape(author: Any) -> None:
    """An identity, an object, or a list as PeerTube has it."""
    assert read_note(note(attributedTo=author)).attributed_to == (ROBIN,)


def test_addresses_of_the_activity_stand_in() -> None:
    """A post without any addresses has those of its activity; one with some has its own alone."""
    activity = read_activity(follow(type="Create", to=[ALICE], cc="as:Public", object=note()))
    bare = read_note(note(to=None, cc=None), activity)
    assert (bare.to, bare.cc) == ((ALICE,), ("as:Public",))
    half = read_note(note(to=ALICE, cc=None), activity)
    assert (half.to, half.cc) == ((ALICE,), ())
    assert read_note(note(to=[], cc=[])).to == ()


def test_content_comes_from_its_map() -> None:
    """Without `content` the first of `contentMap` is taken, and its key is the language.

    Conformance: 127.
    """
    mapped = read_note(note(content=None, contentMap={"de": "<p>hallo</p>", "en": "<p>hi</p>"}))
    assert (mapped.content, mapped.language) == ("<p>hallo</p>", "de")
    plain = read_note(note())
    assert (plain.content, plain.language) == ("<p>hello</p>", None)


MENTION = {"type": "Mention", "href": ALICE, "name": "@alice@our.example"}
HASHTAG = {"type": "Hashtag", "href": "https://far.example/tags/bees", "name": "#Bees"}
DOCUMENT = {"type": "Document", "mediaType": "image/png", "url": "https://far.example/bee.png"}


def test_single_tag_and_attachment_are_lists_of_one() -> None:
    """A single object is read like a list, and nulls in a list are skipped.

    Conformance: 128.
    """
    mention = (Tagged(ALICE, "@alice@our.example"),)
    mentioning: list[Any] = [MENTION, [MENTION], [None, MENTION, None, 5]]
    for tag in mentioning:
        assert read_note(note(tag=tag)).mentions == mention
    tagging: list[Any] = [HASHTAG, [None, HASHTAG, MENTION]]
    for tag in tagging:
        assert read_note(note(tag=tag)).hashtags == ("Bees",)
    attachments: list[Any] = [DOCUMENT, [DOCUMENT], [None, DOCUMENT, "text"]]
    for attachment in attachments:
        read = read_note(note(attachment=attachment))
        assert [one.url for one in read.attachments] == ["https://far.example/bee.png"]
    bare = read_note(note(tag=None, attachment=None))
    assert (bare.mentions, bare.hashtags, bare.attachments) == ((), (), ())


def test_hashtag_needs_a_name() -> None:
    """A hashtag without a name is none; the # before it is optional."""
    tags = [{**HASHTAG, "name": "Bees"}, {**HASHTAG, "name": "#"}, {**HASHTAG, "name": None}]
    assert read_note(note(tag=tags)).hashtags == ("Bees",)


BLURHASH = "UeKUpFxuo~R%0nW;WCnhF6RjaJt757oJodS$"


def test_attachment_is_described() -> None:
    """Alt text is `summary` and else `name`; a blurhash that is none is not kept.

    Conformance: 130.
    """

    def first(**changes: Any) -> Any:
        return read_note(note(attachment={**DOCUMENT, **changes})).attachments[0]

    assert first(summary="a bee", name="IMG_1").description == "a bee"
    assert first(summary=None, name="a bee").description == "a bee"
    assert first(summary="", name="a bee").description == "a bee"
    assert first().description == ""
    assert first(blurhash=BLURHASH).blurhash == BLURHASH
    for invalid in ("", "short", "x" * 165, "<script>alert(1)</script>", "bees bees", 5, None):
        assert first(blurhash=invalid).blurhash is None
    assert (first(width=640, height="480").width, first(height="480").height) == (640, None)


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ([0, 0], Focus(0.0, 0.0)),
        ([-1, 0.5], Focus(-1.0, 0.5)),
        ([0.5], None),
        ([0, 0, 0], None),
        ([2, 0], None),
        (["0", "0"], None),
        ([True, False], None),
        ({"x": 0}, None),
        (None, None),
    ],
)
def test_where_a_picture_may_be_cut(said: object, understood: Focus | None) -> None:
    """Two numbers between -1 and 1; a post is kept without what makes no sense."""
    one = {"type": "Document", "mediaType": "image/png", "url": "https://peer.test/a.png"}
    [found] = read_attachments({"attachment": [one | {"focalPoint": said}]})
    assert found.focus == understood


def test_link_is_no_picture() -> None:
    """An attached Link is a preview of a page, and what has no sound address shows nothing."""
    link = {"type": "Link", "href": "https://far.example/page"}
    unsound = {**DOCUMENT, "url": "javascript:alert(1)"}
    read = read_note(note(attachment=[link, unsound, {**link, "url": "https://far.example/x"}]))
    assert read.attachments == ()


def test_first_attachments_are_kept() -> None:
    """Of more attachments than there is room for, the first are kept, and the post with them.

    Conformance: 132.
    """
    many = [{**DOCUMENT, "url": f"https://far.example/{number}.png"} for number in range(100)]
    kept = read_note(note(attachment=many)).attachments
    assert [one.url for one in kept] == [one["url"] for one in many[:MOST_ATTACHMENTS]]


def test_attachment_may_have_several_addresses() -> None:
    """Of a list of Links the first sound one is taken."""
    links = [{"type": "Link", "href": "magnet:?x"}, {"type": "Link", "href": PICTURE}]
    (found,) = read_note(note(attachment={**DOCUMENT, "url": links})).attachments
    assert found.url == PICTURE


def test_lists_without_end_are_cut() -> None:
    """A hundred thousand addressees, tags and attachments are read in bounded time, and cut."""
    started = time.thread_time()
    read = read_note(
        note(
            to=[f"https://far.example/{number}" for number in range(100_000)],
            tag=[MENTION] * 100_000,
            attachment=[DOCUMENT] * 100_000,
        )
    )
    assert time.thread_time() - started < 5
    assert len(read.to) == MOST_ADDRESSEES
    assert len(read.mentions) == 500
    assert len(read.attachments) == MOST_ATTACHMENTS


def test_reply_may_embed_its_parent() -> None:
    """What is answered may come as an identity or as an object."""
    parent = "https://far.example/notes/0"
    for reference in (parent, {"id": parent, "type": "Note"}, [parent]):
        assert read_note(note(inReplyTo=reference)).in_reply_to == parent
    assert read_note(note(inReplyTo=None)).in_reply_to is None


def test_conversation_may_be_called_context() -> None:
    """Where there is no `conversation`, the `context` of the post is its thread."""
    assert read_note(note(context=f"{NOTE}/context")).conversation == f"{NOTE}/context"
    both = note(conversation="tag:far.example,2026:1", context=f"{NOTE}/context")
    assert read_note(both).conversation == "tag:far.example,2026:1"


# --- anything ------------------------------------------------------------------------------------

NAMES = (*note(), *actor(), "tag", "attachment", "icon", "image", "publicKey", "inReplyTo")


@given(
    st.dictionaries(st.sampled_from(sorted(set(NAMES))), json_values, max_size=4),
    st.sampled_from([actor(), note(), follow(object=note())]),
)
def test_no_document_breaks_a_reader(changes: Document, document: Document) -> None:
    """Whatever stands in a document, it is read or refused, and nothing else happens."""
    changed = {**document, **changes}
    for read in (read_activity, read_actor, read_note):
        try:
            value = read(changed)
        except RefusedDocument as refused:
            assert str(refused)  # noqa: PT017 - either is fine
        else:
            assert value.uri is None or isinstance(value.uri, str)
    assert key_owner(changed, "x") is None or "id" in changed


@given(json_values)
def test_no_key_breaks_the_reader(value: Any) -> None:
    """Whatever an actor lists for keys, those that it has are read, or none."""
    listed = {"publicKey": value, "assertionMethod": [value, {"id": f"{ROBIN}#k", "owner": ROBIN}]}
    assert read_keys(listed, ROBIN) == ()
