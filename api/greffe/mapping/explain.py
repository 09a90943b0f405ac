"""How one observation was made, recomputed from the kept inputs by the same steps, limited to what it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from greffe.arrow import decimal, integer, text
from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection, quoted
from greffe.mapping.apply import apply_to
from greffe.mapping.breaks import in_words as breaks_in_words
from greffe.mapping.coarser import parts
from greffe.mapping.group import ORIGIN
from greffe.mapping.lineage import NUMBER, numbered, operands
from greffe.mapping.population import Denominator, denominators
from greffe.mapping.relation import relation
from greffe.mapping.resolve import TIME, Resolved, decide, let_go, plan, resolve
from greffe.mapping.sql import Parameters, Value, condition
from greffe.mapping.times import told
from greffe.mapping.words import in_words, joined, left_in_words, sum_in_words
from greffe.model.maps import MAPPED, NOT_PROVIDED, Calculation, StructureMap
from greffe.model.references import Reference
from greffe.model.structures import Texts
from greffe.model.trace import MappingStep, SourceObservation, Trace

TABLE: Final = "greffe_trace"

Row = Mapping[str, object]


def trace(
    connection: Connection,
    map_: StructureMap,
    catalogue: Catalogue,
    source: str,
    populations: Mapping[Reference, str],
    key: Mapping[str, str],
    period: str,
) -> Trace | None:
    """How the observation of `key` (every target dimension) at `period` is made, or None when the map makes none.

    `source` and `populations` are those of `apply`.
    """
    plan_ = plan(map_, catalogue)
    if set(key) != set(plan_.target.dimension_ids):
        return None
    resolved = resolve(connection, plan_, source, TABLE)
    try:
        apply_to(connection, resolved, populations, TABLE, _family(map_.calculations, key, period))
    finally:
        let_go(connection, resolved)
    table = numbered(connection, TABLE)
    return _Tracer(connection, resolved, populations, table, operands(connection, plan_, table)).trace(key, period)


def _family(calculations: Sequence[Calculation], key: Mapping[str, str], period: str) -> dict[str, tuple[str, ...]]:
    """Target cells of everything the observation can be made of: calculations move only between codes of the dimensions
    they set or run over, and lags between years."""
    moved = {d for c in calculations for d in (*c.set, c.over)}
    periods = [period]
    for calculation in reversed(calculations):
        if calculation.kind == "lag":
            periods += [_shifted(p, -calculation.years) for p in periods]
        if calculation.kind == "calendar":
            periods += [part for p in periods for part in parts(calculation, p)]
    return {d: (code,) for d, code in key.items() if d not in moved} | {TIME: tuple(dict.fromkeys(periods))}


def _shifted(period: str, years: int) -> str:
    return f"{int(period[:4]) + years:04}{period[4:]}" if re.match(r"\d{4}", period) else period


@dataclass
class _Tracer:
    """Reads the recomputed table; an observation that several results are made of is traced once."""

    connection: Connection
    resolved: Resolved
    populations: Mapping[Reference, str]
    table: str  # mapping.lineage.numbered
    operands: str  # mapping.lineage.operands
    known: dict[tuple[tuple[str, str], ...], Trace] = field(default_factory=dict)

    def trace(self, key: Mapping[str, str], period: str) -> Trace | None:
        """The trace of one observation of the table."""
        parameters = Parameters()
        rows = self._rows(condition(parameters, _cells(key, period)), parameters.values)
        return self._traced(rows[0]) if rows else None

    def _rows(self, where: str, values: Mapping[str, Value]) -> list[dict[str, object]]:
        order = ", ".join(quoted(d) for d in (*self.resolved.plan.target.dimension_ids, TIME))
        cursor = self.connection.execute(f"SELECT * FROM {quoted(self.table)} WHERE {where} ORDER BY {order}", values)
        names = [d[0] for d in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _traced(self, row: Row) -> Trace:
        identity = tuple((d, text(row[d])) for d in (*self.resolved.plan.target.dimension_ids, TIME))
        if identity not in self.known:
            how = {MAPPED: self._mapped, NOT_PROVIDED: self._not_provided}.get(text(row[ORIGIN]), self._calculated)
            self.known[identity] = how(row)
        return self.known[identity]

    def _result(self, row: Row) -> Trace:
        """The observation alone."""
        target = self.resolved.plan.target
        attributes = {a.id: text(row[a.id]) for a in target.attributes if row[a.id] is not None}
        key = {d: text(row[d]) for d in target.dimension_ids}
        return Trace(key, text(row[TIME]), decimal(row["OBS_VALUE"]), text(row["OBS_TEXT"]), attributes)

    def _mapped(self, row: Row) -> Trace:
        """From internal observations, with the mapping rows that led here."""
        result = self._result(row)
        found = self._inputs(result)
        steps = {(s.file, *s.source.items()): s for _, values in found for s in self._steps(values)}
        sources = tuple(observation for observation, _ in found)
        words = sum_in_words([s.text for s in sources]) if len(sources) > 1 else {}
        words = joined(words, self._broken(result, sources))
        return replace(result, sources=sources, mappings=tuple(steps.values()), words=words)

    def _broken(self, result: Trace, sources: Sequence[SourceObservation] = ()) -> Texts:
        """What is declared of breaks that lie in an observation, or in what it is made of."""
        plan_ = self.resolved.plan
        read = [(plan_.map.source.id, s.key, s.period) for s in sources]
        return breaks_in_words(plan_.breaks, [*read, (plan_.map.target.id, result.key, result.period)])

    def _inputs(self, result: Trace) -> list[tuple[SourceObservation, dict[str, str]]]:
        """The internal observations of a mapped one, each with all its components."""
        source = self.resolved.plan.source
        parameters = Parameters()
        rows = relation(self.resolved, parameters, _cells(result.key, result.period), whole=True)
        attributes = [a.id for a in source.attributes]
        components = [*source.dimension_ids, TIME, *attributes]
        columns = ", ".join(f"s.{quoted(c)}" for c in components)
        found = self.connection.execute(
            f"SELECT s.extract, s.row, s.OBS_TEXT, {columns} {rows.body} ORDER BY s.extract, s.row", parameters.values
        ).fetchall()
        inputs = []
        for extract, number, value, *cells in found:
            values = dict(zip(components, (text(c) for c in cells), strict=True))
            key = {d: values[d] for d in source.dimension_ids}
            status = values.get("STATUT", "")
            seen = SourceObservation(text(extract), integer(number), key, values[TIME], text(value), status)
            inputs.append((seen, values))
        return inputs

    def _steps(self, values: Mapping[str, str]) -> Iterator[MappingStep]:
        """The mapping row or time rule that every rule uses for an internal observation."""
        for rule in self.resolved.plan.rules:
            outcome = decide(self.resolved.plan, rule, values)
            if rule.map is not None and outcome.row is not None:
                yield MappingStep(
                    file=rule.map.file,
                    row_id=outcome.row.row_id,
                    source={s: values[s] for s in rule.sources},
                    target=dict(zip(rule.targets, outcome.targets or (), strict=bool(outcome.targets))),
                    kind=outcome.row.kind,
                    reason=outcome.row.reason,
                    reference=outcome.row.reference,
                    confidence=outcome.row.confidence,
                )
            elif outcome.time is not None:
                yield MappingStep(
                    file=self.resolved.plan.map.file,
                    row_id=outcome.time.id,
                    source={s: values[s] for s in rule.sources},
                    target=dict(zip(rule.targets, outcome.targets or (), strict=True)),
                    kind=outcome.time.kind,
                    reason=outcome.reason,
                    reference="",
                    confidence="",
                    words=told(outcome.time, outcome.frequency),
                )

    def _not_provided(self, row: Row) -> Trace:
        """Declared, not made of anything: the reason is the whole of it."""
        result = self._result(row)
        declared = (n for n in self.resolved.plan.map.not_provided if n.publish)
        one = next(n for n in declared if n.cells.items() <= {**row, **result.key}.items())
        return replace(result, words=left_in_words(one))

    def _calculated(self, row: Row) -> Trace:
        """From other observations of the table, that were there before this calculation ran."""
        calculation = next(c for c in self.resolved.plan.map.calculations if c.id == row[ORIGIN])
        result = self._result(row)
        wanted = f"{NUMBER} IN (SELECT operand FROM {quoted(self.operands)} WHERE made = $made)"
        operands_ = tuple(self._traced(o) for o in self._rows(wanted, {"made": integer(row[NUMBER])}))
        denominator = self._denominator(calculation, result.period)
        return replace(
            result,
            words=joined(in_words(calculation, result, operands_, denominator), self._broken(result)),
            calculation_id=calculation.id,
            operands=operands_,
            sources=(denominator.observation,) if denominator else (),
        )

    def _denominator(self, calculation: Calculation, period: str) -> Denominator | None:
        if calculation.kind != "rate":
            return None
        found, _ = denominators(self.connection, self.resolved.plan, calculation, self.populations)
        return found.get(period)


def _cells(key: Mapping[str, str], period: str) -> dict[str, Sequence[str]]:
    return {**{d: (code,) for d, code in key.items()}, TIME: (period,)}
