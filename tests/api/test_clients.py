"""Real programs as their authors made them: Mastodon.py, and toot from a terminal."""

import asyncio
import io
import json
import os
import queue
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mastodon import Mastodon, MastodonNotFoundError, StreamListener
from mastodon.return_types import Status
from mastodon.streaming import SSEStreamHandle
from websockets import Subprotocol
from websockets.sync.client import connect

from fedlearn.domain.actors import Role
from fedlearn.services import reports
from tests.api.apps import all_allowed
from tests.browser.running import serve
from tests.federation.server import Server
from tests.federation.test_stewardship import person
from tests.pictures import photograph


@pytest.fixture
async def place(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Server]:
    """A server with a port of its own."""
    (tmp_path / "data").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "data" / "fedlearn.db")
    async with serve(tmp_path, embedded_worker=False) as server:
        yield server


def converse(origin: str, token: str) -> None:
    """What a program does with Mastodon.py, one thing after the other."""
    client = Mastodon(access_token=token, api_base_url=origin)
    assert client.account_verify_credentials().acct == "alice"
    picture = client.media_post(io.BytesIO(photograph()), "image/jpeg", description="A meadow")
    made = client.status_post("Look #bees", media_ids=[picture], visibility="unlisted")
    assert (made.visibility, made.media_attachments[0].description) == ("unlisted", "A meadow")
    answer = client.status_reply(made, "Buzz")
    assert [one.id for one in client.status_context(made).descendants] == [answer.id]
    assert client.status_favourite(made).favourited
    assert client.status_reblog(made).reblog.id == made.id
    assert not client.status_unreblog(made).reblogged
    poll = client.make_poll(["yes", "no"], 600)
    assert [one.title for one in client.status_post("?", poll=poll).poll.options] == ["yes", "no"]
    edited = client.status_update(made, "Look again #bees", media_ids=[picture])
    assert "again" in edited.content
    assert len(client.status_history(made)) == 2
    home = client.timeline_home(limit=2)
    assert [one.content for one in client.fetch_next(home) or ()] == [edited.content]
    assert client.fetch_previous(home) == []
    assert [one.acct for one in client.account_search("alice")] == ["alice"]
    assert client.status_delete(answer).text == "@alice Buzz"
    with pytest.raises(MastodonNotFoundError):
        client.status(answer)


async def test_mastodon_py(place: Server) -> None:
    """Mastodon.py posts, reads, answers, marks, edits, pages, searches and deletes."""
    token = await all_allowed(place, "alice")
    await asyncio.to_thread(converse, place.instance.uris.origin, token)


def look_after(origin: str, token: str) -> None:
    """What an admin does with Mastodon.py, one thing after the other."""
    client, today = Mastodon(access_token=token, api_base_url=origin), datetime.now(UTC)
    (report,) = client.admin_reports()
    assert client.admin_report_assign(report).assigned_account.username == "ada"
    found = client.admin_accounts_v2(origin="local", username=report.target_account.username)
    assert [one.email for one in found] == [report.target_account.email]
    client.admin_account_moderate(found[0], "silence", report_id=report, text="Too loud")
    assert client.admin_account(found[0]).silenced
    assert client.admin_reports() == []
    assert client.admin_report(report).action_taken_by_account.username == "ada"
    assert not client.admin_account_unsilence(found[0]).silenced
    assert not client.admin_report_reopen(report).action_taken
    block = client.admin_create_domain_block("far.example", severity="suspend")
    assert client.admin_update_domain_block(block, severity="silence").severity == "silence"
    client.admin_delete_domain_block(block)
    assert client.admin_domain_blocks() == []
    client.admin_delete_email_domain_block(client.admin_create_email_domain_block("x.example"))
    (opened,) = client.admin_measures(today, today, opened_reports=True)
    assert [int(one["value"]) for one in opened.data] == [int(opened.total)] == [1]


async def test_moderating(place: Server) -> None:
    """An admin works on a report, and on what is said of other servers."""
    await person(place, "ada", Role.ADMIN)
    reporter, target = await place.actor("alice"), await place.actor("carol")
    await reports.report(place.instance, reporter, target, comment="Look")
    token = await all_allowed(place, "ada")
    await asyncio.to_thread(look_after, place.instance.uris.origin, token)


class Ear(StreamListener):
    """Hears what Mastodon.py is told on a stream."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: queue.Queue[str] = queue.Queue()

    def on_update(self, status: Status) -> None:
        """A post arrived."""
        self.heard.put(status.content)


def listen_and_post(origin: str, token: str) -> SSEStreamHandle:
    """Mastodon.py posts what it then hears of, on a stream of events and so on a socket."""
    client = Mastodon(access_token=token, api_base_url=origin)
    assert client.stream_healthy()
    ear, socket_address = Ear(), f"{origin.replace('http', 'ws', 1)}/api/v1/streaming?stream=user"
    stream: SSEStreamHandle = client.stream_user(ear, run_async=True, timeout=10)
    with connect(socket_address, subprotocols=[Subprotocol(token)]) as socket:
        assert socket.subprotocol == token
        said: list[str] = []
        while not said:
            client.status_post("Is this heard?")
            said = [ear.heard.get(timeout=10)]
        frame = json.loads(socket.recv(timeout=10))
    assert said == ["<p>Is this heard?</p>"]
    assert (frame["stream"], frame["event"]) == (["user"], "update")
    assert json.loads(frame["payload"])["content"] == said[0]
    return stream


async def test_streams(place: Server) -> None:
    """What is posted is heard by Mastodon.py, and over a real socket."""
    token = await all_allowed(place, "alice")
    stream = await asyncio.to_thread(listen_and_post, place.instance.uris.origin, token)
    # By itself it waits for the next event before it ends.
    stream.closed = True
    place.instance.db.hub.dismiss()
    await asyncio.to_thread(stream.join)


async def test_toot(place: Server, tmp_path: Path) -> None:
    """In a terminal, toot says who one is, posts, and shows the timeline with it."""
    origin, token = place.instance.uris.origin, await all_allowed(place, "alice")
    host = origin.removeprefix("http://")
    app = {"instance": host, "base_url": origin, "client_id": "x", "client_secret": "y"}
    user = {"instance": host, "username": "alice", "access_token": token}
    settings = {
        "apps": {host: app},
        "users": {f"alice@{host}": user},
        "active_user": f"alice@{host}",
    }
    (tmp_path / "toot").mkdir()
    (tmp_path / "toot" / "config.json").write_text(json.dumps(settings), encoding="utf-8")

    async def toot(*words: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "toot",
            *words,
            env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()

    assert "@alice" in await toot("whoami")
    assert "Toot posted" in await toot("post", "From a terminal")
    assert "From a terminal" in await toot("timelines", "home")
