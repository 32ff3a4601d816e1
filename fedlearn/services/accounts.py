"""This is where people get an account, and say who they are."""

import re
from dataclasses import dataclass, replace
from typing import Any

from fedlearn.activitypub.render.activities import render_update_actor
from fedlearn.activitypub.render.actors import render_actor
from fedlearn.activitypub.uris import Uris
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection, Database
from fedlearn.domain.actors import Actor, ActorKind, Profile, Role, User
from fedlearn.domain.ids import Millis, Uri, UserId, now
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_followers
from fedlearn.services.mail_links import plan_confirmation
from fedlearn.services.passwords import check_password, hash_password
from fedlearn.services.tokens import hash_token, new_token
from fedlearn.settings import Registration, Settings
from fedlearn.text.format import format_status

DAY_MS = 24 * 3_600_000
INVITATION_DAYS = 14
LONGEST_NAME = 30
NAME = re.compile(r"[a-zA-Z0-9_]+")
LONGEST_EMAIL = 254
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# Names that would be taken for a part of the server, or for somebody who speaks for it.
RESERVED = frozenset({"about", "actor", "admin", "api", "inbox", "instance", "root", "support"})


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person gives to get an account. Without a password they sign in by link."""

    username: str
    email: str
    password: str | None = None
    role: Role = Role.USER


async def create_account(
    instance: Instance, wanted: NewAccount, *, approved: bool = True, confirmed: bool = True
) -> User:
    """A new person with an actor; `Invalid` names each field that will not do.

    Who has not confirmed their address is asked to by mail.
    """
    password_hash = hash_password(wanted.password) if wanted.password else None
    async with instance.db.write() as connection:
        await _check(connection, wanted)
        profile = new_profile(instance.uris, wanted.username, ActorKind.PERSON)
        actor = await db_actors.store_actor(connection, profile, instance.settings.origin_host)
        user_id = await db_users.insert_user(
            connection,
            actor_id=actor.id,
            email=wanted.email,
            password_hash=password_hash,
            role=wanted.role,
            approved_at=now() if approved else None,
            confirmed_at=now() if confirmed else None,
        )
        if not confirmed:
            await plan_confirmation(connection, user_id, wanted.email)
        if not (approved and confirmed):
            # Nobody elsewhere learns of somebody who may never be let in.
            await db_actors.set_suspended(connection, actor.id, now())
        return await _user(connection, user_id)


async def sign_up(instance: Instance, wanted: NewAccount, invitation: str) -> User:
    """Somebody makes an account for themselves, as far as the operator lets them."""
    mode = instance.settings.registration
    if mode is Registration.CLOSED:
        raise Invalid("Accounts are made by the people who run this server.")
    if not wanted.password:
        raise Invalid("Choose a password.", {"password": "Choose a password."})
    if mode is Registration.INVITE:
        async with instance.db.write() as connection:
            # First, so that a form that comes back has not used up the invitation.
            await _check(connection, wanted)
            if not await db_users.use_invitation(connection, hash_token(invitation)):
                raise Invalid("This invitation has been used or has run out.")
    return await create_account(
        instance,
        wanted,
        approved=mode is not Registration.APPROVAL,
        confirmed=not instance.settings.sends_mail,
    )


async def make_invitation(instance: Instance) -> str:
    """An address with which one person may sign up."""
    token = new_token()
    expires_at = Millis(now() + INVITATION_DAYS * DAY_MS)
    async with instance.db.write() as connection:
        await db_users.insert_invitation(connection, hash_token(token), expires_at)
    return f"{instance.uris.origin}/sign-up?invitation={token}"


async def ensure_instance_actor(db: Database, uris: Uris, settings: Settings) -> Actor:
    """The actor of the instance itself, made when it is not there yet."""
    async with db.read() as connection:
        known = await db_actors.actor_by_uri(connection, uris.instance_actor)
    if known is not None:
        return known
    profile = new_profile(uris, uris.domain, ActorKind.APPLICATION)
    async with db.write() as connection:
        return await db_actors.store_actor(connection, profile, settings.origin_host)


def new_profile(uris: Uris, username: str, kind: ActorKind) -> Profile:
    """An actor of ours about whom nothing is said yet."""
    uri = uris.actor(username)
    return Profile(
        kind=kind,
        username=username,
        domain=None,
        uri=uri,
        url=uris.profile(username),
        name="",
        summary="",
        inbox=Uri(f"{uri}/inbox"),
        shared_inbox=uris.shared_inbox,
        outbox=Uri(f"{uri}/outbox"),
        followers=Uri(f"{uri}/followers"),
        following=Uri(f"{uri}/following"),
        featured=Uri(f"{uri}/featured"),
        avatar=None,
        header=None,
        fields=(),
        also_known_as=(),
        moved_to=None,
        is_locked=False,
        is_discoverable=True,
        is_indexable=False,
        published=now(),
    )


async def change_profile(
    instance: Instance,
    actor: Actor,
    *,
    name: str,
    bio: str,
    is_locked: bool,
    hides_follows: bool = False,
    is_discoverable: bool = True,
    is_indexable: bool = False,
) -> Actor:
    """Say who one is; followers elsewhere are told. `bio` is plain text."""
    _check_profile(instance.settings, name, bio)
    summary = format_status(bio, {}, instance.uris.hashtag)
    return await publish_profile(
        instance,
        actor,
        name=name.strip(),
        summary=summary,
        is_locked=is_locked,
        hides_follows=hides_follows,
        is_discoverable=is_discoverable,
        is_indexable=is_indexable,
    )


async def publish_profile(instance: Instance, actor: Actor, **changes: Any) -> Actor:
    """Keep what has changed in a profile, and tell followers elsewhere by Update."""
    key = await instance.keys.public_key(actor)
    async with instance.db.write() as connection:
        profile = replace(actor.profile, **changes)
        changed = await db_actors.store_actor(connection, profile, instance.settings.origin_host)
        inboxes = await db_follows.follower_inboxes(connection, actor.id)
        document = render_actor(changed, key, instance.uris)
        followers = Uri(f"{actor.uri}/followers")
        await publish_to_followers(
            connection,
            instance.settings.federation,
            sender=changed,
            activity=render_update_actor(document, followers, now()),
            follower_inboxes=inboxes,
        )
    return changed


async def find_user(instance: Instance, username: str) -> User:
    """The person of this name; `NotFound` when there is none."""
    async with instance.db.read() as connection:
        actor = await db_actors.local_actor(connection, username.removeprefix("@"))
        user = await db_users.user_of_actor(connection, actor.id) if actor else None
    if user is None:
        raise NotFound(f"there is nobody called {username} here")
    return user


async def all_users(instance: Instance) -> list[User]:
    """Everybody who has an account, oldest first."""
    async with instance.db.read() as connection:
        return await db_users.all_users(connection)


async def approve(instance: Instance, user: User) -> None:
    """Let somebody in who asked for an account."""
    async with instance.db.write() as connection:
        await db_users.approve_user(connection, user.id)
        if user.confirmed_at is not None:
            await db_actors.set_suspended(connection, user.actor.id, None)


async def change_email(instance: Instance, user: User, email: str) -> bool:
    """Give another address; whether it counts already, else once its owner confirms it by mail."""
    async with instance.db.write() as connection:
        if email.lower() != user.email.lower():
            await _check_email(connection, email)
        if instance.settings.sends_mail:
            await plan_confirmation(connection, user.id, email)
            return False
        await db_users.confirm_email(connection, user.id, email)
    return True


async def ensure_owner(instance: Instance) -> User:
    """The owner, who is made on a new instance, under the name `owner`."""
    for user in await all_users(instance):
        if user.role is Role.OWNER:
            return user
    host = instance.settings.origin_host.partition(":")[0]
    email = instance.settings.contact_email or f"owner@{host}"
    return await create_account(instance, NewAccount("owner", email, role=Role.OWNER))


async def rotate_key(instance: Instance, actor: Actor) -> None:
    """Give an actor another key; its last word under the old one tells followers of the new one.

    Servers that trust a key only while nobody but its owner changes it need exactly that.
    """
    old = await instance.keys.stored_key(actor)
    new, sealed = await instance.keys.make(actor)
    document = render_actor(actor, new, instance.uris)
    async with instance.db.write() as connection:
        inboxes = await db_follows.follower_inboxes(connection, actor.id)
        await db_actors.retire_own_key(connection, actor.id)
        await db_actors.store_own_key(connection, actor.id, new, sealed)
        await publish_to_followers(
            connection,
            instance.settings.federation,
            sender=actor,
            activity=render_update_actor(document, Uri(f"{actor.uri}/followers"), now()),
            follower_inboxes=inboxes,
            key_id=old.id,
        )


# --- what is checked -----------------------------------------------------------------------------


async def _check(connection: Connection, wanted: NewAccount) -> None:
    errors = {}
    if not NAME.fullmatch(wanted.username) or len(wanted.username) > LONGEST_NAME:
        errors["username"] = f"Letters, digits and _ only, {LONGEST_NAME} at most."
    elif wanted.username.lower() in RESERVED:
        errors["username"] = "This name is kept for the server."
    elif await db_actors.local_actor(connection, wanted.username):
        errors["username"] = "Somebody has this name already."
    if problem := await _problem_of_email(connection, wanted.email):
        errors["email"] = problem
    if errors:
        raise Invalid(" ".join(errors.values()), errors)
    if wanted.password is not None:
        check_password(wanted.password)


async def _check_email(connection: Connection, email: str) -> None:
    if problem := await _problem_of_email(connection, email):
        raise Invalid(problem, {"email": problem})


async def _problem_of_email(connection: Connection, email: str) -> str:
    if not EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL:
        return "This is not an e-mail address."
    if await db_users.email_taken(connection, email):
        return "Somebody has this address already."
    return ""


def _check_profile(settings: Settings, name: str, bio: str) -> None:
    errors = {}
    if len(name.strip()) > settings.max_display_name_characters:
        errors["name"] = f"At most {settings.max_display_name_characters} characters."
    if len(bio) > settings.max_bio_characters:
        errors["bio"] = f"At most {settings.max_bio_characters} characters."
    if errors:
        raise Invalid("Your profile was not changed.", errors)


async def _user(connection: Connection, user_id: UserId) -> User:
    user = await db_users.user_by_id(connection, user_id)
    if user is None:
        raise AssertionError("a user that was just made is not there")
    return user
