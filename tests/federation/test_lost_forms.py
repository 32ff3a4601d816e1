"""What somebody wrote into any form is not lost with their session, as in the composer."""

from html import escape

import httpx

from fedlearn.db import reports as db_reports
from fedlearn.db.rules import insert_rule, rules
from fedlearn.domain.actors import Role
from fedlearn.domain.filters import FilterContext, Keyword, NewFilter
from fedlearn.domain.roles import steward
from fedlearn.services import announcements, filters, lists, reports
from fedlearn.services.announcements import AnnouncementDraft
from tests.federation.browser import open_browser
from tests.federation.server import PASSWORD, Server
from tests.federation.test_desk import sits
from tests.federation.test_lost_drafts import HERE, hidden_fields

WROTE = 'What I "meant" & more'
MOD = "/moderation"
# What was written, for each form; gaps are filled by the scene.
FORMS = {
    "/report": {"actor": "{dora}", "comment": WROTE, "category": "spam"},
    "/settings/profile": {"name": WROTE, "bio": WROTE, "field_0_name": WROTE},
    "/filters": {"title": WROTE, "keyword_1": WROTE, "action": "hide"},
    "/filters/{filter}": {"title": WROTE, "keyword_7": WROTE},
    "/lists": {"title": WROTE},
    "/lists/{list}/rename": {"title": WROTE},
    f"{MOD}/rules": {"text": WROTE, "hint": WROTE},
    f"{MOD}/rules/{{rule}}/change": {"text": WROTE, "hint": WROTE},
    f"{MOD}/announcements": {"text": WROTE, "starts_at": "2030-01-31T09:00"},
    f"{MOD}/announcements/{{announcement}}/change": {"text": WROTE},
    f"{MOD}/reports/{{report}}/note": {"note": WROTE},
    f"{MOD}/reports/{{report}}/delete": {"text": WROTE},
    f"{MOD}/accounts/{{dora}}/warn": {"text": WROTE, "reason": WROTE},
    f"{MOD}/accounts/{{dora}}/delete": {"name": WROTE, "reason": WROTE},
    f"{MOD}/domains/save": {"domain": "bad.example", "public_comment": WROTE},
    f"{MOD}/invitations": {"uses": "7", "days": "11"},
}


async def scene(server: Server) -> dict[str, str]:
    """Something of everything that forms are about, and its ids."""
    instance, by = server.instance, steward(await server.user("ada"))
    rude = await server.post("dora", "a rude word")
    me, dora = await server.actor("ada"), await server.actor("dora")
    wanted = NewFilter("Insects", frozenset(FilterContext), (Keyword("bees"),))
    await reports.report(instance, me, dora, comment="", status_ids=[rude.id])
    await announcements.announce(instance, by, AnnouncementDraft("Hear, hear"))
    async with instance.db.write() as connection:
        await insert_rule(connection, "Be kind", "")
        [rule] = await rules(connection)
        [report] = await db_reports.all_reports(connection)
    [announcement] = await announcements.announcements(instance, by)
    return {
        "dora": str(dora.id),
        "filter": str((await filters.create_filter(instance, me, wanted)).id),
        "list": str((await lists.create_list(instance, me, "Birds")).id),
        "rule": str(rule.id),
        "report": str(report.id),
        "announcement": str(announcement.id),
    }


KEPT = {
    "actor": "name",
    "filter": "title",
    "people_list": "title",
    "rule": "text",
    "announcement": "text",
    "report": "comment",
    "report_note": "text",
    "account_warning": "text",
    "domain_policy": "domain",
    "invitation": "token_hash",
}


async def kept(server: Server) -> dict[str, list[str]]:
    """What these forms could change or add to."""
    async with server.instance.db.read() as connection:
        return {
            table: [
                row["kept"]
                for row in await connection.fetch_all(f"SELECT {column} AS kept FROM {table}")
            ]
            for table, column in KEPT.items()
        }


async def sign_in_with(
    browser: httpx.AsyncClient, lost: httpx.Response, name: str
) -> httpx.Response:
    """Sign in on the page that the form led to, and go where it leads, as browsers do."""
    form = {**hidden_fields(lost.text, "/sign-in"), "login": name, "password": PASSWORD}
    done = await browser.post("/sign-in", data=form, headers=HERE)
    assert done.status_code == 307
    kind = {"content-type": done.request.headers["content-type"]}
    content = done.request.content
    return await browser.post(done.headers["location"], content=content, headers={**HERE, **kind})


async def test_forms_come_back(alpha: Server) -> None:
    """The page to sign in with carries each; then it is filled in as it was, and nothing was done."""
    await sits(alpha, "ada", Role.OWNER)
    gaps = await scene(alpha)
    before = await kept(alpha)
    for form, fields in FORMS.items():
        path = form.format(**gaps)
        written = {name: value.format(**gaps) for name, value in fields.items()}
        async with open_browser(alpha) as browser:
            lost = await browser.post(path, data=written, headers=HERE)
            assert lost.status_code == (404 if path.startswith(MOD) else 401), path
            assert "Sign in, and you find what you wrote." in lost.text, path
            back = await sign_in_with(browser, lost, "ada")
            assert back.status_code == 403, path
            assert "Look it over and send it" in back.text, path
            assert missing_in(back.text, path, written) == [], path
            other = await browser.post(path, data=written, headers=HERE)
            assert other.text.count("Look it over and send it") == 1, path
    assert await kept(alpha) == before


def missing_in(page: str, action: str, written: dict[str, str]) -> list[str]:
    """Which fields of the form with this action do not hold what was written."""
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    return [
        name
        for name, value in written.items()
        if str(escape(value)).replace("&quot;", "&#34;")
        not in form.partition(f'name="{name}"')[2][: 300 + len(value)]
    ]


async def test_what_is_not_theirs_stays_closed(alpha: Server) -> None:
    """Who signs in instead without a role finds nothing there; a button leaves nothing behind."""
    await sits(alpha, "ada", Role.OWNER)
    await alpha.user("mallory")
    gaps = await scene(alpha)
    async with open_browser(alpha) as browser:
        for path in (f"{MOD}/rules", f"{MOD}/reports/{gaps['report']}/note"):
            lost = await browser.post(path, data={"text": WROTE, "note": WROTE}, headers=HERE)
            back = await sign_in_with(browser, lost, "mallory")
            assert back.status_code == 404
            assert "Be kind" not in back.text
            browser.cookies.clear()
        pressed = await browser.post(f"{MOD}/reports/{gaps['report']}/resolve", headers=HERE)
        assert pressed.status_code == 404
        assert "Sign in, and you find" not in pressed.text
        foreign = {"sec-fetch-site": "cross-site"}
        refused = await browser.post("/lists", data={"title": WROTE}, headers=foreign)
        assert refused.status_code == 403
        assert "meant" not in refused.text
