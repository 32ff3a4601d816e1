"""A reply on a timeline shows the first words of what it answers, to whom they are not kept from."""

from collections.abc import AsyncIterator

import httpx
import pytest

from fedlearn.domain.audience import Reach
from fedlearn.domain.filters import FilterContext
from fedlearn.services import boosts, filters, mutes
from tests.federation.browser import PAGE, sign_in
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server
from tests.federation.test_filters import wanted

ANSWER = "They never sleep"


@pytest.fixture
async def window(alpha: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Where alice reads what dora answers."""
    window = await sign_in(alpha, "alice")
    yield window
    await window.aclose()


async def replies(window: httpx.AsyncClient) -> str:
    """The timeline of dora, on which the answer is."""
    page = (await window.get("/@dora/replies")).text
    assert ANSWER in page
    return page


async def test_first_words_above_a_reply(alpha: Server, window: httpx.AsyncClient) -> None:
    """They lead to the post they are of; the rest of it is read there. A boost shows them, too."""
    asked = await alpha.post("carol", f"Do bees sleep? <b> {'And why? ' * 20}")
    answer = await alpha.reply("dora", asked.status.uri, ANSWER)
    await boosts.boost(alpha.instance, await alpha.actor("alice"), answer.id)
    for path in ("/@dora/replies", "/@alice"):
        page = (await window.get(path)).text
        assert f'href="/@carol/{asked.id}">Do bees sleep? &lt;b&gt; And why?' in page
        assert page.count("And why?") < 20


async def test_a_circle_of_answers(alpha: Server, bob: Person) -> None:
    """Posts of another server that answer each other are shown each with the words of the other."""
    await reads(alpha, "alice", bob)
    first, second = bob.note("<p>hen</p>"), bob.note("<p>egg</p>")
    for note, answered in ((first, second), (second, first)):
        await takes(alpha, bob, bob.activity("Create", note | {"inReplyTo": answered["id"]}))
    window = await sign_in(alpha, "alice")
    assert (await window.get("/")).status_code == 200
    await window.aclose()


async def test_words_behind_a_warning(alpha: Server, window: httpx.AsyncClient) -> None:
    """What is behind a warning stays there."""
    asked = await alpha.post("carol", "Do bees sleep?", content_warning="insects")
    await alpha.reply("dora", asked.status.uri, ANSWER)
    assert "Do bees" not in await replies(window)


async def test_words_for_others(alpha: Server, window: httpx.AsyncClient) -> None:
    """What a reader may not see is not begun, either; nor is it for strangers."""
    await alpha.user("carol")
    await alpha.follow("dora", f"@carol@{alpha.host}")
    asked = await alpha.post("carol", "Do bees sleep?", reach=Reach.FOLLOWERS)
    # Whoever answers so asks for the same audience; those named see the answer alone.
    await alpha.reply("dora", asked.status.uri, f"{ANSWER} @alice")
    assert "Do bees" not in await replies(window)
    assert "Do bees" not in (await alpha.get("/@dora/replies", accept=PAGE)).text


async def test_words_of_who_is_muted(alpha: Server, window: httpx.AsyncClient) -> None:
    """Who keeps somebody away does not read them above the answers of others."""
    asked = await alpha.post("carol", "Do bees sleep?")
    await alpha.reply("dora", asked.status.uri, ANSWER)
    assert "Do bees" in await replies(window)
    await mutes.mute(alpha.instance, await alpha.actor("alice"), await alpha.actor("carol"))
    assert "Do bees" not in await replies(window)


async def test_words_that_are_filtered(alpha: Server, window: httpx.AsyncClient) -> None:
    """A filter that speaks of any part of a post keeps its first words away, and not its answers."""
    asked = await alpha.post("carol", f"Do they sleep? {'I wonder. ' * 20} #bees")
    await alpha.reply("dora", asked.status.uri, ANSWER)
    assert "Do they sleep" in await replies(window)
    await filters.create_filter(
        alpha.instance, await alpha.actor("alice"), wanted(FilterContext.ACCOUNT)
    )
    assert "Do they sleep" not in await replies(window)
