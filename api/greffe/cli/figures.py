"""Commands about figures: ingest, extracts, prepare."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.allocators import spare_memory
from greffe.cli.common import As, Home, Json, PublicReason, Reason, acting, parts_of
from greffe.cli.show import failing, progress, say, show
from greffe.errors import BadInput
from greffe.ingest.extract import ReadOptions
from greffe.model import instants
from greffe.model.instants import written
from greffe.release.intake import Handover, Taken, take_in
from greffe.release.lifecycle import dataflow_named, make_draft

REFUSALS = ("row", "rule", "column", "found", "expected", "nearest")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (ingest, extracts, prepare):
        app.command()(command)


def ingest(
    file: Annotated[Path, typer.Argument(help="CSV, Parquet or XLSX.")],
    as_: As = "",
    source: Annotated[str, typer.Option(help="Source application, e.g. Cassiopée.")] = "",
    sender: Annotated[str, typer.Option(help="Who handed it over; else who acts.")] = "",
    origin: Annotated[str, typer.Option(help="real or synthetic.")] = "",
    moment: Annotated[str, typer.Option(help="When the source made it, ISO; else the file's time.")] = "",
    dataflow: Annotated[str, typer.Option(help="Internal dataflow; else found by the header.")] = "",
    encoding: Annotated[str, typer.Option(help="utf-8 (default) or latin-1.")] = "utf-8",
    delimiter: Annotated[str, typer.Option(help="comma, semicolon or tab; else found.")] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook; else the first.")] = "",
    partial: Annotated[bool, typer.Option("--partial", help="Load the good rows of a refused extract.")] = False,
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Check an extract against its internal structure and keep it. One refused row refuses it whole."""
    spare_memory()
    with failing(json_):
        parts, who = acting(home, as_)
        if partial and not reason.strip():
            raise BadInput("--partial needs its reason.", parameter="--reason")
        if not file.is_file():
            raise BadInput("There is no such file.", file=str(file))
        when = instants.given(moment, "--moment") if moment else datetime.fromtimestamp(file.stat().st_mtime, UTC)
        options = ReadOptions(encoding=encoding, delimiter=delimiter, sheet=sheet, partial=partial)
        handover = Handover(source, sender, origin, when, dataflow, reason if partial else "")
        with progress(f"Ingesting {file.name}", json_) as bar:
            taken = take_in(
                parts,
                who,
                file,
                handover,
                options,
                lambda stage, done: bar.update(bar.task_ids[0], note=f"{stage} {done:,}"),
            )
        _told(file, taken, json_)


def _told(file: Path, taken: Taken, as_json: bool) -> None:
    """What became of a file; exit code 2 when it was refused whole."""
    record, report = taken.record, taken.report
    data: dict[str, object] = {
        "extract": record.id,
        "accepted": record.accepted,
        "already_known": taken.known,
        "dataflow": str(record.dataflow),
        "origin": record.origin,
        "rows": report.rows,
        "refused": report.refused,
        "partial": record.partial,
        "rules": dict(report.counts),
        "rejects": str(taken.rejects) if taken.rejects else None,
        "errors": [e.as_json() for e in report.errors[:20]],
    }
    if not report.refused:
        after = "This very file was accepted before; nothing changed." if taken.known else "Next: greffe prepare FLOW"
        show(data, as_json, rows=[data], columns=("extract", "dataflow", "origin", "rows"), after=after)
        return
    rows = [e.as_json() for e in report.errors[:12]]
    title = f"{file.name}: {report.refused:,} of {report.rows:,} rows refused"
    after = f"By rule: {_counts(report.counts)}\nEvery refused row: {taken.rejects}"
    show(data, as_json, rows=rows, columns=REFUSALS, title=title, after=after)
    if not record.accepted:
        next_ = 'Correct them, or load the good rows with --partial --reason "…".'
        say(f"{file}: refused whole, {report.refused} rows. {next_}", as_json)
        raise SystemExit(2)
    say(
        f"{record.id}: {report.accepted} of {report.rows} rows loaded, marked partial. Next: greffe prepare FLOW",
        as_json,
    )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{rule} {count}" for rule, count in counts.items())


def extracts(home: Home = None, json_: Json = False) -> None:
    """List the extracts that were handed over."""
    with failing(json_):
        rows = [
            {
                "extract": e.id,
                "dataflow": e.dataflow.id,
                "origin": e.origin,
                "rows": e.rows,
                "state": ("partial" if e.partial else "accepted") if e.accepted else f"refused ({e.refused})",
                "source": e.source,
                "moment": written(e.moment)[:16],
            }
            for e in parts_of(home).ledger().extracts.values()
        ]
        show({"extracts": rows}, json_, rows=rows, columns=("extract", "origin", "rows", "state", "source", "moment"))


def prepare(
    flow: Annotated[str, typer.Argument(help="Target dataflow, e.g. ESTAT_CRIM_OFF_CAT; `all` for every one.")],
    as_: As = "",
    origin: Annotated[str, typer.Option(help="real or synthetic, when both exist.")] = "",
    extract: Annotated[list[str] | None, typer.Option(help="Only these extracts of the source.")] = None,
    reason: PublicReason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Map, calculate and validate: a draft, with everything found on the way."""
    with failing(json_):
        parts, who = acting(home, as_)
        wanted = (
            [
                d
                for d in parts.catalogue().dataflows()
                if any(m.target == d.reference for m in parts.catalogue().maps.values())
            ]
            if flow == "all"
            else [dataflow_named(parts, flow)]
        )
        rows: list[dict[str, object]] = []
        with progress("Preparing", json_) as bar:
            for one in wanted:
                draft = make_draft(
                    parts,
                    who,
                    one,
                    lambda stage, name=one.reference.id: bar.update(bar.task_ids[0], note=f"{name}: {stage}"),  # type: ignore[misc]
                    origin=origin,
                    extracts=extract or (),
                    reason=reason,
                )
                rows.append(
                    {
                        "draft": draft.id,
                        "origin": draft.origin,
                        "observations": draft.observations,
                        "errors": len(draft.errors),
                        "warnings": len(draft.warnings),
                        "unmapped": len(draft.coverage.get("unmapped") or ()),  # type: ignore[arg-type]
                    }
                )
        show(
            {"drafts": rows},
            json_,
            rows=rows,
            columns=("draft", "origin", "observations", "errors", "warnings", "unmapped"),
            after="\n".join(_next(row) for row in rows),
        )


def _next(row: Mapping[str, object]) -> str:
    """What to do with a draft."""
    draft = row["draft"]
    if not row["observations"]:
        return f"{draft} is empty: greffe coverage {draft} says what was left out"
    if row["errors"]:
        return (
            f"{draft}: greffe findings {draft}; errors are mended in the source, or waived when published as they are"
        )
    accept = f"greffe accept {draft} --as NAME --reason …, " if row["warnings"] else ""
    return f"{draft}: greffe findings {draft}, greffe coverage {draft}, {accept}greffe approve {draft} --as NAME (two people)"
