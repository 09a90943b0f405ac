"""Finding one figure to trace: choices of codes, then the series that match, each period of which is a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import QueryParams

from greffe.arrow import text
from greffe.errors import BadQuery, nearest
from greffe.model.releases import Release
from greffe.model.structures import DataStructure
from greffe.release.parts import Parts
from greffe.store.base import Selection
from greffe.web.pages.labels import Labels

FIELD: Final = "c."  # before a dimension, as a field of the form
SERIES: Final = 25  # of a page


@dataclass(frozen=True)
class Choice:
    """A dimension of which something can be chosen: codes with their names, and the one that is chosen or ''."""

    id: str
    name: str
    codes: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Row:
    """A series: its key, what tells it apart in words, its observations (period, value or None)."""

    key: str
    name: str
    figures: Sequence[tuple[str, str | None]]


@dataclass(frozen=True)
class Found:
    """`common`: what all series have, in words; `series`: how many match."""

    choices: Sequence[Choice]
    common: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    series: int
    page: int
    pages: int


def chosen_codes(params: QueryParams, structure: DataStructure, known: Sequence[str]) -> dict[str, str]:
    """Dimension → code, of the fields `c.DIMENSION`. Raises BadQuery for another field, or one that is given twice."""
    found: dict[str, str] = {}
    fields = [*known, "lang", *(FIELD + d for d in structure.dimension_ids)]
    seen: set[str] = set()
    for name, value in params.multi_items():
        if name not in fields:
            raise BadQuery("Unknown parameter.", parameter=name, nearest=nearest(name, fields))
        if name in seen:
            raise BadQuery("The parameter is given twice.", parameter=name)
        seen.add(name)
        if name.startswith(FIELD) and value:
            found[name.removeprefix(FIELD)] = value
    return found


def find(parts: Parts, release: Release, labels: Labels, chosen: Mapping[str, str], page: int = 1) -> Found:
    """The series of a release that have those codes. Raises BadQuery for a code that does not occur."""
    structure, store = labels.structure, parts.observations
    there = store.available(release.name, Selection())
    for id_, code in chosen.items():
        if code not in there[id_]:
            wrong = f"{release} has no {id_} {code[:100]!r}."
            raise BadQuery(wrong, parameter=FIELD + id_, nearest=nearest(code, there[id_]))
    choices = [_choice(labels, d, there[d], chosen.get(d, "")) for d in structure.dimension_ids if len(there[d]) > 1]
    wanted = Selection(keys=({d: frozenset({c}) for d, c in chosen.items()},) if chosen else ())
    count = store.counts(release.name, wanted)[0]
    pages = max(-(-count // SERIES), 1)
    if page > pages:
        raise BadQuery(f"There is no page {page}, the last one is {pages}.", parameter="page")
    keys = _keys(parts, release, structure, wanted, (page - 1) * SERIES)
    varying = [d for d in structure.dimension_ids if len({k[d] for k in keys}) > 1]
    shown = varying or list(structure.dimension_ids)
    rows = [
        Row(".".join(k[d] for d in structure.dimension_ids), labels.key({d: k[d] for d in shown}), figures)
        for k, figures in _observed(parts, release, structure, keys)
    ]
    common = (
        [(labels.concept(d), labels.code(d, keys[0][d])) for d in structure.dimension_ids if d not in shown]
        if keys
        else []
    )
    return Found(choices, common, rows, count, page, pages)


def _choice(labels: Labels, id_: str, codes: Sequence[str], chosen: str) -> Choice:
    return Choice(id_, labels.concept(id_), [(c, labels.code(id_, c)) for c in codes], chosen)


def _keys(
    parts: Parts, release: Release, structure: DataStructure, wanted: Selection, skip: int
) -> list[dict[str, str]]:
    asked = Selection(keys=wanted.keys, series_only=True, skip=skip, most=SERIES)
    return [
        {d: text(row[d]) for d in structure.dimension_ids}
        for block in parts.observations.select(release.name, asked)
        for row in block.series.to_pylist()
    ]


def _observed(
    parts: Parts, release: Release, structure: DataStructure, keys: Sequence[Mapping[str, str]]
) -> list[tuple[Mapping[str, str], Sequence[tuple[str, str | None]]]]:
    """The observations of those series, in their order."""
    found: dict[tuple[str, ...], list[tuple[str, str | None]]] = {tuple(k.values()): [] for k in keys}
    wanted = Selection(keys=tuple({d: frozenset({c}) for d, c in k.items()} for k in keys))
    for block in parts.observations.select(release.name, wanted) if keys else ():
        rows, at = block.observations.select(["TIME_PERIOD", "OBS_VALUE"]).to_pylist(), 0
        for series, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
            own, at = rows[at : at + (count or 0)], at + (count or 0)
            key = tuple(text(series[d]) for d in structure.dimension_ids)
            found[key] = [
                (text(r["TIME_PERIOD"]), None if r["OBS_VALUE"] is None else text(r["OBS_VALUE"])) for r in own
            ]
    return [(k, found[tuple(k.values())]) for k in keys]
