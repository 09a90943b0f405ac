"""The command that compares what was typed into a recipient's form with what was delivered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, acting, parts_of
from greffe.cli.show import failing, show
from greffe.errors import Refused
from greffe.release.published import file_content
from greffe.transmission.entered_on_line import enter_comparison
from greffe.transmission.workbooks.entered import LARGEST, SAME, compare_entered


def compare_entered_command(
    id_: Annotated[str, typer.Argument(help="A transmission with an order list, e.g. CEPEJ_CYCLE-2024-1.")],
    file: Annotated[
        Path, typer.Argument(help="What stands in the form: CSV or XLSX with question, sub_cell, entered.")
    ],
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Compare what was typed into a form with what was delivered, cell by cell; with --as, file and result are entered. Exit 3
    when something differs or lacks."""
    with failing(json_):
        content = file_content(file, LARGEST)
        if as_:
            parts, who = acting(home, as_)
            compared = enter_comparison(parts, who, id_, file.name, content)
        else:
            parts = parts_of(home)
            compared = compare_entered(parts, parts.ledger().transmission(id_), file.name, content)
        rows = [c.as_json() for c in compared if c.state != SAME]
        told = {"cells": len(compared), "same": len(compared) - len(rows), "differences": rows, "entered": bool(as_)}
        after = "" if as_ else "Nothing was entered: --as NAME enters the result, and keeps the file."
        show(told, json_, rows=rows, columns=("question", "sub_cell", "delivered", "entered", "state"), after=after,
             title=f"{id_}: {len(compared) - len(rows)} of {len(compared)} cells as delivered")  # fmt: skip
        if rows:
            raise typer.Exit(Refused.exit_code)
