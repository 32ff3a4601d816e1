"""This is where people say what they want to be told, and look at what was put aside."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.db import notification_policies as db_policies
from fedlearn.db import notifications as db_notifications
from fedlearn.domain.actors import Role, User
from fedlearn.domain.notifications import NotificationKind, NotificationPolicy, Verdict
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import notification_policies
from fedlearn.text.languages import N_, _
from fedlearn.web.context import instance_of
from fedlearn.web.pages.forms import back, cursor_of, size_of, text_of
from fedlearn.web.pages.profiles import actor_in_path
from fedlearn.web.sessions import read_form, require_user
from fedlearn.web.templating import render_page

REQUESTS = "/notifications/requests"
MOST_REQUESTS = 100
KINDS = {
    NotificationKind.MENTION: N_("somebody names or answers me"),
    NotificationKind.FOLLOW: N_("somebody follows me"),
    NotificationKind.FOLLOW_REQUEST: N_("somebody asks to follow me"),
    NotificationKind.FAVOURITE: N_("somebody likes a post of mine"),
    NotificationKind.BOOST: N_("somebody boosts a post of mine"),
    NotificationKind.QUOTE: N_("somebody quotes a post of mine"),
    NotificationKind.REACTION: N_("somebody reacts to a post of mine"),
    NotificationKind.POLL: N_("a poll has ended that I asked or voted in"),
    NotificationKind.UPDATE: N_("a post is edited that I boosted"),
    NotificationKind.QUOTED_UPDATE: N_("a post is edited that I quoted"),
    NotificationKind.ADDED_TO_COLLECTION: N_("somebody recommends me in a collection"),
    NotificationKind.COLLECTION_UPDATE: N_("a collection is changed that I am in"),
    NotificationKind.STATUS: N_("somebody posts on whose profile I pressed the bell"),
    NotificationKind.REPORT: N_("somebody reports an account"),
    NotificationKind.SIGN_UP: N_("somebody signs up"),
}
GROUPS = {
    "for_not_following": N_("What people do whom I do not follow"),
    "for_not_followers": N_("What people do who do not follow me"),
    "for_new_accounts": N_("What new accounts do, younger than 30 days"),
    "for_private_mentions": N_("Messages from people to whom I have not written"),
    "for_limited_accounts": N_("What silenced people do whom I do not follow"),
}
VERDICTS = {
    Verdict.ACCEPT: N_("Tell me"),
    Verdict.FILTER: N_("Put it aside"),
    Verdict.DROP: N_("Do not tell me"),
}


async def settings_page(request: Request) -> Response:
    """What this person wants to be told."""
    user = await require_user(request)
    return await render_page(
        request,
        "notification_settings.html",
        policy=await notification_policies.policy_of(instance_of(request), user.actor),
        kinds=[(kind, words) for kind, words in KINDS.items() if _concerns(kind, user)],
        groups=list(GROUPS.items()),
        verdicts=list(VERDICTS.items()),
        is_saved="saved" in request.query_params,
    )


async def change_settings(request: Request) -> Response:
    """The form was sent."""
    form, me = await read_form(request), (await require_user(request)).actor
    before = await notification_policies.policy_of(instance_of(request), me)
    await notification_policies.change_policy(instance_of(request), me, _read(form, before))
    return RedirectResponse("/settings/notifications?saved", status_code=303)


async def requests_page(request: Request) -> Response:
    """Of whom something was put aside."""
    me = (await require_user(request)).actor
    async with instance_of(request).db.read() as connection:
        found = await db_policies.notification_requests(connection, me.id, MOST_REQUESTS)
    return await render_page(request, "put_aside.html", requests=found)


async def request_page(request: Request) -> Response:
    """What was put aside of one person."""
    me, sender = (await require_user(request)).actor, await actor_in_path(request)
    async with instance_of(request).db.read() as connection:
        shown = await db_notifications.filtered_page(
            connection, me.viewer, sender.id, before=cursor_of(request), limit=size_of(request)
        )
    if not shown and cursor_of(request) is None:
        raise NotFound(_("Nothing is put aside."))
    older = shown[-1].id if len(shown) == size_of(request) else None
    return await render_page(request, "put_aside_of.html", sender=sender, shown=shown, older=older)


async def accept(request: Request) -> Response:
    """Be told of what somebody does, and of what was put aside."""
    form, me = await read_form(request), (await require_user(request)).actor
    await notification_policies.let_in(instance_of(request), me, await actor_in_path(request))
    return back(form, REQUESTS)


async def dismiss(request: Request) -> Response:
    """Forget what was put aside of somebody."""
    form, me = await read_form(request), (await require_user(request)).actor
    await notification_policies.dismiss(instance_of(request), me, await actor_in_path(request))
    return back(form, REQUESTS)


def _concerns(kind: NotificationKind, user: User) -> bool:
    return user.role is not Role.USER or not kind.is_for_moderators


def _read(form: FormData, before: NotificationPolicy) -> NotificationPolicy:
    """What the form says; kinds that were not on it stay as they were."""
    ticked, offered = set(form.getlist("kind")), set(form.getlist("offered"))
    kept = before.unwanted - offered
    left_out = {kind for kind in KINDS if kind in offered and kind not in ticked}
    groups = {group: _verdict(text_of(form, group)) for group in GROUPS}
    return NotificationPolicy(frozenset(kept | left_out), **groups)


def _verdict(chosen: str) -> Verdict:
    try:
        return Verdict(chosen)
    except ValueError:
        raise Invalid(_("Choose what becomes of it.")) from None
