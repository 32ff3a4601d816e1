"""Colours that everybody can tell apart: the tokens of the style sheet, computed without a browser."""

import math
import re

import pytest

from fedlearn.web.assets import stylesheet

CSS = stylesheet()
IN_BOTH = r"light-dark\(oklch\(([^)/]+\)?)\), oklch\(([^)/]+\)?)\)\);"
TOKEN = re.compile(rf"--([a-z0-9-]+): {IN_BOTH}")
TINT = re.compile(IN_BOTH.replace(r"[^)/]+\)?", r"[\d.]+% [\d.]+ var\(--tint, 195\)"))

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


def test_nothing_is_too_small() -> None:
    """No text is smaller than 13 px, with the letters that a browser begins with."""
    sizes = [float(size) for size in re.findall(r"--size-\d: ([\d.]+)rem", CSS)]
    assert min(sizes) * 16 >= 13
    assert not re.search(r"font-size: [\d.]+px", CSS)


OWN_HUE = float(re.findall(r"--hue: (\d+)", CSS)[0])


def tokens(scheme: str, hue: float = OWN_HUE) -> dict[str, Colour]:
    """The colours of a scheme as lightness, chroma and hue."""
    return {
        name: colour(light if scheme == "light" else dark, hue)
        for name, light, dark in TOKEN.findall(CSS)
    }


def colour(numbers: str, hue: float) -> Colour:
    """What stands in `oklch()`, where the hue may be that of the place."""
    lightness, chroma, angle = numbers.split(maxsplit=2)
    degrees = hue if angle == "var(--hue)" else float(angle)
    return (float(lightness.removesuffix("%")) / 100, float(chroma), degrees)


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
def test_every_colour_of_an_operator_can_be_read(scheme: str) -> None:
    """Whatever hue the pages take, text and marks stand out as they do in ours."""
    needed = dict.fromkeys(TEXT_ON_GROUND, READABLE)
    needed = dict.fromkeys(MARK_ON_GROUND, NOTICEABLE) | needed
    for hue in range(360):
        found = tokens(scheme, hue)
        for (front, ground), least in needed.items():
            assert contrast(found[front], found[ground]) >= least, (hue, front, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_can_be_noticed(scheme: str) -> None:
    """The edges of fields, the ring of the focus and the edge of what stays here stand out."""
    found = tokens(scheme)
    ratios = {pair: contrast(found[pair[0]], found[pair[1]]) for pair in MARK_ON_GROUND}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < NOTICEABLE} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_initials_can_be_read(scheme: str) -> None:
    """The letter in place of a picture stands out in each of its tints."""
    hues = [195.0, *map(float, re.findall(r"--tint: (\d+)", CSS))]
    assert len(hues) == 6
    both = [pair[0 if scheme == "light" else 1] for pair in TINT.findall(CSS)]
    for hue in hues:
        back, front = (colour(one.replace("var(--tint, 195)", str(hue)), hue) for one in both)
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
