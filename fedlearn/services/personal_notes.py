"""This is where people note down for themselves who somebody is."""

from fedlearn.db import personal_notes as db_personal_notes
from fedlearn.domain.actors import Actor
from fedlearn.errors import Invalid
from fedlearn.instance import Instance
from fedlearn.text.languages import _

MOST_CHARACTERS = 2000


async def note_down(instance: Instance, me: Actor, other: Actor, text: str) -> None:
    """Keep this in mind of somebody; an empty text keeps nothing."""
    text = text.strip()
    if len(text) > MOST_CHARACTERS:
        raise Invalid(_("A note has %(most)s characters at most.", most=MOST_CHARACTERS))
    async with instance.db.write() as connection:
        if text:
            await db_personal_notes.write_note(connection, me.id, other.id, text)
        else:
            await db_personal_notes.delete_note(connection, me.id, other.id)
