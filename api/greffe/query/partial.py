"""Which items of referenced schemes the artefacts of an answer use: `referencepartial` (R1-STR-53, R2-STR-33)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from greffe.catalogue.catalogue import Catalogue
from greffe.model.allowed import allowed, restricting
from greffe.model.artefacts import Artefact, ItemScheme
from greffe.model.mappings import ItemSchemeMap, StandardRepresentationMap
from greffe.model.metadata import MetadataConstraint, MetadataStructure
from greffe.model.references import Urn
from greffe.model.structures import (
    AgencyScheme,
    Categorisation,
    Codelist,
    DataConstraint,
    Dataflow,
    DataStructure,
    ProvisionAgreement,
    ValueList,
)
from greffe.query.graph import agency_of
from greffe.query.items import own_id, with_items

# Ids of items that are used; None = all of them, because something uses the scheme as a whole.
Items: TypeAlias = AbstractSet[str] | None


class Used:
    """Narrows the schemes that came along to what the whole message names, at whatever level."""

    def __init__(self, catalogue: Catalogue, message: Iterable[Artefact]) -> None:
        self._catalogue = catalogue
        self._message = tuple(message)
        self._named: dict[Urn, Items] = {}
        for artefact in self._message:
            for scheme, items in self._uses(artefact):
                found = self._named.setdefault(scheme, set())
                self._named[scheme] = None if found is None or items is None else found | items

    def partial(self, artefact: Artefact) -> Artefact:
        """A referenced scheme, narrowed to what is used; anything else, and a scheme that nothing names, as it is.

        A value list is never partial: SDMX-ML cannot say it.
        """
        if not isinstance(artefact, ItemScheme) or isinstance(artefact, ValueList):
            return artefact
        items = self._agencies(artefact) if isinstance(artefact, AgencyScheme) else self._named.get(artefact.urn)
        return artefact if items is None else with_items(artefact, items)

    def _agencies(self, scheme: AgencyScheme) -> AbstractSet[str]:
        """Who maintains something in the message, or is named as an item."""
        maintainers = {a.reference.agency for a in self._message}
        return {i.id for i in scheme.items if agency_of(scheme, i.id) in maintainers} | (
            self._named.get(scheme.urn) or frozenset()
        )

    def _uses(self, artefact: Artefact) -> Iterator[tuple[Urn, Items]]:
        """The schemes that the artefact leans on, and which of their items."""
        match artefact:
            case Codelist():  # what it takes over is in it already
                return
            case DataStructure():
                yield from self._of_structure(artefact)
                return
            case MetadataStructure():
                yield from self._of_reports(artefact)
                return
            case StandardRepresentationMap():
                yield from _of_table(artefact)
                return
            case ItemSchemeMap(source=Urn() as source, target=Urn() as target):
                free = any(i.regex for i in artefact.items)  # a pattern may mean any item
                yield source, None if free else {own_id(i.source) for i in artefact.items}
                yield target, {own_id(i.target) for i in artefact.items}
                return
        # A scheme as a whole counts where it is categorised: else it limits and frees nothing.
        for urn in artefact.uses():
            if urn.item or isinstance(artefact, Categorisation):
                yield Urn(urn.kind, urn.reference), {own_id(urn.item)} if urn.item else None

    def _of_structure(self, structure: DataStructure) -> Iterator[tuple[Urn, Items]]:
        limits = self._limits(structure)
        for component in structure.components:
            urn = component.concept
            yield Urn(urn.kind, urn.reference), {urn.item}
            if component.representation.enumeration is not None:
                yield component.representation.enumeration, limits.get(component.id)

    def _of_reports(self, structure: MetadataStructure) -> Iterator[tuple[Urn, Items]]:
        """Values of headings are limited by metadata constraints of the message; without one they free no list."""
        limits: dict[str, set[str]] = {}
        for constraint in self._message:
            if isinstance(constraint, MetadataConstraint):
                for path, values in allowed([constraint.values]).items():
                    limits.setdefault(own_id(path), set()).update(values)
        for top in structure.attributes:
            for heading in top.walk():
                yield Urn(heading.concept.kind, heading.concept.reference), {heading.concept.item}
                if heading.representation.enumeration is not None and heading.id in limits:
                    yield heading.representation.enumeration, limits[heading.id]

    def _limits(self, structure: DataStructure) -> dict[str, frozenset[str]]:
        """Component → codes that are allowed in the flows of the message that have this structure, or in the structure
        itself when there is no such flow. A component that one of them leaves free is not limited."""
        flows = [a for a in self._message if isinstance(a, Dataflow) and a.structure == structure.urn]
        if not flows:
            return self._allowed({structure.urn})
        return _either([self._of_flow(flow, structure) for flow in flows])

    def _of_flow(self, flow: Dataflow, structure: DataStructure) -> dict[str, frozenset[str]]:
        """What the structure, the flow, and all agreements on it allow."""
        agreements = [a for a in self._catalogue.all(ProvisionAgreement) if a.dataflow == flow.urn]
        found = self._allowed({structure.urn, flow.urn})
        for id_, codes in _either([self._allowed({a.urn}) for a in agreements]).items():
            found[id_] = found[id_] & codes if id_ in found else codes
        return found

    def _allowed(self, attached: set[Urn]) -> dict[str, frozenset[str]]:
        """What allowed constraints on those artefacts leave together."""
        return restricting(c for c in self._catalogue.all(DataConstraint) if attached & set(c.attachments))


def _either(limits: Sequence[Mapping[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    """What one or another allows, of the components that all of them limit."""
    everywhere = set.intersection(*(set(one) for one in limits)) if limits else set()
    return {id_: frozenset[str]().union(*(one[id_] for one in limits)) for id_ in everywhere}


def _of_table(table: StandardRepresentationMap) -> Iterator[tuple[Urn, Items]]:
    """The codes that the rows name; a pattern or a place may mean any."""
    for number, column in enumerate(table.sources):
        if isinstance(column, Urn):
            values = [row.sources[number] for row in table.rows if number < len(row.sources)]
            free = any(v.regex or v.start or v.end for v in values)
            yield column, None if free else {v.value for v in values}
    for number, column in enumerate(table.targets):
        if isinstance(column, Urn):
            yield column, {row.targets[number] for row in table.rows if number < len(row.targets)}
