"""Command `greffe mappings doubts`: the list of what a human expert must confirm, as a workbook."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import Home, Json, parts_of, save
from greffe.cli.show import failing, progress, show
from greffe.mapping.doubts.collect import doubts
from greffe.mapping.doubts.workbook import write_doubts
from greffe.release.doubt_figures import figures


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("doubts")(doubts_command)


def doubts_command(
    out: Annotated[Path, typer.Option(help="The workbook to write.")],
    drafts: Annotated[
        bool, typer.Option("--drafts", help="Weigh in drafts too: their figures are not out, nor may the workbook be.")
    ] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Write every decision, type, calculation, gap and code that nobody has verified, as questions to experts, with its
    weight and the present value of its cells in the released datasets."""
    with failing(json_):
        parts = parts_of(home)
        found = doubts(parts.catalogue())
        with progress("Weighing", json_) as bar:
            weighed = figures(parts, found, lambda what: bar.update(bar.task_ids[0], note=what), drafts=drafts)
        save(out, write_doubts(found, weighed))
        counts = Counter((d.recipient, d.confidence) for d in found)
        rows = [{"recipient": r, "confidence": c, "questions": n} for (r, c), n in counts.items()]
        data = {"file": str(out), "questions": len(found), "weighed": len(weighed), "counts": rows}
        of = "released or drafted" if drafts else "released"
        title = f"{len(found)} questions are in {out}; {len(weighed)} have figures of {of} datasets."
        show(data, json_, rows=rows, columns=("recipient", "confidence", "questions"), title=title)
