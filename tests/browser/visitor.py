"""This is where somebody sits at a browser: what they do, and what the browser complains of.

Every page that a visitor comes to is looked over, so each story also shows that its pages are sound.
"""

import re
from dataclasses import dataclass
from typing import Any

from playwright.async_api import (
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
)
from playwright.async_api import (
    TimeoutError as TooLate,
)

# What is true of a page whatever is on it. Widths are those of the device: a phone makes its
# window wider when something sticks out.
EXAMINATION = """() => {
    const targets = `.button, .act, .place, .check, .menu > *, .time, summary, select, textarea,
        input:not([type=hidden], [type=checkbox], [type=radio])`;
    const isSmall = ({ width, height }) => width && (width < 43.5 || height < 43.5);
    // A word that fits into a line stands in one.
    const isBroken = (one) => {
        const range = document.createRange();
        const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {
            for (const { 0: word, index } of text.data.matchAll(/(?<!\\S)[^\\s-]{2,16}(?=\\s|$)/gu)) {
                range.setStart(text, index);
                range.setEnd(text, index + word.length);
                const tops = [...range.getClientRects()].map(({ top }) => Math.round(top));
                if (new Set(tops).size > 1) return true;
            }
        }
        return false;
    };
    return {
        language: document.documentElement.lang,
        title: document.title,
        headings: document.querySelectorAll('h1').length,
        width: document.documentElement.scrollWidth,
        small: [...document.querySelectorAll(targets)]
            .filter((one) => one.checkVisibility() && isSmall(one.getBoundingClientRect()))
            .map((one) => one.outerHTML),
        broken: [...document.querySelectorAll('.button')]
            .filter((one) => one.checkVisibility() && isBroken(one))
            .map((one) => one.outerHTML),
    };
}"""
# Whether pressing something sends a composer by a script, and the page stays.
IS_SENT_IN_PLACE = """async one => {
    if (!one.form?.matches('[data-module~=sending]') || one.name) return false;
    await import(document.querySelector('script[type=module]').src.replace('fedlearn.js', 'sending.js'));
    return true;
}"""
# Modules come after the page: what one presses before is pressed in vain.
MODULE_IS_THERE = """async name => {
    await import(document.querySelector('script[type=module]').src.replace('fedlearn.js', `${name}.js`));
}"""
# A page without anything, and of the same site: for another one a browser begins another process,
# of which its tools now and then hear nothing.
BARE = "/robots.txt"
SENT_BY_SCRIPTS = re.compile(r"/(statuses(/\d+/edit)?|conversations(/\d+)?|composer/pictures)")
HEARD_WITHIN = 3_000  # milliseconds
RAIL = 700  # from this width on the places stand beside the page, and a mouse is likely


@dataclass(frozen=True)
class Device:
    """What somebody holds in their hands."""

    name: str
    width: int
    height: int
    has_script: bool = True

    @property
    def is_phone(self) -> bool:
        """Whether it is touched."""
        return self.width < RAIL

    @property
    def size(self) -> ViewportSize:
        """Its window."""
        return {"width": self.width, "height": self.height}

    def context(self) -> dict[str, Any]:
        """How Chromium pretends to be it."""
        return {
            "viewport": self.size,
            "java_script_enabled": self.has_script,
            "has_touch": self.is_phone,
            "is_mobile": self.is_phone,
            "reduced_motion": "reduce",
            "locale": "en-GB",
        }


DESKTOP = Device("desktop", 1280, 900)
PHONE = Device("phone", 360, 780)
DEVICES = (
    DESKTOP,
    Device("desktop without script", 1280, 900, has_script=False),
    PHONE,
    Device("phone without script", 360, 780, has_script=False),
)
# Where little depends on the device: both widths, with script and without.
TWO_DEVICES = (DEVICES[0], DEVICES[3])


FORGET = "() => { localStorage.clear(); sessionStorage.clear(); }"


async def is_heard(page: Page) -> bool:
    """Whether the browser tells us what this page asks for. Rarely it does not, until the end."""
    try:
        async with page.expect_request(f"**{BARE}", timeout=HEARD_WITHIN):
            await page.evaluate("path => { fetch(path).catch(() => {}); }", BARE)
    except TooLate:
        return False
    return True


class Visitor:
    """One person with one browser window on one server."""

    def __init__(self, page: Page, origin: str, device: Device) -> None:
        self.page = page
        self.origin = origin
        self.complaints: list[str] = []
        self.device = device
        self._width = device.width
        self._documents: set[str] = set()
        page.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)

    async def leave(self) -> Page | None:
        """The window as it was before, for whoever comes next; none where the server is gone."""
        await self.page.set_viewport_size(self.device.size)
        self.page.remove_listener("request", self._on_request)
        self.page.remove_listener("console", self._on_console)
        self.page.remove_listener("pageerror", self._on_error)
        # A story that broke off may have left them without network, or with answers of its own.
        await self.page.context.set_offline(False)
        await self.page.unroute_all(behavior="ignoreErrors")
        # A page that goes on listening without its session would complain in somebody else's story.
        try:
            await self.page.goto(self.origin + BARE)
        except Error:
            await self.page.context.close()
            return None
        await self.page.context.clear_cookies()
        # What a browser keeps for a person would be found by the next one.
        await self.page.evaluate(FORGET)
        return self.page

    # --- what they do ------------------------------------------------------------------------------

    async def go(self, path: str) -> Response:
        """Type an address of this server."""
        response = await self.page.goto(self.origin + path)
        assert response is not None, path
        await self.look_over()
        return response

    async def module(self, name: str) -> None:
        """Wait until the page has this module of ours."""
        await self.page.evaluate(MODULE_IS_THERE, name)

    async def press(self, name: str, within: Locator | None = None, *, exact: bool = True) -> None:
        """Press the button or link of this name, and see the page that follows."""
        place = within or self.page.locator("body")
        button = place.get_by_role("button", name=name, exact=exact)
        link = place.get_by_role("link", name=name, exact=exact)
        target = button.or_(link).first
        if self.device.has_script and await target.evaluate(IS_SENT_IN_PLACE):
            await self.send(target)
        else:
            await self.follow(target)

    async def send(self, target: Locator) -> None:
        """Press something that a script sends in place, and see what the page shows then."""
        # What is completed while somebody writes is over when they leave the text.
        await target.focus()
        address = await target.evaluate("one => one.form.action")
        async with self.page.expect_response(address) as answer:
            await target.click()
        response = await answer.value
        if leads_on := response.headers.get("location"):
            await self.page.wait_for_url(f"**{leads_on}")
        await expect(self.page.locator("form[aria-busy]")).to_have_count(0)
        await self.look_over()

    async def follow(self, target: Locator) -> None:
        """Press something that leads to another page."""
        async with self.page.expect_navigation():
            await target.click()
        await self.look_over()

    async def do(self, name: str, within: Locator | None = None, *, exact: bool = True) -> None:
        """Press a button that acts in place where there is script, and leads back here without."""
        if not self.device.has_script:
            await self.press(name, within, exact=exact)
            return
        place = within or self.page.locator("main")
        async with self.page.expect_response(lambda one: one.request.method == "POST"):
            await place.get_by_role("button", name=name, exact=exact).first.click()

    async def write(self, **fields: str) -> None:
        """Fill in fields by their names."""
        for name, value in fields.items():
            await self.page.locator(f"main [name={name}]").fill(value)

    async def sees(self, text: str) -> None:
        """The page shows this text."""
        await expect(self.page.locator("main")).to_contain_text(text)

    async def misses(self, text: str) -> None:
        """The page does not show this text."""
        await expect(self.page.locator("main")).not_to_contain_text(text)

    def card(self, text: str) -> Locator:
        """The post that says this."""
        return self.page.locator(".card").filter(has_text=text).first

    @property
    def path(self) -> str:
        """Where they are."""
        return self.page.url.removeprefix(self.origin).partition("#")[0]

    # --- what is wrong -----------------------------------------------------------------------------

    async def draw_window(self, width: int) -> None:
        """Make the window wider or narrower."""
        self._width = width
        await self.page.set_viewport_size({"width": width, "height": self.device.height})

    async def look_over(self) -> None:
        """See that the page is one: a language, a title, one heading, nothing that sticks out."""
        found = await self.page.evaluate(EXAMINATION)
        where = self.page.url
        if not found["language"] or not found["title"]:
            self.complaints.append(f"no language or title: {where}")
        if found["headings"] != 1:
            self.complaints.append(f"{found['headings']} first headings: {where}")
        if found["width"] > self._width:
            self.complaints.append(f"{found['width']} px wide: {where}")
        if found["broken"]:
            self.complaints.append(f"words broken on a button: {found['broken']} on {where}")
        if self._width < RAIL and found["small"]:
            self.complaints.append(f"too small for a thumb: {found['small']} on {where}")

    def _on_request(self, request: Request) -> None:
        if request.is_navigation_request():
            self._documents.add(request.url)
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.complaints.append(f"asked somebody else: {request.url}")

    def _on_error(self, error: Error) -> None:
        self.complaints.append(f"script failed: {error}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # That a document answers 404 or 422 is for the story to judge.
        is_answer = message.text.startswith("Failed to load resource")
        where = message.location["url"]
        is_refused = any(code in message.text for code in ("401", "403", "422"))
        is_form = SENT_BY_SCRIPTS.fullmatch(where.removeprefix(self.origin)) and is_refused
        if is_answer and (where in self._documents or is_form):
            return
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")
