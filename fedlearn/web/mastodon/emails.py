"""Methods of an address that is not confirmed yet (https://docs.joinmastodon.org/methods/emails/)."""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.rates import Rate
from fedlearn.errors import Forbidden, Invalid
from fedlearn.services import confirming
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_newcomer
from fedlearn.web.mastodon.parameters import read_parameters

CONFIRMED = "This method is only available while the e-mail is awaiting confirmation"


async def send_confirmation(request: Request) -> Response:
    """Send the mail again that asks whether the address is theirs, or send it to another one."""
    user = await require_newcomer(request, "write:accounts")
    if user.confirmed_at is not None:
        raise Forbidden(CONFIRMED)
    email = (await read_parameters(request)).text("email")
    await parts_of(request).limits.spend(Rate.MAIL, f"from {user.id}")
    await parts_of(request).limits.spend_letter(email or user.email)
    try:
        await confirming.ask_again(instance_of(request), user, email)
    except Invalid as error:
        raise Invalid("Validation failed: Email is invalid", error.fields) from error
    return json({})


async def check_confirmation(request: Request) -> Response:
    """Whether the address is confirmed by now."""
    user = await require_newcomer(request)
    return json(user.confirmed_at is not None)
