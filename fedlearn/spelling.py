"""This is where it is read what operators write for a setting; `ValueError` if it cannot be.

A value comes as text from the environment, and as text, number, switch or list from a file.
"""

import ipaddress
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def text(raw: Any) -> str:
    """A text without blanks around it."""
    if not isinstance(raw, str):
        raise TypeError(f"{raw!r} is not text")
    return raw.strip()


def number(raw: Any) -> int:
    """A whole number above 0."""
    if not re.fullmatch(r"[1-9][0-9]{0,15}", str(raw)) or isinstance(raw, bool):
        raise ValueError(f"{raw!r} is not a whole number above 0")
    return int(str(raw))


def seconds(raw: Any) -> float:
    """A time below an hour, in seconds."""
    is_number = re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(raw)) and not isinstance(raw, bool)
    if not is_number or not 0 < float(raw) < 3600:
        raise ValueError(f"{raw!r} is not a number of seconds between 0 and 3600")
    return float(raw)


def switch(raw: Any) -> bool:
    """On or off, in one of several words."""
    words = {"on": True, "true": True, "yes": True, "1": True}
    words |= {"off": False, "false": False, "no": False, "0": False}
    word = str(raw).strip().lower()
    if word not in words:
        raise ValueError(f"{raw!r} is neither on nor off")
    return words[word]


def path(raw: Any) -> Path:
    """Where a file or folder is."""
    if not text(raw):
        raise ValueError("it is empty")
    return Path(text(raw))


def networks(raw: Any) -> tuple[Network, ...]:
    """Networks, as a list or with commas between them."""
    if not isinstance(raw, str | list):
        raise TypeError(f"{raw!r} is not a list of networks such as 10.0.0.0/8")
    parts = raw.split(",") if isinstance(raw, str) else [str(part) for part in raw]
    return tuple(ipaddress.ip_network(part.strip()) for part in parts if part.strip())


def one_of(kind: type[StrEnum]) -> Callable[[Any], StrEnum]:
    """What reads one of these words."""

    def parse(raw: Any) -> StrEnum:
        try:
            return kind(str(raw).strip().lower())
        except ValueError:
            raise ValueError(f"{raw!r} is not one of {', '.join(kind)}") from None

    return parse
