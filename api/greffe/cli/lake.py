"""`greffe lake CATALOGUE`: the releases as tables of DuckLake, where their Parquet lies."""

from __future__ import annotations

from typing import Annotated

import typer

from greffe.cli.common import Home, Json, parts_of
from greffe.cli.show import failing, progress, show
from greffe.upkeep.lake import tell_lake


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("lake")(lake)


def lake(
    catalogue: Annotated[
        str, typer.Argument(help="postgresql://… of an empty database, or a file: of a DuckLake catalogue.")
    ],
    home: Home = None,
    json_: Json = False,
) -> None:
    """Tell a DuckLake catalogue which releases are current, without copying them: for SQL over everything. Again after a release;
    what has not changed is left alone."""
    with failing(json_):
        parts = parts_of(home)
        with progress("lake", json_) as bar:
            done = tell_lake(parts, catalogue, lambda name: bar.update(bar.task_ids[0], note=name))
        show(
            {"told": list(done.told), "gone": list(done.gone), "unchanged": done.unchanged},
            json_,
            title="The lake is told.",
        )
