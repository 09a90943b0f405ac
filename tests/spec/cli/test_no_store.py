"""Who looks at a house, or acts in one, where there is none, is told so and leaves nothing behind: asked of every command that the
parser knows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from journey_tools import ROOT, inside
from sqlalchemy import create_engine, inspect
from typer.main import get_command

from greffe.cli.common import parts_of
from greffe.cli.whole import app

BEGIN: Final = {"serve", "demo", "restore"}  # they make a house; so do `people --add`, and `jobs run` that goes on
NEED_NONE: Final = {"openapi", "config check", "config reference", "transmissions channels"}
TELL_ALL: Final = {"doctor"}  # in its table, with its own code: tests/spec/upkeep/test_doctor.py
WORDS: Final = {
    "check": ["check", __file__],
    "explain": ["explain", "x", "2022"],
    "move": ["move", "--undo"],
    "mappings suggest": ["mappings", "suggest", "x", "y"],
    "answers read": ["answers", "read", __file__],
    "transmissions compare-entered": ["transmissions", "compare-entered", "x", __file__],
    "jobs run": ["jobs", "run", "--once"],
}


def _commands(group: Any, *before: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, *before, name)
        else:
            yield " ".join((*before, name)), command


COMMANDS: Final = dict(_commands(get_command(app)))


def _called(name: str) -> list[str]:
    """The command with what it cannot do without; 2024 is a word, a year and a name of no file."""
    words = name.split()
    for one in (p for p in COMMANDS[name].params if p.required):
        words += [one.opts[0]] * (one.param_type_name == "option")
        words += ["2024"] * (not getattr(one, "is_flag", False))
    return WORDS.get(name, words)


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - BEGIN - NEED_NONE - TELL_ALL))
def test_a_command_makes_no_house_where_there_is_none(name, tmp_path):
    """One sentence with the place and what to do, and the exit code of what is not found"""
    ran = inside(tmp_path / "none", *_called(name))
    said = f"There is no store at {tmp_path}/none (--home, GREFFE_HOME): greffe serve makes one."
    assert (ran.code, ran.out, ran.err) == (2, "", f"No results found: {said}\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", sorted(NEED_NONE | TELL_ALL))
def test_what_needs_no_house_makes_none(name, tmp_path):
    """It answers, and leaves nothing behind either"""
    assert inside(tmp_path / "none", *_called(name)).out
    assert not list(tmp_path.iterdir())


def test_every_command_that_is_named_here_is_one():
    """What was renamed is not forgotten here"""
    assert BEGIN | NEED_NONE | TELL_ALL | WORDS.keys() <= COMMANDS.keys()


def test_a_home_with_settings_alone_is_no_store(tmp_path):
    """greffe.toml is written before the first start"""
    (tmp_path / "greffe.toml").write_text("")
    assert inside(tmp_path, "releases").code == 2
    assert [f.name for f in tmp_path.iterdir()] == ["greffe.toml"]


def test_a_register_elsewhere_is_named_where_it_was_looked_for(tmp_path, monkeypatch):
    """A file that GREFFE_REGISTER names; nothing of the path to it is made"""
    monkeypatch.setenv("GREFFE_REGISTER", f"sqlite:///{tmp_path}/far/away.db")
    ran = inside(tmp_path / "home", "releases", "--json")
    assert ran.code == 2
    assert f"There is no store at {tmp_path}/far/away.db (" in ran.err
    assert not list(tmp_path.iterdir())


def test_the_first_person_begins_a_house(tmp_path):
    """As docs/staff.md begins; from then on everything may be asked"""
    home = tmp_path / "deep/home"
    assert inside(home, "people").code == 2
    assert not home.parent.exists()
    assert inside(home, "people", "--add", "chef", "--role", "administrator").code == 0
    assert {p["name"] for p in inside(home, "people", "--json").json()["people"]} == {"greffe", "chef"}


def test_a_register_on_postgresql_is_found_from_a_machine_that_has_no_home_yet(new_postgresql, tmp_path, monkeypatch):
    """A database that holds none is left empty; one that does answers, and the machine gets its folder"""
    monkeypatch.setenv("GREFFE_REGISTER", new_postgresql)
    ran = inside(tmp_path / "one", "people")
    assert (ran.code, ran.err.count("The database holds no register.")) == (2, 1)
    assert not list(tmp_path.iterdir())
    engine = create_engine(new_postgresql.replace("postgresql:", "postgresql+psycopg:"))
    assert not inspect(engine).get_table_names()
    engine.dispose()
    assert inside(tmp_path / "one", "people", "--add", "chef", "--role", "administrator").code == 0
    assert {p["name"] for p in inside(tmp_path / "two", "people", "--json").json()["people"]} == {"greffe", "chef"}


@pytest.mark.parametrize("closed", ["home", "register.db", "above"])
def test_a_home_that_may_not_be_written_to_is_told_at_once(closed, tmp_path):
    """By an account without rights over others' files: one line that names the place, and not after half a minute of trying"""
    home = tmp_path / "above/home"
    parts_of(home, new=True).register.close()
    place, mode, command = {
        "home": (home, 0o555, ["releases"]),
        "register.db": (home / "register.db", 0o444, ["people", "--add", "zoe", "--role", "author"]),
        "above": (home.parent, 0o555, ["people", "--add", "zoe", "--role", "author", "--home", f"{home}2"]),
    }[closed]
    place.chmod(mode)
    try:
        code, said = _without_rights(home, *command)
    finally:
        place.chmod(0o755)
    if closed == "above":
        assert (code, said) == (2, f"Bad definition: The home directory {home}2 cannot be made: Permission denied.\n")
    else:
        assert (code, said.count("\n")) == (6, 1)
        assert f" {place}: The register cannot be opened: Permission denied. SQLite writes beside it" in said


def _without_rights(home: Path, *arguments: str) -> tuple[int, str]:
    """Root gives its rights away first: to it nothing is closed."""
    before = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*before, sys.executable, "-m", "greffe", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home)},
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize("lost", ["gone", "empty"])
@pytest.mark.parametrize(
    "words",
    [["verify"], ["releases"], ["people"], ["serve", "--port", "8099"], ["people", "--add", "ana", "--role", "author"]],
)
def test_a_house_whose_register_is_lost_is_no_new_one(tmp_path, lost, words):
    """Files of releases are there, and the register is gone or a file of no bytes: no command makes a new one in its place."""
    (tmp_path / "releases/FLOW/1").mkdir(parents=True)
    (tmp_path / "releases/FLOW/1/data.parquet").write_bytes(b"PAR1")
    if lost == "empty":
        (tmp_path / "register.db").write_bytes(b"")
    ran = inside(tmp_path, *words)
    assert (ran.code, ran.out) == (7, "")
    assert f"{tmp_path} holds releases, and there is no register of them." in ran.err
    assert "greffe restore" in ran.err
    register = tmp_path / "register.db"
    assert not register.exists() or "entries" not in inspect(create_engine(f"sqlite:///{register}")).get_table_names()
