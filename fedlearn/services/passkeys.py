"""This is where people sign in by a passkey (WebAuthn), and make and remove passkeys.

A passkey wants its owner's finger, face or PIN, so it stands for both steps. A challenge carries
its own time and our seal, so nothing is stored until somebody answers it, which works once.
"""

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    bytes_to_base64url,
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fedlearn.db import passkeys as db_passkeys
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Passkey, User
from fedlearn.domain.ids import MINUTE_MS, Millis, now
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.notices import Change, plan_notice
from fedlearn.services.tokens import hash_token
from fedlearn.text.browsers import browser_words
from fedlearn.text.languages import _

CHALLENGE_MS = 10 * MINUTE_MS
RANDOM_BYTES = 16
TIME_BYTES = 8
SIGN_IN = "sign in"


@dataclass(frozen=True, slots=True)
class _Site:
    """Where passkeys of this instance hold: browsers keep them for this host alone."""

    host: str
    origin: str


async def passkeys_of(instance: Instance, user: User) -> list[Passkey]:
    """The passkeys of somebody, oldest first."""
    async with instance.db.read() as connection:
        return await db_passkeys.passkeys_of(connection, user.id)


async def creation_options(instance: Instance, user: User) -> str:
    """What a browser must know to make a passkey, as JSON."""
    known = await passkeys_of(instance, user)
    return options_to_json(
        webauthn.generate_registration_options(
            rp_id=_site(instance).host,
            rp_name=instance.settings.name,
            user_id=str(user.id).encode(),
            user_name=user.actor.acct,
            user_display_name=user.actor.display_name,
            challenge=_challenge(instance, _making(user)),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one.credential_id))
                for one in known
            ],
        )
    )


async def add(instance: Instance, user: User, answer: str, user_agent: str) -> None:
    """A browser has made a passkey for this person. `Invalid` when it does not fit."""
    site = _site(instance)
    try:
        credential = parse_registration_credential_json(answer)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise refused() from error
    passkey = Passkey(
        credential_id=bytes_to_base64url(made.credential_id),
        user_id=user.id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        made_in=browser_words(user_agent),
        created_at=now(),
        used_at=None,
    )
    async with instance.db.write() as connection:
        await _use_challenge(instance, connection, challenge, _making(user))
        if not await db_passkeys.insert_passkey(connection, passkey):
            raise refused()
        await plan_notice(connection, instance.settings, user, Change.PASSKEY)


async def remove(instance: Instance, user: User, credential_id: str) -> None:
    """A passkey of this person signs in no more."""
    async with instance.db.write() as connection:
        await db_passkeys.delete_passkey(connection, user.id, credential_id)


def request_options(instance: Instance) -> str:
    """What a browser must know to sign somebody in by a passkey, as JSON."""
    return options_to_json(
        webauthn.generate_authentication_options(
            rp_id=_site(instance).host,
            challenge=_challenge(instance, SIGN_IN),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


async def sign_in(instance: Instance, answer: str) -> User:
    """Whose passkey signed our challenge. `Invalid` when nobody's did."""
    site = _site(instance)
    try:
        credential = parse_authentication_credential_json(answer)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
        async with instance.db.read() as connection:
            known = await db_passkeys.passkey(connection, bytes_to_base64url(credential.raw_id))
        if known is None:
            raise refused()
        used = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise refused() from error
    async with instance.db.write() as connection:
        await _use_challenge(instance, connection, challenge, SIGN_IN)
        await db_passkeys.note_use(connection, known.credential_id, used.new_sign_count)
        user = await db_users.user_by_id(connection, known.user_id)
    if user is None:
        raise refused()
    return user


def _site(instance: Instance) -> _Site:
    url = instance.settings.url
    return _Site(host=urlsplit(url).hostname or "", origin=url)


def _making(user: User) -> str:
    """What a challenge for a new passkey is bound to: nobody else may answer it."""
    return f"passkey of {user.id}"


def _challenge(instance: Instance, purpose: str) -> bytes:
    expires_at = (now() + CHALLENGE_MS).to_bytes(TIME_BYTES, "big")
    body = secrets.token_bytes(RANDOM_BYTES) + expires_at
    return body + _seal(instance, body, purpose)


async def _use_challenge(
    instance: Instance, connection: Connection, challenge: bytes, purpose: str
) -> None:
    """It is ours, for this purpose, not too old, and nobody has answered it before."""
    body, seal = challenge[: RANDOM_BYTES + TIME_BYTES], challenge[RANDOM_BYTES + TIME_BYTES :]
    expires_at = Millis(int.from_bytes(body[RANDOM_BYTES:], "big"))
    is_ours = hmac.compare_digest(seal, _seal(instance, body, purpose))
    name = hash_token(body.hex())
    if (
        not is_ours
        or expires_at <= now()
        or not await db_passkeys.use_challenge(connection, name, expires_at)
    ):
        raise refused()


def _seal(instance: Instance, body: bytes, purpose: str) -> bytes:
    secret = instance.keys.secret_for("passkeys")
    return hmac.digest(secret, purpose.encode() + b"\0" + body, "sha256")


def refused() -> Invalid:
    """What somebody is told whose passkey will not do."""
    message = _("This passkey was not accepted. Reload the page and try again.")
    return Invalid(message, {"passkey": message})
