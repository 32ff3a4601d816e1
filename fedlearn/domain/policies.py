"""This is where it is described what operators can say of a domain."""

import re
from collections.abc import Iterable
from enum import StrEnum

from fedlearn.errors import Invalid

DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Policy(StrEnum):
    """What an operator has said of a domain, its subdomains included."""

    BLOCK = "block"  # neither take from it nor send to it
    SILENCE = "silence"  # show what comes from there only to those who asked for it
    ALLOW = "allow"  # talk with it in allow-list mode


def strictest(said: Iterable[Policy]) -> Policy | None:
    """What an actor has to live with when this was said of its domains; None is nothing."""
    policies = set(said)
    return next((one for one in (Policy.BLOCK, Policy.SILENCE) if one in policies), None)


def read_domain(text: str) -> str:
    """A domain as it is stored; `Invalid` when it is none."""
    domain = text.strip().lower().removeprefix("https://").rstrip("/")
    if not DOMAIN.fullmatch(domain):
        raise Invalid(f"{domain!r} is not a domain such as social.example.org")
    return domain
