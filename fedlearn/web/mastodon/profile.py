"""Methods with which people change what is said of them.

https://docs.joinmastodon.org/methods/profile/ and methods/accounts/#update_credentials.
"""

from starlette.requests import Request
from starlette.responses import Response

from fedlearn.db import featured_hashtags as db_featured_hashtags
from fedlearn.db import users as db_users
from fedlearn.domain.actors import Actor, ActorKind, User
from fedlearn.domain.habits import Habits
from fedlearn.domain.media import ProfilePicture
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services import preferences
from fedlearn.services.accounts import Said
from fedlearn.services.fields import TypedField
from fedlearn.services.profile_pictures import change_pictures
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.json import json
from fedlearn.web.mastodon.accounts import respond_with_own
from fedlearn.web.mastodon.callers import require_user
from fedlearn.web.mastodon.describing import describing
from fedlearn.web.mastodon.drafts import read_quote_policy, read_reach
from fedlearn.web.mastodon.entities.accounts import is_bot
from fedlearn.web.mastodon.entities.profiles import profile_entity
from fedlearn.web.mastodon.parameters import Parameters, read_parameters
from fedlearn.web.mastodon.refusing import Details, refusal

SCOPES = ("profile", "read:accounts")
# What our services call by another name than apps; of lines of the profile, all that is wrong.
NAMES = {
    "name": "display_name",
    "bio": "note",
    "posting_reach": "privacy",
    "posting_language": "language",
}
TOO_LONG = {"display_name", "note", "avatar_description", "header_description"}


async def get_profile(request: Request) -> Response:
    """What one's profile says, as its owner has typed it."""
    return await _respond_with_profile(request, await require_user(request, *SCOPES))


async def update_profile(request: Request) -> Response:
    """Change that; what is left out stays."""
    user = await require_user(request, "write:accounts")
    try:
        await _change(request, user)
    except Invalid as error:
        return refusal(_details(error))
    return await _respond_with_profile(request, await _as_changed(request, user))


async def update_credentials(request: Request) -> Response:
    """Change what is said, and how one posts; what is left out stays."""
    user = await require_user(request, "write:accounts")
    try:
        parameters = await _change(request, user)
        said = parameters.nested("source") or Parameters({})
        await _change_posting(instance_of(request), user, said)
    except Invalid as error:
        return refusal(_details(error))
    return await respond_with_own(request, await _as_changed(request, user))


async def remove_picture(request: Request) -> Response:
    """Show no avatar, or no header, any more."""
    user = await require_user(request, "write:accounts")
    if request.path_params["picture"] not in frozenset(ProfilePicture):
        raise NotFound("Record not found")
    picture = ProfilePicture(request.path_params["picture"])
    await change_pictures(instance_of(request), user.actor, {}, [picture])
    return await respond_with_own(request, await _as_changed(request, user))


async def _respond_with_profile(request: Request, user: User) -> Response:
    me, instance = user.actor, instance_of(request)
    async with instance.db.read() as connection:
        of = await describing(request, connection, me.viewer)
        shown = await db_featured_hashtags.featured_hashtags(connection, me.viewer, me.id)
    return json(profile_entity(of, me, shown))


async def _as_changed(request: Request, user: User) -> User:
    """The account as it is by now."""
    parts_of(request).documents.forget(f"actor {user.actor.profile.username}")
    async with instance_of(request).db.read() as connection:
        return await db_users.user_by_id(connection, user.id) or user


async def _change(request: Request, user: User) -> Parameters:
    """Change what is said of somebody as an app has sent it."""
    instance = instance_of(request)
    most = len(ProfilePicture) * instance.settings.max_image_bytes
    parameters = await read_parameters(request, most_file_bytes=most)
    await _change_all(instance, user.actor, parameters)
    return parameters


async def _change_all(instance: Instance, actor: Actor, parameters: Parameters) -> None:
    """All that is said of a profile, or nothing."""
    sent = {picture: parameters.file(picture) for picture in ProfilePicture}
    said = {picture: parameters.text(f"{picture}_description") for picture in ProfilePicture}
    await change_pictures(
        instance,
        actor,
        {picture: content for picture, content in sent.items() if content},
        descriptions={picture: text for picture, text in said.items() if text is not None},
        **_said(actor, parameters),
    )


def _said(actor: Actor, parameters: Parameters) -> Said:
    return {
        "kind": _kind(actor, parameters),
        "name": parameters.text("display_name"),
        "bio": parameters.text("note"),
        "is_locked": parameters.boolean("locked"),
        "hides_follows": parameters.boolean("hide_collections"),
        "is_discoverable": parameters.boolean("discoverable"),
        "is_indexable": parameters.boolean("indexable"),
        "shows_media": parameters.boolean("show_media"),
        "shows_media_replies": parameters.boolean("show_media_replies"),
        "shows_featured": parameters.boolean("show_featured"),
        "fields": _fields(parameters),
        "attribution_domains": _domains(parameters),
    }


def _kind(actor: Actor, parameters: Parameters) -> ActorKind | None:
    """Whether a program posts there, where that is said to be otherwise than before."""
    says_bot = parameters.boolean("bot")
    if says_bot is None or says_bot is is_bot(actor):
        return None
    return ActorKind.SERVICE if says_bot else ActorKind.PERSON


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


def _domains(parameters: Parameters) -> list[str] | None:
    """Which websites may name them as an author; None when nothing is said of them."""
    name = "attribution_domains"
    return parameters.texts(name) if name in parameters else None


def _details(error: Invalid) -> Details:
    """What is wrong, by the names and codes that apps know; of what has no name, the sentence."""
    details: Details = {}
    for name, text in (error.fields or {"base": str(error)}).items():
        told = "fields" if name.startswith("field_") else NAMES.get(name, name)
        code = "ERR_TOO_LONG" if told in TOO_LONG else "ERR_INVALID"
        details.setdefault(told, []).append({"error": code, "description": text})
    return details


def _fields(parameters: Parameters) -> list[TypedField] | None:
    """The lines of the profile, in order; None when nothing is said of them."""
    if "fields_attributes" not in parameters:
        return None
    rows = parameters.rows("fields_attributes")
    typed = [TypedField(row.text("name") or "", row.text("value") or "") for row in rows]
    return [one for one in typed if one.name.strip() or one.value.strip()]
