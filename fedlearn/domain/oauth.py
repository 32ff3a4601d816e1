"""This is where it is said what an app is, and what it may be allowed: the tree of OAuth scopes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NewType

from fedlearn.domain.ids import Millis, UserId

ApplicationId = NewType("ApplicationId", int)
TokenId = NewType("TokenId", int)

Scopes = frozenset[str]

# What each branch of the tree has below it (https://docs.joinmastodon.org/api/oauth-scopes/).
BRANCHES: Mapping[str, tuple[str, ...]] = {
    "read": (
        "accounts",
        "blocks",
        "bookmarks",
        "collections",
        "favourites",
        "filters",
        "follows",
        "lists",
        "mutes",
        "notifications",
        "search",
        "statuses",
    ),
    "write": (
        "accounts",
        "blocks",
        "bookmarks",
        "collections",
        "conversations",
        "favourites",
        "filters",
        "follows",
        "lists",
        "media",
        "mutes",
        "notifications",
        "reports",
        "statuses",
    ),
    "admin:read": (
        "accounts",
        "reports",
        "domain_allows",
        "domain_blocks",
        "ip_blocks",
        "email_domain_blocks",
        "canonical_email_blocks",
    ),
    "admin:write": (
        "accounts",
        "reports",
        "domain_allows",
        "domain_blocks",
        "ip_blocks",
        "email_domain_blocks",
        "canonical_email_blocks",
    ),
}
# Older apps ask for one word where newer ones ask for six.
FOLLOW: Scopes = frozenset(
    f"{verb}:{noun}" for verb in ("read", "write") for noun in ("blocks", "follows", "mutes")
)
LEAVES: Scopes = frozenset(
    f"{branch}:{leaf}" for branch, below in BRANCHES.items() for leaf in below
)
KNOWN: Scopes = LEAVES | BRANCHES.keys() | {"follow", "push", "profile"}
DEFAULT: Scopes = frozenset({"read"})


def read_scopes(text: str) -> Scopes:
    """The scopes in a text, which blanks, commas or plus signs part; unknown ones stay in it."""
    return frozenset(text.replace("+", " ").replace(",", " ").split())


def write_scopes(scopes: Iterable[str]) -> str:
    """Scopes as text, always in the same order."""
    return " ".join(sorted(scopes))


def grants(granted: Scopes, wanted: str) -> bool:
    """Whether these scopes include one: a branch grants what is below it."""
    branch = wanted.rpartition(":")[0]
    return wanted in granted or branch in granted or ("follow" in granted and wanted in FOLLOW)


@dataclass(frozen=True, slots=True)
class Application:
    """A program that asks for access in the name of people.

    `redirect_uris` are compared letter by letter (RFC 6749, section 3.1.2.3).
    """

    id: ApplicationId
    client_id: str
    secret_hash: str
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: Scopes
    created_at: Millis


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What an app has been allowed. Without a user it speaks for the app alone."""

    id: TokenId
    application: Application
    user_id: UserId | None
    scopes: Scopes
    created_at: Millis


@dataclass(frozen=True, slots=True)
class Authorization:
    """What somebody has agreed to, until the app comes for it with the code (one time)."""

    application_id: ApplicationId
    user_id: UserId
    redirect_uri: str
    scopes: Scopes
    code_challenge: str | None  # S256 (RFC 7636)
    expires_at: Millis
