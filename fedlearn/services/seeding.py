"""This is where an instance is put into a known state, from which programs can be tried on it.

Names, numbers and secrets are those that the file says, which is why no real place is begun so.
"""

import msgspec

from fedlearn.db import actors as db_actors
from fedlearn.db import oauth as db_oauth
from fedlearn.domain.actors import Actor, Role
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.ids import ActorId, now, snowflake
from fedlearn.domain.oauth import AccessToken, Application, ApplicationId, TokenId, read_scopes
from fedlearn.domain.roles import TERMINAL
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services import accounts, follows, statuses
from fedlearn.services.accounts import NewAccount
from fedlearn.services.drafts import Draft
from fedlearn.services.oauth import OUT_OF_BAND
from fedlearn.services.tokens import hash_token

EVERYTHING = "read write follow push"
# Tokens of a file that names no app belong to this one.
NO_APP = "Seed"


class SeedApplication(msgspec.Struct, forbid_unknown_fields=True):
    """An app with its id and secret."""

    name: str
    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...] = (OUT_OF_BAND,)
    scopes: str = EVERYTHING


class SeedUser(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody with an account; `token` is a secret with which the first app acts for them."""

    name: str
    email: str
    password: str | None = None
    role: Role = Role.USER
    id: int | None = None
    token: str | None = None
    scopes: str = EVERYTHING
    display_name: str = ""


class SeedFollow(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody here follows somebody here."""

    follower: str
    followee: str


class SeedPost(msgspec.Struct, forbid_unknown_fields=True):
    """A post of somebody here."""

    author: str
    text: str
    reach: Reach = Reach.PUBLIC
    local_only: bool = False


class Seed(msgspec.Struct, forbid_unknown_fields=True):
    """All that is to be there, made in this order."""

    apps: list[SeedApplication] = []
    users: list[SeedUser] = []
    follows: list[SeedFollow] = []
    posts: list[SeedPost] = []


def read_seed(text: bytes) -> Seed:
    """What a file says, as JSON; `Invalid` says in a line what cannot be read, and where."""
    try:
        return msgspec.json.decode(text, type=Seed)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Invalid(f"the file cannot be read: {error}") from error


async def plant(instance: Instance, seed: Seed) -> None:
    """Make all of it; `Invalid` when somebody or some app is there already, or is nowhere named."""
    _refuse_unknown_names(seed)
    apps = [await _application(instance, one) for one in seed.apps]
    people = {one.name: await _user(instance, one, apps) for one in seed.users}
    for follow in seed.follows:
        await follows.follow(instance, people[follow.follower], people[follow.followee])
    for post in seed.posts:
        scope = Scope.ORG if post.local_only else Scope.FED
        draft = Draft(post.text, reach=post.reach, scope=scope)
        await statuses.post_status(instance, people[post.author], draft)


def _refuse_unknown_names(seed: Seed) -> None:
    known = {user.name for user in seed.users}
    meant = {name for one in seed.follows for name in (one.follower, one.followee)}
    unknown = (meant | {post.author for post in seed.posts}) - known
    if unknown:
        raise Invalid(f"the file names people whom it does not make: {', '.join(sorted(unknown))}")


async def _application(instance: Instance, wanted: SeedApplication) -> Application:
    application = Application(
        ApplicationId(snowflake()),
        client_id=wanted.client_id,
        secret_hash=hash_token(wanted.client_secret),
        name=wanted.name,
        website=None,
        redirect_uris=wanted.redirect_uris,
        scopes=read_scopes(wanted.scopes),
        created_at=now(),
    )
    async with instance.db.write() as connection:
        if await db_oauth.application_by_client_id(connection, wanted.client_id):
            raise Invalid(f"there is an app {wanted.client_id} already")
        await db_oauth.insert_application(connection, application)
    return application


async def _user(instance: Instance, wanted: SeedUser, apps: list[Application]) -> Actor:
    """Somebody, with the number and the token that the file gives them."""
    if wanted.id is not None:
        async with instance.db.read() as connection:
            if await db_actors.actors_by_id(connection, [ActorId(wanted.id)]):
                raise Invalid(f"somebody has the number {wanted.id} already")
    account = NewAccount(wanted.name, wanted.email, wanted.password, wanted.role)
    number = None if wanted.id is None else ActorId(wanted.id)
    user = await accounts.create_account(instance, account, actor_id=number, by=TERMINAL)
    if wanted.token is not None:
        apps = apps or await _some_app(instance)
        scopes = read_scopes(wanted.scopes)
        token = AccessToken(TokenId(snowflake()), apps[0], user.id, scopes, now())
        async with instance.db.write() as connection:
            await db_oauth.insert_token(connection, hash_token(wanted.token), token)
    if wanted.display_name:
        return await accounts.change_profile(instance, user.actor, name=wanted.display_name)
    return user.actor


async def _some_app(instance: Instance) -> list[Application]:
    """The app of files that name none, made once."""
    async with instance.db.read() as connection:
        known = await db_oauth.application_by_client_id(connection, NO_APP)
    return [known or await _application(instance, SeedApplication(NO_APP, NO_APP, NO_APP))]
