"""Coverage question by question: a sheet of a questionnaire whose dataflow has a dimension for the question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection, quoted
from greffe.mapping.cells import Cells, cells
from greffe.mapping.kinds import caught
from greffe.mapping.resolve import INDICATOR, plan
from greffe.model.maps import NotProvided, StructureMap
from greffe.model.reporting import ReportingCategory, ReportingTaxonomy
from greffe.model.structures import Codelist, Dataflow, Texts

# What recipients call the dimension whose codes are the questions: CEPEJ, the survey of prisons, the UN's survey (CTS).
DIMENSIONS: Final = ("QUESTION", "ITEM", "INDICATOR")
NO_QUESTION: Final = "(of no question)"


@dataclass(frozen=True)
class Question:
    """One code of the question dimension: `parts` of taxonomies that it belongs to, its cells, and the groups of source
    codes (codes of one indicator) without a target, `unexplained` of them without a row that says why.

    A group has no target, so it is counted with every question that the map makes of its indicator, and with
    NO_QUESTION when there is none.
    """

    code: str
    names: Texts
    parts: tuple[str, ...]
    cells: Cells
    codes: int
    unexplained: int


def dimension_of(catalogue: Catalogue, map_: StructureMap) -> str:
    """The dimension of the questions of a sheet that is sent; '' without one, and for what is only a mirror."""
    there = catalogue.structure(catalogue.get(Dataflow, map_.target)).dimension_ids
    return next((d for d in DIMENSIONS if d in there), "") if map_.scope == "collection" else ""


def questions(
    connection: Connection,
    catalogue: Catalogue,
    map_: StructureMap,
    allowed: Mapping[str, frozenset[str]],
    observations: str,
    not_provided: Sequence[NotProvided],
    unmapped: Sequence[Mapping[str, object]],
    answered: Sequence[str],
) -> tuple[Question, ...]:
    """The questions of a sheet in the order of their list, parts below their whole; () without a question dimension.

    `allowed`, `observations`, `not_provided`: as `mapping.coverage.cells` takes them. `unmapped`: groups without a target
    as coverage keeps them. `answered`: parts of taxonomies that the dataflow answers.
    """
    dimension = dimension_of(catalogue, map_)
    if not dimension:
        return ()
    structure = catalogue.structure(catalogue.get(Dataflow, map_.target))
    component = structure.component(dimension)
    list_ = catalogue.codelist(component) if component else None
    names = {item.id: item.names for item in list_.items} if list_ else {}
    asked = allowed.get(dimension) or _there(connection, dimension, observations)
    order = [code for code in _as_a_tree(list_) if code in asked] + sorted(asked - names.keys())
    led = _questions_of(catalogue, map_, dimension, {str(g["indicator"]) for g in unmapped}, order)
    found = []
    for code in order:
        mine = [g for g in unmapped if code in led[str(g["indicator"])]]
        narrowed = {**allowed, dimension: frozenset({code})}
        counted = cells(connection, structure.dimension_ids, narrowed, observations, not_provided)
        found.append(_question(code, names.get(code, {}), _parts(catalogue, code, answered), counted, mine))
    rest = [g for g in unmapped if not led[str(g["indicator"])]]
    return (*found, *([_question(NO_QUESTION, {}, _taxonomies(answered), Cells(0, 0), rest)] if rest else []))


def _question(
    code: str, names: Texts, parts: tuple[str, ...], counted: Cells, groups: Sequence[Mapping[str, object]]
) -> Question:
    return Question(code, names, parts, counted, len(groups), sum(not g["declared"] for g in groups))


def _as_a_tree(list_: Codelist | None) -> Iterator[str]:
    """The codes of a list, each followed by those below it: what was added last to a list stands where it belongs."""
    below: dict[str, list[str]] = {}
    for item in list_.items if list_ else ():
        below.setdefault(item.parent, []).append(item.id)
    waiting = below.get("", [])[::-1]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += below.get(code, [])[::-1]


def _there(connection: Connection, dimension: str, observations: str) -> frozenset[str]:
    """A dimension that no constraint restricts is asked for the codes that are there."""
    rows = connection.execute(f"SELECT DISTINCT {quoted(dimension)} FROM {quoted(observations)}").fetchall()
    return frozenset(str(row[0]) for row in rows)


def _questions_of(
    catalogue: Catalogue, map_: StructureMap, dimension: str, indicators: Iterable[str], known: Sequence[str]
) -> dict[str, frozenset[str]]:
    """Indicator → the questions that rows of the map make of it; all that are known where no rule tells them apart."""
    rule = next((r for r in plan(map_, catalogue).rules if dimension in r.targets), None)
    if rule is None or rule.map is None or INDICATOR not in rule.sources:
        code = map_.fixed.get(dimension, "")
        return {name: frozenset({code} if code else known) for name in indicators}
    source, target = rule.sources.index(INDICATOR), rule.targets.index(dimension)
    rows = [row for row in rule.map.rows if row.has_target]
    return {
        name: frozenset(row.targets[target] for row in rows if caught((row.sources[source],), (name,)) is not None)
        & frozenset(known)
        for name in indicators
    }


def _parts(catalogue: Catalogue, code: str, answered: Sequence[str]) -> tuple[str, ...]:
    """The part that the question is, or lies in: `CEPEJ_QUESTIONNAIRE/Q91` of Q91_L1; else the taxonomies alone."""
    found = [part for part in _upward(catalogue, code) if part in answered]
    return tuple(found[:1]) or _taxonomies(answered)


def _upward(catalogue: Catalogue, code: str) -> Iterator[str]:
    for taxonomy in catalogue.all(ReportingTaxonomy):
        items = {item.id: item for item in taxonomy.items if isinstance(item, ReportingCategory)}
        at = items.get(code)
        while at is not None:
            yield f"{taxonomy.reference.id}/{at.id}"
            at = items.get(at.parent)


def _taxonomies(answered: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.partition("/")[0] for part in answered))
