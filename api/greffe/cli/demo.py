"""`greffe demo`: the whole journey with the shipped artefacts and samples, shown step by step, then served."""

from __future__ import annotations

import csv
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from greffe.app import compose
from greffe.cli.common import Home
from greffe.cli.demo_cast import AUTHOR, FIRST, PEOPLE, RELEASER, SECOND, Extract, out, take
from greffe.cli.demo_deliveries import deliveries
from greffe.cli.demo_editions import second_edition, third_edition
from greffe.cli.demo_houses import houses
from greffe.cli.demo_orders import orders
from greffe.cli.demo_rounds import answers, queries
from greffe.cli.listening import free_port
from greffe.cli.service import run
from greffe.cli.show import failing, progress
from greffe.errors import BadInput
from greffe.model.findings import Finding
from greffe.model.releases import Release
from greffe.release.access.accounts import accept, invite
from greffe.release.definitions import approve_map
from greffe.release.intake import Taken
from greffe.release.lifecycle import (
    accept_warnings,
    approve_draft,
    dataflow_named,
    kept_draft,
    make_draft,
)
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, add_person, approvers
from greffe.release.published_list import add_listed
from greffe.release.releasing import make_release
from greffe.release.waivers import approve_waiver, propose_waiver
from greffe.settings import read_settings
from greffe.store.records import Waiver

WORDS = (
    "acier", "balise", "canal", "datte", "ecluse", "fanal", "galet", "hublot", "iris", "jonque", "kayak", "lichen", "merle",
    "noyer", "orage", "pivot", "quartz", "ruche", "sapin", "tulle", "urne", "vigie", "wagon", "xylo", "yourte", "zinc",
    "abri", "bocal", "cedre", "dune", "etal", "forge", "givre", "houle", "ivoire", "jardin", "kiosque", "lampe", "menhir",
    "nacre", "ourlet", "phare", "quai", "radeau", "silex", "treille", "usine", "verger", "zeste", "ancre", "brise", "corail",
    "digue", "ebene", "falaise", "grange", "herbe", "ilot", "jade", "karst", "lagune", "moulin", "nuage", "opale",
)  # fmt: skip
ACCEPTED = "Read one by one in the demonstration: the movements are in the source."


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(demo)


def demo(
    home: Home = None,
    only_build: Annotated[bool, typer.Option("--only-build", help="Build the store and stop.")] = False,
) -> None:
    """Build a store from the shipped artefacts and samples, then serve it. The second start keeps its data."""
    with failing(False):
        settings = read_settings(home=home)
        if not only_build:
            free_port(settings.host, settings.port)
        samples = samples_folder()  # where there are none, no house is made
        parts = compose(settings)
        if not set(origins(samples)) <= {r.dataflow.id for r in parts.ledger().releases.values()}:
            build(parts, samples)
        second_edition(parts, samples)
        wait_for_effect(parts)
        third_edition(parts, samples)
        answers(parts)
        deliveries(parts)
        queries(parts)
        houses(parts)
        orders(parts)
        try_this(parts)
        open_accounts(parts)
        if not only_build:
            run(parts)


def samples_folder() -> Path:
    """The folder `samples` of the repository. Raises BadInput in an installed wheel, which has none."""
    folder = Path(__file__).resolve().parents[3] / "samples"
    if not (folder / "make_microseries.py").is_file():
        raise BadInput(
            "The demonstration needs the sample data of the repository.",
            hint="Clone it and run make demo; an installed greffe serves your own extracts.",
        )
    return folder


def origins(samples: Path) -> dict[str, str]:
    """Dataflow → the figures it is released with, in order: the really published ones where they exist, else the
    synthetic sample (D13). From `flows.csv` of the samples."""
    with (samples / "flows.csv").open(encoding="utf-8", newline="") as stream:
        return {row["dataflow"]: row["origin"] for row in csv.DictReader(stream)}


def build(parts: Parts, samples: Path) -> None:
    """The journey: people and maps, the imperfect extract refused, the clean ones kept, mapped, validated, released."""
    started = time.monotonic()
    out.print(f"[bold]Greffe[/bold]  home directory {escape(str(parts.settings.home))}")
    catalogue = parts.catalogue()
    artefacts = len(catalogue.artefacts) - len(catalogue.derived)
    out.print(f"  artefacts and maps imported: {artefacts} artefacts, {len(catalogue.maps)} maps")
    enter_people(parts)
    work = parts.settings.home / "samples"
    work.mkdir(parents=True, exist_ok=True)
    imperfect, clean = work / "imperfect.csv", work / "clean.csv"
    with progress("Making the sample extracts", False):
        generate(samples, imperfect, rows=200_000, error_rate="0.001")
        generate(samples, clean, rows=200_000, error_rate="0")
    refused(take(parts, Extract(imperfect, "Sample applications", "SSER", "synthetic", "INT_JUSTICE")))
    published = samples / "published"
    for extract in (
        Extract(clean, "Sample applications", "SSER", "synthetic", "INT_JUSTICE"),
        Extract(published / "prisons.csv", "GENESIS, as published by UNODC", "DAP", "real", "INT_JUSTICE"),
        Extract(published / "ssmsi_infractions.csv", "SSMSI, as published by Eurostat", "SSMSI", "real", "INT_SSMSI"),
        Extract(published / "population.csv", "Insee", "INSEE", "real", "INT_POPULATION"),
        Extract(samples / "estimates/estimates.csv", "Sample surveys", "SSER", "synthetic", "INT_ESTIMATIONS"),
    ):
        taken = take(parts, extract)
        out.print(f"  accepted {escape(taken.record.id)}: {taken.record.rows:,} rows, {extract.origin}")
    listed = add_listed(parts, AUTHOR, published / "publications.csv")
    out.print(f"  publications of other bodies: {len(listed)}, {sum(p.values for p, _ in listed):,} values")
    waive(parts, samples)
    release_all(parts, origins(samples))
    out.print(f"  built in {time.monotonic() - started:.0f} s")


def enter_people(parts: Parts) -> None:
    """An author, two approvers, a releaser, an auditor, a transmitter, an observatory; the two approve every shipped map."""
    for person, role in PEOPLE:
        if person.name not in parts.ledger().people:
            add_person(parts, HOUSE, person.name, [role])
    for map_ in parts.catalogue().maps.values():
        for person in (FIRST, SECOND):
            if person.name not in approvers(parts, f"map:{map_.reference}", map_.checksum):
                approve_map(parts, person, map_)
    out.print(f"  people: {', '.join(f'{p.name} ({r})' for p, r in PEOPLE)}; the maps approved by two of them")


def open_accounts(parts: Parts) -> None:
    """A password for each person who has none, shown this once."""
    people = parts.ledger().people
    fresh = [(p.name, role) for p, role in PEOPLE if p.name in people and not parts.access.password(p.name)]
    if not fresh:
        return
    out.print(f"Sign in at {parts.settings.public_url}/staff with one of these (shown this once):")
    for name, role in fresh:
        password = "-".join(secrets.choice(WORDS) for _ in range(5))
        accept(parts, invite(parts, HOUSE, name), password)
        out.print(f"  {name:8} {password}   {role}")


def generate(samples: Path, into: Path, rows: int, error_rate: str) -> None:
    """Run the sample generator in a process of its own."""
    if into.exists():
        return
    half = into.with_suffix(".half")  # an interrupted file is never taken for a whole one
    command = [sys.executable, str(samples / "make_microseries.py"), "--rows", str(rows), "--seed", "42"]
    command += ["--error-rate", error_rate, "--out", str(half)]
    if error_rate != "0":
        command += ["--answer-key", str(into.with_name("answer_key.csv"))]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 our own script
    if done.returncode:
        raise BadInput(f"The sample generator failed: {done.stderr.strip().splitlines()[-1:]}", file=str(into))
    half.replace(into)


def refused(taken: Taken) -> None:
    """Show why the imperfect extract was refused."""
    report = taken.report
    out.print(f"  [bold]refused whole[/bold] imperfect.csv: {report.refused} of {report.rows:,} rows, for example")
    shown: set[str] = set()
    for error in report.errors:
        if error.rule not in shown and len(shown) < 4:
            shown.add(error.rule)
            nearest = f" (nearest: {', '.join(error.nearest)})" if error.nearest else ""
            out.print(
                escape(
                    f"    row {error.row}, column {error.column}: found {error.found!r}, expected {error.expected}{nearest}  {error.rule}"
                )
            )
    out.print(f"    all of them: {escape(str(taken.rejects))}")


def release_all(parts: Parts, wanted: Mapping[str, str]) -> None:
    """Prepare, approve, accept the warnings, release."""
    with progress("Preparing", False) as bar:
        task = bar.task_ids[0]
        bar.update(task, total=len(wanted))
        for name, origin in wanted.items():
            flow = dataflow_named(parts, name)
            note: Callable[[str], None] = lambda stage, n=name: bar.update(task, note=f"{n}: {stage}")  # type: ignore[misc]  # noqa: E731
            draft = make_draft(parts, AUTHOR, flow, note, origin=origin)
            _, kept = kept_draft(parts, draft.id)
            for person in (FIRST, SECOND):
                if person.name not in approvers(parts, draft.id, draft.checksum):
                    approve_draft(parts, person, draft.id)
            if kept.warnings:
                accept_warnings(parts, FIRST, draft.id, ACCEPTED)
            made = make_release(parts, RELEASER, draft.id)
            bar.advance(task)
            out.print(
                escape(f"  released {made}: {made.observations:,} observations, {origin}; {_told(kept.findings)}")
            )


def _told(findings: Sequence[Finding]) -> str:
    waived = sum(1 for f in findings if f.waiver)
    warned = sum(1 for f in findings if f.severity == "warning")
    return f"{warned} warnings accepted" + (f", {waived} errors waived" if waived else "")


def waive(parts: Parts, samples: Path) -> None:
    """Errors that lie in figures as they were published: waived by rule and key, by two others than the author (D19)."""
    with (samples / "waivers.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            for name in row["dataflows"].split(";"):
                key = dict(part.split("=", 1) for part in row["key"].split(";"))
                flow = dataflow_named(parts, name).reference
                wanted = Waiver("", row["rule"], flow, key, row["period"], row["reason"], row["reference"])
                waiver = propose_waiver(parts, AUTHOR, wanted)
                for person in (FIRST, SECOND):
                    if person.name not in waiver.approvers:
                        waiver = approve_waiver(parts, person, waiver.id)


def wait_for_effect(parts: Parts) -> None:
    """A release takes effect some seconds after its commit (D6): wait for the last one. Not for what somebody released for
    an instant of its own."""
    soon = parts.clock() + timedelta(seconds=parts.settings.effect_delay_seconds)
    waiting: list[Release] = [r for r in parts.ledger().releases.values() if parts.clock() < r.effective_at <= soon]
    if waiting:
        last = max(r.effective_at for r in waiting)
        with progress("Waiting for the releases to take effect", False):
            while parts.clock() < last:
                time.sleep(0.1)


def try_this(parts: Parts) -> None:
    """A short page of things to try."""
    base = f"http://{parts.settings.host}:{parts.settings.port}"
    out.print(
        escape(
            f"""
Try, in a browser or with curl:
  {base}/api/v1/series/ESTAT_CRIM_OFF_CAT/A.ICCS0101..FR?lang=fr
  {base}/sdmx/v2/data/dataflow/SSER/UNODC_PRISONS/1.0.0/A.PERS_HELD.TOTAL.*?format=csv
  {base}/sdmx/v1/dataflow/SSER/CEPEJ_Q91/latest?references=all
  {base}/sdmx/v1/data/ESTAT_CRIM_OFF_CAT?format=xlsx&labels=both&lang=fr     a workbook; parquet, jsonstat, plain-csv, jsondata
  {base}/sdmx/v2/availability/dataflow/SSER/UNODC_PRISONS/1.0.0              what there is
  {base}/sdmx/v2/metadata/structure/dataflow/SSER/ESTAT_CRIM_OFF_CAT         its quality report

In Python (sdmx1 is in .venv: .venv/bin/python):
  import sdmx
  sdmx.add_source({{"id": "SSER", "name": "SSER", "url": "{base}/sdmx/v1"}})
  data = sdmx.Client("SSER").data("ESTAT_CRIM_OFF_CAT", key="A.ICCS0101.NR.FR")
  series = sdmx.to_pandas(data.data[0])
  print(series)

Where a figure comes from:
  .venv/bin/greffe explain 'SSER:ESTAT_CRIM_OFF_CAT(1.0.0)/A.ICCS0101.P_HTHAB.FR' 2022
What does not follow in the figures as Eurostat published them:
  .venv/bin/greffe check samples/published/publications/estat_crim_off_cat.csv
Why published figures differ:
  .venv/bin/greffe bridge FP01    .venv/bin/greffe bridge --state open    {base}/api/v1/bridge/FP20?lang=fr
Who did what:
  .venv/bin/greffe releases    .venv/bin/greffe maps    .venv/bin/greffe verify

Flows whose origin is synthetic are invented figures, and say so everywhere.
"""
        )
    )
