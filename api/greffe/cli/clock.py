"""`greffe clock`: this clock beside the register, and an administrator's word that it is right."""

from __future__ import annotations

from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, Reason, acting, parts_of
from greffe.cli.show import failing, show
from greffe.model.instants import written
from greffe.release.clocks import say_right


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(clock)


def clock(
    right: Annotated[
        bool, typer.Option("--right", help="Say that this clock is right, and entries ahead of it have a wrong hour.")
    ] = False,
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """This clock beside the latest entry of the register."""
    with failing(json_):
        if right:
            parts, who = acting(home, as_, late=True)
            say_right(parts, who, reason)
        else:
            parts = parts_of(home)
        ledger = parts.ledger()
        show({"clock": written(parts.clock()), "latest": ledger.latest, "entry": ledger.latest_entry}, json_)
