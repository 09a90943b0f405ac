"""An extract comes in: checked, kept as it came, and entered in the register, accepted or refused (D18)."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from greffe.errors import BadInput, BadQuery, Conflict, nearest
from greffe.ingest.extract import ReadOptions, Report, detect, ingest
from greffe.model.structures import Dataflow
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.sources import extract_folder
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.store.depot import version_of
from greffe.store.folders import file_checksum
from greffe.store.records import ExtractRecord

ORIGINS = ("real", "synthetic")


@dataclass(frozen=True)
class Handover:
    """What comes with a file: who sent it, from which application, made when, real or synthetic."""

    source: str
    sender: str
    origin: str
    moment: datetime
    dataflow: str = ""
    partial_reason: str = ""


@dataclass(frozen=True)
class Taken:
    """What became of it. `rejects` is the file of refused rows, when there are any."""

    record: ExtractRecord
    report: Report
    rejects: Path | None
    known: bool = False  # the very same file had been accepted before: nothing was done


def take_in(
    parts: Parts, who: Actor, path: Path, handover: Handover, options: ReadOptions, progress: Callable[[str, int], None]
) -> Taken:
    """Check `path` against its internal structure and keep it under `extracts/<id>`.

    A refused extract leaves its rejects file and an entry, and no rows. The same bytes taken in again change nothing.
    Raises BadInput for a file that cannot be read at all.
    """
    needs(parts, who, "author")
    if handover.origin not in ORIGINS:
        raise BadQuery(
            f"{handover.origin!r} is no origin.", parameter="--origin", nearest=nearest(handover.origin, ORIGINS)
        )
    if not path.is_file():
        raise BadInput("There is no such file.", file=str(path))
    catalogue = parts.catalogue()
    flow = (
        catalogue.latest(Dataflow, handover.dataflow.split(":")[-1].split("(")[0])
        if handover.dataflow
        else detect(path, catalogue, options)
    )
    if not catalogue.internal(flow):
        raise BadQuery(f"{flow.reference} is no internal dataflow.", parameter="--dataflow")
    structure = catalogue.structure(flow)
    work = parts.settings.extracts / f".{os.getpid()}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}.tmp"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        with parts.connection() as connection:
            report = ingest(connection, path, structure, catalogue.codelists(structure), work, options, progress)
        return _entered(parts, who, path, handover, flow, report, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _entered(
    parts: Parts, who: Actor, path: Path, handover: Handover, flow: Dataflow, report: Report, work: Path
) -> Taken:
    partial = report.refused > 0 and bool(handover.partial_reason)
    accepted = report.refused == 0 or (partial and report.accepted > 0)
    id_ = f"{flow.reference.id}-{report.checksum[:10]}" + ("-partial" if partial else "")
    name = id_ if accepted else f"{id_}-refused"
    known = parts.ledger().extracts.get(id_)
    final = extract_folder(parts.extracts, known) if known and accepted else parts.extracts.root / name
    rejects = final / "rejects.csv" if report.refused else None
    if accepted and known is not None and known.accepted and final.is_dir():
        return Taken(_same(known, handover.origin), report, rejects, known=True)
    record = ExtractRecord(
        id=id_,
        checksum=report.checksum,
        dataflow=flow.reference,
        file_name=path.name,
        source=handover.source,
        moment=handover.moment,
        sender=handover.sender or who.name,
        origin=handover.origin,
        rows=report.accepted if accepted else report.rows,
        refused=report.refused,
        partial=partial,
        reason=handover.partial_reason if partial else "",
        accepted=accepted,
        rows_checksum=file_checksum(work / "rows.parquet") if accepted else "",
    )
    with suppress(*(() if accepted else (Conflict,))):  # what was refused may be told in other words after an upgrade
        parts.extracts.keep(work, name, version_of(record.rows_checksum))
    there = _noted(parts, who, record, known)
    return Taken(there or record, report, rejects, known=there is not None)


@one_by_one
def _noted(parts: Parts, who: Actor, record: ExtractRecord, before: ExtractRecord | None) -> ExtractRecord | None:
    """Enter an extract, of which `before` was known. Gives what somebody entered meanwhile who took in the same, and raises BadInput
    as `_same`."""
    there = parts.ledger().extracts.get(record.id)
    if record.accepted and there is not None and there.accepted and there != before:
        return _same(there, record.origin)
    parts.note(who, record.kind, record.id, record.payload())
    return None


def _same(known: ExtractRecord, origin: str) -> ExtractRecord:
    """What was accepted before. Raises BadInput where the file is declared otherwise now."""
    if known.origin != origin:
        raise BadInput(
            f"This very file was accepted as {known.origin}, and is now declared {origin}.",
            file=known.file_name,
            parameter="--origin",
        )
    return known
