"""What comes back: acknowledgements, refusals and validation reports, kept as they came and read onto the very cells.

Two forms are read: JSON `{"transmission", "verdict", "message", "findings": [{"file", "key": {…}, "period", "severity",
"message"}]}`, and CSV with a column for each dimension, TIME_PERIOD, message, and perhaps file and severity. Any other file
is kept with the verdict that a person gives it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from greffe.errors import BadInput, BadQuery, Refused, nearest, unreadable
from greffe.model.structures import Dataflow
from greffe.model.transmissions import ACKNOWLEDGED, REFUSED, SENT, UNCERTAIN, Transmission
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.published import file_content
from greffe.store.base import Actor
from greffe.transmission import keeping

REPORTED: Final = "reported"
VERDICTS: Final = (ACKNOWLEDGED, REFUSED, REPORTED)
LARGEST: Final = 20_000_000
MOST: Final = 10_000  # findings of one report


@dataclass(frozen=True)
class Remark:
    """What a recipient says of one cell, or of a whole file (no key). `known`: whether the cell was sent."""

    file: str
    key: Mapping[str, str]
    period: str
    severity: str
    message: str
    known: bool = True


@dataclass(frozen=True)
class Read:
    """A receipt as it was read: what it says it is about ('' when it does not), and its verdict ('' likewise)."""

    transmission: str
    verdict: str
    message: str
    remarks: tuple[Remark, ...]


def take(
    parts: Parts, who: Actor, id_: str, path: Path, verdict: str = "", said: str = ""
) -> tuple[Transmission, Read]:
    """Keep a receipt and enter what it says of a delivery.

    Raises BadInput for a file that cannot be read, Refused for one that is about another delivery, or when nothing was sent,
    BadQuery when neither the file nor the person says the verdict."""
    needs(parts, who, "transmitter")
    one = parts.ledger().transmission(id_)
    if one.state not in (SENT, UNCERTAIN, ACKNOWLEDGED, REFUSED):
        raise Refused(f"{id_} is {one.state}: no receipt of it can have come.")
    content = file_content(path, LARGEST)
    read = read_receipt(content, path.name, _columns(parts, one))
    if read.transmission and read.transmission != id_:
        known = read.transmission in parts.ledger().transmissions
        hint = f"greffe transmissions receipt {read.transmission} …" if known else "No such delivery left here."
        raise Refused(f"{path.name} is about {read.transmission}, not about {id_}.", hint=hint)
    _own_files(one, read, path.name)
    given = _verdict(read, verdict, path.name)
    digest = hashlib.sha256(content).hexdigest()
    if any((r.sha256, r.verdict) == (digest, given) for r in one.receipts):
        return one, read
    keeping.keep(parts.settings, [content])
    told = {"sha256": digest, "name": path.name[:200], "said": (said or read.message)[:2000]}
    parts.note(who, f"transmission.{given}", id_, told, once=f"transmission:{id_}:{given}:{digest}")
    return parts.ledger().transmission(id_), read


def remarks(parts: Parts, one: Transmission) -> tuple[Remark, ...]:
    """Everything the recipient said of cells of a delivery, from the kept receipts. Raises Broken when one is damaged."""
    columns = _columns(parts, one)
    found = [read_receipt(keeping.content(parts.settings, r.sha256), r.name, columns) for r in one.receipts]
    return tuple(remark for read in found for remark in read.remarks)


def read_receipt(content: bytes, name: str, columns: Mapping[str, Sequence[str]]) -> Read:
    """A receipt in a form that is known, or nothing but that it came. `columns`: dataflow → its dimensions."""
    start = content.lstrip()[:1]
    if start == b"{":
        return _json(content, name)
    if name.lower().endswith(".csv"):
        return Read("", "", "", tuple(_csv(content, name, columns)))
    return Read("", "", "", ())


def _verdict(read: Read, given: str, name: str) -> str:
    if given and given not in VERDICTS:
        raise BadQuery(f"{given!r} is no verdict.", parameter="--verdict", nearest=nearest(given, VERDICTS) or VERDICTS)
    if given and read.verdict and given != read.verdict:
        raise Refused(f"{name} says {read.verdict}, not {given}.", parameter="--verdict")
    verdict = given or read.verdict or (REPORTED if read.remarks else "")
    if not verdict:
        hint = f"Say what it means: --verdict {', '.join(VERDICTS)}."
        raise BadQuery(f"{name} is no receipt that can be read here.", parameter="--verdict", hint=hint)
    return verdict


def _own_files(one: Transmission, read: Read, name: str) -> None:
    own = [f.name for f in one.files]
    wrong = next((r.file for r in read.remarks if r.file and r.file not in own), "")
    if wrong:
        raise Refused(f"{name} speaks of {wrong}, which is no file of {one.id}.", hint=f"Its files: {', '.join(own)}.")


def _columns(parts: Parts, one: Transmission) -> dict[str, tuple[str, ...]]:
    catalogue = parts.catalogue(one.catalogue)
    flows = {f.name: [catalogue.get(Dataflow, s.dataflow) for s in f.sources] for f in one.files}
    dims = {name: [d for f in found for d in catalogue.structure(f).dimension_ids] for name, found in flows.items()}
    return {name: tuple(dict.fromkeys(found)) for name, found in dims.items()}


def _json(content: bytes, name: str) -> Read:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"It is no JSON: {unreadable(error)}.", file=name) from error
    verdict = _text(found, "verdict", name)
    if verdict and verdict not in VERDICTS:
        raise BadInput(f"{verdict!r} is no verdict.", file=name, column="verdict", nearest=VERDICTS)
    listed = found.get("findings", [])
    if not isinstance(listed, list) or len(listed) > MOST:
        raise BadInput(f"It is a list of at most {MOST} findings.", file=name, column="findings")
    return Read(
        _text(found, "transmission", name), verdict, _text(found, "message", name),
        tuple(_remark(one, number, name) for number, one in enumerate(listed, 1)),
    )  # fmt: skip


def _remark(one: object, number: int, name: str) -> Remark:
    if not isinstance(one, dict) or not isinstance(one.get("key", {}), dict):
        raise BadInput("It is no finding with a key.", file=name, row=number, column="findings")
    key = {str(k): str(v) for k, v in one.get("key", {}).items()}
    texts = {k: _text(one, k, name, number) for k in ("file", "period", "severity", "message")}
    return Remark(texts["file"], key, texts["period"], texts["severity"] or "error", texts["message"])


def _text(found: Mapping[str, object], field: str, name: str, row: int | None = None) -> str:
    value = found.get(field, "")
    if not isinstance(value, str):
        raise BadInput(f"{field} is no text.", file=name, row=row, column=field)
    return value


def _csv(content: bytes, name: str, columns: Mapping[str, Sequence[str]]) -> Iterator[Remark]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("It is not UTF-8.", file=name) from error
    rows = csv.DictReader(io.StringIO(text), strict=True)
    header = list(rows.fieldnames or ())
    if "message" not in header:
        raise BadInput(
            "No column says what was found.", file=name, row=1, column="message", nearest=nearest("message", header)
        )
    dims = {d for known in columns.values() for d in known}
    beside = ("file", "severity", "message", "TIME_PERIOD")
    wrong = next((c for c in header if c not in dims and c not in beside), "")
    if wrong:
        near = nearest(wrong, [*dims, *beside])
        raise BadInput("No dimension of the delivery has this name.", file=name, row=1, column=wrong, nearest=near)
    try:
        for number, row in enumerate(rows, 1):
            if number > MOST:
                raise BadInput(f"It has more than {MOST} findings.", file=name, row=number + 1)
            if None in row or None in row.values():
                raise BadInput(f"{len(header)} cells are expected.", file=name, row=number + 1)
            key = {d: row[d] for d in header if d in dims and row[d]}
            told = (
                row.get("file", ""),
                key,
                row.get("TIME_PERIOD", ""),
                row.get("severity", "") or "error",
                row["message"],
            )
            yield Remark(*told)
    except csv.Error as error:
        raise BadInput(f"It is no CSV: {unreadable(error)}.", file=name) from error
