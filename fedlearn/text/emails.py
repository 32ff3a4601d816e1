"""This is where e-mail addresses are known as such, and brought into the form to compare them in.

With many providers dots, and whatever stands behind a plus sign, lead to the same person.
"""

import hashlib
import re

LONGEST_EMAIL = 254
# With comments, quotes or brackets (RFC 5322) one address would have any number of spellings.
PLAIN = r"""[^@\s\x00-\x1f\x7f()<>\[\]:;,\\"]+"""
EMAIL = re.compile(rf"{PLAIN}@{PLAIN}(?<!\.)")


def canonical_email(email: str) -> str:
    """What all spellings of an address have in common, as Mastodon makes it."""
    name, _, domain = email.strip().lower().partition("@")
    return f"{name.partition('+')[0].replace('.', '')}@{_as_asked(domain)}"


def domain_of(email: str) -> str:
    """The domain of an address, as name servers are asked for it."""
    return _as_asked(email.strip().rpartition("@")[2])


def canonical_hash(email: str) -> str:
    """The same as a hash, from which nobody reads the address."""
    return hashlib.sha256(canonical_email(email).encode()).hexdigest()


def is_email(text: str) -> bool:
    """Whether mail could be sent there, as far as one can see."""
    return EMAIL.fullmatch(text) is not None and len(text) <= LONGEST_EMAIL


def _as_asked(domain: str) -> str:
    """A domain in whatever script it was typed; as it is where it cannot be asked for."""
    name = domain.lower().removesuffix(".")
    try:
        return name.encode("idna").decode().lower()
    except UnicodeError:
        return name
