"""`greffe move --to SETTINGS`: the house goes elsewhere; `greffe move --undo` opens a register again that was closed for it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from greffe.app import depot_at, depot_of, register_at
from greffe.cli.backup import teller
from greffe.cli.common import As, Home, Json, acting
from greffe.cli.show import failing, progress, say, show
from greffe.errors import BadQuery
from greffe.options import read_file
from greffe.settings import read_settings
from greffe.upkeep.files_back import files_back
from greffe.upkeep.move import Place
from greffe.upkeep.move import move as moved
from greffe.upkeep.taken_back import CLOSED, EMPTY, UNSEEN
from greffe.upkeep.taken_back import undo as taken_back

_COPY: Final = {
    CLOSED: "Its copy takes nothing more.",
    EMPTY: "Nothing had been copied.",
    UNSEEN: "Its copy was not looked into: if it is still there, it takes entries; let nobody use it.",
}


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("move")(move)


def move(
    to: Annotated[
        Path | None,
        typer.Option("--to", help="File of settings (TOML) of the new place: its register, its files, or both."),
    ] = None,
    undo: Annotated[
        bool,
        typer.Option(
            "--undo",
            help="Open the register here again, which a move closed; its copy is closed, and must have no entries of its own.",
        ),
    ] = False,
    unseen: Annotated[
        str, typer.Option("--unseen", help="With --undo: why the copy, which cannot be looked into, does not matter.")
    ] = "",
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Bring register and files to another database and another bucket (or back to this disk), verified; cut off, it goes on when
    called again. What the file leaves out stays as it is."""
    with failing(json_):
        if not undo and (to is None or unseen):
            raise BadQuery("It is move --to SETTINGS, or move --undo.", parameter="--to")
        parts, who = acting(home, as_, moving=True)
        target = read_settings(home=parts.settings.home, over=read_file(to) if to else {})
        if undo or to is None:
            opened = partial(register_at, upgrade=False)
            with progress("move", json_) as bar:
                back = files_back(parts, who, depot_at, opened, teller(bar))
            if back:
                say("The files are here again.", json_)
                return
            state = taken_back(parts, who, opened, at=target.register_url if to else "", unseen=unseen)
            say("The register here is open again.", json_)
            say(_COPY[state], json_)
            return
        with progress("move", json_) as bar:
            done = moved(parts, who, target, Place(depot_of(target), register_at), teller(bar))
        show({"moved": list(done.went), "things": done.things, "entries": done.head}, json_, title="It is moved.")
        say(
            f"Set what {to} says wherever Greffe runs (greffe.toml or the environment), start again, then: greffe doctor",
            json_,
        )
