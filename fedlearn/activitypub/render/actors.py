"""This is where our actors are written as ActivityPub documents.

Shapes follow FEDERATION.md: lists are always lists, and names and summaries are never null.
"""

import mimetypes

from fedlearn.activitypub.jsonld import Document
from fedlearn.activitypub.multikeys import write_multikey
from fedlearn.activitypub.render.documents import timestamp
from fedlearn.activitypub.uris import Uris
from fedlearn.domain.actors import Actor, Profile, PublicKey
from fedlearn.domain.ids import DAY_MS, Millis


def render_actor(actor: Actor, key: PublicKey, uris: Uris) -> Document:
    """A local actor."""
    profile = actor.profile
    document: Document = {
        "id": profile.uri,
        "type": profile.kind.value,
        "preferredUsername": profile.username,
        "webfinger": uris.handle(profile.username),
        "name": profile.name,
        "summary": profile.summary,
        "url": profile.url,
        # Rounded to the day: when exactly somebody signed up is nobody's business.
        "published": timestamp(Millis(profile.published - profile.published % DAY_MS)),
        "inbox": profile.inbox,
        "outbox": profile.outbox,
        "followers": profile.followers,
        "following": profile.following,
        "featured": profile.featured,
        "featuredTags": f"{profile.uri}/tags",
        "featuredCollections": f"{profile.uri}/featured_collections",
        # Nobody elsewhere can ask yet whether somebody may stand in a collection of theirs.
        "interactionPolicy": {"canFeature": {"automaticApproval": [profile.uri]}},
        "endpoints": {"sharedInbox": uris.shared_inbox},
        "manuallyApprovesFollowers": profile.is_locked,
        "discoverable": profile.is_discoverable,
        "indexable": profile.is_indexable,
        "memorial": False,
        "showMedia": profile.shows_media,
        "showRepliesInMedia": profile.shows_media_replies,
        "showFeatured": profile.shows_featured,
        "publicKey": {"id": key.uri, "owner": key.owner, "publicKeyPem": key.pem},
        # The same key once more, in the form that newer peers read.
        "assertionMethod": [_render_multikey(key)],
        "attachment": [
            {"type": "PropertyValue", "name": field.name, "value": field.value}
            for field in profile.fields
        ],
        "tag": [],
        "alsoKnownAs": list(profile.also_known_as),
    }
    return document | _render_optional(profile)


def render_featured_hashtag(actor: Actor, name: str, uris: Uris) -> Document:
    """A hashtag that an actor shows on its profile, leading to what it has posted with it."""
    return {"type": "Hashtag", "href": uris.hashtag_of(actor.acct, name), "name": f"#{name}"}


def render_gone_actor(actor: Actor) -> Document:
    """What is left of a local actor that was deleted."""
    return {
        "id": actor.uri,
        "type": "Tombstone",
        "formerType": actor.profile.kind.value,
        "deleted": timestamp(actor.gone_at or actor.fetched_at),
    }


def _render_multikey(key: PublicKey) -> Document:
    return {
        "id": f"{key.owner}#multikey",
        "type": "Multikey",
        "controller": key.owner,
        "publicKeyMultibase": write_multikey(key.pem),
    }


def _render_optional(profile: Profile) -> Document:
    """What an actor may have or not."""
    document: Document = {}
    if profile.avatar:
        document["icon"] = _render_picture(profile.avatar, profile.avatar_description)
    if profile.header:
        document["image"] = _render_picture(profile.header, profile.header_description)
    if profile.attribution_domains:
        document["attributionDomains"] = list(profile.attribution_domains)
    if profile.moved_to:
        document["movedTo"] = profile.moved_to
    return document


def _render_picture(url: str, description: str) -> Document:
    """A picture; Mastodon reads in `summary` what it shows, others in `name`."""
    media_type, _ = mimetypes.guess_type(url, strict=False)
    document: Document = {"type": "Image", "mediaType": media_type or "image/png", "url": url}
    if description:
        document |= {"name": description, "summary": description}
    return document
