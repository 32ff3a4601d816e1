"""This is where a status is described: what is stored of it, and what a reader gets to see."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from msgspec import Struct

from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope, narrower
from fedlearn.domain.emojis import Emoji
from fedlearn.domain.filters import FilterResult
from fedlearn.domain.ids import ActorId, Millis, StatusId, Uri
from fedlearn.domain.media import Focus, MediaKind, Run, kind_of
from fedlearn.domain.polls import Poll
from fedlearn.domain.quotes import QuotePolicy, QuoteState


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, sound or film that belongs to a status; `url` is where its owner serves it.

    `media_id` is that of the upload, and `run` how it runs, for what was uploaded here. `cover` is
    the picture that stands for a film or sound of another server; ours is `small_address`.
    """

    media_type: str
    url: str
    description: str = ""
    blurhash: str | None = None
    width: int | None = None
    height: int | None = None
    focus: Focus | None = None
    media_id: int | None = None
    run: Run | None = None
    cover: str | None = None

    @property
    def kind(self) -> MediaKind:
        """What it is to whoever looks at it."""
        return kind_of(self.media_type, self.run)


@dataclass(frozen=True, slots=True)
class Preview:
    """Where a post leads, as its author's server describes it, or else the page itself.

    `site` is what the page says that it belongs to, `creator_id` who it says has written it.
    """

    url: str
    title: str
    description: str = ""
    image: str | None = None
    image_description: str = ""
    site: str = ""
    creator_id: ActorId | None = None

    def is_by(self, creator: Actor) -> bool:
        """Whether somebody whom the page names is there, and lets its website do so."""
        host = urlsplit(self.url).hostname or ""
        return creator.is_active and creator.profile.may_be_named_by(host)


@dataclass(frozen=True, slots=True)
class Status:
    """A post as it is stored. `content` is sanitised HTML; `source` is what a local author typed.

    A boost is a status of its own that has `boost_of_id` and no content. `replies` and `context`
    are where the author's server lists the answers and the whole conversation, `told_…` how many
    likes and boosts it counts; all None for our own.
    """

    id: StatusId
    uri: Uri
    url: str
    actor_id: ActorId
    reach: Reach
    scope: Scope
    content: str
    source: str | None
    content_warning: str
    is_sensitive: bool
    language: str | None
    in_reply_to_uri: Uri | None
    in_reply_to_id: StatusId | None
    boost_of_id: StatusId | None
    conversation: Uri
    published: Millis
    edited_at: Millis | None
    quote_policy: QuotePolicy = QuotePolicy.PUBLIC
    emojis: tuple[Emoji, ...] = ()
    replies: Uri | None = None
    context: Uri | None = None
    told_favourites: int | None = None
    told_boosts: int | None = None


def boost_of(
    boosted: Status, *, status_id: StatusId, uri: Uri, actor_id: ActorId, reach: Reach, at: Millis
) -> Status:
    """The status that a boost is: no words of its own, and never wider than what it boosts."""
    return Status(
        id=status_id,
        uri=uri,
        url=boosted.url,
        actor_id=actor_id,
        reach=narrower(reach, boosted.reach),
        scope=boosted.scope,
        content="",
        source=None,
        content_warning="",
        is_sensitive=False,
        language=None,
        in_reply_to_uri=None,
        in_reply_to_id=None,
        boost_of_id=boosted.id,
        conversation=boosted.conversation,
        published=at,
        edited_at=None,
    )


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named in a status."""

    actor_id: ActorId
    uri: Uri
    url: str
    acct: str


@dataclass(frozen=True, slots=True)
class ReactionView:
    """An emoji with which people answered a post, and how many did."""

    name: str
    emoji_url: str | None
    count: int


@dataclass(frozen=True, slots=True)
class QuoteView:
    """What a status quotes. `view` is there when its author agreed and the reader may see it."""

    state: QuoteState
    quoted_uri: Uri
    authorization_uri: Uri | None
    view: "StatusView | None"


class StatusView(Struct, frozen=True):
    """A status with all that a reader is shown; pages, API and ActivityPub are made from it.

    Counts hold only what the viewer may see, or for posts of others what their server tells of all.
    `in_reply_to` is what it answers, where the viewer wants to be shown that: its author and its
    own words, not who liked it or what it answers in turn.
    `creator` is whom the page in `preview` names, `credited` if they say so as well.
    `favourited`, `boosted`, `pinned`, `bookmarked` and `muted` (its thread) are the viewer's own;
    `filtered` are the viewer's filters that speak of it, where that was asked.
    """

    status: Status
    author: Actor
    mentions: tuple[Mention, ...] = ()
    hashtags: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    preview: Preview | None = None
    creator: Actor | None = None
    poll: Poll | None = None
    quote: QuoteView | None = None
    reactions: tuple[ReactionView, ...] = ()
    in_reply_to_author: Actor | None = None
    in_reply_to: "StatusView | None" = None
    boost_of: "StatusView | None" = None
    replies: int = 0
    boosts: int = 0
    favourites: int = 0
    quotes: int = 0
    favourited: bool = False
    boosted: bool = False
    pinned: bool = False
    bookmarked: bool = False
    muted: bool = False
    filtered: tuple[FilterResult, ...] = ()

    @property
    def id(self) -> StatusId:
        """Id of the status."""
        return self.status.id

    @property
    def credited(self) -> Actor | None:
        """Who has written the page to which it leads."""
        if self.preview is None or self.creator is None or not self.preview.is_by(self.creator):
            return None
        return self.creator

    @property
    def is_sensitive(self) -> bool:
        """Whether its pictures are folded: its author says so, or moderators of all of theirs."""
        return self.status.is_sensitive or self.author.is_sensitized


@dataclass(frozen=True, slots=True)
class Edit:
    """What a status said before it was changed."""

    content: str
    content_warning: str
    created_at: Millis
    is_sensitive: bool = False
    attachments: tuple[Attachment, ...] = ()
