"""This is where ffmpeg makes films and sounds that every browser plays, within hard limits.

It knows hundreds of formats, and each of them may hold a fault. So it is a program of its own, that
reads one file of a few formats, has little time and memory, reaches nothing else, and is told
nothing of ours. What comes out is written anew and says nothing of where it was made.
"""

import asyncio
import contextlib
import logging
import math
import os
import shutil
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec

from fedlearn.domain.media import AUDIO, VIDEO, Run
from fedlearn.errors import Invalid, StartError, Unavailable
from fedlearn.settings import Settings
from fedlearn.text.languages import N_, _

log = logging.getLogger(__name__)

# --- what goes in, and how much it may take ---

DEMUXERS = "mov,matroska,ogg,mp3,wav,flac,gif"
DECODERS = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,mpeg4,theora,gif,mjpeg,png,aac,mp3,mp3float,"
    "vorbis,opus,flac,alac,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le"
)
MOST_POINTS = 3840 * 2160
MOST_FRAMES_A_SECOND = 120
# With the others less than the lease of a job, or another worker would begin the same.
LONGEST_RUN, LONGEST_LOOK = 200.0, 20.0  # seconds
MOST_MEMORY = 1_500_000  # kB of addresses; a film of the most points takes two thirds of it
LARGEST_FILE = 262_144  # blocks of 512 bytes: 128 MB
RUNS_AT_ONCE = 1
THREADS = 2
# /bin/sh of Debian and others sets limits without our code running between fork and exec.
WITHIN = (
    f"ulimit -t {int(LONGEST_RUN) * THREADS}; ulimit -v {MOST_MEMORY}; ulimit -f {LARGEST_FILE}; "
    'exec nice -n 10 "$0" "$@"'
)
# Not that of the server, which may hold its secrets.
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
SAFELY = (
    *("-v", "error", "-protocol_whitelist", "file", "-format_whitelist", DEMUXERS),
    *("-codec_whitelist", DECODERS, "-max_pixels", str(MOST_POINTS)),
)

# Nothing of what is written in a file about it: that may be as long as the file, and longer.
TOLD = (
    "format=format_name,duration,bit_rate:stream=index,codec_type,width,height,avg_frame_rate:"
    "stream_disposition=attached_pic"
)

# --- what comes out ---

LONGEST_SIDE = 1280  # points of a film
SIDES = ":".join(
    f"'max(2,2*trunc({side}*min(1,{LONGEST_SIDE}/max(iw,ih))/2))'" for side in ("iw", "ih")
)
UNMARKED = ("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1", "-sn", "-dn")
H264 = (
    *("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-vf", f"scale={SIDES}"),
    *("-crf", "23", "-maxrate", "1300k", "-bufsize", "2600k", "-fpsmax", "60"),
    *("-movflags", "+faststart", "-f", "mp4"),
)
AAC = ("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "44100")
MP3 = ("-vn", "-c:a", "libmp3lame", "-b:a", "128k", "-ac", "2", "-ar", "44100", "-f", "mp3")
# Of so many pictures the one that is most like them all: seldom a black one.
STILL = ("-vf", "thumbnail=24", "-frames:v", "1", "-f", "image2")

BROKEN = N_("This file cannot be played: it is broken, or of a kind that is not known here.")


class Stream(msgspec.Struct, frozen=True):
    """A part of a file, as ffprobe describes it."""

    index: int
    codec_type: str = ""
    width: int = 0
    height: int = 0
    avg_frame_rate: str = ""
    disposition: dict[str, int] = {}

    @property
    def frame_rate(self) -> float:
        """Pictures in a second, 0 where that is not known."""
        numerator, _slash, denominator = self.avg_frame_rate.partition("/")
        is_known = denominator.isdecimal() and int(denominator)
        return float(Fraction(int(numerator), int(denominator))) if is_known else 0.0


class Format(msgspec.Struct, frozen=True):
    """A file as a whole."""

    format_name: str = ""
    duration: str = ""
    bit_rate: str = ""

    @property
    def seconds(self) -> float:
        """How long it says it is, 0 where it does not."""
        try:
            seconds = float(self.duration or 0)
        except ValueError:
            return 0.0
        return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


class Contents(msgspec.Struct, frozen=True):
    """What ffprobe finds in a file."""

    streams: list[Stream] = []
    format: Format = Format()

    def first(self, codec_type: str) -> Stream | None:
        """The first film or sound in it; the cover of a song is none."""
        return next(
            (
                one
                for one in self.streams
                if one.codec_type == codec_type and not one.disposition.get("attached_pic")
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class Recording:
    """Where a film or a sound lies as it is to be kept, and a picture from it in PNG."""

    media_type: str
    file: Path
    run: Run
    width: int = 0
    height: int = 0
    still: Path | None = None


class Ffmpeg:
    """Both programs of this machine. Whoever has its `turn` may use them."""

    def __init__(self, ffmpeg: str, ffprobe: str, settings: Settings) -> None:
        self._ffmpeg = ffmpeg
        self._ffprobe = ffprobe
        self._settings = settings
        self.turn = asyncio.Semaphore(RUNS_AT_ONCE)

    async def record(self, source: Path) -> Recording:
        """Make a film or a sound of a file; what is made on the way is left beside it.

        Raises `Invalid` for what is neither, broken, too long, or takes too much.
        """
        found = await self._look(source)
        film, sound = found.first("video"), found.first("audio")
        if film is not None:
            return await self._film(source, found, film, sound)
        if sound is not None:
            return await self._sound(source, found, sound)
        raise Invalid(_(BROKEN))

    async def _film(
        self, source: Path, found: Contents, film: Stream, sound: Stream | None
    ) -> Recording:
        most, loops = self._settings.max_video_seconds, found.format.format_name == "gif"
        _check_frames(film)
        _check_length(found, most)
        made, still = source.with_name("film.mp4"), source.with_name("still.png")
        tracks = ["-map", f"0:{film.index}", *(["-map", f"0:{sound.index}"] if sound else [])]
        end = ("-t", str(most + 1))
        await self._write(LONGEST_RUN, source, made, *tracks, *UNMARKED, *AAC, *H264, *end)
        await self._write(LONGEST_LOOK, made, still, *STILL)
        ready = await self._look(made)
        _check_length(ready, most)
        shown = ready.first("video") or film
        run = _run_of(ready, shown.avg_frame_rate, loops=loops)
        return Recording(VIDEO, made, run, shown.width, shown.height, still)

    async def _sound(self, source: Path, found: Contents, sound: Stream) -> Recording:
        most = self._settings.max_audio_seconds
        _check_length(found, most)
        made = source.with_name("sound.mp3")
        tracks, end = ("-map", f"0:{sound.index}"), ("-t", str(most + 1))
        await self._write(LONGEST_RUN, source, made, *tracks, *UNMARKED, *MP3, *end)
        ready = await self._look(made)
        _check_length(ready, most)
        return Recording(AUDIO, made, _run_of(ready))

    async def _look(self, source: Path) -> Contents:
        said = source.with_name("said.json")
        asked = ("-show_entries", TOLD, "-of", "json", "-o", str(said))
        await self._run(LONGEST_LOOK, self._ffprobe, *SAFELY, *asked, f"file:{source}")
        try:
            return msgspec.json.decode(said.read_bytes(), type=Contents)
        except (OSError, msgspec.DecodeError, ValueError) as error:
            raise Invalid(_(BROKEN)) from error

    async def _write(self, seconds: float, source: Path, made: Path, *how: str) -> None:
        threads = ("-threads", str(THREADS))
        begin = ("-nostdin", "-y", "-filter_threads", "1", *SAFELY, *threads)
        end = (*how, *threads, "-fflags", "+bitexact", "-flags", "+bitexact", f"file:{made}")
        await self._run(seconds, self._ffmpeg, *begin, "-i", f"file:{source}", *end)
        _check_written(made)

    async def _run(self, seconds: float, *command: str) -> None:
        """Run one of them until it ends, but no longer than that; `Invalid` unless it ends well."""
        try:
            process = await asyncio.create_subprocess_exec(
                *("/bin/sh", "-ec", WITHIN, *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=ENVIRONMENT,
            )
        except OSError as error:
            raise Unavailable(f"ffmpeg cannot be started: {error}") from error
        try:
            async with asyncio.timeout(seconds):
                code = await process.wait()
        except TimeoutError as error:
            raise Invalid(_("It took too long to make this ready: send a shorter one.")) from error
        finally:
            await _end(process)
        if code:
            log.info("%s ended with %s", command[0], code)
            raise Invalid(_(BROKEN))


def find_ffmpeg(settings: Settings) -> Ffmpeg | None:
    """Both programs, None where they are not there or not wanted."""
    ffmpeg = shutil.which(settings.ffmpeg) if settings.ffmpeg else None
    if ffmpeg is None:
        return None
    ffprobe = Path(ffmpeg).with_name("ffprobe")
    if not ffprobe.is_file():
        raise StartError(f"there is no ffprobe beside {ffmpeg}")
    return Ffmpeg(ffmpeg, str(ffprobe), settings)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Nothing runs on when nobody waits for it any more."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _check_frames(film: Stream) -> None:
    if film.width * film.height > MOST_POINTS:
        message = _(
            "This video has %(width)s by %(height)s points, more than are taken.",
            width=film.width,
            height=film.height,
        )
        raise Invalid(message)
    if film.frame_rate > MOST_FRAMES_A_SECOND:
        raise Invalid(
            _("This video has over %(most)s pictures in a second.", most=MOST_FRAMES_A_SECOND)
        )


def _check_length(found: Contents, most: int) -> None:
    # The last picture or beat may end a little after the rest.
    if found.format.seconds > most + 0.5:
        raise Invalid(_("This is too long: %(most)s seconds fit.", most=most))


def _run_of(found: Contents, frame_rate: str = "", *, loops: bool = False) -> Run:
    bits = found.format.bit_rate
    return Run(
        round(found.format.seconds, 3), int(bits) if bits.isdecimal() else 0, frame_rate, loops
    )


def _check_written(made: Path) -> None:
    """It may end well with nothing to write."""
    if not made.is_file():
        raise Invalid(_(BROKEN))
