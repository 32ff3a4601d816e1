"""This is where the names of custom emoji in a text give way to their pictures."""

import html
import re
from collections.abc import Mapping

from fedlearn.text.sanitize import SafeHtml

# A tag, or a name between colons: names inside of tags stay what they are.
TAG_OR_NAME = re.compile(r"<[^>]*>|:([A-Za-z0-9_]{1,100}):")


def with_pictures(markup: SafeHtml, pictures: Mapping[str, str]) -> SafeHtml:
    """The same HTML with pictures for those names that have one, given with where they are."""
    if not pictures:
        return markup

    def piece(found: re.Match[str]) -> str:
        name = found[1]
        return _picture(name, pictures[name]) if name in pictures else found[0]

    return SafeHtml(TAG_OR_NAME.sub(piece, markup))


def _picture(name: str, url: str) -> str:
    words = f":{name}:"
    return f'<img class="emoji" src="{html.escape(url)}" alt="{words}" title="{words}">'
