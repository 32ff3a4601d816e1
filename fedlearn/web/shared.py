"""This is where a page of ours is put into a few words, for sites that show where a link leads.

Only what is for everybody has such words, and nothing that stands behind a warning is in them.
Pages carry them as Open Graph (ogp.me); web/pages/oembed.py answers with them.
"""

from dataclasses import dataclass

from fedlearn.activitypub.uris import Uris
from fedlearn.domain.actors import Actor
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.collections import CollectionView
from fedlearn.domain.statuses import StatusView
from fedlearn.text.sanitize import to_plain_text

LONGEST_DESCRIPTION = 300


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A page in a few words of plain text. `kind` is the type of Open Graph."""

    kind: str
    url: str
    title: str
    description: str
    author: Actor
    image: str | None = None


def shared_status(view: StatusView, uris: Uris) -> SharedPage | None:
    """A post in a few words, or None when it is not for everybody, or not ours to describe."""
    status = view.status
    is_for_everybody = status.reach is Reach.PUBLIC and status.scope is Scope.FED
    if not is_for_everybody or not view.author.is_local:
        return None
    return SharedPage(
        kind="article",
        url=status.url,
        title=_title(view.author, uris),
        description=_shortened(status.content_warning or status.content),
        author=view.author,
        image=_first_picture(view, uris),
    )


def shared_profile(actor: Actor, uris: Uris) -> SharedPage | None:
    """A profile in a few words, or None when it is another server's to describe."""
    if not actor.is_local:
        return None
    profile = actor.profile
    picture = profile.avatar if profile.avatar and uris.is_ours(profile.avatar) else None
    return SharedPage(
        kind="profile",
        url=profile.url,
        title=_title(actor, uris),
        description=_shortened(profile.summary),
        author=actor,
        image=picture,
    )


def shared_collection(view: CollectionView, uris: Uris) -> SharedPage | None:
    """A collection in a few words, or None when it is not for everybody."""
    said = view.collection.said
    if not said.is_discoverable:
        return None
    return SharedPage(
        kind="website",
        url=uris.collection_page(view.collection.id),
        title=said.name,
        description="" if said.is_sensitive else said.description,
        author=view.owner,
    )


def _title(actor: Actor, uris: Uris) -> str:
    return f"{actor.display_name} (@{uris.handle(actor.profile.username)})"


def _first_picture(view: StatusView, uris: Uris) -> str | None:
    """A picture that may be shown to who has not asked to see it, and that we serve ourselves."""
    if view.status.content_warning or view.is_sensitive:
        return None
    pictures = (one.url for one in view.attachments if one.media_type.startswith("image/"))
    return next(filter(uris.is_ours, pictures), None)


def _shortened(markup: str) -> str:
    text = to_plain_text(markup)
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    return text[: LONGEST_DESCRIPTION - 1].rstrip() + "…"
