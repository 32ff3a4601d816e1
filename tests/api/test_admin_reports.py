"""Reports as moderators work on them from an app."""

import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach
from fedlearn.domain.audit import Act
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import reports, rules
from tests.api.apps import App, app_of
from tests.federation.server import Server
from tests.federation.test_stewardship import done, person

PATH = "/v1/admin/reports"


@pytest.fixture
async def morris(alpha: Server) -> App:
    """An app of a moderator."""
    await person(alpha, "morris", Role.MODERATOR)
    return await app_of(alpha, "morris")


async def test_posts_on_a_report(alpha: Server, morris: App) -> None:
    """The list shows what anybody sees; the report all that was reported, and that is written down."""
    opened = await alpha.post("carol", "For all")
    await alpha.follow("alice", f"carol@{alpha.host}")
    secret = await alpha.post("carol", "@alice a word", reach=Reach.DIRECT)
    hidden = await alpha.post("carol", "Not reported", reach=Reach.FOLLOWERS)
    reporter, target = await alpha.actor("alice"), await alpha.actor("carol")
    ids = [opened.id, secret.id]
    await reports.report(alpha.instance, reporter, target, comment="Look", status_ids=ids)
    (listed,) = await morris.get(PATH)
    assert [one["id"] for one in listed["statuses"]] == [str(opened.id)]
    assert (listed["comment"], listed["category"]) == ("Look", "other")
    assert listed["account"]["username"] == "alice"
    assert listed["target_account"]["account"]["acct"] == "carol"
    assert await done(alpha) == []
    shown = await morris.get(f"{PATH}/{listed['id']}")
    assert [one["id"] for one in shown["statuses"]] == [str(one) for one in ids]
    assert await done(alpha) == [(Act.READ_REPORTED, f"report {listed['id']}")]
    for view in (secret, hidden):
        assert (await morris.ask("GET", f"/v1/statuses/{view.id}")).status_code == 404


async def test_work_on_a_report(alpha: Server, morris: App) -> None:
    """It is taken, given back, resolved, opened again, and each is written down."""
    reporter, target = await alpha.actor("alice"), await alpha.actor("carol")
    number = await reports.report(alpha.instance, reporter, target, comment="Look")
    path = f"{PATH}/{number}"
    taken = await morris.post(f"{path}/assign_to_self")
    assert taken["assigned_account"]["username"] == "morris"
    assert (await morris.post(f"{path}/unassign"))["assigned_account"] is None
    resolved = await morris.post(f"{path}/resolve")
    assert (resolved["action_taken"], resolved["updated_at"]) == (
        True,
        resolved["action_taken_at"],
    )
    assert resolved["action_taken_by_account"]["username"] == "morris"
    assert (await morris.post(f"{path}/resolve"))["action_taken_at"] == resolved["action_taken_at"]
    assert (await morris.get(PATH), len(await morris.get(PATH, resolved=True))) == ([], 1)
    opened = await morris.post(f"{path}/reopen")
    assert (opened["action_taken"], opened["action_taken_by_account"]) == (False, None)
    assert (await morris.ask("POST", f"{path}/burn")).status_code == 404
    acts = [Act.REOPEN, Act.RESOLVE, Act.UNASSIGN, Act.ASSIGN]
    assert await done(alpha) == [(act, f"report {number}") for act in acts]


async def test_what_is_wrong(alpha: Server, morris: App) -> None:
    """Moderators may say it otherwise; rules stand where they are what is broken."""
    await rules.add_rule(alpha.instance, TERMINAL, "Be kind", "To all")
    (rule,) = await rules.rules(alpha.instance)
    reporter, target = await alpha.actor("alice"), await alpha.actor("carol")
    number = await reports.report(alpha.instance, reporter, target, comment="Look")
    path = f"{PATH}/{number}"

    async def change(**body: object) -> tuple[str, list[str]]:
        answer = (await morris.ask("PUT", path, json=body)).json()
        return answer["category"], [one["text"] for one in answer["rules"]]

    named = {"category": "violation", "rule_ids": [rule.id]}
    assert await change(**named) == ("violation", ["Be kind"])
    assert await change() == ("violation", ["Be kind"])
    assert await change(rule_ids=[]) == ("violation", [])
    assert await change(**named | {"category": "spam"}) == ("spam", [])
    wrong = await morris.ask("PUT", path, json={"category": "boring"})
    assert wrong.status_code == 422
    assert (await done(alpha))[0] == (Act.CLASSIFY, f"report {number}")


async def test_reports_are_found(alpha: Server, morris: App) -> None:
    """By whom and about whom, page by page."""
    alice, bob, carol = [await alpha.actor(name) for name in ("alice", "bob", "carol")]
    for reporter, target in ((alice, bob), (alice, carol), (bob, carol)):
        await reports.report(alpha.instance, reporter, target, comment=reporter.acct)
    about = await morris.get(PATH, target_account_id=str(carol.id))
    assert [one["comment"] for one in about] == ["bob", "alice"]
    both = await morris.get(PATH, target_account_id=str(carol.id), account_id=str(bob.id))
    assert [one["comment"] for one in both] == ["bob"]
    assert await morris.get(PATH, account_id=str(carol.id)) == []
    first = await morris.ask("GET", PATH, params={"limit": 2})
    older = first.links["next"]["url"].removeprefix(f"https://{alpha.host}/api")
    last = await morris.ask("GET", older)
    assert (len(first.json()), len(last.json())) == (2, 1)
    newer = last.links["prev"]["url"].removeprefix(f"https://{alpha.host}/api")
    assert (await morris.ask("GET", newer)).json() == first.json()
