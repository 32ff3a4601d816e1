"""This is where it is read what a web page says of itself, for those who have not gone there yet.

Sources: Open Graph (https://ogp.me), what HTML has had before it, a title and a description, and
`fediverse:creator`, with which Mastodon names the author.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from fedlearn.activitypub import values
from fedlearn.activitypub.client import Answer
from fedlearn.activitypub.links import MOST_READ
from fedlearn.activitypub.uris import joined
from fedlearn.activitypub.webfinger import Handle, read_handle
from fedlearn.domain.statuses import Preview

LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 500
LONGEST_ALT = 1500
TITLES = ("og:title", "twitter:title")
DESCRIPTIONS = ("og:description", "twitter:description", "description")
IMAGES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
ALTS = ("og:image:alt", "twitter:image:alt")
CREATORS = ("fediverse:creator",)
SITES = ("og:site_name", "application-name")

CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.IGNORECASE)
CHARSET_WITHIN = 1024  # bytes in which HTML has to say it
# Pages choose none but these: Python knows others that are no alphabets, or take long.
CHARSETS = re.compile(
    r"utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]"
    r"|gb2312|gbk|gb18030|big5|shift_jis|euc-jp|euc-kr"
)


@dataclass(frozen=True, slots=True)
class Described:
    """A page in a few words, and by whom it says that it is."""

    preview: Preview
    creator: Handle | None


def describe(answer: Answer) -> Described | None:
    """What a page is about, by its own words; None for what is no page, or has no title."""
    if answer.content_type.partition(";")[0].strip().lower() not in {
        "text/html",
        "application/xhtml+xml",
    }:
        return None
    head = _head_of(_decoded(answer))
    title = _line(head.first(TITLES) or head.title, LONGEST_TITLE)
    if not title:
        return None
    image = head.first(IMAGES)
    preview = Preview(
        url=answer.url,
        title=title,
        description=_line(head.first(DESCRIPTIONS), LONGEST_DESCRIPTION),
        image=values.web_url(joined(answer.url, image)) if image else None,
        image_description=_line(head.first(ALTS), LONGEST_ALT),
        site=_line(head.first(SITES), LONGEST_TITLE),
    )
    return Described(preview, read_handle(head.first(CREATORS)))


class _Head(HTMLParser):
    """The title and the `<meta>` of a page; what is said first counts."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self._said: dict[str, str] = {}
        self._is_title = False

    def first(self, names: tuple[str, ...]) -> str:
        """What is said under the first of these names that has anything."""
        return next(filter(None, (self._said.get(name, "").strip() for name in names)), "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Further titles are those of drawings in the page.
        self._is_title = tag == "title" and not self.title
        if tag == "meta":
            said = {name: value or "" for name, value in attrs}
            name = said.get("property") or said.get("name") or ""
            self._said.setdefault(name.lower(), said.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        self._is_title = self._is_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._is_title:
            self.title += data


def _head_of(page: str) -> _Head:
    head = _Head()
    try:
        head.feed(page)
    except AssertionError:
        # Python 3.11 gives up at declarations such as "<![x"; what was found before them counts.
        return head
    return head


def _decoded(answer: Answer) -> str:
    """The beginning of a page as text; its server knows the alphabet better than the page does."""
    found = CHARSET.search(answer.content_type.encode()) or CHARSET.search(
        answer.body[:CHARSET_WITHIN]
    )
    named = found[1].decode().lower() if found else ""
    charset = named if CHARSETS.fullmatch(named) else "utf-8"
    return answer.body[:MOST_READ].decode(charset, errors="replace")


def _line(text: str, limit: int) -> str:
    """A text in one line, cut to a limit of characters."""
    return " ".join(values.CONTROLS.sub(" ", text).split())[:limit]
