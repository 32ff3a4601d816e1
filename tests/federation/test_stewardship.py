"""How people are let in, given roles, and helped; each with a line in the audit log."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from fedlearn.db import audit as db_audit
from fedlearn.domain.accounts import AccountFilter, Origin
from fedlearn.domain.actors import Role
from fedlearn.domain.audit import Act, AuditFilter
from fedlearn.domain.roles import PERMISSIONS, TERMINAL, Permission, Steward, steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import (
    accounts,
    deletion,
    invitations,
    measures,
    sign_ups,
    signing_in,
    signing_up,
    stewardship,
)
from fedlearn.services.accounts import NewAccount
from fedlearn.settings import Registration, Settings
from tests.federation.browser import open_browser
from tests.federation.network import Network
from tests.federation.server import PASSWORD, Server, run_server


async def person(server: Server, name: str, role: Role) -> Steward:
    """Somebody with a role."""
    wanted = NewAccount(name, f"{name}@example.org", PASSWORD, role=role)
    return steward(await accounts.create_account(server.instance, wanted))


async def done(server: Server) -> list[tuple[Act, str]]:
    """What was done to what, the latest first."""
    async with server.instance.db.read() as connection:
        found = await db_audit.audit_page(connection, AuditFilter(), before=None, limit=40)
    return [(one.done.act, one.done.target) for one in found]


def wanted(name: str = "dora") -> NewAccount:
    """What somebody gives who wants an account."""
    return NewAccount(name, f"{name}@example.org", PASSWORD, invite_request=f"I am {name}.")


def test_roles_may_more_and_more() -> None:
    """Each role may all that those below it may; users may nothing of it."""
    assert PERMISSIONS[Role.USER] == Permission(0)
    moderator, admin, owner = (
        PERMISSIONS[role] for role in (Role.MODERATOR, Role.ADMIN, Role.OWNER)
    )
    assert moderator & admin == moderator
    assert admin & owner == admin
    assert len({moderator, admin, owner}) == 3


async def test_roles_are_given_and_taken(alpha: Server) -> None:
    """An admin makes moderators, an owner admins and owners; one owner there always is."""
    olga, ada = await person(alpha, "olga", Role.OWNER), await person(alpha, "ada", Role.ADMIN)
    alice = await alpha.user("alice")
    await stewardship.change_role(alpha.instance, alice, Role.MODERATOR, by=ada)
    assert (await alpha.user("alice")).role is Role.MODERATOR
    for by, role in ((ada, Role.ADMIN), (ada, Role.OWNER)):
        with pytest.raises(Invalid, match="below yours"):
            await stewardship.change_role(alpha.instance, alice, role, by=by)
    with pytest.raises(NotFound):
        await stewardship.change_role(
            alpha.instance, alice, Role.OWNER, by=steward(await alpha.user("alice"))
        )
    assert olga.user
    with pytest.raises(Invalid, match="last owner"):
        await stewardship.change_role(alpha.instance, olga.user, Role.USER, by=olga)
    with pytest.raises(Invalid, match="last owner"):
        await stewardship.change_role(alpha.instance, olga.user, Role.USER, by=TERMINAL)
    await stewardship.change_role(alpha.instance, alice, Role.OWNER, by=olga)
    await stewardship.change_role(alpha.instance, olga.user, Role.USER, by=olga)
    assert (await alpha.user("olga")).role is Role.USER
    assert (await done(alpha))[0] == (Act.CHANGE_ROLE, "@olga")


async def test_who_asks_is_let_in_or_not(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """Who is let in can sign in; of who is not, nothing is kept, and the name is free again."""
    settings = settings_of("place.test", registration=Registration.APPROVAL)
    async with run_server(settings, network) as place:
        morris = await person(place, "morris", Role.MODERATOR)
        dora, emil = [
            await signing_up.sign_up(place.instance, wanted(name), "") for name in ("dora", "emil")
        ]
        waits, _ = await stewardship.account(place.instance, morris, dora.actor.id)
        assert waits.invite_request == "I am dora."
        await sign_ups.approve(place.instance, dora, by=morris)
        is_in, _ = await stewardship.account(place.instance, morris, dora.actor.id)
        assert is_in.invite_request == ""
        await sign_ups.reject(place.instance, emil, by=morris, reason="a robot")
        assert (await place.user("dora")).approved_at is not None
        with pytest.raises(NotFound):
            await accounts.find_user(place.instance, "emil")
        await signing_up.sign_up(place.instance, wanted("emil"), "")
        with pytest.raises(Invalid):
            await sign_ups.reject(place.instance, dora, by=morris)
        with pytest.raises(NotFound):
            await sign_ups.approve(place.instance, emil, by=steward(dora))
        assert (await done(place))[:2] == [(Act.REJECT, "@emil"), (Act.APPROVE, "@dora")]


async def test_silenced_before_being_let_in(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """Who is let in although silenced is seen from then on, as far as that goes."""
    settings = settings_of("place.test", registration=Registration.APPROVAL)
    async with run_server(settings, network) as place:
        dora = await signing_up.sign_up(place.instance, wanted(), "")
        await measures.silence(place.instance, TERMINAL, dora.actor)
        await sign_ups.approve(place.instance, dora, by=TERMINAL)
        assert (await place.get("/users/dora")).status_code == 200


async def test_who_is_invited_is_let_in(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """It is kept by whom; who may not invite makes no link; one sees one's own, admins all."""
    settings = settings_of("place.test", registration=Registration.APPROVAL)
    async with run_server(settings, network) as place:
        morris = await person(place, "morris", Role.MODERATOR)
        ada = await person(place, "ada", Role.ADMIN)
        link = await invitations.make_invitation(place.instance, by=morris, max_uses=2)
        token = link.partition("invitation=")[2]
        dora = await signing_up.sign_up(place.instance, wanted(), token)
        assert dora.approved_at is not None
        # What it would have been good for was done by the invitation, so it was never kept.
        found, _ = await stewardship.account(place.instance, morris, dora.actor.id)
        assert morris.user
        assert (found.invited_by, found.invite_request) == (morris.user.actor, "")
        (one,) = await invitations.invitations(place.instance, ada)
        assert (one.uses, one.max_uses, one.made_by) == (1, 2, morris.user.actor)
        own = await invitations.make_invitation(place.instance, by=ada)
        assert len(await invitations.invitations(place.instance, morris)) == 1
        for user in (dora, None):
            with pytest.raises((NotFound, Invalid)):
                await invitations.make_invitation(
                    place.instance, by=steward(user) if user else ada, days=91
                )
        await invitations.revoke_invitation(place.instance, ada, one.token_hash)
        emil = await signing_up.sign_up(place.instance, wanted("emil"), token)
        assert emil.approved_at is None
        (left,) = await invitations.invitations(place.instance, ada)
        with pytest.raises(NotFound):
            await invitations.revoke_invitation(place.instance, morris, left.token_hash)
        assert left.token_hash not in own


async def sign_up(server: Server, name: str, invitation: str) -> bool:
    """Somebody fills in the form behind an invitation; whether it lets them in."""
    facts = wanted(name)
    form = {"username": name, "email": facts.email, "password": PASSWORD, "invitation": invitation}
    async with open_browser(server) as browser:
        return (await browser.post("/sign-up", data=form)).is_redirect


@pytest.mark.parametrize("end", ["demoted", "disabled", "suspended", "deleted"])
async def test_invitations_end_with_the_right_to_invite(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None, end: str
) -> None:
    """A link of who may invite no more lets nobody in; one of the operator still does."""
    settings = settings_of("place.test", registration=Registration.INVITE)
    async with run_server(settings, network) as place:
        morris, ada = [
            await person(place, *who) for who in (("morris", Role.MODERATOR), ("ada", Role.ADMIN))
        ]
        assert morris.user
        links = [
            await invitations.make_invitation(place.instance, by=by, max_uses=3)
            for by in (morris, TERMINAL)
        ]
        his, ours = [link.partition("invitation=")[2] for link in links]
        assert await sign_up(place, "dora", his)
        if end == "demoted":
            await stewardship.change_role(place.instance, morris.user, Role.USER, by=ada)
        elif end == "disabled":
            await measures.disable(place.instance, ada, morris.user.actor)
        elif end == "suspended":
            await measures.suspend(place.instance, ada, morris.user.actor)
        else:
            await deletion.delete_account(place.instance, morris.user, by=ada)
        assert not await sign_up(place, "emil", his)
        (left,) = await invitations.invitations(place.instance, ada)
        assert left.made_by is None
        assert await sign_up(place, "emil", ours)


async def test_lost_race_for_a_name_uses_up_no_invitation(
    settings_of: Callable[..., Settings], network: Network, quick_keys: None
) -> None:
    """Of two who want the same name at once, the one who is late can come under another."""
    settings = settings_of("place.test", registration=Registration.INVITE)
    async with run_server(settings, network) as place:
        links = [await invitations.make_invitation(place.instance, by=TERMINAL) for _ in range(2)]
        tokens = [link.partition("invitation=")[2] for link in links]
        came = await asyncio.gather(*(sign_up(place, "dora", token) for token in tokens))
        assert sorted(came) == [False, True]
        assert await sign_up(place, "emil", tokens[came.index(False)])


async def test_help_for_who_cannot_sign_in(alpha: Server) -> None:
    """An admin gets a link for them where no mail is sent; a moderator does not."""
    ada = await person(alpha, "ada", Role.ADMIN)
    morris = await person(alpha, "morris", Role.MODERATOR)
    alice = await alpha.user("alice")
    link = await stewardship.send_password_link(alpha.instance, ada, alice)
    assert (await open_browser(alpha).get(link)).status_code == 200
    await stewardship.forget_second_step(alpha.instance, alice, by=ada)
    assert (await done(alpha))[:2] == [
        (Act.FORGET_SECOND_STEP, "@alice"),
        (Act.MAKE_SIGN_IN_LINK, "@alice"),
    ]
    with pytest.raises(NotFound):
        await stewardship.send_password_link(alpha.instance, morris, alice)
    assert morris.user
    ada_again = ada.user
    assert ada_again
    with pytest.raises(Invalid, match="below yours"):
        await stewardship.send_password_link(alpha.instance, ada, ada_again)


async def test_account_is_deleted_by_an_admin(alpha: Server) -> None:
    """With a line in the log; a moderator cannot."""
    ada = await person(alpha, "ada", Role.ADMIN)
    morris = await person(alpha, "morris", Role.MODERATOR)
    alice = await alpha.user("alice")
    with pytest.raises(NotFound):
        await deletion.delete_account(alpha.instance, alice, by=morris)
    await deletion.delete_account(alpha.instance, alice, by=ada, reason="asked for it")
    assert (await done(alpha))[0] == (Act.DELETE_ACCOUNT, "@alice")


async def test_accounts_are_for_moderators(alpha: Server) -> None:
    """Others find nobody, whatever they look for."""
    wanted: Any = AccountFilter(origin=Origin.LOCAL)
    alice = await alpha.user("alice")
    found = await stewardship.find_accounts(alpha.instance, TERMINAL, wanted, before=None, limit=9)
    assert [one.actor.acct for one in found] == ["alice"]
    for look in (
        stewardship.find_accounts(alpha.instance, steward(alice), wanted, before=None, limit=9),
        stewardship.account(alpha.instance, steward(alice), alice.actor.id),
    ):
        with pytest.raises(NotFound):
            await look
    with pytest.raises(NotFound):
        await stewardship.account(alpha.instance, TERMINAL, alpha.instance.actor.id)


async def test_owner_is_expected_until_they_have_come(alpha: Server) -> None:
    """A new owner is led to a password by the link; once they were here, no other is printed."""
    owner = await accounts.expected_owner(alpha.instance)
    assert owner is not None
    assert await accounts.expected_owner(alpha.instance) == owner
    link = await signing_in.make_sign_in_link(alpha.instance, owner, by=TERMINAL)
    async with open_browser(alpha) as browser:
        page = await browser.get((await browser.post(link)).headers["location"])
        assert 'href="/settings#password">Choose a password</a>' in page.text
        assert "Choose a password" not in (await browser.get("/")).text
    assert await accounts.expected_owner(alpha.instance) is None
