"""This is where an actor is described: anyone with an inbox, here or elsewhere."""

from dataclasses import dataclass
from enum import StrEnum

from fedlearn.domain.audience import Viewer
from fedlearn.domain.emojis import Emoji
from fedlearn.domain.habits import Habits
from fedlearn.domain.ids import ActorId, Millis, Uri, UserId
from fedlearn.domain.policies import Measure, Policy


class ActorKind(StrEnum):
    """The ActivityStreams actor types."""

    PERSON = "Person"
    SERVICE = "Service"
    APPLICATION = "Application"
    GROUP = "Group"
    ORGANIZATION = "Organization"


@dataclass(frozen=True, slots=True)
class ProfileField:
    """One line of a profile: a name and sanitised HTML.

    It is verified when the page that it leads to leads back to the profile.
    """

    name: str
    value: str
    verified_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What an actor says of itself. HTML in it is sanitised already."""

    kind: ActorKind
    username: str
    domain: str | None  # in the handle; None for local actors
    uri: Uri
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
    fields: tuple[ProfileField, ...]
    also_known_as: tuple[str, ...]
    moved_to: Uri | None
    is_locked: bool
    is_discoverable: bool
    is_indexable: bool
    published: Millis
    emojis: tuple[Emoji, ...] = ()
    hides_follows: bool = False  # who follows whom is not listed; how many, is
    avatar_description: str = ""  # what the pictures show, for who does not see them
    header_description: str = ""
    shows_media: bool = True  # on a tab of the profile, those of answers to others too or not
    shows_media_replies: bool = True
    shows_featured: bool = True  # hashtags, and whom it recommends
    attribution_domains: tuple[str, ...] = ()  # websites that may name it as an author

    def may_be_named_by(self, host: str) -> bool:
        """Whether a website may name it as an author: it has said so of it, or of what is above."""
        labels = host.split(".")
        above = {".".join(labels[number:]) for number in range(len(labels))}
        return not above.isdisjoint(self.attribution_domains)


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor as we know it."""

    id: ActorId
    profile: Profile
    fetched_at: Millis
    gone_at: Millis | None  # deleted, here or by its server
    suspended_at: Millis | None
    policy: Policy | None = None  # what comes of all that was said of it and of its domain
    measure: Measure | None = None  # what moderators have said of it alone
    is_sensitized: bool = False  # they have all its pictures folded

    @property
    def uri(self) -> Uri:
        """Its identity on the wire."""
        return self.profile.uri

    @property
    def is_local(self) -> bool:
        """Whether it lives on this instance."""
        return self.profile.domain is None

    @property
    def is_active(self) -> bool:
        """Whether it still takes part."""
        is_out = self.gone_at is not None or self.suspended_at is not None
        return not is_out and self.policy is not Policy.BLOCK

    @property
    def is_silenced(self) -> bool:
        """Whether only those who asked for it hear of what it does."""
        return self.policy is Policy.SILENCE

    @property
    def delivery_inbox(self) -> Uri:
        """Where posts for many go: the shared inbox when there is one."""
        return self.profile.shared_inbox or self.profile.inbox

    @property
    def acct(self) -> str:
        """`name` for local actors, `name@domain` for others (Mastodon's `acct`)."""
        domain = self.profile.domain
        return f"{self.profile.username}@{domain}" if domain else self.profile.username

    @property
    def display_name(self) -> str:
        """What to call it in text."""
        return self.profile.name or self.profile.username

    @property
    def viewer(self) -> Viewer:
        """The eyes of this actor, for queries."""
        return Viewer(self.id, self.is_local)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that an actor signs with. `uri` is its keyId; `pem` is SPKI."""

    uri: Uri
    owner: Uri
    pem: str


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key of a local actor as it is stored: the private half is sealed."""

    id: int
    public: PublicKey
    sealed: bytes


class Role(StrEnum):
    """What a user may do for the instance."""

    OWNER = "owner"
    ADMIN = "admin"
    MODERATOR = "moderator"
    USER = "user"


@dataclass(frozen=True, slots=True)
class User:
    """A local login, owning an actor."""

    id: UserId
    actor: Actor
    email: str
    role: Role
    created_at: Millis
    approved_at: Millis | None
    confirmed_at: Millis | None  # when it was proven that the address is theirs, or was vouched for
    posting_language: str | None = None  # of what they write, unless they say otherwise
    time_zone: str = "UTC"  # of the clock by which they post later
    habits: Habits = Habits()  # how they post, unless they say otherwise
    locale: str | None = None  # the language of pages and letters to them; None: their browser's
    disabled_at: Millis | None = None  # since when moderators keep them out of their account

    @property
    def is_let_in(self) -> bool:
        """Whether they may do something here, by whatever door they come."""
        return self.approved_at is not None and self.disabled_at is None and self.actor.is_active

    @property
    def is_newcomer(self) -> bool:
        """Whether they have made an account and only wait to be let in."""
        waits = self.approved_at is None or self.confirmed_at is None
        is_out = self.disabled_at is not None or self.actor.gone_at is not None
        return waits and not is_out and self.actor.measure is not Measure.SUSPEND


class LinkPurpose(StrEnum):
    """What a link in a mail is for."""

    PASSWORD = "password"  # noqa: S105 - the word, not a secret
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody is signed in. The hash names it; it opens nothing."""

    token_hash: str
    user_agent: str
    created_at: Millis
    seen_at: Millis


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The secret of somebody's codes, sealed; it counts from when it was confirmed."""

    sealed: bytes
    confirmed_at: Millis | None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key in somebody's phone, computer or stick that signs them in (WebAuthn)."""

    credential_id: str
    user_id: UserId
    public_key: bytes
    sign_count: int
    made_in: str  # the browser in which it was made, in plain words
    created_at: Millis
    used_at: Millis | None
