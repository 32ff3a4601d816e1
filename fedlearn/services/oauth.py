"""This is where apps get access in the name of people, as far as these agree (RFC 6749).

Nothing of an app or a token is stored that would open anything. A code counts once and for minutes;
a token counts until it is taken back.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fedlearn.db import oauth as db_oauth
from fedlearn.db.database import Connection
from fedlearn.domain.actors import User
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import MINUTE_MS, Millis, UserId, now, snowflake
from fedlearn.domain.oauth import (
    DEFAULT,
    KNOWN,
    AccessToken,
    Application,
    ApplicationId,
    Authorization,
    Scopes,
    TokenId,
    grants,
)
from fedlearn.domain.roles import Steward
from fedlearn.errors import Invalid, RefusedGrant
from fedlearn.instance import Instance
from fedlearn.services import signing_in
from fedlearn.services.permissions import write_down
from fedlearn.services.tokens import hash_token, new_token
from fedlearn.text.languages import _

TERMINAL_APP = "Terminal"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CODE_MS = 10 * MINUTE_MS
USED_AGAIN_AFTER_MS = 10 * MINUTE_MS
LONGEST_NAME = 200
LONGEST_URI = 2000
MOST_URIS = 20
# What a browser would run, or show as a page of whoever leads there.
HARMFUL = ("javascript:", "data:", "vbscript:")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Caller:
    """An app that has shown a token, and for whom it speaks, if for anybody."""

    token: AccessToken
    user: User | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What an app asks somebody to agree to."""

    application: Application
    redirect_uri: str
    scopes: Scopes
    code_challenge: str | None = None


# --- apps ----------------------------------------------------------------------------------------


async def register(
    instance: Instance, name: str, redirect_uris: Sequence[str], scopes: Scopes, website: str
) -> tuple[Application, str]:
    """A new app, and its secret, which is not told again; `Invalid` says by field what is wrong."""
    name, website = name.strip(), website.strip()
    _check_application(name, redirect_uris, scopes or DEFAULT, website)
    secret = new_token()
    application = Application(
        ApplicationId(snowflake()),
        client_id=new_token(),
        secret_hash=hash_token(secret),
        name=name,
        website=website or None,
        redirect_uris=tuple(dict.fromkeys(redirect_uris)),
        scopes=scopes or DEFAULT,
        created_at=now(),
    )
    async with instance.db.write() as connection:
        await db_oauth.insert_application(connection, application)
    return application, secret


async def application_of(instance: Instance, client_id: str) -> Application:
    """The app that calls itself so; `RefusedGrant` when nobody does."""
    async with instance.db.read() as connection:
        application = await db_oauth.application_by_client_id(connection, client_id)
    if application is None:
        raise RefusedGrant("invalid_client", _("This app is not known here."), status=401)
    return application


async def proven_application(instance: Instance, client_id: str, secret: str) -> Application:
    """The app that calls itself so and has the secret; else `RefusedGrant`."""
    application = await application_of(instance, client_id)
    if not hmac.compare_digest(hash_token(secret), application.secret_hash):
        raise RefusedGrant("invalid_client", _("The secret of this app is wrong."), status=401)
    return application


# --- what people agree to ------------------------------------------------------------------------


async def read_wish(
    instance: Instance,
    *,
    client_id: str,
    redirect_uri: str,
    scopes: Scopes,
    challenge: str = "",
    method: str = "",
) -> Wish:
    """What an app asks for; `RefusedGrant` for what nobody should be asked."""
    application = await application_of(instance, client_id)
    if redirect_uri not in application.redirect_uris:
        message = _("The app wants to lead somewhere that it did not register.")
        raise RefusedGrant("invalid_redirect_uri", message)
    return Wish(
        application,
        redirect_uri,
        granted_of(application, scopes),
        _challenge(challenge, method),
    )


def granted_of(application: Application, wanted: Scopes) -> Scopes:
    """What an app may be given of what it asks for: no more than it registered for."""
    granted = frozenset(one for one in wanted or DEFAULT if grants(application.scopes, one))
    if not granted or not granted <= KNOWN:
        raise RefusedGrant("invalid_scope", _("The app asks for more than it registered for."))
    return granted


async def agree(instance: Instance, user: User, wish: Wish) -> str:
    """Somebody has agreed; what comes back is the code with which the app fetches its token."""
    code = new_token()
    agreed = Authorization(
        application_id=wish.application.id,
        user_id=user.id,
        redirect_uri=wish.redirect_uri,
        scopes=wish.scopes,
        code_challenge=wish.code_challenge,
        expires_at=Millis(now() + CODE_MS),
    )
    async with instance.db.write() as connection:
        await db_oauth.insert_code(connection, hash_token(code), agreed)
    return code


# --- tokens --------------------------------------------------------------------------------------


async def token_for_code(
    instance: Instance,
    application: Application,
    *,
    code: str,
    redirect_uri: str,
    verifier: str,
    has_secret: bool,
) -> tuple[AccessToken, str]:
    """The token for which somebody's code stands, and its secret; else `RefusedGrant`.

    An app without a secret has to show the verifier of a challenge (RFC 7636).
    """
    async with instance.db.write() as connection:
        agreed = await db_oauth.use_code(connection, hash_token(code))
        if (
            agreed is not None
            and agreed.application_id == application.id
            and agreed.redirect_uri == redirect_uri
            and _is_verified(agreed.code_challenge, verifier, has_secret=has_secret)
        ):
            # At once: who shuts every door finds either the code or the token.
            return await _insert_token(connection, application, agreed.user_id, agreed.scopes)
    message = _("This code is wrong, was used before, or is for another app.")
    raise RefusedGrant("invalid_grant", message)


async def token_for_password(
    instance: Instance, application: Application, login: str, password: str, scopes: Scopes
) -> tuple[AccessToken, str]:
    """A token for somebody's name and password: only where a setting lets test programs do so."""
    if not instance.settings.password_grant:
        raise RefusedGrant("unsupported_grant_type", _("Passwords are not taken here."))
    try:
        user = await signing_in.sign_in(instance, login, password)
    except Invalid as error:
        raise RefusedGrant("invalid_grant", str(error)) from error
    if not user.is_let_in or user.confirmed_at is None:
        raise RefusedGrant("invalid_grant", _("The name or the password is not right."))
    return await issue(instance, application, user, granted_of(application, scopes))


async def issue(
    instance: Instance, application: Application, user: User | None, scopes: Scopes
) -> tuple[AccessToken, str]:
    """A new token, and its secret, which is not told again."""
    async with instance.db.write() as connection:
        return await _insert_token(connection, application, user.id if user else None, scopes)


async def _insert_token(
    connection: Connection, application: Application, user_id: UserId | None, scopes: Scopes
) -> tuple[AccessToken, str]:
    secret = new_token()
    token = AccessToken(TokenId(snowflake()), application, user_id, scopes, now())
    await db_oauth.insert_token(connection, hash_token(secret), token)
    return token, secret


async def make_token(instance: Instance, user: User, scopes: Scopes, *, by: Steward) -> str:
    """The secret of a token for a program of somebody's own; they see it among their apps."""
    if not scopes or not scopes <= KNOWN:
        unknown = ", ".join(sorted(scopes - KNOWN))
        raise Invalid(_("There are no such scopes: %(unknown)s.", unknown=unknown or "-"))
    application, _secret = await register(instance, TERMINAL_APP, [OUT_OF_BAND], scopes, "")
    _token, secret = await issue(instance, application, user, scopes)
    async with instance.db.write() as connection:
        await write_down(
            connection, by, Act.MAKE_TOKEN, user.actor, scopes=" ".join(sorted(scopes))
        )
    return secret


async def caller_with(instance: Instance, secret: str) -> Caller | None:
    """Who shows this token; None when it counts for nothing (any more)."""
    async with instance.db.read() as connection:
        found = await db_oauth.bearer(connection, hash_token(secret))
    if found is None:
        return None
    token, user, used_at = found
    if user is not None and not user.is_let_in:
        return None
    if used_at < now() - USED_AGAIN_AFTER_MS:
        async with instance.db.write() as connection:
            await db_oauth.touch_token(connection, token.id)
    return Caller(token, user)


async def newcomer_with(instance: Instance, secret: str) -> Caller | None:
    """Who shows this token and waits to be let in: it counts for nothing else yet."""
    async with instance.db.read() as connection:
        found = await db_oauth.bearer(connection, hash_token(secret))
    if found is None:
        return None
    token, user, _used_at = found
    return Caller(token, user) if user is not None and user.is_newcomer else None


async def revoke(instance: Instance, application: Application, secret: str) -> None:
    """An app gives its token back. Of an unknown one nothing is said (RFC 7009, section 2.2)."""
    async with instance.db.write() as connection:
        await db_oauth.delete_token(connection, application.id, hash_token(secret))


async def allowed_by(instance: Instance, user: User) -> Sequence[tuple[AccessToken, Millis]]:
    """What somebody has allowed apps, and when each was last used."""
    async with instance.db.read() as connection:
        return await db_oauth.tokens_of(connection, user.id)


async def take_back(instance: Instance, user: User, application_id: ApplicationId) -> None:
    """Somebody allows an app nothing any more."""
    async with instance.db.write() as connection:
        await db_oauth.take_back_all(connection, user.id, application_id)


# --- what is checked -----------------------------------------------------------------------------


def _check_application(
    name: str, redirect_uris: Sequence[str], scopes: Scopes, website: str
) -> None:
    errors = {
        "client_name": "" if 0 < len(name) <= LONGEST_NAME else _("Name can't be blank"),
        "redirect_uris": "" if _are_uris(redirect_uris) else _("Redirect URI must be a URI"),
        "scopes": "" if scopes <= KNOWN else _("Scopes doesn't match configured on the server"),
        "website": "" if _is_website(website) else _("Website must be a URL"),
    }
    wrong = {field: message for field, message in errors.items() if message}
    if wrong:
        raise Invalid(", ".join(wrong.values()), wrong)


def _are_uris(uris: Sequence[str]) -> bool:
    return 0 < len(uris) <= MOST_URIS and all(_is_uri(uri) for uri in uris)


def _is_uri(uri: str) -> bool:
    if not URI.fullmatch(uri) or len(uri) > LONGEST_URI or uri.lower().startswith(HARMFUL):
        return False
    try:
        urlsplit(uri)
    except ValueError:  # such as "http://[x": nobody could be led back there
        return False
    return True


def _is_website(website: str) -> bool:
    return not website or (_is_uri(website) and website.startswith(("http://", "https://")))


def _challenge(challenge: str, method: str) -> str | None:
    if not challenge:
        return None
    if method != "S256" or not CHALLENGE.fullmatch(challenge):
        raise RefusedGrant("invalid_request", _("The code challenge is not S256."))
    return challenge


def _is_verified(challenge: str | None, verifier: str, *, has_secret: bool) -> bool:
    if challenge is None:
        return has_secret
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(urlsafe_b64encode(digest).decode().rstrip("="), challenge)
