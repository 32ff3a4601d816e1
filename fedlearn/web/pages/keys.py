"""This is where it is told what each key does; keys.js does it."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.text.languages import N_
from fedlearn.web.templating import render_page

KEYS = (
    (
        N_("Reading"),
        (
            (("j",), N_("The next post")),
            (("k",), N_("The post before")),
            (("←", "→"), N_("The column beside it, in a deck")),
            (("o", "Enter"), N_("Open it")),
            (("r",), N_("Reply")),
            (("b",), N_("Boost, or take it back")),
            (("l",), N_("Like, or like no more")),
        ),
    ),
    (
        N_("Writing and finding"),
        (
            (("n",), N_("Write a post")),
            (("Ctrl+Enter",), N_("Send it")),
            (("/",), N_("Search")),
            (("Esc",), N_("Close what is open")),
            (("?",), N_("Show these keys")),
        ),
    ),
    (
        N_("Going places"),
        (
            (("g h",), N_("Home")),
            (("g n",), N_("Notifications")),
            (("g l",), N_("Public posts")),
            (("g m",), N_("Messages")),
            (("g d",), N_("Deck")),
            (("g f",), N_("Likes")),
            (("g k",), N_("Bookmarks")),
            (("g s",), N_("Settings")),
        ),
    ),
)


async def keys_page(request: Request) -> Response:
    """What each key does."""
    return await render_page(request, "keys.html", keys=KEYS)
