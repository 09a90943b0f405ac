"""Command `greffe mappings doubts`: the list of what a human expert must confirm, as a workbook."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import Home, Json, parts_of, save
from greffe.cli.show import failing, show
from greffe.mapping.doubts.collect import doubts
from greffe.mapping.doubts.workbook import write_doubts


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("doubts")(doubts_command)


def doubts_command(
    out: Annotated[Path, typer.Option(help="The workbook to write.")], home: Home = None, json_: Json = False
) -> None:
    """Write every decision, type, calculation, gap and code that nobody has verified, as questions to experts."""
    with failing(json_):
        found = doubts(parts_of(home).catalogue())
        save(out, write_doubts(found))
        counts = Counter((d.recipient, d.confidence) for d in found)
        rows = [{"recipient": r, "confidence": c, "questions": n} for (r, c), n in counts.items()]
        data = {"file": str(out), "questions": len(found), "counts": rows}
        title = f"{len(found)} questions are in {out}."
        show(data, json_, rows=rows, columns=("recipient", "confidence", "questions"), title=title)
