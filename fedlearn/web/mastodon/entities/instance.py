"""Entities of the server itself: Instance, and V1::Instance as older clients ask for it."""

import hashlib
from dataclasses import dataclass

from fedlearn.domain.policies import DomainPolicy, Policy
from fedlearn.domain.rules import Rule
from fedlearn.ffmpeg import MOST_FRAMES_A_SECOND, MOST_POINTS
from fedlearn.instance import VERSION, Instance
from fedlearn.services.drafts import LONGEST_DESCRIPTION, MOST_PICTURES
from fedlearn.services.featured import MOST_HASHTAGS
from fedlearn.services.fields import LONGEST_FIELD, MOST_FIELDS
from fedlearn.services.passwords import SHORTEST_PASSWORD
from fedlearn.services.pins import MOST_PINS
from fedlearn.services.profile_pictures import LONGEST_DESCRIPTION as LONGEST_OF_PROFILE
from fedlearn.services.push import sender_of
from fedlearn.settings import Registration, Settings
from fedlearn.text.languages import languages
from fedlearn.web.mastodon.entities.describing import Describing, Entity
from fedlearn.web.texts import Terms

# Clients find out by the number before the blank what they may ask for.
SPOKEN_VERSION = f"4.6.0 (compatible; fedlearn {VERSION})"
# 2 promises grouped notifications, 7 quotes besides, 9 methods of one's own profile, 10 collections
# (docs.joinmastodon.org/entities/Instance).
API_VERSION = 10
PICTURE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"]
# Of these, Mastodon's words for the same stand beside each other: apps compare them.
VIDEO_TYPES = ["video/mp4", "video/quicktime", "video/webm", "video/ogg"]
AUDIO_TYPES = [
    *("audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/ogg"),
    *("audio/vorbis", "audio/webm", "audio/flac", "audio/wav", "audio/wave", "audio/x-wav"),
    "audio/vnd.wave",
]
CHARACTERS_OF_A_LINK = 23
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """What is told of the server: its numbers, and its rules. Posts are those that may leave."""

    users: int
    active_users: int
    posts: int
    domains: int
    rules: tuple[Rule, ...]
    has_terms: bool


def instance_entity(of: Describing, place: Place) -> Entity:
    """Instance: what the server is, and what it lets people do."""
    settings = of.instance.settings
    icon = of.url("/avatars/0.png")
    return {
        "domain": of.instance.uris.domain,
        "title": settings.name,
        "version": SPOKEN_VERSION,
        "source_url": "",
        "description": settings.description,
        "usage": {"users": {"active_month": place.active_users}},
        "thumbnail": {"url": of.url("/headers/missing.png"), "blurhash": None, "versions": {}},
        "icon": [{"src": icon, "size": "160x160"}],
        "languages": list(languages()),
        "configuration": configuration_entity(of, place),
        "registrations": registrations_entity(settings),
        "api_versions": {"mastodon": API_VERSION, "fedlearn": 1},
        "contact": {"email": settings.contact_email, "account": None},
        "rules": [rule_entity(rule) for rule in place.rules],
        # For which year people may have a report made of what they did: for none.
        "wrapstodon": None,
    }


def old_instance_entity(of: Describing, place: Place) -> Entity:
    """V1::Instance."""
    settings = of.instance.settings
    registrations = registrations_entity(settings)
    return {
        "uri": of.instance.uris.domain,
        "title": settings.name,
        "short_description": settings.description,
        "description": settings.description,
        "email": settings.contact_email,
        "version": SPOKEN_VERSION,
        "urls": {"streaming_api": _streaming_url(of)},
        "stats": {
            "user_count": place.users,
            "status_count": place.posts,
            "domain_count": place.domains,
        },
        "thumbnail": of.url("/headers/missing.png"),
        "languages": list(languages()),
        "registrations": registrations["enabled"],
        "approval_required": registrations["approval_required"],
        "invites_enabled": settings.registration is Registration.INVITE,
        "configuration": configuration_entity(of, place),
        "contact_account": None,
        "rules": [rule_entity(rule) for rule in place.rules],
    }


def configuration_entity(of: Describing, place: Place) -> Entity:
    """Every limit that a client should know before it is met."""
    settings = of.instance.settings
    return {
        "urls": {
            "streaming": _streaming_url(of),
            "status": None,
            "about": of.url("/about"),
            "privacy_policy": of.url("/privacy"),
            "terms_of_service": of.url("/terms") if place.has_terms else None,
        },
        "vapid": {"public_key": sender_of(of.instance).public_key},
        "accounts": {
            "max_featured_tags": MOST_HASHTAGS,
            "max_pinned_statuses": MOST_PINS,
            "max_display_name_length": settings.max_display_name_characters,
            "max_note_length": settings.max_bio_characters,
            "max_avatar_description_length": LONGEST_OF_PROFILE,
            "max_header_description_length": LONGEST_OF_PROFILE,
            "max_profile_fields": MOST_FIELDS,
            "profile_field_name_limit": LONGEST_FIELD,
            "profile_field_value_limit": LONGEST_FIELD,
            "min_password_length": SHORTEST_PASSWORD,
        },
        "statuses": {
            "max_characters": settings.max_status_characters,
            "max_media_attachments": MOST_PICTURES,
            "characters_reserved_per_url": CHARACTERS_OF_A_LINK,
        },
        "media_attachments": _limits_of_media(of.instance),
        "polls": {
            "max_options": settings.max_poll_options,
            "max_characters_per_option": settings.max_poll_option_characters,
            "min_expiration": settings.min_poll_minutes * 60,
            "max_expiration": settings.max_poll_days * 86_400,
        },
        "translation": {"enabled": False},
        "timelines_access": {
            "live_feeds": {"local": "public", "remote": "authenticated"},
            "hashtag_feeds": {"local": "public", "remote": "authenticated"},
        },
        "limited_federation": settings.federation.value != "open",
    }


def _limits_of_media(instance: Instance) -> Entity:
    settings, takes_more = instance.settings, instance.ffmpeg is not None
    return {
        "supported_mime_types": PICTURE_TYPES + (VIDEO_TYPES + AUDIO_TYPES if takes_more else []),
        "description_limit": LONGEST_DESCRIPTION,
        "image_size_limit": settings.max_image_bytes,
        "image_matrix_limit": settings.max_image_megapixels * MILLION,
        "video_size_limit": settings.max_video_bytes if takes_more else 0,
        "video_frame_rate_limit": MOST_FRAMES_A_SECOND if takes_more else 0,
        "video_matrix_limit": MOST_POINTS if takes_more else 0,
    }


def registrations_entity(settings: Settings) -> Entity:
    """Who may make an account."""
    waits = settings.registration is Registration.APPROVAL
    return {
        "enabled": waits or settings.registration is Registration.OPEN,
        "approval_required": waits,
        "reason_required": waits,
        "message": None,
        "min_age": settings.min_age,
        "url": None,
    }


def rule_entity(rule: Rule) -> Entity:
    """Rule."""
    return {"id": str(rule.id), "text": rule.text, "hint": rule.hint, "translations": {}}


def terms_entity(terms: Terms) -> Entity:
    """TermsOfService."""
    following = terms.succeeded_by
    return {
        "effective_date": terms.since.isoformat(),
        "effective": terms.are_in_force,
        "content": terms.html,
        "succeeded_by": following.isoformat() if following else None,
    }


def domain_block_entity(said: DomainPolicy) -> Entity:
    """DomainBlock: what everybody may know of it."""
    return {
        "domain": said.domain,
        "digest": hashlib.sha256(said.domain.encode()).hexdigest(),
        "severity": "suspend" if said.policy is Policy.BLOCK else "silence",
        "comment": said.public_comment,
    }


def _streaming_url(of: Describing) -> str:
    return of.instance.uris.origin.replace("http", "ws", 1)
