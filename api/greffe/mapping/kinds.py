"""The kinds of rules of a structure map, each one pure function from source values to target values (SM-10 to SM-35).

`resolve` runs them against distinct source values, `explain` against the values of one observation: both see the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from greffe.catalogue.patterns import LONGEST_VALUE, matched
from greffe.errors import BadDefinition
from greffe.mapping.times import period_of, told
from greffe.model.maps import MapRow, RepresentationMap, SourceValue, StructureMap, TimeRule
from greffe.model.periods import Span

MEASURE: Final = "OBS_VALUE"  # copied by every map, by no rule


@dataclass(frozen=True)
class Rule:
    """One rule: where one or more target components get their values from. `kind` is a key of KINDS.

    Time rules of one target are one rule, which tries them in order; `givers` are the rules of the components that give
    their frequencies (SM-32).
    """

    kind: str
    targets: tuple[str, ...]
    sources: tuple[str, ...] = ()
    map: RepresentationMap | None = None
    constant: str = ""
    times: tuple[TimeRule, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict, hash=False)
    givers: tuple[Rule, ...] = ()

    @cached_property
    def index(self) -> Index:
        """The rows of its representation map, ready to be searched."""
        return Index(() if self.map is None else self.map.rows)

    @property
    def dated(self) -> bool:
        """The observation's period takes part in the decision."""
        return self.index.dated or any(giver.dated for giver in self.givers)


@dataclass(frozen=True)
class Outcome:
    """What a rule makes of source values: target values in the rule's order ('' = none), or None without a target.

    `row` is the row of the representation map that decided, when one did: it says why there is no target. `time` is the
    time rule that decided, for periods of `frequency`. `reason` says why a value could not be read.
    """

    targets: tuple[str, ...] | None
    row: MapRow | None = None
    time: TimeRule | None = None
    reason: str = ""
    frequency: str = ""


MOST_CAUGHT: Final = 10_000  # tuples of values whose matches an index remembers


class Index:
    """Rows by exact values and rows with patterns; `first` equals the first match in file order (SM-16)."""

    def __init__(self, rows: Sequence[MapRow]) -> None:
        self.rows = tuple(rows)
        self.exact: dict[tuple[str, ...], list[int]] = {}
        self.patterns: list[int] = []
        self._caught: dict[tuple[str, ...], tuple[tuple[int, tuple[str, ...]], ...]] = {}
        for number, row in enumerate(self.rows):
            if all(s.match == "exact" for s in row.sources):
                self.exact.setdefault(tuple(s.value for s in row.sources), []).append(number)
            else:
                self.patterns.append(number)

    @property
    def dated(self) -> bool:
        """A row is bounded by the observation's period: the period takes part in the look-up."""
        return any(r.valid_from or r.valid_to for r in self.rows)

    def first(self, values: tuple[str, ...], period: Span | None) -> tuple[MapRow, tuple[str, ...]] | None:
        """The row that applies and the groups its patterns caught, or None."""
        exact = next((n for n in self.exact.get(values, ()) if valid(self.rows[n], period)), len(self.rows))
        for number, groups in self._matching(values) if self.patterns else ():
            if number > exact:
                break
            if valid(self.rows[number], period):
                return self.rows[number], groups
        return None if exact == len(self.rows) else (self.rows[exact], ())

    def _matching(self, values: tuple[str, ...]) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The rows with patterns that match, with their groups. Found once: values come back with every period."""
        found = self._caught.get(values)
        if found is None:
            tried = ((number, caught(self.rows[number].sources, values)) for number in self.patterns)
            found = tuple((number, groups) for number, groups in tried if groups is not None)
            if len(self._caught) < MOST_CAUGHT:
                self._caught[values] = found
        return found


def valid(row: MapRow, period: Span | None) -> bool:
    """The whole period lies inside the row's validity, both ends inclusive (SM-17); without a period only open rows."""
    if not (row.valid_from or row.valid_to):
        return True
    if period is None:
        return False
    after = not row.valid_from or date.fromisoformat(row.valid_from) <= period.first
    before = not row.valid_to or period.last <= date.fromisoformat(row.valid_to)
    return after and before


def caught(sources: Sequence[SourceValue], values: Sequence[str]) -> tuple[str, ...] | None:
    """Groups caught when all values match (SM-11), numbered through from left to right (SM-14); None when one does not.

    A regular expression matches the whole value; a substring is value[start-1:end], 1-based and inclusive (SM-15).
    """
    groups: tuple[str, ...] = ()
    for source, value in zip(sources, values, strict=True):
        if source.match == "regex":
            match = matched(source.value, value)
            if match is None:
                return None
            groups += tuple(g or "" for g in match.groups())
        elif source.match == "substring":
            if value[source.start - 1 : source.end] != source.value:
                return None
        elif source.value != value:
            return None
    return groups


def copied(rule: Rule, values: tuple[str, ...], period: Span | None) -> Outcome:
    """An implicit map: the value itself (SM-10); an empty value has no target."""
    return Outcome(values if values != ("",) else None)


def fixed(rule: Rule, values: tuple[str, ...], period: Span | None) -> Outcome:
    """A FixedValueMap with a target: the same value for every observation (SM-12)."""
    return Outcome((rule.constant,))


def component(rule: Rule, values: tuple[str, ...], period: Span | None) -> Outcome:
    """A component map of any arity, 1-1, n-1, 1-n, n-n: the first row that matches sets all targets (SM-11, SM-16)."""
    found = rule.index.first(values, period)
    if found is None:
        long = rule.index.patterns and any(len(v) > LONGEST_VALUE for v in values)
        return Outcome(None, reason=f"patterns read at most {LONGEST_VALUE} characters" if long else "")
    row, groups = found
    if not row.has_target:
        return Outcome(None, row)
    patterned = any(s.match == "regex" for s in row.sources)
    return Outcome(tuple(_filled(t, groups, row) if patterned else t for t in row.targets), row)


def _filled(target: str, groups: tuple[str, ...], row: MapRow) -> str:
    def group(match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= len(groups):
            raise BadDefinition(f"Row {row.row_id} refers to group {number}, and its patterns have {len(groups)}.")
        return groups[number - 1]

    return re.sub(r"\\(\d{1,2})", group, target)


def timed(rule: Rule, values: tuple[str, ...], period: Span | None) -> Outcome:
    """Time rules of one target: the first that can read its value gives the period (SM-23, SM-30 to SM-35)."""
    given = dict(zip(rule.sources, values, strict=True))
    reasons = []
    for time in rule.times:
        frequency = time.frequency or _frequency(rule, time.frequency_dimension, given, period)
        text, reason = period_of(time, given[time.source], frequency, rule.formats)
        if text:
            return Outcome((text,), time=time, reason=told(time, frequency)["en"], frequency=frequency)
        reasons.append(reason)
    return Outcome(None, reason="; ".join(reasons))


def _frequency(rule: Rule, dimension: str, given: Mapping[str, str], period: Span | None) -> str:
    """The value of the output component that gives the frequency, worked out first (SM-32); '' when it has none."""
    giver = next(g for g in rule.givers if dimension in g.targets)
    found = KINDS[giver.kind](giver, tuple(given[s] for s in giver.sources), period).targets
    return found[giver.targets.index(dimension)] if found else ""


Kind = Callable[[Rule, tuple[str, ...], Span | None], Outcome]
KINDS: Final[Mapping[str, Kind]] = {"copy": copied, "fixed": fixed, "component": component, "times": timed}


def rules(map_: StructureMap) -> tuple[Rule, ...]:
    """The rules of a structure map: fixed values, component maps in the order of the file, then the periods.

    The order decides nothing: every rule reads source values only.
    """
    found = [Rule("fixed", (target,), constant=value) for target, value in map_.fixed.items()]
    found += [
        Rule("copy" if c.map is None else "component", c.targets, c.sources, c.map)
        for c in map_.components
        if MEASURE not in c.targets
    ]
    targets = dict.fromkeys(t.target for t in map_.times)
    return (*found, *(_time_rule(map_, target, found) for target in targets))


def _time_rule(map_: StructureMap, target: str, others: Sequence[Rule]) -> Rule:
    times = tuple(t for t in map_.times if t.target == target)
    wanted = dict.fromkeys(t.frequency_dimension for t in times if t.frequency_dimension)
    givers = [next((g for g in others if dimension in g.targets), None) for dimension in wanted]
    if None in givers:
        raise BadDefinition(f"No rule gives the frequency {', '.join(wanted)} of {target}.", file=map_.file)
    known = tuple(g for g in givers if g is not None)
    sources = dict.fromkeys((*(t.source for t in times), *(s for g in known for s in g.sources)))
    return Rule("times", (target,), tuple(sources), times=times, formats=map_.frequency_formats, givers=known)
