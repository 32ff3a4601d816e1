"""Entity of what people are told: Notification."""

from collections.abc import Collection
from html import escape

from fedlearn.domain.actors import Actor
from fedlearn.domain.collections import CollectionView
from fedlearn.domain.notifications import NotificationGroup, NotificationKind, NotificationView
from fedlearn.domain.reports import Report
from fedlearn.services.push import TITLES
from fedlearn.text.languages import _
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.collections import collection_entity
from fedlearn.web.mastodon.entities.describing import Describing, Entity, end_of, moment
from fedlearn.web.mastodon.entities.statuses import status_entity

# What kinds an app knows, if it says so: of others it is told in words, as far as there are any.
Supported = Collection[str] | None
# Kinds that no client knows are told on pages only.
TOLD_TO_APPS = tuple(
    kind
    for kind in NotificationKind
    if kind
    not in {NotificationKind.REACTION, NotificationKind.NOT_POSTED, NotificationKind.WARNING}
)


def notification_entity(
    of: Describing,
    told: NotificationView,
    report: Report | None = None,
    *,
    supported: Supported = None,
) -> Entity:
    """Notification: what happened, by whom, and with which post, collection or report."""
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
    return entity | _of_collection(of, told.kind, told.sender, told.collection, supported)


def group_entity(
    of: Describing,
    group: NotificationGroup,
    report: Report | None = None,
    *,
    supported: Supported = None,
) -> Entity:
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
    return entity | _of_collection(of, group.kind, group.senders[0], group.collection, supported)


def _of_collection(
    of: Describing,
    kind: NotificationKind,
    sender: Actor,
    view: CollectionView | None,
    supported: Supported,
) -> Entity:
    """Which collection it is about, and for apps that do not know such the same in words."""
    if view is None:
        return {}
    entity: Entity = {"collection": collection_entity(of, view)}
    if supported is not None and kind.value not in supported:
        entity["fallback"] = fallback_entity(of, kind, sender, view)
    return entity


def fallback_entity(
    of: Describing, kind: NotificationKind, sender: Actor, view: CollectionView
) -> Entity:
    """NotificationFallback: HTML, in the language that the reader speaks."""
    url = escape(of.instance.uris.collection_page(view.collection.id))
    return {
        "title": _(TITLES[kind], name=escape(sender.display_name)),
        "summary": escape(view.collection.said.name),
        "details": f'<a href="{url}">{url}</a>',
    }


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
