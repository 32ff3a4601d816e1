"""This is where something is said to everybody here, and put away by those who have read it."""

from dataclasses import dataclass

from fedlearn.db import announcements as db_announcements
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor
from fedlearn.domain.audit import Act
from fedlearn.domain.ids import Millis
from fedlearn.domain.roles import Permission, Steward
from fedlearn.domain.rules import Announcement
from fedlearn.errors import Invalid, NotFound
from fedlearn.instance import Instance
from fedlearn.services.permissions import require, write_down
from fedlearn.text.emoji_names import is_emoji
from fedlearn.text.format import format_status
from fedlearn.text.languages import _

LONGEST_ANNOUNCEMENT = 1000
MOST_REACTIONS = 8
NAMED_BY = 80  # characters of it in the audit log


@dataclass(frozen=True, slots=True)
class AnnouncementDraft:
    """What is to be said, and when; None is from now on, and for good."""

    text: str
    starts_at: Millis | None = None
    ends_at: Millis | None = None


async def announcements(instance: Instance, by: Steward) -> list[Announcement]:
    """All of them, the latest first."""
    require(by, Permission.MANAGE_ANNOUNCEMENTS)
    async with instance.db.read() as connection:
        return await db_announcements.announcements(connection)


async def announce(instance: Instance, by: Steward, draft: AnnouncementDraft) -> None:
    """Say something to everybody here."""
    require(by, Permission.MANAGE_ANNOUNCEMENTS)
    _check(draft)
    async with instance.db.write() as connection:
        await db_announcements.insert_announcement(
            connection,
            text=draft.text.strip(),
            content=_html(instance, draft),
            starts_at=draft.starts_at,
            ends_at=draft.ends_at,
        )
        await write_down(connection, by, Act.ADD_ANNOUNCEMENT, draft.text.strip()[:NAMED_BY])


async def change(
    instance: Instance, by: Steward, announcement_id: int, draft: AnnouncementDraft
) -> None:
    """Say it otherwise, or at another time."""
    require(by, Permission.MANAGE_ANNOUNCEMENTS)
    _check(draft)
    async with instance.db.write() as connection:
        if await db_announcements.announcement_by_id(connection, announcement_id) is None:
            raise NotFound(_("There is no such announcement."))
        await db_announcements.change_announcement(
            connection,
            announcement_id,
            text=draft.text.strip(),
            content=_html(instance, draft),
            starts_at=draft.starts_at,
            ends_at=draft.ends_at,
        )
        await write_down(connection, by, Act.CHANGE_ANNOUNCEMENT, draft.text.strip()[:NAMED_BY])


async def remove(instance: Instance, by: Steward, announcement_id: int) -> None:
    """Say it no more."""
    require(by, Permission.MANAGE_ANNOUNCEMENTS)
    async with instance.db.write() as connection:
        known = await db_announcements.announcement_by_id(connection, announcement_id)
        if known is None:
            raise NotFound(_("There is no such announcement."))
        await db_announcements.delete_announcement(connection, announcement_id)
        await write_down(connection, by, Act.REMOVE_ANNOUNCEMENT, known.text[:NAMED_BY])


async def dismiss(instance: Instance, reader: Actor, announcement_id: int) -> None:
    """Somebody here has read it."""
    async with instance.db.write() as connection:
        await db_announcements.dismiss(connection, announcement_id, reader.id)


async def react(instance: Instance, reader: Actor, announcement_id: int, name: str) -> None:
    """Somebody here answers with an emoji; `Invalid` for what is none, and beyond the limit."""
    if not is_emoji(name):
        raise Invalid(_("That is not an emoji."))
    async with instance.db.write() as connection:
        await _shown(connection, reader, announcement_id)
        await db_announcements.react(connection, announcement_id, reader.id, name)
        after = await _shown(connection, reader, announcement_id)
        if len(after.reactions) > MOST_REACTIONS:
            raise Invalid(_("An announcement has room for %(most)s emojis.", most=MOST_REACTIONS))


async def unreact(instance: Instance, reader: Actor, announcement_id: int, name: str) -> None:
    """Somebody here takes it back."""
    async with instance.db.write() as connection:
        await _shown(connection, reader, announcement_id)
        await db_announcements.unreact(connection, announcement_id, reader.id, name)


async def _shown(connection: Connection, reader: Actor, announcement_id: int) -> Announcement:
    for one in await db_announcements.shown_announcements(connection, reader.id):
        if one.id == announcement_id:
            return one
    raise NotFound(_("There is no such announcement."))


def _html(instance: Instance, draft: AnnouncementDraft) -> str:
    return format_status(draft.text.strip(), {}, instance.uris.hashtag)


def _check(draft: AnnouncementDraft) -> None:
    errors = {}
    if not draft.text.strip():
        errors["text"] = _("Write what everybody is to know.")
    elif len(draft.text) > LONGEST_ANNOUNCEMENT:
        errors["text"] = _("At most %(most)s characters.", most=LONGEST_ANNOUNCEMENT)
    if draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        errors["ends_at"] = _("It would end before it begins.")
    if errors:
        raise Invalid(_("Nothing was announced."), errors)
