"""Policies speak of dataflows and recipients that are there: a pattern that means nothing would be overlooked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies import contributions, contributors, deadlines, deliveries, protection, revisions
from greffe.catalogue.policies.protection import DOMINANCE, LEVELS, SUB_NATIONAL, ProtectionRule
from greffe.errors import BadDefinition, nearest
from greffe.model.relations import PLACES
from greffe.model.structures import DataStructure, ProvisionAgreement


def check_patterns(catalogue: Catalogue) -> None:
    """Raise BadDefinition for a pattern that no dataflow has, and a recipient that nobody is."""
    flows = [d.reference.id for d in catalogue.dataflows()]
    for policy in catalogue.policies.revisions:
        _check(policy.flows, flows, revisions.FILE)
    recipients = [r.id for r in catalogue.recipients]
    for deadline in catalogue.policies.deadlines:
        if deadline.recipient not in recipients:
            raise BadDefinition(
                f"{deadline.id}: there is no recipient {deadline.recipient}.",
                file=deadlines.FILE,
                column="recipient",
                nearest=nearest(deadline.recipient, recipients),
            )
        for pattern in deadline.flows:
            _check(pattern, flows, deadlines.FILE)


def check_deliveries(catalogue: Catalogue) -> None:
    """Raise BadDefinition for a delivery of a deadline that is not there, of no collection dataflow of it, or under an
    agreement that nobody made."""
    asked = {d.id: d for d in catalogue.policies.deadlines}
    agreements = {(a.reference.agency, a.reference.id): a for a in catalogue.all(ProvisionAgreement)}
    for one in catalogue.policies.deliveries:
        wrong = partial(BadDefinition, file=deliveries.FILE, row=one.line)
        if one.deadline not in asked:
            raise wrong(
                f"There is no deadline {one.deadline}.", column="deadline", nearest=nearest(one.deadline, asked)
            )
        known = [
            d.reference.id for d in catalogue.dataflows(("collection",)) if asked[one.deadline].asks(d.reference.id)
        ]
        flows = [flow for flow in known if one.sends(flow)]
        if not flows:
            message = f"No collection dataflow of {one.deadline} is {one.flows}: mirrors are never sent."
            raise wrong(message, column="flows", nearest=nearest(one.flows, known))
        for flow in flows:
            agreed = one.agreed(flow)
            found = agreements.get(agreed) if agreed else None
            if agreed and (found is None or found.dataflow is None or found.dataflow.reference.id != flow):
                near = nearest(agreed[1], [id_ for _, id_ in agreements])
                message = f"{':'.join(agreed)} is no provision agreement of {flow}."
                raise wrong(message, column="agreement", nearest=near)


def check_contributors(catalogue: Catalogue) -> None:
    """Raise BadDefinition for a row that names no figure of a dataflow: a pattern or a component that none has, a code that
    is not in its list."""
    structures = {d.reference.id: catalogue.structure(d) for d in catalogue.dataflows()}
    for one in catalogue.policies.contributors:
        for pattern in one.flows:
            _check(pattern, list(structures), contributors.FILE, one.line)
        for flow, structure in structures.items():
            if one.concerns(flow):
                _check_cells(catalogue, one.cells, flow, structure, one.line)


def check_contributions(catalogue: Catalogue) -> None:
    """Raise BadDefinition for a questionnaire that is not there, and a house that is asked for one of which it owns nothing."""
    for one in catalogue.policies.contributions:
        layout = catalogue.questionnaires.get(one.questionnaire)
        if layout is None:
            near = nearest(one.questionnaire, catalogue.questionnaires)
            message = f"There is no questionnaire {one.questionnaire}."
            raise BadDefinition(message, file=contributions.FILE, row=one.line, column="questionnaire", nearest=near)
        flows = {s.flow for s in layout.sheets}
        owners = [c.house for c in catalogue.policies.contributors if any(c.concerns(f) for f in flows)]
        if one.way != contributions.CONTACT and one.house not in owners:
            message = f"{one.house} owns no cell of {one.questionnaire}: see contributors.csv."
            near = nearest(one.house, owners)
            raise BadDefinition(message, file=contributions.FILE, row=one.line, column="house", nearest=near)


def _check_cells(
    catalogue: Catalogue, cells: Mapping[str, Sequence[str]], flow: str, structure: DataStructure, line: int
) -> None:
    lists = catalogue.codelists(structure)
    for component, codes in cells.items():
        near = nearest(component, structure.dimension_ids)
        message = f"{flow} has no dimension {component}."
        known = [i.id for i in lists[component].items] if component in lists else []
        wrong = next((c for c in codes if component in structure.dimension_ids and known and c not in known), "")
        if wrong:
            message, near = f"{wrong} is no code of {component} in {flow}.", nearest(wrong, known)
        if wrong or component not in structure.dimension_ids:
            raise BadDefinition(message, file=contributors.FILE, row=line, column="cells", nearest=near)


def check_protection(catalogue: Catalogue) -> None:
    """Raise BadDefinition for a rule of confidentiality that would protect nothing: a pattern that no dataflow has, a
    breakdown that is no dimension of the dataflows it is for, a level of the country where they have no place, units that
    none of their maps counts in, a largest contributor that is no code of theirs."""
    structures = {d.reference.id: catalogue.structure(d) for d in catalogue.dataflows()}
    for rule in catalogue.policies.protection:
        for pattern in rule.patterns:
            _check(pattern, list(structures), protection.FILE, rule.line)
        named = {flow: structure for flow, structure in structures.items() if rule.names(flow)}
        dims = sorted({d for structure in named.values() for d in structure.dimension_ids})
        for breakdown in rule.breakdowns:
            if breakdown not in dims:
                raise BadDefinition(
                    f"No dataflow of {rule.flows} has the dimension {breakdown}.",
                    file=protection.FILE,
                    row=rule.line,
                    column="breakdowns",
                    nearest=nearest(breakdown, dims),
                )
        _check_level(rule, named)
        _check_units(catalogue, rule)
        if rule.kind == DOMINANCE:
            _check_largest(catalogue, rule, named)


def _check_level(rule: ProtectionRule, named: Mapping[str, DataStructure]) -> None:
    """A rule for what is below the nation: each pattern is of some dataflow with a place, or all of its cells are national."""
    for pattern in rule.patterns if rule.levels == SUB_NATIONAL else ():
        flows = [
            flow for flow in named if fnmatchcase(flow, pattern) and rule.concerns(flow, named[flow].dimension_ids)
        ]
        if flows and not any(place in named[flow].dimension_ids for flow in flows for place in PLACES):
            raise BadDefinition(
                f"No dataflow of {pattern} has a place ({', '.join(PLACES)}): all of its cells are national.",
                file=protection.FILE,
                row=rule.line,
                column="levels",
                nearest=[level for level in LEVELS if level != SUB_NATIONAL],
            )


def _check_units(catalogue: Catalogue, rule: ProtectionRule) -> None:
    """A rule for some counting units: one of them at least is that of cells of a map of its dataflows."""
    maps = [m for m in catalogue.maps.values() if rule.names(m.target.id)]
    counted = sorted({t.counting_unit for m in maps for t in m.types})
    if rule.units and not set(rule.units) & set(counted):
        raise BadDefinition(
            f"No map to a dataflow of {rule.flows} counts in {' or '.join(rule.units)}.",
            file=protection.FILE,
            row=rule.line,
            column="units",
            nearest=[near for unit in rule.units for near in nearest(unit, counted)] or counted,
        )


def _check_largest(catalogue: Catalogue, rule: ProtectionRule, named: Mapping[str, DataStructure]) -> None:
    """Every dataflow of the rule has the dimension and the code of the largest contributor: in another one the rule would
    find nobody."""
    component, code = rule.largest
    for flow, structure in named.items():
        if not rule.concerns(flow, structure.dimension_ids):
            continue
        list_ = catalogue.codelists(structure).get(component)
        codes = [i.id for i in list_.items] if list_ else []
        message, near = f"{flow} has no dimension {component}.", nearest(component, structure.dimension_ids)
        if component in structure.dimension_ids:
            message, near = f"{code} is no code of {component} in {flow}.", nearest(code, codes)
        if component not in structure.dimension_ids or code not in codes:
            raise BadDefinition(message, file=protection.FILE, row=rule.line, column="largest", nearest=near)


def _check(pattern: str, flows: Sequence[str], file: str, row: int | None = None) -> None:
    if not any(fnmatchcase(flow, pattern) for flow in flows):
        near = nearest(pattern, flows)
        raise BadDefinition(f"No dataflow is {pattern}.", file=file, row=row, column="flows", nearest=near)
