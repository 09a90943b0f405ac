"""What makes the suite cheaper and changes nothing that it proves: a plugin of pytest.

Passwords are hashed with argon2id's smallest parameters in the process of the tests: some thousands of hashes, a tenth of a
second each otherwise. What a real one costs is proved in tests/spec/release/test_accounts.py, which takes SHIPPED; servers in
processes of their own have it anyway.

Nothing waits for the disk: no test cuts the power, and a process that is killed loses nothing that was written. What the
register asks of SQLite is proved in tests/spec/store/test_register_faults.py, which takes PREPARED.

The parser of the command line is made once a process for commands that run inside it, an eighth of a second each time
otherwise. A command in a process of its own makes it anew.

Catalogues and what is imported stay until the end: the collector does not look for garbage among them.
"""

from __future__ import annotations

import gc
import os
import sqlite3
from functools import cache
from typing import Final

import pytest
import typer.testing
from argon2 import PasswordHasher

from greffe.release.access import passwords
from greffe.store import database

SHIPPED: Final = passwords._HASHER
PREPARED: Final = database._prepare_sqlite
SMALL: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # while files are imported and tests collected
    passwords._HASHER = SMALL  # type: ignore[misc]
    database._prepare_sqlite = _unwaiting
    os.fsync = lambda _file: None
    typer.testing._get_command = cache(typer.testing._get_command)  # type: ignore[attr-defined]


def _unwaiting(connection: sqlite3.Connection, record: object) -> None:
    PREPARED(connection, record)
    connection.execute("PRAGMA synchronous = OFF")


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 20)
