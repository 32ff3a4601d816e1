"""This is where the pictures are drawn that stand for those whom nobody has uploaded.

Pages draw a letter instead; apps want an address of a picture, and one that every system can show.
"""

import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache

from fedlearn.domain.actors import Actor

SIDE = 160
HEADER = (600, 200)
# The tints of initials on pages, as red, green and blue: the ground, and who stands before it.
TINTS = (
    ((0xD3, 0xF0, 0xEE), (0x1D, 0x5E, 0x5C)),
    ((0xDB, 0xE9, 0xFB), (0x2F, 0x52, 0x80)),
    ((0xEE, 0xE2, 0xF8), (0x60, 0x42, 0x78)),
    ((0xFB, 0xDF, 0xE2), (0x7A, 0x38, 0x47)),
    ((0xF8, 0xE3, 0xD2), (0x74, 0x45, 0x1C)),
    ((0xE3, 0xEE, 0xD3), (0x44, 0x5E, 0x21)),
)

Colour = tuple[int, int, int]


def tint_of(username: str) -> int:
    """Which tint somebody has: the same on every page, and on every server."""
    return zlib.crc32(username.encode()) % len(TINTS)


def avatar_path(actor: Actor) -> str:
    """Where the picture is that stands for somebody."""
    return f"/avatars/{tint_of(actor.profile.username)}.png"


@lru_cache(maxsize=len(TINTS))
def avatar(tint: int) -> bytes:
    """A head and shoulders in one of the tints, as PNG."""
    ground, figure = TINTS[tint % len(TINTS)]
    rows = (
        b"".join(bytes(figure if _is_figure(x, y) else ground) for x in range(SIDE))
        for y in range(SIDE)
    )
    return _png(SIDE, SIDE, rows)


@lru_cache(maxsize=1)
def header() -> bytes:
    """A plain ground, as PNG."""
    width, height = HEADER
    return _png(width, height, (bytes(TINTS[0][0]) * width for _ in range(height)))


def _is_figure(x: int, y: int) -> bool:
    """Whether a point belongs to the head, or to the shoulders below it."""
    across = x - SIDE / 2 + 0.5
    is_head = across**2 + (y - SIDE * 0.38) ** 2 < (SIDE * 0.19) ** 2
    is_shoulder = (across / (SIDE * 0.36)) ** 2 + ((y - SIDE) / (SIDE * 0.34)) ** 2 < 1
    return is_head or is_shoulder


def _png(width: int, height: int, rows: Iterator[bytes]) -> bytes:
    """Points as PNG (ISO/IEC 15948): eight bits of red, green and blue, no filter."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    points = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", head), (b"IDAT", points), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
