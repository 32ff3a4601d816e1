"""This is where the attachments of a received post are read: media, and links with a preview."""

import mimetypes
import re
from collections.abc import Iterator
from itertools import islice

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.domain.statuses import Attachment, Preview

MOST_ATTACHMENTS = 16
LONGEST_DESCRIPTION = 10_000
LONGEST_TITLE = 500
BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,164}")


def read_attachments(document: Document) -> tuple[Attachment, ...]:
    """The media of a post, as many as are kept."""
    return tuple(islice(_media(document), MOST_ATTACHMENTS))


def read_preview(document: Document) -> Preview | None:
    """Where a post leads: the first attached Link, with what is said of it (Lemmy)."""
    for one in values.objects(document.get("attachment")):
        url = values.web_url(one.get("href")) if "href" in one else None
        if url:
            return Preview(
                url=url,
                title=values.text(one.get("name"), LONGEST_TITLE),
                description=values.text(one.get("summary"), LONGEST_TITLE),
                image=values.web_url(document.get("image")),
            )
    return None


def _media(document: Document) -> Iterator[Attachment]:
    for one in values.objects(document.get("attachment")):
        url = values.web_url(one.get("url"))
        if not url or "href" in one:
            continue
        description = values.text(one.get("summary")) or values.text(one.get("name"))
        blurhash = values.text(one.get("blurhash"))
        yield Attachment(
            media_type=_media_type(one, url),
            url=url,
            description=description[:LONGEST_DESCRIPTION],
            blurhash=blurhash if BLURHASH.fullmatch(blurhash) else None,
            width=values.number(one.get("width")),
            height=values.number(one.get("height")),
        )


def _media_type(one: Document, url: str) -> str:
    """As it is said, else as the end of the address has it."""
    said = values.text(one.get("mediaType"), 100)
    return said or mimetypes.guess_type(url.partition("?")[0])[0] or ""
