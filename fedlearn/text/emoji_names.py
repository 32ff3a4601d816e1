"""This is where an emoji is found by its name, as the Unicode standard has it."""

import unicodedata
from functools import lru_cache

# Blocks in which nearly every sign is an emoji, and single ones that people use.
BLOCKS = ((0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF), (0x2600, 0x26FF))
SINGLE = "✅✊✋✌✍✨❌❓❗❤➡⬅⬆⬇⭐⌛⏰⏳✏✂✈✉🆗🆘🆕"
SKIN_TONES = range(0x1F3FB, 0x1F400)
SHOWN_AS_PICTURE = "\ufe0f"
FIRST_SHOWN_AS_PICTURE = 0x1F000  # below, a sign may also be shown as a letter


FLAG_LETTERS = (0x1F1E6, 0x1F1FF)
# What makes one sign of several, or of one another that is to be shown as a picture.
JOINERS = "\u200d\ufe0f\u20e3"
# One sign to the eye may be many characters: families, flags, skin tones.
LONGEST_EMOJI = 32


def is_emoji(text: str) -> bool:
    """Whether a text is made of emojis alone."""
    signs = [sign for sign in text if sign not in JOINERS]
    return 0 < len(signs) <= len(text) <= LONGEST_EMOJI and all(map(_is_sign, signs))


def _is_sign(sign: str) -> bool:
    blocks = (*BLOCKS, FLAG_LETTERS)
    return sign in SINGLE or any(first <= ord(sign) <= last for first, last in blocks)


def emojis_called(beginning: str, limit: int) -> list[tuple[str, str]]:
    """Emojis with a word that begins so in their names, and these; the shortest names first."""
    wanted = beginning.lower().replace("_", " ").strip()
    if not wanted:
        return []
    found = [
        (not name.startswith(wanted), len(name), name, emoji)
        for emoji, name in _emojis()
        if f" {wanted}" in f" {name}"
    ]
    return [(emoji, name) for _, _, name, emoji in sorted(found)[:limit]]


@lru_cache(maxsize=1)
def _emojis() -> tuple[tuple[str, str], ...]:
    points = [point for first, last in BLOCKS for point in range(first, last + 1)]
    points += map(ord, SINGLE)
    named = ((point, unicodedata.name(chr(point), "")) for point in points)
    return tuple(
        (_shown(point), name.lower()) for point, name in named if name and point not in SKIN_TONES
    )


def _shown(point: int) -> str:
    return chr(point) + (SHOWN_AS_PICTURE if point < FIRST_SHOWN_AS_PICTURE else "")
