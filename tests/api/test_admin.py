"""Who may look after the instance from an app: by the scope of the app, and by their own role."""

import re

import pytest
from starlette.routing import Route

from fedlearn.domain.actors import Role
from fedlearn.web.admin_routes import ADMIN
from tests.api.apps import App, app_of
from tests.federation.server import Server
from tests.federation.test_stewardship import person

GAP = re.compile(r"\{(\w+):?\w*\}")
# What stands in gaps: numbers that nothing has, and something that can be done.
GAPS = {"act": "reopen"}
# What is read by POST.
NUMBERS = ("/measures", "/dimensions", "/retention", "/test")
ADMINS_ALONE = ("domain", "ip_blocks", "canonical", "DELETE /api/v1/admin/accounts")


def methods() -> list[tuple[str, str]]:
    """Each method for those who look after the instance, about nothing that there is."""
    found = []
    for route in ADMIN:
        assert isinstance(route, Route)
        path = GAP.sub(lambda gap: GAPS.get(gap[1], "1"), route.path)
        found += [(verb, path.removeprefix("/api")) for verb in sorted(route.methods or ())]
    return [(verb, path) for verb, path in found if verb != "HEAD"]


async def refused(app: App, status: int, message: str) -> None:
    """Every method refuses this app with the same words."""
    for verb, path in methods():
        answer = await app.ask(verb, path)
        assert (answer.status_code, answer.json()["error"]) == (status, message), (verb, path)


async def test_who_may_not(alpha: Server) -> None:
    """Nobody without a token, no app without the scope, nobody without the role."""
    await person(alpha, "olga", Role.OWNER)
    await refused(await app_of(alpha), 401, "The access token is invalid")
    app = await app_of(alpha, "olga", "read write follow push profile")
    await refused(app, 403, "This action is outside the authorized scopes")
    await refused(await app_of(alpha, "alice"), 403, "This action is not allowed")


async def test_reading_is_not_acting(alpha: Server) -> None:
    """An app that may only look is let do nothing; one that may only act does not look."""
    await person(alpha, "olga", Role.OWNER)
    looking = await app_of(alpha, "olga", "admin:read")
    acting = await app_of(alpha, "olga", "admin:write")
    for verb, path in methods():
        other = acting if verb == "GET" or path.endswith(NUMBERS) else looking
        assert (await other.ask(verb, path)).status_code == 403, (verb, path)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
async def test_what_is_unknown(alpha: Server, role: Role) -> None:
    """What there is not is answered 404 to those who may, and as not allowed to those who may not."""
    await person(alpha, "ada", role)
    app = await app_of(alpha, "ada")
    about_something = [one for one in methods() if "/1" in one[1]]
    assert about_something
    for verb, path in about_something:
        is_for_admins = any(one in f"{verb} /api{path}" for one in ADMINS_ALONE)
        answer = await app.ask(verb, path, json={"type": "suspend"})
        wanted = 403 if is_for_admins and role is Role.MODERATOR else 404
        assert answer.status_code == wanted, (verb, path)
