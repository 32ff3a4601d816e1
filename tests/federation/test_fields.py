"""Lines of a profile, and the links in them that are verified."""

import httpx
import pytest

from fedlearn.domain.actors import ProfileField
from fedlearn.errors import Invalid
from fedlearn.services import accounts
from fedlearn.services.fields import LONGEST_FIELD, MOST_FIELDS, TypedField, fields_as_typed
from tests.federation.browser import sign_in
from tests.federation.forms import field_of
from tests.federation.network import Network
from tests.federation.peer import Peer, Person
from tests.federation.scenes import is_read_by
from tests.federation.server import Server, make_due, settle

SITE = "https://peer.test/about"
BACK = '<p><a class="x" href="https://alpha.test/@alice" rel="nofollow me">me</a></p>'


async def write(server: Server, *fields: tuple[str, str], name: str = "Alice") -> None:
    """Alice says what stands in the lines of her profile."""
    typed = [TypedField(*field) for field in fields]
    actor = await server.actor("alice")
    await accounts.change_profile(server.instance, actor, name=name, bio="", fields=typed)
    await settle(server)


async def fields_of(server: Server) -> tuple[ProfileField, ...]:
    """The lines as they are kept."""
    return (await server.actor("alice")).profile.fields


async def verified(server: Server) -> list[bool]:
    """Which of the lines are verified."""
    return [field.verified_at is not None for field in await fields_of(server)]


def page(markup: str, status: int = 200, kind: str = "text/html; charset=utf-8") -> httpx.Response:
    """What a web server answers."""
    return httpx.Response(status, headers={"content-type": kind}, content=markup.encode())


async def test_fields_are_told(alpha: Server, bob: Person) -> None:
    """Lines stand in the actor as PropertyValue, their links with rel="me", and come by Update."""
    await is_read_by(alpha, "alice", bob)
    await write(alpha, ("Web", "https://alice.example/"), ("", ""), (" Likes ", "#bees &\n  <b>"))
    (told,) = bob.peer.got("Update")
    document = (await alpha.get("/users/alice")).json()
    assert told["object"]["attachment"] == document["attachment"]
    web, likes = document["attachment"]
    assert (web["type"], web["name"], likes["name"]) == ("PropertyValue", "Web", "Likes")
    assert web["value"].startswith(
        '<a href="https://alice.example/" rel="me nofollow noopener" target="_blank">'
    )
    assert "#<span>bees</span></a> &amp; &lt;b&gt;" in likes["value"]
    assert fields_as_typed(await fields_of(alpha)) == [
        TypedField("Web", "https://alice.example/"),
        TypedField("Likes", "#bees & <b>"),
    ]


async def test_fields_that_will_not_do(alpha: Server) -> None:
    """Too many, too long, or a value without a name: nothing is changed, and each is named."""
    long = "x" * (LONGEST_FIELD + 1)
    for fields, problem in (
        ([("a", "b"), ("a", long)], "field_1"),
        ([(long, "b")], "field_0"),
        ([("", "b")], "field_0"),
        ([("a", "b")] * (MOST_FIELDS + 1), "fields"),
    ):
        with pytest.raises(Invalid) as refused:
            await write(alpha, *fields)
        assert list(refused.value.fields) == [problem]
    assert await fields_of(alpha) == ()


async def test_what_is_not_mentioned_stays(alpha: Server) -> None:
    """A change of the name leaves lines, the lock and whether one is found as they are."""
    await write(alpha, ("Web", "bees"))
    alice = await alpha.actor("alice")
    await accounts.change_profile(
        alpha.instance, alice, name="A", bio="", is_locked=True, is_discoverable=False
    )
    await accounts.change_profile(alpha.instance, alice, name="B", bio="", is_indexable=True)
    profile = (await alpha.actor("alice")).profile
    assert (profile.is_locked, profile.is_discoverable, profile.is_indexable) == (True, False, True)
    assert (profile.name, len(profile.fields)) == ("B", 1)


@pytest.mark.parametrize(
    "markup",
    [
        BACK,
        '<html><head><link href="https://ALPHA.test/@Alice/" rel=me></head>',
        '<a rel="me" href="https://alpha.test/users/alice#about">',
    ],
)
async def test_page_that_leads_back(alpha: Server, peer: Peer, markup: str) -> None:
    """A link is verified when the page behind it has a link of the same person to the profile."""
    peer.answers["/about"] = page(markup)
    await write(alpha, ("Web", SITE), ("Words", f"see {SITE}"))
    assert await verified(alpha) == [True, False]
    (request,) = peer.requests
    assert "signature" not in request.headers


@pytest.mark.parametrize(
    "answer",
    [
        page(""),
        page('<a href="https://alpha.test/@alice">'),
        page('<a rel="me" href="https://alpha.test/@bob">'),
        page('<a rel="me" href="https://alpha.test.evil.example/@alice">'),
        page('<a rel="me" href="/@alice">'),
        page("<!-- " + BACK + "-->"),
        page(BACK, status=404),
        page(BACK, kind="text/plain"),
        page("x" * 300_000 + BACK),
        httpx.Response(302, headers={"location": "https://other.test/about"}),
        httpx.Response(302, headers={"location": "https://127.0.0.1/about"}),
    ],
)
async def test_page_that_does_not(
    alpha: Server, network: Network, peer: Peer, answer: httpx.Response
) -> None:
    """No other link verifies, nor another page, nor one to which a host only leads on."""

    async def other(request: httpx.Request) -> httpx.Response:
        found = page(BACK)
        found.request = request
        return found

    network.connect("other.test", other)
    network.connect("127.0.0.1", other)
    peer.answers["/about"] = answer
    await write(alpha, ("Web", SITE))
    assert await verified(alpha) == [False]
    assert network.sent("GET", "127.0.0.1") == []


async def test_only_https_elsewhere_is_asked(alpha: Server, network: Network, peer: Peer) -> None:
    """Plain http, our own pages and what is no address are not looked at."""
    peer.answers["/about"] = page(BACK)
    inside = "https://127.0.0.1/about"
    await write(
        alpha,
        ("a", "http://peer.test/about"),
        ("b", "https://alpha.test/@alice"),
        ("c", "peer"),
        ("d", inside),
    )
    assert await verified(alpha) == [False] * 4
    assert network.exchanges == []


async def test_proof_is_looked_at_again(alpha: Server, peer: Peer) -> None:
    """A changed link is forgotten and looked at anew; an old proof falls when its link does."""
    peer.answers |= {"/about": page(BACK), "/other": page("nothing")}
    await write(alpha, ("Web", SITE))
    (before,) = await fields_of(alpha)
    assert before.verified_at
    await write(alpha, ("My pages", SITE), ("Other", "https://peer.test/other"))
    assert [one.verified_at for one in await fields_of(alpha)] == [before.verified_at, None]
    await write(alpha, ("My pages", "https://peer.test/other"))
    assert await verified(alpha) == [False]
    await write(alpha, ("Web", SITE))
    assert await verified(alpha) == [True]
    peer.answers["/about"] = page("nothing any more")
    await write(alpha, ("Web", SITE))
    assert await verified(alpha) == [False]


async def test_page_that_is_away_is_tried_again(alpha: Server, peer: Peer) -> None:
    """What is out of order is no answer: proofs stay, and the page is asked later."""
    peer.answers |= {"/about": page("", status=503), "/fine": page(BACK)}
    await write(alpha, ("Web", SITE), ("Fine", "https://peer.test/fine"))
    assert await verified(alpha) == [False, True]
    peer.answers["/about"] = page(BACK)
    await make_due(alpha)
    await settle(alpha)
    assert await verified(alpha) == [True, True]


async def test_field_that_changed_meanwhile(alpha: Server, peer: Peer) -> None:
    """What was found out of a link that stands there no more is kept for no other."""
    peer.answers |= {"/about": page(BACK), "/other": page("")}
    alice = await alpha.actor("alice")
    for url in (SITE, "https://peer.test/other"):
        typed = [TypedField("Web", url)]
        await accounts.change_profile(alpha.instance, alice, name="", bio="", fields=typed)
    await settle(alpha)
    assert await verified(alpha) == [False]


# --- the form --------------------------------------------------------------------------------------


async def send(browser: httpx.AsyncClient, **fields: object) -> httpx.Response:
    """Fill in the form of the profile, and send it."""
    csrf = field_of((await browser.get("/settings")).text, "csrf")
    return await browser.post("/settings/profile", data={"csrf": csrf, **fields})


async def test_fields_in_the_form(alpha: Server, peer: Peer) -> None:
    """Lines are written in the settings and shown on the profile, where the verified one is marked."""
    peer.answers["/about"] = page(BACK)
    browser = await sign_in(alpha, "alice")
    lines = {"field_0_name": "Web", "field_0_value": SITE, "field_1_name": "Likes"}
    answer = await send(browser, **lines, field_1_value="<bees>", field_2_name="")
    assert answer.headers["location"] == "/@alice"
    assert "verified" not in (await browser.get("/@alice")).text
    await settle(alpha)
    profile = (await browser.get("/@alice")).text
    assert profile.count('class="proof') == 1
    assert "&lt;bees&gt;" in profile
    form = (await browser.get("/settings")).text
    assert f'name="field_0_value" value="{SITE}"' in form
    assert 'name="field_1_value" value="&lt;bees&gt;"' in form


async def test_fields_come_back(alpha: Server) -> None:
    """What will not do comes back as it was typed, with the reason beside it."""
    browser = await sign_in(alpha, "alice")
    answer = await send(browser, field_3_name="", field_3_value="what is this?")
    assert answer.status_code == 422
    assert 'id="error-field_3"' in answer.text
    assert 'value="what is this?"' in answer.text
    assert await fields_of(alpha) == ()


async def test_boxes_that_were_not_on_the_form(alpha: Server) -> None:
    """A form without boxes or lines leaves them; one with them unticked switches them off."""
    browser = await sign_in(alpha, "alice")
    boxes = ("is_locked", "hides_follows", "is_discoverable", "is_indexable")
    await send(browser, **dict.fromkeys(boxes, "on"), field_0_name="a", field_0_value="b")
    for form, expected in (({}, True), ({"offered": list(boxes)}, False)):
        await send(browser, name="Alice", **form)
        profile = (await alpha.actor("alice")).profile
        assert [getattr(profile, box) for box in boxes] == [expected] * 4
        assert len(profile.fields) == 1
