"""Entity of what people are told: Notification."""

from fedlearn.domain.notifications import NotificationGroup, NotificationKind, NotificationView
from fedlearn.domain.reports import Report
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.describing import Describing, Entity, end_of, moment
from fedlearn.web.mastodon.entities.statuses import status_entity

# Kinds that no client knows are told on pages only.
TOLD_TO_APPS = tuple(
    kind
    for kind in NotificationKind
    if kind
    not in {NotificationKind.REACTION, NotificationKind.NOT_POSTED, NotificationKind.WARNING}
)


def notification_entity(
    of: Describing, told: NotificationView, report: Report | None = None
) -> Entity:
    """Notification: what happened, by whom, and with which post or report."""
    entity: Entity = {
        "id": str(told.id),
        "type": told.kind.value,
        "group_key": told.group_key,
        "created_at": moment(told.created_at),
        "account": account_entity(of, told.sender),
    }
    if told.status is not None:
        entity["status"] = status_entity(of, told.status)
    if report is not None:
        entity["report"] = report_entity(of, report)
    return entity


def group_entity(of: Describing, group: NotificationGroup, report: Report | None = None) -> Entity:
    """NotificationGroup; whom and which posts it names stands beside the groups."""
    entity: Entity = {
        "group_key": group.key,
        "notifications_count": group.count,
        "type": group.kind.value,
        "most_recent_notification_id": group.latest_id,
        "page_min_id": str(group.first_id),
        "page_max_id": str(group.latest_id),
        "latest_page_notification_at": moment(group.latest_at),
        "sample_account_ids": [str(sender.id) for sender in group.senders],
    }
    if group.status is not None:
        entity["status_id"] = str(group.status.id)
    if report is not None:
        entity["report"] = report_entity(of, report)
    return entity


def report_entity(of: Describing, report: Report) -> Entity:
    """Report, as moderators are told of it."""
    return {
        "id": str(report.id),
        "action_taken": report.resolved_at is not None,
        "action_taken_at": end_of(report.resolved_at),
        "category": report.category.value,
        "comment": report.comment,
        "forwarded": report.is_forwarded,
        "created_at": moment(report.created_at),
        "status_ids": None,
        "rule_ids": None,
        "target_account": account_entity(of, report.target),
    }
