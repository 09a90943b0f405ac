"""A disk that is full is said to be full, and where: not "disk I/O error"."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from greffe.errors import DiskFailed, Unavailable
from greffe.store import database
from greffe.store.register import SqlRegister


def test_sqlite_says_that_it_is_full(tmp_path: Path):
    """SQLite itself refuses to grow the file, as it does where the disk has no room for the next page."""
    address = f"sqlite:///{tmp_path}/register.sqlite"
    SqlRegister(address).close()
    engine = database.as_it_is(address)
    with pytest.raises(DiskFailed, match="no room") as told, database.writing(engine) as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))  # never below what there is
        for _ in range(10_000):
            connection.execute(text("CREATE TABLE IF NOT EXISTS grows (x)"))
            connection.execute(text("INSERT INTO grows VALUES (zeroblob(100000))"))
    assert str(tmp_path) in told.value.text()
    engine.dispose()


@pytest.mark.parametrize(("free", "kind"), [(0, DiskFailed), (10**9, Unavailable)])
def test_what_cannot_grow_beside_it_is_asked_of_the_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, kind: type[Unavailable]
):
    """Of a file beside the register SQLite says "disk I/O error", whether the disk is full or broken."""
    engine = database.as_it_is(f"sqlite:///{tmp_path}/register.sqlite")
    asked: list[str] = []
    monkeypatch.setattr(os, "statvfs", _system(asked, free))
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    with pytest.raises(Unavailable) as told, database.reading(engine) as connection:
        raise database.OperationalError("COMMIT", {}, error, connection_invalidated=connection.invalidated)
    assert type(told.value) is kind
    assert asked == [str(tmp_path)]
    assert ("disk I/O" in told.value.text()) is (kind is Unavailable)
    engine.dispose()


def _system(asked: list[str], free: int) -> Callable[[Path], os.statvfs_result]:
    def told(path: Path) -> os.statvfs_result:
        asked.append(str(path))
        return os.statvfs_result((1, 1, 10**6, free, free, 1, 1, 1, 0, 255))

    return told
