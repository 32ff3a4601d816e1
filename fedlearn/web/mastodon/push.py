"""Methods of the push API (https://docs.joinmastodon.org/methods/push/)."""

import binascii
from base64 import urlsafe_b64decode

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.activitypub.uris import origin_of
from fedlearn.domain.push import PushKeys, PushPolicy, PushSubscription, PushWishes
from fedlearn.errors import Forbidden, Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import push
from fedlearn.services.oauth import Caller
from fedlearn.services.web_push import read_keys
from fedlearn.web.context import instance_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_app, token_of
from fedlearn.web.mastodon.entities.describing import Entity
from fedlearn.web.mastodon.entities.notifications import TOLD_TO_APPS
from fedlearn.web.mastodon.parameters import Parameters, read_parameters

LONGEST_ENDPOINT = 2000
NOTHING = Parameters({})


async def create_subscription(request: Request) -> Response:
    """Wake the app that calls, instead of how it was woken before."""
    caller, instance = await require_app(request, "push"), instance_of(request)
    if caller.user is None:
        raise Forbidden("This method requires an authenticated user")
    parameters = await read_parameters(request)
    asked = parameters.nested("subscription") or NOTHING
    made = await push.subscribe(
        instance,
        caller.user.actor,
        caller.token.id,
        secret=token_of(request),
        endpoint=_endpoint(instance, asked),
        keys=_keys(asked),
        wishes=_wishes(parameters),
        is_standard=asked.boolean("standard") or False,
    )
    return json(_entity(instance, made))


async def get_subscription(request: Request) -> Response:
    """How the app that calls is woken."""
    caller = await require_app(request, "push")
    return json(_entity(instance_of(request), await _own(request, caller)))


async def change_subscription(request: Request) -> Response:
    """Wake it for something else."""
    caller = await require_app(request, "push")
    own, wishes = await _own(request, caller), _wishes(await read_parameters(request))
    await push.change(instance_of(request), own.id, wishes)
    return json(_entity(instance_of(request), await _own(request, caller)))


async def delete_subscription(request: Request) -> Response:
    """Wake it no more."""
    caller = await require_app(request, "push")
    await push.unsubscribe(instance_of(request), caller.token.id)
    return json({})


async def _own(request: Request, caller: Caller) -> PushSubscription:
    found = await push.subscription_of(instance_of(request), caller.token.id)
    if found is None:
        raise NotFound("Record not found")
    return found


def _entity(instance: Instance, subscription: PushSubscription) -> Entity:
    """WebPushSubscription."""
    wishes = subscription.wishes
    return {
        "id": subscription.id,
        "endpoint": subscription.endpoint,
        "standard": subscription.is_standard,
        "alerts": {kind.value: kind in wishes.alerts for kind in TOLD_TO_APPS},
        "policy": wishes.policy.value,
        "server_key": push.sender_of(instance).public_key,
    }


def _endpoint(instance: Instance, asked: Parameters) -> str:
    endpoint = asked.text("endpoint") or ""
    origin = origin_of(endpoint) if len(endpoint) <= LONGEST_ENDPOINT else None
    if origin is None or (instance.settings.is_https and not origin.startswith("https:")):
        raise Invalid("Validation failed: Endpoint is not a valid URL")
    return endpoint


def _keys(asked: Parameters) -> PushKeys:
    keys = asked.nested("keys") or NOTHING
    try:
        return read_keys(_bytes(keys.text("p256dh")), _bytes(keys.text("auth")))
    except ValueError:
        raise Invalid("Validation failed: Key p256dh or auth is not a valid key") from None


def _bytes(text: str | None) -> bytes:
    """Bytes in base64, of either alphabet, padded or not."""
    plain = (text or "").rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return urlsafe_b64decode(plain.encode("ascii") + b"=" * (-len(plain) % 4))
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("no base64") from error


def _wishes(parameters: Parameters) -> PushWishes:
    data = parameters.nested("data") or NOTHING
    alerts = data.nested("alerts") or NOTHING
    # Some clients put the policy beside the data.
    policy = data.text("policy") or parameters.text("policy") or PushPolicy.ALL
    if policy not in frozenset(PushPolicy):
        raise Invalid("Validation failed: Policy is not included in the list")
    wanted = frozenset(kind for kind in TOLD_TO_APPS if alerts.boolean(kind.value))
    return PushWishes(wanted, PushPolicy(policy))
