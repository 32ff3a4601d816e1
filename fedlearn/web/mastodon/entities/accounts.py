"""Entities of accounts: Account, CredentialAccount, Field and Role."""

from fedlearn.domain.actors import Actor, ActorKind, ProfileField, Role, User
from fedlearn.domain.collections import can_be_featured
from fedlearn.domain.ids import DAY_MS, Millis
from fedlearn.services.collections import MOST_COLLECTIONS
from fedlearn.services.placeholders import avatar_path
from fedlearn.text.format import as_typed
from fedlearn.text.sanitize import to_plain_text
from fedlearn.web.entity_cache import Written, written
from fedlearn.web.mastodon.entities.describing import (
    VISIBILITIES,
    Describing,
    Entity,
    day,
    emoji_entity,
    moment,
)

HEADER_PATH = "/headers/missing.png"
# What the roles may do, in the bits that Mastodon's clients know, and their ids.
PERMISSIONS = {Role.USER: 0, Role.MODERATOR: 1308, Role.ADMIN: 983_036, Role.OWNER: 1}
ROLE_IDS = {Role.USER: "-99", Role.MODERATOR: "1", Role.ADMIN: "2", Role.OWNER: "3"}


def account_json(of: Describing, actor: Actor) -> Written:
    """Account, written: the same for all who read posts by somebody, or all strangers."""
    if (known := of.accounts.get(actor.id)) is not None:
        return known
    key, source = (actor.id, of.viewer.is_local), (actor, of.figures_of(actor.id))
    made = of.shared.accounts.made_of(key, source, lambda: written(account_entity(of, actor)))
    of.accounts[actor.id] = made
    return made


def account_entity(of: Describing, actor: Actor, *, moved_to: Actor | None = None) -> Entity:
    """Account: somebody here or elsewhere."""
    profile, figures = actor.profile, of.figures_of(actor.id)
    avatar = of.media(profile.avatar) if profile.avatar else of.url(avatar_path(actor))
    header = of.media(profile.header) if profile.header else of.url(HEADER_PATH)
    seen = figures.last_status_at
    return {
        "id": str(actor.id),
        "username": profile.username,
        "acct": actor.acct,
        "display_name": profile.name,
        "locked": profile.is_locked,
        "bot": is_bot(actor),
        "group": profile.kind is ActorKind.GROUP,
        "discoverable": profile.is_discoverable,
        "indexable": profile.is_indexable,
        "noindex": not profile.is_indexable,
        "created_at": moment(Millis(profile.published // DAY_MS * DAY_MS)),
        "note": profile.summary,
        "url": profile.url,
        "uri": profile.uri,
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": profile.avatar_description,
        "header": header,
        "header_static": header,
        "header_description": profile.header_description,
        "followers_count": figures.followers,
        "following_count": figures.following,
        "statuses_count": figures.statuses,
        "last_status_at": day(seen) if seen is not None else None,
        "hide_collections": profile.hides_follows,
        "show_media": profile.shows_media,
        "show_media_replies": profile.shows_media_replies,
        "show_featured": profile.shows_featured,
        "emojis": [emoji_entity(of, one) for one in profile.emojis],
        "feature_approval": feature_approval_entity(of, actor),
        "roles": [],
        "fields": [field_entity(one) for one in profile.fields],
        "moved": account_entity(of, moved_to) if moved_to else None,
    }


def feature_approval_entity(of: Describing, actor: Actor) -> Entity:
    """FeatureApproval: whether somebody may be put into collections. Others are not asked yet."""
    if not actor.is_local:
        return {"automatic": [], "manual": [], "current_user": "missing"}
    may = can_be_featured(actor)
    return {
        "automatic": ["public"] if may else [],
        "manual": [],
        "current_user": "automatic" if may and of.viewer.is_local else "denied",
    }


def partial_account_entity(of: Describing, actor: Actor) -> Entity:
    """PartialAccountWithAvatar."""
    pictured = ("avatar", "avatar_static", "avatar_description")
    whole = account_entity(of, actor)
    return {name: whole[name] for name in ("id", "acct", "url", *pictured, "locked", "bot")}


def is_bot(actor: Actor) -> bool:
    """Whether a program posts there."""
    return actor.profile.kind in {ActorKind.SERVICE, ActorKind.APPLICATION}


def field_entity(field: ProfileField) -> Entity:
    """Field: a line of a profile."""
    verified = moment(field.verified_at) if field.verified_at is not None else None
    return {"name": field.name, "value": field.value, "verified_at": verified}


def typed_field_entity(field: ProfileField) -> Entity:
    """Field, as its owner has typed it."""
    return field_entity(field) | {"value": to_plain_text(field.value)}


def credential_account_entity(of: Describing, user: User, *, follow_requests: int) -> Entity:
    """CredentialAccount: an account as its owner sees it, with what they typed."""
    profile = user.actor.profile
    return {
        **account_entity(of, user.actor),
        "source": {
            "privacy": VISIBILITIES[user.habits.reach],
            "sensitive": user.habits.is_sensitive,
            "language": user.posting_language or "",
            "note": as_typed(profile.summary),
            "fields": [typed_field_entity(one) for one in profile.fields],
            "follow_requests_count": follow_requests,
            "hide_collections": profile.hides_follows,
            "discoverable": profile.is_discoverable,
            "indexable": profile.is_indexable,
            "attribution_domains": list(profile.attribution_domains),
            "quote_policy": user.habits.quote_policy.value,
        },
        "role": role_entity(user.role),
    }


def role_entity(role: Role) -> Entity:
    """Role: what somebody may do for the instance."""
    return {
        "id": ROLE_IDS[role],
        "name": "" if role is Role.USER else role.value.capitalize(),
        "color": "",
        "permissions": str(PERMISSIONS[role]),
        "highlighted": role is not Role.USER,
        "collection_limit": MOST_COLLECTIONS,
    }
