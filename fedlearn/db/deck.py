"""This is where it is remembered which timelines somebody reads side by side."""

from collections.abc import Sequence

from fedlearn.db.database import Connection
from fedlearn.domain.ids import ActorId
from fedlearn.domain.streams import Stream, read_stream


async def columns_of(connection: Connection, owner_id: ActorId) -> list[Stream]:
    """The columns of somebody's deck, the first one first; none where they have chosen none."""
    rows = await connection.fetch_all(
        "SELECT stream FROM deck_column WHERE owner_id = :owner ORDER BY position", owner=owner_id
    )
    # A kind that this version does not know, after a step back, is left alone.
    return [stream for row in rows if (stream := read_stream(row["stream"])) is not None]


async def replace_columns(
    connection: Connection, owner_id: ActorId, columns: Sequence[Stream]
) -> None:
    """From now on these are the columns of somebody's deck."""
    await connection.execute("DELETE FROM deck_column WHERE owner_id = :owner", owner=owner_id)
    await connection.execute_many(
        """
        INSERT INTO deck_column (owner_id, position, stream) VALUES (:owner, :position, :stream)
        """,
        [
            {"owner": owner_id, "position": position, "stream": str(column)}
            for position, column in enumerate(columns)
        ],
    )
