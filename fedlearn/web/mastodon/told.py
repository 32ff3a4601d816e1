"""This is where what people are told becomes entities, one by one or in groups."""

from collections.abc import Sequence

from starlette.requests import HTTPConnection

from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.reports import latest_reports_by
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Viewer
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import ActorId
from fedlearn.domain.notifications import NotificationGroup, NotificationKind, NotificationView
from fedlearn.domain.reports import Report
from fedlearn.domain.roles import Permission, may
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity, partial_account_entity
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.entities.notifications import (
    Supported,
    group_entity,
    notification_entity,
)
from fedlearn.web.mastodon.entities.statuses import status_entity


async def notification_entities(
    request: HTTPConnection,
    connection: Connection,
    viewer: Viewer,
    told: Sequence[NotificationView],
    *,
    supported: Supported = None,
) -> list[Entity]:
    """What somebody is told, with all that belongs to it."""
    reporters = [one.sender for one in told if one.kind is NotificationKind.REPORT]
    reports = await _reports(connection, viewer, reporters)
    views = [one.status for one in told if one.status is not None]
    senders = [one.sender for one in told]
    of = await describing(
        request,
        connection,
        viewer,
        views=views,
        actors=[*senders, *(report.target for report in reports.values())],
        context=FilterContext.NOTIFICATIONS,
    )
    return [
        notification_entity(of, one, reports.get(one.sender.id))
        if one.kind is NotificationKind.REPORT
        else notification_entity(of, one, supported=supported)
        for one in told
        if one.kind is not NotificationKind.REPORT or one.sender.id in reports
    ]


async def grouped_entity(
    request: HTTPConnection,
    connection: Connection,
    viewer: Viewer,
    groups: Sequence[NotificationGroup],
    *,
    is_partial: bool = False,
    supported: Supported = None,
) -> Entity:
    """GroupedNotificationsResults: groups, and beside them each account and each post once.

    Of accounts that come first in no group only a part is told where that is enough.
    """
    reporters = [one.senders[0] for one in groups if one.kind is NotificationKind.REPORT]
    reports = await _reports(connection, viewer, reporters)
    views = {one.status.id: one.status for one in groups if one.status is not None}
    senders = {sender.id: sender for one in groups for sender in one.senders}
    of = await describing(
        request,
        connection,
        viewer,
        views=list(views.values()),
        actors=[*senders.values(), *(report.target for report in reports.values())],
        context=FilterContext.NOTIFICATIONS,
    )
    whole = {one.senders[0].id for one in groups} if is_partial else senders.keys()
    rest = [sender for sender in senders.values() if sender.id not in whole]
    partial = {"partial_accounts": [partial_account_entity(of, one) for one in rest]}
    return {
        "accounts": [account_entity(of, senders[one]) for one in senders if one in whole],
        **(partial if is_partial else {}),
        "statuses": [status_entity(of, view) for view in views.values()],
        "notification_groups": [
            group_entity(of, one, reports.get(one.senders[0].id))
            if one.kind is NotificationKind.REPORT
            else group_entity(of, one, supported=supported)
            for one in groups
            if one.kind is not NotificationKind.REPORT or one.senders[0].id in reports
        ],
    }


async def _reports(
    connection: Connection, viewer: Viewer, reporters: Sequence[Actor]
) -> dict[ActorId, Report]:
    """Of each of these the latest report, for those who still look after reports."""
    if not reporters or viewer.actor_id is None:
        return {}
    user = await db_users.user_of_actor(connection, viewer.actor_id)
    if user is None or not may(user.role, Permission.MANAGE_REPORTS):
        return {}
    return await latest_reports_by(connection, [one.id for one in reporters])
