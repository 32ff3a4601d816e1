"""This is where it is remembered which apps want to be woken, one subscription for each token."""

from collections.abc import Sequence

from fedlearn.db.database import Connection, Row
from fedlearn.domain.ids import ActorId, now
from fedlearn.domain.notifications import NotificationKind
from fedlearn.domain.oauth import TokenId
from fedlearn.domain.push import PushId, PushKeys, PushPolicy, PushSubscription, PushWishes


async def store_subscription(
    connection: Connection,
    *,
    token_id: TokenId,
    owner_id: ActorId,
    endpoint: str,
    keys: PushKeys,
    wishes: PushWishes,
    is_standard: bool,
    sealed_token: bytes,
) -> PushSubscription:
    """What an app wants from now on, instead of what it wanted before."""
    await delete_of_token(connection, token_id)
    row = await connection.fetch_one(
        """
        INSERT INTO push_subscription (
            token_id, owner_id, endpoint, p256dh, auth, alerts, policy, is_standard, sealed_token,
            created_at)
        VALUES (
            :token_id, :owner_id, :endpoint, :p256dh, :auth, :alerts, :policy, :is_standard,
            :sealed_token, :at)
        RETURNING *
        """,
        token_id=token_id,
        owner_id=owner_id,
        endpoint=endpoint,
        p256dh=keys.p256dh,
        auth=keys.auth,
        alerts=_written(wishes),
        policy=wishes.policy.value,
        is_standard=is_standard,
        sealed_token=sealed_token,
        at=now(),
    )
    if row is None:
        raise AssertionError("a row that was just stored is not there")
    return _subscription_of(row)


async def change_wishes(connection: Connection, push_id: PushId, wishes: PushWishes) -> None:
    """An app wants to be woken for something else."""
    await connection.execute(
        "UPDATE push_subscription SET alerts = :alerts, policy = :policy WHERE id = :id",
        id=push_id,
        alerts=_written(wishes),
        policy=wishes.policy.value,
    )


async def subscription_of_token(
    connection: Connection, token_id: TokenId
) -> PushSubscription | None:
    """What the app with this token wants, if anything."""
    row = await connection.fetch_one(
        "SELECT * FROM push_subscription WHERE token_id = :token_id", token_id=token_id
    )
    return _subscription_of(row) if row else None


async def subscription_by_id(connection: Connection, push_id: PushId) -> PushSubscription | None:
    """The subscription with this id."""
    row = await connection.fetch_one("SELECT * FROM push_subscription WHERE id = :id", id=push_id)
    return _subscription_of(row) if row else None


async def subscriptions_of(connection: Connection, owner_id: ActorId) -> Sequence[PushSubscription]:
    """How the apps of somebody are reached."""
    rows = await connection.fetch_all(
        "SELECT * FROM push_subscription WHERE owner_id = :owner_id ORDER BY id", owner_id=owner_id
    )
    return [_subscription_of(row) for row in rows]


async def delete_of_token(connection: Connection, token_id: TokenId) -> None:
    """The app with this token wants to be woken no more."""
    await connection.execute(
        "DELETE FROM push_subscription WHERE token_id = :token_id", token_id=token_id
    )


async def delete_subscription(connection: Connection, push_id: PushId) -> None:
    """Nobody is reached in this way any more."""
    await connection.execute("DELETE FROM push_subscription WHERE id = :id", id=push_id)


def _written(wishes: PushWishes) -> str:
    return " ".join(sorted(kind.value for kind in wishes.alerts))


def _subscription_of(row: Row) -> PushSubscription:
    alerts = frozenset(map(NotificationKind, row["alerts"].split()))
    return PushSubscription(
        PushId(row["id"]),
        TokenId(row["token_id"]),
        ActorId(row["owner_id"]),
        row["endpoint"],
        PushKeys(bytes(row["p256dh"]), bytes(row["auth"])),
        PushWishes(alerts, PushPolicy(row["policy"])),
        bool(row["is_standard"]),
        bytes(row["sealed_token"]),
    )
