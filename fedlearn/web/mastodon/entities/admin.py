"""Entities for stewards: Admin::Account, Admin::Report, Admin::DomainBlock, Admin::DomainAllow.

They are shown of people what the pages of moderation show to the same role.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from fedlearn.domain.accounts import Account, State
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.ids import ActorId
from fedlearn.domain.ip_blocks import IpBlock
from fedlearn.domain.policies import CanonicalEmail, DomainPolicy, EmailDomain, Policy
from fedlearn.domain.reports import Report
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.statuses import StatusView
from fedlearn.services.domain_lists import NAMES
from fedlearn.web.mastodon.entities.accounts import account_entity, role_entity
from fedlearn.web.mastodon.entities.describing import Describing, Entity, end_of, moment
from fedlearn.web.mastodon.entities.instance import rule_entity
from fedlearn.web.mastodon.entities.statuses import status_entity


def admin_account_entity(of: Describing, by: Steward, account: Account) -> Entity:
    """Admin::Account. Addresses of computers are not kept; why they join, while they wait."""
    actor, user, host = account.actor, account.user, account.invited_by
    sees_address = by.may(Permission.MANAGE_USER_ACCESS)
    return {
        "id": str(actor.id),
        "username": actor.profile.username,
        "domain": actor.profile.domain,
        "created_at": moment(user.created_at if user else actor.profile.published),
        "email": user.email if user and sees_address else "",
        "ip": None,
        "ips": [],
        "locale": (user.locale if user else None) or "",
        "invite_request": account.invite_request or None,
        "role": role_entity(account.role),
        "confirmed": _is_confirmed(user) if sees_address else None,
        "approved": account.state is not State.PENDING,
        "disabled": account.is_disabled,
        "sensitized": actor.is_sensitized,
        "silenced": actor.is_silenced,
        "suspended": account.state in {State.SUSPENDED, State.GONE},
        "account": account_entity(of, actor),
        "created_by_application_id": None,
        "invited_by_account_id": str(host.id) if host else None,
    }


def admin_report_entity(
    of: Describing,
    by: Steward,
    report: Report,
    *,
    posts: Sequence[StatusView],
    accounts: Mapping[ActorId, Account],
) -> Entity:
    """Admin::Report, with the accounts of all who have to do with it."""

    def shown(actor: Actor | None) -> Entity | None:
        return admin_account_entity(of, by, accounts[actor.id]) if actor else None

    return {
        "id": str(report.id),
        "action_taken": report.resolved_at is not None,
        "action_taken_at": end_of(report.resolved_at),
        "category": report.category.value,
        "comment": report.comment,
        "forwarded": report.is_forwarded,
        "created_at": moment(report.created_at),
        # Of what else became of it no moment is kept with it.
        "updated_at": moment(report.resolved_at or report.created_at),
        "account": shown(report.reporter),
        "target_account": shown(report.target),
        "assigned_account": shown(report.assigned_to),
        "action_taken_by_account": shown(report.resolved_by),
        "statuses": [status_entity(of, view) for view in posts],
        "rules": [rule_entity(rule) for rule in report.rules],
    }


def domain_block_entity(said: DomainPolicy) -> Entity:
    """Admin::DomainBlock: a domain that is blocked or silenced."""
    # Nothing is taken from a blocked domain, its pictures and reports included.
    rejects = said.policy is Policy.BLOCK
    return {
        **domain_allow_entity(said),
        "digest": sha256(said.domain.encode()).hexdigest(),
        "severity": NAMES[said.policy],
        "reject_media": rejects,
        "reject_reports": rejects,
        "private_comment": said.private_comment or None,
        "public_comment": said.public_comment or None,
        "obfuscate": said.obfuscate,
    }


def domain_allow_entity(said: DomainPolicy) -> Entity:
    """Admin::DomainAllow: a domain with which we talk where only these are talked with."""
    return {"id": str(said.id), "domain": said.domain, "created_at": moment(said.created_at)}


def email_domain_entity(blocked: EmailDomain) -> Entity:
    """Admin::EmailDomainBlock. How often somebody came with such an address is not counted."""
    created_at = moment(blocked.created_at)
    return {
        "id": str(blocked.id),
        "domain": blocked.domain,
        "created_at": created_at,
        "history": [],
    }


def canonical_email_entity(blocked: CanonicalEmail) -> Entity:
    """Admin::CanonicalEmailBlock."""
    return {"id": str(blocked.id), "canonical_email_hash": blocked.email_hash}


def ip_block_entity(block: IpBlock) -> Entity:
    """Admin::IpBlock: a range of addresses, also when it is a single one."""
    return {
        "id": str(block.id),
        "ip": str(block.network),
        "severity": block.severity.value,
        "comment": block.comment,
        "created_at": moment(block.created_at),
        "expires_at": end_of(block.expires_at),
    }


def people_of(report: Report) -> list[Actor]:
    """Who has to do with a report."""
    people = (report.reporter, report.target, report.assigned_to, report.resolved_by)
    return [one for one in people if one is not None]


def _is_confirmed(user: User | None) -> bool:
    """Whether an address is known to be theirs; of people elsewhere none is."""
    return user is not None and user.confirmed_at is not None
