"""From the release before to this one and back, on houses that the release before made itself, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from journey_tools import ROOT, inside
from packaging.version import Version
from previous import ARCHIVE, FIGURES, NOW, Process, Program, built, environment, extract, unpacked
from prober import Prober
from site_tools import Site
from spoken_commands import done
from sqlalchemy import create_engine, inspect, text

from greffe import __version__
from greffe.errors import Refused
from greffe.settings import read_settings
from greffe.store import schema
from greffe.store.base import Actor
from greffe.store.database import as_it_is, open_at
from greffe.store.register import SqlRegister
from greffe.store.schema import PREVIOUS, newest_schema, schema_of
from greffe.store.searching import condition
from greffe.store.tables import ENTRIES, METADATA
from greffe.store.wanted import Wanted
from greffe.upkeep.upgrade import planned, upgrade

INDEXES = {"ix_entries_actor_instant", "ix_entries_instant"}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The release before, running."""
    found = Process(unpacked(tmp_path_factory.mktemp("before")), tmp_path_factory.mktemp("work"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def house(before: Process, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a house that it made, on SQLite."""
    return built(before, tmp_path_factory.mktemp("house"))


@pytest.fixture
def home(house: Path, before: Process, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it on each database; that on PostgreSQL was brought there by the release before, with its backup."""
    if address.startswith("sqlite"):
        return Path(shutil.copytree(house, tmp_path / "home"))
    monkeypatch.setenv("GREFFE_REGISTER", address)
    Program(before, house).done("backup", str(tmp_path / "house.tar"))
    Program(before, tmp_path / "home", address).done("restore", str(tmp_path / "house.tar"))
    (tmp_path / "home/channels.toml.restored").rename(tmp_path / "home/channels.toml")
    (tmp_path / "home/outbox").mkdir()
    return tmp_path / "home"


@pytest.fixture
def old(before: Process, home: Path) -> Program:
    """The release before on that house, some time later."""
    return Program(before, home, os.environ.get("GREFFE_REGISTER", ""), later=60)


@pytest.fixture
def new(home: Path) -> Program:
    """This release on it, later still."""
    return Program(done, home, os.environ.get("GREFFE_REGISTER", ""), later=120)


def entries(home: Path) -> list[tuple[object, ...]]:
    """The trail, every column."""
    engine = as_it_is(read_settings(home=home).register_url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text("SELECT * FROM entries ORDER BY number"))]
    engine.dispose()
    return found


def at(home: Path) -> tuple[str, set[str]]:
    """The schema of the register, and which of the new indexes there are."""
    engine = as_it_is(read_settings(home=home).register_url)
    there = {str(i["name"]) for i in inspect(engine).get_indexes("entries")}
    found = schema_of(engine), there & INDEXES
    engine.dispose()
    return found


def one_line(said: str) -> str:
    """A refusal is told in one line, however it is folded, and never as a trace."""
    assert "Traceback" not in said
    assert said.startswith("Refused: "), said
    return " ".join(said.split())


def test_what_is_kept_is_the_release_before():
    """Its version and its newest schema are those that the way back leads to; this one is another, and the changes name both."""
    with tarfile.open(ARCHIVE) as archive:
        names = archive.getnames()
    assert f"./greffe-{PREVIOUS.version}.dist-info/METADATA" in names
    versions = [Path(n).name for n in names if "/migrations/versions/0" in n]
    assert max(v.partition("_")[0] for v in versions) == PREVIOUS.schema
    assert Version(__version__) > Version(PREVIOUS.version)
    changes = re.findall("(?m)^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert changes[:2] in (["Unreleased", PREVIOUS.version], [__version__, PREVIOUS.version])
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert ARCHIVE.stat().st_size < 2_000_000


def test_forward_and_back_nothing_is_lost(home: Path, old: Program, new: Program, tmp_path: Path):
    """Figures, trail and checks are the same after each way; what either release enters, the other one keeps and works on."""
    trail, figures = entries(home), old.figures()
    assert at(home) == (PREVIOUS.schema, set())
    _asked_first(home)
    assert (entries(home), at(home)) == (trail, (PREVIOUS.schema, set()))

    old.running()
    told = json.loads(new.done("upgrade", "--apply", "--json"))
    assert (told["from"], told["to"], told["done"]) == (PREVIOUS.schema, newest_schema(), True)
    assert (entries(home), at(home)) == (trail, (newest_schema(), INDEXES))
    assert "nothing to do" in new.tried("upgrade", "--apply").err
    refused = old.tried("releases")
    assert (refused.code, "another version" in one_line(refused.err)) == (3, True)
    old.running("xavier")  # what was opened before enters on
    assert new.figures() == figures
    new.done("verify")
    new.done("people", "--add", "zoe", "--role", "approver")
    more = extract(tmp_path, "more.csv", ("60749", "60750"), ("D,,1,2026", "D,,2,2026"))
    new.released(more, "--revision", "correction", "--reason", "Late.", "--reason-fr", "Tardif.")
    newer, grown = new.figures(), entries(home)
    assert (newer != figures, grown[: len(trail)]) == (True, trail)

    new.done("upgrade", "--back", "--apply")
    assert (entries(home), at(home)) == (grown, (PREVIOUS.schema, set()))
    old.later = new.later
    assert old.figures() == newer
    old.done("verify")
    old.done("people", "--add", "yan", "--role", "author")
    old.sent("driss", "zoe")

    new.done("upgrade", "--apply")
    assert new.figures() == newer
    new.done("verify")
    assert {"xavier", "zoe", "yan"} <= {str(row[5]) for row in entries(home)}


def _asked_first(home: Path) -> None:
    """The plan is shown and nothing is done; where an installation wants to be asked, no other command does it, and the doctor
    tells it."""
    shown = inside(home, "upgrade")
    assert (shown.code, newest_schema() in shown.out) == (0, True)
    assert "Make a backup" in shown.err
    os.environ["GREFFE_UPGRADE"] = "asked"
    try:
        refused = inside(home, "releases")
        assert refused.code == 3
        assert f"schema {PREVIOUS.schema}" in one_line(refused.err)
        doctor = json.loads(inside(home, "doctor", "--quick", "--json").out)
        assert [r["state"] for r in doctor["found"] if r["check"] == "register"] == ["look"]
    finally:
        del os.environ["GREFFE_UPGRADE"]


KILLED = """
import os, signal, sys
from alembic.operations import Operations
from greffe.settings import read_settings
from greffe.upkeep.upgrade import upgrade
name, back = sys.argv[1], sys.argv[1] == "drop_index"
one, calls = getattr(Operations, name), []
def dying(self, *given, **named):
    calls.append(1)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return one(self, *given, **named)
setattr(Operations, name, dying)
from alembic import op
setattr(op, name, lambda *given, **named: dying(op._proxy, *given, **named))
upgrade(read_settings(), back=back)
"""


def test_killed_half_way_it_is_as_it_was_and_goes_on_when_asked_again(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Forward and back: one of two indexes was made, or taken away, when the process died."""
    monkeypatch.setenv("GREFFE_REGISTER", address)
    open_at(address, PREVIOUS.schema).dispose()
    register = SqlRegister(address)
    register.add_person(Actor("ana"), datetime(2026, 11, 24, tzinfo=UTC), "ana", ["author"])
    register.close()
    settings = read_settings(home=tmp_path)
    upgrade(settings, back=True)
    trail = entries(tmp_path)
    for operation, back, before in (
        ("create_index", False, (PREVIOUS.schema, set[str]())),
        ("drop_index", True, (newest_schema(), INDEXES)),
    ):
        command = [sys.executable, "-c", KILLED, operation]
        died = subprocess.run(command, env=environment(NOW, tmp_path), capture_output=True, text=True, check=False)
        assert died.returncode == -signal.SIGKILL, died.stderr
        assert (entries(tmp_path), at(tmp_path)) == (trail, before)
        assert len(upgrade(settings, back=back).steps) == 1
        assert (entries(tmp_path), at(tmp_path)[0]) == (trail, PREVIOUS.schema if back else newest_schema())


SLOW = """
import time
from alembic import op
from greffe.settings import read_settings
from greffe.upkeep.upgrade import upgrade
one = op.create_index
def slow(*given, **named):
    one(*given, **named)
    time.sleep(0.7)
op.create_index = slow
upgrade(read_settings())
"""


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_two_releases_serve_while_the_register_is_brought_forward(home: Path, before: Process):
    """A server of the release before and one of this one on one PostgreSQL and one place for files: the first serves before,
    during and after, the second joins it; nobody who reads meets an error or another figure. Here the step takes more than a
    second in which it holds what it holds."""
    over = threading.Event()
    asked = {"GREFFE_UPGRADE": "asked", "GREFFE_WARM": "0"}
    sites = [Site(home, PYTHONPATH=str(before.package), GREFFE_WARM="0")]
    probers = [Prober(sites[0].base, FIGURES, over)]
    probers[0].start()
    try:
        subprocess.run([sys.executable, "-c", SLOW], env=environment(NOW, home, **asked), check=True)
        during = len(probers[0].answers)
        sites.append(Site(home, **asked))
        probers.append(Prober(sites[1].base, FIGURES, over))
        probers[1].start()
        end = time.monotonic() + 30
        while len(probers[1].answers) < 20 and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        over.set()
        for one in probers:
            one.join()
        for site in sites:
            site.stop()
    assert [one.failed for one in probers] == [[], []]
    answers = [a for one in probers for a in one.answers]
    assert {code for code, _ in answers} == {200}
    assert len({figures for _, figures in answers}) == 1
    assert during > 5
    assert len(probers[1].answers) > 5
    assert at(home) == (newest_schema(), INDEXES)


NEXT = '''
"""A step of a release to come."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{schema}", "{before}"
does = {{"en": "Notes are kept.", "fr": "Des notes sont gardées."}}
takes_away = ("notes",)
def upgrade():
    op.create_table("notes", sa.Column("note", sa.Text))
def downgrade():
    op.drop_table("notes")
'''


def test_a_register_of_a_release_to_come(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is refused in one line, and the doctor says it; that release brings it back, and rows that this one would lose are
    refused by name until somebody says that they may go."""
    monkeypatch.setenv("GREFFE_REGISTER", address)
    home = tmp_path / "home"
    home.mkdir(mode=0o750)
    SqlRegister(address).close()
    if address.startswith("sqlite"):
        (tmp_path / "register.db").rename(home / "register.db")
        monkeypatch.delenv("GREFFE_REGISTER")
    settings, here = read_settings(home=home), newest_schema()
    to_come = f"{int(here) + 1:04}"
    with monkeypatch.context() as later:
        folder = shutil.copytree(ROOT / "api/greffe/store/migrations", tmp_path / "migrations")
        (folder / f"versions/{to_come}_notes.py").write_text(NEXT.format(schema=to_come, before=here), encoding="utf-8")
        later.setattr(schema, "_MIGRATIONS", folder)
        assert [s.schema for s in upgrade(settings).steps] == [to_come]
    _refused(home, to_come)
    with monkeypatch.context() as later:
        later.setattr(schema, "_MIGRATIONS", folder)
        later.setattr("greffe.upkeep.upgrade.PREVIOUS", schema.Release(__version__, here))
        later.setattr(schema, "PREVIOUS", schema.Release(__version__, here))
        engine = create_engine(settings.register_url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO notes VALUES ('kept'), ('too')"))
        engine.dispose()
        assert planned(settings, back=True).lost == {"notes": 2}
        with pytest.raises(Refused, match="would be lost: notes: 2"):
            upgrade(settings, back=True)
        upgrade(settings, back=True, lose=True)
    assert planned(settings).steps == ()
    assert inside(home, "people").code == 0


def _refused(home: Path, to_come: str) -> None:
    refused = inside(home, "releases")
    assert refused.code == 3
    assert f"schema {to_come}, of a newer Greffe" in one_line(refused.err)
    assert inside(home, "upgrade", "--back").code == 3
    doctor = inside(home, "doctor", "--quick", "--json")
    assert doctor.code == 7
    assert [r["state"] for r in json.loads(doctor.out)["found"] if r["check"] == "register"] == ["wrong"]


def test_no_house_is_brought_anywhere(tmp_path: Path):
    """Where there is no register none is made."""
    assert inside(tmp_path, "upgrade", "--apply").code == 2
    assert list(tmp_path.iterdir()) == []


def test_the_steps_make_the_tables_that_queries_are_written_for(address: str):
    register = SqlRegister(address)
    with register.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    register.close()


@pytest.mark.parametrize(
    "wanted", [Wanted(person="ines"), Wanted(person="ines", start="2026"), Wanted(start="2026", end="2027")]
)
def test_who_did_what_and_when_reads_an_index(address: str, wanted: Wanted):
    """What staff ask of the trail: one person, one period, both."""
    register = SqlRegister(address)
    query = ENTRIES.select().where(condition(wanted)).compile(register.engine, compile_kwargs={"literal_binds": True})
    lite = register.engine.dialect.name == "sqlite"
    with register.engine.connect() as connection:
        if not lite:
            connection.execute(text("SET enable_seqscan = off"))  # of three rows it would read all
        plan = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN' if lite else ''} {query}".replace("%", "%%"))
        told = " ".join(str(value) for row in plan for value in row)
    register.close()
    assert any(name in told for name in INDEXES), told
