"""Reporting in the browser: from a post or a profile, with what is wrong, here or elsewhere too."""

import re

from fedlearn.db.rules import insert_rule, rules
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.reports import Report, ReportCategory
from fedlearn.services import reports
from tests.federation.browser import open_browser, sign_in
from tests.federation.forms import field_of
from tests.federation.peer import Person
from tests.federation.scenes import reads, takes
from tests.federation.server import Server, settle
from tests.federation.test_keeping import press


async def all_reports(server: Server) -> list[Report]:
    """What was reported, the latest first."""
    return await reports.all_reports(server.instance)


async def two_rules(server: Server) -> list[int]:
    """The place has rules; their numbers."""
    async with server.instance.db.write() as connection:
        for text in ("Be kind", "No secrets"):
            await insert_rule(connection, text, "")
        return [rule.id for rule in await rules(connection)]


async def test_reporting_a_post(alpha: Server) -> None:
    """From the menu of a post leads a form where that post is chosen; what is sent is kept."""
    first, second = [await alpha.post("alice", text) for text in ("not nice", "worse")]
    await two_rules(alpha)
    author, browser = await alpha.actor("alice"), await sign_in(alpha, "bob")
    link = re.search(r'href="(/report\?[^"]+)"', (await browser.get(f"/@alice/{first.id}")).text)
    assert link
    form = (await browser.get(link[1].replace("&amp;", "&"))).text
    assert f'value="{first.id}" checked' in form
    assert f'value="{second.id}">' in form
    broken = re.findall(r'name="rule" value="(\d+)"', form)
    assert len(broken) == 2
    answer = await browser.post(
        "/report",
        data={
            "csrf": field_of(form, "csrf"),
            "actor": str(author.id),
            "status": [str(first.id), str(second.id)],
            "category": "violation",
            "rule": broken[:1],
            "comment": " look at this ",
            "forward": "on",
        },
    )
    assert answer.headers["location"] == f"/report/sent?actor={author.id}"
    (kept,) = await all_reports(alpha)
    assert kept.statuses == (first.status.uri, second.status.uri)
    assert (kept.reporter.acct, kept.target.acct) == ("bob", "alice")
    assert kept.category is ReportCategory.VIOLATION
    assert [rule.text for rule in kept.rules] == ["Be kind"]
    assert (kept.comment, kept.is_forwarded) == ("look at this", False)
    thanks = (await browser.get(answer.headers["location"])).text
    assert f"/actors/{author.id}/block" in thanks
    await press(browser, f"/actors/{author.id}/block")
    assert "/block" not in (await browser.get(answer.headers["location"])).text


async def test_reporting_somebody_elsewhere(alpha: Server, bob: Person) -> None:
    """Who looks after the other server is told if one wishes; rules of ours are not named there."""
    await reads(alpha, "alice", bob)
    note = bob.note("<p>rude</p>")
    await takes(alpha, bob, bob.activity("Create", note))
    view = await alpha.seen_by("alice", note["id"])
    assert view
    browser, target = await sign_in(alpha, "alice"), await alpha.find(bob.handle)
    assert f'href="/report?actor={target.id}"' in (await browser.get(f"/@{target.acct}")).text
    for forward, sent in (("", 0), ("on", 1)):
        await press(
            browser,
            "/report",
            actor=str(target.id),
            status=str(view.id),
            category="spam",
            comment="rude",
            forward=forward,
        )
        await settle(alpha)
        assert len(bob.peer.got("Flag")) == sent
    (flag,) = bob.peer.got("Flag")
    assert flag["object"] == [bob.uri, note["id"]]
    assert "alice" not in str(flag)


async def test_report_sent_twice(alpha: Server, bob: Person) -> None:
    """The same form sent again is one report, here and elsewhere; other words are another."""
    browser, target = await sign_in(alpha, "alice"), await alpha.find(bob.handle)
    key = field_of((await browser.get(f"/report?actor={target.id}")).text, "key")
    form = {"actor": str(target.id), "category": "spam", "forward": "on", "key": key}
    for comment in ("rude", "rude", "very rude"):
        answer = await press(browser, "/report", **form, comment=comment)
        assert answer.headers["location"] == f"/report/sent?actor={target.id}"
    await settle(alpha)
    assert [one.comment for one in await all_reports(alpha)] == ["very rude", "rude"]
    assert len(bob.peer.got("Flag")) == 2


async def test_report_comes_back(alpha: Server) -> None:
    """What will not do comes back as it was filled in, and nothing is kept."""
    post = await alpha.post("alice", "hello")
    browser = await sign_in(alpha, "bob")
    form = {"actor": str(post.author.id), "status": str(post.id), "comment": "why"}
    for changes, problem in (
        ({}, "category"),
        ({"category": "boredom"}, "category"),
        ({"category": "spam", "comment": "x" * 5001}, "comment"),
    ):
        answer = await press(browser, "/report", **form | changes)
        assert answer.status_code == 422
        assert f'id="error-{problem}"' in answer.text
        assert f'value="{post.id}" checked' in answer.text
    assert await all_reports(alpha) == []


async def test_what_cannot_be_reported(alpha: Server) -> None:
    """Nobody reports themselves, nobody at all, or posts of others, or those they do not see."""
    hidden = await alpha.post("alice", "for followers", reach=Reach.FOLLOWERS)
    inside = await alpha.post("alice", "kept inside", scope=Scope.ORG)
    other = await alpha.post("dora", "hello")
    author, browser = await alpha.actor("alice"), await sign_in(alpha, "bob")
    me = await alpha.actor("bob")
    for query in ("", "?actor=x", "?actor=12345", f"?actor={me.id}"):
        assert (await browser.get(f"/report{query}")).status_code == 404
        assert (await browser.get(f"/report/sent{query}")).status_code == 404
    form = (await browser.get(f"/report?actor={author.id}&status={hidden.id}")).text
    assert "for followers" not in form
    assert "kept inside" in form
    for status, code in ((hidden.id, 404), (other.id, 422), (inside.id, 303)):
        answer = await press(
            browser, "/report", actor=str(author.id), status=str(status), category="other"
        )
        assert answer.status_code == code
    assert [one.statuses for one in await all_reports(alpha)] == [(inside.status.uri,)]
    stranger = open_browser(alpha)
    assert (await stranger.get(f"/report?actor={author.id}")).status_code == 303
    assert "/report" not in (await stranger.get("/@alice")).text
