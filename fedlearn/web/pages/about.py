"""This is where the instance says what it is, to anybody; Threads asks for these pages."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fedlearn.db import figures as db_figures
from fedlearn.instance import VERSION
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.templating import render_page


async def about_page(request: Request) -> Response:
    """What this server is, who runs it, who may join, and how many are here."""
    async with instance_of(request).db.read() as connection:
        people = await db_figures.people_here(connection)
        posts = await db_figures.public_posts(connection)
    return await render_page(request, "about.html", people=people, posts=posts, version=VERSION)


async def rules_page(request: Request) -> Response:
    """What is asked of the people here."""
    return await render_page(request, "rules.html", text=parts_of(request).texts.rules)


async def privacy_page(request: Request) -> Response:
    """What becomes of what people tell this server."""
    return await render_page(request, "privacy.html", text=parts_of(request).texts.privacy)


async def robots(_request: Request) -> Response:
    """Crawlers read public pages, and nothing that people do."""
    return PlainTextResponse(
        "User-agent: *\nDisallow: /search\nDisallow: /sign-in\nDisallow: /new-password\n"
    )
