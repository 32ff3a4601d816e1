"""Timelines as apps leaf through them: without gaps and without repeats."""

import re

import pytest

from fedlearn.db.details import Details, replace_details
from fedlearn.domain.audience import Scope
from fedlearn.domain.statuses import Preview
from fedlearn.services import boosts, lists
from fedlearn.services.attachments import upload
from fedlearn.services.drafts import MediaDraft
from tests.api.apps import App, app_of
from tests.federation.server import Server
from tests.pictures import photograph

LINK = re.compile(r'<https://alpha\.test/api([^>]*)>; rel="(\w+)"')


async def leaf(app: App, path: str, relation: str) -> list[list[str]]:
    """The ids of each page, from one to its neighbour until there is none."""
    pages: list[list[str]] = []
    while True:
        answer = await app.ask("GET", path)
        ids = [one["id"] for one in answer.json()]
        if not ids:
            assert "link" not in answer.headers
            return pages
        pages.append(ids)
        links = LINK.findall(answer.headers["link"])
        assert [name for _, name in links] == ["next", "prev"]
        path = {name: path for path, name in links}[relation]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/timelines/home",
        "/v1/timelines/public",
        "/v1/timelines/public?local=true",
        "/v1/timelines/tag/Bees",
        "/v1/accounts/ALICE/statuses",
        "/v1/timelines/list/LIST",
    ],
)
async def test_every_post_once_down_and_up(alpha: Server, path: str) -> None:
    """Page by page downwards everything comes once; upwards from the end the same, in its order."""
    me, alice = await alpha.actor("reader"), await alpha.actor("alice")
    await alpha.follow("reader", "@alice@alpha.test")
    made = await lists.create_list(alpha.instance, me, "Hers")
    await lists.add_member(alpha.instance, me, made.id, alice)
    posts = [str((await alpha.post("alice", f"{number} #bees")).id) for number in range(7)]
    path = path.replace("ALICE", str(alice.id)).replace("LIST", str(made.id))
    app = await app_of(alpha, "reader")
    joint = "&" if "?" in path else "?"
    down = await leaf(app, f"{path}{joint}limit=3", "next")
    assert down == [posts[:3:-1], posts[3:0:-1], posts[:1]]
    up = await leaf(app, f"{path}{joint}limit=3&min_id={posts[0]}", "prev")
    assert up == [posts[3:0:-1], posts[6:3:-1]]
    newest = await app.get(path, since_id=posts[4])
    assert [one["id"] for one in newest] == [posts[6], posts[5]]


async def test_strangers_read_what_is_public_here(alpha: Server) -> None:
    """Without a token one reads public posts of this server; what is only here does not show."""
    stranger, member = await app_of(alpha), await app_of(alpha, "bob")
    open_to_all = await alpha.post("alice", "open")
    inside = await alpha.post("alice", "inside", scope=Scope.ORG)
    shown = await stranger.get("/v1/timelines/public")
    assert [one["id"] for one in shown] == [str(open_to_all.id)]
    shown = await member.get("/v1/timelines/public")
    assert [one["id"] for one in shown] == [str(inside.id), str(open_to_all.id)]
    assert (await stranger.ask("GET", "/v1/timelines/home")).status_code == 401


async def test_lists_of_others_are_not_there(alpha: Server) -> None:
    """Somebody else's list answers like none at all."""
    made = await lists.create_list(alpha.instance, await alpha.actor("alice"), "Mine")
    answer = await (await app_of(alpha, "bob")).ask("GET", f"/v1/timelines/list/{made.id}")
    assert answer.status_code == 404


@pytest.mark.parametrize("limit", ["-1", "nonsense"])
@pytest.mark.parametrize(
    "path", ["/v1/timelines/public?", "/v2/search?q=bees&", "/v1/accounts/search?q=bees&"]
)
async def test_page_that_cannot_be(alpha: Server, path: str, limit: str) -> None:
    """A negative number or none is refused, and says why."""
    answer = await (await app_of(alpha, "alice")).ask("GET", f"{path}limit={limit}")
    assert answer.status_code in {400, 422}
    assert "limit" in answer.json()["error"]


async def test_part_of_what_somebody_posts(alpha: Server) -> None:
    """An app asks for posts without boosts or answers, with pictures, or with a hashtag."""
    alice, app = await alpha.actor("alice"), await app_of(alpha, "bob")
    other = await alpha.post("carol", "Do bees sleep?")
    plain = await alpha.post("alice", "Hello")
    tagged = await alpha.post("alice", "They do #Bees")
    answer = await alpha.post("alice", "@carol Yes #bees", in_reply_to_id=other.id)
    boost = await boosts.boost(alpha.instance, alice, other.id)
    path, everything = f"/v1/accounts/{alice.id}/statuses", [boost, answer, tagged, plain]
    for asked, shown in (
        ({}, everything),
        ({"exclude_reblogs": "true"}, [answer, tagged, plain]),
        ({"exclude_replies": "1"}, [boost, tagged, plain]),
        ({"exclude_replies": "1", "exclude_reblogs": "1"}, [tagged, plain]),
        ({"tagged": "BEES"}, [answer, tagged]),
        ({"tagged": "bees", "exclude_replies": "1"}, [tagged]),
        ({"tagged": "wasps"}, []),
        ({"only_media": "true"}, []),
    ):
        found = await app.get(path, **asked)
        assert [one["id"] for one in found] == [str(one.id) for one in shown], asked
    pages = await leaf(app, f"{path}?tagged=bees&limit=1", "next")
    assert pages == [[str(answer.id)], [str(tagged.id)]]


async def test_several_hashtags(alpha: Server) -> None:
    """Posts with any of some hashtags, with all of them, or with none, page by page."""
    app = await app_of(alpha, "alice")
    words = ("#bees", "#wasps", "#bees #wasps", "#bees #ants", "#flies")
    bees, wasps, both, ants, _flies = [str((await alpha.post("bob", one)).id) for one in words]
    for asked, shown in (
        ({"any[]": ["Wasps"]}, [ants, both, wasps, bees]),
        ({"all[]": ["wasps"]}, [both]),
        ({"none[]": ["wasps", "ants"]}, [bees]),
        ({"any[]": ["wasps"], "none[]": ["ants"]}, [both, wasps, bees]),
        ({"local": "true"}, [ants, both, bees]),
        ({"remote": "true"}, []),
        ({"only_media": "true"}, []),
    ):
        found = await app.get("/v1/timelines/tag/bees", **asked)
        assert [one["id"] for one in found] == shown, asked
    pages = await leaf(app, "/v1/timelines/tag/bees?any[]=wasps&limit=3", "next")
    assert pages == [[ants, both, wasps], [bees]]


async def test_only_pictures(alpha: Server) -> None:
    """Of public posts and of those with a hashtag, those with pictures alone."""
    alice, app = await alpha.actor("alice"), await app_of(alpha, "bob")
    await alpha.post("alice", "Only words #bees")
    picture = await upload(alpha.instance, alice, photograph())
    shown = await alpha.post("alice", "See #bees", media=(MediaDraft(picture.id),))
    for path in (
        "/v1/timelines/public",
        "/v1/timelines/tag/bees",
        f"/v1/accounts/{alice.id}/statuses",
    ):
        assert len(await app.get(path)) == 2
        found = await app.get(path, only_media="true")
        assert [one["id"] for one in found] == [str(shown.id)], path


async def test_what_leads_to_a_page(alpha: Server) -> None:
    """Public posts with the same link are read together, by those who see them."""
    app, page = await app_of(alpha, "alice"), "https://bees.example/"
    post, _other = await alpha.post("bob", "Read this"), await alpha.post("bob", "Not this")
    async with alpha.instance.db.write() as connection:
        await replace_details(connection, post.id, Details((), (), Preview(page, "Bees")))
    assert [one["id"] for one in await app.get("/v1/timelines/link", url=page)] == [str(post.id)]
    assert await app.get("/v1/timelines/link", url=page + "else") == []
    assert await app.get("/v1/timelines/link") == []
