"""This is where people get an account, and say who they are."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

from fedlearn.activitypub.render.activities import render_update_actor
from fedlearn.activitypub.render.actors import render_actor
from fedlearn.activitypub.uris import Uris
from fedlearn.db import accounts as db_accounts
from fedlearn.db import actors as db_actors
from fedlearn.db import follows as db_follows
from fedlearn.db import users as db_users
from fedlearn.db.database import Connection, Database
from fedlearn.domain.accounts import Account
from fedlearn.domain.actors import Actor, ActorKind, Profile, Role, User
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import ActorId, Uri, UserId, now
from fedlearn.domain.roles import Steward
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.outbox.publish import publish_to_followers
from fedlearn.services.attribution import make_domains, problems_of_domains
from fedlearn.services.email_domains import refuse_blocked
from fedlearn.services.fields import (
    TypedField,
    make_fields,
    plan_verification,
    problems_of_fields,
    with_proofs,
)
from fedlearn.services.mail_links import plan_confirmation
from fedlearn.services.passwords import check_password, hash_password
from fedlearn.services.permissions import write_down
from fedlearn.settings import Settings
from fedlearn.text.emails import is_email
from fedlearn.text.format import format_status
from fedlearn.text.languages import _

LONGEST_NAME = 30
NAME = re.compile(r"[a-zA-Z0-9_]+")
# Names that would be taken for a part of the server, or for somebody who speaks for it.
RESERVED = frozenset({"about", "actor", "admin", "api", "inbox", "instance", "root", "support"})


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person gives to get an account. Without a password they sign in by link."""

    username: str
    email: str
    password: str | None = None
    role: Role = Role.USER
    invite_request: str = ""  # why they want to join
    date_of_birth: str = ""  # asked of those who make one for themselves, and not kept


async def create_account(
    instance: Instance,
    wanted: NewAccount,
    *,
    approved: bool = True,
    confirmed: bool = True,
    actor_id: ActorId | None = None,
    by: Steward | None = None,
) -> User:
    """A new person with an actor; `Invalid` names each field that will not do.

    Who has not confirmed their address is asked to by mail. Until then it may be anybody's, so
    nobody is told whether it is taken: its owner is, instead of the question. It is written down
    `by` whom somebody is given an account; nobody stands there for who makes one for themselves.
    A number of its own is only for an instance on which programs are tried.
    """
    password_hash = await hash_password(instance, wanted.password) if wanted.password else None
    async with instance.db.write() as connection:
        await check_new(connection, wanted, tells_taken=confirmed)
        user = await insert_account(
            instance,
            connection,
            wanted,
            password_hash,
            approved=approved,
            confirmed=confirmed,
            actor_id=actor_id,
        )
        if by is not None:
            await write_down(connection, by, Act.CREATE_ACCOUNT, user.actor, role=wanted.role.value)
    return user


async def insert_account(
    instance: Instance,
    connection: Connection,
    wanted: NewAccount,
    password_hash: str | None,
    *,
    approved: bool,
    confirmed: bool,
    invited_by: ActorId | None = None,
    invite_request: str | None = None,
    actor_id: ActorId | None = None,
) -> User:
    """An account with its actor, as far as somebody is let in already."""
    profile, host = (
        new_profile(instance.uris, wanted.username, ActorKind.PERSON),
        instance.settings.origin_host,
    )
    actor = await db_actors.store_actor(connection, profile, host, actor_id=actor_id)
    user_id = await db_users.insert_user(
        connection,
        actor_id=actor.id,
        email=wanted.email,
        password_hash=password_hash,
        role=wanted.role,
        approved_at=now() if approved else None,
        confirmed_at=now() if confirmed else None,
        invited_by=invited_by,
        invite_request=invite_request,
    )
    if not confirmed:
        await plan_confirmation(connection, user_id, wanted.email)
    if not (approved and confirmed):
        # Nobody elsewhere learns of somebody who may never be let in.
        await db_actors.set_suspended(connection, actor.id, now())
    return await _user(connection, user_id)


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


class Said(TypedDict, total=False):
    """What somebody says of themselves; what is None or left out stays as it is."""

    kind: ActorKind | None
    name: str | None
    bio: str | None  # plain text
    is_locked: bool | None
    hides_follows: bool | None
    is_discoverable: bool | None
    is_indexable: bool | None
    shows_media: bool | None
    shows_media_replies: bool | None
    shows_featured: bool | None
    fields: Sequence[TypedField] | None
    attribution_domains: Sequence[str] | None


async def change_profile(instance: Instance, actor: Actor, **said: Unpack[Said]) -> Actor:
    """Say who one is; followers elsewhere are told."""
    return await publish_profile(instance, actor, **read_said(instance, said))


def read_said(instance: Instance, said: Said) -> dict[str, Any]:
    """What of a profile is changed by that; `Invalid` names each field that will not do."""
    name, bio = said.get("name"), said.get("bio")
    fields, domains = said.get("fields"), said.get("attribution_domains")
    problems = _problems_of_profile(instance.settings, name or "", bio or "")
    problems |= problems_of_fields(fields or ()) | problems_of_domains(domains or ())
    if problems:
        raise Invalid(_("Your profile was not changed."), problems)
    told = {what: value for what, value in said.items() if what != "bio"} | {
        "name": None if name is None else name.strip(),
        "summary": None if bio is None else format_status(bio, {}, instance.uris.hashtag),
        "fields": None if fields is None else make_fields(instance.uris, fields),
        "attribution_domains": None if domains is None else make_domains(domains),
    }
    return {what: value for what, value in told.items() if value is not None}


async def publish_profile(instance: Instance, actor: Actor, **changes: Any) -> Actor:
    """Keep what has changed in a profile, and tell followers elsewhere by Update."""
    if not changes:
        return actor
    return await rewrite_profile(instance, actor, lambda known: replace(known, **changes))


async def rewrite_profile(
    instance: Instance, actor: Actor, change: Callable[[Profile], Profile]
) -> Actor:
    """The same for a change that follows from what the profile says by then, which may be none.

    Links among its fields are looked at in the background.
    """
    key = await instance.keys.public_key(actor)
    async with instance.db.write() as connection:
        # Whatever else has changed meanwhile, stays so.
        before = await db_actors.actor_by_id(connection, actor.id) or actor
        profile = change(before.profile)
        if profile.fields is not before.profile.fields:
            profile = replace(profile, fields=with_proofs(profile.fields, before.profile.fields))
            await plan_verification(connection, actor, profile.fields)
        if profile == before.profile:
            return before
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


async def everybody_here(instance: Instance) -> list[Account]:
    """The same with what is known of their accounts, such as why they want to join."""
    async with instance.db.read() as connection:
        return await db_accounts.everybody_here(connection)


async def change_email(instance: Instance, user: User, email: str) -> bool:
    """Give another address; whether it counts already, else once its owner confirms it by mail."""
    async with instance.db.write() as connection:
        is_other = email.lower() != user.email.lower()
        if is_other:
            await refuse_blocked(connection, email)
        await _check_email(
            connection, email, tells_taken=is_other and not instance.settings.sends_mail
        )
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


async def expected_owner(instance: Instance) -> User | None:
    """The owner, who may just have been made, as long as they have never been here; else None."""
    owner = await ensure_owner(instance)
    async with instance.db.read() as connection:
        found = await db_accounts.account(connection, owner.actor.id)
    return None if found and found.active_at else owner


async def rotate_key(instance: Instance, actor: Actor, *, by: Steward) -> None:
    """Give an actor another key; its last word under the old one tells followers of the new one.

    Servers that trust a key only while nobody but its owner changes it need exactly that.
    """
    old = await instance.keys.stored_key(actor)
    new, sealed = await instance.keys.make(actor)
    document = render_actor(actor, new, instance.uris)
    async with instance.db.write() as connection:
        await write_down(connection, by, Act.ROTATE_KEY, actor)
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


async def check_new(connection: Connection, wanted: NewAccount, *, tells_taken: bool) -> None:
    """`Invalid` names each field that will not do."""
    errors = {}
    if not NAME.fullmatch(wanted.username) or len(wanted.username) > LONGEST_NAME:
        errors["username"] = _("Letters, digits and _ only, %(most)s at most.", most=LONGEST_NAME)
    elif wanted.username.lower() in RESERVED:
        errors["username"] = _("This name is kept for the server.")
    elif await db_actors.local_actor(connection, wanted.username):
        errors["username"] = _("Somebody has this name already.")
    if problem := await _problem_of_email(connection, wanted.email, tells_taken=tells_taken):
        errors["email"] = problem
    if errors:
        raise Invalid(" ".join(errors.values()), errors)
    if wanted.password is not None:
        check_password(wanted.password)


async def _check_email(connection: Connection, email: str, *, tells_taken: bool) -> None:
    if problem := await _problem_of_email(connection, email, tells_taken=tells_taken):
        raise Invalid(problem, {"email": problem})


async def _problem_of_email(connection: Connection, email: str, *, tells_taken: bool) -> str:
    if not is_email(email):
        return _("This is not an e-mail address.")
    if tells_taken and await db_users.owner_of_email(connection, email):
        return _("Somebody has this address already.")
    return ""


def _problems_of_profile(settings: Settings, name: str, bio: str) -> dict[str, str]:
    errors = {}
    if len(name.strip()) > settings.max_display_name_characters:
        errors["name"] = _(
            "At most %(most)s characters.",
            most=settings.max_display_name_characters,
        )
    if len(bio) > settings.max_bio_characters:
        errors["bio"] = _("At most %(most)s characters.", most=settings.max_bio_characters)
    return errors


async def _user(connection: Connection, user_id: UserId) -> User:
    user = await db_users.user_by_id(connection, user_id)
    if user is None:
        raise AssertionError("a user that was just made is not there")
    return user
