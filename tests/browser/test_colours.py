"""Colours that everybody can tell apart: the tokens of the style sheet, computed without a browser."""

import math
import re
from pathlib import Path

import pytest

import fedlearn.web

CSS = (Path(fedlearn.web.__file__).parent / "static" / "fedlearn.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"--([a-z0-9-]+): (?:oklch\(([\d.]+)% ([\d.]+) ([^)/]+)\)|([\d.]+)%?);?")
TINT = re.compile(r"oklch\(var\(--tint-(back|front)\) ([\d.]+)")

READABLE, NOTICEABLE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
TEXT_ON_GROUND = [
    *[
        (text, ground)
        for text in ("text", "muted", "accent")
        for ground in ("surface", "surface-2")
    ],
    ("danger", "surface"),
    ("danger", "surface-2"),
    ("danger", "danger-soft"),
    ("accent", "accent-soft"),
    ("accent-text", "accent"),
    ("accent-text", "accent-hover"),
    ("org", "surface"),
    ("org", "org-soft"),
]
MARK_ON_GROUND = [("edge", "surface"), ("accent", "surface"), ("org-edge", "surface")]

Colour = tuple[float, float, float]


def tokens(scheme: str) -> dict[str, Colour]:
    """The colours of a scheme as lightness, chroma and hue."""
    light, dark = CSS.split("@media (prefers-color-scheme: dark)", 1)
    found: dict[str, Colour] = {}
    hue = 0.0
    parts = [light] if scheme == "light" else [light, dark.split("* { box-sizing", 1)[0]]
    for part in parts:
        for name, lightness, chroma, angle, number in TOKEN.findall(part):
            if name == "hue":
                hue = float(number)
            elif lightness:
                degrees = hue if "var" in angle else float(angle)
                found[name] = (float(lightness) / 100, float(chroma), degrees)
            elif name.startswith("tint-"):
                found[name] = (float(number) / 100, 0.0, 0.0)
    return found


def luminance(colour: Colour) -> float:
    """How bright an OKLCH colour is on a screen: through OKLab and linear sRGB, then clipped."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(max(part, 0.0), 1.0) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(scheme: str) -> None:
    """Every colour of text stands out from every ground that it stands on."""
    found = tokens(scheme)
    ratios = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in TEXT_ON_GROUND}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < READABLE} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_can_be_noticed(scheme: str) -> None:
    """The edges of fields, the ring of the focus and the edge of what stays here stand out."""
    found = tokens(scheme)
    ratios = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in MARK_ON_GROUND}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < NOTICEABLE} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_initials_can_be_read(scheme: str) -> None:
    """The letter in place of a picture stands out in each of its tints."""
    found = tokens(scheme)
    chroma = {end: float(value) for end, value in TINT.findall(CSS)}
    hues = [195.0, *map(float, re.findall(r"--tint: (\d+)", CSS))]
    for hue in hues:
        back = (found["tint-back"][0], chroma["back"], hue)
        front = (found["tint-front"][0], chroma["front"], hue)
        assert contrast(front, back) >= READABLE, hue


def test_known_contrasts() -> None:
    """The sums are right where the answer is known: black, white, and pure red."""
    black, white = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0)
    assert contrast(black, white) == pytest.approx(21, abs=0.01)
    assert contrast(white, white) == pytest.approx(1)
    # The red of a screen, #f00, is known to be 4.0 to 1 on white.
    assert contrast((0.62796, 0.25768, 29.234), white) == pytest.approx(4.0, abs=0.01)


def test_nothing_moves_unasked() -> None:
    """Transitions and animations stand only where reduced motion is not wished for."""
    calm, _, moving = CSS.partition("@media (prefers-reduced-motion: no-preference)")
    assert "transition:" not in calm
    assert "animation" not in calm
    assert "transition:" in moving
    assert "@view-transition { navigation: none; }" in moving
