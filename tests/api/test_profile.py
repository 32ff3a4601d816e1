"""People change what is said of them from their apps, and pages and peers say the same."""

from typing import Any

import pytest

from tests.api.apps import app_of
from tests.federation.browser import sign_in
from tests.federation.forms import send
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, settle
from tests.pictures import photograph

PATH = "/v1/accounts/update_credentials"
PROFILE = "/v1/profile"


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


async def test_profile_as_it_was_typed(alpha: Server, bob: Person) -> None:
    """A profile is read as its owner typed it, and changed; followers elsewhere are told, once."""
    await is_read_by(alpha, "alice", bob)
    alice = await app_of(alpha, "alice", "profile write:accounts")
    before = await alice.get(PROFILE)
    assert (before["note"], before["avatar"], before["header"]) == ("", None, None)
    assert (before["show_media"], before["show_media_replies"]) == (True, True)
    assert before["featured_tags"] == before["attribution_domains"] == []
    sent = {
        "display_name": "Alice",
        "note": "Bees\n\nand <honey>",
        "fields_attributes": [{"name": "Work", "value": "https://hive.example/"}],
        "attribution_domains": ["https://Hive.example/", "*.hive.example", "news.example", ""],
    }
    changed = (await alice.ask("PATCH", PROFILE, json=sent)).json()
    assert changed["note"] == sent["note"]
    assert changed["formatted_note"] == "<p>Bees</p><p>and &lt;honey&gt;</p>"
    assert changed["fields"] == [
        {"name": "Work", "value": "https://hive.example/", "verified_at": None}
    ]
    assert 'href="https://hive.example/"' in changed["formatted_fields"][0]["value"]
    assert changed["attribution_domains"] == ["hive.example", "news.example"]
    again = (await alice.ask("PUT", PROFILE, json=sent | {"locked": False})).json()
    assert again == changed == await alice.get(PROFILE)
    await settle(alpha)
    (update,) = bob.peer.got("Update")
    assert update["object"]["attributionDomains"] == ["hive.example", "news.example"]
    reader = await app_of(alpha, "alice", "read")
    source = (await reader.get("/v1/accounts/verify_credentials"))["source"]
    assert (source["note"], source["fields"]) == (sent["note"], changed["fields"])
    assert source["attribution_domains"] == changed["attribution_domains"]
    in_german = "b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example"
    abroad = (await alice.ask("PATCH", PROFILE, json={"attribution_domains": [in_german]})).json()
    assert abroad["attribution_domains"] == ["xn--bcher-kva.example"]
    taken_back = (await alice.ask("PATCH", PROFILE, data={"attribution_domains[]": ""})).json()
    assert taken_back["attribution_domains"] == []
    actor = (await alpha.get("/users/alice", "application/activity+json")).json()
    assert "attributionDomains" not in actor


async def test_what_a_profile_shows(alpha: Server) -> None:
    """Its tabs are chosen from an app, and that is told to apps and other servers."""
    alice, bob = await app_of(alpha, "alice"), await app_of(alpha, "bob")
    hidden = {"show_media": "false", "show_media_replies": "0", "show_featured": "false"}
    changed = (await alice.ask("PATCH", PROFILE, data=hidden)).json()
    assert not any(changed[name] for name in hidden)
    seen = await bob.get(f"/v1/accounts/{changed['id']}")
    assert [seen[name] for name in hidden] == [False, False, False]
    actor = (await alpha.get("/users/alice", "application/activity+json")).json()
    told = [actor[name] for name in ("showMedia", "showRepliesInMedia", "showFeatured")]
    assert told == [False, False, False]


async def test_pictures_are_described(alpha: Server) -> None:
    """What is said of a picture is kept and told with it, and goes with it, as with the next one."""
    alice = await app_of(alpha, "alice")
    files: dict[str, Any] = {
        "avatar": ("x.png", photograph(), "image/png"),
        "header": ("y.png", photograph(), "image/png"),
    }
    said = {"avatar_description": "Alice, laughing", "header_description": " A hill\n in spring "}
    described = (await alice.ask("PATCH", PROFILE, data=said, files=files)).json()
    assert described["avatar_description"] == "Alice, laughing"
    assert described["header_description"] == "A hill in spring"
    actor = (await alpha.get("/users/alice", "application/activity+json")).json()
    for name, words in (("icon", "Alice, laughing"), ("image", "A hill in spring")):
        assert (actor[name]["summary"], actor[name]["name"]) == (words, words)
    page = (await alpha.get("/@alice", "text/html")).text
    assert 'alt="Alice, laughing"' in page
    assert 'alt="A hill in spring"' in page
    other = {"avatar": files["avatar"]}
    changed = (await alice.ask("PATCH", PATH, files=other)).json()
    assert (changed["avatar_description"], changed["header_description"]) == (
        "",
        "A hill in spring",
    )
    removed = (await alice.ask("DELETE", "/v1/profile/header")).json()
    assert removed["header_description"] == ""
    assert (await alice.get(PROFILE))["header"] is None


@pytest.mark.parametrize(
    ("wrong", "name", "code"),
    [
        ({"display_name": "x" * 200}, "display_name", "ERR_TOO_LONG"),
        ({"note": "x" * 10_000}, "note", "ERR_TOO_LONG"),
        ({"avatar_description": "x" * 151}, "avatar_description", "ERR_TOO_LONG"),
        ({"fields_attributes": [{"name": "", "value": "x"}]}, "fields", "ERR_INVALID"),
        ({"attribution_domains": ["no domain"]}, "attribution_domains", "ERR_INVALID"),
        ({"attribution_domains": ["x" * 254]}, "attribution_domains", "ERR_INVALID"),
        (
            {"attribution_domains": [f"{number}.example" for number in range(11)]},
            "attribution_domains",
            "ERR_INVALID",
        ),
    ],
)
async def test_profile_that_will_not_do(
    alpha: Server, wrong: dict[str, Any], name: str, code: str
) -> None:
    """Of each name it is said what is wrong, with a code, and nothing is changed."""
    alice = await app_of(alpha, "alice")
    before = await alice.get(PROFILE)
    for path in (PROFILE, PATH):
        refused = await alice.ask("PATCH", path, json=wrong)
        assert refused.status_code == 422
        assert [one["error"] for one in refused.json()["details"][name]] == [code]
        assert refused.json()["error"].startswith("Validation failed: ")
    assert await alice.get(PROFILE) == before


async def test_all_is_changed_or_nothing(alpha: Server, bob: Person) -> None:
    """What will not do keeps the rest from being changed; what will is told in one Update."""
    await is_read_by(alpha, "alice", bob)
    alice = await app_of(alpha, "alice")
    before = await alice.get(PROFILE)
    said = {"display_name": "Alice", "bot": "true", "avatar_description": "Alice"}
    no_picture: dict[str, Any] = {"avatar": ("x.png", b"no picture", "image/png")}
    picture: dict[str, Any] = {"avatar": ("x.png", photograph(), "image/png")}
    for data, files in ((said, no_picture), (said | {"note": "x" * 10_000}, picture)):
        refused = await alice.ask("PATCH", PROFILE, data=data, files=files)
        assert refused.status_code == 422
    assert await alice.get(PROFILE) == before
    changed = (await alice.ask("PATCH", PROFILE, data=said, files=picture)).json()
    assert (changed["display_name"], changed["bot"]) == ("Alice", True)
    await settle(alpha)
    (update,) = bob.peer.got("Update")
    told = update["object"]
    assert (told["name"], told["type"], told["icon"]["summary"]) == ("Alice", "Service", "Alice")


async def test_profile_is_its_owners(alpha: Server) -> None:
    """Nobody reads or changes one without a token, or with one that is for something else."""
    await alpha.user("alice")
    other = await app_of(alpha, "alice", "read:statuses write:statuses")
    reader = await app_of(alpha, "alice", "read:accounts")
    for method in ("GET", "PATCH", "PUT"):
        assert (await alpha.http.request(method, f"/api{PROFILE}")).status_code == 401
        assert (await other.ask(method, PROFILE)).status_code == 403
        assert (await reader.ask(method, PROFILE)).status_code == (200 if method == "GET" else 403)


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
