"""A file of `sdmx/` or `mappings/` as named pieces, for comparing and merging versions of it.

The pieces of a CSV file are its rows, of a map by row id, of a policy by its key (`QR-PLA-01 change`); of YAML its
sections by key, of the types of a map each by its cells (`types iccs=ICCS0101`); of an artefact its items by id and what else
it says by `(name)`. A piece that nobody changes keeps its bytes. For files that have loaded: `catalogue.load` tells what is
wrong with others.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final, cast

from greffe.catalogue.artefact_json import dump_file, read_message
from greffe.catalogue.policies.read import KEYS as POLICY_KEYS
from greffe.catalogue.type_entries import ENTRY
from greffe.catalogue.yaml_tree import read_yaml
from greffe.errors import BadDefinition

# Lists of an artefact whose members stand for themselves: each is added, changed and removed alone.
_ITEMS: Final = ("codes", "concepts", "agencies", "dataProviders", "dataConsumers", "categories", "valueItems")
_SECTION: Final = re.compile(r"^(?:\"[^\"]+\"|[A-Za-z_][\w\-]*)(?=\s*:)", re.MULTILINE)
ROW_ID: Final = ("row_id",)  # the key of maps
TYPES: Final = "types"  # the section of a map whose entries stand for themselves
HEAD: Final = "(head)"  # what comes before the first row or section


@dataclass(frozen=True)
class Piece:
    """`text` as it stands in the file; `cells` say what it means: column, or part of an item, → value."""

    text: str = field(compare=False)
    cells: Mapping[str, str]


Pieces = Mapping[str, Piece]  # in the order of the file


def read_pieces(path: str, content: bytes) -> Pieces:
    """The pieces of a file by its path."""
    text = content.decode("utf-8-sig")
    if path.endswith(".csv"):
        return _rows(text, POLICY_KEYS.get(path, ROW_ID))
    return _sections(text) if path.endswith(".yaml") else _members(text)


def assembled(path: str, pieces: Pieces) -> bytes:
    """The file of these pieces. Raises BadDefinition where they make no artefact."""
    if path.endswith(".json"):
        return _artefact(path, pieces)
    return "".join(piece.text for piece in pieces.values()).encode()


def _rows(text: str, key: Sequence[str]) -> dict[str, Piece]:
    (head, header, _), *records = records_of(text)
    found = {HEAD: Piece(head, {name: name for name in header})}
    for line, cells, _ in records:
        row = dict(zip(header, cells, strict=True))
        found[_free(_row_name(line, row, key), found)] = Piece(line, row)
    return found


def _row_name(line: str, row: Mapping[str, str], key: Sequence[str]) -> str:
    """The cells of the key, `-` for one that is empty before others; the line itself in a file without these columns."""
    if not all(column in row for column in key):
        return line.rstrip("\n")
    cells = [row[column] for column in key]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    return " ".join(cell or "-" for cell in cells)


def _free(name: str, taken: Container[str]) -> str:
    """The name, numbered where another piece has it: no row stands for two."""
    names = (f"{name} ({n})" if n > 1 else name for n in count(1))
    return next(one for one in names if one not in taken)


def records_of(text: str) -> Iterator[tuple[str, list[str], int]]:
    """Each record as text and as cells, with the line it begins on; it goes over several when a cell does."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(iter(lines), strict=True)
    done = 0
    for cells in reader:
        yield "".join(lines[done : reader.line_num]).rstrip("\r\n") + "\n", cells, done + 1
        done = reader.line_num


def _sections(text: str) -> dict[str, Piece]:
    places = [m.start() for m in _SECTION.finditer(text)]
    found = {HEAD: text[: places[0]] if places else text}
    for start, end in zip(places, [*places[1:], len(text)], strict=True):
        section = text[start:end]
        found[section[: section.index(":")].strip('" ')] = section if section.endswith("\n") else f"{section}\n"
    pieces: dict[str, Piece] = {}
    for name, section in found.items():
        types = _types(section) if name == TYPES else None
        pieces |= types or {name: Piece(section, {"text": section})}
    return pieces


def _types(section: str) -> dict[str, Piece] | None:
    """The types of a map, each a piece; None where the section is no list with an entry below the other."""
    places = [m.start() for m in ENTRY.finditer(section) if m["indent"] == _indent(section)]
    if not places:
        return None
    found = {TYPES: Piece(section[: places[0]], {"text": section[: places[0]]})}
    for start, end in zip(places, [*places[1:], len(section)], strict=True):
        entry = section[start:end]
        said = _entry(entry)
        if said is None:
            return None
        cells = _said(said)
        found[_free(f"{TYPES} {cells['cells']}".strip(), found)] = Piece(entry, cells)
    return found


def _entry(text: str) -> dict[str, object] | None:
    """The one type in a piece of the section; None where it is none, or cannot be read by itself."""
    try:
        read = read_yaml(text.encode(), "").value
    except BadDefinition:
        return None
    one = read[0] if isinstance(read, list) and read else None
    return one if isinstance(one, dict) and isinstance(one.get("cells"), dict) else None


def _said(type_: Mapping[str, object]) -> dict[str, str]:
    """A type in words: `iccs=ICCS0101`, and `shift_1jan: reason` for each conversion."""
    found = {str(k): v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in type_.items()}
    found["cells"] = ", ".join(f"{id_}={code}" for id_, code in cast(dict[str, object], type_["cells"]).items())
    conversions = type_.get("conversions")
    if isinstance(conversions, list):
        told = []
        for one in cast(list[dict[str, object]], conversions):
            named = one.get("indicators")
            who = f" ({', '.join(map(str, named))})" if isinstance(named, list) else ""
            told.append(f"{one.get('kind')}{who}: {one.get('reason')}")
        found["conversions"] = "; ".join(told)
    return found


def _indent(section: str) -> str:
    first = ENTRY.search(section)
    return first["indent"] if first else ""


def _members(text: str) -> dict[str, Piece]:
    data = cast(dict[str, list[dict[str, object]]], json.loads(text)["data"])
    ((name, (artefact,)),) = data.items()
    found = {HEAD: _piece(name)}
    for key, value in artefact.items():
        if key in _ITEMS:
            found |= {str(item["id"]): _piece(item) for item in cast(list[dict[str, object]], value)}
            found[f"{HEAD} {key}"] = _piece([])  # which list the items are of
        else:
            found[f"{HEAD} {key}"] = _piece(value)
    return found


def _piece(value: object) -> Piece:
    said = value if isinstance(value, dict) else {"value": value}
    cells = {str(k): v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in said.items()}
    return Piece(json.dumps(value, ensure_ascii=False), cells)


def _artefact(path: str, pieces: Pieces) -> bytes:
    """Written by our own writer: equal artefacts have equal bytes."""
    about, own = f"{HEAD} ", {name: json.loads(piece.text) for name, piece in pieces.items()}
    collection = own.pop(HEAD)
    parts = {name.removeprefix(about): value for name, value in own.items() if name.startswith(about)}
    items = [value for name, value in own.items() if not name.startswith(about)]
    lists = {key: items for key in parts if key in _ITEMS}
    body = {"meta": {}, "data": {collection: [{**parts, **lists}]}}
    (artefact,) = read_message(json.dumps(body, ensure_ascii=False).encode(), path)
    return dump_file(artefact)
