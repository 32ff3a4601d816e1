"""This is where activities wait to be sent, one row for each inbox.

An activity's bytes are stored once. Deliveries to one inbox that have the same `order_key` leave in
the order in which they were written, so a Delete never overtakes its Create.
"""

from collections.abc import Collection, Iterable, Sequence

from fedlearn.db.actors import own_key_of
from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import MINUTE_MS, ActorId, Millis, now
from fedlearn.domain.jobs import Delivery

LEASE_MS = 2 * MINUTE_MS
CONSIDERED_FOR_EACH = 8


async def insert_deliveries(
    connection: Connection,
    *,
    sender_id: ActorId,
    status_id: int | None,
    order_key: str,
    body: bytes,
    inboxes: Iterable[tuple[str, str]],
    key_id: int | None = None,
    syncs_followers: bool = False,
) -> None:
    """Have one activity sent to these inboxes, given with their hosts.

    For a host that is left alone it waits until that is over.
    The database itself refuses an activity about a status of scope `org`.
    """
    at = now()
    row = await connection.fetch_one(
        """
        INSERT INTO outgoing_activity (
            sender_id, key_id, status_id, syncs_followers, order_key, body, created_at)
        VALUES (:sender, :key_id, :status, :syncs_followers, :order_key, :body, :at) RETURNING id
        """,
        sender=sender_id,
        key_id=key_id,
        status=status_id,
        syncs_followers=syncs_followers,
        order_key=order_key,
        body=body,
        at=at,
    )
    if row is None:
        raise AssertionError("an insert that returns nothing")
    await connection.execute_many(
        """
        INSERT INTO delivery (activity_id, inbox, host, order_key, run_at, attempts, locked_until)
        VALUES (:activity, :inbox, :host, :order_key, coalesce(
            (SELECT h.open_until FROM host h WHERE h.name = :host AND h.open_until > :at), :at),
            0, 0)
        """,
        [
            {"activity": row["id"], "inbox": inbox, "host": host, "order_key": order_key, "at": at}
            for inbox, host in inboxes
        ],
    )
    connection.announce_work()


async def claim_deliveries(
    connection: Connection,
    *,
    limit: int,
    per_host: int,
    busy_hosts: Sequence[str],
    doubtful: int | None = None,
) -> list[Delivery]:
    """Take the next deliveries that are due: few to each host.

    A host that failed or was slow lately is doubtful: it gets one, and only so many such hosts do,
    so that those who are well never wait for those who are not.

    Only some of the oldest are looked at, so a long queue costs no more than a short one. A host
    with more than its share among them is busy at the next look, and then others are seen.
    """
    rows = await connection.fetch_all(
        """
        UPDATE delivery SET locked_until = :until, attempts = attempts + 1 WHERE id IN (
            SELECT c.id FROM delivery c WHERE c.id IN (
                SELECT fair.id FROM (
                    SELECT ranked.id, ranked.run_at, ranked.doubt,
                        sum(ranked.doubt) OVER (ORDER BY ranked.run_at, ranked.id) AS doubts
                    FROM (
                        SELECT due.id, due.run_at, due.doubt, row_number() OVER (
                            PARTITION BY due.host ORDER BY due.run_at, due.id) AS place
                        FROM (
                            SELECT d.id, d.run_at, d.host,
                                CASE WHEN h.name IS NULL THEN 0 ELSE 1 END AS doubt
                            FROM delivery d LEFT JOIN host h ON h.name = d.host
                            WHERE d.dead_at IS NULL AND d.run_at <= :at AND d.locked_until <= :at
                                AND NOT (d.host IN :busy_hosts)
                                AND (h.name IS NULL OR (:doubtful > 0 AND h.open_until <= :at))
                                AND NOT EXISTS (
                                    SELECT 1 FROM delivery e
                                    WHERE e.inbox = d.inbox AND e.order_key = d.order_key
                                        AND e.id < d.id AND e.dead_at IS NULL)
                            ORDER BY d.run_at, d.id LIMIT :considered) due
                    ) ranked
                    WHERE ranked.place <= CASE WHEN ranked.doubt = 0 THEN :per_host ELSE 1 END
                ) fair
                WHERE fair.doubt = 0 OR fair.doubts <= :doubtful
                ORDER BY fair.run_at, fair.id LIMIT :limit)
            AND c.locked_until <= :at
            FOR UPDATE SKIP LOCKED)
        RETURNING id, activity_id, inbox, host, attempts
        """,
        at=now(),
        until=now() + LEASE_MS,
        limit=limit,
        per_host=per_host,
        busy_hosts=busy_hosts,
        doubtful=limit if doubtful is None else doubtful,
        considered=CONSIDERED_FOR_EACH * limit,
    )
    return await _with_activities(connection, rows)


async def _with_activities(connection: Connection, rows: Sequence[Row]) -> list[Delivery]:
    activities = await _activities(connection, {row["activity_id"] for row in rows})
    doubtful = await _doubtful_hosts(connection, {row["host"] for row in rows})
    return [
        _delivery_of(row, activities[row["activity_id"]], is_doubtful=row["host"] in doubtful)
        for row in sorted(rows, key=lambda row: int(row["id"]))
    ]


async def _activities(connection: Connection, ids: Collection[int]) -> dict[int, Row]:
    """Activities, each with the key to sign it: the one that was chosen, or its sender's newest."""
    rows = await connection.fetch_all(
        """
        SELECT o.id AS activity_id, o.sender_id, o.status_id, o.body, o.created_at,
            o.syncs_followers,
            k.id, k.uri, k.pem, k.sealed, a.uri AS owner
        FROM outgoing_activity o JOIN actor a ON a.id = o.sender_id
        LEFT JOIN actor_key k ON k.actor_id = o.sender_id AND k.sealed IS NOT NULL
            AND CASE WHEN o.key_id IS NULL THEN k.retired_at IS NULL ELSE k.id = o.key_id END
        WHERE o.id IN :ids
        """,
        ids=ids,
    )
    return {row["activity_id"]: row for row in rows}


async def _doubtful_hosts(connection: Connection, hosts: Collection[str]) -> set[str]:
    rows = await connection.fetch_all("SELECT name FROM host WHERE name IN :hosts", hosts=hosts)
    return {row["name"] for row in rows}


def _delivery_of(row: Row, activity: Row, *, is_doubtful: bool) -> Delivery:
    return Delivery(
        id=int(row["id"]),
        inbox=row["inbox"],
        host=row["host"],
        sender_id=ActorId(activity["sender_id"]),
        key=None if activity["id"] is None else own_key_of(activity),
        body=bytes(activity["body"]),
        status_id=activity["status_id"],
        syncs_followers=bool(activity["syncs_followers"]),
        attempts=int(row["attempts"]),
        created_at=Millis(activity["created_at"]),
        is_doubtful=is_doubtful,
    )


async def finish_deliveries(connection: Connection, ids: Sequence[int]) -> None:
    """These have arrived, or never will and need not be kept."""
    await connection.execute("DELETE FROM delivery WHERE id IN :ids", ids=ids)


async def retry_delivery(
    connection: Connection, delivery_id: int, run_at: Millis, error: str
) -> None:
    """This one failed and is tried again later."""
    await connection.execute(
        "UPDATE delivery SET locked_until = 0, run_at = :run_at, last_error = :error"
        " WHERE id = :id",
        id=delivery_id,
        run_at=run_at,
        error=error,
    )


async def hasten_oldest(connection: Connection, host: str) -> None:
    """The oldest delivery that waits for this host is tried at once."""
    await connection.execute(
        """
        UPDATE delivery SET run_at = :at WHERE run_at > :at AND id = (
            SELECT min(d.id) FROM delivery d WHERE d.host = :host AND d.dead_at IS NULL)
        """,
        host=host,
        at=now(),
    )
    connection.announce_work()


async def bury_delivery(connection: Connection, delivery_id: int, error: str) -> None:
    """This one failed for good; it is kept for a while, with the reason."""
    await connection.execute(
        "UPDATE delivery SET dead_at = :at, last_error = :error WHERE id = :id",
        id=delivery_id,
        at=now(),
        error=error,
    )


async def bury_old_deliveries(connection: Connection, before: Millis) -> None:
    """Give up on what was written before then and still waits: its host has been away too long."""
    await connection.sweep(
        """
        UPDATE delivery SET dead_at = :at, last_error = coalesce(last_error, 'it waited too long')
        WHERE dead_at IS NULL
            AND activity_id IN (SELECT id FROM outgoing_activity WHERE created_at < :before)
        """,
        at=now(),
        before=before,
    )


async def forget_sent(connection: Connection, before: Millis) -> None:
    """Drop dead deliveries from before then, and activities that nothing waits for."""
    await connection.sweep("DELETE FROM delivery WHERE dead_at < :before", before=before)
    await connection.sweep(
        """
        DELETE FROM outgoing_activity WHERE NOT EXISTS (
            SELECT 1 FROM delivery d WHERE d.activity_id = outgoing_activity.id)
        """
    )


async def count_deliveries(connection: Connection) -> dict[str, int]:
    """How many wait, and how many are dead."""
    row = await connection.fetch_one(
        """
        SELECT count(*) FILTER (WHERE dead_at IS NULL) AS waiting,
            count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead
        FROM delivery
        """
    )
    return {"waiting": int(row["waiting"]), "dead": int(row["dead"])} if row else {}


async def drop_deliveries_of(connection: Connection, sender_id: ActorId) -> None:
    """Drop what waits to be sent by an actor."""
    await connection.sweep(
        """
        DELETE FROM delivery WHERE activity_id IN (
            SELECT id FROM outgoing_activity WHERE sender_id = :sender)
        """,
        sender=sender_id,
    )


async def drop_deliveries_to(connection: Connection, domain: str) -> None:
    """Drop what waits for a domain and its subdomains."""
    await connection.sweep(
        """
        DELETE FROM delivery WHERE host = :domain OR host LIKE :below
            OR host LIKE :with_port OR host LIKE :below_with_port
        """,
        domain=domain,
        below=f"%.{domain}",
        with_port=f"{domain}:%",
        below_with_port=f"%.{domain}:%",
    )
