"""This is where accounts are looked for by those who look after the instance."""

import re
from collections.abc import Sequence

from fedlearn.db.actors import actor_of, actors_by_id, forget_actor
from fedlearn.db.database import Connection, Row
from fedlearn.db.paging import LAST, ORDER, from_above
from fedlearn.db.users import COLUMNS, USER, delete_user, user_of
from fedlearn.domain.accounts import (
    Account,
    AccountFilter,
    AccountRecord,
    AccountSearch,
    Origin,
    state_of,
)
from fedlearn.domain.actors import Actor, User
from fedlearn.domain.ids import ActorId, Millis, UserId

WILDCARDS = re.compile("[!%_]")
HIGHEST_LETTER = "\U0010ffff"

# What State says of a row of actor; `u` is its login, where it has one.
IN_STATE = """CASE
    WHEN a.gone_at IS NOT NULL THEN 'gone'
    WHEN u.id IS NOT NULL AND u.approved_at IS NULL THEN 'pending'
    WHEN a.policy = 'silence' AND a.measure IS DISTINCT FROM 'suspend' THEN 'silenced'
    WHEN a.policy = 'block' OR a.measure = 'suspend' THEN 'suspended'
    ELSE 'active' END"""
# Whether a row stands in one of these, or has one of them beside another.
IN_STATES = f"""({IN_STATE} IN :states
    OR ('disabled' IN :states AND u.disabled_at IS NOT NULL)
    OR ('sensitized' IN :states AND a.is_sensitized))"""
# What only those ask of a login who look after it.
ALSO = """u.active_at AS u_active_at, u.invited_by AS u_invited_by,
    u.invite_request AS u_invite_request"""
# An actor with its login, where it has one.
ACCOUNT = f"""
    SELECT {COLUMNS}, {ALSO}
    FROM actor a LEFT JOIN local_user u ON u.actor_id = a.id
"""
SUSPENDED_BEFORE = "a.measure = 'suspend' AND a.suspended_at < :before AND a.gone_at IS NULL"


async def local_accounts(
    connection: Connection, wanted: AccountFilter, *, before: int | None, limit: int
) -> list[Account]:
    """People here, whoever came last first; a name is found in handle, name and address."""
    rows = await connection.fetch_all(
        f"""
        SELECT {COLUMNS}, {ALSO}
        FROM local_user u JOIN actor a ON a.id = u.actor_id
        WHERE u.id < :before
            AND (CAST(:role AS TEXT) IS NULL OR u.role = :role)
            AND (:any_state OR {IN_STATES})
            AND (CAST(:name AS TEXT) = '' OR lower(a.username) LIKE :part ESCAPE '!'
                OR FOLDED(a.name) LIKE :part ESCAPE '!' OR lower(u.email) = :name)
        ORDER BY u.id DESC LIMIT :limit
        """,
        before=before or LAST,
        role=wanted.role and wanted.role.value,
        any_state=wanted.state is None,
        states=[wanted.state] if wanted.state else [],
        name=wanted.name.lower(),
        part=_anywhere(wanted.name),
        limit=limit,
    )
    return await _accounts_of(connection, rows)


async def everybody_here(connection: Connection) -> list[Account]:
    """All accounts of this server, oldest first."""
    rows = await connection.fetch_all(
        f"""
        SELECT {COLUMNS}, {ALSO}
        FROM local_user u JOIN actor a ON a.id = u.actor_id ORDER BY u.id
        """
    )
    return await _accounts_of(connection, rows)


async def remote_accounts(
    connection: Connection, wanted: AccountFilter, *, before: int | None, limit: int
) -> list[Account]:
    """People of other servers, whoever we met last first, by domain and the beginning of a name."""
    rows = await connection.fetch_all(
        f"""
        SELECT a.* FROM actor a LEFT JOIN local_user u ON u.actor_id = a.id
        WHERE a.domain IS NOT NULL AND a.id < :before
            AND (CAST(:domain AS TEXT) = '' OR a.domain = :domain)
            AND (:any_state OR {IN_STATES})
            AND (CAST(:name AS TEXT) = ''
                OR (lower(a.username) >= :name AND lower(a.username) < :beyond))
        ORDER BY a.id DESC LIMIT :limit
        """,
        before=before or LAST,
        domain=wanted.domain.lower(),
        any_state=wanted.state is None,
        states=[wanted.state] if wanted.state else [],
        name=wanted.name.lower(),
        beyond=wanted.name.lower() + HIGHEST_LETTER,
        limit=limit,
    )
    actors = [actor_of(row) for row in rows]
    return [Account(actor, state_of(actor, None)) for actor in actors]


async def search_accounts(
    connection: Connection,
    wanted: AccountSearch,
    *,
    before: int | None = None,
    after: int | None = None,
    is_upward: bool = False,
    limit: int,
) -> list[Account]:
    """Accounts here and elsewhere that are there still, newest first.

    A page that is upward begins next to `after`.
    """
    rows = await connection.fetch_all(
        f"""
        {ACCOUNT}
        WHERE a.id < :before AND a.id > :after AND a.gone_at IS NULL
            AND (a.domain IS NOT NULL OR u.id IS NOT NULL)
            AND (CAST(:is_local AS BOOLEAN) IS NULL OR (a.domain IS NULL) = :is_local)
            AND (:any_state OR {IN_STATES})
            AND (:any_role OR u.role IN :roles)
            AND (CAST(:invited_by AS BIGINT) IS NULL OR u.invited_by = :invited_by)
            AND (CAST(:username AS TEXT) = '%' OR lower(a.username) LIKE :username ESCAPE '!')
            AND (CAST(:name AS TEXT) = '%' OR FOLDED(a.name) LIKE :name ESCAPE '!')
            AND (CAST(:domain AS TEXT) = '' OR a.domain = :domain)
            AND (CAST(:email AS TEXT) = '' OR lower(u.email) = :email)
        ORDER BY a.id {ORDER[is_upward]} LIMIT :limit
        """,
        before=before or LAST,
        after=after or 0,
        is_local=wanted.origin and wanted.origin is Origin.LOCAL,
        any_state=wanted.states is None,
        states=[one.value for one in wanted.states or ()],
        any_role=wanted.roles is None,
        roles=[one.value for one in wanted.roles or ()],
        invited_by=wanted.invited_by,
        username=_beginning(wanted.username),
        name=_beginning(wanted.name),
        domain=wanted.domain.lower(),
        email=wanted.email.lower(),
        limit=limit,
    )
    return await _accounts_of(connection, from_above(rows, is_upward=is_upward))


async def account(connection: Connection, actor_id: ActorId) -> Account | None:
    """One account, here or elsewhere."""
    return (await accounts_by_id(connection, [actor_id])).get(actor_id)


async def accounts_by_id(
    connection: Connection, actor_ids: Sequence[ActorId]
) -> dict[ActorId, Account]:
    """Several at once."""
    rows = await connection.fetch_all(f"{ACCOUNT} WHERE a.id IN :ids", ids=actor_ids)
    return {one.actor.id: one for one in await _accounts_of(connection, rows)}


async def account_record(connection: Connection, actor_id: ActorId) -> AccountRecord:
    """What one account has come to; how many posts, whoever may see them."""
    row = await connection.fetch_one(
        """
        SELECT
            (SELECT count(*) FROM status WHERE actor_id = :id) AS statuses,
            (SELECT count(*) FROM follow
             WHERE followee_id = :id AND state = 'accepted') AS followers,
            (SELECT count(*) FROM follow
             WHERE follower_id = :id AND state = 'accepted') AS following,
            (SELECT count(*) FROM report WHERE target_id = :id) AS about,
            (SELECT count(*) FROM report WHERE reporter_id = :id) AS by_them,
            EXISTS (SELECT 1 FROM second_step s JOIN local_user u ON u.id = s.user_id
                WHERE u.actor_id = :id AND s.confirmed_at IS NOT NULL) AS two_steps
        """,
        id=actor_id,
    )
    if row is None:
        raise AssertionError("a count that returns nothing")
    return AccountRecord(
        statuses=row["statuses"],
        followers=row["followers"],
        following=row["following"],
        reports_about=row["about"],
        reports_by=row["by_them"],
        has_second_step=bool(row["two_steps"]),
    )


async def count_pending(connection: Connection) -> int:
    """How many wait for somebody to let them in."""
    row = await connection.fetch_one(
        "SELECT count(*) AS n FROM local_user WHERE approved_at IS NULL"
    )
    return int(row["n"]) if row else 0


async def suspended_before(connection: Connection, before: Millis, limit: int) -> list[User]:
    """People here who were suspended by moderators before that moment, and are not erased yet."""
    rows = await connection.fetch_all(
        f"{USER} WHERE {SUSPENDED_BEFORE} ORDER BY u.id LIMIT :limit", before=before, limit=limit
    )
    return [user_of(row) for row in rows]


async def is_suspended_before(connection: Connection, user_id: UserId, before: Millis) -> bool:
    """Whether somebody is one of those."""
    row = await connection.fetch_one(
        f"{USER} WHERE u.id = :id AND {SUSPENDED_BEFORE}", id=user_id, before=before
    )
    return row is not None


async def delete_newcomer(connection: Connection, user: User) -> None:
    """Somebody who was never let in leaves no trace, so that their name is free again."""
    await delete_user(connection, user.id)
    await forget_actor(connection, user.actor.id)


async def _accounts_of(connection: Connection, rows: Sequence[Row]) -> list[Account]:
    hosts = await actors_by_id(connection, [r["u_invited_by"] for r in rows if r["u_invited_by"]])
    return [_account_of(row, hosts.get(row["u_invited_by"])) for row in rows]


def _account_of(row: Row, invited_by: Actor | None) -> Account:
    actor = actor_of(row)
    user = user_of(row) if row["u_id"] else None
    return Account(
        actor,
        state_of(actor, user),
        user,
        row["u_active_at"],
        invited_by,
        row["u_invite_request"] or "",
    )


def _anywhere(words: str) -> str:
    """A pattern for LIKE that finds just these words, anywhere."""
    return f"%{_beginning(words)}"


def _beginning(words: str) -> str:
    """The same for what begins with them."""
    plain = WILDCARDS.sub(r"!\g<0>", words.lower())
    return f"{plain}%"
