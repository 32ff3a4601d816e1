"""How little another program gets of us, and how soon it ends."""

import asyncio
from pathlib import Path

import pytest

from fedlearn import ffmpeg
from fedlearn.errors import Invalid, StartError
from fedlearn.ffmpeg import Contents, Format, Stream, find_ffmpeg
from fedlearn.settings import Settings


def programs(folder: Path, does: str) -> Settings:
    """Settings with both programs, which do this instead."""
    for name in ("ffmpeg", "ffprobe"):
        path = folder / name
        path.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        path.chmod(0o755)
    return Settings(ffmpeg=str(folder / "ffmpeg"))


async def record(settings: Settings, source: Path) -> None:
    """Ask for a film."""
    found = find_ffmpeg(settings)
    assert found is not None
    await found.record(source)


async def test_it_is_told_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no setting of ours, hears nothing, and knows what it may take."""
    monkeypatch.setenv("FEDLEARN_S3_SECRET_KEY", "canary")
    told = tmp_path / "told"
    does = f'(env; cat; ulimit -v; ulimit -t; ulimit -f; nice; echo "$@") >{told}'
    with pytest.raises(Invalid):
        await record(programs(tmp_path, does), tmp_path / "x")
    said = told.read_text()
    assert "FEDLEARN" not in said
    assert "canary" not in said
    lines = said.splitlines()
    assert {str(ffmpeg.MOST_MEMORY), "400", str(ffmpeg.LARGEST_FILE)} <= set(lines)
    assert "-protocol_whitelist file -format_whitelist" in lines[-1]


async def test_it_does_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes too long is ended, and so is what nobody waits for any more."""
    number = tmp_path / "number"
    settings = programs(tmp_path, f"echo $$ >{number}; exec sleep 600")
    monkeypatch.setattr(ffmpeg, "LONGEST_LOOK", 0.3)
    with pytest.raises(Invalid, match="too long"):
        await record(settings, tmp_path / "x")
    assert not is_running(number)
    monkeypatch.setattr(ffmpeg, "LONGEST_LOOK", 60.0)
    number.unlink()
    waiting = asyncio.create_task(record(settings, tmp_path / "x"))
    while not number.exists() or not number.read_text():  # noqa: ASYNC110 - told by a file
        await asyncio.sleep(0.02)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not is_running(number)


def is_running(number: Path) -> bool:
    """Whether there is a process with the number in a file."""
    return Path(f"/proc/{number.read_text().strip()}").exists()


@pytest.mark.parametrize("said", ["", "{", '{"streams": 7}', '{"streams": [{"index": "x"}]}'])
async def test_it_says_nothing_sensible(tmp_path: Path, said: str) -> None:
    """What it says of a file is read with care."""
    does = f"""while [ "$1" != -o ]; do shift; done; printf '%s' '{said}' >"$2" """
    with pytest.raises(Invalid):
        await record(programs(tmp_path, does), tmp_path / "x")


def test_it_is_not_there(tmp_path: Path) -> None:
    """Without it there is none; one without its other half is a mistake of whoever installed it."""
    assert find_ffmpeg(Settings(ffmpeg="")) is None
    assert find_ffmpeg(Settings(ffmpeg=str(tmp_path / "ffmpeg"))) is None
    settings = programs(tmp_path, "exit 0")
    (tmp_path / "ffprobe").unlink()
    with pytest.raises(StartError, match="no ffprobe"):
        find_ffmpeg(settings)


@pytest.mark.parametrize(
    ("rate", "is_"),
    [("30/1", 30.0), ("30000/1001", 29.97), ("0/0", 0.0), ("", 0.0), ("7", 0.0), ("1/x", 0.0)],
)
def test_frame_rate(rate: str, is_: float) -> None:
    """A rate is a fraction; what is none is not known."""
    assert Stream(0, avg_frame_rate=rate).frame_rate == pytest.approx(is_, abs=0.01)


@pytest.mark.parametrize(
    ("said", "seconds"), [("1.5", 1.5), ("N/A", 0), ("", 0), ("nan", 0), ("inf", 0), ("-4", 0)]
)
def test_length(said: str, seconds: float) -> None:
    """So is what is no length."""
    assert Format(duration=said).seconds == seconds


def test_cover_is_no_film() -> None:
    """The picture of a song's cover does not make it a film."""
    cover = Stream(0, "video", disposition={"attached_pic": 1})
    song = Contents([cover, Stream(1, "audio")])
    assert song.first("video") is None
    assert song.first("audio") == Stream(1, "audio")


@pytest.mark.parametrize(
    "film",
    [
        Stream(0, "video", 3841, 2160),
        Stream(0, "video", 1 << 40, 1 << 40),
        Stream(0, "video", 64, 64, "121/1"),
    ],
)
def test_too_much_to_look_at(film: Stream) -> None:
    """Too many points or pictures are refused before anything is unpacked."""
    with pytest.raises(Invalid, match="This video has"):
        ffmpeg._check_frames(film)
