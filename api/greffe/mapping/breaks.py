"""Declared breaks of series (mappings/policies/breaks.csv) on mapped observations: status B, and the reason as comment.

The guideline of SDMX on CL_OBS_STATUS ("Possible ways of implementing the observation status concept") sets B above every
other status where one must be chosen. So it does here wherever there is a value; an observation without one keeps the
status that says why (QR-FMT-05), and the break stands in its comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from greffe.catalogue.policies.breaks import BROKEN, Break
from greffe.engine import Connection, quoted
from greffe.mapping.sql import Parameters, condition
from greffe.mapping.status import COMMENT, STATUS
from greffe.model.maps import NOT_PROVIDED, StructureMap
from greffe.model.structures import DataStructure, Texts

TIME: Final = "TIME_PERIOD"
# What B takes the place of, in the words of the comment; what else it replaces says itself there, or is normal.
ALSO: Final = {"P": "also provisional", "E": "also estimated", "F": "also a forecast"}


def concerning(map_: StructureMap, breaks: Iterable[Break]) -> tuple[Break, ...]:
    """The breaks that figures of a map may meet: those of what it makes, and those of what it selects."""
    return tuple(b for b in breaks if b.flow == map_.target.id or (b.flow == map_.source.id and _selected(map_, b)))


def _selected(map_: StructureMap, one: Break) -> bool:
    cells = {**one.cells, TIME: one.periods}
    return all(set(codes) & set(map_.select[c]) for c, codes in cells.items() if c in map_.select)


def told_apart(map_: StructureMap, one: Break) -> dict[str, tuple[str, ...]]:
    """The cells of a break of the source that not all selected rows have: what a row must be looked at for."""
    cells = {**one.cells, TIME: one.periods}
    return {c: codes for c, codes in cells.items() if not (c in map_.select and set(map_.select[c]) <= set(codes))}


def also(status: str) -> str:
    """SQL: what else an observation is whose status gives way to B, NULL when there is nothing to say."""
    cases = " ".join(f"WHEN '{code}' THEN '{words}'" for code, words in ALSO.items())
    return f"CASE {status} {cases} END"


def mark(connection: Connection, table: str, target: DataStructure, breaks: Iterable[Break]) -> None:
    """Write B and the reason on the observations of `table` that are the first of a new series; of several reasons each."""
    if target.component(STATUS) is None:
        return
    for one in breaks:
        parameters = Parameters()
        valued = f"OBS_VALUE IS NOT NULL AND coalesce({STATUS}, '') <> '{BROKEN}'"
        changes = [f"{STATUS} = CASE WHEN OBS_VALUE IS NULL THEN {STATUS} ELSE '{BROKEN}' END"]
        if target.component(COMMENT) is not None:
            said = f"{COMMENT}, {parameters.add(one.comment)}, CASE WHEN {valued} THEN {also(STATUS)} END"
            changes.append(f"{COMMENT} = concat_ws('; ', {said})")
        cells: Mapping[str, tuple[str, ...]] = {**one.cells, TIME: one.periods}
        connection.execute(
            f"UPDATE {quoted(table)} SET {', '.join(changes)} "
            f"WHERE {condition(parameters, cells)} AND origin_kind <> '{NOT_PROVIDED}'",
            parameters.values,
        )


def in_words(breaks: Iterable[Break], keys: Iterable[tuple[str, Mapping[str, str], str]]) -> Texts:
    """What is said of the breaks that lie in observations: (id of the dataflow, key, period) each; {} without any."""
    seen = tuple(keys)
    met = [b for b in breaks if any(flow == b.flow and b.holds(key, period) for flow, key, period in seen)]
    return {lang: "; ".join(b.words[lang] for b in met) for lang in ("en", "fr")} if met else {}
