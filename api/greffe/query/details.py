"""How much of each artefact is answered: stubs, single items, and what an answer uses of the lists it brings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from greffe.catalogue.catalogue import Catalogue
from greffe.model.maps import StructureMap
from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    AgencyScheme,
    Artefact,
    Categorisation,
    CategoryScheme,
    Codelist,
    ConceptScheme,
    DataConstraint,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    ItemScheme,
    ProvisionAgreement,
)


def stub(artefact: Artefact, complete: bool) -> Artefact:
    """Identification and names alone; `complete` keeps description and annotations. No items, components, values."""
    bare = replace(artefact, stub=True)
    if not complete:
        bare = replace(bare, descriptions={}, annotations=())
    match bare:
        case DataStructure():
            return replace(bare, dimensions=(), time=None, measures=(), attributes=())
        case DataConstraint():
            return replace(bare, values={}, time_range=None)
        case Codelist() | ConceptScheme() | AgencyScheme() | DataProviderScheme() | CategoryScheme():
            return replace(bare, items=(), partial=False)
        case _:
            return bare


def map_stub(map_: StructureMap) -> StructureMap:
    """A structure map without its content."""
    return replace(map_, select={}, components=(), fixed={}, types=(), aggregate=None, calculations=(), not_provided=())


def with_items(artefact: Artefact, items: Collection[str]) -> Artefact:
    """The scheme with those items and their ancestors alone, marked partial when that leaves some out."""
    if not isinstance(artefact, ItemScheme):
        return artefact
    parents = {i.id: i.parent for i in artefact.items}
    kept: set[str] = set()
    for one in items:
        while one and one in parents and one not in kept:
            kept.add(one)
            one = parents[one]
    if len(kept) == len(artefact.items):
        return artefact
    return replace(artefact, items=tuple(i for i in artefact.items if i.id in kept), partial=True)


class Used:
    """Which items of referenced schemes the artefacts of an answer use (R1-STR-53, R2-STR-33)."""

    def __init__(self, catalogue: Catalogue, answer: Iterable[Artefact]) -> None:
        self._catalogue = catalogue
        self._answer = tuple(answer)

    def partial(self, artefact: Artefact) -> Artefact:
        """A referenced scheme, narrowed to what is used; anything else as it is."""
        match artefact:
            case AgencyScheme():
                return with_items(artefact, {a.reference.agency for a in self._answer})
            case ConceptScheme():
                return with_items(artefact, self._items(artefact.urn, self._concepts()))
            case DataProviderScheme():
                providers = [a.provider for a in self._answer if isinstance(a, ProvisionAgreement)]
                return with_items(artefact, self._items(artefact.urn, providers))
            case CategoryScheme():
                targets = [a.target for a in self._answer if isinstance(a, Categorisation)]
                return with_items(artefact, {i.split(".")[-1] for i in self._items(artefact.urn, targets)})
            case Codelist():
                codes = self._codes(artefact.reference)
                return artefact if codes is None else with_items(artefact, codes)
            case _:
                return artefact

    def _concepts(self) -> list[Urn]:
        return [c.concept for a in self._answer if isinstance(a, DataStructure) for c in a.components]

    def _items(self, scheme: Urn, urns: Iterable[Urn | None]) -> set[str]:
        return {u.item for u in urns if u is not None and (u.kind, u.reference) == (scheme.kind, scheme.reference)}

    def _codes(self, codelist: Reference) -> set[str] | None:
        """Codes that constraints allow in the structures of the answer; None when some component may use them all."""
        found: set[str] = set()
        used = False
        for structure in (a for a in self._answer if isinstance(a, DataStructure)):
            constraints = self._constraints(structure)
            for component in structure.components:
                urn = component.representation.enumeration
                if urn is None or urn.reference != codelist:
                    continue
                used = True
                values = [c.values[component.id] for c in constraints if component.id in c.values]
                if not values:
                    return None
                found |= {code for v in values for code in v}
        return found if used else None

    def _constraints(self, structure: DataStructure) -> list[DataConstraint]:
        """Allowed constraints on the flows of the answer that have this structure, or on the structure itself."""
        flows = [a for a in self._answer if isinstance(a, Dataflow) and a.structure == structure.urn]
        if not flows:
            every = self._catalogue.all(DataConstraint)
            return [c for c in every if c.role == "Allowed" and structure.urn in c.attachments]
        found = {c.reference: c for f in flows for c in self._catalogue.constraints(f) if c.role == "Allowed"}
        return list(found.values())
