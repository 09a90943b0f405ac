"""An edition of the pivot comes in: read, kept as it came, and proposed, or refused with every fault listed (D30)."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.representation_dump import dump_representation
from greffe.errors import BadInput, NotFound, Refused, nearest, numbered
from greffe.mapping.pivot.artefacts import (
    ICCS_LIST,
    NATINF_LIST,
    Edition,
    artefacts_of,
    edition_of,
    files_of,
    list_file,
    table_of,
    with_edition,
)
from greffe.mapping.pivot.changes import (
    Change,
    Compared,
    Touched,
    compared,
    edition_changes,
    sample_of,
    touched_rows,
)
from greffe.mapping.pivot.checking import Checker
from greffe.mapping.pivot.layout import Layout
from greffe.mapping.pivot.reading import Received, records
from greffe.mapping.pivot.table import PivotTable, Problem
from greffe.model.instants import paris_date
from greffe.model.structures import Codelist
from greffe.release.decisions import RowChange, changes_of
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.proposals import Proposal, effect_instant, propose, proposed_catalogue, standing
from greffe.release.proposed_files import check_kept, loaded
from greffe.store.base import Actor


@dataclass(frozen=True)
class Side:
    """An edition with the catalogue that holds it."""

    name: str
    table: PivotTable
    catalogue: Catalogue


@dataclass(frozen=True)
class PivotReport:
    """What the later of two editions changes. `decisions`: rows carried over, and those to be approved anew."""

    changes: tuple[Change, ...]
    touched: tuple[Touched, ...]
    decisions: tuple[RowChange, ...]
    sample: tuple[Compared, ...]


@dataclass(frozen=True)
class Import:
    """What became of a file: a table and its report, or `problems` and the file of refused rows."""

    edition: Edition
    table: PivotTable | None
    problems: tuple[Problem, ...] = ()
    report: PivotReport | None = None
    proposal: Proposal | None = None
    kept: Path | None = None


def edition_received(parts: Parts, id_: str, files: Sequence[Received], received: date | None, origin: str) -> Edition:
    """What is said of these files: their checksum is over one after the other. Raises BadQuery."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.content)
    day = received or paris_date(parts.clock())
    names = ", ".join(file.name for file in files)
    edition = Edition(id_, names, whole.hexdigest(), day.isoformat(), origin)
    edition.check()
    return edition


def read_table(
    catalogue: Catalogue, files: Sequence[Received], layout: Layout
) -> tuple[PivotTable | None, tuple[Problem, ...]]:
    """The table in the files, or what is wrong with them, also where they cannot be read to the end."""
    checker = Checker(layout, catalogue.latest(Codelist, ICCS_LIST).places.keys())
    try:
        table = checker.check(records(files, layout))
    except BadInput as error:
        fault = Problem(
            "", error.row or 0, error.column, str(error.file), f"{error.message} {error.hint}".strip(), error.nearest
        )
        return None, (*checker.problems, fault)
    return table, tuple(checker.problems)


def take_in(
    parts: Parts,
    who: Actor,
    edition: Edition,
    files: Sequence[Received],
    layout: Layout,
    reason: str,
    effective_from: date | None = None,
    *,
    dry_run: bool = False,
    retire_samples: bool = False,
) -> Import:
    """Propose the code lists and correspondences of an edition. What is refused is kept with a list of its faults and
    changes nothing; a dry run keeps nothing. `retire_samples`: rows of our sample that the table answers are to go."""
    needs(parts, who, "author")
    if retire_samples and edition.origin == "synthetic":
        raise Refused("A made-up table retires no row of ours.", hint="Leave out --retire-samples.")
    now = parts.clock()
    base = standing(parts.ledger(), effect_instant(effective_from.isoformat() if effective_from else "", now), now)
    before = parts.catalogue_of(base.files)
    table, problems = read_table(before, files, layout)
    if table is None:
        kept = None if dry_run else _keep(parts, edition, files, problems)
        return Import(edition, None, problems, kept=kept)
    made = artefacts_of(table, edition, before.latest(Codelist, ICCS_LIST).reference)
    wanted: dict[str, bytes | None] = dict(files_of(made, edition))
    sample = compared(sample_of(before), table, _parents(before))
    wanted |= _retired(before, sample) if retire_samples else {}
    report = _report(before, with_edition(before, made), table, sample)
    if dry_run:
        _check(parts, base.files, before, wanted)
        return Import(edition, table, report=report)
    said = f"{reason} [NATINF, NFI, ICCS: edition {edition.id}, {edition.file}, sha256 {edition.sha256}]"
    proposal = propose(parts, who, wanted, said if reason.strip() else "", effective_from)
    return Import(edition, table, report=report, proposal=proposal, kept=_keep(parts, edition, files, ()))


def _check(parts: Parts, base: Mapping[str, str], before: Catalogue, wanted: Mapping[str, bytes | None]) -> None:
    """Refuses what could not be proposed."""
    contents = {path: body for path, body in wanted.items() if body is not None}
    whole = {path: parts.register.content(sha) for path, sha in base.items() if path not in wanted}
    check_kept(before, loaded({**whole, **contents}, contents))


def _report(before: Catalogue, after: Catalogue, table: PivotTable, sample: tuple[Compared, ...]) -> PivotReport:
    """Against the edition that was in effect; a first one changes nothing."""
    changes = edition_changes(table_of(before), table) if edition_of(before) else ()
    return PivotReport(changes, touched_rows(before, changes), changes_of(before, after), sample)


def _retired(catalogue: Catalogue, sample: tuple[Compared, ...]) -> dict[str, bytes | None]:
    """The files of our sample without the rows that the official table answers; none of them when it answers all."""
    found = sample_of(catalogue)
    if found is None:
        return {}
    gone = retired_rows(sample)
    stay = {one.row for one in sample} - gone
    if not gone:
        return {}
    if not stay:
        return {found.file: None, found.table.file: None}
    rows = tuple(row for row in found.table.rows if row.row_id in stay)
    return {found.table.file: dump_representation(replace(found.table, rows=rows))}


def retired_rows(sample: tuple[Compared, ...]) -> set[str]:
    """The rows of our sample that an official table answers, whether alike or not."""
    return {one.row for one in sample if one.verdict not in ("not-in-table", "no-iccs")}


def _parents(catalogue: Catalogue) -> dict[str, str]:
    return {item.id: item.parent for item in catalogue.latest(Codelist, ICCS_LIST).items}


def _keep(parts: Parts, edition: Edition, files: Sequence[Received], problems: Sequence[Problem]) -> Path:
    """The files as they came, below the home; of refused ones with `rejects.csv`, whose path is given back."""
    name = f"{edition.id}-{edition.sha256[:10]}{'-refused' if problems else ''}"
    folder = parts.settings.home / "pivot" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, file in enumerate(files, 1):
        (folder / f"{number}-{Path(file.name).name}").write_bytes(file.content)
    if not problems:
        return folder
    rejects = folder / "rejects.csv"
    rejects.write_bytes(rejects_of(problems))
    return rejects


def rejects_of(problems: Sequence[Problem]) -> bytes:
    """Every fault as a row of a CSV file."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("sheet", "row", "column", "found", "problem", "nearest"))
    for p in problems:
        writer.writerow((p.sheet, p.row, p.column, p.found, p.message, " ".join(p.nearest)))
    return stream.getvalue().encode()


def side_known(parts: Parts, edition: str) -> Side:
    """An edition that is effective, was, or is proposed. Raises NotFound with the nearest."""
    path = list_file(NATINF_LIST, edition)
    ledger = parts.ledger()
    for version in reversed(ledger.catalogues):
        if path in version.files:
            catalogue = parts.catalogue_of(version.files, version.checksum)
            if edition_of(catalogue) == edition:
                return Side(edition, table_of(catalogue), catalogue)
    for proposal in reversed(list(ledger.definitions.proposals.values())):
        if proposal.files.get(path):
            catalogue = proposed_catalogue(parts, proposal)
            return Side(edition, table_of(catalogue), catalogue)
    raise NotFound(f"There is no edition {edition}.", nearest=nearest(edition, editions(parts)))


def editions(parts: Parts) -> tuple[str, ...]:
    """Those that are effective, were, or are proposed."""
    ledger = parts.ledger()
    paths = {path for version in ledger.catalogues for path in version.files}
    paths |= {path for proposal in ledger.definitions.proposals.values() for path in proposal.files}
    head, tail = list_file(NATINF_LIST, "|").split("|")
    return tuple(sorted(p.removeprefix(head).removesuffix(tail) for p in paths if p.startswith(head)))


def side_read(parts: Parts, files: Sequence[Received], layout: Layout, edition: str) -> Side:
    """A file as the catalogue would be with it. Raises BadInput with its first fault and how many there are."""
    catalogue = parts.catalogue()
    table, problems = read_table(catalogue, files, layout)
    if table is None:
        first = problems[0]
        raise BadInput(
            f"{numbered(len(problems), 'problem')}, the first: {first.message}",
            file=files[0].name, row=first.row, column=first.column, nearest=first.nearest,
            hint="greffe pivot import --dry-run lists them all.",
        )  # fmt: skip
    made = edition_received(parts, edition, files, None, "real")
    found = artefacts_of(table, made, catalogue.latest(Codelist, ICCS_LIST).reference)
    return Side(files[0].name, table, with_edition(catalogue, found))


def changes_between(parts: Parts, old: Side, new: Side) -> PivotReport:
    """From one edition to another; the sample is that in effect."""
    changes = edition_changes(old.table, new.table)
    now = parts.catalogue()
    sample = compared(sample_of(now), new.table, _parents(now))
    return PivotReport(changes, touched_rows(old.catalogue, changes), changes_of(old.catalogue, new.catalogue), sample)
