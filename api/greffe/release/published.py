"""Publications of other bodies: taken in, kept by checksum, withdrawn when they were taken in by mistake."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from greffe.catalogue.policies.bridge.layouts import layout_of
from greffe.errors import BadInput, BadQuery, NotFound, Refused, nearest
from greffe.formats.published.lines import Columns
from greffe.formats.published.packed import LARGEST
from greffe.formats.published.read import read_published
from greffe.model.published import PublishedValue
from greffe.release.intake import ORIGINS
from greffe.release.lifecycle import dataflow_named
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.turns import one_by_one
from greffe.store.base import Actor
from greffe.store.chain import checksum
from greffe.store.publication_records import PublicationRecord

OURS: Final = "SSER"


@dataclass(frozen=True)
class Described:
    """What comes with a file. `columns`: of a plain CSV that no layout of policy describes."""

    body: str
    dataset: str
    dataflow: str = ""
    retrieved: str = ""
    url: str = ""
    origin: str = "real"
    columns: Columns | None = None


@one_by_one
def add_publication(parts: Parts, who: Actor, path: Path, said: Described) -> tuple[PublicationRecord, bool]:
    """Read a publication and keep its bytes and its values. The same bytes of the same dataset change nothing: then the
    second value is true. Raises BadInput with file, row and column, BadQuery for what is said about it."""
    needs(parts, who, "author")
    _checked(parts, said)
    content = file_content(path)
    catalogue = parts.catalogue()
    flow = dataflow_named(parts, said.dataflow) if said.dataflow else None
    dimensions: Sequence[str] = catalogue.structure(flow).dimension_ids if flow else ()
    columns = said.columns or _by_layout(parts, said)
    kind, values = read_published(content, path.name, columns, dimensions)
    record = _record(parts, path, said, kind, content, values, str(flow.reference) if flow else "")
    known = parts.ledger().publications.get(record.id)
    if known is not None and not known.withdrawn:
        return known, True
    contents = (content, _written(values))
    once = f"publication:{record.id}:{known.instant if known else ''}"
    parts.register.append(
        who, parts.clock(), "publication.added", record.id, record.payload(), once=once, contents=contents
    )
    return parts.ledger().publications[record.id], False


@one_by_one
def withdraw_publication(parts: Parts, who: Actor, id_: str, reason: str) -> PublicationRecord:
    """Take a publication out of every comparison from now on; it stays in the register. Raises Refused when it is out."""
    needs(parts, who, "author")
    record = publication(parts, id_)
    if not reason.strip():
        raise BadQuery("A withdrawal needs its reason.", parameter="--reason")
    if record.withdrawn:
        raise Refused(f"{id_} is withdrawn already: {record.withdrawn}")
    once = f"publication-withdrawn:{id_}:{record.instant}"
    parts.note(who, "publication.withdrawn", id_, {"reason": reason.strip()}, once=once)
    return parts.ledger().publications[id_]


def publication(parts: Parts, id_: str) -> PublicationRecord:
    """A publication by its id. Raises NotFound with the nearest."""
    known = parts.ledger().publications
    if id_ not in known:
        raise NotFound(f"There is no publication {id_}.", nearest=nearest(id_, known))
    return known[id_]


def standing(parts: Parts) -> tuple[PublicationRecord, ...]:
    """The publications that are compared, the latest retrieved first: where two hold one value, the first counts."""
    found = [p for p in parts.ledger().publications.values() if not p.withdrawn]
    return tuple(sorted(found, key=lambda p: (p.retrieved, p.instant), reverse=True))


def values_of(parts: Parts, record: PublicationRecord) -> tuple[PublishedValue, ...]:
    """The values that were read when it was taken in."""
    rows = json.loads(parts.register.content(record.values_checksum))
    return tuple(PublishedValue(*row) for row in rows)


def _checked(parts: Parts, said: Described) -> None:
    for name, text in (("--body", said.body), ("--dataset", said.dataset)):
        if not text.strip() or len(text) > 200:
            raise BadQuery("Say which, in at most 200 characters.", parameter=name)
    if said.body == OURS:
        raise BadQuery(f"{OURS} is ours: what we released is compared as it is released.", parameter="--body")
    if said.origin not in ORIGINS:
        raise BadQuery(f"{said.origin!r} is no origin.", parameter="--origin", nearest=nearest(said.origin, ORIGINS))
    if said.retrieved:
        try:
            day = date.fromisoformat(said.retrieved)
        except ValueError as error:
            raise BadQuery(f"{said.retrieved!r} is no day such as 2026-11-30.", parameter="--retrieved") from error
        if day > parts.clock().date():
            raise BadQuery(f"{said.retrieved} is in the future.", parameter="--retrieved")


def file_content(path: Path, most: int = LARGEST) -> bytes:
    """The bytes of a publication. Raises BadInput when it cannot be read or is larger than `most`; the register keeps those
    of 64 MiB."""
    try:
        if not path.is_file():
            raise BadInput("There is no such file.", file=str(path))
        if path.stat().st_size > most:
            raise BadInput(f"It is larger than {most >> 20} MiB.", file=path.name)
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"It cannot be read: {error.strerror}.", file=str(path)) from error


def _by_layout(parts: Parts, said: Described) -> Columns | None:
    found = layout_of(parts.catalogue().policies.bridge.layouts, said.body, said.dataset)
    return Columns(found.series, found.period, found.value, found.separator, found.flag, found.note) if found else None


def _record(
    parts: Parts, path: Path, said: Described, kind: str, content: bytes, values: Sequence[PublishedValue], flow: str
) -> PublicationRecord:
    sha, periods = checksum(content), sorted({v.period for v in values})
    return PublicationRecord(
        id=f"{_short(said.body)}-{_short(said.dataset)}-{sha[:10]}",
        body=said.body,
        dataset=said.dataset,
        dataflow=flow,
        file_name=path.name,
        format=kind,
        checksum=sha,
        values_checksum=checksum(_written(values)),
        retrieved=said.retrieved or parts.clock().date().isoformat(),
        url=said.url,
        origin=said.origin,
        values=len(values),
        series=len({v.series for v in values}),
        first_period=periods[0],
        last_period=periods[-1],
    )


def _short(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")[:40] or "X"


def _written(values: Sequence[PublishedValue]) -> bytes:
    rows = [[v.series, v.period, v.value, v.flag, v.note, v.row] for v in values]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
