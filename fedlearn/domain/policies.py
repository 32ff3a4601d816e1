"""This is where it is described what operators can say of a domain."""

from collections.abc import Iterable
from enum import StrEnum


class Policy(StrEnum):
    """What an operator has said of a domain, its subdomains included."""

    BLOCK = "block"  # neither take from it nor send to it
    SILENCE = "silence"  # show what comes from there only to those who asked for it
    ALLOW = "allow"  # talk with it in allow-list mode


def strictest(said: Iterable[Policy]) -> Policy | None:
    """What an actor has to live with when this was said of its domains; None is nothing."""
    policies = set(said)
    return next((one for one in (Policy.BLOCK, Policy.SILENCE) if one in policies), None)
