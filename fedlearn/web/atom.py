"""This is where posts become an Atom feed, for readers of feeds (RFC 4287)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from fedlearn.activitypub.uris import Uris
from fedlearn.domain.ids import Millis
from fedlearn.domain.statuses import StatusView
from fedlearn.instance import VERSION
from fedlearn.text.sanitize import to_plain_text
from fedlearn.web.moments import iso
from fedlearn.web.templating import preview

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
# What no XML document may hold, not even escaped (XML 1.0, section 2.2).
NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

register_namespace("", NAMESPACE)


@dataclass(frozen=True, slots=True)
class Feed:
    """Of what a feed is: its own address, the page that shows the same, and since when it is."""

    address: str
    page: str
    title: str
    begun: Millis


def render_feed(feed: Feed, views: Sequence[StatusView], uris: Uris) -> bytes:
    """The feed with these posts, newest first."""
    root = Element(_name("feed"))
    _add(root, "id", feed.address)
    _add(root, "title", feed.title)
    _add(root, "updated", iso(max([feed.begun, *map(_updated, views)])))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    _add(root, "generator", "fedlearn", version=VERSION)
    for view in views:
        _add_entry(root, view, uris)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _add_entry(root: Element, view: StatusView, uris: Uris) -> None:
    """One post. Of one behind a warning only the warning: readers of feeds unfold everything."""
    status, entry = view.status, _add(root, "entry")
    _add(entry, "id", status.uri)
    _add(entry, "title", preview(status.content_warning or status.content) or "A post")
    _add(entry, "published", iso(status.published))
    _add(entry, "updated", iso(_updated(view)))
    _add(entry, "link", rel="alternate", type="text/html", href=status.url)
    _add_author(entry, view)
    for name in view.hashtags:
        _add(entry, "category", term=name, scheme=uris.hashtag(""))
    if status.content_warning:
        _add(entry, "summary", to_plain_text(status.content_warning))
        return
    _add(entry, "content", status.content, type="html")
    for one in () if view.is_sensitive else view.attachments:
        _add(entry, "link", rel="enclosure", type=one.media_type, href=one.url)


def _add_author(entry: Element, view: StatusView) -> None:
    author = _add(entry, "author")
    _add(author, "name", view.author.display_name)
    _add(author, "uri", view.author.profile.url)


def _updated(view: StatusView) -> Millis:
    return view.status.edited_at or view.status.published


def _add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    sound = {name: NO_CHARACTER.sub("", value) for name, value in attributes.items()}
    child = SubElement(parent, _name(tag), sound)
    child.text = NO_CHARACTER.sub("", text) or None
    return child


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"
