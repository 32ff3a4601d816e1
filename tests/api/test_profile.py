"""People change what is said of them from their apps, and pages and peers say the same."""

from typing import Any

import pytest

from tests.api.apps import app_of
from tests.federation.browser import sign_in
from tests.federation.forms import send
from tests.federation.server import Server
from tests.pictures import photograph

PATH = "/v1/accounts/update_credentials"


async def test_profile_is_changed(alpha: Server) -> None:
    """What is sent is changed, in each shape in which clients send it; what is left out stays."""
    alice = await app_of(alpha, "alice")
    before = await alice.get("/v1/accounts/verify_credentials")
    sent = {"display_name": "Alice", "note": "Bees\nand honey", "locked": "true", "bot": "false"}
    changed = (await alice.ask("PATCH", PATH, data=sent)).json()
    assert (changed["display_name"], changed["locked"]) == ("Alice", True)
    assert changed["note"] == "<p>Bees<br>and honey</p>"
    assert changed["discoverable"] == before["discoverable"]
    as_hash = {"fields_attributes[0][name]": "Work", "fields_attributes[0][value]": "Hive"}
    changed = (await alice.ask("PATCH", PATH, data=as_hash)).json()
    assert [(one["name"], one["value"]) for one in changed["source"]["fields"]] == [
        ("Work", "Hive")
    ]
    assert changed["note"] == "<p>Bees<br>and honey</p>"
    as_list = {"fields_attributes": [{"name": "Home", "value": "Tree"}], "indexable": False}
    changed = (await alice.ask("PATCH", PATH, json=as_list)).json()
    assert [one["name"] for one in changed["fields"]] == ["Home"]
    assert changed["indexable"] is False
    changed = (await alice.ask("PATCH", PATH, json={"source": {"language": "de"}})).json()
    assert changed["source"]["language"] == "de"
    assert (await alice.get("/v1/preferences"))["posting:default:language"] == "de"
    page = await alpha.get("/@alice", "text/html")
    assert "Home" in page.text
    actor = (await alpha.get("/users/alice", "application/activity+json")).json()
    assert (actor["name"], actor["manuallyApprovesFollowers"]) == ("Alice", True)


async def test_how_somebody_posts(alpha: Server) -> None:
    """What an app says once counts for each post of which nothing else is said, here and on pages."""
    alice = await app_of(alpha, "alice")
    source = {"privacy": "private", "sensitive": "true", "quote_policy": "nobody", "language": "de"}
    changed = (await alice.ask("PATCH", PATH, json={"source": source})).json()["source"]
    assert (changed["privacy"], changed["sensitive"]) == ("private", True)
    assert changed["quote_policy"] == "nobody"
    said = await alice.get("/v1/preferences")
    assert said["posting:default:visibility"] == "private"
    assert said["posting:default:sensitive"] is True
    assert said["posting:default:quote_policy"] == "nobody"
    post = await alice.post("/v1/statuses", status="Bees")
    assert (post["visibility"], post["sensitive"], post["language"]) == ("private", True, "de")
    assert post["quote_approval"]["automatic"] == []
    other = await alice.post("/v1/statuses", status="x", visibility="public", sensitive=False)
    assert (other["visibility"], other["sensitive"]) == ("public", False)
    browser = await sign_in(alpha, "alice")
    page = (await browser.get("/")).text
    assert '<option value="followers" selected>' in page
    assert '<option value="nobody" selected>' in page
    for said, shown in (("unlisted", "unlisted"), ("direct", None), ("nobody", None)):
        form = {"posting_language": "de", "time_zone": "UTC", "posting_reach": said}
        answer = await send(browser, "/settings", "/settings/posting", **form)
        assert answer.status_code == (303 if shown else 422)
    after = (await alice.get("/v1/accounts/verify_credentials"))["source"]
    assert (after["privacy"], after["sensitive"]) == ("unlisted", False)


async def test_a_program_posts_there(alpha: Server) -> None:
    """An account says that it is a program's, to apps and to other servers, and that it is not."""
    alice = await app_of(alpha, "alice")
    for is_bot, kind in ((True, "Service"), (False, "Person")):
        changed = (await alice.ask("PATCH", PATH, json={"bot": is_bot})).json()
        assert changed["bot"] is is_bot
        actor = (await alpha.get("/users/alice", "application/activity+json")).json()
        assert actor["type"] == kind
    assert (await alpha.get("/@alice", "text/html")).status_code == 200


async def test_pictures_are_changed(alpha: Server) -> None:
    """An avatar and a header come with the form, are shown, and can go again."""
    alice = await app_of(alpha, "alice")
    before = await alice.get("/v1/accounts/verify_credentials")
    files: dict[str, Any] = {
        "avatar": ("", photograph(), "application/octet-stream"),
        "header": ("x.png", photograph(), "image/png"),
    }
    changed = (await alice.ask("PATCH", PATH, files=files)).json()
    assert changed["avatar"] != before["avatar"]
    shown = await alpha.http.get(changed["avatar"])
    assert shown.headers["content-type"] == "image/webp"
    after = (await alice.ask("DELETE", "/v1/profile/avatar")).json()
    assert (after["avatar"], after["header"]) == (before["avatar"], changed["header"])
    assert (await alice.ask("DELETE", "/v1/profile/name")).status_code == 404
    refused = await alice.ask(
        "PATCH", PATH, files={"avatar": ("x.png", b"no picture", "image/png")}
    )
    assert refused.status_code == 422
    assert (await alice.get("/v1/accounts/verify_credentials"))["avatar"] == before["avatar"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"display_name": "x" * 200},
        {"note": "x" * 10_000},
        {"source": {"language": "nonsense"}},
        {"source": {"privacy": "nonsense"}},
        {"source": {"privacy": "direct"}},
        {"source": {"quote_policy": "nonsense"}},
        {"fields_attributes": [{"name": str(number), "value": "x"} for number in range(9)]},
        {"fields_attributes": [{"name": "", "value": "x"}]},
    ],
)
async def test_what_will_not_do(alpha: Server, wrong: dict[str, Any]) -> None:
    """It is said what is wrong, and nothing is changed; nor does an app that may not."""
    alice, reader = await app_of(alpha, "alice"), await app_of(alpha, "alice", "read")
    before = await alice.get("/v1/accounts/verify_credentials")
    refused = await alice.ask("PATCH", PATH, json=wrong)
    assert refused.status_code == 422
    assert refused.json()["error"].startswith("Validation failed: ")
    assert await alice.get("/v1/accounts/verify_credentials") == before
    assert (await reader.ask("PATCH", PATH, json={"display_name": "A"})).status_code == 403
