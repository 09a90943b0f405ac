"""`greffe move --to SETTINGS`: the house goes elsewhere; `greffe move --undo` opens a register again that was closed for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from greffe.app import depot_of, register_at
from greffe.cli.backup import teller
from greffe.cli.common import As, Home, Json, acting
from greffe.cli.show import failing, progress, say, show
from greffe.errors import BadQuery
from greffe.options import read_file
from greffe.settings import read_settings
from greffe.upkeep.move import Place
from greffe.upkeep.move import move as moved
from greffe.upkeep.move import undo as undone


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("move")(move)


def move(
    to: Annotated[
        Path | None,
        typer.Option("--to", help="File of settings (TOML) of the new place: its register, its files, or both."),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Open the register here again, which a move closed; its copy is given up.")
    ] = False,
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Bring register and files to another database and another bucket (or back to this disk), verified; cut off, it goes on when
    called again. What the file leaves out stays as it is."""
    with failing(json_):
        if (to is None) == (not undo):
            raise BadQuery("It is move --to SETTINGS, or move --undo.", parameter="--to")
        parts, who = acting(home, as_)
        if to is None:
            undone(parts, who)
            say("The register here is open again.", json_)
            return
        target = read_settings({**os.environ, **read_file(to)}, home=parts.settings.home)
        with progress("move", json_) as bar:
            done = moved(parts, who, target, Place(depot_of(target), register_at), teller(bar))
        show({"moved": list(done.went), "things": done.things, "entries": done.head}, json_, title="It is moved.")
        say(
            f"Set what {to} says wherever Greffe runs (greffe.toml or the environment), start again, then: greffe doctor",
            json_,
        )
