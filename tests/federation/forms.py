"""This is where a test fills in forms of pages as a person would: with all that stands in them."""

import re

import httpx


def field_of(page: str, name: str) -> str:
    """What a field of a page holds already, such as the token of the session."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"there is no field {name} in {page}"
    return found[1]


async def send(browser: httpx.AsyncClient, page: str, action: str, **fields: str) -> httpx.Response:
    """Open a page of somebody signed in, fill in a form of it, and send it."""
    csrf = field_of((await browser.get(page)).text, "csrf")
    return await browser.post(action, data={"csrf": csrf, **fields})


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    """Whether the settings are shown, or the way to sign in."""
    return (await browser.get("/settings")).status_code == 200
