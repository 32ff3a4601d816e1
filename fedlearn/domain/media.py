"""This is where it is told what a file is by its first bytes, and where uploads lie."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

HEAD_BYTES = 64  # enough to tell

ENDING = ".webp"
SMALL = "-small"
ORIGINAL = "-original"
PICTURE, VIDEO, AUDIO = "image/webp", "video/mp4", "audio/mpeg"
# What uploads are kept as, and how their files end.
ENDINGS = {PICTURE: ENDING, VIDEO: ".mp4", AUDIO: ".mp3"}
WITH_PICTURE = re.compile(r"\.(webp|mp4)(?=$|\?)")
SOUND = re.compile(r"\.mp3(?=$|\?)")


def small_address(url: str, blurhash: str | None = None) -> str:
    """Where the small picture of an upload of ours is; "" for a sound that was given none.

    One that was given a picture has the blurhash of it.
    """
    ending = SOUND if blurhash and SOUND.search(url) else WITH_PICTURE
    small, found = ending.subn(SMALL + ENDING, url, count=1)
    return small if found else ""


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


@dataclass(frozen=True, slots=True)
class Focus:
    """The point of a picture that stays visible when it is cut, as Mastodon has it.

    From -1 (left, bottom) to 1 (right, top).
    """

    x: float
    y: float


class MediaKind(StrEnum):
    """What a file is to whoever looks at it, in the words of Mastodon's API."""

    IMAGE = "image"
    GIFV = "gifv"
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"


class MediaState(StrEnum):
    """How far an upload has come. A picture is ready at once."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class ProfilePicture(StrEnum):
    """The pictures that a profile has."""

    AVATAR = "avatar"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of an upload as it is kept. A sound has no points.

    The blurhash is that of what it is shown by; until a film or sound is ready, of a picture that
    was sent with it.
    """

    media_type: str
    width: int
    height: int
    blurhash: str

    @property
    def size(self) -> tuple[int, int] | None:
        """Its shape; None where there is nothing to see."""
        return (self.width, self.height) if self.width and self.height else None


@dataclass(frozen=True, slots=True)
class Run:
    """How a film or a sound runs: for so many seconds, with so many bits in each.

    `frame_rate` is a fraction such as 30/1. What `loops` was a moving picture: silent, without end.
    """

    seconds: float
    bit_rate: int = 0
    frame_rate: str = ""
    loops: bool = False


@dataclass(frozen=True, slots=True)
class MediaAttachment:
    """What somebody has uploaded. Nobody guesses its token, which names its files.

    What is said of it here waits for the post that takes it, which may say something else. Films
    and sounds have a `run`; until one is ready, its picture says nothing but what it will be.
    """

    id: int
    token: str
    picture: Picture
    description: str = ""
    focus: Focus | None = None
    run: Run | None = None
    state: MediaState = MediaState.READY
    failure: str = ""

    @property
    def kind(self) -> MediaKind:
        """What it is to whoever looks at it."""
        return kind_of(self.picture.media_type, self.run)

    @property
    def file_name(self) -> str:
        """What its file is called, here and where it is served."""
        return self.token + ENDINGS[self.picture.media_type]

    @property
    def path(self) -> str:
        """Where it lies, below the folder of uploads."""
        return f"{self.token[:2]}/{self.file_name}"

    @property
    def small_path(self) -> str:
        """Where its small picture lies, if it has one."""
        return f"{self.token[:2]}/{self.token}{SMALL}{ENDING}"

    @property
    def original_path(self) -> str:
        """Where it lies as it was sent, until it is ready."""
        return f"{self.token[:2]}/{self.token}{ORIGINAL}"


def kind_of(media_type: str, run: Run | None = None) -> MediaKind:
    """What a file of this type is."""
    if run is not None and run.loops:
        return MediaKind.GIFV
    family = media_type.partition("/")[0]
    return MediaKind(family) if family in {"image", "video", "audio"} else MediaKind.UNKNOWN


def go_together(kinds: Collection[MediaKind]) -> bool:
    """Whether one post may show all of these: pictures, or a single film or sound."""
    return len(kinds) < 2 or not {MediaKind.VIDEO, MediaKind.AUDIO} & set(kinds)


def media_type_of(head: bytes) -> str | None:
    """The type of the picture, sound or film that begins so; None for anything else."""
    return next((kind for beginning, kind in BEGINNINGS if beginning.match(head)), None)
