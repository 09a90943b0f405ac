"""What else a structure message holds: the structures behind flows and agreements, and maps inside others."""

from __future__ import annotations

from collections.abc import Iterable

from greffe.model.artefacts import Artefact
from greffe.model.mappings import StandardStructureMap
from greffe.model.references import Urn, same_version
from greffe.model.structures import DataConstraint, Dataflow, DataStructure, ProvisionAgreement


class Known:
    """The artefacts of a message by URN; `1.0` finds `1.0.0` (D9)."""

    def __init__(self, artefacts: Iterable[Artefact]) -> None:
        self.artefacts = {artefact.urn: artefact for artefact in artefacts}

    def get(self, urn: Urn | None) -> Artefact | None:
        """The artefact of that URN, when the message holds it."""
        if urn is None:
            return None
        exact = self.artefacts.get(urn)
        return exact or next((a for other, a in self.artefacts.items() if _same(other, urn)), None)

    def structure(self, urn: Urn | None) -> DataStructure | None:
        """The structure of a structure, flow or agreement, when the message leads there."""
        match self.get(urn):
            case DataStructure() as found if not found.stub:
                return found
            case Dataflow(structure=next_) | ProvisionAgreement(dataflow=next_):
                return self.structure(next_)
        return None

    def beside(self, constraint: DataConstraint) -> frozenset[str]:
        """The components that are known to be no part of the key of what it hangs on."""
        structures = (self.structure(urn) for urn in constraint.attachments)
        return frozenset(c.id for s in structures if s is not None for c in (*s.attributes, *s.measures))

    def used(self) -> frozenset[Urn]:
        """The representation maps that a structure map of the message names."""
        maps = (a for a in self.artefacts.values() if isinstance(a, StandardStructureMap))
        return frozenset(c.map for map_ in maps for c in map_.components if c.map is not None)


def _same(left: Urn, right: Urn) -> bool:
    a, b = left.reference, right.reference
    return (left.kind, a.agency, a.id) == (right.kind, b.agency, b.id) and same_version(a.version, b.version)
