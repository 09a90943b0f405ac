"""Large answers as files: whole or not there, the oldest go first, nothing that is in use."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from greffe.web.kept import Dumps


def test_a_file_is_whole_or_not_there(tmp_path: Path):
    """An answer that breaks off leaves nothing behind."""

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    dumps = Dumps(tmp_path, 1_000)
    with pytest.raises(RuntimeError):
        list(dumps.keeping('"a"', broken()))
    with pytest.raises(RuntimeError):
        dumps.whole('"a"', broken())
    assert (dumps.path('"a"'), list(tmp_path.iterdir())) == (None, [])
    assert list(dumps.keeping('"a"', iter([b"one", b"two"]))) == [b"one", b"two"]
    assert dumps.path('"a"').read_bytes() == b"onetwo"


def test_room_is_made_by_what_was_not_used_for_longest(tmp_path: Path):
    """Files used within a minute stay, whether they are being sent or still written."""
    dumps = Dumps(tmp_path, 100)
    for name, age in (("old", 900), ("older", 1_800), ("fresh", 1), ("part-x", 1)):
        (tmp_path / name).write_bytes(b"x" * 40)
        (tmp_path / f"{name}.sha256").write_text(hashlib.sha256(b"x" * 40).hexdigest())
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    dumps.whole('"new"', iter([b"x" * 20]))
    there = sorted(p.name for p in tmp_path.iterdir() if p.suffix != ".sha256")
    assert there == ["fresh", "new", "part-x"]
    assert sorted(p.stem for p in tmp_path.glob("*.sha256")) == there


@pytest.mark.parametrize("harm", ["zeros", "empty", "a bit", "no sum"])
@pytest.mark.parametrize("opened_before", [True, False])
def test_what_is_not_what_was_written_is_never_sent(tmp_path: Path, harm: str, opened_before: bool):
    """What a power cut left of it, or a bad disk: it is made again. Being used does not make it another one."""
    Dumps(tmp_path, 1_000).whole('"a"', iter([b"one", b"two"]))
    dumps, file = Dumps(tmp_path, 1_000), tmp_path / "a"
    if opened_before:
        assert dumps.path('"a"') == file
        assert dumps.path('"a"') == file
    time.sleep(0.01)
    if harm == "no sum":
        (tmp_path / "a.sha256").unlink()
        dumps = Dumps(tmp_path, 1_000)
    else:
        file.write_bytes({"zeros": bytes(6), "empty": b"", "a bit": b"onetwn"}[harm])
    assert dumps.path('"a"') is None
    assert dumps.whole('"a"', iter([b"one", b"two"])).read_bytes() == b"onetwo"
    assert dumps.path('"a"') == file


def test_what_is_too_large_is_sent_and_not_kept(tmp_path: Path):
    """A quarter of the room is the most that one answer may take."""
    dumps = Dumps(tmp_path, 100)
    assert b"".join(dumps.keeping('"a"', iter([b"x" * 20] * 3))) == b"x" * 60
    assert list(tmp_path.iterdir()) == []
