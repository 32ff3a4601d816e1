"""The pages of those who look after a server, as they use them; for others there are none."""

import re
from collections.abc import Callable

import httpx
import pytest

from fedlearn.domain.actors import Role
from fedlearn.domain.audience import Reach
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.services import accounts, measures, moderation, reports, signing_in, signing_up
from fedlearn.services.accounts import NewAccount
from fedlearn.settings import Registration, Settings
from fedlearn.web.routes import MODERATION
from tests.federation.browser import open_browser
from tests.federation.forms import field_of, send
from tests.federation.network import Network
from tests.federation.peer import Person
from tests.federation.server import PASSWORD, Server, run_server

FOR_ADMINS = (
    "domains",
    "domains.csv",
    "domains/edit?domain=x.example",
    "email-domains",
    "ip-blocks",
    "rules",
    "announcements",
)
FOR_MODERATORS = ("", "reports", "accounts", "trends", "invitations", "audit")


async def sits(server: Server, name: str, role: Role) -> httpx.AsyncClient:
    """A browser in which somebody with a role is signed in."""
    wanted = NewAccount(name, f"{name}@{server.host}", PASSWORD, role=role)
    user = await accounts.create_account(server.instance, wanted)
    browser = open_browser(server)
    token = await signing_in.open_session(server.instance, user, "")
    browser.cookies.set("__Host-session", token, domain=server.host, path="/")
    return browser


@pytest.fixture
async def morris(alpha: Server) -> httpx.AsyncClient:
    """The browser of a moderator."""
    return await sits(alpha, "morris", Role.MODERATOR)


@pytest.fixture
async def ada(alpha: Server) -> httpx.AsyncClient:
    """The browser of an admin."""
    return await sits(alpha, "ada", Role.ADMIN)


async def shown(browser: httpx.AsyncClient, path: str) -> str:
    """What a page says."""
    answer = await browser.get(path)
    assert answer.status_code == 200, path
    return answer.text


def led_to(answer: httpx.Response) -> str:
    """Where a form leads."""
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def id_of(server: Server, name: str) -> int:
    """The id of somebody's actor."""
    return (await server.actor(name)).id


# --- for whom they are ---------------------------------------------------------------------------


async def test_pages_are_for_those_who_may(
    alpha: Server, morris: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    """An admin opens all of them, a moderator some; both find only the way to those."""
    for path in (*FOR_MODERATORS, *FOR_ADMINS):
        assert (await ada.get(f"/moderation/{path}".rstrip("/"))).status_code == 200, path
    for path in FOR_MODERATORS:
        page = await shown(morris, f"/moderation/{path}".rstrip("/"))
        assert 'href="/moderation/reports"' in page
        assert 'href="/moderation/domains"' not in page
    for path in FOR_ADMINS:
        assert (await morris.get(f"/moderation/{path}")).status_code == 404, path
    assert 'href="/moderation"' in await shown(morris, "/settings")


async def test_for_others_there_is_nothing(alpha: Server) -> None:
    """Every address is 404 for a person without a role and for a stranger, whatever they send."""
    alice = await sits(alpha, "alice", Role.USER)
    csrf = field_of(await shown(alice, "/settings"), "csrf")
    assert "/moderation" not in await shown(alice, "/settings")
    for route in MODERATION:
        path = re.sub(r"\{\w+(:\w+)?\}", "1", route.path)
        for browser in (alice, open_browser(alpha)):
            if "POST" in (route.methods or set()):
                answer = await browser.post(path, data={"csrf": csrf})
            else:
                answer = await browser.get(path)
            assert answer.status_code == 404, path


async def test_forms_need_their_token(ada: httpx.AsyncClient) -> None:
    """No form of a steward does anything without the token of their session."""
    for route in MODERATION:
        if "POST" in (route.methods or set()):
            path = re.sub(r"\{\w+(:\w+)?\}", "1", route.path)
            assert (await ada.post(path, data={"text": "x"})).status_code == 403, path


# --- reports -------------------------------------------------------------------------------------


async def test_report_is_worked_on(alpha: Server, morris: httpx.AsyncClient) -> None:
    """From the list to the report: take it, note, delete a post, silence, resolve, open again."""
    await alpha.user("dora")
    await alpha.follow("alice", "dora@alpha.test")
    rude = await alpha.post("dora", "a rude word", reach=Reach.FOLLOWERS)
    target = await alpha.actor("dora")
    await reports.report(
        alpha.instance,
        await alpha.actor("alice"),
        target,
        comment="look at <this>",
        status_ids=[rude.id],
    )
    assert "See the reports" in await shown(morris, "/notifications")
    assert re.search(r'<span>1</span><span class="hidden"> waits', await shown(morris, "/"))
    listed = await shown(morris, "/moderation/reports")
    assert "@dora" in listed
    path = re.findall(r'href="(/moderation/reports/\d+)"', listed)[0]
    page = await shown(morris, path)
    assert "a rude word" in page
    assert "look at &lt;this&gt;" in page
    assert "shown to you because it was reported" in page
    assert led_to(await send(morris, path, f"{path}/assign")) == path
    assert "@dora" in await shown(morris, "/moderation/reports?state=mine")
    long = await send(morris, path, f"{path}/note", note="x" * 2001)
    assert long.status_code == 422
    assert "at most 2000 characters" in long.text
    assert "x" * 2001 in long.text
    assert f'value="{rude.id}" form="posts" checked' in long.text
    led_to(await send(morris, path, f"{path}/note", note="I know them"))
    assert "I know them" in await shown(morris, path)
    nothing = await send(morris, path, f"{path}/delete", text="why")
    assert nothing.status_code == 422
    assert "Choose at least one post." in nothing.text
    assert f'value="{rude.id}" form="posts">' in nothing.text
    led_to(await send(morris, path, f"{path}/delete", post=str(rude.id), text="Be kind."))
    assert "The reported posts are gone." not in await shown(morris, path)
    act = f"/moderation/accounts/{target.id}/silence"
    number = path.rpartition("/")[2]
    assert led_to(await send(morris, path, act, report_id=number, reason="rude")) == path
    page = await shown(morris, path)
    assert f'formaction="/moderation/accounts/{target.id}/unsilence"' in page
    assert f'formaction="{act}"' not in page
    led_to(await send(morris, path, f"{path}/resolve"))
    assert "@dora" in await shown(morris, f"/moderation/reports?state=resolved&about={target.id}")
    led_to(await send(morris, path, f"{path}/reopen"))
    log = await shown(morris, f"/moderation/audit?about={target.id}&by=morris")
    for words in ("Silenced", "Deleted posts", "Resolved a report", "rude"):
        assert words in log
    assert (await send(morris, path, f"{path}/explode")).status_code == 404


async def test_report_about_somebody_above(
    alpha: Server, morris: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    """Whose role is not below one's own is reported too, but offered are no acts upon them."""
    target = await alpha.actor("ada")
    await reports.report(alpha.instance, await alpha.actor("dora"), target, comment="too strict")
    act = f"/moderation/accounts/{target.id}/suspend"
    page = await shown(morris, "/moderation/reports/1")
    assert "only to people whose role is below yours" in page
    assert act not in page


async def test_reporter_elsewhere_is_not_named(
    alpha: Server, bob: Person, morris: httpx.AsyncClient
) -> None:
    """Of a report from another server it is said which one, since nobody there is named."""
    flag = bob.activity("Flag", (await alpha.actor("alice")).uri, content="spam", to=None, cc=None)
    assert (await bob.deliver(alpha, flag)).status_code == 202
    await alpha.worker.run_until_idle()
    page = await shown(morris, "/moderation/reports/1")
    assert "Somebody on peer.test, who is not named" in page


# --- accounts ------------------------------------------------------------------------------------


async def test_account_is_looked_after(
    alpha: Server, morris: httpx.AsyncClient, ada: httpx.AsyncClient
) -> None:
    """Found by name, suspended and let back; addresses and roles are for admins alone."""
    await alpha.user("alice")
    path = f"/moderation/accounts/{await id_of(alpha, 'alice')}"
    assert path in await shown(morris, "/moderation/accounts?name=ali")
    assert path not in await shown(morris, "/moderation/accounts?name=bob")
    assert "alice@alpha.test" not in await shown(morris, path)
    assert "alice@alpha.test" in await shown(ada, path)
    assert (await alpha.get("/users/alice")).status_code == 200
    assert path in await shown(morris, "/@alice")
    led_to(await send(morris, path, f"{path}/suspend", text="Bye.", reason="spam"))
    assert (await alpha.get("/users/alice")).status_code == 404
    assert path in await shown(morris, "/moderation/accounts?state=suspended")
    page = await shown(morris, path)
    assert "Bye." in page
    assert "Take suspension back" in page
    again = await send(morris, path, f"{path}/suspend")
    assert again.status_code == 422
    assert '<p class="error" role="alert">@alice is suspended already' in again.text
    led_to(await send(morris, path, f"{path}/unsuspend"))
    for step in ("role", "password", "one-step", "delete"):
        fields = {"role": "moderator", "name": "alice"}
        assert (await send(morris, path, f"{path}/{step}", **fields)).status_code == 404, step
    led_to(await send(ada, path, f"{path}/role", role="moderator"))
    assert (await alpha.user("alice")).role is Role.MODERATOR
    assert (await send(ada, path, f"{path}/role", role="emperor")).status_code == 422
    assert (await send(ada, path, f"{path}/role", role="owner")).status_code == 422
    once = await send(ada, path, f"{path}/password")
    assert "https://alpha.test/sign-in/" in once.text
    assert "https://alpha.test/sign-in/" not in await shown(ada, path)
    slip = await send(ada, path, f"{path}/delete", name="alic")
    assert slip.status_code == 422
    led_to(await send(ada, path, f"{path}/delete", name="alice", reason="asked for it"))
    assert "Deleted" in await shown(ada, path)


async def test_accounts_elsewhere(alpha: Server, bob: Person, morris: httpx.AsyncClient) -> None:
    """They are found by server, and can be silenced and suspended, not written to."""
    actor = await alpha.find(bob.handle)
    path = f"/moderation/accounts/{actor.id}"
    assert path in await shown(morris, "/moderation/accounts?origin=remote&domain=peer.test")
    assert "What they are told" not in await shown(morris, path)
    led_to(await send(morris, path, f"{path}/silence", reason="loud"))
    assert "Take silence back" in await shown(morris, path)
    assert (await send(morris, path, f"{path}/warn", text="hi")).status_code == 422
    instance = f"/moderation/accounts/{alpha.instance.actor.id}"
    assert (await morris.get(instance)).status_code == 404


async def test_people_are_let_in(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """Who waits is on the overview and in the list, with why and two buttons; then why is gone."""
    settings = settings_of("place.test", registration=Registration.APPROVAL)
    async with run_server(settings, network) as place:
        morris = await sits(place, "morris", Role.MODERATOR)
        for name in ("dora", "emil"):
            why = f"Because I am {name}."
            wanted = NewAccount(name, f"{name}@example.org", PASSWORD, invite_request=why)
            await signing_up.sign_up(place.instance, wanted, "")
        assert "people wait to be let in" in await shown(morris, "/moderation")
        waiting = "/moderation/accounts?state=pending"
        dora, emil = [f"/moderation/accounts/{await id_of(place, n)}" for n in ("dora", "emil")]
        for page in (waiting, dora):
            assert "Because I am dora." in await shown(morris, page)
        assert led_to(await send(morris, waiting, f"{dora}/approve")) == waiting
        assert "Because I am dora." not in await shown(morris, dora)
        assert led_to(await send(morris, waiting, f"{emil}/reject")) == waiting
        page = await shown(morris, waiting)
        assert "@dora" not in page
        assert "@emil" not in page
        assert (await place.user("dora")).approved_at is not None


# --- the place -----------------------------------------------------------------------------------


async def test_invitation_is_shown_once(alpha: Server, morris: httpx.AsyncClient) -> None:
    """The link stands on the page that follows and on no other; numbers that will not do come back."""
    page = "/moderation/invitations"
    made = await send(morris, page, page, uses="3", days="2")
    assert made.status_code == 200
    link = re.findall(r'value="(https://alpha.test/sign-up\?invitation=[\w-]+)"', made.text)[0]
    listed = await shown(morris, page)
    assert link not in listed
    assert "0 of 3 used" in listed
    for wrong in ({"uses": "0", "days": "2"}, {"uses": "1", "days": "x"}, {"uses": "", "days": ""}):
        assert (await send(morris, page, page, **wrong)).status_code == 422
    token = re.findall(r'name="invitation" value="(\w+)"', listed)[0]
    assert led_to(await send(morris, page, f"{page}/revoke", invitation=token)) == page
    assert (await send(morris, page, f"{page}/revoke", invitation=token)).status_code == 404


async def test_rules_are_shown_to_everybody(alpha: Server, ada: httpx.AsyncClient) -> None:
    """The text of the product holds until a rule is written; then the rules do, in their order."""
    anybody, page = open_browser(alpha), "/moderation/rules"
    assert "Name your sources" in await shown(anybody, "/rules")
    for text in ("Be kind.", "Be <brief>."):
        led_to(await send(ada, page, page, text=text, hint="and so on"))
    public = await shown(anybody, "/rules")
    assert "Name your sources" not in public
    assert public.index("Be kind.") < public.index("Be &lt;brief&gt;.")
    first, second = sorted(
        set(re.findall(r"/moderation/rules/(\d+)/change", await shown(ada, page)))
    )
    led_to(await send(ada, page, f"{page}/{second}/up"))
    public = await shown(anybody, "/rules")
    assert public.index("Be kind.") > public.index("Be &lt;brief&gt;.")
    wrong = await send(ada, page, f"{page}/{first}/change", text="", hint="kept")
    assert wrong.status_code == 422
    assert "kept" in wrong.text
    led_to(await send(ada, page, f"{page}/{first}/change", text="Be good.", hint=""))
    led_to(await send(ada, page, f"{page}/{second}/remove"))
    assert "Be good." in await shown(anybody, "/rules")
    assert "brief" not in await shown(anybody, "/rules")


async def test_announcement_is_put_away(alpha: Server, ada: httpx.AsyncClient) -> None:
    """It stands on every page of who is signed in, until they put it away; strangers see none."""
    page = "/moderation/announcements"
    alice = await sits(alpha, "alice", Role.USER)
    led_to(await send(ada, page, page, text="Down on Friday", starts_at="", ends_at=""))
    for path in ("/", "/settings", "/public"):
        assert "Down on Friday" in await shown(alice, path)
    assert "Down on Friday" not in await shown(open_browser(alpha), "/public")
    number = re.findall(r"/announcements/(\d+)/dismiss", await shown(alice, "/"))[0]
    led_to(await send(alice, "/", f"/announcements/{number}/dismiss", next="/settings"))
    assert "Down on Friday" not in await shown(alice, "/")
    assert "Down on Friday" in await shown(ada, "/")
    wrong = await send(ada, page, page, text="x", starts_at="tomorrow", ends_at="")
    assert wrong.status_code == 422
    change = f"{page}/{number}/change"
    led_to(await send(ada, page, change, text="Later", starts_at="2999-01-31T09:00", ends_at=""))
    assert "Later" not in await shown(ada, "/")
    assert 'value="2999-01-31T09:00"' in await shown(ada, page)
    led_to(await send(ada, page, f"{page}/{number}/remove"))
    assert (await send(ada, page, f"{page}/{number}/remove")).status_code == 404


# --- neighbours ----------------------------------------------------------------------------------


async def test_domain_is_blocked_with_its_consequences_known(
    alpha: Server, bob: Person, ada: httpx.AsyncClient
) -> None:
    """What it will take away is said before; then it stands in the list, and can be forgotten."""
    await alpha.find(bob.handle)
    page, edit = "/moderation/domains", "/moderation/domains/edit?domain=Peer.test"
    assert "1 account is known there" in await shown(ada, edit)
    form = {"domain": "peer.test", "policy": "block", "public_comment": "spam"}
    assert led_to(await send(ada, edit, f"{page}/save", **form)) == page
    assert await moderation.domain_policies(alpha.instance)
    assert "spam" in await shown(ada, page)
    wrong = await send(ada, edit, f"{page}/save", **form | {"policy": "nuke"})
    assert wrong.status_code == 422
    assert "spam" in wrong.text
    none = await send(ada, edit, f"{page}/save", **form | {"domain": "no domain"})
    assert none.status_code == 422
    assert 'value="no domain"' in none.text
    assert 'id="error-domain"' in none.text
    assert "is not a domain" in (await ada.get("/moderation/domains/edit?domain=a b")).text
    assert "spam" not in await shown(open_browser(alpha), "/about")
    led_to(await send(ada, page, f"{page}/forget", domain="peer.test"))
    assert (await send(ada, page, f"{page}/forget", domain="peer.test")).status_code == 404


async def test_list_of_domains_is_taken_in(alpha: Server, ada: httpx.AsyncClient) -> None:
    """A file goes in, with a report of what changed, and comes out again."""
    page = "/moderation/domains"
    csrf = field_of(await shown(ada, page), "csrf")
    content = b"#domain,#severity\nbad.example,suspend\nodd.example,noop\n"
    answer = await ada.post(
        f"{page}/import",
        data={"csrf": csrf, "policy": "block"},
        files={"file": ("list.csv", content, "text/csv")},
    )
    assert answer.status_code == 200
    assert "1 domain is new" in answer.text
    assert "Line 3: the severity noop does nothing here" in answer.text
    out = await ada.get("/moderation/domains.csv")
    assert out.headers["content-type"] == "text/csv; charset=utf-8"
    assert "bad.example,suspend,True,True,,False" in out.text
    empty = await ada.post(f"{page}/import", data={"csrf": csrf, "policy": "block"})
    assert empty.status_code == 422
    assert "Choose a file." in empty.text
    huge = {"file": ("list.csv", bytes(11 << 20), "text/csv")}
    too_large = await ada.post(f"{page}/import", data={"csrf": csrf}, files=huge)
    assert "This file is too large: 10 MB fit." in too_large.text
    assert 'id="error-file"' in too_large.text


async def test_blocked_domains_are_shown_if_the_operator_wants(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """With what everybody may know; never what is said among stewards."""
    settings = settings_of("place.test", shows_domain_blocks=True)
    async with run_server(settings, network) as place:
        await moderation.set_domain_policy(
            place.instance,
            "bad.example",
            Policy.BLOCK,
            public_comment="spam",
            private_comment="a secret",
            by=TERMINAL,
        )
        page = await shown(open_browser(place), "/about")
        assert "bad.example" in page
        assert "spam" in page
        assert "a secret" not in page


async def test_audit_log_leafs_and_filters(alpha: Server, ada: httpx.AsyncClient) -> None:
    """By act, steward and account; nobody is found by a name that nobody has."""
    alice = await alpha.actor("alice")
    await measures.silence(alpha.instance, TERMINAL, alice, reason="loud")
    log = "/moderation/audit"
    assert "Operator at the terminal" in await shown(ada, log)
    assert "loud" in await shown(ada, f"{log}?act=silence&about=alice")
    assert "loud" not in await shown(ada, f"{log}?act=suspend")
    assert "loud" not in await shown(ada, f"{log}?by=nobody")
    assert "loud" not in await shown(ada, f"{log}?about=@bob@far.example")
