"""The command that compares what was typed into a recipient's form with what was delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import Home, Json, parts_of
from greffe.cli.show import failing, show
from greffe.errors import Refused
from greffe.transmission.workbooks.entered import SAME, compare_entered


def compare_entered_command(
    id_: Annotated[str, typer.Argument(help="A transmission with an order list, e.g. CEPEJ_CYCLE-2024-1.")],
    file: Annotated[
        Path, typer.Argument(help="What stands in the form: CSV or XLSX with question, sub_cell, entered.")
    ],
    home: Home = None,
    json_: Json = False,
) -> None:
    """Compare what was typed into a form with what was delivered, cell by cell. Exit 3 when something differs or lacks."""
    with failing(json_):
        parts = parts_of(home)
        compared = compare_entered(parts, parts.ledger().transmission(id_), file)
        rows = [c.as_json() for c in compared if c.state != SAME]
        told = {"cells": len(compared), "same": len(compared) - len(rows), "differences": rows}
        show(told, json_, rows=rows, columns=("question", "sub_cell", "delivered", "entered", "state"),
             title=f"{id_}: {len(compared) - len(rows)} of {len(compared)} cells as delivered")  # fmt: skip
        if rows:
            raise typer.Exit(Refused.exit_code)
