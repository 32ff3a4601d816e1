"""Lists of people, domains and hashtags as apps leaf through them: nothing is lost at a limit."""

from collections.abc import Awaitable, Callable

import pytest

from fedlearn.db.actors import set_suspended
from fedlearn.domain.ids import Millis
from fedlearn.services import accounts, blocks, domain_blocks, followed_hashtags, mutes
from tests.api.apps import App, app_of
from tests.api.test_timelines import LINK
from tests.federation.server import Server

pytestmark = pytest.mark.usefixtures("ids_in_order")
NAMES = ["bob", "carol", "dora"]


async def leaf(app: App, path: str, relation: str) -> list[list[str]]:
    """What stands on each page, as far as pages lead on."""
    pages: list[list[str]] = []
    while True:
        answer = await app.ask("GET", path)
        if found := answer.json():
            pages.append([one if isinstance(one, str) else one["username"] for one in found])
        links = {name: path for path, name in LINK.findall(answer.headers.get("link", ""))}
        if relation not in links:
            return pages
        path = links[relation]


async def blocked(alpha: Server) -> None:
    """Alice blocks them."""
    for name in NAMES:
        await blocks.block(alpha.instance, await alpha.actor("alice"), await alpha.actor(name))


async def muted(alpha: Server) -> None:
    """Alice mutes them, whom she met in this order."""
    people = [await alpha.actor(name) for name in NAMES]
    for actor in reversed(people):
        await mutes.mute(alpha.instance, await alpha.actor("alice"), actor)


async def asked(alpha: Server) -> None:
    """They ask to follow alice."""
    await accounts.publish_profile(alpha.instance, await alpha.actor("alice"), is_locked=True)
    for name in NAMES:
        await alpha.follow(name, "@alice@alpha.test")


async def kept_away(alpha: Server) -> None:
    """Alice blocks domains, called like them so that they are told in the same way."""
    for name in NAMES:
        await domain_blocks.block_domain(alpha.instance, await alpha.actor("alice"), f"{name}.test")


Scene = Callable[[Server], Awaitable[None]]


@pytest.mark.parametrize(
    ("path", "scene"),
    [
        ("/v1/blocks", blocked),
        ("/v1/mutes", muted),
        ("/v1/follow_requests", asked),
        ("/v1/domain_blocks", kept_away),
    ],
)
async def test_everybody_once(alpha: Server, path: str, scene: Scene) -> None:
    """Page by page, down from the latest and up again; a page of which nothing is left leads nowhere."""
    await scene(alpha)
    app, newest = await app_of(alpha, "alice"), told_as(path)
    assert await leaf(app, f"{path}?limit=2", "next") == [newest[:2], newest[2:]]
    assert await leaf(app, path, "next") == [newest]
    up = await leaf(app, f"{path}?limit=2&min_id=1", "prev")
    assert up == [newest[1:], newest[:1]]
    assert await leaf(await app_of(alpha, "bob"), path, "next") == []
    assert (await app.ask("GET", f"{path}?limit=-1")).status_code == 400


def told_as(path: str) -> list[str]:
    """The names, the latest first, as this list tells them."""
    return [f"{name}.test" if "domain" in path else name for name in reversed(NAMES)]


async def test_hashtags_and_members(alpha: Server) -> None:
    """Hashtags that one follows, and who is on a list: all at once where an app says 0."""
    alice, app = await alpha.actor("alice"), await app_of(alpha, "alice")
    people = [str((await alpha.actor(name)).id) for name in NAMES]
    for name in NAMES:
        await followed_hashtags.follow_hashtag(alpha.instance, alice, name)
    first = await app.ask("GET", "/v1/followed_tags?limit=2")
    assert [one["name"] for one in first.json()] == ["dora", "carol"]
    ((older, _), _newer) = LINK.findall(first.headers["link"])
    assert [one["name"] for one in (await app.ask("GET", older)).json()] == ["bob"]
    made = await app.post("/v1/lists", title="Bees")
    path = f"/v1/lists/{made['id']}/accounts"
    await app.post(path, account_ids=people)
    assert await leaf(app, f"{path}?limit=2", "next") == [["dora", "carol"], ["bob"]]
    assert sorted(one["acct"] for one in await app.get(path, limit=0)) == NAMES


async def test_who_is_suspended(alpha: Server) -> None:
    """How one stands to somebody who is suspended is told only where an app asks for that."""
    bob, app = await alpha.actor("bob"), await app_of(alpha, "alice")
    async with alpha.instance.db.write() as connection:
        await set_suspended(connection, bob.id, Millis(1))
    path = "/v1/accounts/relationships"
    assert await app.get(path, id=str(bob.id)) == []
    (known,) = await app.get(path, id=str(bob.id), with_suspended="true")
    assert known["id"] == str(bob.id)
