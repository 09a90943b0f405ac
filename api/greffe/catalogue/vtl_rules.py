"""Rules that VTL 2.1 can say, as a ruleset scheme and the transformations that run them, one of each a dataflow.

Derived from the declarations that the rules themselves read (model.relations, model.inequalities) and from the thresholds in
force, so that neither can say what the other does not. What needs another dataset, another year or a note is not said here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from greffe.catalogue.catalogue import RULES_OF, Catalogue
from greffe.model.allowed import restricting
from greffe.model.artefacts import Annotation, Maintainable, Texts
from greffe.model.inequalities import BOUNDS, PAIRS, Bound, Pair
from greffe.model.references import Reference, Urn
from greffe.model.relations import COUNT_UNITS, PARTITIONS, UNITS, Partition
from greffe.model.structures import Dataflow
from greffe.model.transformations import Ruleset, RulesetScheme, Transformation, TransformationScheme

COMPLETE_ONLY: Final = (
    "VTL compares where every part that must be there has a figure; the rule also finds parts that exceed the total "
    "before all are there"
)
ALONE: Final = ", and an optional part that stands alone beside another total"


@dataclass(frozen=True)
class Said:
    """A ruleset and the transformation that runs it on the dataflow; `differs`: where VTL and the rule part."""

    rule: str
    name: str
    names: Texts
    kind: str  # hierarchical | datapoint
    definition: str
    expression: str
    differs: str = ""


def with_rules(catalogue: Catalogue) -> Catalogue:
    """The catalogue with the rules that VTL can say among its artefacts."""
    made = {(m.kind, m.reference): m for m in rule_schemes(catalogue)}
    return replace(catalogue, artefacts={**catalogue.artefacts, **made})


def rule_schemes(catalogue: Catalogue) -> Iterator[Maintainable]:
    """Both schemes of each dataflow of which something can be said, in the order of dataflows."""
    for flow in catalogue.dataflows(("internal", "collection", "mirror")):
        found = list(_said(catalogue, flow))
        if not found:
            continue
        reference = Reference(flow.reference.agency, f"VTL_RULES_{flow.reference.id}", flow.reference.version)
        notes = (Annotation(RULES_OF, str(flow.reference)),)
        names = {"en": f"Rules of {flow.reference.id} in VTL", "fr": f"Règles de {flow.reference.id} en VTL"}
        rulesets = RulesetScheme(
            reference, names, annotations=notes, items=tuple(_ruleset(one) for one in found), vtl_version="2.1"
        )
        yield rulesets
        yield TransformationScheme(
            reference,
            names,
            annotations=notes,
            items=tuple(_transformation(one) for one in found),
            vtl_version="2.1",
            ruleset_schemes=(Urn("rulesetscheme", reference),),
        )


def _ruleset(one: Said) -> Ruleset:
    notes = [Annotation("RULE", one.rule), *([Annotation("DIFFERS", one.differs)] if one.differs else [])]
    return Ruleset(one.name, one.names, annotations=tuple(notes), definition=one.definition, type=one.kind)


def _transformation(one: Said) -> Transformation:
    notes = (Annotation("RULE", one.rule),)
    return Transformation(
        f"CHECK_{one.name}",
        one.names,
        annotations=notes,
        expression=one.expression,
        result=f"check_{one.name}",
        persistent=True,
    )


def _said(catalogue: Catalogue, flow: Dataflow) -> Iterator[Said]:
    structure = catalogue.structure(flow)
    allowed = restricting(catalogue.constraints(flow))
    here = _Flow(catalogue, flow, frozenset(structure.dimension_ids), allowed)
    number: dict[str, int] = {}

    def name(rule: str) -> str:
        number[rule] = number.get(rule, 0) + 1
        base = rule.replace("-", "_")
        return base if number[rule] == 1 else f"{base}_{number[rule]}"

    for partition in PARTITIONS:
        plain = len(partition.components) == 1 and partition.parts and not partition.unless_said
        if plain and here.holds(partition.components[0], partition.total[0], *(p[0] for p in partition.parts)):
            yield here.partition(partition, name(partition.rule))
    for pair in PAIRS:
        if here.holds(pair.component, pair.part, pair.whole):
            yield here.pair(pair, name(pair.rule))
    for bound in BOUNDS:
        if here.bounded(bound):
            yield here.bound(bound, name(bound.rule))


@dataclass(frozen=True)
class _Flow:
    """A dataflow for which texts are written."""

    catalogue: Catalogue
    flow: Dataflow
    dimensions: frozenset[str]
    allowed: Mapping[str, frozenset[str]]

    @property
    def id(self) -> str:
        """The name of its data set in VTL."""
        return self.flow.reference.id

    def codes(self, component: str) -> frozenset[str]:
        """Codes of a component that the constraints of the dataflow allow."""
        list_ = self.catalogue.codelists(self.catalogue.structure(self.flow)).get(component)
        found = frozenset(i.id for i in list_.items) if list_ is not None else frozenset()
        return found & self.allowed.get(component, found)

    def holds(self, component: str, *codes: str) -> bool:
        """Whether it has that dimension, with those codes."""
        return component in self.dimensions and set(codes) <= self.codes(component)

    def bounded(self, bound: Bound) -> bool:
        """Whether all that a bound asks after are dimensions, so that a data set of one measure has them."""
        asked = (*bound.where, *bound.without)
        return all(self.holds(component, *codes) for component, codes in asked) and (
            not bound.counted or self.counts() is not None
        )

    def counts(self) -> str | None:
        """The condition that a figure is an amount; '' where all are, None where that is not said by dimensions."""
        unit = next((u for u in UNITS if u in self.dimensions), "")
        if not unit:
            return None if self.catalogue.internal(self.flow) or "INDICATOR" in self.dimensions else ""
        found = sorted(self.codes(unit) & set(COUNT_UNITS))
        return _among(unit, found) if found else None

    def of(self, *conditions: str) -> str:
        """The data set with the figures that meet all conditions, and nothing but them."""
        asked = [c for c in conditions if c]
        chosen = f"[filter {' and '.join(asked)}]" if asked else ""
        return f"{self.id}{chosen}[keep OBS_VALUE]"

    def partition(self, one: Partition, name: str) -> Said:
        """Total = parts, or at least the parts."""
        component = one.components[0]
        must = [p[0] for p in one.parts]
        may = [o[0] for o in one.optional if o[0] in self.codes(component)]
        relation = ">=" if one.bound else "="
        formula = f"{_code(one.total[0])} {relation} {' + '.join(_code(p) for p in (*must, *may))}"
        counts = self.counts() if component not in UNITS else ""
        where = _among(one.where[0], one.where[1]) if one.where[0] else ""
        en, fr = one.kind
        names = {
            "en": f"{one.rule}: the total {'holds' if one.bound else 'is the sum of'} {en}",
            "fr": f"{one.rule} : le total {f'contient {fr}' if one.bound else f'est la somme {_of(fr)}'}",
        }
        data = self.of(counts or "", where, "not isnull(OBS_VALUE)" if one.bound else "")
        data = _filled(data, component, one.total[0], (*must, *may) if one.bound else may)
        differs = "" if one.bound else f"{COMPLETE_ONLY}{ALONE if may else ''}."
        return self._hierarchical(one.rule, name, names, component, formula, data, differs)

    def pair(self, one: Pair, name: str) -> Said:
        """A whole that is at least its part."""
        names = {
            "en": f"{one.rule}: {one.component} {one.part} is at most {one.whole}",
            "fr": f"{one.rule} : {one.component} {one.part} est au plus {one.whole}",
        }
        counts = (self.counts() or "") if one.counted else ""
        where = _among(one.where[0], one.where[1]) if one.where[0] else ""
        formula = f"{_code(one.whole)} >= {_code(one.part)}"
        return self._hierarchical(one.rule, name, names, one.component, formula, self.of(counts, where))

    def _hierarchical(
        self, rule: str, name: str, names: Texts, component: str, formula: str, data: str, differs: str = ""
    ) -> Said:
        definition = (
            f"define hierarchical ruleset {name} (variable rule {component}) is\n"
            f'  {formula} errorcode "{rule}"\nend hierarchical ruleset;'
        )
        expression = f"check_hierarchy({data}, {name} rule {component} non_null dataset invalid)"
        return Said(rule, name, names, "hierarchical", definition, expression, differs)

    def bound(self, one: Bound, name: str) -> Said:
        """A figure between its thresholds in force."""
        limits = self.catalogue.policies.limits
        conditions = ["OBS_VALUE >= 0"] if one.floor else []
        conditions += [f"OBS_VALUE >= {limits[one.rule, one.low]:f}"] if one.low else []
        conditions += [f"OBS_VALUE <= {limits[one.rule, one.high]:f}"] if one.high else []
        asked = " and ".join(conditions)
        definition = (
            f"define datapoint ruleset {name} (variable OBS_VALUE) is\n"
            f'  {asked} errorcode "{one.rule}"\nend datapoint ruleset;'
        )
        of = [_among(component, codes) for component, codes in one.where]
        of += [f"not ({_among(component, codes)})" for component, codes in one.without]
        data = self.of((self.counts() or "") if one.counted else "", *of)
        names = {"en": f"{one.rule}: {asked}", "fr": f"{one.rule} : {asked}"}
        return Said(one.rule, name, names, "datapoint", definition, f"check_datapoint({data}, {name} invalid)")


def _filled(data: str, component: str, total: str, parts: Sequence[str]) -> str:
    """The data set with a zero for each of the parts that has no row beside a total. `union` keeps the row that is first;
    no mode of check_hierarchy takes some parts for zero without taking an absent total for zero too."""
    zero = f'{data}[sub {component} = "{total}"]'
    rows = [f'{zero}[calc OBS_VALUE := 0.0, identifier {component} := "{part}"]' for part in parts]
    return f"union({', '.join((data, *rows))})" if rows else data


def _of(french: str) -> str:
    """What comes after `la somme`: `de les` is `des`, before each noun."""
    return re.sub(r"\bles ", "des ", french) if french.startswith("les ") else f"de {french}"


def _among(component: str, codes: tuple[str, ...] | list[str]) -> str:
    texts = ['"' + c.replace('"', "") + '"' for c in codes]
    return f"{component} = {texts[0]}" if len(texts) == 1 else f"{component} in {{{', '.join(texts)}}}"


def _code(code: str) -> str:
    """A code as VTL names it: in quotes when it is no plain name."""
    return code if code[:1].isalpha() and code.replace("_", "").isalnum() else f"'{code}'"
