"""What the doctor says of a house that is well, and of houses in each of which one thing was spoiled by hand."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from house import FLOW, House
from journey_tools import inside

from greffe.app import compose
from greffe.errors import Broken
from greffe.french import tell
from greffe.release.people import HOUSE, add_person
from greffe.settings import read_settings
from greffe.upkeep.doctor import Told, examine
from greffe.web.problems import problem

RUNS = "INSERT INTO job_runs VALUES ('verify', 1, '{0}', 1, 'm', '{0}', '{0}', 'done', '', 0)"


def examined(home: Path, house: House, environ: dict[str, str] | None = None) -> dict[str, Told]:
    """Without one read of the clock of this machine: the house has its own."""
    found = examine(
        {"GREFFE_WARM": "0", **(environ or {})},
        home,
        partial(compose, clock=house.clock, doubted=True),
        quick=False,
        tell=lambda name: None,
    )
    return {told.check: told for told in found}


@pytest.fixture
def home(house: House, tmp_path: Path) -> Path:
    """A copy, in which one job has run."""
    shutil.copytree(house.parts.settings.home, tmp_path / "home")
    (tmp_path / "home").chmod(0o750)
    sql(tmp_path / "home", RUNS.format("2026-11-24T08:00:00.000000Z"))
    return tmp_path / "home"


def sql(home: Path, statement: str) -> None:
    connection = sqlite3.connect(home / "register.db")
    with connection:
        connection.execute(statement)
    connection.close()


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def old(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left")
    os.utime(path, (1_000_000_000, 1_000_000_000))


def key(home: Path) -> None:
    (home / "webhooks.key").write_bytes(bytes(32))
    (home / "webhooks.key").chmod(0o644)


SPOILED: dict[str, tuple[Callable[[Path], object], str, str, str]] = {
    "a home for all": (lambda h: h.chmod(0o755), "home", "look", "chmod 750"),
    "half restored": (lambda h: (h / "restoring.json").write_text("{}"), "home", "wrong", "greffe restore"),
    "no register": (lambda h: (h / "register.db").unlink(), "register", "wrong", "There is no register"),
    "a newer schema": (lambda h: sql(h, "UPDATE alembic_version SET version_num = '9999'"), "register", "wrong", "9999"),
    "an older schema": (lambda h: sql(h, "UPDATE alembic_version SET version_num = '0001'"), "register", "look", "backup"),
    "an entry that was changed": (
        lambda h: sql(h, "UPDATE entries SET actor = 'x' WHERE number = 3"), "chain", "wrong", "Entry 3 "),
    "a file that is gone": (
        lambda h: (h / "releases" / FLOW / "1/data.parquet").unlink(), "files", "wrong", f"{FLOW}/1/data.parquet"),
    "a file that is another": (
        lambda h: grown(h / "releases" / FLOW / "1/difference.parquet"), "files", "wrong", "not what was written"),
    "a half extract": (lambda h: old(h / "transmissions/aa/bb"), "left over", "look", "transmissions/aa/bb"),
    "a job that was cut off": (
        lambda h: sql(h, "INSERT INTO jobs VALUES ('verify', '2026-11-24T08:00:00.000000Z', 1, 'dead', "
                         "'2026-11-24T08:02:00.000000Z', '2026-11-24T08:00:00.000000Z', 1, '')"),
        "jobs", "look", "dead"),
    "a job that is overdue": (
        lambda h: sql(h, "INSERT INTO jobs VALUES ('verify', '2026-11-20T08:00:00.000000Z', 1, '', '', '', 0, '')"),
        "jobs", "wrong", "verify is overdue"),
    "a reminder to nobody": (
        lambda h: (h / "jobs.toml").write_text("[reminders.houses]\nDPA = 'a@example.org'\n"), "jobs", "wrong", "asks 'DPA'"),
    "a key for all": (key, "keys", "wrong", "chmod 600"),
    "a setting that is none": (lambda h: (h / "jobs.toml").write_text("[job]"), "settings", "wrong", "jobs.toml"),
}  # fmt: skip


def test_a_house_that_is_well(home: Path, house: House):
    """Every check was made, and nothing was changed on the way."""
    found = examined(home, house)
    assert [*found] == [
        "settings", "home", "disk", "register", "clock", "chain", "bucket", "files", "left over", "jobs", "transmissions", "keys",
    ]  # fmt: skip
    assert {n: [e.text() for e in t.errors] for n, t in found.items() if t.errors and n != "disk"} == {}


@pytest.mark.parametrize("what", SPOILED)
def test_what_was_spoiled_is_told_with_what_to_do(what: str, home: Path, house: House):
    """In English and in French, by that check; those that do not hang on it are well."""
    spoil, check, state, said = SPOILED[what]
    spoil(home)
    told = examined(home, house)[check]
    assert told.state == state
    assert any(said in error.text() for error in told.errors)
    assert all(tell(e, "fr").text != e.text() for e in told.errors if check != "settings")


def test_a_register_that_was_moved_is_not_well(home: Path, tmp_path: Path, house: House):
    """From the outside: moved to another file, damaged afterwards: each is told by its name."""
    (tmp_path / "new.toml").write_text(f'register = "sqlite:///{tmp_path / "new.db"}"\n', encoding="utf-8")
    add_person(compose(read_settings({}, home=home)), HOUSE, "gaston", ["administrator"])
    assert inside(home, "move", "--to", str(tmp_path / "new.toml"), "--as", "gaston").code == 0
    done = inside(home, "doctor", "--quick", "--json")
    found = {row["check"]: (row["state"], row["said"]) for row in json.loads(done.out)["found"]}
    assert (done.code, found["register"][0]) == (7, "wrong")
    assert f"it is at sqlite:///{tmp_path / 'new.db'} now" in found["register"][1]
    assert "GREFFE_REGISTER" in found["register"][1]


def test_damage_is_called_by_its_name_on_the_command_line(home: Path):
    """To the world it stays an internal error: that is the standard's sentence."""
    sql(home, "UPDATE entries SET actor = 'x' WHERE number = 3")
    assert inside(home, "releases").err.startswith("Damaged: Entry 3 ")
    assert json.loads(inside(home, "releases", "--json").err)["error"] == "Damaged"
    assert problem(Broken("x"), 500, "/")["title"] == "Internal server error"


def test_a_clock_that_went_back(home: Path, house: House):
    """An hour behind the last entry."""
    house.clock.forward(hours=-1)
    try:
        told = examined(home, house)["clock"]
    finally:
        house.clock.forward(hours=1)
    assert told.state == "wrong"
    last = max(house.parts.register.read(), key=lambda e: (e.instant, e.number))
    assert f"entry {last.number} of the register is of {last.instant}: one of the two is wrong" in told.errors[0].text()
    assert timedelta(0) < house.clock() - house.clock().replace(hour=0)


def test_a_new_machine_beside_others_lacks_nothing(tmp_path: Path, house: House):
    """Where the register is a database and the files are in a bucket, a home is a cache: nobody is told to restore one."""
    away = {"GREFFE_REGISTER": "postgresql://a@127.0.0.1:9/g", "GREFFE_FILES": "s3://bucket"}
    told = examined(tmp_path / "none", house, away)["home"]
    assert (told.state, [e.hint for e in told.errors]) == (
        "look", ["Register and files are elsewhere: here it is a cache, and greffe serve makes it."],
    )  # fmt: skip
    assert examined(tmp_path / "none", house)["home"].state == "wrong"
    assert not (tmp_path / "none").exists()


def test_a_database_that_is_away(home: Path, house: House):
    """PostgreSQL on a port where nobody listens: said at once, and no check after it pretends to have been made."""
    found = examined(home, house, {"GREFFE_REGISTER": "postgresql://nobody@127.0.0.1:9/none"})
    assert found["register"].state == "wrong"
    assert "cannot be reached" in found["register"].errors[0].text()
    assert "chain" not in found


def test_the_command_ends_with_what_it_found(home: Path):
    """Machines read the same; 7 for what is wrong."""
    (home / "releases" / FLOW / "1/data.parquet").unlink()
    done = inside(home, "doctor", "--json", "--quick")
    assert done.code == 7
    assert json.loads(done.out)["state"] == "wrong"
    french = inside(home, "--lang", "fr", "doctor", "--quick")
    assert "fichier conservé manque" in " ".join(french.out.split())
