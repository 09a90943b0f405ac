"""Which module has which command: what is said is what they register, and a command starts without what others need."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module

import pytest
import typer
from journey_tools import ROOT
from typer.main import get_command

from greffe.cli.commands import COMMANDS, application, asked
from greffe.cli.whole import app


@pytest.mark.parametrize("module", COMMANDS)
def test_a_module_registers_the_commands_that_are_said(module):
    alone = typer.Typer()
    alone.callback()(lambda: None)
    import_module(f"greffe.cli.{module}").add_to(alone)
    assert set(get_command(alone).commands) == set(COMMANDS[module])


def test_every_module_that_has_commands_is_listed():
    """Who adds one and forgets the list is told"""
    having = {
        p.stem
        for p in (ROOT / "api/greffe/cli").glob("*.py")
        if "\ndef add_to(app: typer.Typer)" in p.read_text("utf-8")
    }
    assert having == set(COMMANDS)


@pytest.mark.parametrize(
    ("call", "command"),
    [
        ("", ""),
        ("--help", ""),
        ("releases --json", "releases"),
        ("--lang fr drafts", "drafts"),
        ("--lang=fr drafts --home x", "drafts"),
        ("--lang", ""),
        ("relases", "relases"),
    ],
)
def test_the_command_of_a_call(call, command):
    assert asked(call.split()) == command


def test_an_unknown_command_is_one_of_all():
    """So that it is told what there is"""
    assert set(get_command(application("relases")).commands) == set(get_command(app).commands)
    assert set(get_command(application("releases")).commands) == {"release", "releases", "withdraw"}


def test_a_command_starts_without_what_it_does_not_need():
    """The web, workbooks and jobs take more than half of the time in which everything is imported"""
    said = "import sys, greffe.cli.commands as c; c.application('releases'); print(*{m.partition('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, cwd=ROOT / "api")
    needless = {"fastapi", "jinja2", "openpyxl", "httpx2", "rdflib", "paramiko", "icalendar", "uvicorn"}
    assert not needless & set(done.stdout.split())


def test_the_version_is_that_of_the_package():
    """What somebody who reports trouble is asked first; it needs no home"""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    done = subprocess.run(
        [sys.executable, "-m", "greffe", "--version"], capture_output=True, text=True, check=True, cwd=ROOT / "api"
    )
    assert done.stdout == f"Greffe {said}\n"
