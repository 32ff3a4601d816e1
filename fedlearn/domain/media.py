"""This is where it is told what a file is by its first bytes, and where uploads lie."""

import re
from dataclasses import dataclass
from enum import StrEnum

HEAD_BYTES = 64  # enough to tell

ENDING = ".webp"
SMALL = "-small"

# What browsers show, and cannot be made to run anything. SVG can, so it is not here.
BEGINNINGS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(beginning, re.DOTALL), media_type)
    for beginning, media_type in (
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF.{4}WEBP", "image/webp"),
        (rb".{4}ftypavi[fs]", "image/avif"),
        (rb".{4}ftypM4[AB] ", "audio/mp4"),
        (rb".{4}ftyp(isom|iso[2-9]|mp4[12]|avc1|M4V |dash|MSNV|f4v )", "video/mp4"),
        (rb".{4}ftypqt  ", "video/quicktime"),
        (rb"\x1a\x45\xdf\xa3.{1,40}webm", "video/webm"),
        (rb"OggS.{24,36}(vorbis|OpusHead|Speex|\x7fFLAC)", "audio/ogg"),
        (rb"OggS.{24,36}theora", "video/ogg"),
        (rb"ID3[\x02-\x04]|\xff[\xf2\xf3\xfa\xfb]", "audio/mpeg"),
        (rb"fLaC", "audio/flac"),
        (rb"RIFF.{4}WAVE", "audio/wav"),
    )
)


@dataclass(frozen=True, slots=True)
class CachedMedia:
    """A file of another server that is kept here. `path` is where, below the folder of the cache.

    `media_type` is what its bytes say.
    """

    url: str
    path: str
    media_type: str
    size: int
    used_at: int


class ProfilePicture(StrEnum):
    """The pictures that a profile has."""

    AVATAR = "avatar"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of an uploaded picture as it is kept."""

    media_type: str
    width: int
    height: int
    blurhash: str


@dataclass(frozen=True, slots=True)
class MediaAttachment:
    """A picture that somebody has uploaded. Nobody guesses its token, which names its files."""

    id: int
    token: str
    picture: Picture

    @property
    def path(self) -> str:
        """Where the picture lies, below the folder of uploads."""
        return f"{self.token[:2]}/{self.token}{ENDING}"

    @property
    def small_path(self) -> str:
        """Where its small version lies."""
        return f"{self.token[:2]}/{self.token}{SMALL}{ENDING}"


def media_type_of(head: bytes) -> str | None:
    """The type of the picture, sound or film that begins so; None for anything else."""
    return next((kind for beginning, kind in BEGINNINGS if beginning.match(head)), None)
