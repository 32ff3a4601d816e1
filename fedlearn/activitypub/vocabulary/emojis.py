"""This is where custom emoji are read from the tags of a document."""

import re
from collections.abc import Iterable

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.domain.emojis import Emoji

MOST_EMOJIS = 100
NAME = re.compile(r":?([A-Za-z0-9_]{1,100}):?")


def read_emojis(tags: Iterable[Document]) -> tuple[Emoji, ...]:
    """The emoji among these tags, each name once."""
    found: dict[str, Emoji] = {}
    for tag in tags:
        name = NAME.fullmatch(values.text(tag.get("name")))
        picture = next(values.objects(tag.get("icon")), {})
        url = values.web_url(picture.get("url"))
        if values.kind(tag) == "Emoji" and name and url and len(found) < MOST_EMOJIS:
            found.setdefault(name[1], Emoji(name[1], url))
    return tuple(found.values())
