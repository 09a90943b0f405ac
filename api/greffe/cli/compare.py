"""`greffe compare FLOW#6 FLOW#7`: what differs between two releases, on the screen or as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import Home, Json, Most, parts_of, save
from greffe.cli.language import here
from greffe.cli.show import failing, say, show
from greffe.errors import BadQuery, nearest, numbered
from greffe.release.lifecycle import dataflow_named
from greffe.release.vintage_book import write_book
from greffe.release.vintage_tables import Table, as_csv, as_json, cell_of, indicator_of, table_of
from greffe.release.vintages import MOST, compared

SUFFIXES = (".xlsx", ".csv", ".json")
INDICATORS = ("indicator", "unit", "changed", "added", "gone", "mean_revision", "mean_absolute_revision",
              "relative_mean_absolute_revision")  # fmt: skip
CELLS = ("how", "key", "period", "before", "after", "difference", "percent")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(compare)


def compare(
    older: Annotated[str, typer.Argument(help="A release, e.g. ESTAT_CRIM_OFF_CAT#6; or a dataflow: its last two.")],
    newer: Annotated[str, typer.Argument(help="A later one of the same dataflow; else the current one.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Write a file: .xlsx, .csv or .json.")] = None,
    lang: Annotated[str, typer.Option(help="en or fr; else as the terminal.")] = "",
    most: Most = 20,
    home: Home = None,
    json_: Json = False,
) -> None:
    """What differs between two releases: added, gone, changed, the largest difference first, and means by indicator."""
    with failing(json_):
        language = here(lang)
        if out is not None and out.suffix not in SUFFIXES:
            raise BadQuery(
                f"No such kind of file: {out.suffix or out.name}.", parameter="--out",
                nearest=nearest(out.suffix, SUFFIXES) or SUFFIXES,
            )  # fmt: skip
        parts = parts_of(home)
        (name, before), (other, after) = _named(older), _named(newer or older.partition("#")[0])
        if name != other:
            raise BadQuery(f"{older} and {newer} are releases of two dataflows.", hint="Compare releases of one.")
        if after and before > after:
            raise BadQuery(
                f"{older} is later than {newer}: differences would be read backwards.",
                hint=f"greffe compare {newer} {older}",
            )
        found = table_of(compared(parts, dataflow_named(parts, name), before, after))
        if out is not None:
            save(out, _file(found, out.suffix, language))
            say(f"{out}: {numbered(len(found.cells), 'observation')} that differ.", json_)
        _told(found, most, json_)


def _named(text: str) -> tuple[str, int]:
    """`FLOW#6`, or `FLOW` with number 0."""
    name, mark, number = text.partition("#")
    if mark and not number.isdecimal():
        raise BadQuery(f"{text!r} names no release.", hint="Write FLOW#6.")
    return name, int(number or 0)


def _file(found: Table, suffix: str, lang: str) -> bytes:
    if suffix == ".xlsx":
        return write_book(found, lang)
    if suffix == ".csv":
        return as_csv(found, lang)
    return json.dumps(as_json(found, MOST), ensure_ascii=False, indent=1).encode() + b"\n"


def _told(found: Table, most: int, as_json_: bool) -> None:
    comparison, whole = found.comparison, found.whole
    if as_json_:
        show(as_json(found, MOST), True)
        return
    title = (
        f"{comparison.older} → {comparison.newer}: {whole.changed} changed, {whole.added} added, {whole.gone} gone"
        + (" (SYNTHETIC figures)" if found.origin == "synthetic" else "")
    )
    show({}, False, rows=[indicator_of(one) for one in found.by_indicator], columns=INDICATORS, title=title)
    rows = [_row(found, place) for place in range(min(most, len(found.cells)))]
    left = len(found.cells) - len(rows)
    show({}, False, rows=rows, columns=CELLS, after=f"… and {left} more (--out FILE, --most)" if left else "")


def _row(found: Table, place: int) -> dict[str, object]:
    cell = found.cells[place]
    row = cell_of(cell) | {"key": ".".join(cell.key.values())}
    for side, figure in (("before", cell.before), ("after", cell.after)):
        if figure is not None:
            marks = [f"{n}={v[side == 'after'] or '-'}" for n, v in cell.attributes.items()]
            value = "confidential" if cell.confidential else figure.value or "missing"
            row[side] = " ".join([value, *marks])
    return row
