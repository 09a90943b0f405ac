"""Commands `greffe pivot …`: the official NATINF → NFI → ICCS table comes in, what an edition changes, the way of a code."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from greffe.catalogue.yaml_tree import read_yaml
from greffe.cli.common import As, Home, Json, Reason, acting, given_day, load_file, parts_of, save
from greffe.cli.proposals import EffectiveFrom, effective_day
from greffe.cli.show import failing, say, show
from greffe.errors import BadInput, BadQuery, NotFound, nearest, numbered
from greffe.mapping.pivot.artefacts import table_of
from greffe.mapping.pivot.changes import counted
from greffe.mapping.pivot.layout import DEFAULT, Layout, read_layout
from greffe.mapping.pivot.reading import Received
from greffe.release.decisions import counted as counted_decisions
from greffe.release.parts import Parts
from greffe.release.pivot import (
    Import,
    PivotReport,
    Side,
    changes_between,
    edition_received,
    editions,
    retired_rows,
    side_known,
    side_read,
    take_in,
)

_TOLD = 50  # rows of a table for people; JSON and CSV hold all
_OF_A_FILE = "9999-1"  # edition under which a file is compared that nobody imports
Columns = Annotated[Path | None, typer.Option("--columns", help="YAML: how the columns are called in the file.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Offences: NATINF, NFI, ICCS, edition by edition.")
    group.command("import")(import_command)
    group.command("changes")(changes_command)
    group.command("explain")(explain_command)
    app.add_typer(group, name="pivot")


def import_command(
    file: Annotated[Path, typer.Argument(help="The table as received: XLSX or CSV.")],
    edition: Annotated[str, typer.Option(help="Its edition, 2026-1; a correction of it 2026-1.2.")],
    nfi: Annotated[Path | None, typer.Option(help="The posts, when they are a CSV file of their own.")] = None,
    columns: Columns = None,
    origin: Annotated[str, typer.Option(help="real, or synthetic for a made-up file.")] = "real",
    received: Annotated[str, typer.Option(help="Day of receipt, 2026-11-29; today when not said.")] = "",
    retire_samples: Annotated[
        bool, typer.Option("--retire-samples", help="Propose too that sample rows go which the table answers.")
    ] = False,
    as_: As = "",
    reason: Reason = "",
    effective_from: EffectiveFrom = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would change.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Propose the code lists and correspondences of an edition; two people other than the author approve them."""
    with failing(json_):
        parts, who = acting(home, as_)
        files = [_received(path) for path in (file, nfi) if path is not None]
        said = edition_received(parts, edition, files, given_day(received, "--received") if received else None, origin)
        if not dry_run and not reason.strip():
            raise BadQuery("A proposal needs its reason.", parameter="--reason")
        found = take_in(
            parts, who, said, files, _layout(columns), reason, effective_day(effective_from),
            dry_run=dry_run, retire_samples=retire_samples,
        )  # fmt: skip
        if found.table is None or found.report is None:
            _refused(found, json_)
            raise SystemExit(BadInput.exit_code)
        data: dict[str, object] = {
            "edition": said.id, "file": said.file, "sha256": said.sha256, "received": said.received,
            "natinf": len(found.table.latest), "posts": len(found.table.posts),
            "without_iccs": sum(not found.table.iccs_of(code) for code in found.table.latest),
            "retired": sorted(retired_rows(found.report.sample)) if retire_samples else [],
            "proposal": found.proposal.id if found.proposal else "",
            "kept": str(found.kept) if found.kept else "",
        }  # fmt: skip
        title = f"{data['natinf']} NATINF codes under {data['posts']} posts of the NFI, edition {said.id}."
        if found.proposal:
            title += f" Proposal {found.proposal.id} is made. Next, two people other than {who.name}: "
            title += f"greffe approve {found.proposal.id} --as NAME"
        _show_report(data, found.report, title, json_)


def changes_command(
    old: Annotated[str, typer.Argument(help="An edition of the register, or a file.")],
    new: Annotated[str, typer.Argument(help="An edition of the register, or a file.")],
    columns: Columns = None,
    out: Annotated[Path | None, typer.Option("--csv", help="Write every change to this CSV file.")] = None,
    home: Home = None,
    json_: Json = False,
) -> None:
    """What one edition changes in another: codes, posts, rows of maps, approvals, and our sample beside the new one."""
    with failing(json_):
        parts = parts_of(home)
        sides = [_side(parts, name, _layout(columns)) for name in (old, new)]
        report = changes_between(parts, *sides)
        if out is not None:
            save(out, _as_csv(report))
        data: dict[str, object] = {"old": sides[0].name, "new": sides[1].name}
        _show_report(data, report, f"{numbered(len(report.changes), 'change')} from {old} to {new}.", json_)


def explain_command(
    code: Annotated[str, typer.Argument(help="A NATINF code.")],
    home: Home = None,
    json_: Json = False,
) -> None:
    """The way of a NATINF code in the edition in effect: its periods, the posts above it, and its place in ICCS."""
    with failing(json_):
        table = table_of(parts_of(home).catalogue())
        if code not in table.latest:
            raise NotFound(f"There is no NATINF code {code}.", nearest=nearest(code, table.latest))
        rows: list[dict[str, object]] = []
        for one in (o for o in table.offences if o.code == code):
            placed, post = table.placed(one.nfi), table.posts[one.nfi]
            chain = [post]
            while chain[0].parent:
                chain.insert(0, table.posts[chain[0].parent])
            rows.append(
                {
                    "label": one.label, "nature": one.nature, "valid_from": one.valid_from, "valid_to": one.valid_to,
                    "nfi": [f"{p.code} {p.label}" for p in chain],
                    "iccs": placed.iccs if placed else "", "by": placed.code if placed else "",
                    "kind": placed.kind if placed else "",
                }
            )  # fmt: skip
        columns = ("label", "nature", "valid_from", "valid_to", "nfi", "iccs", "by", "kind")
        show({"natinf": code, "periods": rows}, json_, rows=rows, columns=columns)


def _received(path: Path) -> Received:
    return Received(path.name, load_file(path))


def _layout(columns: Path | None) -> Layout:
    return DEFAULT if columns is None else read_layout(read_yaml(load_file(columns), columns.name))


def _side(parts: Parts, name: str, layout: Layout) -> Side:
    if Path(name).is_file():
        return side_read(parts, [_received(Path(name))], layout, _OF_A_FILE)
    try:
        return side_known(parts, name)
    except NotFound as error:
        known = ", ".join(editions(parts)) or "none"
        hint = f"Editions known: {known}; or name a file."
        raise NotFound(error.message, nearest=error.nearest, hint=hint) from error


def _refused(found: Import, json_: bool) -> None:
    rows = [p.as_json() for p in found.problems]
    told = rows if json_ else rows[:_TOLD]
    where = f" All of them are in {found.kept}." if found.kept else ""
    title = f"{numbered(len(rows), 'problem')}; nothing is taken from the file.{where}"
    data = {"problems": rows, "rejects": str(found.kept) if found.kept else ""}
    show(data, json_, rows=told, columns=("sheet", "row", "column", "found", "problem", "nearest"))
    say(title, json_)


def _show_report(data: Mapping[str, object], report: PivotReport, title: str, json_: bool) -> None:
    """Counts and lists; of decisions that are carried over only how many they are."""
    approvals = [asdict(d) for d in report.decisions if d.what != "carried"]
    verdicts: dict[str, int] = {}
    for one in report.sample:
        verdicts[one.verdict] = verdicts.get(one.verdict, 0) + 1
    rows = [asdict(c) for c in report.changes]
    full: dict[str, object] = {
        **data,
        "counts": counted(report.changes),
        "changes": rows,
        "touched": [asdict(t) for t in report.touched],
        "approvals": counted_decisions(report.decisions),
        "to_approve": approvals,
        "sample_counts": verdicts,
        "sample": [asdict(s) for s in report.sample],
    }
    after = "\n".join(
        (
            *(f"{what}: {number}" for what, number in counted(report.changes).items()),
            f"{numbered(len(report.touched), 'row uses', 'rows use')} codes that change.",
            f"Decisions: {_told(counted_decisions(report.decisions))}.",
            f"Our sample of NATINF codes beside it: {_told(verdicts)}.",
        )
    )
    show(full, json_, rows=rows[:_TOLD], columns=("list", "code", "kind", "before", "after"), title=title, after=after)


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{what} {number}" for what, number in counts.items()) or "none"


def _as_csv(report: PivotReport) -> bytes:
    """One table: `what` says whether a row is a change, a row touched, a decision or a row of the sample."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("what", "file_or_list", "row_or_code", "kind", "before", "after"))
    lines: list[Sequence[str]] = [("change", c.list, c.code, c.kind, c.before, c.after) for c in report.changes]
    lines += [("touched", t.file, t.row, " ".join(t.kinds), t.code, "") for t in report.touched]
    lines += [("decision", d.file, d.row, d.what, "", "") for d in report.decisions if d.what != "carried"]
    lines += [("sample", s.natinf, s.row, s.verdict, s.ours, s.official) for s in report.sample]
    writer.writerows(lines)
    return stream.getvalue().encode()
