"""The series that findings are about: of findings on internal rows from the kept extracts, of those on target cells from
the dataset itself. For staff: it shows internal values (D20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from greffe.arrow import integer, text
from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection, quoted
from greffe.mapping.resolve import TIME
from greffe.mapping.sql import Parameters, condition, fill_table
from greffe.model.findings import Finding
from greffe.model.structures import Dataflow
from greffe.release.datasets import Dataset
from greffe.release.parts import Parts
from greffe.release.sources import inputs_of, load_main

_KEYS: Final = "found_keys"


@dataclass(frozen=True)
class Point:
    """A figure of a series; None: missing. `status`: its OBS_STATUS or that of the extract. `extract` and `row`: where an
    internal figure stands, '' and 0 of a target cell."""

    period: str
    value: Decimal | None
    status: str = ""
    extract: str = ""
    row: int = 0


Series = tuple[Point, ...]


def series_of(parts: Parts, dataset: Dataset, findings: Sequence[Finding]) -> list[Series]:
    """For each finding its series by period; () where it is about no one series (a file, a sum of figures, a key that is
    not there)."""
    catalogue = parts.catalogue(dataset.catalogue_checksum)
    flow = catalogue.get(Dataflow, dataset.dataflow)
    targets = catalogue.structure(flow).dimension_ids
    found: list[Series] = [()] * len(findings)
    mapped = [n for n, f in enumerate(findings) if set(f.key) == set(targets)]
    inner = _internal(catalogue, flow, findings)
    with parts.connection(threads=1) as connection:
        if mapped and dataset.data is not None:
            parameters = Parameters()
            source = f"(SELECT *, '' AS extract, 0 AS row FROM read_parquet({parameters.add(str(dataset.data))}))"
            _fill(connection, (source, parameters), ("OBS_VALUE", "OBS_STATUS"), targets, findings, mapped, found)
        if inner:
            _read_internal(parts, connection, catalogue, dataset, findings, inner, found)
    return found


def _internal(catalogue: Catalogue, flow: Dataflow, findings: Sequence[Finding]) -> list[int]:
    source = catalogue.structure(catalogue.get(Dataflow, catalogue.map_to(flow).source))
    return [n for n, f in enumerate(findings) if set(f.key) == set(source.dimension_ids)]


def _read_internal(
    parts: Parts,
    connection: Connection,
    catalogue: Catalogue,
    dataset: Dataset,
    findings: Sequence[Finding],
    places: Sequence[int],
    found: list[Series],
) -> None:
    map_ = catalogue.map_to(catalogue.get(Dataflow, dataset.dataflow))
    ledger = parts.ledger()
    records = [ledger.extract(id_) for id_ in dataset.extracts]
    inputs = inputs_of(catalogue, map_, records, ledger.accepted, parts.extracts)
    view = load_main(connection, inputs)
    _fill(
        connection,
        (quoted(view), Parameters()),
        ("OBS_TEXT", "STATUT"),
        inputs.main.structure.dimension_ids,
        findings,
        places,
        found,
    )


def _fill(
    connection: Connection,
    source: tuple[str, Parameters],
    said: tuple[str, str],
    dimensions: Sequence[str],
    findings: Sequence[Finding],
    places: Sequence[int],
    found: list[Series],
) -> None:
    """Read the series of some findings; `said`: the columns of value and status. The codes of
    each dimension narrow first: the engine passes over row groups."""
    keys = [findings[n].key for n in places]
    fill_table(connection, _KEYS, {d: [key[d] for key in keys] for d in dimensions})
    table, parameters = source
    near = condition(parameters, {d: sorted({key[d] for key in keys}) for d in dimensions})
    names = ", ".join(quoted(d) for d in dimensions)
    columns = f"{names}, {TIME}, {said[0]} AS value, {quoted(said[1])} AS status, extract, row"
    rows = connection.execute(
        f"SELECT * FROM (SELECT {columns} FROM {table} WHERE {near}) "
        f"SEMI JOIN {_KEYS} USING ({names}) ORDER BY {names}, {TIME}",
        parameters.values,
    ).fetchall()
    read: dict[tuple[str, ...], list[Point]] = {}
    for row in rows:
        value = row[-4]
        read.setdefault(tuple(map(text, row[: len(dimensions)])), []).append(
            Point(
                text(row[-5]),
                Decimal(text(value)) if text(value) else None,
                text(row[-3]),
                text(row[-2]),
                integer(row[-1]),
            )
        )
    for n, key in zip(places, keys, strict=True):
        found[n] = tuple(read.get(tuple(key[d] for d in dimensions), ()))


def named_codes(
    catalogue: Catalogue, dataset: Dataset, key: Mapping[str, str]
) -> list[tuple[str, str, Mapping[str, str]]]:
    """Dimension, code and names of the code, for each part of a key that says something."""
    flow = catalogue.get(Dataflow, dataset.dataflow)
    lists = {}
    for of in (flow, catalogue.get(Dataflow, catalogue.map_to(flow).source)):
        lists.update(catalogue.codelists(catalogue.structure(of)))
    told = []
    for dimension, code in key.items():
        item = lists[dimension].item(code) if dimension in lists else None
        if code not in ("", "_Z"):
            told.append((dimension, code, item.names if item else {}))
    return told
