"""Where figures come from and where they go: explain (both ways), lineage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from greffe.cli.common import Home, Json, parts_of
from greffe.cli.language import here
from greffe.cli.show import failing, progress, say, show
from greffe.cli.trail import show_explanation
from greffe.errors import BadQuery
from greffe.release.explain import explain
from greffe.release.lineage import NOTICE, write_lineage
from greffe.release.made import made
from greffe.release.uses import Followed, Use, uses

SHOWN = 40  # uses of one internal observation that are printed


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("explain")(explain_command)
    app.command("lineage")(lineage_command)


def explain_command(
    series: Annotated[str, typer.Argument(help="SSER:FLOW(1.0.0)/A.X.Y, or FLOW/A.X.Y")] = "",
    period: Annotated[str, typer.Argument(help="e.g. 2022")] = "",
    release: Annotated[int, typer.Option(help="Number of a release; else the current one.")] = 0,
    source: Annotated[str, typer.Option("--from", help="The other way: an internal dataflow, e.g. INT_JUSTICE.")] = "",
    cell: Annotated[list[str] | None, typer.Option(help="With --from: COMPONENT=CODE, repeated.")] = None,
    moment: Annotated[str, typer.Option("--period", help="With --from: the period of the internal observation.")] = "",
    lang: Annotated[str, typer.Option(help="en or fr; else as the terminal.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Where a published figure comes from, made again from the kept inputs and compared with what was published; or with
    --from, for staff, what is made of an internal observation."""
    with failing(json_):
        language = here(lang)
        if source:
            if series or period or release:
                raise BadQuery("--from asks the other way: no series, no release.", parameter="--from")
            _show_uses(uses(parts_of(home), source, _cells(cell or ()), moment), json_)
            return
        if cell or moment or not (series and period):
            wanted = "A series and a period, or --from with an internal dataflow and its cells."
            raise BadQuery(wanted, hint="greffe explain --help")
        explanation = explain(parts_of(home), series, period, release)
        show_explanation(explanation, language, json_)
        if not explanation.agrees:
            say("What was made again is NOT what was published.", json_)
            raise SystemExit(7)


def _cells(given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in given:
        name, equals, code = part.partition("=")
        if not equals or not code or name in found:
            raise BadQuery(f"{part!r} is not COMPONENT=CODE, each component once.", parameter="--cell")
        found[name] = code
    return found


def _show_uses(found: Sequence[Followed], as_json: bool) -> None:
    if as_json:
        show({"observations": [_data(one) for one in found]}, True)
        return
    for one in found:
        seen = one.observation
        codes = " ".join(f"{k}={v}" for k, v in seen.key.items() if v != "_Z")
        value = seen.text or "empty"
        title = f"{one.dataflow} {codes} {seen.period} = {value} ({seen.extract} row {seen.row})"
        tree = Tree(f"[bold]{escape(title)}[/bold]")
        for use in one.uses[:SHOWN]:
            branch = tree.add(escape(_told(use)))
            if use.mapping_rows:
                branch.add(escape(f"by {', '.join(use.mapping_rows)}"))
        if len(one.uses) > SHOWN:
            tree.add(f"… and {len(one.uses) - SHOWN} more (--json)")
        for no in one.unused:
            where = f"{no.release}: " if no.release else ""
            row = f" ({no.row})" if no.row else ""
            about = f"{no.component}: " if no.component else ""
            tree.add(escape(f"not in {where}{about}{no.why}{row}" if no.release else f"nowhere: {no.why}{row}"))
        Console(highlight=False).print(tree)


def _told(use: Use) -> str:
    """`ESTAT_X#1/A.ICCS0101.NR.FR 2010 = 797: part`"""
    name = f"{use.release}/{'.'.join(use.key.values())} {use.period}"
    value = f" = {use.value or 'missing'}" if use.published else ", a working cell that is not published"
    made = f" of {use.calculation}"
    through = f", through {use.cell} {use.cell_period}" if use.cell != ".".join(use.key.values()) else ""
    return f"{name}{value}: {use.role}{'' if use.role == 'part' else made + through}"


def _data(one: Followed) -> dict[str, object]:
    seen = one.observation
    return {
        "dataflow": one.dataflow, "extract": seen.extract, "row": seen.row, "key": dict(seen.key),
        "period": seen.period, "value": seen.text or None, "status": seen.status,
        "uses": [
            {
                "release": u.release, "dataflow": u.dataflow, "key": dict(u.key), "period": u.period, "value": u.value,
                "published": u.published, "calculation": u.calculation, "role": u.role, "cell": u.cell,
                "cell_period": u.cell_period, "mapping_rows": list(u.mapping_rows),
            }
            for u in one.uses
        ],
        "unused": [
            {"release": n.release, "map": n.map, "component": n.component, "why": n.why, "row": n.row}
            for n in one.unused
        ],
    }  # fmt: skip


def lineage_command(
    flow: Annotated[str, typer.Argument(help="A released dataflow, e.g. CEPEJ_STAT.")],
    out: Annotated[Path, typer.Option(help="The Parquet file to write. For staff: it holds internal values.")],
    release: Annotated[int, typer.Option(help="Number of a release; else the current one.")] = 0,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Write where every published observation of a release comes from: a row for each internal observation behind it."""
    with failing(json_):
        parts = parts_of(home)
        wanted = made(parts, flow, release)
        with progress(f"Lineage of {wanted.release}", json_) as bar:
            written = write_lineage(parts, wanted, out, lambda note: bar.update(bar.task_ids[0], note=note))
        data: dict[str, object] = {
            "release": written.release, "observations": written.observations, "rows": written.rows, "file": str(out),
            "notice": NOTICE,
        }  # fmt: skip
        title = f"{written.release}: {written.observations:,} observations, made again and equal to what was published"
        show(data, json_, title=title)
