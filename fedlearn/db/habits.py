"""This is where it is remembered how people post where they say nothing else."""

from fedlearn.db.database import Connection, Row
from fedlearn.domain.audience import Reach
from fedlearn.domain.habits import Habits
from fedlearn.domain.ids import UserId
from fedlearn.domain.quotes import QuotePolicy


async def set_habits(connection: Connection, user_id: UserId, habits: Habits) -> None:
    """Somebody posts like this from now on."""
    await connection.execute(
        """
        UPDATE local_user SET posting_reach = :reach, posting_is_sensitive = :is_sensitive,
            posting_quote_policy = :quote_policy
        WHERE id = :id
        """,
        id=user_id,
        reach=habits.reach.value,
        is_sensitive=habits.is_sensitive,
        quote_policy=habits.quote_policy.value,
    )


def habits_of(row: Row) -> Habits:
    """The habits in a row of the USER query."""
    return Habits(
        Reach(row["u_posting_reach"]),
        bool(row["u_posting_is_sensitive"]),
        QuotePolicy(row["u_posting_quote_policy"]),
    )
