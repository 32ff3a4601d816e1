"""This is where tests get files from: the smallest that begin as such files do, and real photographs."""

import io
import struct
import zlib
from typing import Any

from PIL import ExifTags, Image


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(size: int = 2, rest: bytes = b"") -> bytes:
    """A picture that browsers can show; `rest` makes it longer."""
    rows = b"".join(b"\0" + b"\x20\x60\x90" * size for _ in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts) + rest


def huge_png(width: int, height: int) -> bytes:
    """A small file that says it is a picture of this size, and unpacks to nothing but black."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000), 9)
    parts = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def photograph(
    width: int = 600, height: int = 300, *, note: str = "", orientation: int = 1, **how: Any
) -> bytes:
    """What a camera makes: left half red, right half blue, and in the file what it notes beside it.

    That is the place (GPS), an owner, a comment and a small profile, with `note` in each that has text.
    """
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = note
    exif[ExifTags.Base.ImageDescription] = note
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place |= {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 17.0), 29: "2026:11:26"}
    file = io.BytesIO()
    image.save(file, **{"format": "JPEG", "exif": exif, "comment": note.encode(), **how})
    return file.getvalue()


# Beginnings of files, by what they are; padded to what is looked at.
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "image/png": (png(),),
    "image/jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"\xff\xd8\xff\xe1\0\x18Exif\0"),
    "image/gif": (b"GIF89a\1\0\1\0", b"GIF87a\1\0\1\0"),
    "image/webp": (b"RIFF\x24\0\0\0WEBPVP8 ",),
    "image/avif": (b"\0\0\0\x1cftypavif", b"\0\0\0\x1cftypavis"),
    "video/mp4": (b"\0\0\0\x20ftypisom", b"\0\0\0\x18ftypmp42", b"\0\0\0\x1cftypM4V "),
    "video/quicktime": (b"\0\0\0\x14ftypqt  ",),
    "video/webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\xf7\x81\1\x42\x82\x84webm",),
    "video/ogg": (b"OggS" + bytes(24) + b"\x80theora",),
    "audio/ogg": (b"OggS" + bytes(24) + b"OpusHead", b"OggS" + bytes(24) + b"\1vorbis"),
    "audio/mp4": (b"\0\0\0\x20ftypM4A ",),
    "audio/mpeg": (b"ID3\3\0", b"\xff\xfb\x90\x64"),
    "audio/flac": (b"fLaC\0\0\0\x22",),
    "audio/wav": (b"RIFF\x24\0\0\0WAVEfmt ",),
}

# What must not pass for any of them.
OTHERS: tuple[bytes, ...] = (
    b"",
    b"<!doctype html><script>alert(1)</script>",
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    b'<?xml version="1.0"?><svg/>',
    b'{"@context": "https://www.w3.org/ns/activitystreams", "type": "Note"}',
    b"%PDF-1.7",
    b"PK\3\4",
    b"#!/bin/sh",
    b"GIF8",
    b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\1\x42\xf7\x81\1\x42\x82\x88matroska",
    b"RIFF\x24\0\0\0AVI ",
    b"\0\0\0\x18ftypheic",
    b" \x89PNG\r\n\x1a\n",
)
