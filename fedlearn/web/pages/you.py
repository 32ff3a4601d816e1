"""This is where people change what is said of them, and their password."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fedlearn.domain.actors import Profile
from fedlearn.domain.audience import Reach
from fedlearn.domain.habits import Habits
from fedlearn.domain.media import ProfilePicture
from fedlearn.domain.quotes import QuotePolicy
from fedlearn.errors import Invalid
from fedlearn.services import accounts, preferences, profile_pictures, signing_in
from fedlearn.services.attachments import too_large
from fedlearn.services.fields import MOST_FIELDS, TypedField, fields_as_typed
from fedlearn.text.format import as_typed
from fedlearn.text.languages import N_, _, language, languages
from fedlearn.web.context import instance_of, parts_of
from fedlearn.web.pages.forms import text_of
from fedlearn.web.pages.pictures import read_files
from fedlearn.web.pages.proof import require_fresh_user
from fedlearn.web.refusals import Refusal, as_answer, errors_of
from fedlearn.web.sessions import FilesTooLarge, read_form, require_user, session_token
from fedlearn.web.templating import render_page

NOTICES = {
    "password": N_("Your password was changed."),
    "posting": N_("New posts have this language, and go by this clock."),
    "language": N_("Pages speak your language from now on."),
}
# What is chosen for a profile by ticking a box.
BOXES = (
    *("is_locked", "hides_follows", "is_discoverable", "is_indexable"),
    *("shows_media", "shows_media_replies", "shows_featured"),
)


async def settings_page(request: Request) -> Response:
    """The forms."""
    profile = (await require_user(request)).actor.profile
    notice = _(NOTICES.get(request.query_params.get("changed", ""), ""))
    return await _render_settings(request, _as_draft(profile), notice=notice)


async def change_profile(request: Request) -> Response:
    """The profile form was sent."""
    form = await read_form(request, page=_render_settings)
    me = (await require_user(request)).actor
    try:
        await accounts.change_profile(
            instance_of(request),
            me,
            name=text_of(form, "name"),
            bio=text_of(form, "bio"),
            fields=_typed_fields(form),
            attribution_domains=_domains(form),
            is_locked=_choice(form, "is_locked"),
            hides_follows=_choice(form, "hides_follows"),
            is_discoverable=_choice(form, "is_discoverable"),
            is_indexable=_choice(form, "is_indexable"),
            shows_media=_choice(form, "shows_media"),
            shows_media_replies=_choice(form, "shows_media_replies"),
            shows_featured=_choice(form, "shows_featured"),
        )
    except Invalid as refusal:
        return await _render_settings(request, form, refusal)
    parts_of(request).documents.forget(f"actor {me.profile.username}")
    return RedirectResponse(f"/@{me.profile.username}", status_code=303)


def _choice(form: FormData, name: str) -> bool | None:
    """Whether a box was ticked; None when it was not on the form at all."""
    return bool(text_of(form, name)) if name in form or name in form.getlist("offered") else None


def _domains(form: FormData) -> list[str] | None:
    """Websites, one in each line; None when they were not on the form."""
    name = "attribution_domains"
    return text_of(form, name).split() if name in form else None


def _typed_fields(form: FormData) -> list[TypedField] | None:
    """The lines of the profile; None when they were not on the form."""
    keys = [f"field_{number}" for number in range(MOST_FIELDS)]
    if not any(f"{key}_name" in form for key in keys):
        return None
    return [TypedField(text_of(form, f"{key}_name"), text_of(form, f"{key}_value")) for key in keys]


async def change_pictures(request: Request) -> Response:
    """The form with the pictures of the profile was sent, or one of them is to go."""
    me = (await require_user(request)).actor
    try:
        form = await read_form(request, most_files=len(ProfilePicture))
    except FilesTooLarge as error:
        said = too_large(instance_of(request).settings)
        refusal = Invalid(said, dict.fromkeys(error.fields, said))
        return await _render_settings(request, _as_draft(me.profile), refusal, status=413)
    removed = [place for place in ProfilePicture if text_of(form, "remove") == place]
    names = {place: f"{place}_description" for place in ProfilePicture}
    descriptions = {place: text_of(form, name) for place, name in names.items() if name in form}
    chosen = await read_files(form, ProfilePicture)
    try:
        await profile_pictures.change_pictures(
            instance_of(request), me, chosen, removed, descriptions
        )
    except Invalid as refusal:
        typed = {names[place]: text for place, text in descriptions.items()}
        return await _render_settings(request, _as_draft(me.profile) | typed, refusal)
    parts_of(request).documents.forget(f"actor {me.profile.username}")
    return RedirectResponse(f"/@{me.profile.username}", status_code=303)


async def change_language(request: Request) -> Response:
    """The form with the language of pages was sent."""
    form, user = await read_form(request), await require_user(request)
    try:
        await preferences.choose_locale(instance_of(request), user, text_of(form, "locale"))
    except Invalid as refusal:
        return await _render_settings(request, _as_draft(user.actor.profile), refusal)
    return RedirectResponse("/settings?changed=language", status_code=303)


async def change_posting(request: Request) -> Response:
    """In which language they write, and by which clock they go."""
    form, user = await read_form(request), await require_user(request)
    try:
        await preferences.choose_posting(
            instance_of(request),
            user,
            text_of(form, "posting_language"),
            text_of(form, "time_zone"),
        )
        if "posting_reach" in form:
            await preferences.choose_habits(instance_of(request), user, _habits(form))
    except Invalid as refusal:
        draft = _as_draft(user.actor.profile) | {
            name: text_of(form, name) for name in ("posting_language", "time_zone")
        }
        return await _render_settings(request, draft, refusal)
    return RedirectResponse("/settings?changed=posting", status_code=303)


def _habits(form: FormData) -> Habits:
    try:
        return Habits(
            Reach(text_of(form, "posting_reach")),
            bool(text_of(form, "posting_is_sensitive")),
            QuotePolicy(text_of(form, "posting_quote_policy") or QuotePolicy.PUBLIC),
        )
    except ValueError:
        message = _("Choose who may see it.")
        raise Invalid(message, {"posting_reach": message}) from None


async def change_password(request: Request) -> Response:
    """The password form was sent."""
    form = await read_form(request)
    user = await require_fresh_user(request, form, page="/settings")
    try:
        await signing_in.change_password(
            instance_of(request), user, text_of(form, "password"), session_token(request)
        )
    except Invalid as refusal:
        return await _render_settings(request, _as_draft(user.actor.profile), refusal)
    return RedirectResponse("/settings?changed=password", status_code=303)


def _as_draft(profile: Profile) -> dict[str, str]:
    """A profile as the form holds it."""
    lines: dict[str, str] = {}
    for number, field in enumerate(fields_as_typed(profile.fields)):
        lines |= {f"field_{number}_name": field.name, f"field_{number}_value": field.value}
    return {
        **lines,
        "name": profile.name,
        "bio": as_typed(profile.summary),
        "attribution_domains": "\n".join(profile.attribution_domains),
        "avatar_description": profile.avatar_description,
        "header_description": profile.header_description,
        **{name: "on" if getattr(profile, name) else "" for name in BOXES},
    }


async def _render_settings(
    request: Request,
    draft: Mapping[str, Any],
    refusal: Refusal | None = None,
    *,
    status: int | None = None,
    notice: str = "",
) -> Response:
    return await render_page(
        request,
        "settings.html",
        status=status or as_answer(refusal)["status"],
        locale=(await require_user(request)).locale or "",
        languages=[language(code) for code in languages()],
        most_fields=MOST_FIELDS,
        longest_description=profile_pictures.LONGEST_DESCRIPTION,
        draft=draft,
        errors=errors_of(refusal),
        notice=notice,
    )
