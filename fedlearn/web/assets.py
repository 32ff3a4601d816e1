"""This is where our own files come from: one stylesheet, small modules, the icon or the logo.

They are read once, and packed once. Pages name them by an address with their version in it, which
browsers and what lies between may keep for good; without the version they are asked for anew.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath

from fedlearn.web.looks import LOGOS, accent_style, read_logo

STYLESHEET = "fedlearn.css"
ICON = "icon.svg"
COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; `packed` is the same by gzip."""

    media_type: str
    body: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class Assets:
    """All of our own files by name. The version changes when any of them does."""

    version: str
    files: Mapping[str, Asset]
    logo: str = ICON

    def address(self, name: str) -> str:
        """Where a page finds a file; `KeyError` for a file that does not exist."""
        return f"/static/{self.version}/{name}" if self.files[name] else ""


@lru_cache(maxsize=4)
def assets(accent: str = "", logo: Path | None = None) -> Assets:
    """Our own files, with the operator's colour and logo; `StartError` where these are none."""
    package, own = resources.files("fedlearn.web"), read_logo(logo)
    bodies = {one.name: one.read_bytes() for one in _inside(package / "static")} | own
    bodies[STYLESHEET] = (stylesheet() + accent_style(accent)).encode()
    version = hashlib.sha256(repr(sorted(bodies.items())).encode()).hexdigest()[:12]
    files = {name: _asset(name, body) for name, body in bodies.items()}
    return Assets(version, files, next(iter(own), ICON))


def stylesheet() -> str:
    """The one stylesheet, joined from its parts in the order of their names."""
    parts = _inside(resources.files("fedlearn.web") / "styles")
    return "".join(COMMENT.sub("", part.read_text(encoding="utf-8")) for part in parts)


def _inside(directory: Traversable) -> list[Traversable]:
    return sorted(directory.iterdir(), key=lambda one: one.name)


def _asset(name: str, body: bytes) -> Asset:
    # Not every system has heard of all pictures that may be a logo.
    media_type = LOGOS.get(PurePath(name).suffix) or mimetypes.guess_type(name)[0]
    return Asset(media_type or "text/plain", body, gzip.compress(body, mtime=0))
