"""Collections of people, as apps make, read and leave them."""

from typing import Any

import pytest

from fedlearn.services import accounts, blocks
from tests.api.apps import App, app_of
from tests.federation.server import Server

BEES = {
    "name": "Beekeepers",
    "description": "They know",
    "language": "en",
    "tag_name": "#Bees",
    "sensitive": False,
    "discoverable": True,
}


async def found(server: Server, name: str) -> str:
    """The id of somebody who wants to be found."""
    actor = await server.actor(name)
    await accounts.change_profile(server.instance, actor, name=name, is_discoverable=True)
    return str(actor.id)


async def made_by(app: App, **said: Any) -> dict[str, Any]:
    """A collection of whom the app acts for."""
    made: dict[str, Any] = (await app.post("/v1/collections", **(BEES | said)))["collection"]
    return made


async def test_collection_is_made_and_read(alpha: Server) -> None:
    """A collection is read by anybody as it was made, with the accounts that occur in it."""
    alice, anybody = await app_of(alpha, "alice"), await app_of(alpha)
    bob = await found(alpha, "bob")
    made = await made_by(alice, account_ids=[bob, bob])
    (item,) = made["items"]
    assert made == {
        **made,
        "uri": f"https://alpha.test/users/alice/collections/{made['id']}",
        "url": f"https://alpha.test/collections/{made['id']}",
        "name": "Beekeepers",
        "description": "They know",
        "language": "en",
        "local": True,
        "sensitive": False,
        "discoverable": True,
        "tag": {"name": "bees", "url": "https://alpha.test/tags/bees"},
        "item_count": 1,
    }
    assert item == {**item, "account_id": bob, "state": "accepted"}
    path = f"/v1/collections/{made['id']}"
    shown = await anybody.get(path)
    assert shown["collection"] == made
    assert [one["acct"] for one in shown["accounts"]] == ["alice", "bob"]
    owner = made["account_id"]
    assert await anybody.get(f"/v1/accounts/{owner}/collections") == {"collections": [made]}
    assert await anybody.get(f"/v1/accounts/{bob}/in_collections") == {"collections": [made]}
    changed = (await alice.ask("PATCH", path, json={"name": "Wasps", "tag_name": ""})).json()
    assert changed["collection"] == {
        **made,
        "name": "Wasps",
        "tag": None,
        "updated_at": changed["collection"]["updated_at"],
    }
    assert (await alice.ask("DELETE", path)).json() == {}
    assert (await anybody.ask("GET", path)).status_code == 404


async def test_people_come_and_go(alpha: Server) -> None:
    """Whoever is put in may leave, and is not put back; who is taken out may be."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    bob_id, carol_id = await found(alpha, "bob"), await found(alpha, "carol")
    path = f"/v1/collections/{(await made_by(alice))['id']}"
    items = {
        one: (await alice.post(f"{path}/items", account_id=one))["collection_item"]
        for one in (bob_id, carol_id)
    }
    carols = f"{path}/items/{items[carol_id]['id']}"
    assert (await bob.ask("POST", f"{carols}/revoke")).status_code == 403
    assert (await bob.ask("DELETE", carols)).status_code == 403
    assert (await alice.ask("DELETE", carols)).json() == {}
    assert (await alice.ask("DELETE", carols)).status_code == 404
    await alice.post(f"{path}/items", account_id=carol_id)
    assert await bob.post(f"{path}/items/{items[bob_id]['id']}/revoke") == {}
    refused = await alice.ask("POST", f"{path}/items", json={"account_id": bob_id})
    assert refused.status_code == 422
    assert "stays out" in refused.json()["error"]
    left = (await alice.get(path))["collection"]["items"]
    assert [one["account_id"] for one in left] == [carol_id]


async def test_who_cannot_be_put_in(alpha: Server, beta: Server) -> None:
    """Who does not want to be found, or is elsewhere, is refused, as their account says."""
    alice, anybody = await app_of(alpha, "alice"), await app_of(alpha)
    bob = await alpha.actor("bob")
    await accounts.change_profile(alpha.instance, bob, is_discoverable=False)
    await beta.actor("dan")
    dan = await alpha.find("@dan@beta.test")
    path = f"/v1/collections/{(await made_by(alice))['id']}/items"
    for body in ({}, {"account_id": "1"}, {"account_id": bob.id}, {"account_id": dan.id}):
        answer = await alice.ask("POST", path, json=body)
        assert answer.status_code == 422, body
    assert "on another server" in answer.json()["error"]
    approval = {
        name: (await app.get(f"/v1/accounts/{actor_id}"))["feature_approval"]
        for name, app, actor_id in (
            ("bob", alice, bob.id),
            ("dan", alice, dan.id),
            ("carol", alice, await found(alpha, "carol")),
            ("a stranger", anybody, await found(alpha, "carol")),
        )
    }
    assert approval["bob"] == {"automatic": [], "manual": [], "current_user": "denied"}
    assert approval["dan"] == {"automatic": [], "manual": [], "current_user": "missing"}
    assert approval["carol"] == {"automatic": ["public"], "manual": [], "current_user": "automatic"}
    assert approval["a stranger"]["current_user"] == "denied"


async def test_what_others_may_not(alpha: Server) -> None:
    """Others change nothing of a collection; apps do only what they were allowed."""
    alice, bob, anybody = (
        await app_of(alpha, "alice"),
        await app_of(alpha, "bob"),
        await app_of(alpha),
    )
    path = f"/v1/collections/{(await made_by(alice))['id']}"
    wrong = {"name": "Mine"}
    for method, address in (("PATCH", path), ("DELETE", path), ("POST", f"{path}/items")):
        body = {"account_id": await found(alpha, "bob")} | wrong
        assert (await bob.ask(method, address, json=body)).status_code == 403
        assert (await anybody.ask(method, address, json=body)).status_code == 401
    reads = await app_of(alpha, "alice", "read:collections write:lists")
    assert (await reads.ask("POST", "/v1/collections", json=BEES)).status_code == 403
    other = await app_of(alpha, "alice", "read:lists")
    assert (await other.ask("GET", path)).status_code == 403
    assert (await reads.get(path))["collection"]["name"] == "Beekeepers"
    assert (await anybody.ask("POST", "/v1/collections", json=BEES)).status_code == 401


async def test_what_is_not_listed(alpha: Server) -> None:
    """What is not discoverable is not there for strangers, and on no profile for others."""
    alice, bob, carol = [await app_of(alpha, name) for name in ("alice", "bob", "carol")]
    anybody, bob_id = await app_of(alpha), await found(alpha, "bob")
    made = await made_by(alice, discoverable=False, account_ids=[bob_id])
    path, owner = f"/v1/collections/{made['id']}", made["account_id"]
    assert (await anybody.ask("GET", path)).status_code == 404
    assert (await carol.get(path))["collection"] == made
    for app, listed in ((alice, [made]), (carol, []), (anybody, [])):
        shown = await app.get(f"/v1/accounts/{owner}/collections")
        assert shown == {"collections": listed}
    for app, listed in ((bob, [made]), (carol, []), (anybody, [])):
        shown = await app.get(f"/v1/accounts/{bob_id}/in_collections")
        assert shown == {"collections": listed}


async def test_blocks_hide(alpha: Server) -> None:
    """Whom a block parts finds nothing of the other's, and nobody finds the blocked in any."""
    alice, bob, carol = [await app_of(alpha, name) for name in ("alice", "bob", "carol")]
    ids = [await found(alpha, name) for name in ("bob", "carol")]
    made = await made_by(alice, account_ids=ids)
    path = f"/v1/collections/{made['id']}"
    await blocks.block(alpha.instance, await alpha.actor("carol"), await alpha.actor("bob"))
    for app, shown in ((alice, ids), (bob, ids[:1]), (carol, ids[1:])):
        items = (await app.get(path))["collection"]["items"]
        assert [one["account_id"] for one in items] == shown
    await blocks.block(alpha.instance, await alpha.actor("bob"), await alpha.actor("alice"))
    assert (await bob.ask("GET", path)).status_code == 404
    assert (await alice.get(path))["collection"]["item_count"] == 1


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"name": ""}, "name", "ERR_BLANK"),
        ({"name": "x" * 41}, "name", "ERR_TOO_LONG"),
        ({"description": "x" * 101}, "description", "ERR_TOO_LONG"),
        ({"language": "xx"}, "language", "ERR_INVALID"),
        ({"tag_name": "two words"}, "tag_name", "ERR_INVALID"),
    ],
)
async def test_what_will_not_do(alpha: Server, said: dict[str, str], field: str, code: str) -> None:
    """What is wrong with a collection is said field by field, and nothing is made or changed."""
    alice = await app_of(alpha, "alice")
    made = await made_by(alice)
    for method, path in (("POST", "/v1/collections"), ("PATCH", f"/v1/collections/{made['id']}")):
        answer = await alice.ask(method, path, json=BEES | said)
        assert answer.status_code == 422
        error = answer.json()["error"]
        assert error["error"].startswith("Validation failed: ")
        assert [one["error"] for one in error["details"][field]] == [code]
    shown = await alice.get(f"/v1/accounts/{made['account_id']}/collections")
    assert shown == {"collections": [made]}


async def test_nobody_is_there(alpha: Server) -> None:
    """With somebody in it who is not there no collection is made."""
    alice = await app_of(alpha, "alice")
    answer = await alice.ask("POST", "/v1/collections", json=BEES | {"account_ids": ["1"]})
    assert answer.status_code == 422
    assert (await alice.ask("GET", "/v1/collections/1")).status_code == 404


async def test_leafing_through(alpha: Server) -> None:
    """Collections are leafed through by number, the latest first, and pages lead to each other."""
    alice = await app_of(alpha, "alice")
    made = [await made_by(alice, name=f"Bees {number}") for number in range(3)]
    path = f"/v1/accounts/{made[0]['account_id']}/collections"
    first = await alice.ask("GET", path, params={"limit": 2})
    assert [one["name"] for one in first.json()["collections"]] == ["Bees 2", "Bees 1"]
    assert first.headers["link"] == (f'<https://alpha.test/api{path}?limit=2&offset=2>; rel="next"')
    last = await alice.ask("GET", path, params={"limit": 2, "offset": 2})
    assert [one["name"] for one in last.json()["collections"]] == ["Bees 0"]
    assert last.headers["link"] == f'<https://alpha.test/api{path}?limit=2&offset=0>; rel="prev"'
    assert (await alice.ask("GET", path, params={"offset": -1})).status_code == 400


async def test_apps_are_told(alpha: Server) -> None:
    """Who is put in is told with the collection, and in words where the app knows no such thing."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    actor = await alpha.actor("alice")
    await accounts.change_profile(alpha.instance, actor, name="Alice <3")
    made = await made_by(alice, name="Bees & co", account_ids=[await found(alpha, "bob")])
    (told,) = await bob.get("/v1/notifications")
    assert (told["type"], told["collection"]) == ("added_to_collection", made)
    assert "fallback" not in told
    knows = {"supported_types[]": ["mention", "added_to_collection"]}
    (same,) = await bob.get("/v1/notifications", **knows)
    assert same == told
    asked = {"supported_types[]": ["mention"]}
    (spelled,) = await bob.get("/v1/notifications", **asked)
    fallback = {
        "title": "Alice &lt;3 recommends you in a collection",
        "summary": "Bees &amp; co",
        "details": f'<a href="{made["url"]}">{made["url"]}</a>',
    }
    assert spelled == {**told, "fallback": fallback}
    assert await bob.get(f"/v1/notifications/{told['id']}", **asked) == spelled
    grouped = await bob.get("/v2/notifications", **asked)
    (group,) = grouped["notification_groups"]
    assert (group["collection"], group["fallback"]) == (made, fallback)
    again = await bob.get(f"/v2/notifications/{group['group_key']}", **asked)
    assert again["notification_groups"][0]["fallback"] == fallback
    (plain,) = (await bob.get("/v2/notifications"))["notification_groups"]
    assert "fallback" not in plain
    # What is known everywhere has no other words.
    await alpha.post("alice", "Hello @bob")
    (mention,) = await bob.get("/v1/notifications", **{"types[]": ["mention"]}, **asked)
    assert "fallback" not in mention


async def test_how_many_there_may_be(alpha: Server) -> None:
    """An app hears how many collections somebody may have."""
    alice = await app_of(alpha, "alice")
    assert (await alice.get("/v1/accounts/verify_credentials"))["role"]["collection_limit"] == 10
