"""This is where the instance says what it is, to anybody; Threads asks for these pages."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fedlearn.web.templating import render_page


async def about_page(request: Request) -> Response:
    """What this server is and who runs it."""
    return await render_page(request, "about.html")


async def robots(_request: Request) -> Response:
    """Crawlers read public pages, and nothing that people do."""
    return PlainTextResponse(
        "User-agent: *\nDisallow: /search\nDisallow: /sign-in\nDisallow: /new-password\n"
    )
