"""This is where it is found out whom a text names, and where its HTML is made."""

import asyncio
from collections.abc import Iterable, Mapping

from fedlearn.activitypub.webfinger import read_handle
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Scope
from fedlearn.errors import FetchError, Invalid, RefusedDocument
from fedlearn.instance import Instance
from fedlearn.remote.actors import find_handle
from fedlearn.text.format import Named, format_quote, format_status
from fedlearn.text.languages import _
from fedlearn.text.mentions import handles_in

MOST_HANDLES_LOOKED_UP = 20
PATIENCE_FOR_A_HANDLE = 10.0  # seconds


async def named_in_text(instance: Instance, text: str) -> dict[str, Actor]:
    """Whom the handles in a text mean, by the handle as typed in lower case."""
    typed = handles_in(text)[:MOST_HANDLES_LOOKED_UP]
    found = await asyncio.gather(*(actor_named(instance, one) for one in typed))
    pairs = zip(typed, found, strict=True)
    return {one.lower(): actor for one, actor in pairs if actor is not None}


async def actor_named(instance: Instance, typed: str) -> Actor | None:
    """Whom a handle means; None when it leads nowhere, or its server lets us wait.

    Then it stays plain text: the post is neither lost nor held up over it.
    """
    handle = read_handle(typed if "@" in typed else f"{typed}@{instance.uris.domain}")
    if handle is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE_FOR_A_HANDLE):
            return await find_handle(instance, handle)
    except (FetchError, RefusedDocument, TimeoutError):
        return None


def refuse_outsiders(people: Iterable[Actor], scope: Scope) -> None:
    """`Invalid` when a post that stays here names somebody elsewhere."""
    outsiders = [actor.acct for actor in people if not actor.is_local]
    if scope is Scope.ORG and outsiders:
        names = ", ".join(f"@{acct}" for acct in outsiders)
        message = _(
            "%(names)s cannot see what stays in the organisation: leave out the name.", names=names
        )
        raise Invalid(_("This post never leaves the server."), {"text": message})


def html_of(
    instance: Instance, text: str, named: Mapping[str, Actor], quoted_url: str | None
) -> str:
    """What a person typed as HTML, with links to those whom it names and what it quotes."""
    people = {
        typed: Named(url=actor.profile.url, username=actor.profile.username)
        for typed, actor in named.items()
    }
    html = format_status(text, people, instance.uris.hashtag)
    return format_quote(quoted_url) + html if quoted_url else html
