"""This is where it is described what operators can say of a domain, and of one actor."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from fedlearn.domain.ids import Millis


class Policy(StrEnum):
    """What an operator has said of a domain, its subdomains included."""

    BLOCK = "block"  # neither take from it nor send to it
    SILENCE = "silence"  # show what comes from there only to those who asked for it
    ALLOW = "allow"  # talk with it in allow-list mode


class Measure(StrEnum):
    """What moderators have said of one actor."""

    SILENCE = "silence"  # only those who asked for it hear of them; Mastodon says "limited"
    SUSPEND = "suspend"  # they take part no more


@dataclass(frozen=True, slots=True)
class DomainPolicy:
    """A domain of which something was said, and why: to everybody, and among stewards."""

    domain: str
    policy: Policy
    public_comment: str = ""
    private_comment: str = ""
    obfuscate: bool = False  # where it is listed in public, its name is not spelt out
    # When it was first said, and what apps call it; 0 until it is kept.
    created_at: Millis = field(default=Millis(0), compare=False)
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class EmailDomain:
    """A domain, with all below it, of whose addresses nobody signs up with one."""

    id: int
    domain: str
    created_at: Millis


@dataclass(frozen=True, slots=True)
class CanonicalEmail:
    """An address with which nobody signs up, by the hash of what its spellings have in common."""

    id: int
    email_hash: str


def strictest(said: Iterable[Policy]) -> Policy | None:
    """What an actor has to live with when this was said of its domains; None is nothing."""
    policies = set(said)
    return next((one for one in (Policy.BLOCK, Policy.SILENCE) if one in policies), None)
