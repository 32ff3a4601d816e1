"""The method by which an app signs somebody up.

https://docs.joinmastodon.org/methods/accounts/#create
"""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.domain.actors import User
from fedlearn.domain.ip_blocks import Severity
from fedlearn.domain.rates import Rate
from fedlearn.errors import Forbidden, Invalid
from fedlearn.instance import Instance
from fedlearn.services import oauth, preferences
from fedlearn.services.accounts import NAME, RESERVED, NewAccount
from fedlearn.services.ages import TooYoung
from fedlearn.services.email_domains import AddressRefused
from fedlearn.services.signing_up import sign_up
from fedlearn.settings import Registration, Settings
from fedlearn.text.emails import is_email
from fedlearn.text.languages import languages
from fedlearn.web.context import address_of, instance_of, parts_of, severity_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.callers import require_app
from fedlearn.web.mastodon.entities.oauth import token_entity
from fedlearn.web.mastodon.parameters import Parameters, read_parameters
from fedlearn.web.mastodon.refusing import BLANK, NOT_AGREED, NOT_VALID, Details, refusal


async def create_account(request: Request) -> Response:
    """A new account, and the token with which the app acts for it once it is let in."""
    caller, instance = await require_app(request, "write:accounts"), instance_of(request)
    if instance.settings.registration is Registration.CLOSED:
        raise Forbidden("Accounts are made by the people who run this server")
    severity = await severity_of(request)
    if severity is Severity.NO_SIGN_UP:
        raise Forbidden("This action is not allowed")
    await parts_of(request).limits.spend(Rate.SIGN_IN, address_of(request))
    parameters = await read_parameters(request)
    if details := _missing(parameters, instance.settings):
        return refusal(details)
    await parts_of(request).limits.spend_letter(parameters.text("email") or "")
    try:
        user = await _sign_up(instance, parameters, severity)
    except Invalid as error:
        if not error.fields:
            raise
        return refusal(_details(error, parameters))
    token, secret = await oauth.issue(instance, caller.token.application, user, caller.token.scopes)
    return json(token_entity(token, secret))


async def _sign_up(instance: Instance, parameters: Parameters, severity: Severity | None) -> User:
    wanted = NewAccount(
        parameters.text("username") or "",
        parameters.text("email") or "",
        parameters.text("password"),
        invite_request=parameters.text("reason") or "",
        date_of_birth=parameters.text("date_of_birth") or "",
    )
    invitation = parameters.text("invite_code") or ""
    user = await sign_up(instance, wanted, invitation, severity=severity)
    locale = parameters.text("locale")
    if locale in languages():
        await preferences.choose_locale(instance, user, locale)
    return user


def _missing(parameters: Parameters, settings: Settings) -> Details:
    """What was not said at all."""
    details: Details = {
        name: [BLANK, NOT_VALID] if name == "email" else [BLANK]
        for name in _required(parameters, settings)
        if not (parameters.text(name) or "").strip()
    }
    if not parameters.boolean("agreement"):
        details["agreement"] = [NOT_AGREED]
    return details


def _required(parameters: Parameters, settings: Settings) -> Iterator[str]:
    """What must be said; why they want to join only by those who wait for a yes."""
    yield from ("username", "email", "password")
    if settings.registration is Registration.APPROVAL and not parameters.text("invite_code"):
        yield "reason"
    if settings.min_age is not None:
        yield "date_of_birth"


def _details(error: Invalid, parameters: Parameters) -> Details:
    """What is wrong, as clients know it by its code."""
    username, email = parameters.text("username") or "", parameters.text("email") or ""
    unwanted = "ERR_BLOCKED" if isinstance(error, AddressRefused) else "ERR_TAKEN"
    reserved = "ERR_RESERVED" if username.lower() in RESERVED else "ERR_TAKEN"
    reason = (parameters.text("reason") or "").strip()
    codes = {
        "username": reserved if NAME.fullmatch(username) else "ERR_INVALID",
        "email": unwanted if is_email(email) else "ERR_INVALID",
        "password": "ERR_TOO_SHORT",
        "reason": "ERR_TOO_LONG" if reason else "ERR_BLANK",
        "date_of_birth": "ERR_BELOW_LIMIT" if isinstance(error, TooYoung) else "ERR_INVALID",
    }
    return {
        name: [{"error": codes.get(name, "ERR_INVALID"), "description": text}]
        for name, text in error.fields.items()
    }
