"""This is where it is described what operators can say of a domain."""

import re
from collections.abc import Iterable
from enum import StrEnum

from fedlearn.errors import Invalid

DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
HOST = re.compile(rf"{DOMAIN.pattern}(:[0-9]{{1,5}})?")


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
    return _read(text, DOMAIN)


def read_host(text: str) -> str:
    """A domain that may have a port, as it is stored; `Invalid` when it is none."""
    return _read(text, HOST)


def _read(text: str, pattern: re.Pattern[str]) -> str:
    name = text.strip().lower().removeprefix("https://").rstrip("/")
    if not pattern.fullmatch(name):
        raise Invalid(f"{name!r} is not a domain such as social.example.org")
    return name
