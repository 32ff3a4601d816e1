"""This is where tests get films, sounds and moving pictures from: tiny ones, made once, and hostile ones."""

import io
import struct
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

PICTURES = ("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10")
TONE = ("-f", "lavfi", "-i", "sine=frequency=440")
NOTES = ("-metadata", "title=At home", "-metadata", "location=+52.5+013.4/")
SOUND_ONLY = {"mp3", "ogg", "wav", "flac", "m4a"}
WRITTEN_BY = {"webm": ("-c:v", "libvpx", "-c:a", "libopus"), "gif": ("-an",)}


@cache
def recording(ending: str, seconds: float = 0.5, *how: str) -> bytes:
    """A film, a sound or a moving picture with notes in it of where it was made."""
    sources = TONE if ending in SOUND_ONLY else (*PICTURES, *TONE)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{ending}"
        written = (*NOTES, *WRITTEN_BY.get(ending, ()), *how, "-t", str(seconds), str(path))
        subprocess.run(["ffmpeg", "-v", "error", *sources, *written], check=True, timeout=60)
        return path.read_bytes()


def cut_off() -> bytes:
    """A film whose table of contents was never written: the battery was empty."""
    whole = recording("mp4")
    return whole[: whole.index(b"moov")]


def talks_much() -> bytes:
    """A sound with a title of a million letters, of which each is written down as six."""
    title = b"\x03" + b"\x01" * 1_000_000
    frame = b"TIT2" + _in_sevens(len(title)) + b"\0\0" + title
    return b"ID3\x04\0\0" + _in_sevens(len(frame)) + frame + recording("mp3")


def _in_sevens(number: int) -> bytes:
    """A number as ID3 writes it: seven bits in each byte."""
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def says_it_is_long() -> bytes:
    """A film that says in its head that it takes days."""
    whole = recording("mp4")
    at = whole.index(b"mvhd") + 4
    # Version and flags, two times, the units in a second; then how many units it takes.
    units = struct.pack(">I", 0xFFFFFFF0)
    whole = whole[: at + 16] + units + whole[at + 20 :]
    for track in (b"tkhd", b"mdhd"):
        whole = _longer(whole, track, units)
    return whole


def _longer(whole: bytes, box: bytes, units: bytes) -> bytes:
    offset = {b"tkhd": 20, b"mdhd": 16}[box]
    parts = whole.split(box)
    return box.join([parts[0], *(one[:offset] + units + one[offset + 4 :] for one in parts[1:])])


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


def playlist_as_film() -> bytes:
    """What begins as a film does, and goes on as a list of files to play."""
    return b"\0\0\0\x10ftypisom\0\0\0\0" + PLAYLIST


def concatenation() -> bytes:
    """What begins as a sound does, and names files in the language of ffmpeg's own lists."""
    return b"ID3\x03" + b"\nffconcat version 1.0\nfile /etc/passwd\nfile http://127.0.0.1/\n" * 40


def moving_bomb() -> bytes:
    """A small GIF of two frames that says it has four thousand million points."""
    file = io.BytesIO()
    frames = [Image.new("P", (8, 8), colour) for colour in (1, 2)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=50)
    content = bytearray(file.getvalue())
    struct.pack_into("<HH", content, 6, 65_535, 65_535)
    return bytes(content)
