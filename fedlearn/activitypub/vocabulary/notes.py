"""This is where a received document becomes a post: a Note, or what else can be shown as one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.vocabulary.activities import MOST_ADDRESSEES, Activity
from fedlearn.domain.ids import Millis, Uri
from fedlearn.domain.statuses import Attachment
from fedlearn.errors import RefusedDocument

# Longer values are cut, not refused.
LONGEST_NAME = 2048
LONGEST_HASHTAG = 256
LONGEST_SUMMARY = 20_480
LONGEST_CONTENT = 100_000
MOST_TAGS = 500
MOST_ATTACHMENTS = 16
LONGEST_DESCRIPTION = 10_000
BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,164}")

STATUS_KINDS = frozenset(
    {"Note", "Question", "Article", "Page", "Event", "Video", "Audio", "Image"}
)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A Mention in a document: whom it points to, and how it is written."""

    href: str
    name: str


@dataclass(frozen=True, slots=True)
class NoteDocument:
    """A post as its author's server describes it; texts are not sanitised."""

    uri: Uri
    kind: str
    attributed_to: tuple[Uri, ...]
    to: tuple[Uri, ...]
    cc: tuple[Uri, ...]
    url: str
    name: str
    content: str
    summary: str
    language: str | None
    is_sensitive: bool
    in_reply_to: Uri | None
    conversation: str | None
    published: Millis | None
    updated: Millis | None
    mentions: tuple[Tagged, ...]
    hashtags: tuple[str, ...]
    attachments: tuple[Attachment, ...]


def read_note(document: Document, activity: Activity | None = None) -> NoteDocument:
    """A post; `RefusedDocument` when it has no identity or author, or is of an unknown type.

    An object without addresses has those of the activity that it came in.
    """
    uri, kind = values.uri(document.get("id")), values.kind(document)
    authors = values.uris(document.get("attributedTo"), MOST_ADDRESSEES)
    if kind not in STATUS_KINDS:
        raise RefusedDocument(f"an object of type {kind!r} is not a post")
    if not uri or not authors:
        raise RefusedDocument("the post lacks an id or an author")
    content, language = values.natural_text(document, "content", LONGEST_CONTENT)
    page = values.web_url(document.get("url"), "text/html") or values.web_url(document.get("url"))
    to = values.uris(document.get("to"), MOST_ADDRESSEES)
    cc = values.uris(document.get("cc"), MOST_ADDRESSEES)
    if activity and not to and not cc:
        to, cc = activity.to, activity.cc
    tags = list(islice(values.objects(document.get("tag")), MOST_TAGS))
    return NoteDocument(
        uri=uri,
        kind=kind,
        attributed_to=authors,
        to=to,
        cc=cc,
        url=page or uri,
        name=values.natural_text(document, "name", LONGEST_NAME)[0],
        content=content,
        summary=values.natural_text(document, "summary", LONGEST_SUMMARY)[0],
        language=language,
        is_sensitive=values.flag(document.get("sensitive")),
        in_reply_to=values.uri(document.get("inReplyTo")),
        conversation=values.uri(document.get("conversation"))
        or values.uri(document.get("context")),
        published=values.moment(document.get("published")),
        updated=values.moment(document.get("updated")),
        mentions=tuple(_mentions(tags)),
        hashtags=tuple(_hashtags(tags)),
        attachments=tuple(islice(_attachments(document), MOST_ATTACHMENTS)),
    )


def _mentions(tags: list[Document]) -> list[Tagged]:
    return [
        Tagged(values.text(tag.get("href")), values.text(tag.get("name"), LONGEST_NAME))
        for tag in tags
        if values.kind(tag) == "Mention"
    ]


def _hashtags(tags: list[Document]) -> list[str]:
    names = [
        values.text(tag.get("name"), LONGEST_HASHTAG).removeprefix("#")
        for tag in tags
        if values.kind(tag) == "Hashtag"
    ]
    return [name for name in names if name]


def _attachments(document: Document) -> Iterator[Attachment]:
    """Media only: a Link with `href` is a preview, not a picture."""
    for one in values.objects(document.get("attachment")):
        url = values.web_url(one.get("url"))
        if not url or "href" in one:
            continue
        description = values.text(one.get("summary")) or values.text(one.get("name"))
        blurhash = values.text(one.get("blurhash"))
        yield Attachment(
            media_type=values.text(one.get("mediaType"), 100),
            url=url,
            description=description[:LONGEST_DESCRIPTION],
            blurhash=blurhash if BLURHASH.fullmatch(blurhash) else None,
            width=values.number(one.get("width")),
            height=values.number(one.get("height")),
        )
