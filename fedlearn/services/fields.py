"""This is where people add lines to their profile, and where links in them are verified.

A link is verified when the page behind it has a link with `rel="me"` back to the profile: then one
person has written both.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from fedlearn.activitypub.client import Answer
from fedlearn.activitypub.fetch import check_status
from fedlearn.activitypub.links import own_links_in
from fedlearn.activitypub.uris import Uris, host_of, in_ascii, joined
from fedlearn.db import actors as db_actors
from fedlearn.db.database import Connection
from fedlearn.db.jobs import NewJob, insert_jobs
from fedlearn.domain.actors import Actor, ProfileField
from fedlearn.domain.ids import ActorId, now
from fedlearn.domain.jobs import JobKind
from fedlearn.errors import FetchError, Unreachable
from fedlearn.instance import Instance
from fedlearn.text.format import format_field, lone_url
from fedlearn.text.languages import _
from fedlearn.text.sanitize import to_plain_text

log = logging.getLogger(__name__)

MOST_FIELDS = 4
LONGEST_FIELD = 255  # of its name, and of its value
ACCEPT = "text/html, application/xhtml+xml;q=0.9"


@dataclass(frozen=True, slots=True)
class TypedField:
    """A line of a profile as its owner types it."""

    name: str
    value: str


# --- writing them --------------------------------------------------------------------------------


def problems_of_fields(typed: Sequence[TypedField]) -> dict[str, str]:
    """What is wrong with these fields, by the name that each has in a form."""
    problems = {}
    if len(typed) > MOST_FIELDS:
        problems["fields"] = _("At most %(most_fields)s lines.", most_fields=MOST_FIELDS)
    for number, field in enumerate(typed):
        if len(field.name) > LONGEST_FIELD or len(field.value) > LONGEST_FIELD:
            problems[f"field_{number}"] = _("At most %(most)s characters.", most=LONGEST_FIELD)
        elif field.value.strip() and not field.name.strip():
            problems[f"field_{number}"] = _("Say what this is.")
    return problems


def make_fields(uris: Uris, typed: Iterable[TypedField]) -> tuple[ProfileField, ...]:
    """Fields as they are stored and shown; empty ones are left out."""
    return tuple(
        ProfileField(_one_line(field.name), format_field(_one_line(field.value), uris.hashtag))
        for field in typed
        if field.name.strip() and field.value.strip()
    )


def fields_as_typed(fields: Iterable[ProfileField]) -> list[TypedField]:
    """Stored fields as their owner has typed them."""
    return [TypedField(field.name, to_plain_text(field.value)) for field in fields]


def with_proofs(
    fields: Iterable[ProfileField], before: Iterable[ProfileField]
) -> tuple[ProfileField, ...]:
    """These fields, verified as far as the same link was before."""
    known = {field.value: field.verified_at for field in before}
    return tuple(replace(field, verified_at=known.get(field.value)) for field in fields)


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- verifying them ------------------------------------------------------------------------------


async def plan_verification(
    connection: Connection, actor: Actor, fields: Iterable[ProfileField]
) -> None:
    """Have the links in these fields of somebody looked at once this transaction is committed."""
    if not any(_link_in(field.value) for field in fields):
        return
    payload = msgspec.json.encode(actor.id).decode()
    job = NewJob(JobKind.VERIFY_FIELDS, payload, order_key=f"fields {actor.uri}")
    await insert_jobs(connection, [job])


async def verify_fields(instance: Instance, payload: str) -> None:
    """The job: look where each link leads. `Unreachable` when a page is to be tried again."""
    actor_id = ActorId(msgspec.json.decode(payload, type=int))
    async with instance.db.read() as connection:
        actor = await db_actors.actor_by_id(connection, actor_id)
    if actor is None or not actor.is_local or not actor.is_active:
        return
    proven: dict[str, bool] = {}
    failed: Unreachable | None = None
    for value in {field.value for field in actor.profile.fields}:
        try:
            proven[value] = await _is_own(instance, actor, value)
        except Unreachable as error:
            failed = error
    await _note_proofs(instance, actor_id, proven)
    if failed is not None:
        raise failed


async def _note_proofs(instance: Instance, actor_id: ActorId, proven: dict[str, bool]) -> None:
    """Write down what was found, of fields that are still as they were looked at."""
    async with instance.db.write() as connection:
        actor = await db_actors.actor_by_id(connection, actor_id)
        if actor is None:
            return
        fields = [_judged(field, proven.get(field.value)) for field in actor.profile.fields]
        await db_actors.store_fields(connection, actor_id, fields)


def _judged(field: ProfileField, is_own: bool | None) -> ProfileField:  # noqa: FBT001
    if is_own is None:
        return field
    return replace(field, verified_at=(field.verified_at or now()) if is_own else None)


def _link_in(value: str) -> str | None:
    """The address that can be verified: alone in a field, and https."""
    url = lone_url(to_plain_text(value))
    return in_ascii(url) if url and url.startswith("https://") else None


async def _is_own(instance: Instance, actor: Actor, value: str) -> bool:
    """Whether a field is a link to a page that leads back."""
    url = _link_in(value)
    if url is None or instance.uris.is_ours(url):
        return False
    try:
        answer = await instance.client.get(url, accept=ACCEPT, signer=None)
        check_status(answer)
    except Unreachable:
        raise
    except FetchError as error:
        log.info("%s is not verified: %s", url, error)
        return False
    return leads_back(answer, url, {actor.uri, actor.profile.url})


def leads_back(answer: Answer, asked: str, own: set[str]) -> bool:
    """Whether an answer is a page of the host that was asked, with a link to one of these.

    What a host redirects elsewhere may be chosen by anybody, so only "www." comes and goes.
    """
    if "html" not in answer.content_type or _bare_host(answer.url) != _bare_host(asked):
        return False
    targets = (joined(answer.url, href) for href in own_links_in(answer.body))
    return not {_bare(one) for one in targets if one}.isdisjoint({_bare(one) for one in own})


def _bare_host(url: str) -> str:
    return host_of(url).removeprefix("www.")


def _bare(url: str) -> str:
    return url.partition("#")[0].rstrip("/").lower()
