"""Pictures on profiles: cut to their shape, shown to everybody, told to followers, and removed."""

import httpx

from fedlearn.services import cleaning
from tests.clock import DAY, Clock
from tests.federation.browser import open_browser, sign_in
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, settle
from tests.federation.uploads import CSRF, File, shown, uploaded_files
from tests.pictures import huge_png, photograph

FACE: File = ("me.jpg", photograph(note="canary"), "image/jpeg")
HILL: File = ("hill.jpg", photograph(900, 900), "image/jpeg")
EMPTY: File = ("", b"", "application/octet-stream")


async def change(
    browser: httpx.AsyncClient,
    *,
    avatar: File = EMPTY,
    header: File = EMPTY,
    remove: str = "",
    **said: str,
) -> httpx.Response:
    """Send the form with the pictures."""
    found = CSRF.search((await browser.get("/settings")).text)
    assert found is not None
    return await browser.post(
        "/settings/pictures",
        data={"csrf": found[1], "remove": remove, **said},
        files={"avatar": avatar, "header": header},
        headers={"sec-fetch-site": "same-origin"},
    )


async def test_pictures_of_a_profile(alpha: Server, bob: Person) -> None:
    """Both are cut to their shape, told by one Update, and shown beside posts and to strangers."""
    await is_read_by(alpha, "alice", bob)
    await alpha.post("alice", "hello")
    browser = await sign_in(alpha, "alice")
    assert (await change(browser, avatar=FACE, header=HILL)).status_code == 303
    await settle(alpha)
    told = bob.peer.got("Update")[-1]["object"]
    document = (await alpha.get("/users/alice")).json()
    page = (await open_browser(alpha).get("/@alice")).text
    for name, size in (("icon", (400, 400)), ("image", (1500, 500))):
        assert told[name] == document[name]
        assert told[name]["mediaType"] == "image/webp"
        url = told[name]["url"]
        assert f'src="{url}"' in page
        answer = await open_browser(alpha).get(url)
        assert answer.headers["cache-control"].startswith("public")
        assert shown(answer).size == size
        assert b"canary" not in answer.content
    assert page.count(f'src="{told["icon"]["url"]}"') == 2  # on top, and beside the post


async def test_picture_is_seen_elsewhere(alpha: Server, beta: Server) -> None:
    """Another server shows the new avatar to who follows."""
    browser = await sign_in(alpha, "alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    await change(browser, avatar=FACE)
    await settle(alpha, beta)
    alice = await beta.known("https://alpha.test/users/alice")
    assert alice is not None
    assert alice.profile.avatar is not None
    proxied = beta.app.state.parts.proxied.path_of(alice.profile.avatar)
    assert shown(await open_browser(beta).get(proxied)).size == (400, 400)


async def test_picture_is_described(alpha: Server, beta: Server) -> None:
    """What it shows is said to those who do not see it, here and on another server."""
    browser = await sign_in(alpha, "alice")
    await beta.follow("bob", "@alice@alpha.test")
    await settle(alpha, beta)
    await change(browser, avatar=FACE, avatar_description='Alice & "bees"')
    await settle(alpha, beta)
    words = 'alt="Alice &amp; &#34;bees&#34;"'
    assert words in (await open_browser(alpha).get("/@alice")).text
    assert words in (await (await sign_in(beta, "bob")).get("/@alice@alpha.test")).text
    assert "Alice &amp; &#34;bees&#34;" in (await browser.get("/settings")).text
    refused = await change(browser, avatar_description="x" * 151)
    assert refused.status_code == 422
    assert 'id="error-avatar_description"' in refused.text
    assert "x" * 151 in refused.text
    await change(browser, remove="avatar", avatar_description="Alice")
    await settle(alpha, beta)
    alice = await beta.known("https://alpha.test/users/alice")
    assert alice is not None
    assert (alice.profile.avatar, alice.profile.avatar_description) == (None, "")


async def test_picture_is_removed(alpha: Server, bob: Person, clock: Clock) -> None:
    """A button takes one away, here and elsewhere; the other stays, and the file is swept."""
    await is_read_by(alpha, "alice", bob)
    browser = await sign_in(alpha, "alice")
    await change(browser, avatar=FACE, header=HILL)
    old = (await alpha.actor("alice")).profile
    assert old.avatar is not None
    assert (await change(browser, remove="avatar")).status_code == 303
    await settle(alpha)
    told = bob.peer.got("Update")[-1]["object"]
    assert "icon" not in told
    assert told["image"]["url"] == old.header
    assert (await open_browser(alpha).get(old.avatar)).status_code == 404
    clock.forward(DAY + 1)
    await cleaning.clean_up(alpha.instance)
    assert len(uploaded_files(alpha)) == 2
    shown(await open_browser(alpha).get(str(old.header)))


async def test_picture_that_will_not_do(alpha: Server, bob: Person) -> None:
    """The form comes back with the reason, and the profile is as it was."""
    await is_read_by(alpha, "alice", bob)
    browser = await sign_in(alpha, "alice")
    for bad in (b"<svg/>", huge_png(30_000, 30_000), FACE[1][:-2000]):
        answer = await change(browser, avatar=("me.jpg", bad, "image/jpeg"))
        assert answer.status_code == 422
        assert 'id="error-avatar"' in answer.text
        # The page begins where something is wrong, below the tab that it belongs to.
        assert 'aria-describedby="error-avatar" autofocus>' in answer.text
        assert '<a href="/settings" aria-current="page">' in answer.text
    assert (await change(browser)).status_code == 303
    assert (await change(browser, remove="name")).status_code == 303
    await settle(alpha)
    assert bob.peer.got("Update") == []
    assert (await alpha.actor("alice")).profile.avatar is None
    assert uploaded_files(alpha) == []
