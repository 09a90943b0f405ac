"""A receipt as it is read, whoever sent it and whatever it is about.

Two forms are read: JSON `{"transmission", "message_id", "verdict", "message", "files": [{"name", "sha256"}], "findings":
[{"file", "key": {…}, "period", "severity", "message"}]}`, and CSV (parted by commas or semicolons) with a column for each
dimension, TIME_PERIOD, message, and perhaps file and severity. Any other file is kept with the verdict that a person gives it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.errors import BadInput, nearest, unreadable
from greffe.model.delimiters import delimiter
from greffe.model.strict_json import NoJsonError, read_strictly
from greffe.model.transmissions import ACKNOWLEDGED, REFUSED

REPORTED: Final = "reported"
VERDICTS: Final = (ACKNOWLEDGED, REFUSED, REPORTED)
LARGEST: Final = 20_000_000  # bytes of one receipt
MOST: Final = 10_000  # findings of one report
FIELDS: Final = ("transmission", "message_id", "verdict", "message", "findings", "files")
OF_FINDING: Final = ("file", "key", "period", "severity", "message")
OF_FILE: Final = ("name", "sha256")
READ: Final = (*FIELDS, *(f"files.{f}" for f in OF_FILE), *(f"findings.{f}" for f in OF_FINDING))


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
    """A receipt as it was read: what it says it is about ('' when it does not), and its verdict ('' likewise). `files`: name and
    checksum of what it was given; `message_id`: as in the header of the file; `unread`: fields that nobody reads here."""

    transmission: str
    verdict: str
    message: str
    remarks: tuple[Remark, ...]
    files: tuple[tuple[str, str], ...] = ()
    message_id: str = ""
    unread: tuple[str, ...] = ()


def read_receipt(content: bytes, name: str, columns: Mapping[str, Sequence[str]]) -> Read:
    """A receipt in a form that is known, or nothing but that it came. `columns`: dataflow → its dimensions."""
    start = content.lstrip()[:1]
    if start == b"{":
        return _json(content, name)
    if name.lower().endswith(".csv"):
        return Read("", "", "", tuple(_csv(content, name, columns)))
    return Read("", "", "", ())


def _json(content: bytes, name: str) -> Read:
    try:
        found = read_strictly(content.decode("utf-8-sig"))
    except NoJsonError as error:
        raise BadInput(f"It is no JSON: {error.what}.", file=name) from error
    except UnicodeDecodeError as error:
        raise BadInput("It is not UTF-8.", file=name) from error
    if not isinstance(found, dict):
        raise BadInput("It is no object of JSON.", file=name)
    verdict = _text(found, "verdict", name)
    if verdict and verdict not in VERDICTS:
        raise BadInput(f"{verdict!r} is no verdict.", file=name, column="verdict", nearest=VERDICTS)
    listed = found.get("findings", [])
    if not isinstance(listed, list) or len(listed) > MOST:
        raise BadInput(f"It is a list of at most {MOST} findings.", file=name, column="findings")
    return Read(
        _text(found, "transmission", name), verdict, _text(found, "message", name),
        tuple(_remark(one, number, name) for number, one in enumerate(listed, 1)),
        _files(found, name), _text(found, "message_id", name), _unread(found),
    )  # fmt: skip


def _files(found: Mapping[str, object], name: str) -> tuple[tuple[str, str], ...]:
    listed = found.get("files", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise BadInput("It is no list of files with name and sha256.", file=name, column="files")
    return tuple((_text(one, "name", name, n), _text(one, "sha256", name, n)) for n, one in enumerate(listed, 1))


def _unread(found: Mapping[str, object]) -> tuple[str, ...]:
    """Fields that are none of ours, each once, as `findings.code`."""
    unread = [str(k) for k in found if k not in FIELDS]
    for place, known in (("findings", OF_FINDING), ("files", OF_FILE)):
        listed = found.get(place, [])
        for one in listed if isinstance(listed, list) else ():
            unread += [f"{place}.{k}" for k in one if k not in known] if isinstance(one, dict) else []
    return tuple(dict.fromkeys(unread))


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
    rows = csv.DictReader(io.StringIO(text), strict=True, delimiter=delimiter(text))
    try:
        header = list(rows.fieldnames or ())
    except csv.Error as error:
        raise BadInput(f"It is no CSV: {unreadable(error)}.", file=name) from error
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
