"""What the last extract holds of a source: how many rows, and one series of them as it runs, never a sum of parts with wholes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from greffe.arrow import decimal, integer, text
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.map_view import matching
from greffe.engine import Connection, quoted
from greffe.errors import GreffeError
from greffe.mapping.exchange.sets import users_of
from greffe.mapping.resolve import TIME, plan
from greffe.mapping.sql import Parameters, columns, condition
from greffe.mapping.suggest.words import WHOLES
from greffe.model.maps import RepresentationMap, SourceValue, StructureMap
from greffe.release.condensed import kept
from greffe.release.datasets import Dataset, known
from greffe.release.parts import Parts
from greffe.release.review.codes import Codes
from greffe.release.sources import inputs_of

VALUE = "OBS_VALUE"


@dataclass(frozen=True)
class Evidence:
    """Of one dataset: `rows` of its source that have the values, in `series` series; the most total of these, `key`, with
    its `points` (period, value; None: missing)."""

    dataset: str
    origin: str
    rows: int
    series: int
    key: tuple[tuple[str, str], ...]
    points: tuple[tuple[str, Decimal | None], ...]


def evidence(
    parts: Parts, catalogue: Catalogue, table: RepresentationMap, sources: Sequence[SourceValue], codes: Codes
) -> Evidence | None:
    """The first dataset whose condensed source is kept and has such rows; None when there is none. Internal values: for
    people of the house."""
    for map_ in users_of(catalogue, table):
        for dataset in known(parts, map_.target):
            try:
                found = _of(parts, catalogue, map_, dataset, table, sources, codes)
            except GreffeError:
                continue  # its extracts are gone, or the map reads others by now: another dataset may tell
            if found is not None:
                return found
    return None


def _of(
    parts: Parts,
    catalogue: Catalogue,
    map_: StructureMap,
    dataset: Dataset,
    table: RepresentationMap,
    sources: Sequence[SourceValue],
    codes: Codes,
) -> Evidence | None:
    ledger, planned = parts.ledger(), plan(map_, catalogue)
    records = [ledger.extract(e) for e in dataset.extracts]
    inputs = inputs_of(catalogue, map_, records, ledger.accepted, parts.extracts)
    with parts.connection(threads=1) as connection:
        rows = kept(connection, planned, inputs.main, parts.settings.condensed)
        if rows is None:
            return None
        there = columns(connection, rows.table)
        asked = {}
        for component, source in zip(table.sources, sources, strict=True):
            if component in there and source.value:
                asked[component] = _values(connection, rows.table, component, source, codes)
        others = [d for d in planned.source.dimension_ids if d in there and d not in asked]
        return _series(connection, rows.table, dataset, asked, others)


def _values(connection: Connection, table: str, component: str, source: SourceValue, codes: Codes) -> tuple[str, ...]:
    """The values of a column that a source value means."""
    if source.match == "exact":
        return (source.value,)
    found = connection.execute(f"SELECT DISTINCT {quoted(component)} FROM {quoted(table)}").fetchall()
    held = [text(value) for (value,) in found if value is not None]
    return matching(source, held) or ("",)


def _series(
    connection: Connection,
    table: str,
    dataset: Dataset,
    asked: dict[str, tuple[str, ...]],
    others: Sequence[str],
) -> Evidence | None:
    parameters = Parameters()
    where = condition(parameters, asked)
    keys = [*(c for c in asked if c != TIME), *others]
    names = ", ".join(quoted(k) for k in keys)
    counted = connection.execute(
        f"SELECT {names}, count(*) AS n, max({quoted(TIME)}) AS last FROM {quoted(table)} WHERE {where} GROUP BY {names}",
        parameters.values,
    ).fetchall()
    if not counted:
        return None
    whole = max(counted, key=lambda r: (sum(text(v) in WHOLES for v in r[: len(keys)]), text(r[-1]), integer(r[-2])))
    key = tuple((k, text(v)) for k, v in zip(keys, whole, strict=False))
    parameters = Parameters()
    where = condition(parameters, {k: (v,) for k, v in key})
    points = connection.execute(
        f"SELECT {quoted(TIME)}, {quoted(VALUE)} FROM {quoted(table)} WHERE {where} ORDER BY 1", parameters.values
    ).fetchall()
    rows = sum(integer(r[-2]) for r in counted)
    return Evidence(
        dataset.name, dataset.origin, rows, len(counted), key, tuple((text(p), decimal(v)) for p, v in points)
    )
