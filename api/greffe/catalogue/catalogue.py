"""The Catalogue: every artefact, map and recipient in effect, as one immutable value named by its checksum (D2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeVar

from greffe.catalogue.policies.read import Policies
from greffe.catalogue.questionnaires import Questionnaire
from greffe.errors import NotFound, nearest
from greffe.model.maps import Correspondence, MapRow, StructureMap
from greffe.model.references import Reference, Urn, same_version, version_key
from greffe.model.structures import (
    Artefact,
    Codelist,
    Component,
    ConceptScheme,
    DataConstraint,
    Dataflow,
    DataStructure,
    Maintainable,
    ProvisionAgreement,
    Texts,
)

RULES_OF: Final = "RULES_OF"  # annotation of a scheme that is made of the rules on a dataflow
A = TypeVar("A", bound=Maintainable)
F = TypeVar("F")


@dataclass(frozen=True)
class TableNotProvided:
    """A table that a body asks of the country and this service has no part in: no dataflow, no map, but the reason."""

    table: str
    kind: str  # not-available | not-applicable | other-house
    confidence: str
    reason: str
    reference: str = ""


@dataclass(frozen=True)
class Recipient:
    """A body we report to (`mappings/<BODY>/recipient.yaml`)."""

    id: str
    names: Texts
    dataflows: tuple[Reference, ...]
    notes: Texts = field(default_factory=dict)
    not_provided: tuple[TableNotProvided, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """Immutable look-ups. `checksum` names the whole content: equal bytes, equal checksum.

    `artefacts` holds what the files say and our maps in the standard's form (`derived`). `no_target` holds the
    decisions about indicators that no map reads: their one source is the indicator. `correspondences` are the maps between
    code lists that stand alone.
    """

    artefacts: Mapping[tuple[str, Reference], Artefact]
    maps: Mapping[Reference, StructureMap]
    recipients: tuple[Recipient, ...]
    checksum: str
    files: Mapping[str, str] = field(default_factory=dict)  # path below sdmx/ or mappings/ → sha256
    no_target: tuple[MapRow, ...] = ()
    correspondences: Mapping[Reference, Correspondence] = field(default_factory=dict)
    policies: Policies = field(default_factory=Policies)
    questionnaires: Mapping[str, Questionnaire] = field(default_factory=dict)

    @cached_property
    def uses(self) -> Mapping[tuple[str, Reference], frozenset[Urn]]:
        """What each artefact refers to, items included: worked out once."""
        return {node: frozenset(artefact.uses()) for node, artefact in self.artefacts.items()}

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Artefact, ...]]:
        """Artefacts of each kind, by reference: worked out once, since every question looks through them."""
        found: dict[str, list[Artefact]] = {}
        for key in sorted(self.artefacts):
            found.setdefault(key[0], []).append(self.artefacts[key])
        return {kind: tuple(artefacts) for kind, artefacts in found.items()}

    @cached_property
    def flows(self) -> Mapping[Urn, Dataflow]:
        """Every dataflow by its URN."""
        return {flow.urn: flow for flow in self.all(Dataflow)}

    @cached_property
    def _versions(self) -> Mapping[tuple[str, str, str], tuple[Artefact, ...]]:
        """Kind, agency and id → its versions: worked out once, since a question may say `1.0` for `1.0.0`."""
        found: dict[tuple[str, str, str], list[Artefact]] = {}
        for (kind, reference), artefact in self.artefacts.items():
            found.setdefault((kind, reference.agency, reference.id), []).append(artefact)
        return {key: tuple(artefacts) for key, artefacts in found.items()}

    @cached_property
    def _attached(self) -> Mapping[Urn, tuple[DataConstraint, ...]]:
        """What each dataflow, structure or agreement is restricted by, in the order of references: worked out once, since
        whoever looks at all dataflows would look through all constraints for each."""
        found: dict[Urn, list[DataConstraint]] = {}
        for constraint in self.all(DataConstraint):
            for urn in dict.fromkeys(constraint.attachments):
                found.setdefault(urn, []).append(constraint)
        return {urn: tuple(constraints) for urn, constraints in found.items()}

    @cached_property
    def _agreements(self) -> Mapping[Urn, tuple[Urn, ...]]:
        """The agreements on each dataflow."""
        found: dict[Urn, list[Urn]] = {}
        for agreement in self.all(ProvisionAgreement):
            if agreement.dataflow is not None:
                found.setdefault(agreement.dataflow, []).append(agreement.urn)
        return {flow: tuple(urns) for flow, urns in found.items()}

    @cached_property
    def _codelists(self) -> dict[Reference, dict[str, Codelist]]:
        """What `codelists` found so far of the structures of this catalogue."""
        return {}

    @cached_property
    def _concepts(self) -> dict[Reference, dict[str, Texts]]:
        """What `concepts` found so far of the structures of this catalogue."""
        return {}

    @cached_property
    def derived(self) -> frozenset[tuple[str, Reference]]:
        """Our maps and rules as artefacts, by kind and reference: they say what `maps` and `policies` say, and change as
        these do."""
        tables = {table.reference for map_ in self.maps.values() for table in map_.representation_maps}
        tables |= self.correspondences.keys()
        rules = {key for key, found in self.artefacts.items() if found.annotation(RULES_OF)}
        return frozenset({("structuremap", r) for r in self.maps} | {("representationmap", r) for r in tables} | rules)

    def get(self, kind: type[A], reference: Reference) -> A:
        """The artefact of that kind and reference; `1.0` finds `1.0.0` (D9). Raises NotFound with the nearest ids."""
        found = self.artefacts.get((kind.kind, reference))
        if found is None:
            versions = self._versions.get((kind.kind, reference.agency, reference.id), ())
            found = next((a for a in versions if same_version(a.reference.version, reference.version)), None)
        if isinstance(found, kind):
            return found
        ids = [str(r) for k, r in self.artefacts if k == kind.kind]
        raise NotFound(f"There is no {kind.kind} {reference}.", nearest=nearest(str(reference), ids))

    def all(self, kind: type[A]) -> Iterator[A]:
        """Every artefact of a kind, by reference."""
        for found in self._by_kind.get(kind.kind, ()):
            if isinstance(found, kind):
                yield found

    def latest(self, kind: type[A], id_: str, agency: str = "") -> A:
        """The newest version of an artefact known by its id alone. Raises NotFound with the nearest ids."""
        found = [a for a in self.all(kind) if a.reference.id == id_ and (not agency or a.reference.agency == agency)]
        if not found:
            ids = sorted({a.reference.id for a in self.all(kind)})
            raise NotFound(f"There is no {kind.kind} {id_}.", nearest=nearest(id_, ids))
        return max(found, key=lambda a: version_key(a.reference.version))

    def structure(self, dataflow: Dataflow) -> DataStructure:
        """The data structure definition of a dataflow."""
        if dataflow.structure is None:
            raise NotFound(f"Dataflow {dataflow.reference} names no structure.")
        return self.get(DataStructure, dataflow.structure.reference)

    def codelist(self, component: Component) -> Codelist | None:
        """The code list that enumerates a component, or None when none does (a value list is no code list)."""
        urn = component.representation.enumeration
        return None if urn is None or urn.kind != Codelist.kind else self.get(Codelist, urn.reference)

    def codelists(self, structure: DataStructure) -> dict[str, Codelist]:
        """Component id → its code list, for the coded components."""
        return self._once(self._codelists, structure, self._find_codelists)

    def concepts(self, structure: DataStructure) -> dict[str, Texts]:
        """Component id → names of its concept: the labels of header lines."""
        return self._once(self._concepts, structure, self._find_concepts)

    def _once(self, known: dict[Reference, F], structure: DataStructure, find: Callable[[DataStructure], F]) -> F:
        """What was found of a structure of this catalogue is the same at every question; of another one it is not."""
        if self.artefacts.get((structure.kind, structure.reference)) is not structure:
            return find(structure)
        if structure.reference not in known:
            known[structure.reference] = find(structure)
        return known[structure.reference]

    def _find_codelists(self, structure: DataStructure) -> dict[str, Codelist]:
        found = {c.id: self.codelist(c) for c in structure.components}
        return {id_: list_ for id_, list_ in found.items() if list_ is not None}

    def _find_concepts(self, structure: DataStructure) -> dict[str, Texts]:
        found: dict[str, Texts] = {}
        for component in structure.components:
            item = self.get(ConceptScheme, component.concept.reference).item(component.concept.item)
            if item is not None:
                found[component.id] = item.names
        return found

    def constraints(self, dataflow: Dataflow) -> Iterator[DataConstraint]:
        """Constraints attached to a dataflow, to its structure, or to an agreement on it."""
        named = (dataflow.urn, *self._agreements.get(dataflow.urn, ()))
        wanted = (*named, dataflow.structure) if dataflow.structure else named
        found = {c.reference: c for urn in wanted for c in self._attached.get(urn, ())}
        return iter([found[reference] for reference in sorted(found)])

    def map_to(self, dataflow: Dataflow) -> StructureMap:
        """The structure map whose target is that dataflow. Raises NotFound."""
        for map_ in self.maps.values():
            if map_.target == dataflow.reference:
                return map_
        raise NotFound(
            f"No map leads to {dataflow.reference}.",
            nearest=nearest(dataflow.reference.id, [m.target.id for m in self.maps.values()]),
        )

    def internal(self, dataflow: Dataflow) -> bool:
        """An internal dataflow: its structure is public, its data never (D20)."""
        return dataflow.annotation("SCOPE") == "internal"

    def dataflows(self, scopes: Iterable[str] = ("collection", "mirror")) -> Iterator[Dataflow]:
        """Dataflows of those scopes (annotation SCOPE), by reference."""
        wanted = set(scopes)
        return (d for d in self.all(Dataflow) if d.annotation("SCOPE") in wanted)
