"""How it is remembered which files of other servers are kept."""

from dataclasses import replace

from fedlearn.db import erasing as db_erasing
from fedlearn.db import media as db_media
from fedlearn.db.database import Connection
from fedlearn.db.details import Details, add_details
from fedlearn.domain.ids import Millis
from fedlearn.domain.media import CachedMedia
from fedlearn.domain.statuses import Attachment, Preview
from tests.builders import remote, says
from tests.clock import DAY, Clock


def a_file(url: str, at: int, size: int = 10) -> CachedMedia:
    """A picture."""
    return CachedMedia(url, f"path of {url}", "image/png", size, at)


async def test_files_are_found_by_address(connection: Connection, clock: Clock) -> None:
    """What is kept comes back as it was; fetched again, it is what it is now."""
    one, two = a_file("https://a.example/1", clock.now), a_file("https://a.example/2", clock.now)
    for file in (one, two):
        await db_media.keep_media(connection, file, "a.example")
    assert await db_media.cached_media(connection, one.url) == one
    assert await db_media.cached_media(connection, "https://a.example/3") is None
    newer = replace(one, media_type="image/gif", size=7, used_at=clock.forward(DAY))
    await db_media.keep_media(connection, newer, "a.example")
    assert await db_media.cached_among(connection, [one.url, "x"]) == [newer]
    assert await db_media.cache_size(connection) == (2, 17)
    assert await db_media.known_paths(connection, [one.path, "elsewhere"]) == {one.path}
    await db_media.forget_media(connection, [one.url])
    assert await db_media.cache_size(connection) == (1, 10)
    await db_media.forget_media(connection, [two.url])
    assert await db_media.cache_size(connection) == (0, 0)


async def test_longest_unused_come_first(connection: Connection, clock: Clock) -> None:
    """Looking at a file puts it at the end."""
    begin = clock.now
    for number in range(3):
        file = a_file(f"https://a.example/{number}", clock.forward(DAY))
        await db_media.keep_media(connection, file, "a.example")
    clock.forward(DAY)
    await db_media.touch_media(connection, "https://a.example/0")

    async def unused(days: int, limit: int = 9) -> list[str]:
        found = await db_media.unused_since(connection, Millis(begin + days * DAY), limit)
        return [media.url[-1] for media in found]

    assert await unused(9) == ["1", "2", "0"]
    assert await unused(9, limit=1) == ["1"]
    assert await unused(3) == ["1"]


async def test_files_of_a_domain(connection: Connection, clock: Clock) -> None:
    """Those on it and below it, and no neighbour's; only those not looked at for a while."""
    hosts = ("far.example", "sub.far.example", "far.example:81", "notfar.example", "example")
    for host in hosts:
        await db_media.keep_media(connection, a_file(f"https://{host}/1", clock.now), host)
    later = Millis(clock.now + 1)
    found = await db_media.media_of_domain(connection, "far.example", later, 9)
    assert {one.url for one in found} == {f"https://{host}/1" for host in hosts[:3]}
    assert await db_media.media_of_domain(connection, "far.example", clock.now, 9) == []


async def test_what_actors_show(connection: Connection) -> None:
    """Their pictures, and what is attached to their posts; nothing of others."""
    robin = await remote(connection, "robin@a.example", avatar="r1", header="r2")
    other = await remote(connection, "other@a.example", avatar="o1")
    plain = await remote(connection, "plain@a.example")
    for author, urls in ((robin, ["r3", "r4", "r1"]), (other, ["o2"])):
        post = await says(connection, author)
        attachments = tuple(Attachment("image/png", url) for url in urls)
        preview = Preview("https://b.example", "a page", image=f"{author.profile.username}'s page")
        await add_details(connection, post.id, Details((), attachments, preview))
    shown = await db_media.media_of_actors(connection, [robin.id, plain.id])
    assert sorted(shown) == ["r1", "r2", "r3", "r4", "robin's page"]
    assert await db_media.media_of_actors(connection, []) == []
    await db_erasing.erase_traces(connection, robin.id)
    assert sorted(await db_media.media_of_actors(connection, [robin.id])) == ["r1", "r2"]
