"""Accounts as moderators find them from an app, and what they do about them."""

from typing import Any

import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act
from fedlearn.domain.roles import steward
from fedlearn.domain.warnings import Consequence
from fedlearn.services import accounts, reports, stewardship, warnings
from tests.api.apps import App, app_of
from tests.federation.peer import Person
from tests.federation.server import Server
from tests.federation.test_stewardship import done, person, wanted

V1, V2 = "/v1/admin/accounts", "/v2/admin/accounts"


@pytest.fixture
async def morris(alpha: Server) -> App:
    """An app of a moderator."""
    await person(alpha, "morris", Role.MODERATOR)
    return await app_of(alpha, "morris")


@pytest.fixture
async def ada(alpha: Server) -> App:
    """An app of an admin."""
    await person(alpha, "ada", Role.ADMIN)
    return await app_of(alpha, "ada")


async def path_of(server: Server, name: str) -> str:
    """Where an app finds somebody here."""
    return f"{V1}/{(await server.actor(name)).id}"


async def newcomer(server: Server) -> str:
    """Where an app finds somebody who waits to be let in."""
    async with server.instance.db.write() as connection:
        user = await accounts.insert_account(
            server.instance,
            connection,
            wanted(),
            None,
            approved=False,
            confirmed=True,
            invite_request="I work here.",
        )
    return f"{V1}/{user.actor.id}"


# --- looking -------------------------------------------------------------------------------------


async def test_each_role_sees_what_its_pages_show(alpha: Server, morris: App, ada: App) -> None:
    """Addresses are for admins, how somebody stands is for moderators too."""
    path = await newcomer(alpha)
    shown: dict[str, Any] = await ada.get(path)
    assert (shown["username"], shown["domain"]) == ("dora", None)
    assert (shown["email"], shown["confirmed"]) == ("dora@example.org", True)
    assert (shown["approved"], shown["suspended"], shown["silenced"]) == (False, False, False)
    assert (shown["ip"], shown["ips"], shown["role"]["id"]) == (None, [], "-99")
    assert (shown["account"]["acct"], shown["invite_request"]) == ("dora", "I work here.")
    less = await morris.get(path)
    assert (less["email"], less["confirmed"]) == ("", None)
    assert less | {"email": "dora@example.org", "confirmed": True} == shown


async def test_accounts_are_found(alpha: Server, bob: Person, morris: App, ada: App) -> None:
    """By where they are, how they stand, what they may, and by names, domain and address."""
    for name in ("alice", "alina"):
        await alpha.user(name)
    await newcomer(alpha)
    await accounts.change_profile(alpha.instance, await alpha.actor("alina"), name="Öland", bio="")
    silenced = {"type": "silence", "text": "Loud"}
    await morris.post(f"{await path_of(alpha, 'alice')}/action", **silenced)
    await morris.post(f"{await path_of(alpha, 'alina')}/action", type="disable")
    elsewhere = (await alpha.find(bob.handle)).id
    await morris.post(f"{V1}/{elsewhere}/action", type="sensitive")
    people = ["dora", "alina", "alice", "ada", "morris"]

    async def found(path: str, **query: Any) -> list[str]:
        return [one["account"]["acct"] for one in await morris.get(path, **query)]

    for query, old, names in (
        ({"origin": "local"}, {"local": True}, people),
        ({"origin": "remote"}, {"remote": "1"}, ["bob@peer.test"]),
        ({"status": "pending"}, {"pending": "true"}, ["dora"]),
        ({"status": "silenced"}, {"silenced": "true"}, ["alice"]),
        ({"status": "suspended"}, {"suspended": "true"}, []),
        ({"status": "disabled"}, {"disabled": "true"}, ["alina"]),
        ({"status": "sensitized"}, {"sensitized": "true"}, ["bob@peer.test"]),
        ({"permissions": "staff"}, {"staff": "true"}, ["ada", "morris"]),
        ({"username": "ALI"}, {"username": "ali"}, ["alina", "alice"]),
        ({"username": "%li"}, {"username": "_li"}, []),
        ({"display_name": "öl"}, {"display_name": "ÖL"}, ["alina"]),
        ({"by_domain": "peer.test"}, {"by_domain": "Peer.test"}, ["bob@peer.test"]),
        ({"email": "Dora@example.org"}, {"email": "dora@example.org"}, ["dora"]),
        ({"ip": "127.0.0.1"}, {"ip": "127.0.0.1"}, []),
    ):
        assert await found(V2, **query) == names, query
        assert await found(V1, **old) == names, old
    assert await found(V2, **{"role_ids[]": ["2", "99"]}) == ["ada"]
    assert await found(V2, **{"role_ids[]": ["99"]}) == []
    assert set(await found(V2)) == {*people, "bob@peer.test"}
    assert (await morris.ask("GET", V2, params={"status": "happy"})).status_code == 422


async def test_accounts_are_leafed_through(alpha: Server, morris: App) -> None:
    """Page by page, and back next to what was seen."""
    for name in ("alice", "carol", "dora"):
        await alpha.user(name)
    first = await morris.ask("GET", V2, params={"origin": "local", "limit": 2})
    assert [one["username"] for one in first.json()] == ["dora", "carol"]
    older = first.links["next"]["url"].removeprefix(f"https://{alpha.host}/api")
    second = await morris.ask("GET", older)
    assert [one["username"] for one in second.json()] == ["alice", "morris"]
    newer = second.links["prev"]["url"].removeprefix(f"https://{alpha.host}/api")
    assert (await morris.ask("GET", newer)).json() == first.json()


# --- acting --------------------------------------------------------------------------------------


async def test_silence_and_suspend(alpha: Server, morris: App) -> None:
    """Each shows at once, can be taken back, and is written down with its reason."""
    path = await path_of(alpha, "carol")
    stranger = await app_of(alpha)
    page = f"/v1/accounts/{path.rpartition('/')[2]}"
    await morris.post(f"{path}/action", type="silence", text="Too loud")
    assert (await morris.get(path))["silenced"] is True
    assert (await morris.post(f"{path}/unsilence"))["silenced"] is False
    assert (await morris.post(f"{path}/unsilence"))["silenced"] is False
    await morris.post(f"{path}/action", type="suspend", text="Still too loud")
    assert (await morris.get(path))["suspended"] is True
    assert (await stranger.ask("GET", page)).status_code == 404
    assert (await morris.post(f"{path}/unsuspend"))["suspended"] is False
    assert (await stranger.get(page))["acct"] == "carol"
    assert (await morris.ask("POST", f"{path}/unsuspend")).status_code == 403
    assert await done(alpha) == [
        (Act.UNSUSPEND, "@carol"),
        (Act.SUSPEND, "@carol"),
        (Act.UNSILENCE, "@carol"),
        (Act.SILENCE, "@carol"),
    ]
    told = await warnings.warnings_of(alpha.instance, await alpha.actor("carol"))
    assert [one.text for one in told] == ["Still too loud", "Too loud"]


async def test_disable_and_mark(alpha: Server, bob: Person, morris: App) -> None:
    """Somebody is kept out, or has their pictures folded; taking back what is not said is none."""
    path, elsewhere = await path_of(alpha, "carol"), f"{V1}/{(await alpha.find(bob.handle)).id}"
    carol = await app_of(alpha, "carol")
    own = "/v1/accounts/verify_credentials"
    await morris.post(f"{path}/action", type="sensitive", text="Naked")
    await morris.post(f"{elsewhere}/action", type="sensitive")
    assert (await morris.get(elsewhere))["sensitized"] is True
    assert (await carol.get(own))["acct"] == "carol"
    await morris.post(f"{path}/action", type="disable", text="Stolen")
    assert (await carol.ask("GET", own)).status_code == 401
    shown = await morris.get(path)
    assert (shown["disabled"], shown["sensitized"], shown["suspended"]) == (True, True, False)
    for refused, kind in ((path, "disable"), (path, "sensitive"), (elsewhere, "disable")):
        answer = await morris.ask("POST", f"{refused}/action", json={"type": kind})
        assert answer.status_code == 422
    for _ in range(2):
        assert (await morris.post(f"{path}/enable"))["disabled"] is False
        assert (await morris.post(f"{path}/unsensitive"))["sensitized"] is False
    assert (await morris.ask("POST", f"{elsewhere}/enable")).status_code == 403
    assert await done(alpha) == [
        (Act.UNSENSITIZE, "@carol"),
        (Act.ENABLE, "@carol"),
        (Act.DISABLE, "@carol"),
        (Act.SENSITIZE, "@bob@peer.test"),
        (Act.SENSITIZE, "@carol"),
    ]
    told = await warnings.warnings_of(alpha.instance, await alpha.actor("carol"))
    assert [one.consequence for one in told] == [Consequence.DISABLE, Consequence.SENSITIVE]


async def test_acting_resolves_reports(alpha: Server, morris: App) -> None:
    """What is done settles all reports about somebody; a warning only the one that led to it."""
    carol, alice = await alpha.actor("carol"), await alpha.actor("alice")
    path = await path_of(alpha, "carol")
    numbers = [await reports.report(alpha.instance, alice, carol, comment=text) for text in "abc"]
    other = await reports.report(alpha.instance, carol, alice, comment="d")

    async def waiting() -> list[str]:
        return [one["comment"] for one in await morris.get("/v1/admin/reports")]

    warned = {"type": "none", "text": "Please stop", "report_id": str(numbers[0])}
    await morris.post(f"{path}/action", **warned)
    assert await waiting() == ["d", "c", "b"]
    await morris.post(f"{path}/action", **warned | {"report_id": str(numbers[0])})
    for wrong, status in (
        ({"report_id": str(other)}, 404),
        ({"report_id": "4711"}, 404),
        ({"text": ""}, 422),
        ({"type": "dance"}, 422),
        ({"type": ""}, 422),
    ):
        refused = await morris.ask("POST", f"{path}/action", json=warned | wrong)
        assert refused.status_code == status, wrong
    assert await waiting() == ["d", "c", "b"]
    await morris.post(f"{path}/action", type="silence")
    assert await waiting() == ["d"]
    assert [act for act, _ in await done(alpha)] == [
        *[Act.RESOLVE, Act.RESOLVE, Act.SILENCE],
        *[Act.WARN, Act.RESOLVE, Act.WARN],
    ]


async def test_who_is_let_in(alpha: Server, morris: App) -> None:
    """Who waits is let in, or not; of whom was not let in nothing is left."""
    path = await newcomer(alpha)
    let_in = await morris.post(f"{path}/approve")
    assert (let_in["approved"], let_in["invite_request"]) == (True, None)
    for again in ("approve", "reject"):
        assert (await morris.ask("POST", f"{path}/{again}")).status_code == 403
    user = await accounts.create_account(alpha.instance, wanted("emil"), approved=False)
    path = f"{V1}/{user.actor.id}"
    rejected = await morris.post(f"{path}/reject")
    assert (rejected["username"], rejected["approved"]) == ("emil", False)
    assert (await morris.ask("GET", path)).status_code == 404
    assert await done(alpha) == [(Act.REJECT, "@emil"), (Act.APPROVE, "@dora")]


async def test_who_is_suspended_is_erased(alpha: Server, morris: App, ada: App) -> None:
    """By admins alone, and nobody who was not suspended before."""
    path = await path_of(alpha, "carol")
    assert (await ada.ask("DELETE", path)).status_code == 403
    await ada.post(f"{path}/action", type="suspend")
    assert (await morris.ask("DELETE", path)).status_code == 403
    erased = await ada.ask("DELETE", path)
    assert (erased.status_code, erased.json()["suspended"]) == (200, True)
    assert (await ada.ask("DELETE", path)).status_code == 403
    assert [act for act, _ in await done(alpha)] == [Act.DELETE_ACCOUNT, Act.SUSPEND]
    assert await ada.get(V2, username="carol") == []


async def test_nobody_acts_upon_those_above(alpha: Server, morris: App, ada: App) -> None:
    """A moderator upon an admin, an admin upon an owner, anybody upon themselves: refused."""
    await person(alpha, "olga", Role.OWNER)
    for app, name in ((morris, "ada"), (morris, "morris"), (ada, "olga"), (ada, "ada")):
        path = await path_of(alpha, name)
        for answer in (
            await app.ask("POST", f"{path}/action", json={"type": "suspend"}),
            await app.ask("POST", f"{path}/unsilence"),
        ):
            assert answer.json() == {"error": "This action is not allowed"}
    assert await done(alpha) == []


async def test_a_role_that_was_taken_counts_no_more(alpha: Server, morris: App) -> None:
    """The app keeps its token, and may nothing with it."""
    olga = await person(alpha, "olga", Role.OWNER)
    await morris.get(V2)
    await stewardship.change_role(alpha.instance, await alpha.user("morris"), Role.USER, by=olga)
    assert steward(await alpha.user("morris")).role is Role.USER
    assert (await morris.ask("GET", V2)).status_code == 403


async def test_people_elsewhere(alpha: Server, bob: Person, morris: App) -> None:
    """They can be suspended and not erased, for they have no login here."""
    path = f"{V1}/{(await alpha.find(bob.handle)).id}"
    assert (await morris.get(path))["domain"] == "peer.test"
    await morris.post(f"{path}/action", type="suspend")
    assert (await morris.get(path))["suspended"] is True
    assert (await morris.ask("POST", f"{path}/approve")).status_code == 403
    assert (await morris.post(f"{path}/unsuspend"))["suspended"] is False
