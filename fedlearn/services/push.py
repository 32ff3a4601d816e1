"""This is where apps are woken on phones and in browsers (Web Push), through services of others.

A notification plans one message for each app that wants to be woken; jobs send them. A message says
who did what, and of a post no more than its beginning, and that only where anybody may read it: of
what is meant for some, or for the organisation, it carries the number alone.
"""

from collections.abc import Mapping

import msgspec

from fedlearn.db import follows as db_follows
from fedlearn.db import push_subscriptions as db_push
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.db.notifications import notifications_page
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.audience import Scope
from fedlearn.domain.ids import ActorId, now
from fedlearn.domain.jobs import JobKind
from fedlearn.domain.notifications import NotificationKind, NotificationView
from fedlearn.domain.oauth import TokenId
from fedlearn.domain.push import PushId, PushKeys, PushPolicy, PushSubscription, PushWishes
from fedlearn.domain.statuses import StatusView
from fedlearn.errors import Unreachable
from fedlearn.instance import Instance
from fedlearn.services.placeholders import avatar_path
from fedlearn.services.web_push import Sender, seal, seal_as_before
from fedlearn.text.languages import N_, SOURCE, _, speaking
from fedlearn.text.sanitize import to_plain_text

KEPT_FOR = 48 * 3600  # seconds in which a message is worth to be delivered
LONGEST = 140  # characters of a title, or of the beginning of a post
TRY_AGAIN = frozenset({408, 429})
UNSAID = N_("Something is new")
TITLES: Mapping[NotificationKind, str] = {
    NotificationKind.MENTION: N_("%(name)s mentioned you"),
    NotificationKind.STATUS: N_("%(name)s posted"),
    NotificationKind.FOLLOW: N_("%(name)s follows you now"),
    NotificationKind.FOLLOW_REQUEST: N_("%(name)s asks to follow you"),
    NotificationKind.BOOST: N_("%(name)s boosted your post"),
    NotificationKind.FAVOURITE: N_("%(name)s marked your post as a favourite"),
    NotificationKind.POLL: N_("A poll has ended"),
    NotificationKind.QUOTE: N_("%(name)s quoted your post"),
    NotificationKind.UPDATE: N_("%(name)s edited a post"),
    NotificationKind.QUOTED_UPDATE: N_("%(name)s edited a post that you quoted"),
    NotificationKind.ADDED_TO_COLLECTION: N_("%(name)s recommends you in a collection"),
    NotificationKind.COLLECTION_UPDATE: N_("%(name)s changed a collection that you are in"),
    NotificationKind.REPORT: N_("%(name)s reported something"),
    NotificationKind.SIGN_UP: N_("%(name)s signed up"),
}


class Wake(msgspec.Struct):
    """A job: one app is told of one notification."""

    notification_id: int
    push_id: int


def sender_of(instance: Instance) -> Sender:
    """Who we are to push services."""
    settings = instance.settings
    contact = f"mailto:{settings.contact_email}" if settings.contact_email else settings.url
    return Sender(instance.keys.secret_for("web push"), contact)


# --- what apps want ------------------------------------------------------------------------------


async def subscribe(
    instance: Instance,
    owner: Actor,
    token_id: TokenId,
    *,
    secret: str,
    endpoint: str,
    keys: PushKeys,
    wishes: PushWishes,
    is_standard: bool,
) -> PushSubscription:
    """Wake an app from now on; `secret` is its token, which only the app is told again."""
    sealed = instance.keys.seal_secret(secret.encode(), _name_of(token_id))
    async with instance.db.write() as connection:
        return await db_push.store_subscription(
            connection,
            token_id=token_id,
            owner_id=owner.id,
            endpoint=endpoint,
            keys=keys,
            wishes=wishes,
            is_standard=is_standard,
            sealed_token=sealed,
        )


async def subscription_of(instance: Instance, token_id: TokenId) -> PushSubscription | None:
    """What the app with this token wants, if anything."""
    async with instance.db.read() as connection:
        return await db_push.subscription_of_token(connection, token_id)


async def change(instance: Instance, push_id: PushId, wishes: PushWishes) -> None:
    """Wake an app for something else."""
    async with instance.db.write() as connection:
        await db_push.change_wishes(connection, push_id, wishes)


async def unsubscribe(instance: Instance, token_id: TokenId) -> None:
    """Let an app sleep."""
    async with instance.db.write() as connection:
        await db_push.delete_of_token(connection, token_id)


# --- what they are told --------------------------------------------------------------------------


async def plan_waking(
    connection: Connection, owner_id: ActorId, kind: NotificationKind, notification_id: int
) -> None:
    """Somebody is told something by this transaction; those of their apps hear that want to."""
    jobs = [
        NewJob(JobKind.WAKE_APP, msgspec.json.encode(Wake(notification_id, one.id)).decode())
        for one in await db_push.subscriptions_of(connection, owner_id)
        if kind in one.wishes.alerts
    ]
    if jobs:
        await insert_jobs(connection, jobs)


async def wake_app(instance: Instance, payload: str) -> None:
    """The job that wakes an app; `Unreachable` where another try may help."""
    wake = msgspec.json.decode(payload, type=Wake)
    async with instance.db.read() as connection:
        subscription = await db_push.subscription_by_id(connection, PushId(wake.push_id))
        if subscription is None:
            return
        user = await db_users.user_of_actor(connection, subscription.owner_id)
        told = await _still_to_tell(connection, user, subscription, wake.notification_id)
    if user is not None and told is not None:
        await _send(instance, subscription, _message(instance, user, subscription, told))


async def _still_to_tell(
    connection: Connection, user: User | None, subscription: PushSubscription, told_id: int
) -> NotificationView | None:
    if user is None or not user.is_let_in:
        return None
    found = await notifications_page(
        connection, user.actor.viewer, before=told_id + 1, after=told_id - 1, limit=1
    )
    told = next(iter(found), None)
    if told is None or told.is_read or told.created_at < now() - KEPT_FOR * 1000:
        return None
    is_wanted = await _is_wanted(connection, user.actor, told.sender, subscription.wishes.policy)
    return told if is_wanted else None


async def _is_wanted(
    connection: Connection, owner: Actor, sender: Actor, policy: PushPolicy
) -> bool:
    match policy:
        case PushPolicy.ALL:
            return True
        case PushPolicy.NONE:
            return False
        case PushPolicy.FOLLOWED:
            return await db_follows.is_following(connection, owner.id, sender.id)
        case PushPolicy.FOLLOWER:
            return await db_follows.is_following(connection, sender.id, owner.id)


def _message(
    instance: Instance, user: User, subscription: PushSubscription, told: NotificationView
) -> bytes:
    """What apps of Mastodon read (https://docs.joinmastodon.org/methods/push/)."""
    token = instance.keys.open_secret(subscription.sealed_token, _name_of(subscription.token_id))
    locale = user.locale or SOURCE
    with speaking(locale):
        title = _(_title_of(told), name=told.sender.display_name)
    return msgspec.json.encode(
        {
            "access_token": token.decode(),
            "preferred_locale": locale,
            "notification_id": told.id,
            "notification_type": told.kind.value,
            "icon": _icon(instance, told.sender),
            "title": title[:LONGEST],
            "body": _beginning(told.status) if told.status else "",
        }
    )


def _title_of(told: NotificationView) -> str:
    if told.status is not None and told.status.status.scope is Scope.ORG:
        return UNSAID
    return TITLES.get(told.kind, UNSAID)


def _icon(instance: Instance, sender: Actor) -> str:
    """A picture of ours: that of somebody elsewhere would tell their server who was woken when."""
    avatar = sender.profile.avatar if sender.is_local else None
    return avatar or f"{instance.uris.origin}{avatar_path(sender)}"


def _beginning(view: StatusView) -> str:
    """The first words of a post, where anybody may read it."""
    status = view.status
    if not status.reach.is_open or status.scope is Scope.ORG:
        return ""
    text = status.content_warning or to_plain_text(status.content)
    return text[: LONGEST - 1] + "…" if len(text) > LONGEST else text


async def _send(instance: Instance, subscription: PushSubscription, message: bytes) -> None:
    sender, endpoint = sender_of(instance), subscription.endpoint
    sealing = seal if subscription.is_standard else seal_as_before
    sealed = sealing(message, subscription.keys, sender.shown_to(endpoint, now()), sender)
    receipt = await instance.client.post_sealed(
        endpoint, sealed.body, {**sealed.headers, "ttl": str(KEPT_FOR)}, holding=message
    )
    if receipt.status >= 500 or receipt.status in TRY_AGAIN:
        raise Unreachable(f"{endpoint} answered {receipt.status}: {receipt.detail}")
    if receipt.status >= 400:
        async with instance.db.write() as connection:
            await db_push.delete_subscription(connection, subscription.id)


def _name_of(token_id: int) -> str:
    return f"push:{token_id}"
