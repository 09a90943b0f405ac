"""A draft: the observations that would be released, what was found on the way, and what has no target."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from greffe.arrow import integer, pq, text
from greffe.engine import Connection, quoted
from greffe.errors import Broken, NotFound
from greffe.mapping.apply import Unmapped
from greffe.model.findings import Finding, open_errors, warnings
from greffe.model.maps import NotProvided
from greffe.protection.rounding import APART
from greffe.release.job import Job
from greffe.release.parts import Parts
from greffe.store.base import CONFIDENTIAL
from greffe.store.depot import Shelf, version_of
from greffe.store.folders import Stamp, content_of, file_checksum, stamp
from greffe.store.records import DraftRecord

DRAFT = "draft.json"
AGAIN: Final = "Prepare it again (greffe prepare), or bring it back from a backup."


@dataclass(frozen=True)
class Coverage:
    """What the map left out: source codes without a target and their weight, target cells without a source, indicators
    of the extract that no map reads; and how many rows were selected and mapped."""

    unmapped: Sequence[Unmapped]
    not_provided: Sequence[NotProvided]
    unread: Mapping[str, int]
    selected: int
    mapped: int


@dataclass(frozen=True)
class Draft:
    """A draft as kept in its folder. `checksum` is what an approval names: data, findings and coverage together."""

    id: str
    folder: Path
    key: str
    dataflow: str
    provider: str
    origin: str
    reason: str
    map: str
    map_checksum: str
    catalogue_checksum: str
    extracts: Mapping[str, str]  # id → checksum
    partial: bool
    observations: int
    series: int
    last_period: str
    findings: tuple[Finding, ...]
    coverage: Mapping[str, object]
    checksum: str
    against: tuple[
        str, ...
    ] = ()  # releases of other dataflows that hold the same figures: it was protected beside them

    @property
    def data(self) -> Path:
        """The flat Parquet of the observations."""
        return self.folder / "data.parquet"

    @property
    def apart(self) -> Path | None:
        """The true values of hidden cells, where there are any."""
        path = self.folder / CONFIDENTIAL
        return path if path.is_file() else None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Errors, before any waiver."""
        return open_errors(self.findings)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Warnings: they need a written acceptance."""
        return warnings(self.findings)


def draft_folder(parts: Parts, record: DraftRecord) -> Path:
    """Where a draft lies on this machine, as it was entered last; it comes from where files are shared when it is not here.
    It need not be there: who opens it sees."""
    shelf, version = parts.drafts, version_of(record.checksum)
    folder = shelf.at(record.id, version)
    if shelf.depot.shared and _read_once(folder / DRAFT) != record.checksum:
        with suppress(NotFound):
            shelf.bring(record.id, version)
    return folder


def write_draft(
    connection: Connection,
    job: Job,
    table: str,
    findings: Sequence[Finding],
    coverage: Coverage,
    shelf: Shelf,
) -> Draft:
    """Write data.parquet and draft.json into a folder of the shelf, whole or not at all. The id starts with the dataflow and
    holds the first digits of the key: the same job lands in the same place."""
    id_ = f"{job.dataflow.reference.id}-{job.key[:10]}"
    work = shelf.root / f".{id_}.tmp"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    _write_parquet(connection, job, table, work / "data.parquet")
    _write_apart(connection, job, work / CONFIDENTIAL)
    dims = ", ".join(quoted(d) for d in job.structure.dimension_ids)
    counts = connection.execute(
        f"SELECT count(*), (SELECT count(*) FROM (SELECT DISTINCT {dims} FROM {quoted(table)})), max(TIME_PERIOD) "
        f"FROM {quoted(table)}"
    ).fetchone()
    observations, series, last = counts if counts else (0, 0, "")
    document: dict[str, object] = {
        "id": id_,
        "key": job.key,
        "dataflow": str(job.dataflow.reference),
        "provider": job.map.provider,
        "origin": job.inputs.origin,
        "reason": job.reason,
        "map": str(job.map.reference),
        "map_checksum": job.map.checksum,
        "catalogue_checksum": job.catalogue.checksum,
        "extracts": {e.id: e.checksum for e in job.inputs.extracts},
        "partial": any(e.partial for e in job.inputs.extracts),
        "observations": integer(observations),
        "series": integer(series),
        "last_period": text(last),
        "data_sha256": hashlib.sha256((work / "data.parquet").read_bytes()).hexdigest(),
        "apart_sha256": _checksum(work / CONFIDENTIAL),
        "findings": [f.as_json() for f in findings],
        "coverage": asdict(coverage),
        "against": [one.name for one in job.linked],
    }
    body = json.dumps(document, ensure_ascii=False, indent=1, default=str).encode()
    (work / DRAFT).write_bytes(body)
    return read_draft(shelf.keep(work, id_, version_of(hashlib.sha256(body).hexdigest())))


def _write_parquet(connection: Connection, job: Job, table: str, path: Path) -> None:
    """Flat and sorted: dimensions in DSD order, TIME_PERIOD, OBS_VALUE as its canonical text, attributes."""
    dims = [quoted(d) for d in job.structure.dimension_ids]
    attributes = [quoted(a.id) for a in job.structure.attributes]
    columns = ", ".join([*dims, "TIME_PERIOD", "OBS_TEXT AS OBS_VALUE", *attributes])
    order = ", ".join([*dims, "TIME_PERIOD"])
    reader = connection.execute(f"SELECT {columns} FROM {quoted(table)} ORDER BY {order}").to_arrow_reader(100_000)
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


def _write_apart(connection: Connection, job: Job, path: Path) -> None:
    """What was hidden (protection): key, OBS_VALUE as its canonical text, CONF_STATUS, OBS_STATUS. No file where nothing was."""
    keys = ", ".join([*map(quoted, job.structure.dimension_ids), "TIME_PERIOD"])
    found = connection.execute(f"SELECT * FROM {APART} ORDER BY {keys}").to_arrow_table()
    if found.num_rows:
        pq.write_table(found, path, compression="zstd")


def read_draft(folder: Path) -> Draft:
    """The draft kept in a folder. Raises NotFound, or Broken naming the file that is not what was written."""
    path = folder / DRAFT
    if not path.is_file():
        raise NotFound(f"There is no draft {folder.name}.")
    body = content_of(path)
    try:
        found, data, apart = _parsed(body, folder)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken("A stored file is not what was written.", file=str(path), hint=AGAIN) from error
    if _checksum(folder / "data.parquet") != data:
        raise Broken(
            f"The data of draft {folder.name} are not what was written.", file=str(folder / "data.parquet"), hint=AGAIN
        )
    if _checksum(folder / CONFIDENTIAL) != apart:
        raise Broken("The values kept apart are not what was written.", file=str(folder / CONFIDENTIAL), hint=AGAIN)
    return found


def _parsed(body: bytes, folder: Path) -> tuple[Draft, str, str]:
    """The draft that a document says, and the checksums of its data and of what is kept apart. Raises ValueError, KeyError,
    TypeError, AttributeError."""
    document = json.loads(body)
    draft = Draft(
        id=document["id"],
        folder=folder,
        key=document["key"],
        dataflow=document["dataflow"],
        provider=document["provider"],
        origin=document["origin"],
        reason=document["reason"],
        map=document["map"],
        map_checksum=document["map_checksum"],
        catalogue_checksum=document["catalogue_checksum"],
        extracts=document["extracts"],
        partial=document["partial"],
        observations=document["observations"],
        series=document["series"],
        last_period=document["last_period"],
        findings=tuple(Finding(**f) for f in document["findings"]),
        coverage=document["coverage"],
        checksum=hashlib.sha256(body).hexdigest(),
        against=tuple(document.get("against", ())),
    )
    return draft, document["data_sha256"], document.get("apart_sha256", "")


def _read_once(path: Path) -> str:
    """The checksum of a file: pages list every draft, and each is read again only when it has changed."""
    with suppress(Broken):
        return _as_it_was(path, stamp(path))
    return ""


@lru_cache(maxsize=4096)
def _as_it_was(path: Path, _stamp: Stamp) -> str:
    return _checksum(path)


def _checksum(path: Path) -> str:
    return file_checksum(path) if path.is_file() else ""
