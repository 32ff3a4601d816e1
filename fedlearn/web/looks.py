"""This is where the operator's own colour and logo are read, when the server starts.

Of a colour its hue is taken. How light and how strong it is the stylesheet says, for light and for
dark, so that whatever is written on it or in it can be read: a test goes round all hues.
"""

import math
import re
from pathlib import Path

from fedlearn.errors import StartError

COLOUR = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.IGNORECASE)
# Below this a colour is a grey, and its hue an accident.
LEAST_CHROMA = 0.02
LOGOS = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
LARGEST_LOGO = 100_000  # bytes; each page shows it


def accent_style(accent: str) -> str:
    """The end of the stylesheet, which has the pages take this colour; `StartError` if none can."""
    if not accent:
        return ""
    parts = COLOUR.fullmatch(accent)
    if parts is None:
        raise StartError(f"the accent {accent!r} is not a colour such as #0f6b6b")
    a, b = _oklab_plane(*(int(part, 16) / 255 for part in parts.groups()))
    if math.hypot(a, b) < LEAST_CHROMA:
        raise StartError(
            f"the accent {accent!r} is a grey: links would not stand out from text, light or dark"
        )
    return f":root {{ --hue: {round(math.degrees(math.atan2(b, a))) % 360}; }}\n"


def read_logo(path: Path | None) -> dict[str, bytes]:
    """The logo under the name by which pages ask for it; `StartError` for what is none."""
    if path is None:
        return {}
    if path.suffix.lower() not in LOGOS:
        raise StartError(f"the logo {path} is no picture whose name ends in .svg, .png or .webp")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise StartError(f"the logo {path} cannot be read: {error}") from error
    if len(body) > LARGEST_LOGO:
        raise StartError(f"the logo {path} is larger than {LARGEST_LOGO // 1000} kB")
    return {f"logo{path.suffix.lower()}": body}


def _oklab_plane(red: float, green: float, blue: float) -> tuple[float, float]:
    """Where a colour of the screen lies between green and red, and between blue and yellow."""
    r, g, b = (_linear(part) for part in (red, green, blue))
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
