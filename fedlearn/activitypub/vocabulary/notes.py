"""This is where a received document becomes a post: a Note, or what else can be shown as one."""

from dataclasses import dataclass
from itertools import islice

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.vocabulary.activities import MOST_ADDRESSEES, Activity
from fedlearn.activitypub.vocabulary.attachments import read_attachments, read_preview
from fedlearn.activitypub.vocabulary.emojis import read_emojis
from fedlearn.activitypub.vocabulary.events import Happening, read_happening
from fedlearn.activitypub.vocabulary.polls import read_poll
from fedlearn.activitypub.vocabulary.quotes import QuoteClaim, read_quote, read_quote_approval
from fedlearn.domain.emojis import Emoji
from fedlearn.domain.ids import Millis, Uri
from fedlearn.domain.polls import Poll
from fedlearn.domain.statuses import Attachment, Preview
from fedlearn.errors import RefusedDocument

# Longer values are cut, not refused.
LONGEST_NAME = 2048
LONGEST_HASHTAG = 256
LONGEST_SUMMARY = 20_480
LONGEST_CONTENT = 100_000
MOST_TAGS = 500

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
    media_type: str
    summary: str
    language: str | None
    is_sensitive: bool
    in_reply_to: Uri | None
    conversation: str | None
    context: Uri | None
    replies: Uri | None
    published: Millis | None
    updated: Millis | None
    mentions: tuple[Tagged, ...]
    hashtags: tuple[str, ...]
    emojis: tuple[Emoji, ...]
    attachments: tuple[Attachment, ...]
    preview: Preview | None
    poll: Poll | None
    quote: QuoteClaim | None
    quote_approval: tuple[Uri, ...]
    happening: Happening | None
    told_favourites: int | None
    told_boosts: int | None

    @property
    def is_vote(self) -> bool:
        """Whether this is no post, but the choice of an answer in a poll."""
        return bool(self.name and self.in_reply_to and not self.content) and self.kind == "Note"


def read_note(document: Document, activity: Activity | None = None) -> NoteDocument:
    """A post; `RefusedDocument` when it has no identity or author, or is of an unknown type.

    An object without addresses has those of the activity that it came in.
    """
    uri, kind, authors = values.uri(document), values.kind(document), _authors(document)
    if kind not in STATUS_KINDS:
        raise RefusedDocument(f"an object of type {kind!r} is not a post")
    if not uri or not authors:
        raise RefusedDocument("the post lacks an id or an author")
    content, language = values.natural_text(document, "content", LONGEST_CONTENT)
    page = values.web_url(document.get("url"), "text/html") or values.web_url(document.get("url"))
    to, cc = addresses(document, activity)
    tags = list(islice(values.objects(document.get("tag")), MOST_TAGS))
    context = values.uri(document.get("context"))
    return NoteDocument(
        uri=uri,
        kind=kind,
        attributed_to=authors,
        to=to,
        cc=cc,
        url=page or uri,
        name=values.natural_text(document, "name", LONGEST_NAME)[0],
        content=content,
        media_type=values.text(document.get("mediaType"), 100) or "text/html",
        summary=_summary(document),
        language=language,
        is_sensitive=values.flag(document.get("sensitive")),
        in_reply_to=values.uri(document.get("inReplyTo")),
        conversation=values.uri(document.get("conversation")) or context,
        context=context,
        replies=values.uri(document.get("replies") or document.get("comments")),
        published=values.moment(document.get("published")),
        updated=values.moment(document.get("updated")),
        mentions=tuple(_mentions(tags)),
        hashtags=tuple(_hashtags(tags)),
        emojis=read_emojis(tags),
        attachments=read_attachments(document),
        preview=read_preview(document, page or uri),
        poll=read_poll(document),
        quote=read_quote(document, tags),
        quote_approval=read_quote_approval(document),
        happening=read_happening(document),
        told_favourites=_total(document, "likes"),
        told_boosts=_total(document, "shares"),
    )


def _summary(document: Document) -> str:
    """What a post says of itself; an Article may have a Note as its preview instead (FEP-b2b8)."""
    summary = values.natural_text(document, "summary", LONGEST_SUMMARY)[0]
    previews = (
        one for one in values.objects(document.get("preview")) if values.kind(one) == "Note"
    )
    preview = next(previews, None)
    if summary or preview is None or values.kind(document) in {"Note", "Question"}:
        return summary
    return values.natural_text(preview, "content", LONGEST_SUMMARY)[0]


def _authors(document: Document) -> tuple[Uri, ...]:
    """By whom it is: people before the groups that they write in (PeerTube, Mobilizon)."""
    listed = list(values.items(document.get("attributedTo")))
    people = [one for one in listed if isinstance(one, dict) and values.kind(one) == "Person"]
    named = values.uris([*people, *listed, document.get("actor")], MOST_ADDRESSEES)
    return tuple(dict.fromkeys(named))


def addresses(
    document: Document, activity: Activity | None
) -> tuple[tuple[Uri, ...], tuple[Uri, ...]]:
    """To whom an object goes, `to` and `cc`: without addresses, as the activity around it does."""
    to = values.uris(document.get("to"), MOST_ADDRESSEES)
    cc = values.uris(document.get("cc"), MOST_ADDRESSEES)
    return (activity.to, activity.cc) if activity and not to and not cc else (to, cc)


def _mentions(tags: list[Document]) -> list[Tagged]:
    return [
        Tagged(values.uri(tag.get("href")) or "", values.text(tag.get("name"), LONGEST_NAME))
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


def _total(document: Document, name: str) -> int | None:
    """How many items a collection says that it has, where it is embedded."""
    collection = document.get(name)
    total = collection.get("totalItems") if isinstance(collection, dict) else None
    number = values.number(total)
    return max(number, 0) if number is not None else None
