"""The register when things go wrong: altered rows, rivals, kills, another version, no database."""

import hashlib
import multiprocessing
import os
import signal
import sqlite3
import sys
import threading
from datetime import UTC, datetime

import pytest
from frugal import PREPARED
from journey_tools import inside
from sqlalchemy import create_engine

from greffe.errors import BadDefinition, Broken, Conflict, Refused, Unavailable, Unsupported
from greffe.store import database, entering
from greffe.store.base import Actor
from greffe.store.register import SqlRegister

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANA = Actor("ana")


@pytest.fixture
def filled(address):
    register = SqlRegister(address)
    register.add_person(ANA, NOON, "ana", ["approver"])
    for n in range(4):
        register.append(ANA, NOON, "note", str(n), {"n": n}, contents=[f"content {n}".encode()])
    yield register
    register.close()


def altered(address, statement):
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE entries SET payload = '{\"n\":7}' WHERE number = 3", "Entry 3 (note 1) is not what was written."),
        ("UPDATE entries SET actor = 'eve' WHERE number = 5", "Entry 5 (note 3) is not what was written."),
        ("UPDATE entries SET contents = '[]' WHERE number = 2", "Entry 2 (note 0) is not what was written."),
        ("DELETE FROM entries WHERE number = 3", "Entry 3 is missing: after 2 comes 4."),
        ("UPDATE entries SET previous = '' WHERE number = 4", "Entry 4 does not continue the entry before it."),
        ("UPDATE people SET roles = '[\"admin\"]'", "The table of people is not what the entries say."),
    ],
)
def test_an_altered_row_is_told(address, filled, statement, fault):
    assert list(filled.verify()) == []
    altered(address, statement)
    assert fault in list(filled.verify())


def test_altered_and_lost_contents_are_told(address, filled):
    sums = [hashlib.sha256(f"content {n}".encode()).hexdigest() for n in range(4)]
    other = f"(SELECT bytes FROM contents WHERE checksum = '{sums[1]}')"
    altered(address, f"UPDATE contents SET bytes = {other} WHERE checksum = '{sums[0]}'")
    altered(address, f"DELETE FROM contents WHERE checksum = '{sums[2]}'")
    assert list(filled.verify()) == [
        f"Content {sums[0]} of entry 2 is not what was written.",
        f"Content {sums[2]} of entry 4 is missing.",
    ]


def test_threads_share_one_register(address):
    register = SqlRegister(address)
    register.add_person(ANA, NOON, "ana", [])
    won = []

    def work(who):
        for n in range(10):
            try:
                register.append(ANA, NOON, "release.made", f"A#{n}", {"who": who}, once=f"A {n}")
                won.append(n)
            except Conflict:
                pass
            register.append(ANA, NOON, "note", str(who), {"n": n})

    threads = [threading.Thread(target=work, args=(w,)) for w in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(won) == list(range(10))
    assert register.head() == 1 + 10 + 40
    assert list(register.verify()) == []
    register.close()


def _process(address, who, ready):
    register = SqlRegister(address)  # all at once, on an empty database: migrations must not collide
    ready.wait()
    try:
        register.add_person(ANA, NOON, "ana", [])
    finally:
        for n in range(10):
            register.append(ANA, NOON, "note", f"{who}", {"n": n})
    register.close()


def test_processes_open_and_write_together(address):
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(3)
    workers = [context.Process(target=_process, args=(address, w, ready)) for w in range(3)]
    for w in workers:
        w.start()
    for w in workers:
        w.join(60)
    assert [w.exitcode for w in workers] == [0, 0, 0]
    register = SqlRegister(address)
    assert register.head() == 33
    assert list(register.verify()) == []
    register.close()


def test_a_forked_child_does_not_use_its_parents_connection(address):
    register = SqlRegister(address)
    register.add_person(ANA, NOON, "ana", [])
    child = os.fork()
    if child == 0:
        try:
            register.append(ANA, NOON, "note", "child", {})
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    register.append(ANA, NOON, "note", "parent", {})
    assert [e.subject for e in register.read(after=1)] == ["child", "parent"]
    assert list(register.verify()) == []
    register.close()


def _die_before_the_commit(address):
    def dying(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    register = SqlRegister(address)
    entering.next_entry = dying  # inside the transaction
    register.append(ANA, NOON, "note", "never", {}, contents=[b"never"])


def test_a_kill_inside_a_transaction_leaves_nothing(address, filled):
    before = filled.head()
    worker = multiprocessing.get_context("spawn").Process(target=_die_before_the_commit, args=(address,))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    filled.append(ANA, NOON, "note", "after", {})
    assert filled.head() == before + 1
    assert list(filled.verify()) == []


def test_a_register_of_a_newer_program_is_refused(address):
    SqlRegister(address).close()
    altered(address, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refused, match="newer version"):
        SqlRegister(address)


def test_opening_again_finds_everything(address, filled):
    again = SqlRegister(address)
    assert list(again.read()) == list(filled.read())
    again.close()


def test_sqlite_is_durable_at_each_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "_prepare_sqlite", PREPARED)
    register = SqlRegister(f"sqlite:///{tmp_path / 'new' / 'register.db'}")
    with register.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    register.close()


def test_a_file_that_is_no_database_is_broken(tmp_path):
    path = tmp_path / "register.db"
    path.write_bytes(b"this is no database, however long it may be" * 200)
    with pytest.raises(Broken):
        SqlRegister(f"sqlite:///{path}")


def test_a_busy_or_absent_database_is_unavailable(tmp_path, monkeypatch):
    monkeypatch.setattr("greffe.store.database.BUSY_SECONDS", 0.2)
    path = tmp_path / "register.db"
    SqlRegister(f"sqlite:///{path}").close()
    rival = sqlite3.connect(path, isolation_level=None)
    rival.execute("BEGIN IMMEDIATE")
    opened = SqlRegister(f"sqlite:///{path}")  # it is up to date: who opens it writes nothing and waits for nobody
    with pytest.raises(Unavailable):
        opened.append(ANA, NOON, "note", "A", {})
    opened.close()
    rival.close()
    with pytest.raises(Unavailable):
        SqlRegister("postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://x/y"], indirect=False)
def test_an_address_that_is_none_is_a_bad_definition(address):
    with pytest.raises(BadDefinition):
        SqlRegister(address)


@pytest.mark.parametrize("command", [("releases",), ("serve", "--port", "1"), ("jobs", "run")])
def test_postgresql_without_its_driver_is_one_sentence(tmp_path, monkeypatch, command):
    """The driver is an extra: who did not install it is told how, by every command and by the service when it starts."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv("GREFFE_REGISTER", "postgresql://greffe@db.example.org/greffe")
    ran = inside(tmp_path, *command)
    assert ran.code == Unsupported.exit_code == 2
    sentence = "A register on PostgreSQL needs psycopg. pip install 'greffe[postgresql]'"
    assert [sentence in line for line in (ran.out + ran.err).splitlines() if line.strip()] == [True]
