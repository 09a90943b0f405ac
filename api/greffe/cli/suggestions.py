"""Command `greffe mappings suggest`: ranked targets for source codes that have none, each with its reasons."""

from __future__ import annotations

from typing import Annotated

import typer

from greffe.cli.common import Home, Json, parts_of
from greffe.cli.show import failing, show
from greffe.errors import BadQuery, nearest, numbered
from greffe.mapping.exchange.sets import table_named
from greffe.mapping.suggest.ground import Library
from greffe.mapping.suggest.rank import Candidate, Ground, question, suggest, unmapped_codes


def add_to(group: typer.Typer) -> None:
    """Register the command."""
    group.command("suggest")(suggest_command)


def suggest_command(
    map_: Annotated[str, typer.Argument(help="A representation map: ESTAT/infraction_to_pris_iccs, or its id.")],
    code: Annotated[str, typer.Argument(help="A source code, or COMPONENT=CODE,COMPONENT=CODE.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Every code of a source column that no row names.")] = False,
    column: Annotated[str, typer.Option(help="With --all: the source column; the first when left out.")] = "",
    most: Annotated[int, typer.Option(help="Candidates for a code.", min=1, max=50)] = 5,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Propose targets; nothing is written. The score is 0 to 100, and each reason says what it weighs."""
    with failing(json_):
        if bool(code) == all_:
            raise BadQuery("Name a code, or ask for --all.", parameter="CODE")
        catalogue = parts_of(home).catalogue()
        table = table_named(catalogue, map_)
        ground = Library(catalogue).ground(table.file)
        asked = _unmapped(ground, column) if all_ else [question(ground, code, table.file)]
        found = [(values, suggest(ground, values, most)) for values in asked]
        rows = [_row(ground, values, c) for values, candidates in found for c in candidates]
        title = f"{table.file}: {numbered(len(found), 'code')}, {numbered(len(rows), 'candidate')}." if all_ else ""
        show({"map": table.file, "candidates": rows}, json_, rows=rows, columns=tuple(_SHOWN), title=title)


_SHOWN = ("source", "score", "targets", "reasons")


def _unmapped(ground: Ground, column: str) -> list[list[str]]:
    columns = ground.table.sources
    if column and column not in columns:
        raise BadQuery(f"{column!r} is no source of the map.", parameter="--column", nearest=nearest(column, columns))
    place = columns.index(column) if column else 0
    return [[code if n == place else "" for n in range(len(columns))] for code in unmapped_codes(ground, place)]


def _row(ground: Ground, values: list[str], candidate: Candidate) -> dict[str, object]:
    table = ground.table
    return {
        "source": {c: v for c, v in zip(table.sources, values, strict=True) if v},
        "score": candidate.score,
        "targets": dict(zip(table.targets, candidate.targets, strict=True)),
        "reasons": [f"{r.french} / {r.english} ({r.weight})" for r in candidate.reasons],
    }
