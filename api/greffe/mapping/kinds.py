"""The kinds of rules of a structure map, each one pure function from source values to target values (SM-10 to SM-17).

`resolve` runs them against distinct source values, `explain` against the values of one observation: both see the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final

from greffe.errors import BadDefinition
from greffe.model.maps import MapRow, RepresentationMap, SourceValue, StructureMap
from greffe.model.periods import Span

MEASURE: Final = "OBS_VALUE"  # copied by every map, by no rule


@dataclass(frozen=True)
class Rule:
    """One rule: where one or more target components get their values from. `kind` is a key of KINDS."""

    kind: str
    targets: tuple[str, ...]
    sources: tuple[str, ...] = ()
    map: RepresentationMap | None = None
    constant: str = ""

    @cached_property
    def index(self) -> Index:
        """The rows of its representation map, ready to be searched."""
        return Index(() if self.map is None else self.map.rows)


@dataclass(frozen=True)
class Outcome:
    """What a rule makes of source values: target values in the rule's order ('' = none), or None without a target.

    `row` is the row of the representation map that decided, when one did: it says why there is no target.
    """

    targets: tuple[str, ...] | None
    row: MapRow | None = None


class Index:
    """Rows by exact values and rows with patterns; `first` equals the first match in file order (SM-16)."""

    def __init__(self, rows: Sequence[MapRow]) -> None:
        self.rows = tuple(rows)
        self.exact: dict[tuple[str, ...], list[int]] = {}
        self.patterns: list[int] = []
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
        for number in self.patterns:
            if number > exact:
                break
            groups = caught(self.rows[number].sources, values)
            if groups is not None and valid(self.rows[number], period):
                return self.rows[number], groups
        return None if exact == len(self.rows) else (self.rows[exact], ())


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
            match = _compiled(source.value).fullmatch(value)
            if match is None:
                return None
            groups += tuple(g or "" for g in match.groups())
        elif source.match == "substring":
            if value[source.start - 1 : source.end] != source.value:
                return None
        elif source.value != value:
            return None
    return groups


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise BadDefinition(f"{pattern!r} is not a regular expression: {error}.") from error


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
        return Outcome(None)
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


Kind = Callable[[Rule, tuple[str, ...], Span | None], Outcome]
KINDS: Final[Mapping[str, Kind]] = {"copy": copied, "fixed": fixed, "component": component}


def rules(map_: StructureMap) -> tuple[Rule, ...]:
    """The rules of a structure map: fixed values, then component maps in the order of the file."""
    constants = (Rule("fixed", (target,), constant=value) for target, value in map_.fixed.items())
    components = (
        Rule("copy" if c.map is None else "component", c.targets, c.sources, c.map)
        for c in map_.components
        if MEASURE not in c.targets
    )
    return (*constants, *components)
