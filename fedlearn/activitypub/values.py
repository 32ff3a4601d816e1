"""This is where the many shapes of one value become one: what JSON-LD lets other servers write.

Every reader takes whatever stands in a document and answers with a sound value or none; nothing
here raises, whatever it is given.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from fedlearn.activitypub.jsonld import AS, Document
from fedlearn.activitypub.uris import LONGEST_URL, origin_of
from fedlearn.domain.ids import Millis, Uri

AS_PREFIXES = (f"{AS}#", "as:")
# In bytes. Two identities must fit into one row of a PostgreSQL index, which holds 2,704.
LONGEST_ID = 1024
LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")  # about what RFC 5646 allows
# No address holds these, and a database or a URL parser would silently leave some out.
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
EARLIEST_YEAR = 1970
# "+0000" is how Threads writes "Z".
SHORT_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$")


def items(value: Any) -> Iterator[Any]:
    """The members of a list, or the value as its only member; null is nothing."""
    for item in value if isinstance(value, list) else [value]:
        if item is not None:
            yield item


def objects(value: Any) -> Iterator[Document]:
    """Those members that are objects."""
    return (item for item in items(value) if isinstance(item, dict))


def scalar(value: Any) -> Any:
    """A plain value, unwrapped from `{"@value": …}`."""
    return value.get("@value") if isinstance(value, dict) else value


def text(value: Any, limit: int | None = None) -> str:
    """A string, cut to a limit of characters; "" for anything else."""
    plain = scalar(value)
    return plain[:limit] if isinstance(plain, str) else ""


def natural_text(document: Document, name: str, limit: int) -> tuple[str, str | None]:
    """A text property with its language: from `content`, else from the first of `contentMap`."""
    language_map = document.get(f"{name}Map")
    pairs = language_map if isinstance(language_map, dict) else {}
    language, translated = next(iter(pairs.items()), (None, ""))
    plain = text(document.get(name), limit) or text(translated, limit)
    # Some write de_DE; in the databases' patterns the line stands for any letter.
    tag = (language or "").replace("_", "-")
    return plain, tag if LANGUAGE.fullmatch(tag) else None


def uri(value: Any) -> Uri | None:
    """The identity of a thing, given as a string or as an object that has one."""
    for item in items(value):
        plain = item.get("id", item.get("@id")) if isinstance(item, dict) else item
        if isinstance(plain, str) and plain and _may_be_address(plain):
            return Uri(plain)
    return None


def _may_be_address(text: str, limit: int = LONGEST_ID) -> bool:
    if CONTROLS.search(text) or len(text) > limit:
        return False
    return text.isascii() or len(text.encode(errors="replace")) <= limit


def uris(value: Any, limit: int) -> tuple[Uri, ...]:
    """The identities in a list, without what has none."""
    found = (uri(item) for item in items(value))
    return tuple(islice((one for one in found if one is not None), limit))


def web_url(value: Any, media_type: str | None = None) -> str | None:
    """The first http(s) address in a string, a Link or a list of them, of this type if asked."""
    for item in items(value):
        if isinstance(item, dict):
            if media_type and item.get("mediaType", item.get("mimeType")) != media_type:
                continue
            item = item.get("href") or item.get("url")  # noqa: PLW2901 - a Link stands for its href
        elif media_type:
            continue
        if isinstance(item, str) and _may_be_address(item, LONGEST_URL) and origin_of(item):
            return item
    return None


def kind(document: Document) -> str:
    """The type by its short name: the first of ActivityStreams, else the first of all."""
    names = [
        _short(item)
        for item in items(document.get("type", document.get("@type")))
        if isinstance(item, str) and _may_be_address(item)
    ]
    # What still has a colon is a type of some other vocabulary, beside ours.
    return next((name for name in names if ":" not in name), names[0] if names else "")


def _short(name: str) -> str:
    for prefix in AS_PREFIXES:
        name = name.removeprefix(prefix)
    return name


def flag(value: Any) -> bool:
    """A boolean; anything but true is false."""
    return scalar(value) is True


def number(value: Any) -> int | None:
    """A whole number that fits a column."""
    plain = scalar(value)
    if isinstance(plain, bool) or not isinstance(plain, int):
        return None
    return plain if abs(plain) < 2**31 else None


def moment(value: Any) -> Millis | None:
    """A time in ISO 8601, None when it is no sane one."""
    at = date_time(value)
    return Millis(int(at.timestamp() * 1000)) if at else None


def date_time(value: Any) -> datetime | None:
    """A time in ISO 8601 with the offset in which it was written; without one it is in UTC."""
    plain = SHORT_OFFSET.sub(r"\1:\2", text(value, 64))
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        return None
    try:
        # An offset may lead out of the years that can be written, at either end.
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return at if at.astimezone(UTC).year >= EARLIEST_YEAR else None
    except OverflowError:
        return None
