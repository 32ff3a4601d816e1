"""This is where somebody sits at a browser: what they do, and what the browser complains of.

Every page that a visitor comes to is looked over, so each story also shows that its pages are sound.
"""

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

# What is true of a page whatever is on it. Widths are those of the device: a phone makes its
# window wider when something sticks out.
EXAMINATION = """() => {
    const targets = `.button, .act, .place, .check, .menu > *, .time, summary, select, textarea,
        input:not([type=hidden], [type=checkbox], [type=radio])`;
    const isSmall = ({ width, height }) => width && (width < 43.5 || height < 43.5);
    return {
        language: document.documentElement.lang,
        title: document.title,
        headings: document.querySelectorAll('h1').length,
        width: document.documentElement.scrollWidth,
        small: [...document.querySelectorAll(targets)]
            .filter((one) => isSmall(one.getBoundingClientRect())).map((one) => one.outerHTML),
    };
}"""
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


class Visitor:
    """One person with one browser window on one server."""

    def __init__(self, page: Page, origin: str, device: Device) -> None:
        self.page = page
        self.origin = origin
        self.complaints: list[str] = []
        self._device = device
        self._width = device.width
        self._documents: set[str] = set()
        page.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)

    async def leave(self) -> Page:
        """The window as it was before, for whoever comes next."""
        await self.page.set_viewport_size(self._device.size)
        self.page.remove_listener("request", self._on_request)
        self.page.remove_listener("console", self._on_console)
        self.page.remove_listener("pageerror", self._on_error)
        await self.page.context.clear_cookies()
        return self.page

    # --- what they do ------------------------------------------------------------------------------

    async def go(self, path: str) -> Response:
        """Type an address of this server."""
        response = await self.page.goto(self.origin + path)
        assert response is not None, path
        await self.look_over()
        return response

    async def press(self, name: str, within: Locator | None = None, *, exact: bool = True) -> None:
        """Press the button or link of this name, and see the page that follows."""
        place = within or self.page.locator("body")
        button = place.get_by_role("button", name=name, exact=exact)
        link = place.get_by_role("link", name=name, exact=exact)
        await self.follow(button.or_(link).first)

    async def follow(self, target: Locator) -> None:
        """Press something that leads to another page."""
        async with self.page.expect_navigation():
            await target.click()
        await self.look_over()

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
        await self.page.set_viewport_size({"width": width, "height": self._device.height})

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
        if is_answer and message.location["url"] in self._documents:
            return
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")
