"""What stewards do not want shown as lively is not, on no page and in no app; for them it is."""

from contextlib import aclosing

import httpx
import pytest

from fedlearn.db.details import store_preview
from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach
from fedlearn.domain.audit import Act
from fedlearn.domain.roles import steward
from fedlearn.domain.statuses import Preview, StatusView
from fedlearn.domain.trends import TrendKind
from fedlearn.errors import NotFound
from fedlearn.services import favourites, trends
from tests.api.apps import app_of
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import send
from tests.federation.server import Server
from tests.federation.test_desk import sits
from tests.federation.test_stewardship import done, person

PATH, PAGE = "/v1/admin/trends", "/moderation/trends"
URL = "https://news.example/bees"


@pytest.fixture
async def lively(alpha: Server) -> StatusView:
    """A hashtag of two people, who lead to the same page, and a post that two like."""
    first = await alpha.post("alice", "all about #bees")
    second = await alpha.post("bob", "more about #bees")
    async with alpha.instance.db.write() as connection:
        for one in (first, second):
            await store_preview(connection, one.id, Preview(URL, "Of bees"))
    for name in ("bob", "carol"):
        await favourites.favourite(alpha.instance, await alpha.actor(name), first.id)
    return first


async def shown(alpha: Server) -> tuple[list[str], list[str], list[str]]:
    """What an app of nobody is shown."""
    nobody = await app_of(alpha)
    kinds = {"tags": "name", "links": "url", "statuses": "id"}
    tags, links, posts = [
        [one[key] for one in await nobody.get(f"/v1/trends/{kind}")] for kind, key in kinds.items()
    ]
    return tags, links, posts


async def explored(alpha: Server) -> str:
    """What a stranger's page says."""
    async with aclosing(open_browser(alpha)) as browser:
        return (await browser.get("/explore")).text


async def test_app(alpha: Server, lively: StatusView) -> None:
    """Each kind is rejected and shown again; who rejected it sees it still."""
    await person(alpha, "morris", Role.MODERATOR)
    morris, post = await app_of(alpha, "morris"), str(lively.id)
    assert await shown(alpha) == (["bees"], [URL], [post])
    (link,) = await morris.get(f"{PATH}/links")
    assert (link["url"], link["requires_review"]) == (URL, False)
    for kind, number in (("tags", "Bees"), ("links", link["id"]), ("statuses", post)):
        for _ in range(2):
            await morris.post(f"{PATH}/{kind}/{number}/reject")
    assert await shown(alpha) == ([], [], [])
    page = await explored(alpha)
    assert "/tags/bees" not in page
    assert f'id="s{post}"' not in page
    (tag,) = await morris.get(f"{PATH}/tags")
    assert (tag["id"], tag["trendable"], tag["requires_review"]) == ("bees", False, False)
    assert [one["id"] for one in await morris.get(f"{PATH}/links")] == [link["id"]]
    assert [one["id"] for one in await morris.get(f"{PATH}/statuses")] == [post]
    assert (await morris.post(f"{PATH}/tags/bees/approve"))["trendable"] is True
    await morris.post(f"{PATH}/links/{link['id']}/approve")
    assert (await morris.post(f"{PATH}/statuses/{post}/approve"))["id"] == post
    assert await shown(alpha) == (["bees"], [URL], [post])
    assert "/tags/bees" in await explored(alpha)
    assert await done(alpha) == [
        *[(Act.APPROVE_TREND, post), (Act.APPROVE_TREND, URL), (Act.APPROVE_TREND, "bees")],
        *[(Act.REJECT_TREND, post), (Act.REJECT_TREND, URL), (Act.REJECT_TREND, "bees")],
    ]


async def test_what_is_not_there(alpha: Server, lively: StatusView) -> None:
    """Neither what nobody uses nor what the moderator cannot see is rejected, nor anything danced."""
    await person(alpha, "morris", Role.MODERATOR)
    morris = await app_of(alpha, "morris")
    secret = await alpha.post("alice", "for followers", reach=Reach.FOLLOWERS)
    plain = await alpha.post("alice", "leads nowhere")
    for path in (
        "tags/ants/reject",
        "tags/bees/dance",
        f"statuses/{secret.id}/reject",
        f"statuses/{lively.id}/dance",
        f"links/{secret.id}/reject",
        f"links/{plain.id}/reject",
        "links/1/reject",
    ):
        assert (await morris.ask("POST", f"{PATH}/{path}")).status_code == 404, path
    assert await done(alpha) == []


async def test_page(alpha: Server, lively: StatusView) -> None:
    """By buttons; beside the pages of others the hashtag is gone at once."""
    morris = await sits(alpha, "morris", Role.MODERATOR)

    async def press(step: str, kind: str, subject: str) -> httpx.Response:
        return await send(morris, PAGE, f"{PAGE}/{step}", kind=kind, subject=subject)

    async with aclosing(await sign_in(alpha, "dora")) as reader:
        assert "/tags/bees" in (await reader.get("/settings")).text
        subjects = {"hashtag": "bees", "link": URL, "status": str(lively.id)}
        for kind, subject in subjects.items():
            assert (await press("reject", kind, subject)).status_code == 303
        assert "/tags/bees" not in (await reader.get("/settings")).text
        page = (await morris.get(PAGE)).text
        assert "Nothing is lively just now." in page
        assert all(f'value="{subject}"' in page for subject in subjects.values())
        assert (await press("approve", "hashtag", "bees")).status_code == 303
        assert "/tags/bees" in (await reader.get("/settings")).text
        assert (await reader.get(PAGE)).status_code == 404
    for wrong in (("dance", "hashtag", "bees"), ("reject", "person", "x"), ("reject", "link", "")):
        assert (await press(*wrong)).status_code == 404


async def test_who_may_not(alpha: Server) -> None:
    """The service refuses who looks after nothing."""
    by = steward(await alpha.user("alice"))
    with pytest.raises(NotFound):
        await trends.reject(alpha.instance, by, TrendKind.HASHTAG, "bees")
