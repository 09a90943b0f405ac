"""Types of cells as they stand in the YAML file of a map: entries that are added leave every other byte as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
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
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def with_types(content: bytes, file: str, types: Sequence[CellType]) -> bytes:
    """The file with those types behind the others of its section `types`. Raises Refused where they cannot be written there."""
    text = content.decode("utf-8")
    text = text if text.endswith("\n") else f"{text}\n"
    found = SECTION.search(text)
    first = ENTRY.search(found[0]) if found else None
    if found is None or first is None:
        raise _refused(file)
    section = found[0]
    lines = section.splitlines(keepends=True)
    while not lines[-1].strip() or lines[-1].lstrip().startswith("#"):
        lines.pop()
    end = found.start() + sum(map(len, lines))
    added = "".join(_entry(type_, first["indent"]) for type_ in types)
    made = f"{text[:end]}{added}{text[end:]}".encode()
    old, new = (_list(read_yaml(body, file).child("types")) for body in (content, made))
    if new[: len(old)] != old or len(new) != len(old) + len(types):
        raise _refused(file)
    return made


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
    for conversion in type_.conversions:
        lines.append(f"{indent}    - kind: {conversion.kind}")
        if conversion.indicators:
            lines.append(f"{indent}      indicators: [{', '.join(map(_scalar, conversion.indicators))}]")
        lines.append(f"{indent}      reason: {json.dumps(conversion.reason, ensure_ascii=False)}")
    return "".join(f"{line}\n" for line in lines)


def _scalar(text: str) -> str:
    """A text as YAML reads it back: quoted where it would be a number, a truth value or no scalar."""
    plain = _PLAIN.fullmatch(text) is not None and yaml.safe_load(text) == text
    return text if plain else json.dumps(text, ensure_ascii=False)
