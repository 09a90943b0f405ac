"""Types of cells as they stand in the YAML file of a map: entries that are added leave every other byte as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

import yaml

from greffe.catalogue.tree import Node
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.catalogue.types import wanted
from greffe.catalogue.yaml_tree import read_yaml
from greffe.errors import Refused
from greffe.model.maps import CellType

SECTION: Final = re.compile(r"^types[ \t]*:[ \t]*\n(?:[ \t]+\S.*\n|-[ \t].*\n|[ \t]*#.*\n|[ \t]*\n)*", re.MULTILINE)
ENTRY: Final = re.compile(r"^(?P<indent>[ \t]*)-[ \t]", re.MULTILINE)
_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def with_types(content: bytes, file: str, types: Sequence[CellType]) -> bytes:
    """The file with those types behind the others of its section `types`; of one that says of the same cells what an entry
    says, the conversions stand in that entry. Raises Refused where they cannot be written there."""
    text = content.decode("utf-8")
    text = text if text.endswith("\n") else f"{text}\n"
    found = SECTION.search(text)
    first = ENTRY.search(found[0]) if found else None
    if found is None or first is None:
        raise _refused(file)
    wanted_list = old = _list(read_yaml(content, file).child("types"))
    entries = _entries(found[0].splitlines(keepends=True), first["indent"])
    if len(entries) != len(old) + 1:  # what stands before the first, then one an entry
        raise _refused(file)
    for type_ in types:
        at = next((n for n, held in enumerate(old) if _says(held) == _says(_plain(type_))), None)
        if at is None:
            _behind(entries[-1], _entry(type_, first["indent"]))
            wanted_list = [*wanted_list, _plain(type_)]
        elif not _converts(entries[at + 1], type_):
            raise _refused(file)
        else:
            wanted_list = [_with(held, type_) if n == at else held for n, held in enumerate(wanted_list)]
    body = "".join(line for entry in entries for line in entry)
    made = f"{text[: found.start()]}{body}{text[found.end() :]}".encode()
    if _list(read_yaml(made, file).child("types")) != wanted_list:
        raise _refused(file)
    return made


def _entries(lines: Sequence[str], indent: str) -> list[list[str]]:
    """The lines of the section: those before its first entry, then those of each."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line.startswith((f"{indent}- ", f"{indent}-\t")):
            found.append([])
        found[-1].append(line)
    return found


def _behind(lines: list[str], text: str, start: int = 0) -> None:
    """Put a text behind the last of the lines that says something."""
    end = len(lines)
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    lines.insert(end, text)


def _converts(lines: list[str], type_: CellType) -> bool:
    """Put the conversions of a type into the lines of its entry, behind those that it has. False where it is written otherwise."""
    head = re.match(r"[ \t]*-[ \t]+", lines[0])
    if head is None or lines[0][head.end()] == "{":
        return False
    key = " " * head.end()
    start = next((n for n, line in enumerate(lines) if re.fullmatch(rf"{key}conversions:[ \t]*(#.*)?\n", line)), None)
    if start is None:
        _behind(lines, "".join((f"{key}conversions:\n", *_conversions(type_, f"{key}  "))))
        return True
    inside = lines[start + 1 :]
    size = next(
        (n for n, line in enumerate(inside) if line.strip() and not line.startswith((f"{key} ", f"{key}- "))),
        len(inside),
    )
    indent = re.match(r"[ \t]*", inside[0]) if inside else None
    block = lines[start : start + 1 + size]
    _behind(block, "".join(_conversions(type_, indent[0] if indent else f"{key}  ")))
    lines[start : start + 1 + size] = block
    return True


def _plain(type_: CellType) -> dict[str, object]:
    """A type as its entry reads."""
    found: dict[str, object] = {"cells": dict(type_.cells), **{axis: wanted(type_)[axis] for axis in TYPE_WORDS}}
    return found | ({"conversions": _read_back(type_)} if type_.conversions else {})


def _read_back(type_: CellType) -> list[object]:
    return [
        {"kind": c.kind, **({"indicators": list(c.indicators)} if c.indicators else {}), "reason": c.reason}
        for c in type_.conversions
    ]


def _says(entry: object) -> object:
    """An entry without its conversions."""
    return {k: v for k, v in entry.items() if k != "conversions"} if isinstance(entry, dict) else entry


def _with(entry: object, type_: CellType) -> object:
    """An entry with the conversions of a type behind its own."""
    held = dict(entry) if isinstance(entry, dict) else {}
    return {**held, "conversions": [*held.get("conversions", []), *_read_back(type_)]}


def _refused(file: str) -> Refused:
    return Refused(
        f"The section types of {file} is not written as a list, an entry below the other.",
        hint="Edit that file and propose it: greffe export FOLDER, greffe propose FILE.",
    )


def _list(node: Node) -> list[object]:
    return node.value if isinstance(node.value, list) else []


def _entry(type_: CellType, indent: str) -> str:
    cells = ", ".join(f"{id_}: {_scalar(code)}" for id_, code in type_.cells.items())
    words = wanted(type_)
    lines = [f"{indent}- cells: {{{cells}}}", *(f"{indent}  {axis}: {words[axis]}" for axis in TYPE_WORDS)]
    if type_.conversions:
        lines.append(f"{indent}  conversions:")
    return "".join((*(f"{line}\n" for line in lines), *_conversions(type_, f"{indent}    ")))


def _conversions(type_: CellType, indent: str) -> Iterator[str]:
    for conversion in type_.conversions:
        yield f"{indent}- kind: {conversion.kind}\n"
        if conversion.indicators:
            yield f"{indent}  indicators: [{', '.join(map(_scalar, conversion.indicators))}]\n"
        yield f"{indent}  reason: {json.dumps(conversion.reason, ensure_ascii=False)}\n"


def _scalar(text: str) -> str:
    """A text as YAML reads it back: quoted where it would be a number, a truth value or no scalar."""
    plain = _BARE.fullmatch(text) is not None and yaml.safe_load(text) == text
    return text if plain else json.dumps(text, ensure_ascii=False)
