"""Advisories about who may see and do what: each attack beside what is honest.

docs/explanation/security.md has a row for each.
"""

import re

import pytest

from fedlearn.db import actors as db_actors
from fedlearn.domain.audience import Reach
from fedlearn.domain.ids import now
from fedlearn.domain.policies import Policy
from fedlearn.domain.roles import TERMINAL
from fedlearn.services.moderation import set_domain_policy
from tests.federation.browser import sign_in
from tests.federation.peer import PUBLIC, Person
from tests.federation.scenes import is_read_by, is_stored, reads, takes
from tests.federation.server import Server, settle
from tests.hostile.test_pages import ROUTES, csrf_of


async def suspend(server: Server, person: Person) -> None:
    """An operator suspends somebody of the peer."""
    actor = await server.known(person.uri)
    assert actor is not None
    async with server.instance.db.write() as connection:
        await db_actors.set_suspended(connection, actor.id, now())


async def test_ghsa_5h2f_wg8j_xqwp_suspended_by_way_of_others(
    alpha: Server, bob: Person, mallory: Person
) -> None:
    """Posts of somebody suspended come back by no boost, known before or not; others' boosts do."""
    await reads(alpha, "alice", bob)
    await reads(alpha, "alice", mallory)
    known, new, honest = mallory.note(), mallory.note(), bob.note()
    await takes(alpha, mallory, mallory.activity("Create", known))
    await suspend(alpha, mallory)
    async with alpha.instance.db.write() as connection:
        await connection.execute("DELETE FROM home_entry")
    for note in (known, new, honest):
        await takes(alpha, bob, bob.activity("Announce", note["id"]))
    boosted = [view.boost_of.status.uri for view in await alpha.home("alice") if view.boost_of]
    assert boosted == [honest["id"]]
    assert not await is_stored(alpha, new["id"])
    await takes(alpha, mallory, mallory.activity("Create", mallory.note()))
    assert len(await alpha.home("alice")) == 1


async def test_ghsa_ccpr_m53r_mfwr_cache_between_them_and_us(alpha: Server, bob: Person) -> None:
    """What one signer is shown is kept for no other: a blocked one gets nothing from a cache.

    The answer to somebody who does not sign may be kept, and is told apart by its headers.
    """
    post = await alpha.post("alice", "hello")
    path = post.status.uri.removeprefix("https://alpha.test")
    for where in (path, "/users/alice", "/users/alice/outbox?page=true"):
        kept = await alpha.get(where)
        assert "public" in kept.headers["cache-control"]
        assert "Signature" in kept.headers["vary"]
        signed = await bob.get(alpha, where)
        assert signed.headers["cache-control"] == "private, no-store"
        assert "Signature" in signed.headers["vary"]
    await set_domain_policy(alpha.instance, "peer.test", Policy.BLOCK, by=TERMINAL)
    for where in (path, "/users/alice", "/users/alice/outbox?page=true"):
        refused = await bob.get(alpha, where)
        assert refused.status_code == 403
        assert refused.headers["cache-control"] == "private, no-store"


async def test_ghsa_gwhw_gcjx_72v8_existence_of_private_posts(
    alpha: Server, bob: Person, mallory: Person
) -> None:
    """A private post and one that never was look the same to whom it is not for, in every way."""
    await is_read_by(alpha, "alice", bob)
    post = await alpha.post("alice", "secret", reach=Reach.FOLLOWERS)
    there = post.status.uri.removeprefix("https://alpha.test")
    never = f"/users/alice/statuses/{post.id + 1}"
    for tail in ("", "/activity", "/replies", "/likes", "/shares"):
        for ask in (alpha.get, lambda path: mallory.get(alpha, path)):
            real, none = await ask(there + tail), await ask(never + tail)
            assert (real.status_code, real.content) == (404, none.content)
            assert real.headers["cache-control"] == none.headers["cache-control"]
    for kind in ("Like", "Announce"):
        for path in (there, never):
            activity = mallory.activity(kind, f"https://alpha.test{path}")
            assert (await mallory.deliver(alpha, activity)).status_code == 202
    await settle(alpha)
    assert (await bob.get(alpha, there)).status_code == 200
    assert (await bob.get(alpha, f"{there}/likes")).json()["totalItems"] == 0


async def shown_to_carol(alpha: Server, uri: str) -> str:
    """The page of a post as somebody sees it who reads nobody."""
    view = await alpha.seen_by("carol", uri)
    assert view is not None
    carol = await sign_in(alpha, "carol")
    return (await carol.get(f"/@{view.author.acct}/{view.id}")).text


QUOTES = ["quote", "quoteUri", "quoteUrl", "_misskey_quote"]


async def test_quote_without_leave_shows_nothing(alpha: Server, mallory: Person) -> None:
    """A post that says it quotes another shows nothing of that without its author's agreement.

    An agreement that is made up, or about other posts, is none. Carol may read each by itself.
    """
    await reads(alpha, "alice", mallory)
    private = await alpha.post("alice", "only for followers", reach=Reach.FOLLOWERS)
    for name in QUOTES:
        stamp = f"{mallory.uri}/stamps/{name}"
        mallory.peer.documents[stamp] = {
            "id": stamp,
            "type": "QuoteAuthorization",
            "attributedTo": mallory.uri,
            "interactingObject": f"{mallory.uri}/notes/other",
            "interactionTarget": private.status.uri,
        }
        note = mallory.note(
            "<p>look</p>", **{name: private.status.uri, "quoteAuthorization": stamp}
        )
        await takes(alpha, mallory, mallory.activity("Create", note))
        page = await shown_to_carol(alpha, note["id"])
        assert "look" in page
        assert "only for followers" not in page


async def test_ghsa_8h43_rcqj_wpc6_quote_of_ones_own_boost(
    alpha: Server, bob: Person, mallory: Person
) -> None:
    """Who boosts a post and quotes the boost quotes the post: the author's leave is still needed."""
    await reads(alpha, "alice", mallory)
    await reads(alpha, "alice", bob)
    theirs = bob.note(
        "<p>not to be quoted</p>", interactionPolicy={"canQuote": {"automaticApproval": [bob.uri]}}
    )
    await takes(alpha, bob, bob.activity("Create", theirs))
    boost = mallory.activity("Announce", theirs["id"])
    await takes(alpha, mallory, boost)
    for name in QUOTES:
        note = mallory.note("<p>look</p>", **{name: boost["id"]})
        await takes(alpha, mallory, mallory.activity("Create", note))
        page = await shown_to_carol(alpha, note["id"])
        assert "look" in page
        assert "not to be quoted" not in page


def pages_of_operators() -> list[str]:
    """Every path that only operators have business with."""
    wanted = re.compile(
        r"/(?:admin|moderation|reports|accounts|domains|relays|invitations|server)\b"
    )
    paths = [route.path for route in ROUTES if wanted.match(route.path)]
    return [re.sub(r"{[^}]*}", "1", path) for path in paths]


async def test_ghsa_7jvv_fhmg_wpfw_costly_figures_for_anybody(alpha: Server) -> None:
    """Figures of the whole server are counted once in a while, not for each who asks.

    What is for operators is refused to strangers before anything is counted.
    """
    await alpha.post("alice", "hello")
    before = (await alpha.get("/nodeinfo/2.1")).json()
    await alpha.post("alice", "hello again")
    assert (await alpha.get("/nodeinfo/2.1")).json() == before
    for path in [*pages_of_operators(), "/api/v1/admin/measures", "/api/v1/admin/retention"]:
        for method in ("GET", "POST"):
            answer = await alpha.http.request(method, path)
            assert answer.status_code in {303, 401, 403, 404, 405}, path


async def test_ghsa_hx34_2pfw_2qfj_addresses_of_other_people(alpha: Server, bob: Person) -> None:
    """No page, document or notification tells somebody signed in the mail address of another.

    Nor does it tell strangers; alice knows her own.
    """
    await alpha.post("alice", "hello")
    await is_read_by(alpha, "alice", bob)
    alice = await alpha.actor("alice")
    carol = await sign_in(alpha, "carol")
    seen = 0
    for route in ROUTES:
        path = route.path.replace("{username}", "alice").replace("{actor_id:id}", str(alice.id))
        for client in (carol, alpha.http):
            answer = await client.get(re.sub(r"{[^}]*}", "1", path))
            assert "alice@alpha.test" not in answer.text.replace(
                "acct:alice@alpha.test", ""
            ).replace("@alice@alpha.test", "").replace('"webfinger":"alice@alpha.test"', "")
            seen += answer.status_code == 200
    assert seen > 10
    for path in pages_of_operators():
        assert (await carol.get(path)).status_code in {303, 403, 404, 405}, path


DEEDS = ["/statuses/{id}/edit", "/statuses/{id}/delete"]


async def test_cve_2026_55103_only_the_owner_may(
    alpha: Server, bob: Person, mallory: Person
) -> None:
    """A post is changed and deleted by its author only: by form, and by what other servers send."""
    post = await alpha.post("alice", "hello")
    await reads(alpha, "alice", bob)
    theirs = bob.note("<p>theirs</p>")
    await takes(alpha, bob, bob.activity("Create", theirs))
    carol = await sign_in(alpha, "carol")
    csrf = await csrf_of(carol)
    for view in (post, await alpha.seen_by("alice", theirs["id"])):
        assert view is not None
        for deed in DEEDS:
            path = deed.replace("{id}", str(view.id))
            answer = await carol.post(path, data={"csrf": csrf, "text": "changed"})
            assert answer.status_code in {403, 404}
    for kind, about in (
        ("Delete", theirs["id"]),
        ("Delete", post.status.uri),
        ("Update", {**theirs, "content": "<p>lie</p>", "updated": "2027-01-01T00:00:00Z"}),
        ("Update", mallory.note("<p>lie</p>", id=post.status.uri, updated="2027-01-01T00:00:00Z")),
        ("Undo", {"type": "Announce", "id": theirs["id"], "actor": bob.uri}),
    ):
        await takes(alpha, mallory, mallory.activity(kind, about))
    for uri, text in ((post.status.uri, "hello"), (theirs["id"], "theirs")):
        seen = await alpha.seen_by("alice", uri)
        assert seen is not None
        assert text in seen.status.content
    alice = await sign_in(alpha, "alice")
    path = DEEDS[1].replace("{id}", str(post.id))
    assert (await alice.post(path, data={"csrf": await csrf_of(alice)})).status_code == 303
    assert await alpha.seen_by("alice", post.status.uri) is None


@pytest.mark.parametrize("how", ["never answered", "rejected", "accepted by another"])
async def test_cve_2025_30741_no_access_before_accept(
    how: str, alpha: Server, bob: Person, mallory: Person
) -> None:
    """Who asked to follow a locked account sees nothing for followers before it has accepted.

    Alice asks to follow bob, who has said nothing yet: his post for followers, which mallory's server
    hands on or which comes along by chance, is not shown to her. Once he accepts, his posts are.
    """
    bob.changes = {"manuallyApprovesFollowers": True}
    await alpha.follow("alice", bob.handle)
    await settle(alpha)
    follow = bob.peer.got("Follow")[-1]
    if how == "rejected":
        await takes(alpha, bob, bob.activity("Reject", follow))
    elif how == "accepted by another":
        await mallory.deliver(alpha, mallory.activity("Accept", follow))
        await settle(alpha)
    private = bob.note("<p>for followers</p>", to=[bob.followers], cc=[])
    await takes(alpha, bob, bob.activity("Create", private))
    assert await alpha.home("alice") == []
    assert await alpha.seen_by("alice", private["id"]) is None
    if how != "rejected":
        await takes(alpha, bob, bob.activity("Accept", follow))
        shown = bob.note("<p>for followers</p>", to=[bob.followers], cc=[PUBLIC + "ly"])
        await takes(alpha, bob, bob.activity("Create", shown))
        assert await alpha.seen_by("alice", shown["id"]) is not None
