"""What is asked of the people of a place, what is said to them, and what is said of its neighbours."""

from dataclasses import replace

import pytest

from fedlearn.db import announcements as db_announcements
from fedlearn.db import audit as db_audit
from fedlearn.domain.actors import Actor, Role
from fedlearn.domain.audit import Act, AuditFilter
from fedlearn.domain.ids import Millis
from fedlearn.domain.policies import DomainPolicy, Policy
from fedlearn.domain.roles import TERMINAL, Steward, steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import accounts, announcements, domain_lists, moderation, rules
from fedlearn.services.accounts import NewAccount
from fedlearn.services.announcements import AnnouncementDraft
from tests.clock import MINUTE, Clock
from tests.federation.peer import Person
from tests.federation.scenes import is_read_by, reads, takes
from tests.federation.server import PASSWORD, Server


@pytest.fixture
async def ada(alpha: Server) -> Steward:
    """An admin of alpha."""
    wanted = NewAccount("ada", "ada@alpha.test", PASSWORD, role=Role.ADMIN)
    return steward(await accounts.create_account(alpha.instance, wanted))


@pytest.fixture
async def morris(alpha: Server) -> Steward:
    """A moderator of alpha."""
    wanted = NewAccount("morris", "morris@alpha.test", PASSWORD, role=Role.MODERATOR)
    return steward(await accounts.create_account(alpha.instance, wanted))


async def done(server: Server) -> list[tuple[Act, str]]:
    """What was done to what, the latest first."""
    async with server.instance.db.read() as connection:
        found = await db_audit.audit_page(connection, AuditFilter(), before=None, limit=40)
    return [(one.done.act, one.done.target) for one in found]


# --- rules ---------------------------------------------------------------------------------------


async def test_rules_are_written(alpha: Server, ada: Steward, morris: Steward) -> None:
    """They stand in the order that an admin gives them; a moderator writes none."""
    for text in ("Be kind.", "Be brief.", "Be here."):
        await rules.add_rule(alpha.instance, ada, text, "and so on")

    async def texts() -> list[str]:
        return [one.text for one in await rules.rules(alpha.instance)]

    first, second, third = await rules.rules(alpha.instance)
    await rules.move_rule(alpha.instance, ada, third.id, up=True)
    assert await texts() == ["Be kind.", "Be here.", "Be brief."]
    await rules.move_rule(alpha.instance, ada, first.id, up=True)
    await rules.move_rule(alpha.instance, ada, second.id, up=False)
    assert await texts() == ["Be kind.", "Be here.", "Be brief."]
    await rules.change_rule(alpha.instance, ada, second.id, " Be short. ", "")
    await rules.remove_rule(alpha.instance, ada, third.id)
    assert await texts() == ["Be kind.", "Be short."]
    for text, hint in (("", ""), ("x" * 301, ""), ("x", "x" * 1001)):
        with pytest.raises(Invalid):
            await rules.add_rule(alpha.instance, ada, text, hint)
    with pytest.raises(NotFound):
        await rules.change_rule(alpha.instance, ada, third.id, "Be back.", "")
    for ask in (
        rules.add_rule(alpha.instance, morris, "Obey.", ""),
        rules.change_rule(alpha.instance, morris, first.id, "Obey.", ""),
        rules.move_rule(alpha.instance, morris, first.id, up=False),
        rules.remove_rule(alpha.instance, morris, first.id),
    ):
        with pytest.raises(NotFound):
            await ask
    assert (await done(alpha))[0] == (Act.REMOVE_RULE, "Be here.")


# --- announcements -------------------------------------------------------------------------------


async def shown_to(server: Server, actor: Actor) -> list[str]:
    """What somebody is told just now."""
    async with server.instance.db.read() as connection:
        found = await db_announcements.shown_announcements(connection, actor.id)
    return [one.text for one in found]


async def test_announcements_have_their_time(
    alpha: Server, ada: Steward, morris: Steward, clock: Clock
) -> None:
    """They are shown from one moment to another, until somebody puts them away for themselves."""
    alice, dora = await alpha.actor("alice"), await alpha.actor("dora")
    later, end = Millis(clock.now + MINUTE), Millis(clock.now + 2 * MINUTE)
    await announcements.announce(alpha.instance, ada, AnnouncementDraft("now"))
    await announcements.announce(alpha.instance, ada, AnnouncementDraft("later", later, end))
    assert await shown_to(alpha, alice) == ["now"]
    clock.forward(MINUTE)
    assert await shown_to(alpha, alice) == ["now", "later"]
    second, first = await announcements.announcements(alpha.instance, ada)
    await announcements.dismiss(alpha.instance, alice, first.id)
    await announcements.dismiss(alpha.instance, alice, first.id)
    await announcements.dismiss(alpha.instance, alice, 999)
    assert await shown_to(alpha, alice) == ["later"]
    assert await shown_to(alpha, dora) == ["now", "later"]
    clock.forward(MINUTE)
    assert await shown_to(alpha, alice) == []
    draft = AnnouncementDraft("longer <b>", None, None)
    await announcements.change(alpha.instance, ada, second.id, draft)
    (changed, _) = await announcements.announcements(alpha.instance, ada)
    assert changed.content == "<p>longer &lt;b&gt;</p>"
    await announcements.remove(alpha.instance, ada, first.id)
    assert await shown_to(alpha, dora) == ["longer <b>"]
    for wrong in (
        AnnouncementDraft(" "),
        AnnouncementDraft("x" * 1001),
        AnnouncementDraft("x", end, later),
    ):
        with pytest.raises(Invalid):
            await announcements.announce(alpha.instance, ada, wrong)
    for ask in (
        announcements.announce(alpha.instance, morris, draft),
        announcements.change(alpha.instance, morris, second.id, draft),
        announcements.remove(alpha.instance, morris, second.id),
        announcements.announcements(alpha.instance, morris),
        announcements.change(alpha.instance, ada, 999, draft),
        announcements.remove(alpha.instance, ada, 999),
    ):
        with pytest.raises(NotFound):
            await ask


# --- neighbours ----------------------------------------------------------------------------------


async def test_consequences_of_a_block(alpha: Server, bob: Person, ada: Steward) -> None:
    """It is known before how many accounts, follows and posts it will take away."""
    await reads(alpha, "alice", bob)
    await is_read_by(alpha, "alice", bob)
    await takes(alpha, bob, bob.activity("Create", bob.note("<p>hello</p>")))
    found = await moderation.consequences(alpha.instance, ada, "test")
    counted = (found.actors, found.follows_from_there, found.follows_from_here, found.statuses)
    assert counted == (1, 1, 1, 1)
    assert (await moderation.consequences(alpha.instance, ada, "far.example")).actors == 0
    alice = steward(await alpha.user("alice"))
    with pytest.raises(NotFound):
        await moderation.consequences(alpha.instance, alice, "test")


async def test_words_on_a_domain(alpha: Server, ada: Steward, morris: Steward) -> None:
    """Comments stay until others are given; nothing is said of ourselves, nor by a moderator."""
    await moderation.set_domain_policy(
        alpha.instance,
        "far.example",
        Policy.SILENCE,
        by=ada,
        public_comment="spam",
        private_comment="see report 7",
        obfuscate=True,
    )
    await moderation.set_domain_policy(alpha.instance, "far.example", Policy.BLOCK, by=ada)
    expected = DomainPolicy("far.example", Policy.BLOCK, "spam", "see report 7", obfuscate=True)
    assert await moderation.domain_policies(alpha.instance) == [expected]
    for domain, comment in (("alpha.test", ""), ("x.example", "x" * 1001)):
        with pytest.raises(Invalid):
            await moderation.set_domain_policy(
                alpha.instance, domain, Policy.BLOCK, by=ada, public_comment=comment
            )
    with pytest.raises(NotFound):
        await moderation.set_domain_policy(alpha.instance, "x.example", Policy.BLOCK, by=morris)
    with pytest.raises(NotFound):
        await moderation.forget_domain_policy(alpha.instance, "far.example", by=morris)
    assert await moderation.blocked_in_public(alpha.instance) == []
    settings = replace(alpha.instance.settings, shows_domain_blocks=True)
    shown = await moderation.blocked_in_public(replace(alpha.instance, settings=settings))
    assert [(one.domain, one.private_comment) for one in shown] == [("fa*.*****le", "")]


async def test_lists_of_domains_come_and_go(alpha: Server, ada: Steward) -> None:
    """A list of Mastodon's is taken in, what we cannot do is named, and ours can be taken there."""
    given = (
        b"#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n"
        b'bad.example,suspend,True,True,"spam, and more",True\r\n'
        b"loud.example,silence,True,False,,False\r\n"
        b"odd.example,noop,True,False,,False\r\n"
        b"not a domain,suspend,False,False,,False\r\n"
        b"alpha.test,suspend,False,False,,False\r\n"
    )
    await moderation.set_domain_policy(alpha.instance, "loud.example", Policy.BLOCK, by=TERMINAL)
    came = await domain_lists.import_domains(alpha.instance, ada, given)
    assert (came.added, came.changed, came.unchanged, came.passed_over) == (1, 1, 0, 4)
    assert [problem.partition(":")[0] for problem in came.problems] == [
        "Line 3",
        "Line 4",
        "Line 5",
        "Line 6",
    ]
    went = await domain_lists.export_domains(alpha.instance, ada)
    assert went.splitlines() == [
        "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate",
        'bad.example,suspend,True,True,"spam, and more",True',
        "loud.example,silence,False,False,,False",
    ]
    again = await domain_lists.import_domains(alpha.instance, ada, went.encode())
    assert (again.added, again.changed, again.unchanged, again.passed_over) == (0, 0, 2, 0)
    assert (await done(alpha)).count((Act.SET_DOMAIN, "bad.example")) == 1
    plain = await domain_lists.import_domains(
        alpha.instance, ada, b"#domain\nfriend.example\n", Policy.ALLOW
    )
    assert plain.added == 1


async def test_long_list_of_domains(alpha: Server, ada: Steward) -> None:
    """Every line of it counts, whatever is said at once; a domain that stands there twice, once."""
    lines = [f"bad{number}.example" for number in range(450)]
    content = "\n".join(["#domain", *lines, lines[0]]).encode()
    came = await domain_lists.import_domains(alpha.instance, ada, content)
    assert (came.added, came.changed) == (450, 0)
    assert len(await moderation.domain_policies(alpha.instance)) == 450


@pytest.mark.parametrize("content", [b"", b"a,b\nc,d\n", b"\xff\xfe"])
async def test_what_is_no_list_of_domains(alpha: Server, ada: Steward, content: bytes) -> None:
    """It is refused, and nothing is said of any domain."""
    with pytest.raises(Invalid):
        await domain_lists.import_domains(alpha.instance, ada, content)
    assert await moderation.domain_policies(alpha.instance) == []


async def test_lists_of_domains_are_for_admins(alpha: Server, morris: Steward) -> None:
    """A moderator neither brings nor takes one."""
    with pytest.raises(NotFound):
        await domain_lists.import_domains(alpha.instance, morris, b"#domain\nx.example\n")
    with pytest.raises(NotFound):
        await domain_lists.export_domains(alpha.instance, morris)
