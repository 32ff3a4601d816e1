"""This is where a domain is read as somebody typed it."""

import re

from fedlearn.errors import Invalid
from fedlearn.text.languages import _

DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
HOST = re.compile(rf"{DOMAIN.pattern}(:[0-9]{{1,5}})?")


def read_domain(text: str) -> str:
    """A domain as it is stored; `Invalid`, with a message for the field `domain`, for none."""
    return _read(text, DOMAIN)


def read_host(text: str) -> str:
    """The same of a domain that may have a port."""
    return _read(text, HOST)


def _read(text: str, pattern: re.Pattern[str]) -> str:
    name = text.strip().lower().removeprefix("https://").rstrip("/")
    if not pattern.fullmatch(name):
        message = _('"%(name)s" is not a domain such as social.example.org.', name=name)
        raise Invalid(message, {"domain": message})
    return name
