"""Entities of what people say of themselves: Profile and FeaturedTag."""

from collections.abc import Iterable

from fedlearn.activitypub.uris import Uris
from fedlearn.domain.actors import Actor
from fedlearn.domain.featured import FeaturedHashtag
from fedlearn.text.format import as_typed
from fedlearn.web.mastodon.entities.accounts import field_entity, is_bot, typed_field_entity
from fedlearn.web.mastodon.entities.describing import Describing, Entity, day


def profile_entity(of: Describing, actor: Actor, shown: Iterable[FeaturedHashtag]) -> Entity:
    """Profile: what it says as its owner has typed it, and `formatted_…` as others read it."""
    profile = actor.profile
    avatar = of.media(profile.avatar) if profile.avatar else None
    header = of.media(profile.header) if profile.header else None
    return {
        "id": str(actor.id),
        "display_name": profile.name,
        "note": as_typed(profile.summary),
        "formatted_note": profile.summary,
        "fields": [typed_field_entity(one) for one in profile.fields],
        "formatted_fields": [field_entity(one) for one in profile.fields],
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": profile.avatar_description,
        "header": header,
        "header_static": header,
        "header_description": profile.header_description,
        "locked": profile.is_locked,
        "bot": is_bot(actor),
        "hide_collections": profile.hides_follows,
        "discoverable": profile.is_discoverable,
        "indexable": profile.is_indexable,
        "show_media": profile.shows_media,
        "show_media_replies": profile.shows_media_replies,
        "show_featured": profile.shows_featured,
        "attribution_domains": list(profile.attribution_domains),
        "featured_tags": [featured_hashtag_entity(of.instance.uris, actor, one) for one in shown],
    }


def featured_hashtag_entity(uris: Uris, owner: Actor, shown: FeaturedHashtag) -> Entity:
    """FeaturedTag: it leads to its owner's posts with it. Clients want the count as a text."""
    return {
        "id": str(shown.id),
        "name": shown.name,
        "url": uris.hashtag_of(owner.acct, shown.name),
        "statuses_count": str(shown.posts),
        "last_status_at": None if shown.last_at is None else day(shown.last_at),
    }
