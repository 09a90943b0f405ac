"""Which representation maps SDMX 2.1 can say inside a structure set: from one code list to another, code by code."""

from __future__ import annotations

import re
from typing import Final

from greffe.model.artefacts import Artefact
from greffe.model.mappings import ComponentMapping, StandardRepresentationMap, ValueMapping
from greffe.model.references import ID, Urn

_ID: Final = re.compile(ID)


def exact_map(mapping: ComponentMapping, found: Artefact | None) -> StandardRepresentationMap | None:
    """The map of a component to one other, when it maps each code once and to one code. `found`: that of the message."""
    if not isinstance(found, StandardRepresentationMap) or len(mapping.sources) != 1 or len(mapping.targets) != 1:
        return None
    columns = (*found.sources, *found.targets)
    lists = [c for c in columns if isinstance(c, Urn) and c.kind == "codelist"]
    if len(columns) != 2 or len(lists) != 2 or found.stub or not found.rows:
        return None
    once = all(map(_plain, found.rows)) and len({row.sources[0].value for row in found.rows}) == len(found.rows)
    return found if once else None


def _plain(row: ValueMapping) -> bool:
    """From one code to one code, at any time."""
    if len(row.sources) != 1 or len(row.targets) != 1 or row.valid_from or row.valid_to:
        return False
    source = row.sources[0]
    ids = _ID.fullmatch(source.value) and _ID.fullmatch(row.targets[0])
    return bool(ids) and not (source.regex or source.start or source.end)
