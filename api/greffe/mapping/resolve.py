"""Rules are resolved against the distinct source values; what remains for the engine is joins and a group-by.

Bulk rows are never looked at one by one: one pass over the selected rows finds the distinct value tuples of every rule,
Python decides each tuple once, and a look-up table per rule carries the decisions back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from greffe.arrow import integer, text
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.breaks import Break
from greffe.engine import Connection, quoted
from greffe.errors import BadDefinition
from greffe.mapping.breaks import concerning
from greffe.mapping.kinds import KINDS, MEASURE, Outcome, Rule, rules
from greffe.mapping.sql import Parameters, columns, condition, fill_table, scale
from greffe.mapping.status import precedence
from greffe.model.maps import StructureMap
from greffe.model.periods import Span, span
from greffe.model.references import Reference
from greffe.model.structures import Dataflow, DataStructure

TIME: Final = "TIME_PERIOD"
INDICATOR: Final = "INDICATEUR"
PARTS: Final = "parts"  # of a condensed source: how many rows a row stands for
DECIMALS: Final = "OBS_DECIMALS"  # digits after the point of the text that was received; of the finest where condensed
KEPT: Final = 1_000_000  # selected rows up to this number are held as a table; more are read again from the source


@dataclass(frozen=True)
class Plan:
    """A structure map with the two structures and everything that is known before a row is read. `populations`: the
    structures of the denominators of rates; `breaks`: those declared that figures of the map may meet."""

    map: StructureMap
    source: DataStructure
    target: DataStructure
    rules: tuple[Rule, ...]
    statuses: tuple[str, ...]
    populations: Mapping[Reference, DataStructure] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()

    def breaks_of(self, flow: Reference) -> tuple[Break, ...]:
        """Those of what the map reads, or of what it makes."""
        return tuple(b for b in self.breaks if b.flow == flow.id)

    def needed(self, rule: Rule) -> bool:
        """Without a value from this rule an observation is not mapped (SM-20): a dimension, the period, a mandatory
        attribute."""
        found = [self.target.component(t) for t in rule.targets]
        return any(c is not None and (c.role != "attribute" or c.mandatory) for c in found)

    @property
    def free_dimensions(self) -> tuple[str, ...]:
        """Source dimensions and the period in which selected rows can differ: all but those held to one code."""
        held = {c for c, codes in self.map.select.items() if len(codes) == 1}
        return tuple(d for d in (*self.source.dimension_ids, TIME) if d not in held)


@dataclass(frozen=True)
class Entry:
    """Distinct source values (in the order of the look-up's keys), what becomes of them, how many rows have them; `step`
    is the mapping row or the time rule that decided, '' when none did."""

    values: tuple[str, ...]
    outcome: Outcome
    rows: int
    step: str = ""


@dataclass(frozen=True)
class Lookup:
    """The decisions of one rule. `keys` are the rule's sources, and the period when a row's validity depends on it."""

    rule: Rule
    keys: tuple[str, ...]
    table: str
    needed: bool
    entries: tuple[Entry, ...] = field(repr=False)

    @property
    def steps(self) -> tuple[str, ...]:
        """The mapping rows and time rules that decided, each once: `ESTAT/x.csv:r12`."""
        return tuple(dict.fromkeys(e.step for e in self.entries if e.step))

    @property
    def complete(self) -> bool:
        """Every value has its targets."""
        return all(e.outcome.targets is not None for e in self.entries)


@dataclass(frozen=True)
class Resolved:
    """A plan with its selected rows, their number and the look-ups. `kept` when they lie in a table of their own."""

    plan: Plan
    source: str
    kept: str
    selected: int
    digits: int  # decimals of the source's OBS_VALUE
    lookups: tuple[Lookup, ...]
    condensed: bool = False  # a row of the source stands for several (mapping.condensed)

    @property
    def rows(self) -> str:
        """The table to read selected rows from."""
        return self.kept or self.source

    @property
    def counted(self) -> str:
        """SQL: the number of source rows of a group, whose rows are called `s`."""
        return f"CAST(sum(s.{PARTS}) AS BIGINT)" if self.condensed else "count(*)"


def plan(map_: StructureMap, catalogue: Catalogue) -> Plan:
    """The structures of a map's two dataflows and its rules. Raises NotFound, or BadDefinition for a rule of no use."""
    source = catalogue.structure(catalogue.get(Dataflow, map_.source))
    target = catalogue.structure(catalogue.get(Dataflow, map_.target))
    status = target.component("OBS_STATUS")
    codes = catalogue.codelist(status) if status else None
    found = rules(map_)
    _check(map_, found, source, target)
    below = dict.fromkeys(c.population.dataflow for c in map_.calculations if c.population is not None)
    populations = {flow: catalogue.structure(catalogue.get(Dataflow, flow)) for flow in below}
    order = precedence([i.id for i in codes.items] if codes else ())
    return Plan(map_, source, target, found, order, populations, concerning(map_, catalogue.policies.breaks))


def _check(map_: StructureMap, found: Sequence[Rule], source: DataStructure, target: DataStructure) -> None:
    """What `apply` relies on; everything else about a map is refused when the catalogue is loaded."""
    targets = [t for rule in found for t in rule.targets]
    for dimension in (*target.dimension_ids, TIME):
        if targets.count(dimension) != 1:
            raise BadDefinition(f"{dimension} of {map_.target} has {targets.count(dimension)} rules.", file=map_.file)
    known = {TIME, *source.dimension_ids, *(a.id for a in source.attributes)}
    for rule in found:
        strange = [s for s in rule.sources if s not in known]
        strange += [t for t in rule.targets if target.component(t) is None]
        if strange:
            raise BadDefinition(f"{strange[0]} is no component that a map can use here.", file=map_.file)
        if rule.kind == "copy" and (len(rule.sources), len(rule.targets)) != (1, 1):
            raise BadDefinition("Only one component is copied into one; others need a map.", file=map_.file)


def resolve(connection: Connection, plan_: Plan, source: str, name: str, *, whole: bool = False) -> Resolved:
    """Resolve every rule against the selected rows of `source`; temporary tables are called after `name`.

    `whole`: `source` is a table that holds the selected rows alone; `let_go` drops it.
    """
    digits = scale(connection, source)
    looked_up = [r for r in plan_.rules if _looked_up(plan_, r)]
    keys = [_keys(r) for r in looked_up]
    condensed = PARTS in columns(connection, source)
    kept = source if whole else hold(connection, plan_, source, name, (PARTS,) if condensed else ())
    counts, selected = _distinct(connection, plan_, kept, source, keys, f"sum({PARTS})" if condensed else "count(*)")
    lookups = []
    for number, (rule, key) in enumerate(zip(looked_up, keys, strict=True)):
        entries = tuple(_entry(plan_, rule, key, values, n) for values, n in sorted(counts[key].items()))
        lookups.append(Lookup(rule, key, f"{name}_lookup_{number}", plan_.needed(rule), entries))
        _write(connection, lookups[-1])
    return Resolved(plan_, source, kept, selected, digits, tuple(lookups), condensed)


def let_go(connection: Connection, resolved: Resolved) -> None:
    """Drop the table of selected rows, which may be large; the small ones are replaced by the next run."""
    if resolved.kept:
        connection.execute(f"DROP TABLE IF EXISTS {quoted(resolved.kept)}")


def _looked_up(plan_: Plan, rule: Rule) -> bool:
    """Component maps, time rules, and copies into something mandatory of an attribute, which may be empty."""
    if rule.kind == "copy":
        component = plan_.source.component(rule.sources[0])
        return plan_.needed(rule) and component is not None and component.role == "attribute"
    return rule.kind in ("component", "times")


def _keys(rule: Rule) -> tuple[str, ...]:
    dated = rule.dated and TIME not in rule.sources
    return (*rule.sources, TIME) if dated else rule.sources


def hold(connection: Connection, plan_: Plan, source: str, name: str, beside: Sequence[str] = ()) -> str:
    """A table of the selected rows with the columns that are read and those `beside`; '' when they are too many to
    hold."""
    parameters = Parameters()
    where = condition(parameters, plan_.map.select)
    read = dict.fromkeys((*plan_.free_dimensions, *(s for r in plan_.rules for s in r.sources)))
    if plan_.source.component(INDICATOR):
        read[INDICATOR] = None
    named = ", ".join(quoted(c) for c in ("extract", "row", *read, MEASURE, "OBS_TEXT", DECIMALS, *beside))
    kept = f"{name}_rows"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {quoted(kept)} AS SELECT {named} FROM {quoted(source)} "
        f"WHERE {where} LIMIT {KEPT + 1}",
        parameters.values,
    )
    count = connection.execute(f"SELECT count(*) FROM {quoted(kept)}").fetchone()
    if count and integer(count[0]) <= KEPT:
        return kept
    connection.execute(f"DROP TABLE {quoted(kept)}")
    return ""


def cell(plan_: Plan, component: str, prefix: str = "") -> str:
    """SQL: the value of a source component as text, '' when it is empty."""
    found = plan_.source.component(component)
    column = prefix + quoted(component)
    return f"coalesce(CAST({column} AS VARCHAR), '')" if found is not None and found.role == "attribute" else column


Counts = dict[tuple[str, ...], dict[tuple[str, ...], int]]


def _distinct(
    connection: Connection, plan_: Plan, kept: str, source: str, keys: Sequence[tuple[str, ...]], counted: str
) -> tuple[Counts, int]:
    """Distinct value tuples of each key with their number of rows, and the number of all rows, in one pass."""
    read = tuple(dict.fromkeys(c for key in keys for c in key))
    counts: Counts = {key: {} for key in keys}
    parameters = Parameters()
    where = "TRUE" if kept else condition(parameters, plan_.map.select)
    body = f"FROM {quoted(kept or source)} WHERE {where}"
    if not read:
        found = connection.execute(f"SELECT {counted} {body}", parameters.values).fetchone()
        return counts, integer(found[0] or 0) if found else 0
    inner = ", ".join(f"{cell(plan_, c)} AS {quoted(c)}" for c in read)
    inner += f", {PARTS}" if PARTS in counted else ""
    named = ", ".join(quoted(c) for c in read)
    sets = ", ".join(f"({', '.join(quoted(c) for c in key)})" for key in dict.fromkeys(keys))
    found_rows = connection.execute(
        f"SELECT {named}, grouping_id({named}) AS mask, {counted} FROM "
        f"(SELECT {inner} {body}) GROUP BY GROUPING SETS ({sets}, ())",
        parameters.values,
    ).fetchall()
    # grouping_id has a bit per column, the first column's the highest; a bit is 1 when the column is not grouped.
    masks = {sum(1 << (len(read) - 1 - n) for n, c in enumerate(read) if c not in key): key for key in keys}
    selected = 0
    for row in found_rows:
        mask, count = integer(row[-2]), integer(row[-1] or 0)
        if mask == (1 << len(read)) - 1:
            selected = count
        else:
            key = masks[mask]
            counts[key][tuple(text(row[read.index(c)]) for c in key)] = count
    return counts, selected


@lru_cache(maxsize=4096)
def _span(period: str) -> Span:
    return span(period)


def decide(plan_: Plan, rule: Rule, values: Mapping[str, str]) -> Outcome:
    """What a rule makes of the values of one observation, by source component; TIME_PERIOD among them when it is known.

    A needed target that a row leaves empty counts as no target.
    """
    period = _span(values[TIME]) if rule.dated and TIME in values else None
    outcome = KINDS[rule.kind](rule, tuple(values[s] for s in rule.sources), period)
    if outcome.targets is not None:
        for target, value in zip(rule.targets, outcome.targets, strict=True):
            component = plan_.target.component(target)
            if not value and component is not None and (component.role != "attribute" or component.mandatory):
                return Outcome(None, outcome.row, reason=outcome.reason)
    return outcome


def _entry(plan_: Plan, rule: Rule, keys: tuple[str, ...], values: tuple[str, ...], rows: int) -> Entry:
    outcome = decide(plan_, rule, dict(zip(keys, values, strict=True)))
    return Entry(values, outcome, rows, _step(plan_, rule, outcome))


def _write(connection: Connection, lookup: Lookup) -> None:
    """Keys as k0…, targets as t0… (NULL when empty), and the place in `steps` of what decided, from 1. Values without
    a target that is needed are left out."""
    found = [e for e in lookup.entries if e.outcome.targets is not None or not lookup.needed]
    none = ("",) * len(lookup.rule.targets)
    columns: dict[str, list[str | None]] = {f"k{n}": [e.values[n] for e in found] for n in range(len(lookup.keys))}
    columns |= {
        f"t{n}": [(e.outcome.targets or none)[n] or None for e in found] for n in range(len(lookup.rule.targets))
    }
    places = {step: str(n) for n, step in enumerate(lookup.steps, 1)}
    columns["step"] = [places.get(e.step) for e in found]
    fill_table(connection, lookup.table, columns)


def _step(plan_: Plan, rule: Rule, outcome: Outcome) -> str:
    if rule.map is not None and outcome.row is not None:
        return f"{rule.map.file}:{outcome.row.row_id}"
    return f"{plan_.map.file}:{outcome.time.id}" if outcome.time is not None else ""
