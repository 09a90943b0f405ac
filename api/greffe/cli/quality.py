"""`greffe quality FLOW`: the quality of a release, on the screen or as the page and the report that everybody gets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from greffe.catalogue.metadata_json import METADATA_COLLECTION, metadata_set_to_json
from greffe.cli.common import Home, Json, parts_of, save
from greffe.cli.language import here
from greffe.cli.show import failing, say, show
from greffe.errors import BadQuery, nearest
from greffe.formats.languages import best
from greffe.model.metadata import ReportedAttribute
from greffe.release.lifecycle import dataflow_named
from greffe.release.quality_kept import quality_named
from greffe.release.quality_set import reported
from greffe.web.portal.quality import alone


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(quality)


def quality(
    flow: Annotated[str, typer.Argument(help="A released dataflow, e.g. ESTAT_CRIM_OFF_CAT.")],
    release: Annotated[int, typer.Option(help="Number of a release; else the current one.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="Write the page: .html.")] = None,
    lang: Annotated[str, typer.Option(help="en or fr; else as the terminal.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """What the system knows of the quality of a release, with what is written about its dataflow: for everybody to read."""
    with failing(json_):
        language = here(lang)
        if out is not None and out.suffix != ".html":
            raise BadQuery(
                f"No such kind of file: {out.suffix or out.name}.",
                parameter="--out",
                nearest=nearest(".html", (".html",)),
            )
        parts = parts_of(home)
        catalogue = parts.catalogue()
        found = quality_named(parts, dataflow_named(parts, flow), release)
        report = reported(found, catalogue)
        if out is not None:
            save(out, alone(found, catalogue, language).encode())
            say(f"{out}: the quality of {found.release}.", json_)
        rows = [{"heading": path, "says": text} for path, text in _lines(report.attributes, language, "")]
        title = best(report.names, language)
        show(
            {METADATA_COLLECTION: [metadata_set_to_json(report)]},
            json_,
            rows=rows,
            columns=("heading", "says"),
            title=title,
        )


def _lines(attributes: Iterable[ReportedAttribute], lang: str, above: str) -> Iterable[tuple[str, str]]:
    """Dotted heading and text."""
    for one in attributes:
        if one.values:
            yield f"{above}{one.id}", "; ".join(v if isinstance(v, str) else best(v, lang) for v in one.values)
        yield from _lines(one.children, lang, f"{above}{one.id}.")
