"""The findings of a draft or a release for those who decide on them: by rule, by cause, by period; narrowed; counted.

The cause of a finding is the internal code whose figures it is about: of a finding on internal rows that code itself, of one
on target cells the codes that the map makes them of. Many findings of many rules have one cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, nearest
from greffe.mapping.kinds import Rule
from greffe.mapping.resolve import INDICATOR, plan
from greffe.model.findings import ERROR, INFO, WARNING, Finding
from greffe.model.maps import StructureMap
from greffe.model.structures import Dataflow, Texts
from greffe.release.datasets import DRAFTED, Dataset, named
from greffe.release.parts import Parts
from greffe.release.waivers import waived_of

SEVERITIES: Final = (ERROR, WARNING, INFO)
BY: Final = ("rule", "cause", "period")
OTHER: Final = "_"  # of no internal code: calculated, or not about figures
_MOST: Final = 3  # codes of one cause: of a cell that more of them lead to nothing is told


@dataclass(frozen=True)
class Found:
    """The findings of a dataset in the order of its rules, each with its cause; waivers in force are marked."""

    dataset: Dataset
    findings: tuple[Finding, ...]
    causes: tuple[str, ...]
    component: str  # whose codes the causes are
    names: Mapping[str, Texts]  # of those codes

    @property
    def is_draft(self) -> bool:
        """It waits to be signed."""
        return self.dataset.state == DRAFTED


@dataclass(frozen=True)
class Group:
    """Findings with one rule, cause or period: how many of each severity, how many of them are waived, which rules."""

    name: str
    errors: int
    warnings: int
    infos: int
    waived: int
    rules: tuple[str, ...]
    periods: tuple[str, str]  # first and last, '' without

    @property
    def count(self) -> int:
        """All of them."""
        return self.errors + self.warnings + self.infos

    @property
    def open_errors(self) -> int:
        """Errors that no waiver covers: they stop a release."""
        return self.errors - self.waived


@dataclass(frozen=True)
class Narrowed:
    """What is looked at: '' everywhere is everything. `text`: found in codes and messages."""

    rule: str = ""
    cause: str = ""
    period: str = ""
    severity: str = ""
    text: str = ""

    @property
    def any(self) -> bool:
        """Something is asked."""
        return any((self.rule, self.cause, self.period, self.severity, self.text))


def found(parts: Parts, name: str) -> Found:
    """The findings of a draft or a release (`FLOW#7`). Raises NotFound."""
    dataset = named(parts, name)
    findings = (
        waived_of(parts, str(dataset.dataflow), dataset.findings) if dataset.state == DRAFTED else dataset.findings
    )
    catalogue = parts.catalogue(dataset.catalogue_checksum)
    map_ = catalogue.map_to(catalogue.get(Dataflow, dataset.dataflow))
    causing = _Causing(catalogue, map_, findings)
    return Found(dataset, findings, tuple(map(causing.of, findings)), causing.component, causing.names)


def narrowed(whole: Found, asked: Narrowed) -> tuple[int, ...]:
    """Places of the findings that are asked for, errors first. Raises BadQuery for a rule, cause, period or severity of
    which there is none, with the nearest."""
    _known(asked.rule, {f.rule for f in whole.findings}, "rule")
    _known(asked.cause, set(whole.causes), "cause")
    _known(asked.period, {f.period for f in whole.findings}, "period")
    _known(asked.severity, SEVERITIES, "severity")
    text = asked.text.casefold()
    places = [
        place
        for place, (one, cause) in enumerate(zip(whole.findings, whole.causes, strict=True))
        if asked.rule in ("", one.rule)
        and asked.cause in ("", cause)
        and asked.period in ("", one.period)
        and asked.severity in ("", one.severity)
        and (not text or text in _said(one))
    ]
    return tuple(sorted(places, key=lambda n: _weight(whole.findings[n])))


def groups(whole: Found, places: Iterable[int], by: str) -> tuple[Group, ...]:
    """The groups of these findings: what stops a release first, then the largest. Raises BadQuery for another `by`."""
    _known(by, BY, "by")
    naming: Callable[[int], str] = {
        "rule": lambda n: whole.findings[n].rule,
        "cause": lambda n: whole.causes[n],
        "period": lambda n: whole.findings[n].period,
    }[by]
    members: dict[str, list[Finding]] = {}
    for place in places:
        members.setdefault(naming(place), []).append(whole.findings[place])
    made = [_group(name, mine) for name, mine in members.items()]
    if by == "period":
        return tuple(sorted(made, key=lambda g: g.name, reverse=True))
    return tuple(sorted(made, key=lambda g: (-g.open_errors, -g.errors, -g.warnings, -g.infos, g.name)))


def _group(name: str, mine: Sequence[Finding]) -> Group:
    counted = Counter(f.severity for f in mine)
    periods = sorted({f.period for f in mine} - {""})
    return Group(
        name,
        counted[ERROR],
        counted[WARNING],
        counted[INFO],
        sum(bool(f.waiver) and f.severity == ERROR for f in mine),
        tuple(sorted({f.rule for f in mine})),
        (periods[0], periods[-1]) if periods else ("", ""),
    )


def _weight(one: Finding) -> tuple[int, bool]:
    return SEVERITIES.index(one.severity), bool(one.waiver)


def _said(one: Finding) -> str:
    return " ".join((one.rule, one.period, *one.key.values(), *one.messages.values(), one.where)).casefold()


def _known(asked: str, known: Iterable[str], parameter: str) -> None:
    if asked and asked not in (words := list(known)):
        raise BadQuery(f"There is no {asked!r} here.", parameter=parameter, nearest=nearest(asked, words))


class _Causing:
    """What tells the cause: a rule of the map from internal codes to target codes. That of indicators where the findings
    are about several, else the one with the most rows."""

    def __init__(self, catalogue: Catalogue, map_: StructureMap, findings: Sequence[Finding]) -> None:
        plan_ = plan(map_, catalogue)
        indicators = {f.key[INDICATOR] for f in findings if INDICATOR in f.key}
        tables = [
            r
            for r in plan_.rules
            if r.map is not None
            and set(r.targets) & set(plan_.target.dimension_ids)
            and r.sources
            and set(r.sources) <= set(plan_.source.dimension_ids)
        ]
        telling = [r for r in tables if INDICATOR in r.sources and len(_first(r, INDICATOR)) > 1]
        if len(indicators) > 1 or not tables:
            self.component = INDICATOR
        else:
            largest = max(tables, key=lambda r: len(r.map.rows) if r.map else 0)
            telling = telling or [largest]
            self.component = INDICATOR if INDICATOR in telling[0].sources else telling[0].sources[0]
        self._rules = [r for r in tables if self.component in r.sources]
        lists = catalogue.codelists(plan_.source)
        codes = lists.get(self.component)
        self.names: Mapping[str, Texts] = {i.id: i.names for i in codes.items} if codes else {}
        self._made: dict[tuple[tuple[str, ...], ...], str] = {}
        self._index = {n: _by_target(r, self.component) for n, r in enumerate(self._rules)}

    def of(self, one: Finding) -> str:
        """The cause of a finding, OTHER when none can be told."""
        if self.component in one.key:
            return one.key[self.component]
        cells = tuple(tuple(one.key.get(t, "") for t in r.targets) for r in self._rules)
        if cells not in self._made:
            self._made[cells] = self._joined(cells)
        return self._made[cells]

    def _joined(self, cells: tuple[tuple[str, ...], ...]) -> str:
        """The codes that every rule with a word on the cell allows."""
        told: set[str] | None = None
        for number, codes in enumerate(cells):
            mine = self._index[number].get(codes)
            if mine:
                told = mine if told is None else (told & mine or told)
        names = sorted(told or ())
        return " + ".join(names) if 0 < len(names) <= _MOST else OTHER


def _first(rule: Rule, component: str) -> set[str]:
    place = rule.sources.index(component)
    return {row.sources[place].value for row in rule.map.rows} if rule.map else set()


def _by_target(rule: Rule, component: str) -> dict[tuple[str, ...], set[str]]:
    place = rule.sources.index(component)
    index: dict[tuple[str, ...], set[str]] = {}
    for row in rule.map.rows if rule.map else ():
        if row.has_target:
            index.setdefault(tuple(row.targets), set()).add(row.sources[place].value)
    return index
