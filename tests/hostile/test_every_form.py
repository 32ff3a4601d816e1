"""Every form of every page, with what no browser sends: a clear page, and never a broken one."""

import inspect
import logging
import re
from collections.abc import Iterable, Mapping
from itertools import cycle

import httpx
import pytest
from starlette.routing import Route

from fedlearn.services import signing_in
from fedlearn.web.api_routes import OAUTH
from fedlearn.web.pages.moderation import accounts as desk_accounts
from fedlearn.web.pages.moderation import reports as desk_reports
from fedlearn.web.pages.moderation import rules as desk_rules
from fedlearn.web.pages.statuses import ACTS
from fedlearn.web.routes import MODERATION, PAGES
from tests.browser.every_page import GAP, Scene, set_scene
from tests.federation.browser import open_browser
from tests.federation.forms import field_of
from tests.federation.server import Server, settle

# Buttons that stand in an address.
BUTTONS: Mapping[str, Iterable[str]] = {
    "/statuses/{status_id:id}/{act}": ACTS,
    "/moderation/reports/{report_id:id}/{step}": desk_reports.STEPS,
    "/moderation/accounts/{actor_id:id}/{step}": desk_accounts.STEPS,
    "/moderation/rules/{rule_id:id}/{step}": desk_rules.STEPS,
    "/moderation/announcements/{announcement_id:id}/{step}": ("change", "remove"),
}
# What stands in a field, as it is on the wire: some of it is no text at all.
VALUES = [
    b"",
    b"%00",
    b"a%00b",
    b"no+such+choice",
    b"-1",
    b"9" * 30,
    b"%D9%A1",  # a digit of another script
    b"%FF%FE",
    b"%ED%A0%80",  # half a surrogate
    b"%E2%80%AE%E2%80%8B",
    b"x" * 5001,
]
# Fields whose names are made, or read for several modules.
MORE = "next audience language quote_policy poll_minutes option_1 option_2 media_1 alt_1 focus_x_1"
MORE += (
    " place_1 scheduled_at starts_at ends_at keyword_1 field_0_name field_0_value login status rule"
)
READ = re.compile(r"""(?:text_of|getlist|read_handles)\(?\w*,? ?"(\w+)"|form\.get\("(\w+)""")
FORM = "application/x-www-form-urlencoded"
ROUTES = [
    route
    for route in (*PAGES, *MODERATION, *OAUTH)
    if isinstance(route, Route) and "POST" in (route.methods or ())
]
WITH_BUTTONS = [
    (route, button) for route in ROUTES for button in (*BUTTONS.get(route.path, ()), "explode")
]


def fields_of(route: Route) -> list[bytes]:
    """The fields that the module of a handler reads, besides the token."""
    source = inspect.getsource(inspect.getmodule(route.endpoint) or route.endpoint)
    names = {name for found in READ.findall(source) for name in found if name}
    return sorted(name.encode() for name in names | set(MORE.split()) - {"csrf"})


def addresses(route: Route, button: str, scene: Scene) -> list[str]:
    """A route about something that is there, and about what never was."""
    known = {**scene.gaps, "act": button, "step": button}
    return [
        GAP.sub(lambda gap: known.get(gap[1], "1"), route.path),
        GAP.sub(lambda gap: button if gap[1] in {"act", "step"} else "9" * 18, route.path),
    ]


class Sender:
    """Somebody who is signed in, and signs in again where a form signed them out."""

    def __init__(self, server: Server, name: str) -> None:
        self.server, self.name = server, name
        self.browser = open_browser(server)
        self.csrf = ""

    async def send(self, address: str, body: bytes, kind: str = FORM) -> None:
        """Send a form with its token: what comes must be no broken page, and clear."""
        if not self.csrf:
            user = await self.server.user(self.name)
            token = await signing_in.open_session(self.server.instance, user, "")
            self.browser.cookies.set("__Host-session", token, domain=self.server.host, path="/")
            self.csrf = field_of((await self.browser.get("/settings/leave")).text, "csrf")
        sent = body.replace(b"TOKEN", self.csrf.encode())
        headers = {b"content-type": kind.encode("latin-1")}
        answer = await self.browser.post(address, content=sent, headers=headers)
        assert answer.status_code < 500, (address, sent[:200], answer.text)
        assert is_clear(answer), (address, sent[:200], answer.text)
        if answer.status_code == 401 or "set-cookie" in answer.headers:
            self.csrf = ""


def is_clear(answer: httpx.Response) -> bool:
    """Whether it leads on, or is a page with a heading, or tells a script in JSON."""
    kind = answer.headers.get("content-type", "")
    if answer.is_redirect or kind.startswith("application/zip"):
        return True
    return "<h1" in answer.text if kind.startswith("text/html") else bool(answer.json())


@pytest.mark.parametrize("shift", range(3))
async def test_any_value(shift: int, alpha: Server, caplog: pytest.LogCaptureFixture) -> None:
    """In every field of every form: it is taken, or there is a page that says why not."""
    scene = await set_scene(alpha, "ada")
    sender = Sender(alpha, "ada")
    for route, button in WITH_BUTTONS:
        values = cycle(VALUES[shift:] + VALUES[:shift])
        fields = b"&".join(b"%s=%s" % (name, next(values)) for name in fields_of(route))
        for address in dict.fromkeys(addresses(route, button, scene)):
            await sender.send(address, b"csrf=TOKEN&" + fields)
    await settle(alpha)
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_no_fields_and_too_much(alpha: Server, caplog: pytest.LogCaptureFixture) -> None:
    """A form without its fields, in another charset, or with a million letters."""
    scene = await set_scene(alpha, "ada")
    sender = Sender(alpha, "ada")
    for route, button in WITH_BUTTONS:
        for body, kind in (
            (b"csrf=TOKEN", FORM),
            (b"csrf=TOKEN&text=x", f"{FORM}; charset=utf-16"),
            (b"csrf=TOKEN&text=" + b"x" * 10**6, FORM),
            (b"csrf=TOKEN", "multipart/form-data"),
            (b'{"csrf": "TOKEN"}', "application/json"),
        ):
            await sender.send(addresses(route, button, scene)[0], body, kind)
    await settle(alpha)
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []
