"""Moving in the browser: other accounts are named, a move asks for the password, and can be undone."""

import html
import re

from fedlearn.services import moving
from tests.federation.browser import open_browser, sign_in
from tests.federation.network import Network
from tests.federation.peer import Person
from tests.federation.server import PASSWORD, Server, settle
from tests.federation.test_keeping import press
from tests.federation.test_moving import as_if_it_were_long_ago

PAGE = "/settings/moving"


async def prove_long_ago(server: Server) -> None:
    """Who is signed in, has been so for a while."""
    async with server.instance.db.write() as connection:
        await connection.execute("UPDATE session SET proven_at = 1")


async def test_naming_another_account(alpha: Server, bob: Person, network: Network) -> None:
    """An account is named, shown, and taken away again; what is none comes back with the reason."""
    browser = await sign_in(alpha, "alice")
    for typed in ("nonsense here", "@nobody@peer.test", "@bob@away.test", "alice", ""):
        answer = await press(browser, "/settings/aliases", alias=typed)
        assert answer.status_code == 422, typed
        assert 'id="error-alias"' in answer.text
        assert f'value="{typed}"' in answer.text
    answer = await press(browser, "/settings/aliases", alias=f" {bob.handle} ")
    page = (await browser.get(answer.headers["location"])).text
    assert "can move here from now on" in page
    assert '<bdi class="wraps">@bob@peer.test</bdi>' in page
    assert (await alpha.get("/users/alice")).json()["alsoKnownAs"] == [bob.uri]
    network.unplug("peer.test")
    await press(browser, "/settings/aliases/remove", uri=bob.uri)
    assert "@bob@peer.test" not in (await browser.get(PAGE)).text
    assert (await alpha.get("/users/alice")).json()["alsoKnownAs"] == []


async def test_moving(alpha: Server, bob: Person) -> None:
    """A move wants an alias there and the password here; then the profile says where to."""
    browser = await sign_in(alpha, "alice")
    answer = await press(browser, "/settings/move", target=bob.handle)
    assert answer.status_code == 422
    assert "is an alias of it" in html.unescape(answer.text)
    bob.changes["alsoKnownAs"] = ["https://alpha.test/users/alice"]
    await prove_long_ago(alpha)
    answer = await press(browser, "/settings/move", target=bob.handle)
    assert answer.status_code == 401
    assert (await alpha.actor("alice")).profile.moved_to is None
    answer = await press(
        browser, "/prove", proof="wrong", proof_action="/settings/move", target=bob.handle
    )
    assert (await alpha.actor("alice")).profile.moved_to is None
    await press(browser, "/prove", proof=PASSWORD, proof_page=PAGE)
    answer = await press(browser, "/settings/move", target=bob.handle)
    assert answer.headers["location"] == f"{PAGE}?done=moved"
    assert (await alpha.get("/users/alice")).json()["movedTo"] == bob.uri
    assert "has moved to" in (await open_browser(alpha).get("/@alice")).text
    page = (await browser.get(PAGE)).text
    assert re.search(r'action="/settings/move/undo"', page)
    assert "less than a week ago" in page


async def test_coming_back_and_moving_again(alpha: Server, bob: Person) -> None:
    """Who comes back can be followed at once, and moves again after a week, not before."""
    bob.changes["alsoKnownAs"] = ["https://alpha.test/users/alice"]
    browser = await sign_in(alpha, "alice")
    await press(browser, "/settings/move", target=bob.handle)
    await press(browser, "/settings/move/undo")
    assert "movedTo" not in (await alpha.get("/users/alice")).json()
    assert "has moved to" not in (await open_browser(alpha).get("/@alice")).text
    await alpha.follow("dora", "@alice@alpha.test")
    assert (await press(browser, "/settings/move", target=bob.handle)).status_code == 422
    await as_if_it_were_long_ago(alpha)
    assert 'action="/settings/move"' in (await browser.get(PAGE)).text
    assert (await press(browser, "/settings/move", target=bob.handle)).status_code == 303


async def test_nobody_moves_anybody_else(alpha: Server, bob: Person) -> None:
    """Forms of moving are about oneself, whoever sends them; strangers are asked to sign in."""
    alice = await alpha.actor("alice")
    await moving.set_alias(alpha.instance, alice, bob.handle, is_alias=True)
    await press(await sign_in(alpha, "dora"), "/settings/aliases/remove", uri=bob.uri)
    await settle(alpha)
    assert (await alpha.actor("alice")).profile.also_known_as == (bob.uri,)
    assert (await open_browser(alpha).get(PAGE)).status_code == 303
