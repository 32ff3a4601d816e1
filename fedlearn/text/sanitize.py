"""This is where HTML from elsewhere is made safe, once, before it is stored.

What is kept is what Mastodon keeps (FEDERATION.md, "HTML"); the rest is unwrapped or dropped.
"""

import html
import re
from functools import lru_cache
from typing import NewType

import nh3

from fedlearn.text.replaced import in_words

# HTML that came out of this module or of text/format.py, and may stand in a page as it is.
SafeHtml = NewType("SafeHtml", str)

# fmt: off
TAGS = frozenset({
    "p", "br", "span", "a", "abbr", "del", "s", "pre", "blockquote", "code", "b", "strong", "u",
    "sub", "sup", "i", "em", "h1", "h2", "h3", "h4", "h5", "ul", "ol", "li", "ruby", "rt", "rp",
})
# fmt: on
# These go with all that is in them; other tags are unwrapped.
DROPPED = frozenset({"script", "style"})
ATTRIBUTES = {
    "*": {"lang"},
    "a": {"href", "rel", "class", "title", "translate"},
    "abbr": {"title"},
    "span": {"class", "translate"},
    "blockquote": {"cite"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "p": {"class"},
}
SCHEMES = frozenset({"http", "https", "mailto", "xmpp", "gemini", "magnet", "tel"})
KEPT_CLASS = re.compile(
    r"(?:h|p|u|dt|e)-[a-z0-9-]+|mention|hashtag|ellipsis|invisible|quote-inline"
)
# A relative address would lead to this server, whatever its author had in mind; "https:/x" is one.
KEPT_ADDRESS = re.compile(r"\s*(?:https?://|(?:mailto|xmpp|gemini|magnet|tel):)", re.IGNORECASE)
ADDRESSES = frozenset({"href", "cite"})
# Nesting costs the sanitiser time by its square, and no text that is meant to be read has so much.
MOST_TAGS = 5000
LINK_REL = "nofollow noopener noreferrer"
# As the sanitiser writes it: no ">" and no quotation mark stands in a value as it is.
LINK = re.compile(r"<a(?=[ >])([^>]*)>")
WHITE_SPACE = re.compile(r"\s+")
BLOCK_END = re.compile(r"</(?:p|li|h\d|blockquote|pre)>|<br\s*/?>")


def sanitize(markup: str) -> SafeHtml:
    """HTML from elsewhere without anything that could act, track or cover the page.

    Done twice, because a browser does not always build the tree that was written: what is stored
    comes out of another cleaning as it is.
    """
    if markup.count("<") > MOST_TAGS:
        return SafeHtml(html.escape(markup, quote=False))
    try:
        clean = _cleaner().clean(_cleaner().clean(in_words(markup)))
    except ValueError:
        # A sanitiser that fails must not lose the post: its text is shown instead.
        return SafeHtml(html.escape(markup, quote=False))
    return SafeHtml(LINK.sub(_with_rel, clean))


def _with_rel(link: re.Match[str]) -> str:
    return link[0] if ' rel="' in link[1] else f'<a{link[1]} rel="{LINK_REL}">'


def _filter_attribute(_tag: str, name: str, value: str) -> str | None:
    if name in ADDRESSES:
        return value if KEPT_ADDRESS.match(value) else None
    if name == "rel":
        # The rest of what a link may say of itself is ours to say.
        return f"tag {LINK_REL}" if "tag" in value.split() else None
    if name != "class":
        return value
    kept = [word for word in value.split() if KEPT_CLASS.fullmatch(word)]
    return " ".join(kept) or None


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(DROPPED),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_filter_attribute,
        url_schemes=set(SCHEMES),
        link_rel=None,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def to_plain_text(markup: str) -> str:
    """The text of a piece of HTML, for names, warnings, previews and the command line."""
    if markup.count("<") > MOST_TAGS:
        return WHITE_SPACE.sub(" ", markup).strip()
    spaced = BLOCK_END.sub(" ", markup)
    try:
        stripped = _stripper().clean(spaced)
    except ValueError:
        # As above: better its tags in sight than the post lost.
        stripped = html.escape(spaced)
    return WHITE_SPACE.sub(" ", html.unescape(stripped)).strip()


@lru_cache(maxsize=1)
def _stripper() -> nh3.Cleaner:
    return nh3.Cleaner(tags=set(), clean_content_tags=set(DROPPED))
