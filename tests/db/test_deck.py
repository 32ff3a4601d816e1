"""Which timelines somebody reads side by side is kept in their order."""

from fedlearn.db.database import Connection
from fedlearn.db.deck import columns_of, replace_columns
from fedlearn.domain.streams import Stream, StreamKind, read_stream
from tests.builders import local

SEARCH = Stream(StreamKind.SEARCH, "bees: how, and why?")
HOME = Stream(StreamKind.HOME)


async def test_columns_are_kept_in_order(connection: Connection) -> None:
    """Columns come back as they were arranged last, and each person has their own."""
    alice, bob = await local(connection), await local(connection, "bob")
    assert await columns_of(connection, alice.id) == []
    await replace_columns(connection, alice.id, [HOME, SEARCH])
    await replace_columns(connection, alice.id, [SEARCH, HOME])
    assert await columns_of(connection, alice.id) == [SEARCH, HOME]
    assert await columns_of(connection, bob.id) == []


async def test_column_of_another_version(connection: Connection) -> None:
    """A kind of column that nobody knows here is passed over."""
    alice = await local(connection)
    await replace_columns(connection, alice.id, [HOME])
    await connection.execute(
        "INSERT INTO deck_column (owner_id, position, stream) VALUES (:id, 1, 'weather:Rome')",
        id=alice.id,
    )
    assert await columns_of(connection, alice.id) == [HOME]


def test_streams_are_read_as_they_are_written() -> None:
    """The name of a stream leads back to it; what is none is not taken for one."""
    for stream in (HOME, SEARCH, Stream(StreamKind.LIST, "5"), Stream(StreamKind.HASHTAG, "bees")):
        assert read_stream(str(stream)) == stream
    for text in ("", "weather", "home:1", "list:", "list:x", "list:٣", "list:" + "1" * 19, "tag: "):
        assert read_stream(text) is None, text
