"""Entity of what is to be posted later: ScheduledStatus."""

from dataclasses import replace

from fedlearn.domain.audience import Scope
from fedlearn.services.drafts import Draft, PollDraft
from fedlearn.services.scheduling import ScheduledView
from fedlearn.web.mastodon.entities.attachments import uploaded_entity
from fedlearn.web.mastodon.entities.describing import (
    VISIBILITIES,
    Describing,
    Entity,
    moment,
)


def scheduled_entity(of: Describing, view: ScheduledView) -> Entity:
    """ScheduledStatus: a post and when it will be sent, with the pictures that wait for it."""
    said = {one.media_id: one for one in view.draft.media}
    waiting = [
        replace(one, description=said[one.id].description, focus=said[one.id].focus)
        for one in view.media
    ]
    return {
        "id": str(view.scheduled.id),
        "scheduled_at": moment(view.scheduled.scheduled_at),
        "params": _params(view.draft),
        "media_attachments": [uploaded_entity(of, one) for one in waiting],
    }


def _params(draft: Draft) -> Entity:
    return {
        "text": draft.text,
        "visibility": VISIBILITIES[draft.reach],
        "local_only": draft.scope is Scope.ORG,
        "sensitive": draft.is_sensitive,
        "spoiler_text": draft.content_warning,
        "language": draft.language,
        "in_reply_to_id": draft.in_reply_to_id,
        "media_ids": [str(one.media_id) for one in draft.media] or None,
        "poll": _poll(draft.poll) if draft.poll else None,
        "quoted_status_id": None if draft.quoted_id is None else str(draft.quoted_id),
        "quote_approval_policy": draft.quote_policy.value,
        "scheduled_at": None,
        "idempotency": None,
        "application_id": 0,
        "with_rate_limit": False,
    }


def _poll(poll: PollDraft) -> Entity:
    return {
        "options": list(poll.options),
        "expires_in": poll.minutes * 60,
        "multiple": poll.is_multiple,
        "hide_totals": poll.hides_totals,
    }
