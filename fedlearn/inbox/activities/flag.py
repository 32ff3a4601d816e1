"""Flag: another server asks our moderators to look at somebody here."""

from collections import defaultdict

from fedlearn.activitypub import values
from fedlearn.activitypub.vocabulary.activities import MOST_OBJECTS, Activity
from fedlearn.db import actors as db_actors
from fedlearn.db import reports as db_reports
from fedlearn.db.database import Connection
from fedlearn.domain.actors import Actor, ActorKind
from fedlearn.domain.ids import ActorId, StatusId, Uri, snowflake
from fedlearn.inbox.outcome import DONE, Ignored, Outcome
from fedlearn.inbox.verify import Sender
from fedlearn.instance import Instance
from fedlearn.services.reports import keep_report

Reported = dict[ActorId, list[StatusId]]


async def on_flag(instance: Instance, activity: Activity, sender: Sender) -> Outcome:
    """Keep a report for each account here that is named, itself or by its posts."""
    uri = activity.uri or Uri(f"{sender.actor.uri}#flags/{snowflake()}")
    named = values.uris(activity.document.get("object"), MOST_OBJECTS)
    async with instance.db.write() as connection:
        reported = await _reported(instance, connection, named, activity.content)
        targets = await db_actors.actors_by_id(connection, list(reported))
        for target in (one for one in targets.values() if _is_somebody(one)):
            await keep_report(
                connection,
                uri=uri,
                reporter=sender.actor,
                target=target,
                comment=activity.content,
                status_ids=reported[target.id],
            )
    return DONE if reported else Ignored("nobody here is reported")


async def _reported(
    instance: Instance, connection: Connection, named: tuple[Uri, ...], comment: str
) -> Reported:
    """The accounts here that are named, each with those of its posts that are.

    Misskey names posts only in the words, by their addresses.
    """
    reported: Reported = defaultdict(list)
    usernames = {instance.uris.username_of(uri) for uri in named} - {None}
    for username in usernames:
        actor = await db_actors.local_actor(connection, username or "")
        if actor is not None:
            reported[actor.id] = []
    ids = instance.uris.status_ids_in(" ".join((*named, comment)))
    authors = await db_reports.authors_of_local(connection, list(ids))
    for status_id, actor_id in authors.items():
        reported[actor_id].append(status_id)
    return reported


def _is_somebody(actor: Actor) -> bool:
    return actor.is_active and actor.profile.kind is not ActorKind.APPLICATION
