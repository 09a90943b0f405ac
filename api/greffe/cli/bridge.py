"""Command `greffe bridge`: why do published figures differ?"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import Home, Json, parts_of, save
from greffe.cli.language import here
from greffe.cli.show import failing, show
from greffe.errors import BadQuery, known_words, nearest, numbered
from greffe.model.instants import paris_date
from greffe.release.bridge import Comparison, comparison
from greffe.release.bridge_data import Table, list_table, summary, totals, whole, written
from greffe.validation.bridge.chains import STATES
from greffe.validation.bridge.page import Page
from greffe.validation.bridge.words import exactly

FORMATS = ("table", "json", "csv", "xlsx", "md")
_SCREEN = (0, 1, 2, 4, 5)  # sources are long: they stand in the other formats


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("bridge")(bridge_command)


def bridge_command(
    pair: Annotated[str, typer.Argument(help="A pair: FP01, or the id of a figure. All pairs when left out.")] = "",
    second: Annotated[str, typer.Argument(help="The second figure, e.g. nat_detained_jan@2008.")] = "",
    concept: Annotated[str, typer.Option(help="Of the list: only this concept.")] = "",
    state: Annotated[str, typer.Option(help="Of the list: equal, explained, partly or open.")] = "",
    figures: Annotated[bool, typer.Option("--figures", help="List the figures that can be compared.")] = False,
    release: Annotated[
        list[str] | None,
        typer.Option(help="FLOW#n: this release of ours instead of the current one; again for others."),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, json, csv, xlsx or md.")] = "table",
    out: Annotated[Path | None, typer.Option("--out", help="Write it into a file; xlsx needs one.")] = None,
    lang: Annotated[str, typer.Option(help="en or fr; else as the terminal.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Why do published figures differ? Each pair is joined by a chain of declared, computed steps, or it is open. Only what is
    public takes part: publications, and current releases."""
    with failing(json_ or format_ == "json"):
        wanted = "json" if json_ else format_
        if wanted not in FORMATS:
            near = nearest(wanted, FORMATS)
            hint = known_words(near, FORMATS)
            raise BadQuery(f"{wanted!r} is not known here.", parameter="--format", nearest=near, hint=hint)
        if wanted == "xlsx" and out is None:
            raise BadQuery("A workbook needs a file.", parameter="--out")
        parts = parts_of(home)
        found = comparison(parts, release or ())
        day = paris_date(parts.clock()).isoformat()
        page = Page(found.policy, found.sources, here(lang), day)
        if figures:
            _figures(found, page, concept, wanted, out)
        elif pair:
            _one(found, page, pair, second, wanted, out)
        else:
            _all(found, page, concept, state, wanted, out)


def _one(found: Comparison, page: Page, text: str, second: str, wanted: str, out: Path | None) -> None:
    pair = found.pair(text, second)
    answer = found.answer(pair)
    lines = (page.header(), *page.lines(pair, answer))
    title = f"{pair.name or pair.id}: {page.title(pair)}"
    _out(title, lines, whole(page, pair, answer), wanted, out, page.sentence(answer), _SCREEN)


def _all(found: Comparison, page: Page, concept: str, state: str, wanted: str, out: Path | None) -> None:
    concepts = sorted({f.concept for f in found.policy.figures})
    for name, text, known in (("--concept", concept, concepts), ("--state", state, STATES)):
        if text and text not in known:
            near = nearest(text, known)
            hint = known_words(near, known, len(known))
            raise BadQuery(f"{text!r} is not known here.", parameter=name, nearest=near, hint=hint)
    rows = [
        summary(page, pair, answer)
        for pair, answer in found.answers
        if concept in ("", pair.a.of.concept) and state in ("", answer.state)
    ]
    table = list_table(page, rows)
    counts = Counter(str(row["state"]) for row in rows)
    data = {"pairs": rows, "counts": dict(counts), "generated": page.day}
    title = totals(page, rows)
    after = "" if rows else "Nothing to compare yet: greffe publications add FILE --body … --dataset …"
    _out(title, table, data, wanted, out, after=after)


def _figures(found: Comparison, page: Page, concept: str, wanted: str, out: Path | None) -> None:
    columns = ("figure", "label", "value", "reference_date")
    known = [f for f in found.figures.values() if concept in ("", f.of.concept)]
    rows = [(f.id, page.figure_label(f), f.as_published or exactly(f.value), f.reference) for f in known]
    data = {"figures": [dict(zip(columns, row, strict=True)) for row in rows]}
    _out(numbered(len(rows), "figure"), (columns, *rows), data, wanted, out)


def _out(
    title: str,
    table: Table,
    data: Mapping[str, object],
    wanted: str,
    out: Path | None,
    after: str = "",
    screen: Sequence[int] = (),
) -> None:
    """Write it as is wanted. `screen`: columns of the table that a terminal has room for."""
    if wanted in ("table", "json"):
        if out is not None:
            raise BadQuery("The table on the screen and JSON go to standard output.", parameter="--out")
        places = screen or range(len(table[0]))
        columns, *rows = ([line[n] for n in places] for line in table)
        lines = [dict(zip(columns, row, strict=True)) for row in rows]
        show(data, wanted == "json", rows=lines, columns=columns, title=title, after=after)
        return
    content = written(title, table, wanted)
    if out is None:
        sys.stdout.write(content.decode())
    else:
        save(out, content)
