"""This is where people put pictures on their profile: beside what they say, and above it.

Which upload is on a profile is told by the profile alone. What it names no more is shown to nobody
else, and removed like what no post took.
"""

from collections.abc import Collection, Mapping
from typing import Unpack

from fedlearn.domain.actors import Actor
from fedlearn.domain.media import ProfilePicture
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.accounts import Said, publish_profile, read_said
from fedlearn.services.attachments import all_or_none, upload, url_of
from fedlearn.text.languages import _

# As Mastodon shows them, in points.
SIZES = {ProfilePicture.AVATAR: (400, 400), ProfilePicture.HEADER: (1500, 500)}
LONGEST_DESCRIPTION = 150
NOTHING_SAID: Mapping[ProfilePicture, str] = {}


async def change_pictures(
    instance: Instance,
    actor: Actor,
    chosen: Mapping[ProfilePicture, bytes],
    removed: Collection[ProfilePicture] = (),
    descriptions: Mapping[ProfilePicture, str] = NOTHING_SAID,
    **said: Unpack[Said],
) -> Actor:
    """Show other pictures, or none, and say what they show; followers elsewhere are told.

    What was said of a picture goes with it. What else is `said` of a profile is changed at once,
    or nothing is. Raises `Invalid` with a message for what will not do.
    """
    _check_descriptions(descriptions)
    changes = read_said(instance, said) | {_said_of(place): "" for place in chosen}
    changes |= {_said_of(place): _one_line(text) for place, text in descriptions.items()}
    changes |= dict.fromkeys(removed) | {_said_of(place): "" for place in removed}
    async with all_or_none(instance) as taken:
        for place, content in chosen.items():
            try:
                taken.append(await upload(instance, actor, content, size=SIZES[place]))
            except Invalid as error:
                raise Invalid(str(error), {place: str(error)}) from error
            changes[place] = url_of(instance, taken[-1])
        return await publish_profile(instance, actor, **changes)


def _check_descriptions(descriptions: Mapping[ProfilePicture, str]) -> None:
    message = _("At most %(most)s characters.", most=LONGEST_DESCRIPTION)
    too_long = {
        _said_of(place): message
        for place, text in descriptions.items()
        if len(_one_line(text)) > LONGEST_DESCRIPTION
    }
    if too_long:
        raise Invalid(message, too_long)


def _said_of(place: ProfilePicture) -> str:
    """The name of the field of a profile that says what a picture shows."""
    return f"{place}_description"


def _one_line(text: str) -> str:
    return " ".join(text.split())
