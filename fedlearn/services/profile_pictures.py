"""This is where people put pictures on their profile: beside what they say, and above it.

Which upload is on a profile is told by the profile alone. What it names no more is shown to nobody
else, and removed like what no post took.
"""

from collections.abc import Iterable, Mapping

from fedlearn.domain.actors import Actor
from fedlearn.domain.media import ProfilePicture
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.services.accounts import publish_profile
from fedlearn.services.attachments import all_or_none, upload, url_of

# As Mastodon shows them, in points.
SIZES = {ProfilePicture.AVATAR: (400, 400), ProfilePicture.HEADER: (1500, 500)}


async def change_pictures(
    instance: Instance,
    actor: Actor,
    chosen: Mapping[ProfilePicture, bytes],
    removed: Iterable[ProfilePicture] = (),
) -> Actor:
    """Show other pictures, or none; followers elsewhere are told.

    Raises `Invalid` with a message for the picture that will not do.
    """
    changes: dict[str, str | None] = dict.fromkeys(removed)
    async with all_or_none(instance) as taken:
        for place, content in chosen.items():
            try:
                taken.append(await upload(instance, actor, content, size=SIZES[place]))
            except Invalid as error:
                raise Invalid(str(error), {place: str(error)}) from error
            changes[place] = url_of(instance, taken[-1])
        return await publish_profile(instance, actor, **changes) if changes else actor
