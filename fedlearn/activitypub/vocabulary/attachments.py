"""This is where the attachments of a received post are read: media, and links with a preview."""

import mimetypes
import re
from collections.abc import Iterator
from itertools import chain, islice

from fedlearn.activitypub import values
from fedlearn.activitypub.jsonld import Document
from fedlearn.domain.media import Focus
from fedlearn.domain.statuses import Attachment, Preview

MOST_ATTACHMENTS = 16
LONGEST_DESCRIPTION = 10_000
LONGEST_TITLE = 500
MOST_LINKS = 100
KINDS_OF_MEDIA = {"Video": "video/", "Audio": "audio/", "Image": "image/"}
KINDS_WITH_PAGE = frozenset({"Article", "Page", "Event"}) | frozenset(KINDS_OF_MEDIA)
BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,164}")


# A film of more lines than this is more than a page needs.
MOST_LINES = 720
PICTURES = ("image", "icon")
WITH_COVER = ("video/", "audio/")


def read_attachments(document: Document) -> tuple[Attachment, ...]:
    """The media of a post, as many as are kept; what is a film, sound or picture itself, first."""
    own = _own_medium(document)
    return tuple(islice(chain(own, _media(document)), MOST_ATTACHMENTS))


def read_preview(document: Document, page: str) -> Preview | None:
    """Where a post leads: the first attached Link, with what is said of it (Lemmy).

    What is no Note but has a picture leads to its own page.
    """
    for one in values.objects(document.get("attachment")):
        url = values.web_url(one.get("href")) if "href" in one else None
        if url:
            return Preview(
                url=url,
                title=values.text(one.get("name"), LONGEST_TITLE),
                description=values.text(one.get("summary"), LONGEST_TITLE),
                image=_picture(document),
            )
    image = _picture(document)
    if image is None or values.kind(document) not in KINDS_WITH_PAGE:
        return None
    title = values.natural_text(document, "name", LONGEST_TITLE)[0]
    return Preview(url=page, title=title, image=image)


def _media(document: Document) -> Iterator[Attachment]:
    for one in values.objects(document.get("attachment")):
        url = values.web_url(one.get("url"))
        if not url or "href" in one:
            continue
        media_type = _media_type(one, url)
        described = (values.text(one.get(name)) for name in ("summary", "name", "content"))
        description = next(filter(None, described), "")
        blurhash = values.text(one.get("blurhash"))
        yield Attachment(
            media_type=media_type,
            url=url,
            description=description[:LONGEST_DESCRIPTION],
            blurhash=blurhash if BLURHASH.fullmatch(blurhash) else None,
            width=values.number(one.get("width")),
            height=values.number(one.get("height")),
            focus=_focus(one.get("focalPoint")),
            cover=_picture(one) if media_type.startswith(WITH_COVER) else None,
        )


def _focus(value: object) -> Focus | None:
    """Two numbers between -1 and 1; whatever else is said is no point of a picture."""
    point = list(islice(values.items(value), 3))
    is_point = len(point) == 2 and all(map(_is_part_of_a_picture, point))
    return Focus(float(point[0]), float(point[1])) if is_point else None


def _is_part_of_a_picture(one: object) -> bool:
    return isinstance(one, int | float) and not isinstance(one, bool) and -1 <= one <= 1


def _own_medium(document: Document) -> list[Attachment]:
    """What a Video, Audio or Image shows: among its links the largest that is not too large."""
    family = KINDS_OF_MEDIA.get(values.kind(document))
    if family is None:
        return []
    found = [
        Attachment(
            media_type=media_type,
            url=url,
            description=values.natural_text(document, "name", LONGEST_TITLE)[0],
            width=values.number(link.get("width")),
            height=values.number(link.get("height")),
            cover=_picture(document) if media_type.startswith(WITH_COVER) else None,
        )
        for link in _links(document)
        if (url := values.web_url(link))
        and (media_type := _media_type(link, url)).startswith(family)
    ]
    return sorted(found, key=_size_for_a_page)[:1]


def _size_for_a_page(medium: Attachment) -> tuple[bool, int]:
    """What sorts first is shown."""
    lines = medium.height or 0
    return lines > MOST_LINES, lines if lines > MOST_LINES else -lines


def _links(document: Document) -> Iterator[Document]:
    """The links of a document; PeerTube puts some inside of that to its playlist."""
    for item in islice(values.items(document.get("url")), MOST_LINKS):
        # An Image may say of itself what its only address is of.
        whole = {"href": item, "mediaType": document.get("mediaType")}
        link = item if isinstance(item, dict) else whole
        yield link
        yield from islice(values.objects(link.get("tag")), MOST_LINKS)


def _picture(document: Document) -> str | None:
    """The picture that stands for a post, the widest where there are several."""
    for name in PICTURES:
        value = document.get(name)
        widest = max(values.objects(value), key=_width, default=None)
        url = values.web_url(widest.get("url") if widest else value)
        if url:
            return url
    return None


def _width(one: Document) -> int:
    return values.number(one.get("width")) or 0


def _media_type(one: Document, url: str) -> str:
    """As it is said, else as the end of the address has it."""
    said = values.text(one.get("mediaType", one.get("mimeType")), 100)
    return said or mimetypes.guess_type(url.partition("?")[0])[0] or ""
