"""Filters: people say which words they do not want to read, and where."""

import pytest

from fedlearn.db import filters as db_filters
from fedlearn.domain.filters import Filter, FilterAction, FilterContext, Keyword, NewFilter
from fedlearn.domain.ids import Millis, now
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import filters, lists
from fedlearn.services.filters import MOST_FILTERS, MOST_KEYWORDS
from tests.federation.browser import sign_in
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server
from tests.federation.test_keeping import press

FOLD = "Filtered: Insects"


def wanted(
    *places: FilterContext, action: FilterAction = FilterAction.HIDE, word: str = "bees"
) -> NewFilter:
    """A filter for bees in these places."""
    return NewFilter("Insects", frozenset(places), (Keyword(word),), action)


async def test_each_place_has_its_filters(alpha: Server, bob: Person) -> None:
    """A post is folded, or left out, in the places for which the filter is, and in no other."""
    await reads(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    own = await alpha.post("alice", "what is good for #garden?")
    note = bob.note(
        "<p>@alice bees, in my #garden</p>",
        inReplyTo=own.status.uri,
        to=["https://www.w3.org/ns/activitystreams#Public", alice.uri],
        tag=[
            {"type": "Hashtag", "name": "#garden"},
            {"type": "Mention", "href": alice.uri, "name": "@alice"},
        ],
    )
    await takes(alpha, bob, bob.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view is not None
    mine = await lists.create_list(alpha.instance, alice, "all")
    await lists.add_member(alpha.instance, alice, mine.id, view.author)
    browser = await sign_in(alpha, "alice")
    places = {
        "/": FilterContext.HOME,
        f"/lists/{mine.id}": FilterContext.HOME,
        "/notifications": FilterContext.NOTIFICATIONS,
        "/tags/garden": FilterContext.PUBLIC,
        f"/@alice/{own.id}": FilterContext.THREAD,
        f"/@{view.author.acct}/replies": FilterContext.ACCOUNT,
    }

    async def shown() -> dict[str, tuple[bool, bool]]:
        pages = {path: (await browser.get(path)).text for path in places}
        return {path: (FOLD in text, "in my" in text) for path, text in pages.items()}

    assert {path: one for path, one in (await shown()).items() if one != (False, True)} == {}
    for place in FilterContext:
        made = await filters.create_filter(
            alpha.instance, alice, wanted(place, action=FilterAction.WARN)
        )
        assert await shown() == {path: (one is place, True) for path, one in places.items()}
        await filters.change_filter(alpha.instance, alice, made.id, wanted(place))
        assert await shown() == {path: (False, one is not place) for path, one in places.items()}
        await filters.delete_filter(alpha.instance, alice, made.id)
    # Whoever opens the post itself reads it.
    await filters.create_filter(alpha.instance, alice, wanted(*FilterContext))
    assert "in my" in (await browser.get(f"/@{view.author.acct}/{view.id}")).text


async def test_form_of_a_filter(alpha: Server) -> None:
    """A filter is made, changed, kept in force and given up by forms; what is wrong comes back."""
    browser = await sign_in(alpha, "alice")
    assert 'name="keyword_3"' in (await browser.get("/filters/new")).text
    form = {
        "title": "Insects",
        "keyword_1": " bees ",
        "keyword_3": "ant",
        "whole_3": "on",
        "home": "on",
        "action": "hide",
        "seconds": "3600",
    }
    for wrong, field in (
        ({"title": " "}, "title"),
        ({"keyword_1": "", "keyword_3": " "}, "keywords"),
        ({"keyword_1": "x" * 101}, "keywords"),
        ({"home": ""}, "contexts"),
        ({"seconds": "5"}, "seconds"),
        ({"seconds": "keep"}, "seconds"),
    ):
        answer = await press(browser, "/filters", **form | wrong)
        assert answer.status_code == 422
        assert f'id="error-{field}"' in answer.text
    assert (await press(browser, "/filters", **form)).headers["location"] == "/filters"
    alice = await alpha.actor("alice")
    [made] = await _filters_of(alpha, "alice")
    assert made.says.keywords == (Keyword("bees", whole_word=False), Keyword("ant"))
    assert made.says.action is FilterAction.HIDE
    page = (await browser.get(f"/filters/{made.id}")).text
    assert 'value="keep" selected' in page
    changed = form | {"seconds": "keep", "keyword_1": "wasp", "notifications": "on"}
    await press(browser, f"/filters/{made.id}", **changed)
    [again] = await _filters_of(alpha, "alice")
    assert again.says.expires_at == made.says.expires_at
    assert again.says.contexts == {FilterContext.HOME, FilterContext.NOTIFICATIONS}
    assert "Insects" in (await browser.get("/filters")).text
    await press(browser, f"/filters/{made.id}/delete")
    assert await _filters_of(alpha, "alice") == []
    for number in range(MOST_FILTERS):
        await filters.create_filter(
            alpha.instance, alice, wanted(FilterContext.HOME, word=f"w{number}")
        )
    with pytest.raises(Invalid):
        await filters.create_filter(alpha.instance, alice, wanted(FilterContext.HOME))


async def _filters_of(alpha: Server, name: str) -> list[Filter]:
    actor = await alpha.actor(name)
    async with alpha.instance.db.read() as connection:
        return await db_filters.filters_of(connection, actor.id)


async def test_filters_of_others(alpha: Server) -> None:
    """Nobody else sees, changes or deletes a filter, and it counts for nobody else."""
    alice, carol = await alpha.actor("alice"), await alpha.actor("carol")
    made = await filters.create_filter(alpha.instance, alice, wanted(*FilterContext))
    await alpha.post("dora", "bees")
    browser, other = await sign_in(alpha, "alice"), await sign_in(alpha, "carol")
    assert "bees" not in (await browser.get("/public")).text
    assert "bees" in (await other.get("/public")).text
    assert "bees" in (await alpha.get("/public", accept="text/html")).text
    assert "Insects" not in (await other.get("/filters")).text
    for path in ("", "/delete"):
        answer = await press(other, f"/filters/{made.id}{path}", title="mine", seconds="0")
        assert answer.status_code == 404
    assert (await other.get(f"/filters/{made.id}")).status_code == 404
    with pytest.raises(NotFound):
        await filters.delete_filter(alpha.instance, carol, made.id)
    ended = NewFilter("Insects", made.says.contexts, made.says.keywords, expires_at=Millis(now()))
    await filters.change_filter(alpha.instance, alice, made.id, ended)
    assert "bees" in (await browser.get("/public")).text


async def test_too_many_words(alpha: Server) -> None:
    """A filter has so many words and no more; the same one twice is one."""
    alice = await alpha.actor("alice")
    many = tuple(Keyword(f"word{number}") for number in range(MOST_KEYWORDS))
    places = frozenset({FilterContext.HOME})
    with pytest.raises(Invalid):
        await filters.create_filter(
            alpha.instance, alice, NewFilter("x", places, (*many, Keyword("one more")))
        )
    made = await filters.create_filter(
        alpha.instance, alice, NewFilter("x", places, (Keyword("bee"), Keyword(" bee")))
    )
    assert made.says.keywords == (Keyword("bee"),)


async def test_public_posts_of_other_servers(alpha: Server, bob: Person) -> None:
    """Here, everywhere and elsewhere have a page each; only the first one is for strangers."""
    await reads(alpha, "alice", bob)
    own = await alpha.post("alice", "written here")
    await alpha.post("alice", "and a thread", in_reply_to_id=own.id)
    note = bob.note("<p>written there</p>")
    for one in (
        note,
        bob.note("<p>quietly</p>", to=[bob.followers], cc=note["to"]),
        bob.note("<p>an answer</p>", inReplyTo=own.status.uri),
    ):
        await takes(alpha, bob, bob.activity("Create", one))
    browser = await sign_in(alpha, "carol")

    async def shown(path: str) -> list[str]:
        text = (await browser.get(path)).text
        said = ("written here", "and a thread", "written there", "quietly", "an answer")
        return [one for one in said if one in text]

    assert await shown("/public") == ["written here", "and a thread"]
    assert await shown("/public/all") == ["written here", "and a thread", "written there"]
    assert await shown("/public/remote") == ["written there"]
    for path in ("/public/all", "/public/remote"):
        assert (await alpha.get(path, accept="text/html")).status_code == 303
    assert "written here" in (await alpha.get("/public", accept="text/html")).text
