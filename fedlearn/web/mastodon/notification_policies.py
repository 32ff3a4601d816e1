"""Methods of what somebody wants to be told, and of what was put aside for them.

A request stands for all that was put aside of one person, and has their id
(https://docs.joinmastodon.org/methods/notifications/#requests).
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import actors as db_actors
from fedlearn.db import notification_policies as db_policies
from fedlearn.db.status_views import status_views
from fedlearn.domain.actors import Actor
from fedlearn.domain.filters import FilterContext
from fedlearn.domain.ids import ActorId
from fedlearn.domain.notifications import NotificationPolicy, NotificationRequest, Verdict
from fedlearn.errors import Invalid, NotFound
from fedlearn.services import notification_policies
from fedlearn.web.context import instance_of
from fedlearn.web.entity_cache import Written
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.entities.accounts import account_entity
from fedlearn.web.mastodon.entities.describing import Describing, Entity, moment
from fedlearn.web.mastodon.entities.statuses import status_entity
from fedlearn.web.mastodon.pagination import cut, paged, read_page
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

USUAL, MOST = 40, 80
MOST_REQUESTS = 1000
# By what older apps call them, which know but yes and no.
OLD_NAMES = {
    group: f"filter_{group.removeprefix('for_')}"
    for group in db_policies.GROUPS
    if group != "for_limited_accounts"
}
ACTS = {"accept": notification_policies.let_in, "dismiss": notification_policies.dismiss}


async def get_policy(request: Request) -> Response:
    """What somebody wants to be told of people whom they may not know."""
    me = (await require_user(request, "read:notifications")).actor
    return await _respond(request, me)


async def change_policy(request: Request) -> Response:
    """They want something else from now on; what is not said stays as it was."""
    me = (await require_user(request, "write:notifications")).actor
    said = _said(await read_parameters(request))
    await _change(request, me, said)
    return await _respond(request, me)


async def get_old_policy(request: Request) -> Response:
    """The same for older apps: whether something is put aside."""
    me = (await require_user(request, "read:notifications")).actor
    return await _respond_as_of_old(request, me)


async def change_old_policy(request: Request) -> Response:
    """They want something else, said by an older app."""
    me = (await require_user(request, "write:notifications")).actor
    parameters = await read_parameters(request)
    said = {group: parameters.boolean(name) for group, name in OLD_NAMES.items()}
    verdicts = {True: Verdict.FILTER, False: Verdict.ACCEPT}
    await _change(
        request, me, {group: verdicts[yes] for group, yes in said.items() if yes is not None}
    )
    return await _respond_as_of_old(request, me)


async def get_requests(request: Request) -> Response:
    """Of whom something was put aside, the latest first."""
    me = (await require_user(request, "read:notifications")).actor
    page = read_page(await read_parameters(request), usual=USUAL, most=MOST)
    by_latest = {one.latest_id: one for one in await _requests(request, me)}
    shown = cut(page, list(by_latest))
    return paged(request, await _entities(request, me, [by_latest[one] for one in shown]), shown)


async def get_request(request: Request) -> Response:
    """What was put aside of one person."""
    me = (await require_user(request, "read:notifications")).actor
    found = [one for one in await _requests(request, me) if one.sender.id == _sender_id(request)]
    if not found:
        raise NotFound("Record not found")
    return json((await _entities(request, me, found))[0])


async def answer_request(request: Request) -> Response:
    """Be told of what one person does, or forget what was put aside of them."""
    me = (await require_user(request, "write:notifications")).actor
    await _answer(request, me, [_sender_id(request)])
    return json({})


async def answer_requests(request: Request) -> Response:
    """The same for several at once."""
    me = (await require_user(request, "write:notifications")).actor
    ids = (await read_parameters(request)).ids("id")
    await _answer(request, me, [ActorId(one) for one in ids[:MOST_REQUESTS]])
    return json({})


async def get_merged(request: Request) -> Response:
    """Whether what was let in stands among the notifications already: it does at once."""
    await require_user(request, "read:notifications")
    return json({"merged": True})


def _said(parameters: Parameters) -> dict[str, Verdict]:
    said = {group: parameters.text(group) for group in db_policies.GROUPS}
    try:
        return {group: Verdict(text) for group, text in said.items() if text is not None}
    except ValueError as error:
        raise Invalid(f"Validation failed: {error}") from error


async def _change(request: Request, me: Actor, said: dict[str, Verdict]) -> None:
    before = await notification_policies.policy_of(instance_of(request), me)
    verdicts = {group: getattr(before, group) for group in db_policies.GROUPS} | said
    changed = NotificationPolicy(before.unwanted, **verdicts)
    await notification_policies.change_policy(instance_of(request), me, changed)


async def _respond(request: Request, me: Actor) -> Response:
    policy, summary = await _policy_and_summary(request, me)
    verdicts = {group: getattr(policy, group).value for group in db_policies.GROUPS}
    return json({**verdicts, "summary": summary})


async def _respond_as_of_old(request: Request, me: Actor) -> Response:
    policy, summary = await _policy_and_summary(request, me)
    said = {name: getattr(policy, group) is not Verdict.ACCEPT for group, name in OLD_NAMES.items()}
    return json({**said, "summary": summary})


async def _policy_and_summary(request: Request, me: Actor) -> tuple[NotificationPolicy, Entity]:
    policy = await notification_policies.policy_of(instance_of(request), me)
    async with instance_of(request).db.read() as connection:
        people, much = await db_policies.count_put_aside(connection, me.id)
    return policy, {"pending_requests_count": people, "pending_notifications_count": much}


async def _requests(request: Request, me: Actor) -> list[NotificationRequest]:
    async with instance_of(request).db.read() as connection:
        return await db_policies.notification_requests(connection, me.id, MOST_REQUESTS)


async def _answer(request: Request, me: Actor, ids: Sequence[ActorId]) -> None:
    act = ACTS.get(request.path_params["answer"])
    async with instance_of(request).db.read() as connection:
        senders = await db_actors.actors_by_id(connection, list(ids))
    if act is None or len(senders) < len(set(ids)):
        raise NotFound("Record not found")
    for sender in senders.values():
        await act(instance_of(request), me, sender)


async def _entities(
    request: Request, me: Actor, shown: Sequence[NotificationRequest]
) -> list[Entity]:
    ids = [one.last_status_id for one in shown if one.last_status_id is not None]
    async with instance_of(request).db.read() as connection:
        views = await status_views(connection, me.viewer, ids)
        of = await describing(
            request,
            connection,
            me.viewer,
            views=views,
            actors=[one.sender for one in shown],
            context=FilterContext.NOTIFICATIONS,
        )
    by_id: dict[int | None, Written] = {view.id: status_entity(of, view) for view in views}
    return [_entity(of, one, by_id.get(one.last_status_id)) for one in shown]


def _entity(of: Describing, one: NotificationRequest, last_status: Written | None) -> Entity:
    """NotificationRequest."""
    return {
        "id": str(one.sender.id),
        "created_at": moment(one.first_at),
        "updated_at": moment(one.latest_at),
        "account": account_entity(of, one.sender),
        "notifications_count": str(one.count),
        "last_status": last_status,
    }


def _sender_id(request: Request) -> ActorId:
    return ActorId(request.path_params["actor_id"])
