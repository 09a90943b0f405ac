"""`greffe effect`: what a change of maps, lists or thresholds would change, before anybody signs it."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.load import read_folders
from greffe.cli.common import Home, Json, parts_of
from greffe.cli.show import failing, progress, say, show
from greffe.errors import BadInput, NotFound, nearest, numbered
from greffe.mapping.effect import Change, Comparison
from greffe.release.effect import DatasetEffect, Effect, effect
from greffe.release.folders import settled, whole
from greffe.release.kept_catalogues import handed_in
from greffe.release.parts import Parts
from greffe.release.proposals import base_files, proposed_catalogue

COLUMNS = ("dataset", "key", "period", "change", "before", "after", "difference", "percent")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("effect")(effect_command)


def effect_command(
    subject: Annotated[str, typer.Argument(help="A proposal, or a folder with mappings/ (and sdmx/).")],
    dataflow: Annotated[str, typer.Option(help="Only this dataflow.")] = "",
    most: Annotated[int, typer.Option(help="How many changes of a dataset are listed; all are counted.", min=0)] = 40,
    home: Home = None,
    json_: Json = False,
) -> None:
    """What a change would change in every released and drafted dataset: nothing is written, nothing is approved."""
    with failing(json_):
        parts = parts_of(home)
        before, after = _catalogues(parts, subject, json_)
        if dataflow and dataflow not in {m.target.id for m in after.maps.values()}:
            raise NotFound(
                f"No map leads to {dataflow}.", nearest=nearest(dataflow, [m.target.id for m in after.maps.values()])
            )
        with progress("Looking at", json_) as bar:
            found = effect(
                parts,
                after,
                lambda what: bar.update(bar.task_ids[0], note=what),
                before=before,
                most=most,
                dataflow=dataflow,
                alone=True,
            )
        show(as_json(found), json_, rows=_rows(found, most), columns=COLUMNS, title=_title(found))
        for line in _lines(found):
            say(line, json_)


def _catalogues(parts: Parts, subject: str, json_: bool) -> tuple[Catalogue, Catalogue]:
    """The catalogue as it is and as it would be: with a proposal, or with a folder in the place of the effective one."""
    proposals, folder = parts.ledger().definitions.proposals, Path(subject)
    if subject in proposals:
        proposal = proposals[subject]
        return parts.catalogue_of(base_files(parts, proposal)), proposed_catalogue(parts, proposal)
    if not folder.is_dir():
        raise NotFound(
            f"There is no proposal and no folder {subject}.",
            nearest=nearest(subject, proposals),
            hint="greffe export FOLDER writes one to change.",
        )
    return parts.catalogue(), _with_folder(parts, folder, json_)


def _with_folder(parts: Parts, folder: Path, json_: bool) -> Catalogue:
    names = [n for n in ("sdmx", "mappings") if (folder / n).is_dir()]
    if not names:
        raise BadInput(f"{folder} has neither mappings/ nor sdmx/.", hint="greffe export FOLDER writes both.")
    held = parts.effective().files
    asked = settled(
        parts, whole(_read(folder, names), {p: s for p, s in held.items() if p.split("/")[0] in names}), folder
    )
    for line in asked.left_alone:
        say(line, json_)
    files = {path: parts.register.content(sha) for path, sha in held.items() if path not in asked.files}
    return handed_in(files | {path: body for path, body in asked.files.items() if body is not None})


def _read(folder: Path, names: list[str]) -> dict[str, bytes]:
    """The files of the sub-folders that are there."""
    with tempfile.TemporaryDirectory() as empty:
        found = {n: folder / n if n in names else Path(empty) for n in ("sdmx", "mappings")}
        return read_folders(found["sdmx"], found["mappings"])


def as_json(found: Effect) -> dict[str, object]:
    """The effect as plain values: datasets with counts, changes and findings, totals by dataflow."""
    totals: dict[str, Counter[str]] = {}
    for one in found.datasets:
        counts = totals.setdefault(one.dataset.dataflow.id, Counter())
        counts.update(added=one.comparison.added, gone=one.comparison.gone, changed=one.comparison.changed)
    return {
        "maps": list(found.maps),
        "waiting": list(found.waiting),
        "without_dataset": list(found.without),
        "untouched": found.untouched,
        "rules": list(found.rules),
        "totals": {flow: dict(counts) for flow, counts in totals.items()},
        "datasets": [
            {
                "dataset": one.dataset.name,
                "state": one.dataset.state,
                "dataflow": str(one.dataset.dataflow),
                "origin": one.dataset.origin,
                "map": one.map,
                "added": one.comparison.added,
                "gone": one.comparison.gone,
                "changed": one.comparison.changed,
                "unchanged": one.comparison.unchanged,
                "since": _counts(one.since) if one.since else None,
                "selected": list(one.selected),
                "mapped": list(one.mapped),
                "changes": [_change(change) for change in one.comparison.changes],
                "findings": [f.as_json() for f in one.findings],
                "settled": [f.as_json() for f in one.settled],
            }
            for one in found.datasets
        ],
    }


def _counts(found: Comparison) -> dict[str, int]:
    """Against what was released or drafted, where that is not what is effective by now."""
    return {"added": found.added, "gone": found.gone, "changed": found.changed, "unchanged": found.unchanged}


def _change(change: Change) -> dict[str, object]:
    return {
        "change": change.kind,
        "key": dict(change.key),
        "period": change.period,
        "before": change.before,
        "after": change.after,
        "difference": change.difference,
        "percent": change.percent,
        "attributes": {name: list(pair) for name, pair in change.attributes.items()},
    }


def _rows(found: Effect, most: int) -> list[dict[str, object]]:
    rows = []
    for one, change in found.largest(most):
        attributes = " ".join(f"{n}: {b or '—'} → {a or '—'}" for n, (b, a) in change.attributes.items())
        rows.append(
            {
                **_change(change),
                "dataset": one.dataset.name,
                "key": ".".join(change.key.values()),
                "change": f"{change.kind} {attributes}".strip(),
            }
        )
    return rows


def _title(found: Effect) -> str:
    if not found.maps and not found.rules:
        return "No map, list or threshold is another one: nothing would change."
    rules = f" Thresholds of {', '.join(found.rules)} change." if found.rules else ""
    return (
        f"{numbered(len(found.maps), 'map changes', 'maps change')}; "
        f"{numbered(len(found.datasets), 'dataset is', 'datasets are')} looked at, "
        f"{numbered(found.untouched, 'is', 'are')} untouched.{rules}"
    )


def _lines(found: Effect) -> list[str]:
    lines = [_line(one) for one in found.datasets]
    if found.without:
        lines.append(
            f"{numbered(len(found.without), 'dataflow')} with a map that changes have no dataset yet ("
            f"{', '.join(found.without[:3])}{', …' if len(found.without) > 3 else ''}): --dataflow tries one."
        )
    lines += [f"{map_}: nothing to try it on; ingest an extract first." for map_ in found.waiting]
    for one in found.datasets:
        rules = Counter((f.rule, f.severity) for f in one.findings)
        lines += [f"{one.dataset.name}: {rule} would newly fail, {n} × {grade}" for (rule, grade), n in rules.items()]
        rules = Counter((f.rule, f.severity) for f in one.settled)
        lines += [f"{one.dataset.name}: {rule} would fail no more, {n} × {grade}" for (rule, grade), n in rules.items()]
    return lines


def _line(one: DatasetEffect) -> str:
    found = one.comparison
    counts = f"{found.added} added, {found.gone} gone, {found.changed} changed, {found.unchanged} stay"
    rows = "" if one.mapped[0] == one.mapped[1] else f"; rows mapped {one.mapped[0]} → {one.mapped[1]}"
    line = f"{one.dataset.name} ({one.dataset.state}): {counts}{rows}"
    if one.since is None:
        return line
    since = f"{one.since.added} added, {one.since.gone} gone, {one.since.changed} changed"
    return f"{line}; with what is effective and not yet in {one.dataset.name}: {since}"
