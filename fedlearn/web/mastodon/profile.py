"""Methods with which people change what is said of them.

https://docs.joinmastodon.org/methods/accounts/#update_credentials and methods/profile/.
"""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import users as db_users
from fedlearn.domain.actors import Actor, ActorKind, User
from fedlearn.domain.habits import Habits
from fedlearn.domain.media import ProfilePicture
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import accounts, preferences
from fedlearn.services.fields import TypedField
from fedlearn.services.profile_pictures import change_pictures
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.mastodon.accounts import respond_with_own
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.drafts import read_quote_policy, read_reach
from fedlearn.web.mastodon.parameters import Parameters, read_parameters


async def update_credentials(request: Request) -> Response:
    """Change what is said; what is left out stays."""
    user, instance = await require_user(request, "write:accounts"), instance_of(request)
    most = len(ProfilePicture) * instance.settings.max_image_bytes
    parameters = await read_parameters(request, most_file_bytes=most)
    try:
        await _change_profile(instance, user.actor, parameters)
        await _change_kind(instance, user.actor, parameters)
        await _change_pictures(instance, user.actor, parameters)
        await _change_posting(instance, user, parameters.nested("source") or Parameters({}))
    except Invalid as error:
        said = ", ".join(f"{name}: {text}" for name, text in error.fields.items())
        raise Invalid(f"Validation failed: {said or error}", error.fields) from error
    return await _respond(request, user)


async def remove_picture(request: Request) -> Response:
    """Show no avatar, or no header, any more."""
    user = await require_user(request, "write:accounts")
    if request.path_params["picture"] not in frozenset(ProfilePicture):
        raise NotFound("Record not found")
    picture = ProfilePicture(request.path_params["picture"])
    await change_pictures(instance_of(request), user.actor, {}, [picture])
    return await _respond(request, user)


async def _respond(request: Request, user: User) -> Response:
    """The account as it is by now."""
    parts_of(request).documents.forget(f"actor {user.actor.profile.username}")
    async with instance_of(request).db.read() as connection:
        known = await db_users.user_by_id(connection, user.id)
    return await respond_with_own(request, known or user)


async def _change_profile(instance: Instance, actor: Actor, parameters: Parameters) -> None:
    await accounts.change_profile(
        instance,
        actor,
        name=parameters.text("display_name"),
        bio=parameters.text("note"),
        is_locked=parameters.boolean("locked"),
        hides_follows=parameters.boolean("hide_collections"),
        is_discoverable=parameters.boolean("discoverable"),
        is_indexable=parameters.boolean("indexable"),
        fields=_fields(parameters),
    )


async def _change_kind(instance: Instance, actor: Actor, parameters: Parameters) -> None:
    """Whether a program posts there."""
    is_bot = parameters.boolean("bot")
    kind = ActorKind.SERVICE if is_bot else ActorKind.PERSON
    if is_bot is not None and kind is not actor.profile.kind:
        await accounts.publish_profile(instance, actor, kind=kind)


async def _change_pictures(instance: Instance, actor: Actor, parameters: Parameters) -> None:
    sent = {picture: parameters.file(picture) for picture in ProfilePicture}
    chosen = {picture: content for picture, content in sent.items() if content}
    if chosen:
        await change_pictures(instance, actor, chosen)


async def _change_posting(instance: Instance, user: User, said: Parameters) -> None:
    """How they post where they say nothing else."""
    habits, language = _habits(user.habits, said), said.text("language")
    if language is not None:
        await preferences.choose_posting(instance, user, language, user.time_zone)
    if habits != user.habits:
        await preferences.choose_habits(instance, user, habits)


def _habits(before: Habits, said: Parameters) -> Habits:
    privacy, policy = said.text("privacy"), said.text("quote_policy")
    is_sensitive = said.boolean("sensitive")
    return Habits(
        read_reach(privacy) if privacy else before.reach,
        before.is_sensitive if is_sensitive is None else is_sensitive,
        read_quote_policy(policy) if policy else before.quote_policy,
    )


def _fields(parameters: Parameters) -> list[TypedField] | None:
    """The lines of the profile, in order; None when nothing is said of them."""
    if "fields_attributes" not in parameters:
        return None
    rows = parameters.rows("fields_attributes")
    typed = [TypedField(row.text("name") or "", row.text("value") or "") for row in rows]
    return [one for one in typed if one.name.strip() or one.value.strip()]
