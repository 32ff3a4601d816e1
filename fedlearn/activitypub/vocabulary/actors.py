"""This is where a received document becomes an actor, with the keys that it owns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document, has_as_context
from fedlearn.activitypub.keys import read_public_pem
from fedlearn.activitypub.multikeys import read_multikey
from fedlearn.activitypub.uris import same_origin, without_fragment
from fedlearn.activitypub.vocabulary.emojis import read_emojis
from fedlearn.domain.actors import ActorKind, PublicKey
from fedlearn.domain.emojis import Emoji
from fedlearn.domain.ids import Millis, Uri
from fedlearn.errors import RefusedDocument

# What Mastodon keeps of each (its FEDERATION.md); longer values are cut, not refused.
LONGEST_NAME = 2048
LONGEST_SUMMARY = 20_480
LONGEST_FIELD = 2047
MOST_FIELDS = 50
MOST_ALIASES = 256
MOST_KEYS = 10
MOST_DOMAINS = 100
LONGEST_DESCRIPTION = 1500
DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?")

ACTOR_KINDS = frozenset(kind.value for kind in ActorKind)


@dataclass(frozen=True, slots=True)
class ActorDocument:
    """An actor as its server describes it; texts are not sanitised."""

    uri: Uri
    kind: ActorKind
    username: str
    webfinger: str | None
    url: str
    name: str
    summary: str
    inbox: Uri
    shared_inbox: Uri | None
    outbox: Uri | None
    followers: Uri | None
    following: Uri | None
    featured: Uri | None
    avatar: str | None
    header: str | None
    fields: tuple[tuple[str, str], ...]
    also_known_as: tuple[Uri, ...]
    moved_to: Uri | None
    is_locked: bool
    is_discoverable: bool
    is_indexable: bool
    published: Millis | None
    emojis: tuple[Emoji, ...]
    avatar_description: str
    header_description: str
    shows_media: bool
    shows_media_replies: bool
    shows_featured: bool
    attribution_domains: tuple[str, ...]
    keys: tuple[PublicKey, ...]


def read_actor(document: Document) -> ActorDocument:
    """An actor; `RefusedDocument` when it could not take part."""
    if not has_as_context(document):
        raise RefusedDocument("the actor does not speak ActivityStreams")
    uri, inbox = values.uri(document), values.uri(document.get("inbox"))
    username = values.text(document.get("preferredUsername"))
    if values.kind(document) not in ACTOR_KINDS:
        raise RefusedDocument(f"an actor of type {values.kind(document)!r} is not known")
    if not uri or not username or len(username) > LONGEST_NAME:
        raise RefusedDocument("the actor lacks an id or a name")
    if not inbox or not same_origin(inbox, uri):
        raise RefusedDocument("the actor has no inbox on its own server")

    def own(value: Any) -> Uri | None:
        """An address of the actor, if it lies on the actor's own server."""
        found = values.uri(value)
        return found if found and same_origin(found, uri) else None

    endpoints = next(values.objects(document.get("endpoints")), {})
    page = values.web_url(document.get("url"), "text/html") or values.web_url(document.get("url"))
    return ActorDocument(
        uri=uri,
        kind=ActorKind(values.kind(document)),
        username=username,
        webfinger=values.text(document.get("webfinger")) or None,
        url=page if page and same_origin(page, uri) else uri,
        name=values.natural_text(document, "name", LONGEST_NAME)[0],
        summary=values.natural_text(document, "summary", LONGEST_SUMMARY)[0],
        inbox=inbox,
        shared_inbox=own(endpoints.get("sharedInbox")),
        outbox=own(document.get("outbox")),
        followers=own(document.get("followers")),
        following=own(document.get("following")),
        featured=own(document.get("featured")),
        avatar=_picture(document.get("icon")),
        header=_picture(document.get("image")),
        fields=tuple(islice(_fields(document), MOST_FIELDS)),
        also_known_as=values.uris(document.get("alsoKnownAs"), MOST_ALIASES),
        moved_to=values.uri(document.get("movedTo")),
        is_locked=values.flag(document.get("manuallyApprovesFollowers")),
        is_discoverable=values.flag(document.get("discoverable")),
        is_indexable=values.flag(document.get("indexable")),
        published=values.moment(document.get("published")),
        emojis=read_emojis(values.objects(document.get("tag"))),
        avatar_description=_description(document.get("icon")),
        header_description=_description(document.get("image")),
        # Who says nothing of these has never been asked.
        shows_media=document.get("showMedia") is not False,
        shows_media_replies=document.get("showRepliesInMedia") is not False,
        shows_featured=document.get("showFeatured") is not False,
        attribution_domains=tuple(
            islice(_domains(document.get("attributionDomains")), MOST_DOMAINS)
        ),
        keys=read_keys(document, uri),
    )


def _picture(value: Any) -> str | None:
    for item in values.items(value):
        found = values.web_url(item.get("url") if isinstance(item, dict) else item)
        if found:
            return found
        if isinstance(item, dict) and (found := values.web_url(item)):
            return found
    return None


def _description(value: Any) -> str:
    """What a picture shows, by the words of its owner."""
    for one in values.objects(value):
        for name in ("summary", "name"):
            if found := values.text(one.get(name), LONGEST_DESCRIPTION):
                return found
    return ""


def _domains(value: Any) -> Iterator[str]:
    for one in values.items(value):
        name = values.text(one).strip().lower()
        if DOMAIN.fullmatch(name):
            yield name


def _fields(document: Document) -> Iterator[tuple[str, str]]:
    for one in values.objects(document.get("attachment")):
        name = values.text(one.get("name"), LONGEST_FIELD)
        if name and values.kind(one) in {"PropertyValue", "schema:PropertyValue"}:
            yield name, values.text(one.get("value"), LONGEST_FIELD)


def read_keys(document: Document, owner: Uri) -> tuple[PublicKey, ...]:
    """The keys that an actor document lists and owns; unreadable ones are passed over."""
    listed = [*values.objects(document.get("publicKey"))]
    listed += [*values.objects(document.get("assertionMethod"))]
    keys = []
    for one in listed[:MOST_KEYS]:
        key = _read_key(one, owner)
        if key is not None:
            keys.append(key)
    return tuple(keys)


def _read_key(document: Document, owner: Uri) -> PublicKey | None:
    uri = values.uri(document)
    claimed = values.uri(document.get("owner", document.get("controller")))
    if not uri or claimed != owner or not same_origin(uri, owner):
        return None
    try:
        pem = values.text(document.get("publicKeyPem"))
        if not pem:
            pem = read_multikey(values.text(document.get("publicKeyMultibase")))
        read_public_pem(pem)
    except ValueError:
        return None
    return PublicKey(uri, owner, pem)


def key_owner(document: Document, key_id: str) -> Uri | None:
    """Whose key a fetched document shows: of the key itself, of an actor, or of a stub of one."""
    if "inbox" in document:
        return values.uri(document)
    key = next(values.objects(document.get("publicKey")), document)
    owner = values.uri(key.get("owner", key.get("controller")))
    is_the_key = values.uri(key.get("id")) in {key_id, without_fragment(key_id)}
    return owner if is_the_key else None
