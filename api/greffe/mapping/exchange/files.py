"""The forms of a file that is exchanged, and which map a file is of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from greffe.errors import BadInput
from greffe.mapping.exchange.incoming import Incoming
from greffe.mapping.exchange.sets import MappingSet
from greffe.mapping.exchange.sssom import write_sssom
from greffe.mapping.exchange.sssom_reading import read_sssom
from greffe.mapping.exchange.workbook import write_workbook
from greffe.mapping.exchange.workbook_reading import front, read_workbook

WRITERS: Final[Mapping[str, Callable[[MappingSet], bytes]]] = {"sssom": write_sssom, "xlsx": write_workbook}
_ZIP: Final = b"PK\x03\x04"
_MARK: Final = re.compile(rb"^# ?checksum: *['\"]?([^\s'\"]+)", re.MULTILINE)
_SET: Final = re.compile(rb"^# ?mapping_set_id: *['\"]?urn:sdmx:[\w.]+=(\w[\w.\-]*:[^\s'\"]{1,200})", re.MULTILINE)


def map_of(content: bytes, file: str) -> str:
    """The reference of the representation map that a file says it is of. Raises BadInput when it says none."""
    if content.startswith(_ZIP):
        return front(content, file)["mapping_set_id"].partition("=")[2]
    found = _SET.search(content[: 1 << 20])
    if found is None:
        raise BadInput("It is neither SSSOM nor a workbook of a map of ours.", file=file)
    return found[1].decode("utf-8", "replace")


def mark_of(content: bytes, file: str) -> str:
    """The checksum of the state of the map that a file was made of; '' when it does not say. Raises BadInput."""
    if content.startswith(_ZIP):
        return front(content, file)["checksum"]
    found = _MARK.search(content[: 1 << 20])
    return found[1].decode("utf-8", "replace") if found else ""


def read(content: bytes, file: str, base: MappingSet) -> Incoming:
    """The rows of a file in any of the forms. Raises BadInput."""
    if content.startswith(_ZIP):
        return read_workbook(content, file, base)
    return read_sssom(content, file, base)
