"""What is committed is told to who watches: in this process, and in others on the same database."""

import asyncio

import pytest

from fedlearn.db import hub as hub_module
from fedlearn.db import sqlite as sqlite_module
from fedlearn.db.database import Connection, Database
from fedlearn.db.homes import add_to_homes
from fedlearn.db.hub import Listener
from fedlearn.db.notifications import insert_notification, mark_read
from fedlearn.db.postgres import PostgresDatabase, open_postgres
from fedlearn.db.sessions import delete_session, insert_session
from fedlearn.db.sqlite import open_sqlite
from fedlearn.db.statuses import delete_status
from fedlearn.domain.audience import Reach, Scope
from fedlearn.domain.events import Deleted, Edited, News
from fedlearn.domain.ids import ActorId, StatusId
from fedlearn.domain.notifications import NotificationKind
from fedlearn.settings import Settings
from tests.builders import local, says, signs_up

EDITED = Edited(StatusId(7))


@pytest.fixture(autouse=True)
def short_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are gathered for a blink, and other processes asked often."""
    monkeypatch.setattr(hub_module, "PAUSE", 0.01)
    monkeypatch.setattr(sqlite_module, "BETWEEN_LOOKS", 0.02)


async def heard(listener: Listener) -> News:
    """What the listener hears next."""
    news = await listener.next(5)
    assert news is not None
    return news


async def announce(database: Database, *, fail: bool = False) -> None:
    """A transaction that says something, and may come to nothing."""
    async with database.write() as connection:
        connection.announce(EDITED)
        if fail:
            raise ZeroDivisionError


async def test_committed_is_told(db: Database) -> None:
    """An event is heard when its transaction is committed, and never when it is undone."""
    async with db.hub.listen() as listener:
        with pytest.raises(ZeroDivisionError):
            await announce(db, fail=True)
        assert await listener.next(0.05) is None
        await announce(db)
        assert (await heard(listener)).edited == {7}


async def test_what_people_do_is_told(db: Database) -> None:
    """A post, where it stands, its end, a notification and the end of a session are all told."""
    async with db.write() as connection:
        alice, bob = await local(connection), await local(connection, "bob")
        dora = await signs_up(connection, "dora")
    async with db.hub.listen() as listener:
        async with db.write() as connection:
            status = await says(
                connection, alice, reach=Reach.DIRECT, scope=Scope.ORG, naming=[bob]
            )
            await add_to_homes(connection, [bob.id], status.id)
        news = await heard(listener)
        assert (news.authors, news.at_homes_of) == ({alice.id}, {bob.id})
        async with db.write() as connection:
            await tell(connection, bob.id, alice.id, status.id)
        assert (await heard(listener)).told == {bob.id}
        async with db.write() as connection:
            await delete_status(connection, status.id)
            await delete_status(connection, status.id)
        assert list((await heard(listener)).deleted.values()) == [
            Deleted(status.id, alice.id, Reach.DIRECT, Scope.ORG, (bob.id,))
        ]
        async with db.write() as connection:
            await mark_read(connection, bob.id, 10)
            await insert_session(connection, dora.id, "hash", "")
            await delete_session(connection, "hash")
            await delete_session(connection, "no such session")
        news = await heard(listener)
        assert (news.told, news.signed_out) == ({bob.id}, {dora.id})


async def tell(
    connection: Connection, owner: ActorId, sender: ActorId, status_id: StatusId
) -> None:
    """One is told that another has named them."""
    await insert_notification(
        connection,
        owner_id=owner,
        sender_id=sender,
        kind=NotificationKind.MENTION,
        status_id=status_id,
    )


async def test_processes_on_postgres_hear_each_other(postgres_settings: Settings) -> None:
    """What one process commits, another hears as it was, and itself hears once."""
    one = await open_postgres(postgres_settings.database)
    other = await open_postgres(postgres_settings.database)
    try:
        async with one.hub.listen() as here, other.hub.listen() as there:
            await announce(one)
            assert (await heard(there)).edited == {7}
            assert (await heard(here)).edited == {7}
            assert await here.next(0.2) is None
    finally:
        await one.close()
        await other.close()


async def test_last_words_of_a_process(postgres_settings: Settings) -> None:
    """A command that ends right after its change has told of it."""
    one = await open_postgres(postgres_settings.database)
    other = await open_postgres(postgres_settings.database)
    try:
        async with other.hub.listen() as there:
            await announce(one)
            await one.close()
            assert (await heard(there)).edited == {7}
    finally:
        await other.close()


async def test_announcements_that_were_lost(
    postgres_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the connection for announcements breaks, it is mended, and one looks everywhere."""
    monkeypatch.setattr("fedlearn.db.postgres.BETWEEN_LOOKS", 0.05)
    database: PostgresDatabase = await open_postgres(postgres_settings.database)
    try:
        async with database.hub.listen() as listener:
            async with database.write() as connection:
                await connection.fetch_all(
                    "SELECT pg_terminate_backend(:pid)", pid=database._listener.get_server_pid()
                )
            assert (await heard(listener)).is_anything
            await announce(database)
            # It may have taken two tries, and each says "look everywhere".
            while not (news := await heard(listener)).edited:
                assert news.is_anything
    finally:
        await database.close()


async def test_processes_on_sqlite_notice_each_other(sqlite_settings: Settings) -> None:
    """Another process that writes into the same file is noticed; one's own writes are no reason."""
    one = await open_sqlite(sqlite_settings.sqlite_path)
    other = await open_sqlite(sqlite_settings.sqlite_path)
    try:
        async with other.hub.listen() as there:
            async with other.write() as connection:
                await local(connection, "bob")
            await asyncio.sleep(0.1)
            assert await there.next(0.1) is None
            async with one.write() as connection:
                await local(connection, "alice")
            assert (await heard(there)).is_anything
    finally:
        await one.close()
        await other.close()
