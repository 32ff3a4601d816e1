"""This is where the instance says what it is, to anybody; Threads asks for these pages."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fedlearn.db import figures as db_figures
from fedlearn.errors import NotFound
from fedlearn.instance import VERSION
from fedlearn.services import moderation, rules
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.pages.moderation.words import POLICIES
from fedlearn.web.templating import render_page


async def about_page(request: Request) -> Response:
    """What this server is, who runs it, who may join, and how many are here."""
    async with instance_of(request).db.read() as connection:
        people = await db_figures.people_here(connection)
        posts = await db_figures.public_posts(connection)
    return await render_page(
        request,
        "about.html",
        text=parts_of(request).texts.about,
        people=people,
        posts=posts,
        version=VERSION,
        blocked=await moderation.blocked_in_public(instance_of(request)),
        policies=POLICIES,
    )


async def rules_page(request: Request) -> Response:
    """What is asked of the people here; until rules are written, the operator's own text."""
    written = await rules.rules(instance_of(request))
    text = parts_of(request).texts.rules
    return await render_page(request, "rules.html", rules=written, text=text)


async def privacy_page(request: Request) -> Response:
    """What becomes of what people tell this server."""
    return await render_page(request, "privacy.html", text=parts_of(request).texts.privacy)


async def terms_page(request: Request) -> Response:
    """What holds between the operator and the people here: today, or from the day that is named."""
    texts, day = parts_of(request).texts, request.path_params.get("day")
    terms = texts.terms_of(day) if day else texts.current_terms
    if terms is None:
        raise NotFound
    others = [one for one in reversed(texts.terms) if one is not terms]
    return await render_page(request, "terms.html", terms=terms, others=others)


async def robots(_request: Request) -> Response:
    """Crawlers read public pages, and nothing that people do."""
    return PlainTextResponse(
        "User-agent: *\nDisallow: /search\nDisallow: /sign-in\nDisallow: /new-password\n"
    )
