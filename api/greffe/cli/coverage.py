"""`greffe coverage`: what is left out of a draft, of what a recipient asks, of everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import Home, Json, parts_of, save
from greffe.cli.show import failing, progress, say, show
from greffe.errors import numbered
from greffe.release.coverage import Covered, Overview, overview
from greffe.release.coverage_tables import gaps_csv, table


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(coverage)


def coverage(
    subject: Annotated[
        str, typer.Argument(help="A draft, a release, a dataflow, a recipient; all when left out.")
    ] = "",
    by: Annotated[str, typer.Option(help="recipient, dataflow, questionnaire or indicator.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Write every gap into a CSV file.")] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """What is left out: source codes without a target and their weight, cells never filled, indicators unread."""
    with failing(json_):
        with progress("Looking at", json_) as bar:
            found = overview(parts_of(home), subject, lambda what: bar.update(bar.task_ids[0], note=what))
        columns, rows = table(found, by or "dataflow")
        data = {"by": by or "dataflow", "rows": rows, **as_json(found)}
        if out is not None:
            _write(out, found)
        if len(found.covered) == 1 and not by:
            only = found.covered[0]
            data |= only.dataset.coverage
            rows, columns = _gaps(only), ("source", "indicator", "rows", "sum of values", "periods", "why")
        show(data, json_, rows=rows, columns=columns, title=_title(found, by))
        for line in _lines(found):
            say(line, json_)


def as_json(found: Overview) -> dict[str, object]:
    """The overview as plain values."""
    return {
        "datasets": [
            {
                "dataset": one.dataset.name,
                "state": one.dataset.state,
                "dataflow": str(one.dataset.dataflow),
                "recipients": list(one.recipients),
                "questionnaires": list(one.questionnaires),
                "selected": one.dataset.count("selected"),
                "mapped": one.dataset.count("mapped"),
                "unmapped": list(one.dataset.listed("unmapped")),
                "not_provided": list(one.dataset.listed("not_provided")),
                "shares": [asdict(share) for share in one.shares],
                "cells": asdict(one.cells),
                "changes": asdict(one.changes) if one.changes else None,
                "questions": [asdict(question) for question in one.questions],
            }
            for one in found.covered
        ],
        "without_dataset": [str(flow) for flow in found.empty],
        "unread_indicators": dict(found.unread),
        "tables_not_provided": {r.id: [asdict(t) for t in r.not_provided] for r in found.recipients if r.not_provided},
    }


def _write(out: Path, found: Overview) -> None:
    save(out, gaps_csv(found).encode())


def _title(found: Overview, by: str) -> str:
    if len(found.covered) == 1 and not by:
        one = found.covered[0].dataset
        return f"{one.name}: {numbered(one.count('selected'), 'row')} selected, {one.count('mapped')} mapped. Without a target:"
    whole = (
        " A line a question; codes without a target are counted with every question that their indicator leads to."
        if by == "questionnaire"
        else ""
    )
    return f"{numbered(len(found.covered), 'dataset')}; {numbered(len(found.empty), 'dataflow')} without one.{whole}"


def _lines(found: Overview) -> list[str]:
    lines = []
    for one in found.covered:
        lines += _of_dataset(one, len(found.covered) == 1)
    missing = [name for name, reason in found.unread.items() if not reason]
    lines.append(f"indicators that no map reads: {len(found.unread)}, without a reason: {', '.join(missing) or 'none'}")
    return lines


def _of_dataset(one: Covered, alone: bool) -> list[str]:
    cells = one.cells
    reasons = "".join(f", {count} {reason}" for reason, count in cells.reasons.items())
    counted = f"{cells.filled} filled{reasons}, {cells.without_reason} without a reason"
    lines = [f"{one.dataset.name}: {cells.expected} cells asked: {counted if cells.counted else 'too many to look at'}"]
    if one.changes is not None:
        changes = one.changes
        lines.append(
            f"{one.dataset.name}: since {changes.since}: {numbered(len(changes.lost), 'group')} of codes without a target more, "
            f"{len(changes.settled)} less; rows mapped {changes.share_of_rows[0]} % → {changes.share_of_rows[1]} %"
        )
    if alone:
        for entry in one.dataset.listed("not_provided"):
            codes = entry["cells"]
            words = " ".join(f"{n}={c}" for n, c in codes.items()) if isinstance(codes, Mapping) else ""
            lines.append(f"not provided: {words}: {entry['kind']}, {entry['reason']}")
        lines += [
            f"{s.indicator}: {s.share_of_rows} % of {s.rows} rows mapped"
            + (f", {s.share_of_values} % of the sum of values" if s.share_of_values else "")
            for s in one.shares
        ]
    return lines


def _gaps(one: Covered) -> list[dict[str, object]]:
    return sorted((_gap(group) for group in one.dataset.listed("unmapped")), key=_weight)


def _gap(unmapped: Mapping[str, object]) -> dict[str, object]:
    """One group of rows without a target, as a line of the table."""
    why = f"{unmapped['kind']}: {unmapped['reason']}" if unmapped["declared"] else "NO ROW in the map says why"
    return {
        "source": unmapped["source"],
        "indicator": unmapped["indicator"],
        "rows": unmapped["rows"],
        "sum of values": unmapped["total"],
        "periods": f"{unmapped['first_period']} to {unmapped['last_period']}",
        "why": why,
    }


def _weight(gap: Mapping[str, object]) -> tuple[bool, Decimal]:
    """What nobody declared first, the heaviest first."""
    return not str(gap["why"]).startswith("NO ROW"), -Decimal(str(gap["sum of values"] or 0))
