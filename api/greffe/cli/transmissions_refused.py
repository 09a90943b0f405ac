"""Commands about receipts that nobody took: transmissions refused-receipts, look-at."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, Reason, acting, parts_of, save
from greffe.cli.show import failing, show
from greffe.transmission.keeping import content
from greffe.transmission.turned_away import look_at, turned_away, waiting

COLUMNS = ("receipt", "delivery", "name", "way", "instant", "looked", "fault")


def refused_receipts_command(
    every: Annotated[bool, typer.Option("--all", help="Also those that somebody has looked at.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """List the receipts that were not taken, each with why."""
    with failing(json_):
        parts = parts_of(home)
        found = list(parts.ledger().turned_away.values()) if every else waiting(parts)
        rows: list[dict[str, object]] = [
            {"receipt": r.id, "delivery": r.about, "name": r.name, "way": r.way, "instant": r.instant, "looked": r.looked, "fault": r.fault}
            for r in found
        ]  # fmt: skip
        show({"receipts": [asdict(r) for r in found]}, json_, rows=rows, columns=COLUMNS)


def look_at_command(
    id_: Annotated[str, typer.Argument(help="A receipt as refused-receipts lists it, receipt.1f2e3d4c5b6a.")],
    out: Annotated[Path | None, typer.Option(help="Write the file as it came, and enter nothing.")] = None,
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Fetch a receipt that was not taken with --out; or say with --reason what became of it: it raises no alert any more."""
    with failing(json_):
        parts, who = acting(home, as_)
        one = turned_away(parts, id_)
        if out is not None:
            save(out, content(parts, one.sha256))
            show({"file": str(out), "sha256": one.sha256}, json_, title=f"{one.name}: {one.fault}")
            return
        one = look_at(parts, who, id_, reason)
        show(asdict(one), json_, title=f"{one.looked} has looked at {id_}.")
